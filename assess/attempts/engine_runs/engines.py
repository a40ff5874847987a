"""Carrying out what a candidate made in the browser: a drawing is judged, settings are written into a device and read back.

    python -m assess.attempts.engine_runs.engines < job.json     → a line of JSON for each step, the last with the run's record

It runs in a process of its own (`engine_process` starts it), knows no database and no candidate, and speaks to the device as
any station does: over real Modbus TCP on loopback, through the adapter's contract.
"""

import dataclasses
import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import Attachment, RunRecord, to_document
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter, SunSpecSession
from simulator_adapters.photovoltaic.checking import Write, apply_writes, check_settings, inverter_for
from simulator_adapters.photovoltaic.client import WriteResult
from simulator_adapters.photovoltaic.grid_record import RecordedGrid
from simulator_adapters.photovoltaic.reported import ReportedModel, reported
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.wiring import WiringInputError
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan

SECONDS = 30.0
"""How long the device may take, all in all."""
MOST_WRITES = 200
AFTER_THE_DIP_S = 10
"""So long the output is looked at once the device feeds in again."""

Tell = Callable[[str, int, int], None]
"""Hears what is being done (`write`, `read`), how many are done and of how many."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of a job: the run's record, what its maker may see of it, or why there is nothing to run.

    Attributes
    ----------
    seen
        Of settings: each write with the device's answer, every register as the device reports it, and the output after a dip.
        Neither a target nor a verdict.
    """

    record: RunRecord | None = None
    seen: Mapping[str, Any] | None = None
    refused: str = ""


def perform(job: Mapping[str, Any], tell: Tell) -> Made:
    """Carry out a job (`kind`, `document`, and what was made); whatever the equipment does, the record says it."""
    return _settings(job, tell) if job["kind"] == "settings" else _wiring(job)


def _wiring(job: Mapping[str, Any]) -> Made:
    until = time.monotonic() + SECONDS
    session = WiringAdapter().connect({"task": job["document"]}, deadline=until)
    try:
        plan = wiring_plan(session.task, job["wires"])
        return Made(record=session.run(plan, deadline=until, cancel=threading.Event()))
    except WiringInputError as error:
        return Made(refused=str(error))
    finally:
        session.close()


def _settings(job: Mapping[str, Any], tell: Tell) -> Made:
    spec = SettingsSpec.from_document(job["document"])
    until = time.monotonic() + SECONDS
    with inverter_for(spec, serial=job["serial"]) as inverter:
        config = {"host": inverter.host, "port": inverter.port, "serial": job["serial"]}
        session = SunSpecAdapter().connect(config, deadline=until)
        try:
            results = _write_all(session, job["writes"], tell, until)
            tell("read", 0, 1)
            models = reported(session.client, deadline=until)
            grid = RecordedGrid(inverter, lambda: _watts(session, until))
            profile = job["profile"] or None
            record = check_settings(spec, session, profile=profile, answers=job["answers"], bench=grid, deadline=until)
            if grid.samples:
                for _ in range(AFTER_THE_DIP_S):
                    grid.advance(1)
        finally:
            session.close()
    output = [[one.seconds, f"{one.volts_percent:g}", one.watts] for one in grid.samples]
    seen = {
        "serial": record.instrument.serial,
        "firmware": record.instrument.firmware,
        "writes": [_answered(raw, one, models) for raw, one in zip(job["writes"], results, strict=True)],
        "models": [dataclasses.asdict(one) for one in models],
        "dip": output,
    }
    evidence = [_attachment("writes.json", {"asked": list(job["writes"]), "answered": seen["writes"]})]
    if output:
        evidence.append(_attachment("dip.json", output))
    return Made(record=dataclasses.replace(record, attachments=(*record.attachments, *evidence)), seen=seen)


def _write_all(session: SunSpecSession, writes: Sequence[Any], tell: Tell, until: float) -> list[WriteResult]:
    """Write one after another in the order given; what can't be read as a write, and what is too much, is refused by name."""
    results: list[WriteResult] = []
    for number, raw in enumerate(writes, start=1):
        tell("write", number - 1, len(writes))
        one = read_write(raw)
        if one is None or number > MOST_WRITES:
            why = (
                "is no model, point, place and value" if one is None else f"is beyond the {MOST_WRITES} that are taken"
            )
            results.append(WriteResult(f"write {number}", accepted=False, sentence=f"Write {number} {why}."))
            continue
        results += apply_writes(session, [one], deadline=until)
    tell("write", len(writes), len(writes))
    return results


def _answered(raw: Any, result: WriteResult, models: Sequence[ReportedModel]) -> dict[str, Any]:
    """A write with the device's answer, and where the device's own registers say why it was refused, that too."""
    sentence, one = result.sentence, read_write(raw)
    if not result.accepted and one is not None:
        registers = {(block.model, r.point, r.index): r for block in models for r in block.registers}
        model, point, index, _ = one
        group = point.partition(".")[0]
        held = registers.get((model, point, tuple(index)))
        lock = registers.get((model, f"{group}.ReadOnly", tuple(index[:1])))
        if held is not None and not held.writable:
            sentence = f"{sentence} This point can only be read."
        elif lock is not None and lock.value == "1":
            sentence = f"{sentence} Set {index[0]} can only be read."
    return {"name": result.name, "accepted": result.accepted, "sentence": sentence}


def read_write(raw: Any) -> Write | None:
    """A write as the journal holds it: model, point, place in its groups, value as text. None where it is no such thing.

    >>> read_write([704, "WMaxLimPct", [], "60"])
    (704, 'WMaxLimPct', [], '60')
    >>> read_write([704, "WMaxLimPct", "1", "60"]) is None
    True
    """
    if not isinstance(raw, list) or len(raw) != 4:
        return None
    model, point, index, value = raw
    places = isinstance(index, list) and len(index) <= 4 and all(type(one) is int and 0 < one < 1000 for one in index)
    if type(model) is not int or not isinstance(point, str) or not places or not isinstance(value, str):
        return None
    return model, point[:80], index, value[:60]


def _watts(session: SunSpecSession, until: float) -> int:
    raw = session.client.block(701, deadline=until).raw("W")
    return raw if isinstance(raw, int) else 0


def _attachment(name: str, document: Any) -> Attachment:
    data = documents.canonical_bytes(document)
    return Attachment(name=name, media_type="application/json", sha256=hashlib.sha256(data).hexdigest(), data=data)


def main() -> None:
    """Read a job from the standard input, say each step and the result on the standard output."""

    def say(document: Mapping[str, Any]) -> None:
        print(json.dumps(document), flush=True)

    def tell(step: str, done: int, of: int) -> None:
        say({"step": step, "done": done, "of": of})

    made = perform(json.load(sys.stdin), tell)
    record = None if made.record is None else to_document(made.record)
    say({"record": record, "seen": made.seen, "refused": made.refused})


if __name__ == "__main__":
    main()
