"""Scoring the practical part: sheets of assessors blind to each other, readings of machines, rulings of named
people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assess.attempts.fold import AttemptRecord, Said, Sheet
from rubrics.definition import TaskDefinition
from rubrics.errors import RubricError
from rubrics.marking import Adjudication, SafetyStop, SheetScore, StopRuling, TaskScore, combine, score_sheet
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
    """Score one task from all its sheets. Sheets whose rows are not locked yet wait."""
    machine = _machine_marks(task, record)
    sheets: dict[str, SheetScore] = {}
    remarks: list[str] = []
    for (name, role), sheet in sorted(record.sheets.items()):
        if name != task.identifier:
            continue
        if sheet.locked is None:
            remarks.append(f"{task.identifier}: {role} has not locked the sheet.")
            continue
        sheets[role] = _score(task, sheet, machine, remarks)
    score = combine(
        task, list(sheets.values()), adjudications=_adjudications(task, record), stop_ruling=_stop_ruling(task, record)
    )
    return ScoredTask(score, sheets, _must_pass(task, score), tuple(remarks))


def _must_pass(task: TaskDefinition, score: TaskScore) -> dict[str, bool | None]:
    rows = [criterion.identifier for criterion in task.criteria if criterion.must_pass]
    found: dict[str, bool | None] = dict.fromkeys(rows, True if score.status == "settled" else None)
    found |= dict.fromkeys(score.must_pass_failed, False)
    if score.failed and not score.must_pass_failed:
        found[f"{task.identifier}: no safety stop"] = False
    return found


def _score(task: TaskDefinition, sheet: Sheet, machine: Mapping[str, Mark], remarks: list[str]) -> SheetScore:
    criteria = {criterion.identifier: criterion for criterion in task.criteria}
    marks: dict[str, Mark] = dict(machine)
    for name, word in sheet.marks.items():
        criterion = criteria.get(name)
        if criterion is None:
            remarks.append(f"{task.identifier}: {sheet.role} marked {name}, which this version does not have.")
            continue
        try:
            marks[name] = mark_from_document(criterion, word.payload["mark"])
        except RubricError as error:
            remarks.append(f"{sheet.role}: {error}")
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
    stop = None
    if sheet.safety_stops:
        first = sheet.safety_stops[0].payload
        stop = SafetyStop(reason=f"{first['code']}: {first['reason']}", role=sheet.role)
    return score_sheet(task, marks, stop, global_rating=rating)


def _machine_marks(task: TaskDefinition, record: AttemptRecord) -> dict[str, Mark]:
    """What an adapter measured for a criterion of this task; the last reading of the last run stands."""
    criteria = {criterion.identifier: criterion for criterion in task.criteria}
    marks: dict[str, Mark] = {}
    for words in record.measurements.values():
        for word in words:
            criterion = criteria.get(str(word.payload.get("criterion")))
            reading: Any = word.payload.get("mark")
            if criterion is not None and reading is not None:
                marks[criterion.identifier] = mark_from_document(criterion, reading)
    return marks


def _adjudications(task: TaskDefinition, record: AttemptRecord) -> dict[str, Adjudication]:
    """Rulings on must-pass steps. One named person may rule for the candidate; against, it takes two."""
    said: dict[str, dict[str, Said]] = {}
    for word in record.settlements:
        if word.payload.get("task") == task.identifier and "criterion" in word.payload and "met" in word.payload:
            said.setdefault(str(word.payload["criterion"]), {})[word.role] = word
    rulings = {}
    for criterion, words in said.items():
        verdicts = {bool(word.payload["met"]) for word in words.values()}
        if verdicts == {True} or (verdicts == {False} and len(words) >= 2):
            reason = "; ".join(str(word.payload["reason"]) for word in words.values())
            rulings[criterion] = Adjudication(met=verdicts == {True}, by=" and ".join(sorted(words)), reason=reason)
    return rulings


def _stop_ruling(task: TaskDefinition, record: AttemptRecord) -> StopRuling | None:
    """Whether a safety stop is confirmed (two named people) or lifted (one)."""
    words = {
        word.role: word
        for word in record.settlements
        if word.payload.get("task") == task.identifier and "confirmed" in word.payload
    }
    if not words:
        return None
    confirmed = {bool(word.payload["confirmed"]) for word in words.values()}
    if len(confirmed) > 1 or (confirmed == {True} and len(words) < 2):
        return None
    reason = "; ".join(str(word.payload["reason"]) for word in words.values())
    return StopRuling(confirmed=confirmed == {True}, by=" and ".join(sorted(words)), reason=reason)
