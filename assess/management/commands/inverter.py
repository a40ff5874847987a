"""`inverter`: serve the training inverter with its battery for any SunSpec tool. Needs no database."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.plant import LOAD, SUN

UNREADABLE = 2
MOST_SPEED = 3600.0
TICK_S = 1.0


class Command(BaseCommand):
    help = "Serve the training inverter over Modbus TCP until it is stopped (Ctrl-C)."
    requires_system_checks: list[str] = []  # it serves a device and needs no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where it listens; Modbus knows no passwords")
        parser.add_argument("--port", type=int, default=1502, help="0 takes a free one")
        parser.add_argument("--serial", default="SIM-0001", help="what it says its serial is")
        parser.add_argument("--sun", type=float, default=SUN, metavar="W", help="what the modules could give")
        parser.add_argument("--load", type=float, default=LOAD, metavar="W", help="what the house asks for")
        parser.add_argument("--speed", type=float, default=1.0, help="seconds of the device in a second")
        parser.add_argument("--seconds", type=float, help="stop by itself after so long")

    def handle(self, *args: Any, **given: Any) -> None:
        if not 0 < given["speed"] <= MOST_SPEED:
            self._refuse(f"The speed {given['speed']:g} is outside 0 to {MOST_SPEED:g}. Write one between.")
        until = None if given["seconds"] is None else time.monotonic() + given["seconds"]
        try:
            with SimulatedInverter(serial=given["serial"], host=given["host"], port=given["port"]) as inverter:
                inverter.set_sun(given["sun"])
                inverter.set_load(given["load"])
                self.stdout.write(f"Serial {inverter.serial} answers at {inverter.host}:{inverter.port}, unit 1.")
                self.stdout.flush()
                while until is None or time.monotonic() < until:
                    pause = TICK_S if until is None else min(TICK_S, max(0.0, until - time.monotonic()))
                    time.sleep(pause)
                    inverter.advance(pause * given["speed"])
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except ValueError as problem:
            self._refuse(f"{problem} Correct it.")
        except (OSError, RuntimeError) as problem:
            self._refuse(f"{given['host']}:{given['port']} can't be served: {problem}. Name another port.")

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)
