"""What assessors put down and machines recorded, in words, for the people who rule on it. Pure."""

from collections.abc import Mapping
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, Sheet
from assess.attempts.folding.pinned import Pinned
from assess.attempts.journal.kinds import order
from assess.attempts.machines.readings import Reading, Worth, readings_of_task
from assess.attempts.machines.runs import runs_of
from assess.attempts.scoring.record_marks import has_record, mark_of
from assess.attempts.scoring.simulations import RANKING
from assess.attempts.scoring.tasks import UNDONE
from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import ChecklistMark, JudgementMark, Mark, MeasurementMark
from simulator_adapters.wiring import WiringInputError, WiringTask, evaluate

CHECKS = {"yes": "Done", "no": "Not done", "not_seen": "Not seen"}
MISSING = {"not_taken": "Not taken", "not_seen": "Not seen"}
UNMARKED = "Not marked"


def mark_in_words(criterion: Criterion, document: Any) -> str:
    """A mark as people read it; what can't be read is shown as it came.

    >>> from decimal import Decimal
    >>> row = Criterion("R.01", "checklist", "Proves dead", Decimal(1), "LO-1", True)
    >>> mark_in_words(row, {"answer": "not_seen"}), mark_in_words(row, None), mark_in_words(row, {"answer": 7})
    ('Not seen', 'Not marked', "Can't be read: {'answer': 7}")
    """
    if document is None or document == UNDONE:
        return UNMARKED
    try:
        said = _in_words(mark_of(criterion, document))
        return f"{said}, from a test record" if has_record(document) else said
    except RubricError:
        return f"Can't be read: {document}"


def _in_words(mark: Mark) -> str:
    if isinstance(mark, ChecklistMark):
        return CHECKS[mark.answer]
    if isinstance(mark, JudgementMark):
        return "Not seen" if mark.level is None else f"Level {mark.level}"
    if isinstance(mark, MeasurementMark):
        read = [f"{'' if one.bound == '=' else one.bound}{one.value} {mark.unit}"
                + (f" (reference {one.true_value})" if one.true_value is not None else "") for one in mark.readings]  # fmt: skip
        return "; ".join(read)
    return MISSING[mark.reason]


def sheets_in_words(task: TaskDefinition, record: AttemptRecord) -> dict[str, Any]:
    """A task with all its sheets side by side, as JSON: each row with every assessor's mark, in the order of `roles`."""
    sheets = {role: sheet for (name, role), sheet in record.sheets.items() if name == task.identifier}
    roles = sorted(sheets, key=order)
    read: dict[str, list[str]] = {}
    for one in readings_of_task(task, record):
        read.setdefault(one.name, []).append(reading_in_words(one))
    return {
        "title": task.title,
        "rule": task.critical_rule,
        "roles": roles,
        "rows": [
            {
                "id": row.identifier,
                "text": row.text,
                "observe": row.observe,
                "must_pass": row.must_pass,
                "limit": _limit(row),
                "marks": [_marked(row, sheets[role]) for role in roles],
                "read": read.get(row.identifier, []),
            }
            for row in task.criteria
        ],
        "sheets": [_about(role, sheets[role]) for role in roles],
    }


def reading_in_words(reading: Reading) -> str:
    """A machine's reading as people read it: value, uncertainty, instrument, which run, and why it does not count."""
    said = "Can't be read" if reading.mark is None else _in_words(reading.mark)
    measured = reading.measurement
    if measured is not None:
        uncertainty = "" if measured.uncertainty is None else f" ± {measured.uncertainty} {measured.unit}"
        instrument = measured.instrument
        due = "" if instrument.calibration_due is None else f", calibrated until {instrument.calibration_due}"
        said += f"{uncertainty}, {instrument.id} {instrument.serial}{due}"
    worth = "Counts." if reading.worth is Worth.COUNTS else f"Does not count: {reading.why}"
    return f"{reading.role}: {said}. {worth}"


def _limit(row: Criterion) -> str:
    spec = row.measurement
    return "" if spec is None else f"{spec.quantity}: {spec.limit} {spec.unit}"


def _marked(row: Criterion, sheet: Sheet) -> str:
    if row.measurement is not None and row.measurement.source != "assessor_entry":
        return "Read by the machine"
    word = sheet.marks.get(row.identifier)
    return mark_in_words(row, None if word is None else word.payload["mark"])


def _about(role: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "role": role,
        "locked": sheet.locked is not None,
        "stops": [str(word.payload["reason"]) for word in sheet.safety_stops],
        "comments": [str(word.payload["text"]) for word in sheet.comments],
        "statements": [str(word.payload["text"]) for word in sheet.statements],
    }


def simulation_in_words(name: str, pinned: Pinned, record: AttemptRecord) -> list[str]:
    """What the candidate did at a simulation and what its runs recorded, a line each."""
    if name in pinned.wiring:
        lines = _wiring(pinned.wiring[name], record)
    elif name in pinned.cases:
        lines = _case_sheet(name, pinned, record)
    else:
        lines = []
    for place, run in enumerate(runs_of(name, pinned, record), start=1):
        worth = "" if run.worth is Worth.COUNTS else f" It does not count: {run.why}"
        if run.record is None:
            lines.append(f"Run {place} ({run.role}): {run.outcome}.{worth}")
            continue
        share = "" if run.record.score is None else f", {run.record.score} of {run.record.max_score}"
        lines.append(f"Run {place} ({run.role}): {run.record.outcome}{share}. {run.record.sentence}{worth}".strip())
        lines += [
            f"{one.name}: {one.value} {one.unit}, {one.verdict}. {one.sentence}".strip()
            for one in run.record.measurements
        ]
    return lines


def _wiring(task: WiringTask, record: AttemptRecord) -> list[str]:
    drawn = record.wirings.get(task.id)
    wires = drawn.stands.payload["wires"] if drawn is not None and drawn.stands is not None else []
    lines = [f"Drawn: {_pair(wire)}" for wire in wires]
    try:
        (result,) = evaluate(task, [wires])
    except WiringInputError as error:
        return [*lines, f"It can't be read: {error}"]
    missed = [finding.sentence for finding in result.findings if not finding.passed]
    return [*lines, f"Judged from the drawing, the share is {result.score}.", *missed]


def _pair(wire: Any) -> str:
    known = wire[2] if isinstance(wire, list) and len(wire) == 3 and isinstance(wire[2], Mapping) else {}
    pair = wire[:2] if known else wire
    if isinstance(pair, list) and all(isinstance(end, str) for end in pair):
        units = {"mm2": " mm²", "metres": " m", "colour": ""}
        more = [f"{known[name]}{unit}" for name, unit in units.items() if known.get(name)]
        return ", ".join([" – ".join(pair), *more])
    return str(wire)


def _case_sheet(name: str, pinned: Pinned, record: AttemptRecord) -> list[str]:
    sheet = pinned.cases[name]
    given: Mapping[str, str] = {
        answer: found.stands.payload["value"]
        for (simulation, answer), found in record.case_answers.items()
        if simulation == name and found.stands is not None
    }
    lines = [
        f"{one.text} Answer: {given.get(one.id, '').strip() or 'none'}. Right: {one.low} to {one.high} {one.unit}".strip()
        for one in sheet.questions
    ]
    if sheet.ranking_key:
        lines.append(f"Ranking: {given.get(RANKING, '').strip() or 'none'}. Right: {', '.join(sheet.ranking_key)}")
    known = {question.id for question in sheet.questions} | {RANKING}
    return lines + [f"{answer} (not asked): {value}" for answer, value in given.items() if answer not in known]
