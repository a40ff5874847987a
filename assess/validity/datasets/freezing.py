"""The arrays that the analyses take, made from a dataset's contents and from nothing else.

An item that stood on a form and was left out is worth 0 (scoring says so); an item that did not stand on it is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.validity.datasets.arrays import (
    GlobalRatings,
    Groups,
    PartScores,
    Ratings,
    Responses,
    Sittings,
)
from assess.validity.datasets.contents import Column, Contents, FrozenAttempt, item_names

BORDERLINE = 3.0
"""The global rating that means "could be either side of the standard"."""

LEVELS_UP_TO = 3.0


@dataclass(frozen=True)
class Frozen:
    """`groups` are the groups whose items' fairness is asked about; each has one label per row of the responses."""

    responses: Responses
    ratings: Ratings
    task_scores: Ratings
    parts: PartScores
    global_ratings: GlobalRatings
    sittings: Sittings
    groups: tuple[Groups, ...]


def freeze(contents: Contents) -> Frozen:
    """Arrays of all attempts, in the order of their names."""
    attempts = sorted(contents.attempts, key=lambda one: one.name)
    exam = next((part.identifier for part in contents.parts if part.kind == "online_exam"), "")
    responses = _responses(contents, attempts, part=exam)
    names = tuple(part.identifier for part in contents.parts)
    matrix = np.array([[_number(text) for text in one.parts] for one in attempts], dtype=float)
    components = {
        part.identifier: responses
        if part.kind == "online_exam"
        else _tasks(contents, attempts, part.identifier)
        if part.kind == "practical"
        else _runs(contents, attempts, part.identifier)
        for part in contents.parts
    }
    return Frozen(
        responses=responses,
        ratings=_judgements(contents, attempts),
        task_scores=_sheets(contents, attempts),
        parts=PartScores(
            matrix=matrix.reshape(len(attempts), len(names)),
            parts=names,
            components=components,
            must_pass=np.array([_must_pass(one) for one in attempts], dtype=float),
            weights={part.identifier: float(part.weight) for part in contents.parts},
        ),
        global_ratings=_global_ratings(contents, attempts),
        sittings=_sittings(contents, attempts),
        groups=tuple(_groups(contents, attempts)),
    )


def _number(text: str | None) -> float:
    return float("nan") if text is None else float(text)


def _must_pass(attempt: FrozenAttempt) -> float:
    met = [value for task in attempt.tasks for value in task.must_pass.values()]
    if False in met:
        return 0.0
    return float("nan") if None in met else 1.0


def _responses(contents: Contents, attempts: Sequence[FrozenAttempt], *, part: str) -> Responses:
    matrix = np.full((len(attempts), len(contents.items)), np.nan)
    for row, attempt in enumerate(attempts):
        if attempt.items:
            columns, points = zip(*attempt.items, strict=True)
            matrix[row, list(columns)] = [_number(text) for text in points]
    return Responses(matrix=matrix, items=item_names(contents.items), maxima=_maxima(contents.items), part=part)


def _maxima(columns: Sequence[Column]) -> FloatArray:
    return np.array([_number(one.maximum) for one in columns], dtype=float)


def _table(rows: Iterable[Iterable[tuple[int, str | None]]], shape: tuple[int, int]) -> FloatArray:
    matrix = np.full(shape, np.nan)
    for row, cells in enumerate(rows):
        for column, text in cells:
            matrix[row, column] = _number(text)
    return matrix


def _tasks(contents: Contents, attempts: Sequence[FrozenAttempt], part: str) -> Responses:
    """Task scores as components of the practical part."""
    shape = (len(attempts), len(contents.tasks))
    matrix = _table(([(task.task, task.points) for task in one.tasks] for one in attempts), shape)
    return Responses(matrix=matrix, items=item_names(contents.tasks), maxima=_maxima(contents.tasks), part=part)


def _runs(contents: Contents, attempts: Sequence[FrozenAttempt], part: str) -> Responses:
    shape = (len(attempts), len(contents.simulations))
    matrix = _table((one.simulations for one in attempts), shape)
    names = item_names(contents.simulations)
    return Responses(matrix=matrix, items=names, maxima=np.ones(len(names)), part=part)


Row = tuple[str, str, str, str, float]


def _judgements(contents: Contents, attempts: Sequence[FrozenAttempt]) -> Ratings:
    """Every judgement level of every assessor, in long form."""
    names = item_names(contents.tasks)
    rows = [
        (attempt.name, sheet.assessor, criterion, names[task.task], float(level))
        for attempt in attempts
        for task in attempt.tasks
        for sheet in task.sheets
        for criterion, level in sheet.levels.items()
    ]
    return _long(rows, LEVELS_UP_TO)


def _sheets(contents: Contents, attempts: Sequence[FrozenAttempt]) -> Ratings:
    """Every assessor's score of every task, in per cent, in long form."""
    names, maxima = item_names(contents.tasks), _maxima(contents.tasks)
    rows = [
        (
            attempt.name,
            sheet.assessor,
            "task score",
            names[task.task],
            round(100 * _number(sheet.points) / float(maxima[task.task]), 2),
        )
        for attempt in attempts
        for task in attempt.tasks
        for sheet in task.sheets
    ]
    return _long(rows, 100.0)


def _long(rows: Sequence[Row], maximum: float) -> Ratings:
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


def _global_ratings(contents: Contents, attempts: Sequence[FrozenAttempt]) -> GlobalRatings:
    """One row per candidate and task: its score on the assessors' mean rating, so that rows are independent.

    The score is the settled one that decisions hold against the cut; the assessors' mean stands in where nothing is settled.
    """
    names, maxima = item_names(contents.tasks), _maxima(contents.tasks)
    rows = []
    for attempt in attempts:
        for task in attempt.tasks:
            rated = [(sheet, sheet.global_rating) for sheet in task.sheets if sheet.global_rating is not None]
            if rated:
                mean = sum(_number(sheet.points) for sheet, _ in rated) / len(rated)
                points = mean if task.points is None else _number(task.points)
                rating = sum(float(given) for _, given in rated) / len(rated)
                rows.append((names[task.task], 100 * points / float(maxima[task.task]), rating))
    return GlobalRatings(
        tasks=tuple(row[0] for row in rows),
        percent=np.array([row[1] for row in rows], dtype=float),
        ratings=np.array([row[2] for row in rows], dtype=float),
        borderline=BORDERLINE,
    )


def _sittings(contents: Contents, attempts: Sequence[FrozenAttempt]) -> Sittings:
    """Sittings are called by their day, and by their site where several days or sites need it."""
    names = [f"{one.day}, {one.site}" if one.site else one.day for one in contents.sittings]
    names = [name if names.count(name) == 1 else f"{name} ({place + 1})" for place, name in enumerate(names)]
    return Sittings(labels=tuple(names[one.sitting] for one in attempts), names=tuple(names))


def _groups(contents: Contents, attempts: Sequence[FrozenAttempt]) -> Iterable[Groups]:
    """Every group that at least two values are known of. Of more than two values each is held against all others."""
    for name in sorted({name for one in attempts for name in one.groups}):
        labels = tuple(one.groups.get(name, "") for one in attempts)
        values = sorted({label for label in labels if label})
        if len(values) == 2:
            yield Groups(labels=labels, column=name)
        elif len(values) > 2:
            for value in values:
                yield Groups(labels=labels, column=name, focal=value)
