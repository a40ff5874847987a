"""The score of an attempt: a pure function of its journal and of the versions it pins.

`score` ends at points per part and per learning outcome, with everything that still waits for a person. Whether that
passes is a decision (`assess.awards.decision`).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, StreamRecord, fold
from assess.attempts.folding.pinned import Part, Pinned
from assess.attempts.folding.windows import is_resit
from assess.attempts.machines.readings import Reading, Worth, readings_of_simulations
from assess.attempts.scoring.items import ScoredItem, score_item
from assess.attempts.scoring.simulations import ScoredSimulation, score_simulation
from assess.attempts.scoring.tasks import ScoredTask, score_task
from rubrics.sheets import rounded_points

RULES = "2026-11e"
"""The version of these rules. A change of what a journal scores to gets another."""


@dataclass(frozen=True)
class PartResult:
    """A part in per cent of its maximum, or what it waits for."""

    part: str
    kind: str
    percent: Decimal | None
    waits_for: tuple[str, ...]


@dataclass(frozen=True)
class AttemptScore:
    """All of it. `flags` inform people (late answers, clock jumps, marks after a lock) and decide nothing."""

    parts: tuple[PartResult, ...]
    items: tuple[ScoredItem, ...]
    tasks: tuple[ScoredTask, ...]
    simulations: tuple[ScoredSimulation, ...]
    outcomes: tuple[tuple[str, Decimal, Decimal], ...]
    flags: tuple[str, ...]
    readings: tuple[Reading, ...] = ()

    @property
    def works_again(self) -> tuple[tuple[str, str], ...]:
        """The tasks and simulations that wait because equipment failed, each with a sentence that says what did."""
        return (
            *((task.score.task, task.broken) for task in self.tasks if task.broken),
            *((one.simulation, one.broken) for one in self.simulations if one.broken),
        )


def score(pinned: Pinned, streams: tuple[StreamRecord, ...]) -> AttemptScore:
    """Score a sealed journal. Equal journals and pins give equal scores, bit for bit."""
    record = fold(streams, pinned.frame)
    items = tuple(score_item(item, record, pinned.seed) for item in pinned.items)
    tasks = tuple(score_task(pinned.tasks[name], record) for name in sorted(pinned.tasks))
    names = sorted({name for part in pinned.parts for name in part.simulations})
    simulations = tuple(score_simulation(name, pinned, record) for name in names)
    return AttemptScore(
        parts=tuple(part_result(part, items, tasks, simulations) for part in pinned.parts),
        items=items,
        tasks=tasks,
        simulations=simulations,
        outcomes=_outcomes(pinned, items, tasks, simulations),
        flags=_flags(pinned, record, items, tasks),
        readings=(*(one for task in tasks for one in task.readings), *readings_of_simulations(record, pinned)),
    )


def part_result(
    part: Part, items: tuple[ScoredItem, ...], tasks: tuple[ScoredTask, ...], simulations: tuple[ScoredSimulation, ...]
) -> PartResult:
    """One part in per cent of its maximum, from what of its kind was scored."""
    if part.kind == "online_exam":
        counted = [item for item in items if item.scored]
        waits = [item.waits_for for item in counted if item.waits_for]
        earned = sum((Fraction(item.points) for item in counted if item.points is not None), Fraction(0))
        possible = sum((Fraction(item.maximum) for item in counted), Fraction(0))
    elif part.kind == "practical":
        mine = [task for task in tasks if task.score.task in part.tasks]
        waits = [reason for task in mine if task.score.status != "settled" for reason in _why(task)]
        earned = sum((task.score.exact for task in mine if task.score.exact is not None), Fraction(0))
        possible = sum((Fraction(task.score.maximum) for task in mine), Fraction(0))
    else:
        shown = [simulation for simulation in simulations if simulation.simulation in part.simulations]
        waits = [simulation.waits_for for simulation in shown if simulation.waits_for]
        earned = sum((Fraction(one.share) for one in shown if one.share is not None), Fraction(0))
        possible = Fraction(len(shown))
    percent = None if waits or not possible else percentage(earned, possible)
    if not possible:
        waits = [f"{part.identifier} holds nothing that is scored."]
    return PartResult(part.identifier, part.kind, percent, tuple(waits))


def percentage(earned: Fraction, possible: Fraction) -> Decimal:
    """Per cent of the maximum, rounded once to 0.01, half to even.

    >>> percentage(Fraction(2), Fraction(3))
    Decimal('66.67')
    """
    return rounded_points(earned / possible * 100)


def _why(task: ScoredTask) -> list[str]:
    return [*task.score.reasons, *task.remarks] or [f"{task.score.task}: {task.score.status}."]


def _outcomes(
    pinned: Pinned,
    items: tuple[ScoredItem, ...],
    tasks: tuple[ScoredTask, ...],
    simulations: tuple[ScoredSimulation, ...],
) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Points and maxima per learning outcome over everything that is settled; a simulation counts one point for each
    of its outcomes."""
    earned: dict[str, Fraction] = {}
    possible: dict[str, Fraction] = {}

    def add(outcome: str, points: Fraction, maximum: Fraction) -> None:
        earned[outcome] = earned.get(outcome, Fraction(0)) + points
        possible[outcome] = possible.get(outcome, Fraction(0)) + maximum

    for item in items:
        if item.scored and item.points is not None:
            add(item.outcome, Fraction(item.points), Fraction(item.maximum))
    for task in tasks:
        if task.score.status == "settled":
            for outcome, points in task.score.outcomes.items():
                add(outcome, points.exact, Fraction(points.maximum))
    for simulation in simulations:
        if simulation.share is not None:
            for outcome in pinned.outcomes_of.get(simulation.simulation, ()):
                add(outcome, Fraction(simulation.share), Fraction(1))
    return tuple((name, rounded_points(earned[name]), rounded_points(possible[name])) for name in sorted(possible))


def _flags(
    pinned: Pinned, record: AttemptRecord, items: tuple[ScoredItem, ...], tasks: tuple[ScoredTask, ...]
) -> tuple[str, ...]:
    flags = [f"{item.item}: an answer came possibly after the time and does not count." for item in items if item.late]
    flags += [remark for item in items for remark in item.remarks]
    work = [*record.wirings.items(), *record.settings.items()]
    work += [(f"{simulation}.{answer}", said) for (simulation, answer), said in record.case_answers.items()]
    flags += [f"{name}: work came possibly after the time and does not count." for name, said in work if said.late]
    flags += [
        f"{part.identifier}: nobody began it; no deadline was held."
        for part in pinned.parts
        if part.limit_s is not None and part.identifier not in record.windows
    ]
    flags += [remark for window in record.windows.values() for remark in window.remarks]
    flags += [
        f"{name}: begun by {window.begun_by}: done again, because the equipment failed."
        for name, window in record.windows.items()
        if is_resit(name)
    ]
    flags += [
        f"{stream}: the device's clock moved by {jump.by_ms} ms before entry {jump.sequence}."
        for stream, jumps in record.clock_jumps.items()
        for jump in jumps
    ]
    flags += [remark for task in tasks for remark in task.remarks]
    flags += [
        f"{word.role} wrote about {word.payload['task']}, but was assigned to {word.work}; it does not count."
        for word in record.elsewhere
    ]
    flags += [f"{task.score.task}: {name} was measured with an instrument whose calibration is in doubt."
              for task in tasks for name in task.score.provisional]  # fmt: skip
    return tuple(flags)


def document(result: AttemptScore) -> dict[str, Any]:
    """The score as a canonical document: decimals as text, everything in a fixed order.

    A sentence may quote what a device sent, and no database takes NUL inside JSON: it is written out.
    """
    stored: dict[str, Any] = _storable(_document(result))
    return stored


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\\0")
    if isinstance(value, list):
        return [_storable(held) for held in value]
    if isinstance(value, dict):
        return {name: _storable(held) for name, held in value.items()}
    return value


def _document(result: AttemptScore) -> dict[str, Any]:
    return {
        "rules": RULES,
        "parts": [
            {"part": p.part, "kind": p.kind, "percent": _text(p.percent), "waits_for": list(p.waits_for)}
            for p in result.parts
        ],
        "items": [
            {
                "item": item.item,
                "outcome": item.outcome,
                "scored": item.scored,
                "points": _text(item.points),
                "maximum": str(item.maximum),
                "verdict": item.verdict,
                "waits_for": item.waits_for,
            }
            for item in result.items
        ],
        "tasks": [task_document(task) for task in result.tasks],
        "simulations": [
            {
                "simulation": one.simulation,
                "share": _text(one.share),
                "hazards": list(one.hazards),
                "waits_for": one.waits_for,
                "sentences": list(one.sentences),
            }
            for one in result.simulations
        ],
        "readings": [reading_document(one) for one in result.readings if one.worth is not Worth.COUNTS],
        "outcomes": [{"outcome": o, "points": str(points), "maximum": str(top)} for o, points, top in result.outcomes],
        "again": [{"work": work, "why": why} for work, why in result.works_again],
        "flags": list(result.flags),
    }


def reading_document(reading: Reading) -> dict[str, Any]:
    """A reading that does not count as a score document names it: where it stands, what it is worth, and why."""
    return {
        "about": reading.about,
        "name": reading.name,
        "role": reading.role,
        "epoch": reading.epoch,
        "sequence": reading.sequence,
        "run": reading.run,
        "number": reading.number,
        "worth": reading.worth.value,
        "why": reading.why,
    }


def task_document(task: ScoredTask) -> dict[str, Any]:
    """A practical task as a score document holds it."""
    found = task.score
    return {
        "task": found.task,
        "status": found.status,
        "points": _text(found.points),
        "maximum": str(found.maximum),
        "failed": found.failed,
        "must_pass": dict(sorted(task.must_pass.items())),
        "open_criteria": list(found.open_criteria),
        "not_seen": list(found.not_seen),
        "provisional": list(found.provisional),
        "reasons": list(found.reasons),
        "sheets": [
            {
                "role": role,
                "points": str(sheet.points),
                "global_rating": sheet.global_rating,
                "criteria": {
                    name: {"points": str(one.points), "state": one.state, "level": one.level}
                    for name, one in sheet.criteria.items()
                },
            }
            for role, sheet in sorted(task.sheets.items())
        ],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
