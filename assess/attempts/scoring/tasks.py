"""Scoring the practical part: sheets of assessors blind to each other, readings of machines, rulings of named
people."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assess.attempts.folding.fold import AttemptRecord, Sheet
from assess.attempts.machines.readings import Reading, Worth, readings_of_task
from assess.attempts.machines.refused_readings import refused_readings, taken_from
from assess.attempts.scoring.bays import bay_remarks, is_void, void_equipment
from assess.attempts.scoring.record_marks import mark_of, objections_of
from assess.attempts.scoring.rulings import adjudications, stop_ruling
from assess.attempts.scoring.sat_again import before_the_resit
from rubrics.definition import TaskDefinition
from rubrics.errors import RubricError
from rubrics.marking import Held, SafetyStop, SheetScore, TaskScore, combine, score_sheet
from rubrics.marks import Mark, MeasurementMark


@dataclass(frozen=True)
class ScoredTask:
    """A task with its combined score, each assessor's sheet, and what else a person must know.

    `must_pass` says of each must-pass criterion whether it was met; None while that is not settled. `readings` are those of
    machines, each with what it is worth. `broken` says what failed, where the task waits because of equipment: it is read
    again, or sat again.
    """

    score: TaskScore
    sheets: Mapping[str, SheetScore]
    must_pass: Mapping[str, bool | None]
    remarks: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    broken: str = ""

    @property
    def equipment(self) -> bool:
        """Whether it waits because equipment failed."""
        return bool(self.broken)


def score_task(task: TaskDefinition, record: AttemptRecord) -> ScoredTask:
    """Score one task from all its sheets. Sheets whose rows are not locked yet wait; a safety stop on one counts at once."""
    remarks: list[str] = []
    readings = readings_of_task(task, record)
    remarks += refused_readings(task.identifier, record).values()
    remarks += [one.sentence for one in readings if one.worth.for_people or one.worth in FLAGGED]
    locked, stopped = _sheets(task, record, remarks)
    machine = _machine_marks(readings)
    given = {role: _marks(task, sheet, remarks) for role, sheet in locked.items()}
    held = _held(readings, machine)
    held = {name: why for name, why in held.items() if name not in _stands_in(held, given, locked)}
    sheets = {
        role: _score(
            task, locked[role], {name: mark for name, mark in marks.items() if name not in held}, machine, remarks
        )
        for role, marks in given.items()
    }
    counted = [*sheets.values(), *stopped]
    ruling = stop_ruling(task, record)
    found = combine(task, counted, stop_ruling=ruling, held=held)
    doubted = [name for name, why in held.items() if why.by_people]
    rulings = adjudications(task, record, found.open_criteria, remarks, doubted)
    if rulings:
        found = combine(task, counted, adjudications=rulings, stop_ruling=ruling, held=held)
    found = void_equipment(task, found, record)
    remarks += bay_remarks(task, record)
    broken = _what_failed(task, found, record, readings, {name for name, why in held.items() if not why.by_people})
    return ScoredTask(found, sheets, _must_pass(task, found), tuple(remarks), readings, broken)


FLAGGED = frozenset({Worth.EQUIPMENT, Worth.DUPLICATE})
"""What becomes of a reading without any decision, and is named in the flags all the same."""


def _sheets(
    task: TaskDefinition, record: AttemptRecord, remarks: list[str]
) -> tuple[dict[str, Sheet], list[SheetScore]]:
    """The sheets that count, and what the safety stops of the others say."""
    locked: dict[str, Sheet] = {}
    stopped: list[SheetScore] = []
    wrote: dict[str, str] = {}
    earlier = before_the_resit(task.identifier, record)
    for (name, role), sheet in record.sheets.items():
        if name != task.identifier:
            continue
        if role in earlier:
            remarks.append(f"{task.identifier}: the sheet of {role} is of before the re-sit; it does not count.")
            continue
        twice = sorted({wrote[person] for person in sheet.people if person in wrote})
        wrote |= dict.fromkeys(sheet.people, role)
        if sheet.locked is not None and not twice:
            locked[role] = sheet
            continue
        if sheet.locked is None:
            remarks.append(f"{task.identifier}: {role} has not locked the sheet.")
        else:
            remarks.append(f"{task.identifier}: who wrote as {role} wrote as {twice[0]} too; one of the sheets counts.")
        if sheet.safety_stops:
            stopped.append(score_sheet(task, {}, _stop(sheet)))
    return locked, stopped


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


def _marks(task: TaskDefinition, sheet: Sheet, remarks: list[str]) -> dict[str, Mark]:
    """The marks of a sheet that can be read; the others are named."""
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
            marks[name] = mark_of(criterion, word.payload["mark"])
            told = objections_of(criterion, word.payload["mark"])
            remarks += [f"{sheet.role}: {name}: the record's test: {said}" for said in told]
        except RubricError as error:
            remarks.append(f"{sheet.role}: {error}")
    return marks


def _score(
    task: TaskDefinition, sheet: Sheet, marks: Mapping[str, Mark], machine: Mapping[str, Mark], remarks: list[str]
) -> SheetScore:
    for name in sorted(marks.keys() & machine.keys() - taken_from(sheet)):
        remarks.append(
            f"{task.identifier}: {sheet.role} entered {name}, which a machine read; the machine's reading counts."
        )
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
    return score_sheet(task, {**marks, **machine}, _stop(sheet), global_rating=rating)


def _machine_marks(readings: Iterable[Reading]) -> dict[str, Mark]:
    """Of each criterion the reading that counts."""
    return {one.name: one.mark for one in readings if one.worth is Worth.COUNTS and one.mark is not None}


def _held(readings: Iterable[Reading], counted: Collection[str]) -> dict[str, Held]:
    """The rows for which something was read and nothing counts. People come before the equipment: where a reading is there and in
    doubt, they look at it; where all there was came from a run that failed, it is read again."""
    held: dict[str, Held] = {}
    for one in readings:
        if one.name in counted or not (one.worth.for_people or one.worth is Worth.EQUIPMENT):
            continue
        if one.worth.for_people or one.name not in held or not held[one.name].by_people:
            held[one.name] = Held(f"{one.name}, read by {one.role}: {one.why}", one.worth.for_people)
    return held


def _what_failed(
    task: TaskDefinition, found: TaskScore, record: AttemptRecord, readings: Iterable[Reading], rows: Collection[str]
) -> str:
    """What of the equipment failed, in words that the candidate reads; empty where the task waits for something else."""
    if found.status != "waiting":
        return ""
    if is_void(task, record):
        return found.reasons[0]
    text = {row.identifier: row.text for row in task.criteria}
    failed = [one for one in readings if one.name in rows and one.worth is Worth.EQUIPMENT]
    return f"{text[failed[-1].name]}: {failed[-1].why}" if failed else ""


def _stands_in(
    held: Mapping[str, Held], given: Mapping[str, Mapping[str, Mark]], sheets: Mapping[str, Sheet]
) -> frozenset[str]:
    """The rows whose machine failed and that every assessor read for themselves: their readings count. What they took from the
    machine with a tap is the machine's."""
    own = [
        {name for name, mark in marks.items() if isinstance(mark, MeasurementMark)} - taken_from(sheets[role])
        for role, marks in given.items()
    ]
    failed = frozenset(name for name, why in held.items() if not why.by_people)
    return failed.intersection(*own) if own else frozenset()
