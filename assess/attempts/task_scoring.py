"""Scoring the practical part: sheets of assessors blind to each other, readings of machines, rulings of named
people."""

from collections.abc import Mapping
from dataclasses import dataclass

from assess.attempts.bay_scoring import bay_remarks, void_equipment
from assess.attempts.fold import AttemptRecord, Sheet
from assess.attempts.refused_readings import refused_readings, taken_from
from assess.attempts.rulings import adjudications, equipment_failed, stop_ruling
from rubrics.definition import TaskDefinition
from rubrics.errors import RubricError
from rubrics.marking import SafetyStop, SheetScore, TaskScore, combine, score_sheet
from rubrics.marks import Mark, mark_from_document


@dataclass(frozen=True)
class ScoredTask:
    """A task with its combined score, each assessor's sheet, and what else a person must know.

    `must_pass` says of each must-pass criterion whether it was met; None while that is not settled.
    """

    score: TaskScore
    sheets: Mapping[str, SheetScore]
    must_pass: Mapping[str, bool | None]
    remarks: tuple[str, ...]


def score_task(task: TaskDefinition, record: AttemptRecord) -> ScoredTask:
    """Score one task from all its sheets. Sheets whose rows are not locked yet wait; a safety stop on one counts at once."""
    remarks: list[str] = []
    machine = _machine_marks(task, record, remarks)
    sheets: dict[str, SheetScore] = {}
    stopped: list[SheetScore] = []
    wrote: dict[str, str] = {}
    for (name, role), sheet in record.sheets.items():
        if name != task.identifier:
            continue
        twice = sorted({wrote[person] for person in sheet.people if person in wrote})
        wrote |= dict.fromkeys(sheet.people, role)
        if sheet.locked is None:
            remarks.append(f"{task.identifier}: {role} has not locked the sheet.")
            if sheet.safety_stops:
                stopped.append(score_sheet(task, {}, _stop(sheet)))
        elif twice:
            remarks.append(f"{task.identifier}: who wrote as {role} wrote as {twice[0]} too; one of the sheets counts.")
            if sheet.safety_stops:
                stopped.append(score_sheet(task, {}, _stop(sheet)))
        else:
            sheets[role] = _score(task, sheet, machine, remarks)
    counted = [*sheets.values(), *stopped]
    ruling = stop_ruling(task, record)
    found = combine(task, counted, stop_ruling=ruling)
    rulings = adjudications(task, record, found.open_criteria, remarks)
    if rulings:
        found = combine(task, counted, adjudications=rulings, stop_ruling=ruling)
    found = void_equipment(task, found, record)
    remarks += bay_remarks(task, record)
    return ScoredTask(found, sheets, _must_pass(task, found), tuple(remarks))


UNDONE = {"undone": True}
"""The mark of an assessor who took a mark back: the row is as if it had never been marked."""


def _must_pass(task: TaskDefinition, score: TaskScore) -> dict[str, bool | None]:
    """Met or failed, row by row. A confirmed safety stop settles the task with rows that nobody judged: they are left out."""
    rows = [criterion.identifier for criterion in task.criteria if criterion.must_pass]
    settled = score.status == "settled"
    found = {row: True if settled else None for row in rows if not (settled and row in score.open_criteria)}
    found |= dict.fromkeys(score.must_pass_failed, False)
    if score.failed and not score.must_pass_failed:
        found[f"{task.identifier}: no safety stop"] = False
    return found


def _stop(sheet: Sheet) -> SafetyStop | None:
    if not sheet.safety_stops:
        return None
    first = sheet.safety_stops[0].payload
    return SafetyStop(reason=f"{first['code']}: {first['reason']}", role=sheet.role)


def _score(task: TaskDefinition, sheet: Sheet, machine: Mapping[str, Mark], remarks: list[str]) -> SheetScore:
    criteria = {criterion.identifier: criterion for criterion in task.criteria}
    marks: dict[str, Mark] = {}
    for name, word in sheet.marks.items():
        criterion = criteria.get(name)
        if criterion is None:
            remarks.append(f"{task.identifier}: {sheet.role} marked {name}, which this version does not have.")
            continue
        if word.payload["mark"] == UNDONE:
            continue
        try:
            marks[name] = mark_from_document(criterion, word.payload["mark"])
        except RubricError as error:
            remarks.append(f"{sheet.role}: {error}")
    for name in sorted(marks.keys() & machine.keys() - taken_from(sheet)):
        remarks.append(
            f"{task.identifier}: {sheet.role} entered {name}, which a machine read; the machine's reading counts."
        )
    marks |= machine
    if sheet.marks_after_lock:
        remarks.append(f"{task.identifier}: {sheet.role} marked after the rows were locked; those marks do not count.")
    if sheet.rating_before_lock:
        remarks.append(
            f"{task.identifier}: {sheet.role} gave a global rating before the rows were locked; it does not count."
        )
    rating = sheet.global_rating.payload["rating"] if sheet.global_rating is not None else None
    if rating is not None and rating not in range(1, 6):
        remarks.append(f"{task.identifier}: {sheet.role} gave the global rating {rating}; it is 1 to 5.")
        rating = None
    return score_sheet(task, marks, _stop(sheet), global_rating=rating)


def _machine_marks(task: TaskDefinition, record: AttemptRecord, remarks: list[str]) -> dict[str, Mark]:
    """What an adapter measured for a criterion of this task; the last reading of the last run stands.

    A run that ended with an outcome about the equipment gives none: it is run again.
    """
    criteria = {criterion.identifier: criterion for criterion in task.criteria}
    refused = refused_readings(task.identifier, record)
    remarks += refused.values()
    marks: dict[str, Mark] = {}
    for role, words in record.measurements.items():
        spoiled = equipment_failed(record, role)
        for word in words:
            criterion = criteria.get(str(word.payload.get("criterion")))
            reading = word.payload.get("mark")
            if criterion is None or reading is None or (word.role, word.epoch, word.sequence) in refused:
                continue
            if spoiled:
                remarks.append(f"{task.identifier}: {role} read {criterion.identifier} in a run that ended {spoiled}.")
                continue
            try:
                marks[criterion.identifier] = mark_from_document(criterion, reading)
            except RubricError as error:
                remarks.append(f"{role}: {error}")
    return marks
