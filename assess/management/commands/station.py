"""`manage.py station`: the agent beside a bench. It knows the server by HTTP alone and needs no database."""

import signal
import sys
import threading
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from simulator_adapters.contract import Outcome
from simulator_adapters.station import disk, keeper
from simulator_adapters.station.agent import Agent
from simulator_adapters.station.devices import device_on_the_line, devices_in
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.keys import station_key
from simulator_adapters.station.panel import Panel
from simulator_adapters.station.simulated import simulated
from simulator_adapters.station.uplink import Backoff, Unreachable, Uplink

ROUND_S = 20.0
COULD_NOT_START = 2
NOT_SENT = 1


class Command(BaseCommand):
    help = "Run the station agent: measures beside a bench, keeps everything on its own disk, sends it when there is a network."
    requires_system_checks: list[str] = []  # it talks to the server over HTTP and reads no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--server", required=True, help="address of the server, https://HOST")
        parser.add_argument("--folder", required=True, type=Path, help="folder of this station: key, spool, evidence")
        parser.add_argument(
            "--enrol", metavar="CODE", default="", help="the one-time code that a director made, at the first start"
        )
        parser.add_argument(
            "--adapter",
            action="append",
            default=[],
            metavar="ADAPTER=SERIAL@HOST:PORT",
            help="a device at this station; may be repeated",
        )
        parser.add_argument(
            "--simulate",
            action="append",
            default=[],
            choices=("inverter", "meter"),
            help="serve a training device on this machine; may be repeated",
        )
        parser.add_argument(
            "--run",
            metavar="BOOKING",
            default="",
            help="measure for one booking (ATTEMPT/ROLE or its identifier), then end",
        )
        parser.add_argument("--once", action="store_true", help="one round with the server, then end")
        parser.add_argument(
            "--keeper", metavar="HOST:PORT", default="", help="keep what tablets can't send, at this address"
        )
        parser.add_argument(
            "--port",
            type=int,
            default=8765,
            help="port of the technician's page on this machine (default: %(default)s)",
        )
        parser.add_argument(
            "--ca", metavar="FILE", default=None, help="certificates to trust instead of this machine's own"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        self._stop = threading.Event()
        try:
            with disk.alone(folder), simulated(options["simulate"]) as training:
                devices = (*training, *devices_in(folder), *(device_on_the_line(one) for one in options["adapter"]))
                key = station_key(folder)
                agent = Agent(
                    folder, key, Uplink(options["server"], key, ca_file=options["ca"]), devices, say=self._say
                )
                self._begin(agent, options["enrol"])
                if options["run"]:
                    self._measure(agent, options["run"])
                elif options["once"]:
                    self._one_round(agent)
                else:
                    self._stay(agent, keep_at=options["keeper"], port=options["port"])
        except StationError as refused:
            self.stderr.write(refused.sentence)
            sys.exit(COULD_NOT_START)

    def _begin(self, agent: Agent, code: str) -> None:
        if code:
            self._say(f"Enrolled as {agent.enrol(code)}.")
        if not agent.enrolled:
            raise StationError("not-enrolled", "This folder is not enrolled yet. Bring a one-time code: --enrol CODE.")
        agent.recover()
        for device in agent.devices:
            self._say(
                f"Device: {device.adapter} {device.serial} at {device.config.get('host')}:{device.config.get('port')}."
            )

    def _one_round(self, agent: Agent) -> None:
        try:
            agent.round()
        except StationError as refused:
            self.stderr.write(refused.sentence)
            sys.exit(NOT_SENT)
        self._say(f"Everything is sent: {len(agent.bookings)} bookings, {agent.spool.unsent} entries wait.")

    def _measure(self, agent: Agent, key: str) -> None:
        """One run from the command line; the server is asked before and told after where it can be reached."""
        self._try_round(agent)
        booking = agent.booking(key)
        self._on_signal(agent)
        record = agent.run(booking)
        self._try_round(agent)
        if record.outcome is Outcome.ABORTED:
            sys.exit(NOT_SENT)

    def _stay(self, agent: Agent, *, keep_at: str, port: int) -> None:
        with ExitStack() as closing:
            panel = Panel(agent, agent.name, port=port)
            panel.start()
            closing.callback(panel.stop)
            if keep_at:
                host, _, number = keep_at.rpartition(":")
                if not number.isdigit():
                    raise StationError("address", f"--keeper {keep_at!r}: write HOST:PORT, 0.0.0.0:8766 say.")
                serving = keeper.serve(agent.keeper, host.strip("[]"), int(number))
                threading.Thread(target=serving.serve_forever, name="keeper", daemon=True).start()
                closing.callback(serving.server_close)
                closing.callback(serving.shutdown)
                self._say(f"Tablets leave what they can't send at http://{keep_at}/")
            self._say(f"Technician's page: {panel.url}")
            self._say("Ctrl+C stops it; a run that goes on is ended in a safe state.")
            self._on_signal(agent)
            talking = threading.Thread(target=self._talk, args=(agent,), name="uplink", daemon=True)
            talking.start()
            self._stop.wait()
            agent.stop_all()
            talking.join(1)
        self._say("Stopped. What is not sent yet is kept.")

    def _talk(self, agent: Agent) -> None:
        backoff, told = Backoff(), ""
        while not self._stop.is_set():
            try:
                agent.round()
                backoff.worked()
                wait, now = (
                    ROUND_S,
                    f"In touch with the server: {len(agent.bookings)} bookings, {agent.spool.unsent} entries wait.",
                )
            except StationError as refused:
                wait, now = backoff.failed(), refused.sentence
                agent.trouble = refused.sentence
            if now != told:
                self._say(now)
                told = now
            self._stop.wait(wait)

    def _try_round(self, agent: Agent) -> None:
        try:
            agent.round()
        except Unreachable as away:
            self._say(away.sentence)

    def _on_signal(self, agent: Agent) -> None:
        """SIGTERM and Ctrl+C: every run ends in a safe state and leaves its record before the agent does."""

        def stop(number: int, frame: object) -> None:
            self._stop.set()
            threading.Thread(target=agent.stop_all, daemon=True).start()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

    def _say(self, sentence: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')}  {sentence}")
        self.stdout.flush()
