"""What an assessor (or an adapter) puts down for one criterion, and its form in the journal.

A mark never holds points: it says what was seen, and `rubrics.marking` turns that into points. Numbers travel as
decimal strings; a decimal comma is accepted, everything ambiguous is refused with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from rubrics.definition import LEVELS, Criterion, TaskDefinition
from rubrics.documents import number_text
from rubrics.errors import RubricError

PLAIN_NUMBER = re.compile(r"([+-]?[0-9]{1,12})(?:[.,]([0-9]{1,9}))?\Z")

Answer = Literal["yes", "no", "not_seen"]
Missing = Literal["not_taken", "not_seen"]
Bound = Literal["=", ">", "<"]
Verdict = Literal["satisfactory", "unsatisfactory"]


@dataclass(frozen=True)
class ChecklistMark:
    """`no` says the step was missed; `not_seen` says this assessor could not tell."""

    answer: Answer


@dataclass(frozen=True)
class JudgementMark:
    """The level 0–3 whose description fits best, or None when this assessor did not see it."""

    level: int | None


@dataclass(frozen=True)
class Instrument:
    """The very instrument used, with the day on which its calibration ends (None when nobody recorded it)."""

    identifier: str
    serial: str
    calibration_due: date | None


@dataclass(frozen=True)
class Reading:
    """One value read, in the unit of the mark; `bound` is `>` or `<` where the display shows an over- or under-range.

    `true_value` is the assessor's own or the reference reading at the same place, in the same unit.
    """

    value: Decimal
    true_value: Decimal | None = None
    bound: Bound = "="


@dataclass(frozen=True)
class MeasurementMark:
    """The readings at all places, by whom they were entered and with which instrument.

    `centre_equipment_fault` says that equipment of the centre, not the candidate's work, puts the value outside its
    limit; `candidate_verdict` is what the candidate concluded from the reading.
    """

    readings: tuple[Reading, ...]
    unit: str
    measured_on: date
    instrument: Instrument | None = None
    entered_by: Literal["assessor", "adapter"] = "assessor"
    centre_equipment_fault: bool = False
    candidate_verdict: Verdict | None = None


@dataclass(frozen=True)
class MissingMeasurement:
    """No reading: the candidate did not take it (`not_taken`), or this assessor did not see it (`not_seen`)."""

    reason: Missing


Mark = ChecklistMark | JudgementMark | MeasurementMark | MissingMeasurement


def parse_entry(text: object, place: str) -> Decimal:
    """Read a number as a person types it: a decimal point or a decimal comma, ASCII digits, no grouping.

    Examples
    --------
    >>> parse_entry("0,35", "PT-1.05")
    Decimal('0.35')
    >>> parse_entry("1.234,5", "PT-1.05")
    Traceback (most recent call last):
    rubrics.errors.RubricError: PT-1.05: '1.234,5' is not a plain number; write digits with one point or comma.
    """
    match = PLAIN_NUMBER.match(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise _refused(place, f"{text!r} is not a plain number; write digits with one point or comma.")
    return Decimal(f"{match[1]}.{match[2]}" if match[2] else match[1])


def check_mark(criterion: Criterion, mark: Mark) -> None:
    """Raise `RubricError` (code `mark`) when the mark does not fit the criterion (kind, level, unit, places, sign)."""
    wanted = {
        "checklist": (ChecklistMark,),
        "judgement": (JudgementMark,),
        "measurement": (MeasurementMark, MissingMeasurement),
    }[criterion.kind]
    if not isinstance(mark, wanted):
        raise _refused(
            criterion.identifier, f"is a {criterion.kind} criterion; {type(mark).__name__} does not belong to it."
        )
    if isinstance(mark, ChecklistMark) and mark.answer not in ("yes", "no", "not_seen"):
        raise _refused(criterion.identifier, f"answer is {mark.answer!r}; use yes, no or not_seen.")
    if isinstance(mark, JudgementMark) and mark.level not in (None, *range(LEVELS)):
        raise _refused(criterion.identifier, f"level is {mark.level!r}; use 0, 1, 2, 3 or null for not seen.")
    if isinstance(mark, MeasurementMark):
        _check_measurement(criterion, mark)


def _check_measurement(criterion: Criterion, mark: MeasurementMark) -> None:
    spec = criterion.measurement
    if spec is None:
        raise _refused(criterion.identifier, "declares no measurement.")
    if mark.unit != spec.reading_unit:
        raise _refused(criterion.identifier, f"unit is {mark.unit!r}; convert the reading to {spec.reading_unit!r}.")
    if len(mark.readings) != spec.places:
        raise _refused(
            criterion.identifier, f"has {len(mark.readings)} reading(s); {spec.places} place(s) are to be measured."
        )
    for reading in mark.readings:
        values = [reading.value] if reading.true_value is None else [reading.value, reading.true_value]
        if not all(value.is_finite() for value in values):
            raise _refused(
                criterion.identifier, "holds a reading that is not a finite number; read the instrument again."
            )
        if not spec.may_be_negative and any(value < 0 for value in values):
            raise _refused(
                criterion.identifier, f"{spec.quantity} cannot be negative; enter its size without the sign."
            )
        if spec.deviation is not None and reading.true_value is None:
            raise _refused(criterion.identifier, "is compared with a true value; enter the reference reading too.")
        if spec.deviation is not None and spec.deviation.percent and reading.true_value == 0:
            raise _refused(
                criterion.identifier, "has a true value of 0, of which no percentage exists; take another reference."
            )


def mark_from_document(criterion: Criterion, document: object) -> Mark:
    """Read a mark from a journal payload and check it against its criterion.

    Raises
    ------
    RubricError
        Code `mark`, naming the criterion and the remedy.

    Examples
    --------
    >>> row = Criterion("PT-1.01", "checklist", "Isolates", Decimal(4), "LO-1", True)
    >>> mark_from_document(row, {"answer": "yes"})
    ChecklistMark(answer='yes')
    """
    place = criterion.identifier
    if not isinstance(document, Mapping):
        raise _refused(place, "needs a mapping as its mark.")
    known = _FIELDS["missing" if criterion.kind == "measurement" and "missing" in document else criterion.kind]
    unknown = sorted(set(map(str, document)) - known)
    if unknown:
        raise _refused(
            place, f"knows no field {', '.join(unknown)}; a {criterion.kind} has {', '.join(sorted(known))}."
        )
    mark = _read_mark(criterion, document)
    check_mark(criterion, mark)
    return mark


_FIELDS: dict[str, set[str]] = {
    "checklist": {"answer"},
    "judgement": {"level"},
    "missing": {"missing"},
    "measurement": {
        "readings",
        "unit",
        "measured_on",
        "instrument",
        "entered_by",
        "centre_equipment_fault",
        "candidate_verdict",
    },
}


def _read_mark(criterion: Criterion, document: Mapping[str, Any]) -> Mark:
    place = criterion.identifier
    if criterion.kind == "checklist":
        return ChecklistMark(_one_of(place, "answer", document.get("answer"), ("yes", "no", "not_seen")))
    if criterion.kind == "judgement":
        level = document.get("level", "missing")
        if isinstance(level, bool) or level not in (None, *range(LEVELS)):
            raise _refused(place, f"level is {level!r}; use 0, 1, 2, 3 or null for not seen.")
        return JudgementMark(level)
    if "missing" in document:
        return MissingMeasurement(_one_of(place, "missing", document["missing"], ("not_taken", "not_seen")))
    readings = document.get("readings")
    if not isinstance(readings, list) or not all(isinstance(entry, Mapping) for entry in readings):
        raise _refused(place, "readings must be a list of {value, true_value, bound}.")
    unit, fault = document.get("unit"), document.get("centre_equipment_fault", False)
    if not isinstance(unit, str) or not isinstance(fault, bool):
        raise _refused(place, "unit must be a text and centre_equipment_fault true or false.")
    verdict = document.get("candidate_verdict")
    return MeasurementMark(
        readings=tuple(_read_reading(place, entry) for entry in readings),
        unit=unit,
        measured_on=_read_day(place, "measured_on", document.get("measured_on")),
        instrument=_read_instrument(place, document.get("instrument")),
        entered_by=_one_of(place, "entered_by", document.get("entered_by", "assessor"), ("assessor", "adapter")),
        centre_equipment_fault=fault,
        candidate_verdict=None
        if verdict is None
        else _one_of(place, "candidate_verdict", verdict, ("satisfactory", "unsatisfactory")),
    )


def _read_reading(place: str, entry: Mapping[str, Any]) -> Reading:
    true_value = entry.get("true_value")
    return Reading(
        value=parse_entry(entry.get("value"), place),
        true_value=None if true_value is None else parse_entry(true_value, place),
        bound=_one_of(place, "bound", entry.get("bound", "="), ("=", ">", "<")),
    )


def _read_instrument(place: str, entry: object) -> Instrument | None:
    if entry is None:
        return None
    if (
        not isinstance(entry, Mapping)
        or not isinstance(entry.get("id"), str)
        or not isinstance(entry.get("serial"), str)
    ):
        raise _refused(place, "instrument must be {id, serial, calibration_due} with texts for id and serial.")
    due = entry.get("calibration_due")
    return Instrument(entry["id"], entry["serial"], None if due is None else _read_day(place, "calibration_due", due))


def _read_day(place: str, name: str, value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise _refused(place, f"{name} is {value!r}; write a day as YYYY-MM-DD.") from None


def _one_of(place: str, name: str, value: object, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise _refused(place, f"{name} is {value!r}; use one of {', '.join(allowed)}.")
    return value


def _refused(place: str, sentence: str) -> RubricError:
    separator = " " if sentence.startswith(("is ", "has ", "holds ", "needs ", "knows ", "declares ")) else ": "
    return RubricError("mark", f"{place}{separator}{sentence}")


def mark_document(mark: Mark) -> dict[str, Any]:
    """Write a mark as a journal payload; `mark_from_document` reads it back unchanged.

    Examples
    --------
    >>> mark_document(JudgementMark(None))
    {'level': None}
    """
    if isinstance(mark, ChecklistMark):
        return {"answer": mark.answer}
    if isinstance(mark, JudgementMark):
        return {"level": mark.level}
    if isinstance(mark, MissingMeasurement):
        return {"missing": mark.reason}
    document: dict[str, Any] = {
        "readings": [_reading_document(reading) for reading in mark.readings],
        "unit": mark.unit,
        "measured_on": mark.measured_on.isoformat(),
        "entered_by": mark.entered_by,
        "centre_equipment_fault": mark.centre_equipment_fault,
    }
    if mark.instrument is not None:
        due = mark.instrument.calibration_due
        document["instrument"] = {
            "id": mark.instrument.identifier,
            "serial": mark.instrument.serial,
            "calibration_due": None if due is None else due.isoformat(),
        }
    if mark.candidate_verdict is not None:
        document["candidate_verdict"] = mark.candidate_verdict
    return document


def _reading_document(reading: Reading) -> dict[str, Any]:
    document: dict[str, Any] = {"value": number_text(reading.value), "bound": reading.bound}
    if reading.true_value is not None:
        document["true_value"] = number_text(reading.true_value)
    return document


def marks_from_document(task: TaskDefinition, document: Mapping[str, object]) -> dict[str, Mark]:
    """Read the marks of a whole sheet; an id that the task does not have is refused."""
    known = {criterion.identifier: criterion for criterion in task.criteria}
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise RubricError("mark", f"{task.identifier} has no criterion {', '.join(unknown)}; check the task version.")
    return {identifier: mark_from_document(known[identifier], entry) for identifier, entry in document.items()}
