"""`commission FILE`: carry out a storage commissioning at a SunSpec device, or at the training inverter. Needs no database."""

import json as json_
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from assess.schemes.errors import SchemeError
from assess.schemes.sources import read_yaml
from simulator_adapters.contract import AdapterError, Outcome, RunRecord, to_document
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.commissioning import CommissioningSpec, check_commissioning, commissioning_plan
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.settings import SpecError
from simulator_adapters.recording import TraceExists, TraceWriter, recorded
from simulator_adapters.wire import open_tcp

FAILED, UNREADABLE, EQUIPMENT = 1, 2, 3
PATIENCE_S = 120.0
SERIAL = "SIM-0001"


class Command(BaseCommand):
    help = "Verify, set, read back and try out a storage system, by a file that holds the limits."
    requires_system_checks: list[str] = []  # it reads a file and a device, and no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="YAML, see the reference of content files")
        parser.add_argument("entry", nargs="?", metavar="ID", help="which entry of the file, where it has several")
        parser.add_argument("--simulate", action="store_true", help="at the training inverter, with everything played")
        parser.add_argument("--host", default="127.0.0.1", help="the device's address")
        parser.add_argument("--port", type=int, default=502, help="the device's port")
        parser.add_argument("--unit", type=int, default=1, help="the device's Modbus unit")
        parser.add_argument("--serial", help="the serial that is meant; another one is not touched")
        parser.add_argument("--trace", type=Path, metavar="FILE", help="record every byte on the wire to a new file")
        parser.add_argument("--json", action="store_true", help="print the run record as JSON")

    def handle(
        self, *args: Any, file: Path, entry: str | None, simulate: bool, trace: Path | None, json: bool, **at: Any
    ) -> None:
        if not simulate and not at["serial"]:
            self._refuse("Name the serial that is meant (--serial), or work at the training inverter (--simulate).")
        try:
            spec = CommissioningSpec.from_document(_chosen(read_yaml(file), entry, file), source=file.name)
        except (SchemeError, SpecError) as problem:
            self._refuse(str(problem))
        if problems := check_commissioning(spec):
            self._refuse("\n".join(problems))
        config = {name: at[name] for name in ("host", "port", "unit", "serial")}
        try:
            record = _carried_out(spec, config, simulate=simulate, trace=trace)
        except AdapterError as error:
            self.stderr.write(error.sentence)
            sys.exit(EQUIPMENT)
        except TraceExists as there:
            self._refuse(str(there))
        except OSError as error:
            self._refuse(f"{trace} can't be written: {error.strerror}. Name a file that is not there yet.")
        told = (
            json_.dumps(to_document(record), ensure_ascii=False) if json else "\n".join(_told(spec, record, simulate))
        )
        self.stdout.write(told)
        if record.outcome is not Outcome.PASS:
            sys.exit(FAILED if record.outcome.is_candidate else EQUIPMENT)

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(UNREADABLE)


def _chosen(document: Any, entry: str | None, file: Path) -> Any:
    """The entry of that id; the only one where none is named. A file may hold one entry alone."""
    listed = document.get("commissioning") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        return document
    found = [one for one in listed if entry is None or (isinstance(one, Mapping) and one.get("id") == entry)]
    if len(found) != 1:
        ids = ", ".join(str(one.get("id")) for one in listed if isinstance(one, Mapping))
        raise SpecError(
            file.name, entry or "(no id)", "This is not exactly one entry.", f"Name one of {ids or 'them'}."
        )
    return found[0]


def _carried_out(spec: CommissioningSpec, config: dict[str, Any], *, simulate: bool, trace: Path | None) -> RunRecord:
    until = time.monotonic() + PATIENCE_S
    with ExitStack() as stack:
        bench = None
        if simulate:
            config["serial"] = config["serial"] or SERIAL
            bench = stack.enter_context(SimulatedInverter(serial=config["serial"]))
            config |= {"host": bench.host, "port": bench.port, "unit": 1}
        opener = open_tcp
        if trace is not None:
            writer = TraceWriter(trace, {"serial": config["serial"], "unit": str(config["unit"])})
            stack.callback(writer.seal)
            opener = recorded(open_tcp, writer)
        session = SunSpecAdapter(opener=opener).connect(config, deadline=until)
        stack.callback(session.close)
        plan = commissioning_plan(spec, what_if=bench is not None)
        return session.run(plan, deadline=until, cancel=Event(), bench=bench)


def _told(spec: CommissioningSpec, record: RunRecord, simulate: bool) -> Iterator[str]:
    yield f"{spec.title}: {record.instrument.id}, serial {record.instrument.serial}"
    marks = {Outcome.PASS: "ok  ", Outcome.FAIL: "FAIL", Outcome.MARGINAL: "ASK "}
    for step in record.steps:
        yield f"{marks.get(step.outcome, 'STOP')}  {step.name}: {step.sentence}"
    if spec.what_if and not simulate:
        yield f"NOTE  {len(spec.what_if)} what-ifs were not played: no bench plays sun, house and grid here."
    yield f"{record.outcome}: {record.sentence}"
