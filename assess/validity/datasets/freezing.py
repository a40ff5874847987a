"""Freezing a set of scores for a study: stored score documents become the arrays that the analyses take.

People appear under study-local labels, not under their identifiers. An item that stood on a form and was left out is
worth 0; an item that did not stand on it is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from assess.validity.datasets.arrays import GlobalRatings, PartScores, Ratings, Responses

BORDERLINE = 3.0
"""The global rating that means "could be either side of the standard"."""


@dataclass(frozen=True)
class ScoredAttempt:
    """One attempt in a study: its label there, its stored score, and who held each assessor role."""

    label: str
    document: Mapping[str, Any]
    people: Mapping[str, str]


@dataclass(frozen=True)
class Frozen:
    responses: Responses
    ratings: Ratings
    task_scores: Ratings
    parts: PartScores
    global_ratings: GlobalRatings


def freeze(
    attempts: Sequence[ScoredAttempt], *, parts: Sequence[tuple[str, str]], weights: Mapping[str, float]
) -> Frozen:
    """Arrays of all attempts.

    Parameters
    ----------
    parts
        Identifier and kind of each part, in the order of the scheme.
    weights
        Weight of each part in the overall score.
    """
    exam = next((name for name, kind in parts if kind == "online_exam"), "")
    responses = _responses(attempts, part=exam)
    matrix = np.array([[_percent(attempt, name) for name, _ in parts] for attempt in attempts], dtype=float)
    components = {
        name: responses
        if kind == "online_exam"
        else _tasks(attempts, name)
        if kind == "practical"
        else _runs(attempts, name)
        for name, kind in parts
    }
    return Frozen(
        responses=responses,
        ratings=_judgements(attempts),
        task_scores=_sheets(attempts),
        parts=PartScores(
            matrix=matrix.reshape(len(attempts), len(parts)),
            parts=tuple(name for name, _ in parts),
            components=components,
            must_pass=np.array([_must_pass(attempt) for attempt in attempts], dtype=float),
            weights=weights,
        ),
        global_ratings=_global_ratings(attempts),
    )


def _number(text: str | None) -> float:
    return float("nan") if text is None else float(Decimal(text))


def _percent(attempt: ScoredAttempt, part: str) -> float:
    return next(
        (_number(found["percent"]) for found in attempt.document["parts"] if found["part"] == part), float("nan")
    )


def _must_pass(attempt: ScoredAttempt) -> float:
    met = [value for task in attempt.document["tasks"] for value in task["must_pass"].values()]
    if False in met:
        return 0.0
    return float("nan") if None in met else 1.0


def _responses(attempts: Sequence[ScoredAttempt], *, part: str) -> Responses:
    scored = [[item for item in attempt.document["items"] if item["scored"]] for attempt in attempts]
    names = sorted({item["item"] for items in scored for item in items})
    place = {name: column for column, name in enumerate(names)}
    matrix = np.full((len(attempts), len(names)), np.nan)
    maxima = np.ones(len(names))
    for row, items in enumerate(scored):
        for item in items:
            matrix[row, place[item["item"]]] = _number(item["points"])
            maxima[place[item["item"]]] = _number(item["maximum"])
    return Responses(matrix=matrix, items=tuple(names), maxima=maxima, part=part)


def _tasks(attempts: Sequence[ScoredAttempt], part: str) -> Responses:
    """Task scores as components of the practical part."""
    names = sorted({task["task"] for attempt in attempts for task in attempt.document["tasks"]})
    rows = [{task["task"]: task for task in attempt.document["tasks"]} for attempt in attempts]
    matrix = np.array([[_number(row[name]["points"]) if name in row else np.nan for name in names] for row in rows])
    maxima = [max((_number(row[name]["maximum"]) for row in rows if name in row), default=1.0) for name in names]
    return Responses(
        matrix=matrix.reshape(len(attempts), len(names)), items=tuple(names), maxima=np.array(maxima), part=part
    )


def _runs(attempts: Sequence[ScoredAttempt], part: str) -> Responses:
    names = sorted({one["simulation"] for attempt in attempts for one in attempt.document["simulations"]})
    rows = [{one["simulation"]: one["share"] for one in attempt.document["simulations"]} for attempt in attempts]
    matrix = np.array([[_number(row.get(name)) for name in names] for row in rows])
    return Responses(
        matrix=matrix.reshape(len(attempts), len(names)), items=tuple(names), maxima=np.ones(len(names)), part=part
    )


def _judgements(attempts: Sequence[ScoredAttempt]) -> Ratings:
    """Every judgement level of every assessor, in long form."""
    rows = [
        (attempt.label, attempt.people.get(sheet["role"], sheet["role"]), criterion, task["task"], float(one["level"]))
        for attempt in attempts
        for task in attempt.document["tasks"]
        for sheet in task["sheets"]
        for criterion, one in sheet["criteria"].items()
        if one["level"] is not None
    ]
    return _long(rows, 3.0)


def _sheets(attempts: Sequence[ScoredAttempt]) -> Ratings:
    """Every assessor's score of every task, in per cent, in long form."""
    rows = [
        (
            attempt.label,
            attempt.people.get(sheet["role"], sheet["role"]),
            "task score",
            task["task"],
            round(100 * _number(sheet["points"]) / _number(task["maximum"]), 2),
        )
        for attempt in attempts
        for task in attempt.document["tasks"]
        for sheet in task["sheets"]
    ]
    return _long(rows, 100.0)


def _long(rows: Sequence[tuple[str, str, str, str, float]], maximum: float) -> Ratings:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    persons, raters, criteria, tasks, values = columns
    return Ratings(
        persons=tuple(persons),
        raters=tuple(raters),
        criteria=tuple(criteria),
        tasks=tuple(tasks),
        values=np.array(values, dtype=float),
        maxima=np.full(len(values), maximum) if rows else None,
    )


def _global_ratings(attempts: Sequence[ScoredAttempt]) -> GlobalRatings:
    """One row per candidate and task: the assessors' mean score on their mean rating, so that rows are independent."""
    rows = []
    for attempt in attempts:
        for task in attempt.document["tasks"]:
            rated = [sheet for sheet in task["sheets"] if sheet["global_rating"] is not None]
            if rated:
                points = sum(_number(sheet["points"]) for sheet in rated) / len(rated)
                rating = sum(float(sheet["global_rating"]) for sheet in rated) / len(rated)
                rows.append((task["task"], 100 * points / _number(task["maximum"]), rating))
    return GlobalRatings(
        tasks=tuple(row[0] for row in rows),
        percent=np.array([row[1] for row in rows], dtype=float),
        ratings=np.array([row[2] for row in rows], dtype=float),
        borderline=BORDERLINE,
    )
