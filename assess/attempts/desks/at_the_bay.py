"""What happens at a bay now, for those who are there: whether it may be energised, and what its instruments just read.

An assessor sees their task's bay and readings, never another assessor's words; a candidate sees of each of their bays whether they
may energise, and no reading.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assess.attempts.folding.bay import BayStanding, bays, standing_of
from assess.attempts.folding.fold import AttemptRecord, Frame, Said, fold
from assess.attempts.journal import clock
from assess.attempts.machines.readings import Worth, readings_of_task
from assess.attempts.models import Attempt, Entry
from assess.attempts.queries import live_records
from assess.sittings.models import Assignment
from assess.sittings.queries import posts_held
from rubrics import queries as rubrics
from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import Instrument, MeasurementMark, Reading, check_mark, mark_document, mark_from_document
from simulator_adapters import documents
from simulator_adapters.contract import Measurement
from simulator_adapters.quantities import QuantityError, canonical_unit, convert

FINEST = Decimal("1E-9")
"""The last place of a number that a mark may hold."""
CANDIDATE_WORDS = {
    "not_opened": "The bay is being prepared. Supply locked off.",
    "locked": "Supply locked off – wait for permission to energise.",
    "energised": "You may energise.",
    "void": "The equipment of this bay is at fault. It costs you nothing; you will be told when you sit the task again.",
}
ASSESSOR_WORDS = {
    "not_opened": "No technician has opened this bay yet.",
    "locked": "Supply locked off. Permission to energise has not been given.",
    "energised": "Permission to energise is given.",
    "void": "The technician declared the equipment void. The task waits and costs the candidate nothing.",
}


def seen_by_assessor(person_id: uuid.UUID, attempt_id: uuid.UUID, role: str) -> dict[str, Any] | None:
    """The bay and the readings of an assessor's task, as JSON; None where the post is not theirs."""
    attempt = Attempt.objects.filter(pk=attempt_id).select_related("registration").first()
    if attempt is None or not role.startswith("assessor:"):
        return None
    candidate = attempt.registration.candidate_id
    if role not in posts_held(person_id, attempt.sitting_id, candidate):
        return None
    work = Assignment.objects.values_list("work", flat=True).get(
        sitting_id=attempt.sitting_id, candidate_id=candidate, role=role
    )
    task = _tasks(attempt).get(work)
    if task is None:
        return None
    record = fold(live_records(attempt.pk, ("technician", "adapter")), Frame(tasks=frozenset({work})))
    return {
        "server_ms": clock.now_us() // 1000,
        "bay": _bay(standing_of(work, record.bays), ASSESSOR_WORDS),
        "readings": _readings(task, record),
    }


def seen_by_candidate(attempt: Attempt) -> dict[str, Any]:
    """Whether each bay of an attempt may be energised, as JSON, of the tasks that have a hold point or void equipment."""
    record = fold(live_records(attempt.pk, ("technician",)))
    stands = {name: (task, standing_of(name, record.bays)) for name, task in _tasks(attempt).items()}
    return {
        "bays": {
            name: _bay(standing, CANDIDATE_WORDS)
            for name, (task, standing) in stands.items()
            if task.hold_point or standing.state == "void"
        }
    }


def states_among(attempts: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, BayStanding]]:
    """How bays stand, for the board: by attempt and task, those whose record is open, and void ones. One query for all."""
    rows = Entry.objects.filter(stream__subject__in=attempts, stream__role__startswith="technician:")
    said: dict[uuid.UUID, dict[str, list[tuple[str, Said]]]] = {}
    for subject, role, epoch, sequence, kind, payload, server_us in rows.order_by(
        "stream__epoch", "sequence"
    ).values_list("stream__subject", "stream__role", "stream__epoch", "sequence", "kind", "payload", "server_us"):
        word = Said(role, epoch, sequence, server_us, json.loads(payload), role)
        said.setdefault(subject, {}).setdefault(role, []).append((kind, word))
    found: dict[uuid.UUID, dict[str, BayStanding]] = {}
    for subject, words in said.items():
        writing = {role: spoken for role, spoken in words.items() if spoken[-1][0] != "close"}
        records = bays(words)
        stands = {task: standing_of(task, records) for task in sorted({task for task, _ in records})}
        still = {task for task, role in records if role in writing}
        found[subject] = {task: one for task, one in stands.items() if task in still or one.state == "void"}
    return found


def _tasks(attempt: Attempt) -> dict[str, TaskDefinition]:
    pins = {pin["task"]: pin["hash"] for pin in attempt.pins["tasks"]}
    definitions = rubrics.definitions(pins.values())
    return {name: definitions[digest] for name, digest in pins.items()}


def _bay(standing: BayStanding, words: Mapping[str, str]) -> dict[str, Any]:
    since = standing.since
    return {
        "state": standing.state,
        "words": words[standing.state],
        "since_ms": None if since is None else since.moment_us // 1000,
    }


def _readings(task: TaskDefinition, record: AttemptRecord) -> list[dict[str, Any]]:
    """What instruments read for rows of a task, the latest last."""
    rows = {row.identifier: row for row in task.criteria if row.measurement is not None}
    worth = {(one.role, one.epoch, one.sequence): one for one in readings_of_task(task, record)}
    found = []
    for words in record.measurements.values():
        for word in words:
            row = rows.get(str(word.payload.get("criterion")))
            if row is None:
                continue
            judged = worth.get((word.role, word.epoch, word.sequence))
            if judged is not None and judged.worth is Worth.EQUIPMENT and _still_goes_on(word, record):
                found.append(_reading(row, word, Worth.PROVISIONAL, "its run has not ended yet."))
            else:
                found.append(
                    _reading(row, word, judged.worth if judged else Worth.COUNTS, judged.why if judged else "")
                )
    return sorted(found, key=lambda one: (one["at_ms"], one["reading"]["role"], one["reading"]["sequence"]))


def _still_goes_on(word: Said, record: AttemptRecord) -> bool:
    """Whether no run of the reading's stream ended after it: the bench is still at it, or was cut off."""
    ended = record.runs.get(word.role, ())
    return not any((run.epoch, run.sequence) > (word.epoch, word.sequence) for run in ended)


def _reading(row: Criterion, word: Said, worth: Worth, why: str) -> dict[str, Any]:
    measured = _measured(word.payload.get("measurement"))
    mark = _mark(row, word, measured)
    day = datetime.fromtimestamp(word.moment_us / 1_000_000, UTC).date()
    due = None if measured is None else measured.instrument.calibration_due
    values = [str(one["value"]) for one in mark["readings"]] if mark else []
    if measured is not None and not values and measured.value is not None:
        values = [f"{measured.value:f}"]
    return {
        "criterion": row.identifier,
        "reading": {"role": word.role, "epoch": word.epoch, "sequence": word.sequence},
        "values": values,
        "unit": mark["unit"] if mark else "" if measured is None else measured.unit,
        "serial": "" if measured is None else measured.instrument.serial,
        "instrument": "" if measured is None else measured.instrument.id,
        "calibration": calibration_words(due, day),
        "in_calibration": due is not None and day <= due,
        "at_ms": word.moment_us // 1000,
        "counts": worth is Worth.COUNTS,
        "why": why,
        "mark": mark if worth not in (Worth.EQUIPMENT, Worth.DUPLICATE) else None,
    }


def calibration_words(due: date | None, day: date) -> str:
    """How the instrument's calibration stood on the day of a reading.

    >>> calibration_words(date(2026, 11, 25), date(2026, 11, 26))
    'calibration ended 2026-11-25: provisional'
    """
    if due is None:
        return "no calibration recorded: provisional"
    return f"calibrated until {due}" if day <= due else f"calibration ended {due}: provisional"


def _measured(document: object) -> Measurement | None:
    try:
        return documents.decode(Measurement, document)
    except (ValueError, ArithmeticError):
        return None


def _mark(row: Criterion, word: Said, measured: Measurement | None) -> dict[str, Any] | None:
    """The mark that one tap writes: the machine's own, or its one value in the unit of the row. None where neither fits."""
    try:
        given = word.payload.get("mark")
        mark = _in_the_unit_of(row, word, measured) if given is None else mark_from_document(row, given)
        if not isinstance(mark, MeasurementMark):
            return None
        if mark.instrument is None and measured is not None:
            mark = replace(mark, instrument=_instrument(measured))
        check_mark(row, mark)
    except (RubricError, QuantityError):
        return None
    return mark_document(mark)


def _in_the_unit_of(row: Criterion, word: Said, measured: Measurement | None) -> MeasurementMark | None:
    spec = row.measurement
    if spec is None or measured is None or measured.value is None or spec.places != 1 or spec.deviation is not None:
        return None
    value = convert(measured.value, canonical_unit(measured.unit), canonical_unit(spec.reading_unit))
    return MeasurementMark(
        readings=(Reading(value=min(value, value.quantize(FINEST), key=lambda one: len(f"{one:f}"))),),
        unit=spec.reading_unit,
        measured_on=datetime.fromtimestamp(word.moment_us / 1_000_000, UTC).date(),
        entered_by="adapter",
    )


def _instrument(measured: Measurement) -> Instrument:
    named = measured.instrument
    return Instrument(named.id[:60], named.serial, named.calibration_due)
