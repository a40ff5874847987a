"""Seeded marks of practical tasks: persons, tasks, criteria and assessors who differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.steps import IntArray, curves, flat
from assess.psychometrics.responses import FloatArray, ResponseError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatingModel:
    """How marks of practical tasks come about.

    The logit of each step of a criterion is: the person's ability + how the person did on this task + how the person
    did on this criterion − the task's difficulty − the step's difficulty − the assessor's severity. The two "how the
    person did" terms belong to the performance, so every assessor of it sees the same.

    Attributes
    ----------
    ability
        Of each person, in logits.
    task_difficulty
        Of each task.
    criteria
        For each task, for each criterion, its step difficulties (a checklist row has one, a 0–3 judgement three).
    severity
        Of each assessor.
    task_sd, criterion_sd
        Standard deviations of a person's performance about the ability: from task to task, and from criterion to
        criterion.
    """

    ability: FloatArray
    task_difficulty: FloatArray
    criteria: tuple[tuple[tuple[float, ...], ...], ...]
    severity: FloatArray
    task_sd: float
    criterion_sd: float


@dataclass(frozen=True, slots=True, eq=False)
class RatingRecords:
    """Marks in long form: five arrays of equal length, all but `score` being indices into the model's lists."""

    person: IntArray
    task: IntArray
    criterion: IntArray
    assessor: IntArray
    score: IntArray


def rating_records(model: RatingModel, assignments: npt.ArrayLike, *, seed: int) -> RatingRecords:
    """Mark the assigned performances.

    Parameters
    ----------
    assignments
        Rows of (person, task, assessor) indices; see `rotating_assignments`.

    Examples
    --------
    >>> model = RatingModel(
    ...     ability=np.array([-3.0, 3.0]),
    ...     task_difficulty=np.zeros(1),
    ...     criteria=(((0.0,), (-1.0, 0.0, 1.0)),),
    ...     severity=np.zeros(2),
    ...     task_sd=0.0,
    ...     criterion_sd=0.0,
    ... )
    >>> records = rating_records(model, rotating_assignments(persons=2, tasks=1, assessors=2), seed=1)
    >>> records.score.tolist()
    [0, 0, 0, 1, 1, 3, 1, 3]
    """
    rows = np.asarray(assignments, dtype=np.int64)
    limits = (len(model.ability), len(model.criteria), len(model.severity))
    if rows.ndim != 2 or rows.shape[1] != 3 or len(model.task_difficulty) != len(model.criteria):
        raise ResponseError("not_an_assignment", "assignments are rows of (person, task, assessor)")
    if len(rows) and ((rows < 0).any() or (rows >= limits).any()):
        raise ResponseError("not_an_assignment", f"an assignment is outside {limits} persons, tasks, assessors")
    rng = np.random.default_rng(seed)
    widest = max(len(criteria) for criteria in model.criteria)
    on_task = rng.normal(scale=model.task_sd, size=(limits[0], limits[1]))
    on_criterion = rng.normal(scale=model.criterion_sd, size=(limits[0], limits[1], widest))
    chance = rng.random((len(rows), widest))

    person, task, criterion, assessor, score = [], [], [], [], []
    for number, (p, t, a) in enumerate(rows):
        base = model.ability[p] + on_task[p, t] - model.task_difficulty[t] - model.severity[a]
        for c, steps in enumerate(model.criteria[t]):
            layout, difficulties = flat([steps])
            at_least = curves(np.array([base + on_criterion[p, t, c]]), layout, difficulties).at_least[0]
            person.append(p)
            task.append(t)
            criterion.append(c)
            assessor.append(a)
            score.append(int((chance[number, c] < at_least).sum()))
    columns = [np.array(column, dtype=np.int64) for column in (person, task, criterion, assessor, score)]
    return RatingRecords(*columns)


def rotating_assignments(*, persons: int, tasks: int, assessors: int, markers: int = 2) -> IntArray:
    """(person, task, assessor) rows: every person on every task by `markers` assessors, pairs rotating so that all meet.

    Examples
    --------
    >>> rotating_assignments(persons=2, tasks=1, assessors=3).tolist()
    [[0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 0, 2]]
    """
    if not 1 <= markers <= assessors:
        raise ResponseError("not_an_assignment", f"{markers} markers cannot be chosen from {assessors} assessors")
    rows: list[list[int]] = []
    for person in range(persons):
        for task in range(tasks):
            turn = person + task
            others = np.delete(np.arange(assessors), turn % assessors)
            # the partner moves on each time the first marker's turn comes round again
            shift = turn // assessors + turn % assessors
            chosen = [turn % assessors, *np.roll(others, -shift)[: markers - 1]]
            rows.extend([person, task, int(assessor)] for assessor in chosen)
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
