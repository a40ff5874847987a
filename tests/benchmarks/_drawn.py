"""Seeded arrays for the measurements of psychometrics: answers, marks and item banks with the parameters behind them."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.float64]]
AT_ONCE = 5000
BEFORE_THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])
MARKS_BEFORE_THRESHOLDS = np.array([-1.2, 0.0, 1.2])


def right_or_wrong(
    rng: np.random.Generator, *, persons: int, items: int, slope_sd: float, guessing: float = 0.0, missing: float = 0.0
) -> Arrays:
    """Answers by the three-parameter model; without slopes and guessing that is the Rasch model."""
    a = rng.lognormal(0.0, slope_sd, items)
    b = rng.normal(size=items)
    c = rng.uniform(0.1, 0.25, items) if guessing else np.zeros(items)
    theta = rng.normal(size=persons)
    answers = np.empty((persons, items))
    for start in range(0, persons, AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        chance = c + (1 - c) / (1 + np.exp(-a * (theta[rows, None] - b)))
        answers[rows] = rng.random(chance.shape) < chance
        if missing:
            answers[rows][rng.random(chance.shape) < missing] = np.nan
    return {"answers": answers, "theta": theta, "discrimination": a, "difficulty": b, "guessing": c}


def graded(rng: np.random.Generator, *, persons: int, items: int) -> Arrays:
    """Five categories by the graded response model."""
    a, b, theta = _thresholds(rng, persons=persons, items=items, slope_sd=0.25)
    answers = np.empty((persons, items))
    for start in range(0, persons, AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        at_least = 1 / (1 + np.exp(-a[:, None] * (theta[rows, None, None] - b)))
        answers[rows] = (rng.random((*at_least.shape[:2], 1)) < at_least).sum(axis=2)
    return {"answers": answers, "theta": theta, "discrimination": a, "difficulty": b}


def partial_credit(rng: np.random.Generator, *, persons: int, items: int, slope_sd: float) -> Arrays:
    """Five categories by the generalized partial credit model."""
    a, b, theta = _thresholds(rng, persons=persons, items=items, slope_sd=slope_sd)
    answers = np.empty((persons, items))
    for start in range(0, persons, AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        answers[rows] = _steps(rng, a[:, None] * (theta[rows, None, None] - b))
    return {"answers": answers, "theta": theta, "discrimination": a, "difficulty": b}


def _thresholds(
    rng: np.random.Generator, *, persons: int, items: int, slope_sd: float
) -> tuple[npt.NDArray[np.float64], ...]:
    a = rng.lognormal(0.2 if slope_sd else 0.0, slope_sd, items)
    b = rng.normal(0.0, 0.7, (items, 1)) + BEFORE_THRESHOLDS + rng.normal(0.0, 0.15, (items, 4))
    return a, np.sort(b, axis=1), rng.normal(size=persons)


def _steps(rng: np.random.Generator, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A category from the logits of its steps, which are on the last axis."""
    logs = np.concatenate([np.zeros((*logits.shape[:-1], 1)), np.cumsum(logits, axis=-1)], axis=-1)
    chance = np.exp(logs - logs.max(axis=-1, keepdims=True))
    upto = np.cumsum(chance, axis=-1)
    drawn = rng.random((*logits.shape[:-1], 1)) * upto[..., -1:]
    return np.asarray((drawn > upto[..., :-1]).sum(axis=-1), dtype=np.float64)


def two_groups(rng: np.random.Generator, *, persons: int, items: int) -> Arrays:
    """Right-or-wrong answers of a reference and a focal group that have the same items."""
    return right_or_wrong(rng, persons=persons, items=items, slope_sd=0.3) | {
        "focal": (rng.random(persons) < 0.5).astype(np.float64)
    }


def bank(rng: np.random.Generator, *, persons: int, items: int) -> Arrays:
    """An item bank and the abilities of those who will be tested with it."""
    return {
        "theta": rng.normal(size=persons),
        "discrimination": rng.lognormal(0.2, 0.25, items),
        "difficulty": rng.normal(0.0, 1.2, items),
        "guessing": rng.uniform(0.05, 0.25, items),
    }


def many_facet(rng: np.random.Generator, *, persons: int, items: int, raters: int, markers: int) -> Arrays:
    """Marks 0–3 on every task (item) by `markers` different raters of each person, one row each."""
    theta, severity = rng.normal(0.3, 1.1, persons), rng.normal(0.0, 0.5, raters)
    difficulty = np.linspace(-1, 1, items)
    # one other rater from each of the strata of those after the first, so that no rater comes twice
    edges = np.linspace(1, raters, markers).astype(np.int64)
    away = [np.zeros(persons, dtype=np.int64)] + [rng.integers(low, high, persons) for low, high in pairwise(edges)]
    chosen = (rng.integers(0, raters, persons)[:, None] + np.column_stack(away)) % raters
    person = np.repeat(np.arange(persons), markers * items)
    rater, task = np.repeat(chosen.ravel(), items), np.tile(np.arange(items), persons * markers)
    rating = np.empty(len(person))
    for start in range(0, len(person), 20 * AT_ONCE):
        rows = slice(start, start + 20 * AT_ONCE)
        located = theta[person[rows]] - severity[rater[rows]] - difficulty[task[rows]]
        rating[rows] = _steps(rng, located[:, None] - MARKS_BEFORE_THRESHOLDS)
    return {
        "rating": rating,
        "person": person.astype(np.float64),
        "task": task.astype(np.float64),
        "rater": rater.astype(np.float64),
        "severity": severity - severity.mean(),
        "task_difficulty": difficulty,
    }


def marks_with_gaps(rng: np.random.Generator, *, persons: int, raters: int) -> Arrays:
    """Marks 0–4 of every person by every rater, half of them missing."""
    marks = np.clip(np.rint(rng.normal(2, 1, (persons, 1)) + rng.normal(0, 0.7, (persons, raters))), 0, 4)
    marks[rng.random(marks.shape) < 0.5] = np.nan
    return {"answers": marks}


def congeneric(rng: np.random.Generator, *, persons: int, items: int) -> Arrays:
    """Continuous scores on one factor with loadings of their own."""
    scores = rng.normal(size=(persons, 1)) * rng.uniform(0.4, 1.2, items) + rng.normal(size=(persons, items))
    return {"answers": scores}


DRAWS: dict[str, Callable[..., Arrays]] = {
    draw.__name__: draw for draw in (right_or_wrong, graded, partial_credit, two_groups, bank, many_facet,
                                     marks_with_gaps, congeneric)
}  # fmt: skip
