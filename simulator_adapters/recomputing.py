"""Computes a stored run again from its raw evidence, and says where the result differs.

    again = recomputed(record, plan=plan, raw=raw)     the same record, but for its identifier and its clocks
    differences(record, again)                         sentences; empty when every verdict and value is bit-equal

Four sorts of raw evidence are understood. What a feed sent is read again from its message or file. A drawing is judged again
from its wires. SunSpec registers are read again by the same steps (and the dip from the output that was sampled). An SCPI
transcript answers the same questions. A wire trace beats all of them: the whole session is played again through the adapter.

What speaks about the equipment is not computed again: its cause was a clock, a cable or a person.
"""

import ast
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Event
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterError,
    Deadline,
    DeadlineExceeded,
    Instrument,
    Measurement,
    Outcome,
    Plan,
    RunRecord,
    Session,
    Step,
)
from simulator_adapters.feeds import recording as feeds
from simulator_adapters.feeds.logger_file import LoggerFileError
from simulator_adapters.feeds.messages import MessageRefused
from simulator_adapters.instruments import scpi
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter, SunSpecSession
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError
from simulator_adapters.recording import Trace
from simulator_adapters.replay import Replayer, ReplayMismatch
from simulator_adapters.wire import Wire
from simulator_adapters.wiring import adapter as wiring

MOST_DRAINED = 20_000
_LONG = 24 * 3600.0
_FROM_REGISTERS = frozenset({"identify", "setting", "response", "answer", "enter_service"})
VERSIONS = {
    "wiring": wiring.VERSION,
    "sunspec": SunSpecAdapter.manifest.version,
    "scpi": scpi.VERSION,
    "feed": feeds.VERSION,
}


class NotRecomputable(ValueError):
    """The run can't be computed again from what is at hand; the sentence says what is missing."""

    code = "not_recomputable"


def recomputed(
    record: RunRecord,
    *,
    plan: Plan,
    raw: Mapping[str, bytes],
    trace: Trace | None = None,
    task: Mapping[str, Any] | None = None,
) -> RunRecord:
    """Compute a run again.

    Parameters
    ----------
    plan
        The plan it carried out; its digest must be the record's.
    raw
        Bytes by SHA-256 in hexadecimal, for attachments whose bytes did not travel with the record.
    trace
        The wire trace of its session, where one was recorded.
    task
        For a wiring: the task's document.

    Raises
    ------
    NotRecomputable
        Says in a sentence what is missing, or what is not as it was.
    """
    _check(record, plan)
    if record.adapter == "wiring":
        if task is None:
            raise NotRecomputable("The task of the drawing is not at hand.")
        session: Session = wiring.WiringAdapter().connect({"task": task}, deadline=_forever())
        again = session.run(plan, deadline=_forever(), cancel=_NoWait())
    elif record.adapter == "feed":
        again = _from_a_feed(record, raw)
    elif trace is not None:
        again = _from_trace(record, plan, trace)
    elif record.adapter == "sunspec":
        again = _from_registers(record, plan, raw)
    else:
        again = _from_transcript(record, plan, raw)
    return _with_what_was_recorded(again, record)


def differences(stored: RunRecord, again: RunRecord) -> tuple[str, ...]:
    """Where a run that was computed again says something else, the verdicts first; clocks and identifiers are not compared."""
    found = [
        f"{name}: stored {_told(getattr(stored, name))}, computed {_told(getattr(again, name))}."
        for name in ("outcome", "score", "max_score", "hazards", "sentence", "plan_sha256", "instrument", "engine")
        if getattr(stored, name) != getattr(again, name)
    ]
    found += _steps_differ(stored, again)
    names = [one.name for one in stored.measurements]
    if names != [one.name for one in again.measurements]:
        return (*found, f"It holds {len(names)} measurements, computed are {len(again.measurements)}; or others.")
    for one, other in zip(stored.measurements, again.measurements, strict=True):
        if _without_clocks(one) != _without_clocks(other):
            was, now = (f"{_told(m.value)} {m.unit} {m.verdict}" for m in (one, other))
            found.append(f"{one.name}: stored {was}, computed {now}.")
    return tuple(found)


def wiring_plan_of(record: RunRecord, raw: Mapping[str, bytes]) -> Plan:
    """The plan of a wiring run, from its drawing alone."""
    drawn = attached(record, "wires.json", raw).decode()
    step = Step(name="evaluate", action="evaluate", parameters={"wires": drawn})
    return Plan(name=record.plan, version=record.adapter_version, subject=record.subject, steps=(step,))


def attached(record: RunRecord, name: str, raw: Mapping[str, bytes]) -> bytes:
    """The bytes of an attachment, which must be those of its digest.

    Raises
    ------
    NotRecomputable
        Where it is not there, or not what its digest says.
    """
    found = next((one for one in record.attachments if one.name == name), None)
    if found is None:
        raise NotRecomputable(f"The record has no {name}.")
    data = found.data or raw.get(found.sha256, b"")
    if not data:
        raise NotRecomputable(f"The bytes of {name} are not here; they were not sent yet, or were erased.")
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise NotRecomputable(f"The bytes of {name} are not those of its digest.")
    return data


def _check(record: RunRecord, plan: Plan) -> None:
    if not record.outcome.is_candidate:
        raise NotRecomputable(f"It ended {record.outcome}, which speaks about the equipment.")
    if record.adapter not in VERSIONS:
        raise NotRecomputable(f"Nothing here computes runs of {record.adapter!r} again.")
    if record.adapter_version != VERSIONS[record.adapter]:
        raise NotRecomputable(
            f"It was made by version {record.adapter_version[:20]} of the adapter; this is {VERSIONS[record.adapter]}."
        )
    if documents.digest(documents.encode(plan)) != record.plan_sha256:
        raise NotRecomputable("The plan at hand is not the one that was carried out.")


# --- what a feed sent -----------------------------------------------------------------------------------------------------


def _from_a_feed(record: RunRecord, raw: Mapping[str, bytes]) -> RunRecord:
    if not record.attachments:
        raise NotRecomputable("The record names no raw evidence.")
    try:
        return feeds.recorded_again(record, attached(record, record.attachments[0].name, raw))
    except (MessageRefused, LoggerFileError, ValueError) as problem:
        if isinstance(problem, NotRecomputable):
            raise
        raise NotRecomputable(f"What the feed sent can't be read: {problem}") from None


# --- a wire trace ---------------------------------------------------------------------------------------------------------


def _from_trace(record: RunRecord, plan: Plan, trace: Trace) -> RunRecord:
    opener = Replayer(trace)
    config: dict[str, Any] = {"host": "recording", "port": 1, "serial": record.instrument.serial}
    try:
        if record.adapter == "sunspec":
            unit = str(trace.about.get("unit", "1"))
            inverter = SunSpecAdapter(opener=opener).connect(config | {"unit": int(unit)}, deadline=_forever())
            return inverter.run(plan, deadline=_forever(), cancel=_NoWait(), bench=_StillBench())
        meter = scpi.ScpiAdapter(opener=opener).connect(config, deadline=_forever())
        return meter.run(plan, deadline=_forever(), cancel=_NoWait())
    except (ReplayMismatch, AdapterError) as mismatch:
        raise NotRecomputable(f"The trace holds something else than the adapter asks: {mismatch}") from None


class _StillBench:
    """What was played at the bench is in the trace: the device's answers are."""

    def set_grid_voltage(self, percent: float) -> None:
        """Played already."""

    def advance(self, seconds: float) -> None:
        """Played already."""

    def set_sun(self, watts: float) -> None:
        """Played already."""

    def set_load(self, watts: float) -> None:
        """Played already."""

    def rest(self) -> None:
        """Played already."""


# --- registers of a SunSpec device ----------------------------------------------------------------------------------------


def _from_registers(record: RunRecord, plan: Plan, raw: Mapping[str, bytes]) -> RunRecord:
    actions = {step.action for step in plan.steps}
    if beyond := sorted(actions - _FROM_REGISTERS):
        raise NotRecomputable(f"A step {beyond[0]!r} needs the trace of its session; registers do not hold it.")
    try:
        blocks = json.loads(attached(record, "registers.json", raw)) if actions & {"setting", "response"} else []
        played = json.loads(attached(record, "dip.json", raw)) if "enter_service" in actions else []
        device = _StoredDevice(record.instrument, blocks, played)
        session = SunSpecSession(device, record.instrument)  # type: ignore[arg-type]  # it asks for blocks and identity alone
        return session.run(plan, deadline=_forever(), cancel=_NoWait(), bench=device)
    except NotRecomputable:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ModelError) as problem:
        raise NotRecomputable(f"The registers can't be read as the plan asks: {problem}") from None


class _StoredDevice:
    """Stands in for a client and for the bench: answers with the stored blocks, and with the output that was sampled at the dip."""

    def __init__(self, instrument: Instrument, blocks: Sequence[Mapping[str, Any]], played: Sequence[Any]) -> None:
        self._instrument = instrument
        self._blocks: dict[int, list[ModelBlock]] = {}
        for one in blocks:
            block = ModelBlock.of(int(one["model"]), int(one["address"]), [int(word) for word in one["words"]])
            self._blocks.setdefault(block.model, []).append(block)
        self._watts = [int(watts) for _, _, watts in played]
        self._at = 0

    def identity(self, *, deadline: Deadline) -> Instrument:
        return self._instrument

    def block(self, model: int, *, deadline: Deadline) -> Any:
        if self._at:
            return _Output(self._watts[self._at - 1])
        waiting = self._blocks.get(model, [])
        if not waiting:
            raise ModelError(f"No further block of model {model} was recorded.")
        return waiting.pop(0)

    def set_grid_voltage(self, percent: float) -> None:
        self._at += 2  # the output was sampled before and after

    def advance(self, seconds: float) -> None:
        self._at += 1


class _Output:
    def __init__(self, watts: int) -> None:
        self._watts = watts

    def raw(self, path: str) -> int:
        return self._watts


# --- a transcript of an SCPI instrument -----------------------------------------------------------------------------------


def _from_transcript(record: RunRecord, plan: Plan, raw: Mapping[str, bytes]) -> RunRecord:
    config = {"host": "transcript", "port": 1, "serial": record.instrument.serial}
    try:
        opener = _Transcript(json.loads(attached(record, "transcript.json", raw)))
        session = scpi.ScpiAdapter(opener=opener).connect(config, deadline=_forever())
        return session.run(plan, deadline=_forever(), cancel=_NoWait())
    except NotRecomputable:
        raise
    except (ReplayMismatch, AdapterError, LookupError, TypeError, ValueError, SyntaxError) as problem:
        raise NotRecomputable(f"The transcript holds something else than the adapter asks: {problem}") from None


class _Transcript:
    """Plays a transcript as the instrument: its answers, its silences, and what arrived late."""

    def __init__(self, lines: Sequence[Mapping[str, str]]) -> None:
        self._lines = [(line["asked"], line["answered"]) for line in lines]
        self._next = 0
        self._asked: str | None = None

    def __call__(self, host: str, port: int, *, deadline: Deadline) -> Wire:
        asked, answered = self._peek()
        if asked and answered.startswith("! "):
            self._next += 1  # the answers were out of step, so that the connection was given up
        self._asked = None
        return self

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        self._asked = data.decode("ascii").rstrip("\n")

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        raise ReplayMismatch("An instrument is read by lines.")

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        asked, answered = self._peek()
        if self._asked is None:
            if asked == "" and answered.startswith("drained "):
                self._next += 1
                return bytes(ast.literal_eval(answered.removeprefix("drained ")[:MOST_DRAINED]))
            raise DeadlineExceeded("Nothing more arrived.")
        if answered.startswith("! "):
            self._next += 1
            raise DeadlineExceeded(answered.removeprefix("! "))
        if asked != self._asked:
            raise ReplayMismatch(f"It asks {self._asked!r}; {asked!r} was asked.")
        self._next += 1
        self._asked = None
        return answered.encode("ascii", errors="replace") + b"\n"

    def close(self) -> None:
        """Nothing is held."""

    def _peek(self) -> tuple[str, str]:
        return self._lines[self._next] if self._next < len(self._lines) else ("", "")


# --- what is compared -----------------------------------------------------------------------------------------------------


class _NoWait(Event):
    """Nobody waits between repeats of what is over."""

    def wait(self, timeout: float | None = None) -> bool:
        """At once."""
        return self.is_set()


def _forever() -> Deadline:
    return time.monotonic() + _LONG


def _with_what_was_recorded(again: RunRecord, record: RunRecord) -> RunRecord:
    """What is no computation is taken over: identifiers, clocks, the calibration of the booked instrument, attachments."""
    taken = [
        replace(one, instrument=_calibrated(one.instrument, was.instrument), **_clocks(was))
        for one, was in zip(again.measurements, record.measurements, strict=False)
    ]
    return replace(
        again,
        run_id=record.run_id,
        t_started=record.t_started,
        t_ended=record.t_ended,
        instrument=_calibrated(again.instrument, record.instrument),
        measurements=(*taken, *again.measurements[len(taken) :]),
        attachments=record.attachments,
    )


def _clocks(was: Measurement) -> dict[str, Any]:
    return {"t_host_monotonic": was.t_host_monotonic, "t_device": was.t_device, "t_server": was.t_server}


def _calibrated(seen: Instrument, recorded: Instrument) -> Instrument:
    if seen.serial != recorded.serial:
        return seen
    return replace(
        seen,
        calibration_due=recorded.calibration_due,
        calibration_certificate=recorded.calibration_certificate,
    )


def _without_clocks(one: Measurement) -> Measurement:
    return replace(one, t_host_monotonic=0, t_device=None, t_server=None)


def _steps_differ(stored: RunRecord, again: RunRecord) -> list[str]:
    was = {step.name: (step.outcome, step.sentence) for step in stored.steps}
    now = {step.name: (step.outcome, step.sentence) for step in again.steps}
    return [
        f"Step {name}: stored {_step(was.get(name))}, computed {_step(now.get(name))}."
        for name in dict.fromkeys([*was, *now])
        if was.get(name) != now.get(name)
    ]


def _step(found: tuple[Outcome, str] | None) -> str:
    return "nothing" if found is None else f"{found[0]} ({found[1]})"


def _told(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "nothing" if value is None else str(value)
