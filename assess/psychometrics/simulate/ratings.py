"""Seeded marks of practical tasks: persons, tasks, criteria and assessors who differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.steps import IntArray, curves, flat
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector


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


def many_facet_ratings(
    theta: npt.ArrayLike,
    measures: Mapping[str, npt.ArrayLike],
    thresholds: npt.ArrayLike,
    *,
    person: npt.ArrayLike,
    facets: Mapping[str, npt.ArrayLike],
    steps: str | None = None,
    seed: int,
) -> FloatArray:
    """Ratings by the many-facet Rasch model: log P_k/P_{k−1} = θ − Σ measures − τ_k.

    Parameters
    ----------
    theta
        Ability of each person in logits.
    measures
        For each facet the measure (difficulty, severity) of each of its elements.
    thresholds
        τ_1, τ_2, …; elements × thresholds when the elements of the facet `steps` have their own.
    person, facets
        For each rating the index of its person and of the element of each facet.

    Returns
    -------
    FloatArray
        One category per rating, from 0.

    Raises
    ------
    ResponseError
        `names_do_not_fit` when `facets` and `measures` name different facets.

    Examples
    --------
    >>> who, by = [0, 0, 1, 1], [0, 1, 0, 1]
    >>> many_facet_ratings([-4.0, 4.0], {"rater": [-0.5, 0.5]}, [-1, 0, 1], person=who, facets={"rater": by}, seed=3).tolist()
    [0.0, 0.0, 3.0, 3.0]
    """
    if set(measures) != set(facets) or (steps is not None and steps not in facets):
        raise ResponseError("names_do_not_fit", f"measures of {sorted(measures)} for ratings of {sorted(facets)}")
    distance = as_vector(theta, name="theta")[np.asarray(person, dtype=np.int64)]
    for name, codes in facets.items():
        distance = distance - as_vector(measures[name], name=name)[np.asarray(codes, dtype=np.int64)]
    tau = np.atleast_2d(np.asarray(thresholds, dtype=np.float64))
    tau = tau[0] if steps is None else tau[np.asarray(facets[steps], dtype=np.int64)]
    odds = np.cumsum(distance[:, None] - tau, axis=1)
    weight = np.exp(np.column_stack([np.zeros(len(odds)), odds]) - np.maximum(odds.max(axis=1), 0.0)[:, None])
    reached = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    chance = np.random.default_rng(seed).random(len(odds))
    return np.asarray((chance[:, None] > reached[:, :-1]).sum(axis=1), dtype=np.float64)
