"""From what a feed sent to a run record: readings as measurements, a logger file as what its rows come to."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    Attachment,
    Engine,
    Instrument,
    Measurement,
    Outcome,
    Plan,
    RunRecord,
    Step,
    StepRecord,
)
from simulator_adapters.feeds.logger_file import Column, Mark, Row, read_logger_file
from simulator_adapters.feeds.messages import MOST_READINGS, MessageRefused, Reading, read_message
from simulator_adapters.measurement import Status, measure
from simulator_adapters.quantities import round_to
from simulator_adapters.running import attached

VERSION = "1"
ANNOUNCED = "announcement.json"
MOST_PLACES = 12
_EXACT = Context(prec=60)
_SENTENCES = {
    Mark.DUPLICATE: "Rows that came twice, counted once: {}.",
    Mark.LATE: "Rows that stand after later ones: {}.",
    Mark.CONTRADICTS: "Rows that say something else for a moment that was there before: {}.",
}


@dataclass(frozen=True, kw_only=True)
class Received:
    """What a run record is made of, beside the readings.

    Attributes
    ----------
    feed, work
        The feed's name, and the task that its role is booked for.
    booked
        The serial that is booked; readings of another device make the run void.
    instrument
        The device by its own account, with the calibration that the register holds now.
    raw, raw_type, raw_sha256
        Name, media type and digest of the raw evidence, which is kept beside the record.
    announced
        Of a file: the document of the message that declared it.
    at
        When the server had it; None where the record is only made again.
    """

    run_id: str
    feed: str
    work: str
    booked: str
    instrument: Instrument
    raw: str
    raw_type: str
    raw_sha256: str
    at: datetime | None
    announced: Mapping[str, Any] | None = None


def record_of(received: Received, readings: Sequence[Reading]) -> RunRecord:
    """The run record of what came: PASS says that it was read, not that it is right, which is for the task's own limits to say."""
    plan = Plan(
        name=f"feed/{received.feed}",
        version=VERSION,
        subject=received.work,
        steps=tuple(Step(name=one.name, action="receive") for one in readings),
    )
    outcome, sentence = _outcome(received, readings)
    written = documents.encode(plan)
    digest = documents.digest(written)
    beside = [attached("plan.json", written)]
    if received.announced is not None:
        beside.append(attached(ANNOUNCED, received.announced))
    now = time.monotonic_ns()
    return RunRecord(
        run_id=received.run_id,
        adapter="feed",
        adapter_version=VERSION,
        plan=plan.name,
        plan_sha256=digest,
        subject=received.work,
        outcome=outcome,
        sentence=sentence,
        steps=tuple(_step(one) for one in readings),
        measurements=tuple(_measurement(number, one, received, now) for number, one in enumerate(readings)),
        instrument=received.instrument,
        engine=Engine(name="assayer-feed", version=VERSION, model_sha256=digest),
        t_started=now,
        t_ended=now,
        attachments=(
            Attachment(name=received.raw, media_type=received.raw_type, sha256=received.raw_sha256, data=b""),
            *beside,
        ),
    )


def recorded_again(record: RunRecord, raw: bytes) -> RunRecord:
    """The record of what a feed sent, made again from its raw bytes.

    Raises
    ------
    MessageRefused, LoggerFileError
        When the bytes can't be read as they were.
    """
    kept = record.attachments[0]
    announced = next((json.loads(one.data) for one in record.attachments if one.name == ANNOUNCED), None)
    message = read_message(json.loads(raw) if announced is None else announced)
    readings = message.readings
    if message.declared is not None:
        readings = readings_of_rows(read_logger_file(raw, message.declared), message.declared.columns)
    received = Received(
        run_id=record.run_id,
        feed=record.plan.removeprefix("feed/"),
        work=record.subject,
        booked=record.instrument.serial,
        instrument=record.instrument,
        raw=kept.name,
        raw_type=kept.media_type,
        raw_sha256=kept.sha256,
        at=None,
        announced=announced,
    )
    return record_of(received, readings)


def _outcome(received: Received, readings: Sequence[Reading]) -> tuple[Outcome, str]:
    seen = received.instrument.serial
    if seen != received.booked:
        return Outcome.VOID, f"Serial {seen!r} sent this, {received.booked!r} is booked. Check the bay and the feed."
    good = sum(one.value is not None for one in readings)
    if not good:
        return Outcome.ERROR, "Not one of the readings has a value."
    return Outcome.PASS, f"{good} of {len(readings)} readings have a value."


def _step(one: Reading) -> StepRecord:
    outcome = Outcome.PASS if one.value is not None else Outcome.ERROR
    return StepRecord(name=one.name, outcome=outcome, attempts=1, sentence=one.sentence)


def _measurement(number: int, one: Reading, received: Received, now: int) -> Measurement:
    return measure(
        name=one.name,
        value=one.value,
        unit=one.unit,
        places=places_of(one.value),
        status=one.status,
        uncertainty=one.uncertainty,
        sequence=number,
        t_host_monotonic=now,
        t_device=one.at,
        instrument=received.instrument,
        raw_ref=received.raw,
        sentence=one.sentence,
    )


def places_of(value: Decimal | None) -> int:
    """The decimal places of a value as it was written, at most 12.

    >>> places_of(Decimal("0.450")), places_of(Decimal("12")), places_of(None)
    (3, 0, 0)
    """
    exponent = 0 if value is None else value.as_tuple().exponent
    return min(max(0, -exponent), MOST_PLACES) if isinstance(exponent, int) else 0


def readings_of_rows(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[Reading, ...]:
    """What the rows of a logger file come to: of each column its least, greatest, mean and last value.

    Rows that repeat another are counted once. Where rows contradict each other the column has no value: people look at the
    file. The mean has one place more than the values.

    Raises
    ------
    MessageRefused
        `no_rows`, `too_many_readings`.
    """
    if not rows:
        raise MessageRefused("no_rows", "The file has a heading and no row. Send the file with its rows.")
    if 4 * len(columns) > MOST_READINGS:
        most = MOST_READINGS // 4
        raise MessageRefused("too_many_readings", f"{len(columns)} columns are declared, {most} are the most.")
    said = _marks(rows)
    contradicts = any(row.mark is Mark.CONTRADICTS for row in rows)
    kept = sorted((row for row in rows if row.mark in (Mark.NEW, Mark.LATE)), key=lambda row: row.at)
    return tuple(reading for column in columns for reading in _column(column, kept, said=said, contradicts=contradicts))


def _marks(rows: Sequence[Row]) -> str:
    counts = ((mark, sum(row.mark is mark for row in rows)) for mark in _SENTENCES)
    told = [_SENTENCES[mark].format(count) for mark, count in counts if count]
    return " ".join(told)


def _column(column: Column, rows: Sequence[Row], *, said: str, contradicts: bool) -> Iterator[Reading]:
    found = [(row.at, value) for row in rows for name, value, _ in row.readings if name == column.name]
    values = [value for _, value in found if value is not None]
    missing = len(found) - len(values)
    sentence = " ".join(
        filter(None, (f"Values: {len(values)}.", f"Rows without one: {missing}." if missing else "", said))
    )
    places = max((places_of(value) for value in values), default=0)
    summary: dict[str, tuple[Decimal | None, datetime | None]] = {
        "least": (min(values, default=None), None),
        "greatest": (max(values, default=None), None),
        "mean": (_mean(values, places), None),
        "last": (found[-1][1], found[-1][0]),
    }
    for name, (value, at) in summary.items():
        stands = None if contradicts else value
        yield Reading(
            name=f"{column.name}.{name}",
            value=stands,
            unit=column.unit,
            status=Status.OK if stands is not None else Status.BAD_QUALITY,
            at=at,
            uncertainty=None,
            sentence=sentence,
        )


def _mean(values: Sequence[Decimal], places: int) -> Decimal | None:
    if not values:
        return None
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return round_to(_EXACT.divide(total, Decimal(len(values))), min(places + 1, MOST_PLACES))
