"""The practical part scored again under other versions, as a dry run: nothing is stored, and nothing else is scored.

What is asked here is what a score would have been without a task, or with a limit that lets more through. The journal is what it
was; only the versions it is read with are others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assess.attempts.folding.fold import fold
from assess.attempts.folding.pinned import Pinned
from assess.attempts.folding.records import StreamRecord
from assess.attempts.scoring.attempt import part_result, task_document
from assess.attempts.scoring.tasks import score_task
from rubrics.definition import Criterion, TaskDefinition
from rubrics.measurement import Limit, MeasurementSpec


class NoSuchThing(ValueError):
    """What is to be changed is not there; the sentence names it."""


@dataclass(frozen=True)
class Practice:
    """Practical parts and their tasks as a score document holds them."""

    percents: Mapping[str, str | None]
    waits_for: Mapping[str, tuple[str, ...]]
    tasks: tuple[dict[str, Any], ...]

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A score document with its practical parts taken from here."""
        parts = [
            part
            if part["part"] not in self.percents
            else part | {"percent": self.percents[part["part"]], "waits_for": list(self.waits_for[part["part"]])}
            for part in document["parts"]
        ]
        return {**document, "parts": parts, "tasks": list(self.tasks)}


def practice(pinned: Pinned, streams: tuple[StreamRecord, ...]) -> Practice:
    """Score the practical parts of a journal; as `scoring.score` would, and nothing else."""
    record = fold(streams, pinned.frame)
    tasks = tuple(score_task(pinned.tasks[name], record) for name in sorted(pinned.tasks))
    found = [part_result(part, (), tasks, ()) for part in pinned.parts if part.kind == "practical"]
    return Practice(
        percents={part.part: None if part.percent is None else str(part.percent) for part in found},
        waits_for={part.part: part.waits_for for part in found},
        tasks=tuple(task_document(task) for task in tasks),
    )


def without_task(pinned: Pinned, task: str) -> Pinned:
    """The pins as if a task had not been set: neither its points nor its must-pass steps count."""
    if task not in pinned.tasks:
        raise NoSuchThing(f"The attempt has no task {task}.")
    return replace(
        pinned,
        tasks={name: held for name, held in pinned.tasks.items() if name != task},
        parts=tuple(replace(part, tasks=tuple(name for name in part.tasks if name != task)) for part in pinned.parts),
    )


def with_tolerance(pinned: Pinned, task: str, criterion: str, by: Decimal) -> Pinned:
    """The pins with the limit of a measurement wider by so much on each side, in the unit of the limit."""
    if task not in pinned.tasks:
        raise NoSuchThing(f"The attempt has no task {task}.")
    held = pinned.tasks[task]
    if all(row.identifier != criterion or row.measurement is None for row in held.criteria):
        raise NoSuchThing(f"{task} measures nothing called {criterion}.")
    return replace(pinned, tasks={**pinned.tasks, task: _wider(held, criterion, by)})


def _wider(task: TaskDefinition, criterion: str, by: Decimal) -> TaskDefinition:
    return replace(
        task,
        criteria=tuple(_widened(row, by) if row.identifier == criterion else row for row in task.criteria),
    )


def _widened(row: Criterion, by: Decimal) -> Criterion:
    spec = row.measurement
    assert spec is not None
    tolerance = spec.tolerance
    if tolerance is not None and not tolerance.percent:
        tolerance = replace(tolerance, amount=tolerance.amount + by)
    return replace(row, measurement=replace(spec, limit=wider(spec.limit, by), tolerance=tolerance))


def wider(limit: Limit, by: Decimal) -> Limit:
    """A limit that lets more through.

    >>> str(wider(Limit("between", Decimal("1.08"), Decimal("1.32")), Decimal("0.02")))
    '1.06 to 1.34'
    >>> str(wider(Limit(">=", Decimal(1)), Decimal("0.5")))
    '>= 0.5'
    """
    if limit.op == "<=":
        return replace(limit, value=limit.value + by)
    upper = None if limit.upper is None else limit.upper + by
    return replace(limit, value=limit.value - by, upper=upper)


def measurements(task: TaskDefinition) -> dict[str, MeasurementSpec]:
    """Criterion → what it measures, for every criterion of a task that measures something."""
    return {row.identifier: row.measurement for row in task.criteria if row.measurement is not None}
