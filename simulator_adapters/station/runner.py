"""One run: the booked plan on the booked device, its wire recorded and sealed, and everything that came of it written to the spool.

Whatever happens the record says it. A run is noted before anything is asked of a device; one that a kill or a power cut ended is
found by that note at the next start and recorded as ABORTED. Every exit goes through `abort`, so that the device is left in a safe
state; that an equipment outcome costs the candidate nothing is the server's to hold.
"""

import contextlib
import dataclasses
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterError,
    Attachment,
    Cancelled,
    DeadlineExceeded,
    Engine,
    IdentityMismatch,
    Instrument,
    Measurement,
    Outcome,
    Plan,
    RunRecord,
    Session,
    StepRecord,
    to_document,
)
from simulator_adapters.quantities import QuantityError, canonical_unit
from simulator_adapters.recording import TraceWriter, recorded
from simulator_adapters.registry import adapter
from simulator_adapters.short_clocks import with_short_clocks
from simulator_adapters.station.bookings import Booking, Device, Row
from simulator_adapters.station.errors import DiskFull, StationError
from simulator_adapters.station.evidence import EvidenceBox, Piece
from simulator_adapters.station.spool import MOST_PAYLOAD, StreamSpool
from simulator_adapters.station.uplink import Offset
from simulator_adapters.wire import open_tcp

VERSION = "1"
SECONDS = 300.0
"""The total deadline of a run, unless the device's configuration says otherwise (`seconds`)."""
GRACE_S = 5.0
"""How long a cancelled run may take to end by itself before its connection is cut."""
MOST_ATTACHED = 24_000
"""So many bytes of attachments travel inside the record; more go beside it as evidence, and the record keeps their digests."""
ROOM_NEEDED = 32 * 1024**2
RESERVE = 262_144
"""Bytes set aside so that even on a full disk the end of a run can still be written."""


@dataclass(frozen=True)
class Bench:
    """What a run needs of its station: where traces and evidence go, the key that seals them, how far the clock is off."""

    folder: Path
    key: Ed25519PrivateKey
    evidence: EvidenceBox
    offset: Callable[[], Offset | None]

    @property
    def traces(self) -> Path:
        """The folder of the traces."""
        return self.folder / "traces"


def run_booking(
    booking: Booking, device: Device, stream: StreamSpool, bench: Bench, cancel: threading.Event
) -> RunRecord:
    """Carry out a booked plan and write what came of it.

    Raises
    ------
    StationError
        `no-plan`, `closed`; `disk-full` where there is no room to keep a run: then nothing was asked of the device.
    """
    if booking.plan is None:
        raise StationError("no-plan", booking.waits_for or f"Nobody has said what is run for {booking.work}.")
    if stream.closed:
        raise StationError("closed", f"{booking.role} was closed. Fetch a new grant, then run again.")
    bench.traces.mkdir(mode=0o700, parents=True, exist_ok=True)
    _insist_on_room(bench.folder)
    _set_reserve(bench.folder)
    run_id = uuid.uuid4().hex
    digest = documents.digest(documents.encode(booking.plan))
    stream.begin(
        run_id, {"plan": booking.plan.name, "plan_sha256": digest, "work": booking.work, "serial": booking.serial}
    )
    trace = bench.traces / f"{run_id}.jsonl"
    record = _measured(booking, device, booking.plan, run_id, trace, bench, cancel)
    record = with_short_clocks(_with_calibration(record, booking))
    _keep(record, booking, stream, bench, trace)
    return record


def recover(booking: Booking, device: Device | None, stream: StreamSpool, bench: Bench) -> list[RunRecord]:
    """Record the runs that a crash ended, and bring the device back to a safe state where it can be reached."""
    ended = []
    for run_id, about in list(stream.begun.items()):
        safe = _made_safe(booking, device)
        sentence = f"The station was stopped in the middle of the run. {safe}"
        record = _without_session(booking, run_id, about["plan"], about["plan_sha256"], Outcome.ABORTED, sentence)
        trace = bench.traces / f"{run_id}.jsonl"
        record = with_short_clocks(_with_calibration(record, booking))
        _keep(record, booking, stream, bench, trace if trace.exists() else None)
        ended.append(record)
    return ended


# --- measuring ------------------------------------------------------------------------------------------------------------


def _measured(
    booking: Booking, device: Device, plan: Plan, run_id: str, trace: Path, bench: Bench, cancel: threading.Event
) -> RunRecord:
    about = {
        "run": run_id,
        "plan": plan.name,
        "adapter": booking.adapter,
        "serial": booking.serial,
        "role": booking.role,
    }
    deadline = time.monotonic() + float(device.config.get("seconds", SECONDS))
    config = {name: value for name, value in device.config.items() if name != "seconds"} | {"serial": booking.serial}
    digest = documents.digest(documents.encode(plan))
    session: Session | None = None
    try:
        writer = TraceWriter(trace, about, key=bench.key)
    except OSError as error:
        told = f"The run's trace could not be begun ({error.strerror}); nothing was asked of the device."
        return _without_session(booking, run_id, plan.name, digest, Outcome.ABORTED, told)
    try:
        session = adapter(booking.adapter, opener=recorded(open_tcp, writer)).connect(config, deadline=deadline)
        record = _cancellable(session, plan, deadline, cancel)
    except AdapterError as error:
        return _without_session(booking, run_id, plan.name, digest, _outcome(error), error.sentence)
    except OSError as error:
        told = (
            f"The recording broke off ({error.strerror or type(error).__name__}). The device was left in a safe state."
        )
        return _without_session(booking, run_id, plan.name, digest, Outcome.ABORTED, told)
    except (
        Exception
    ) as error:  # a defect in an adapter: its run is the equipment's, and whoever runs the station is told
        told = f"The adapter broke off ({type(error).__name__}: {error}). Tell who maintains it."
        return _without_session(booking, run_id, plan.name, digest, Outcome.ERROR, told[:500])
    finally:
        if session is not None:
            _leave(session)
        _sealed(writer)
    if cancel.is_set() and not record.outcome.is_candidate:
        record = dataclasses.replace(record, outcome=Outcome.ABORTED, sentence="The run was stopped at the station.")
    return dataclasses.replace(record, run_id=run_id)


def _cancellable(session: Session, plan: Plan, deadline: float, cancel: threading.Event) -> RunRecord:
    """Run in a thread of its own, so that a device that does not answer can't hold up a stop."""
    done: list[RunRecord | BaseException] = []

    def work() -> None:
        try:
            done.append(session.run(plan, deadline=deadline, cancel=cancel))
        except BaseException as error:
            done.append(error)

    thread = threading.Thread(target=work, name="run", daemon=True)
    thread.start()
    while thread.is_alive() and not cancel.wait(0.05):
        pass
    thread.join(GRACE_S)
    if thread.is_alive():
        session.abort("The run was stopped at the station.")
        thread.join(GRACE_S)
    if not done:
        raise Cancelled("The run was stopped at the station; the device did not answer and its connection was cut.")
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


def _leave(session: Session) -> None:
    with contextlib.suppress(AdapterError, OSError):  # what the device did is in the record already
        session.abort("The run is over.")
    with contextlib.suppress(AdapterError, OSError):
        session.close()


def _sealed(writer: TraceWriter) -> None:
    try:
        writer.seal()
    except OSError:
        return  # the disk is full: a trace without its seal proves its lines, not its end


def _outcome(error: AdapterError) -> Outcome:
    if isinstance(error, IdentityMismatch):
        return Outcome.VOID
    if isinstance(error, DeadlineExceeded):
        return Outcome.TIMEOUT
    return Outcome.ABORTED if isinstance(error, Cancelled) else Outcome.ERROR


def _made_safe(booking: Booking, device: Device | None) -> str:
    if device is None:
        return (
            f"{booking.serial or 'The device'} is not known at this station any more: look that it is in a safe state."
        )
    config = {name: value for name, value in device.config.items() if name != "seconds"} | {"serial": booking.serial}
    try:
        session = adapter(booking.adapter).connect(config, deadline=time.monotonic() + GRACE_S)
    except Exception as error:
        return f"{booking.serial} could not be reached afterwards ({error}): look that it is in a safe state."
    _leave(session)
    return f"{booking.serial} was brought into a safe state afterwards."


def _without_session(
    booking: Booking, run_id: str, plan: str, plan_sha256: str, outcome: Outcome, sentence: str
) -> RunRecord:
    now = time.monotonic_ns()
    return RunRecord(
        run_id=run_id,
        adapter=booking.adapter,
        adapter_version="",
        plan=plan,
        plan_sha256=plan_sha256,
        subject=booking.plan.subject if booking.plan is not None else booking.work,
        outcome=outcome,
        sentence=sentence,
        steps=(StepRecord(name="station", outcome=outcome, attempts=1, sentence=sentence),),
        measurements=(),
        instrument=Instrument(id=booking.adapter, serial=booking.serial),
        engine=Engine(name="assayer-station", version=VERSION, model_sha256=plan_sha256),
        t_started=now,
        t_ended=now,
    )


def _with_calibration(record: RunRecord, booking: Booking) -> RunRecord:
    """The calibration of the booked device, as it was known when it measured, stands in its readings and is pinned there."""

    def dated(instrument: Instrument) -> Instrument:
        if instrument.serial != booking.serial or instrument.calibration_due is not None:
            return instrument
        return dataclasses.replace(
            instrument, calibration_due=booking.calibration_due, calibration_certificate=booking.certificate
        )

    readings = tuple(dataclasses.replace(one, instrument=dated(one.instrument)) for one in record.measurements)
    return dataclasses.replace(record, instrument=dated(record.instrument), measurements=readings)


# --- keeping --------------------------------------------------------------------------------------------------------------


def _keep(record: RunRecord, booking: Booking, stream: StreamSpool, bench: Bench, trace: Path | None) -> None:
    try:
        light, pieces = _evidence_aside(record, booking, bench, trace)
        stream.append(_entries(light, booking, bench, pieces))
    except DiskFull as full:
        _free_reserve(bench.folder)
        told = f"{full.sentence} What the run measured could not be kept."
        lost = _without_session(booking, record.run_id, record.plan, record.plan_sha256, Outcome.ABORTED, told)
        stream.append([("run", _run_payload(lost, booking, bench, ()))])
        raise


def _evidence_aside(
    record: RunRecord, booking: Booking, bench: Bench, trace: Path | None
) -> tuple[RunRecord, list[Piece]]:
    """Put what is raw and large into the box; the record keeps its digests."""
    about = (booking.attempt, booking.role)
    pieces: list[Piece] = []
    if trace is not None and trace.exists():
        name = f"trace-{record.run_id}.jsonl"
        pieces.append(bench.evidence.keep(about, name, "application/jsonl", trace.read_bytes()))
        trace.unlink()
    light: list[Attachment] = []
    room = MOST_ATTACHED
    for one in record.attachments:
        if len(one.data) <= room:
            room -= len(one.data)
            light.append(one)
        else:
            pieces.append(bench.evidence.keep(about, f"{record.run_id}-{one.name}", one.media_type, one.data))
            light.append(dataclasses.replace(one, data=b""))
    made = dataclasses.replace(record, attachments=tuple(light))
    written = documents.canonical_bytes(to_document(made))
    if len(written) <= MOST_PAYLOAD - 4_000:
        return made, pieces
    pieces.append(bench.evidence.keep(about, f"record-{record.run_id}.json", "application/json", written))
    told = f"The run's record has {len(written)} bytes, more than the journal takes; it is kept as evidence. Split the plan."
    lost = _without_session(booking, record.run_id, record.plan, record.plan_sha256, Outcome.ERROR, told)
    return lost, pieces


def _entries(
    record: RunRecord, booking: Booking, bench: Bench, pieces: Sequence[Piece]
) -> list[tuple[str, Mapping[str, Any]]]:
    rows = {row.step: row for row in booking.rows}
    written: list[tuple[str, Mapping[str, Any]]] = [
        ("measurement", _measurement_payload(one, rows.get(one.name), record, booking, bench))
        for one in record.measurements
    ]
    written.append(("run", _run_payload(record, booking, bench, pieces)))
    if record.outcome.is_candidate:
        written.append(("close", {}))
    return written


def _run_payload(record: RunRecord, booking: Booking, bench: Bench, pieces: Sequence[Piece]) -> dict[str, Any]:
    return {
        "simulation": booking.work,
        "criteria": sorted({row.criterion for row in booking.rows}),
        "outcome": record.outcome.value,
        "record": to_document(record),
        "evidence": [{"name": piece.name, "sha256": piece.sha256} for piece in pieces],
    } | _clock(bench)


def _measurement_payload(
    one: Measurement, row: Row | None, record: RunRecord, booking: Booking, bench: Bench
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "simulation": booking.work,
        "run": record.run_id,
        "measurement": documents.encode(one),
    } | _clock(bench)
    if row is None:
        return payload
    payload |= {"task": booking.work, "criterion": row.criterion}
    if one.value is not None and _same_unit(row.unit, one.unit):
        payload["mark"] = {
            "readings": [{"value": f"{one.value:f}"}],
            "unit": row.unit,
            "measured_on": datetime.now(UTC).date().isoformat(),
            "entered_by": "adapter",
        }
    return payload


def _same_unit(wanted: str, code: str) -> bool:
    try:
        return canonical_unit(wanted).code == code
    except QuantityError:
        return False


def _clock(bench: Bench) -> dict[str, int]:
    """How far this clock is off the server's: recorded with each entry, corrects none. Empty before the first contact."""
    offset = bench.offset()
    return {} if offset is None else offset.document()


# --- room -----------------------------------------------------------------------------------------------------------------


def _insist_on_room(folder: Path) -> None:
    free = _free(folder)
    if free < ROOM_NEEDED:
        raise DiskFull(
            "disk-full",
            f"Only {free // 1024**2} MB are free where the station keeps its runs; {ROOM_NEEDED // 1024**2} MB are needed. "
            "Make room before measuring: nothing was asked of the device.",
        )


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _set_reserve(folder: Path) -> None:
    reserve = folder / "reserve"
    if not reserve.exists():
        reserve.write_bytes(hashlib.sha256(b"reserve").digest() * (RESERVE // 32))


def _free_reserve(folder: Path) -> None:
    (folder / "reserve").unlink(missing_ok=True)
