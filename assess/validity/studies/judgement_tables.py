"""CSV files of standard setters: one row per item, one column per judge."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError
from assess.standard_setting import judgements as written
from assess.validity.datasets.arrays import Judgements, Responses
from assess.validity.studies.tables import MISSING, Table, TableError, read_table

LEVELS = "levels"
SCALES = ("proportion", "percent", "yes/no", "points", LEVELS)
MOST_LEVELS = 11
HIGHEST_LEVEL = 20
"""Whole numbers from here on may be per cent or points, and nothing is guessed."""


def read_judgements(
    path: Path,
    *,
    item: str,
    ignore: Sequence[str] = (),
    difficulty: str | None = None,
    scale: str | None = None,
    maximum: float | Mapping[str, float] | None = None,
    responses: Responses | None = None,
) -> Judgements:
    """A file with one row per item; every column that is not named otherwise is a judge.

    Parameters
    ----------
    item
        The column that names the items.
    ignore
        Columns that are no judges; they are left out and named in the report.
    difficulty
        A column with an observed difficulty of each item (higher = harder) to compare the judges with.
    scale
        How cells are meant. When not given: chances (0 to 1 or with %), yes and no, or a few whole levels; anything else is
        refused.
    maximum, responses
        Points of the items, for the scale "points"; those of the responses when they are given.

    Raises
    ------
    TableError
        As `read_responses`; `duplicate_item`, `no_judges`, and the codes of `standard_setting.judgements`.
    """
    table = read_table(path)
    names = table.column(item, "--item")
    left_out = [table.column(name, "--ignore") for name in ignore]
    hard = None if difficulty is None else table.column(difficulty, "--difficulty")
    judges = [column for column in range(len(table.header)) if column not in {names, hard, *left_out}]
    if not judges:
        raise TableError("no_judges", f"{table.name}: no column is left that could be a judge; name fewer in --ignore.")
    items = _items(table, names)
    observed, observed_name = None, ""
    if hard is not None:
        observed, observed_name = (
            np.array([table.number(line, row, hard) for line, row in table.rows]),
            difficulty or "",
        )
    elif responses is not None:
        observed, observed_name = _shares(responses, items), "share of the points in the responses"
    columns = {table.header[column]: [row[column] for _, row in table.rows] for column in judges}
    points = _points(items, maximum, responses) if scale == "points" else None
    matrix, meant, worth = _read(table.name, columns, items, scale, points)
    return Judgements(
        matrix=matrix,
        judges=tuple(columns),
        items=items,
        scale=meant,
        points=worth,
        empirical=observed,
        empirical_name=observed_name,
        ignored=tuple(ignore),
    )


def _items(table: Table, column: int) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for line, row in table.rows:
        name = table.name_in(line, row, column)
        if name in seen:
            sentence = f"{table.name}, line {line}: item {name!r} is already in line {seen[name]}; keep one row."
            raise TableError("duplicate_item", sentence)
        seen[name] = line
    return tuple(seen)


def _read(
    name: str,
    columns: Mapping[str, Sequence[str]],
    items: tuple[str, ...],
    scale: str | None,
    points: FloatArray | None,
) -> tuple[FloatArray, str, FloatArray]:
    if scale == LEVELS or (scale is None and _looks_like_levels(columns)):
        matrix = np.array(
            [
                [_level(name, judge, item, cell) for item, cell in zip(items, cells, strict=True)]
                for judge, cells in columns.items()
            ]
        )
        return matrix, LEVELS, np.ones(len(items))
    try:
        found = written.judgements(columns, items=items, scale=None if scale is None else _scale(scale), points=points)
    except ResponseError as error:
        raise TableError(error.code, f"{name}: {error}") from None
    return found.ratings, found.scale, found.points


def _scale(scale: str) -> written.Scale:
    known: dict[str, written.Scale] = {
        "proportion": "proportion",
        "percent": "percent",
        "yes/no": "yes/no",
        "points": "points",
    }
    return known[scale]


def _looks_like_levels(columns: Mapping[str, Sequence[str]]) -> bool:
    """A few whole numbers, some above 1: not chances, and too small and few to be per cent."""
    cells = {cell.strip() for given in columns.values() for cell in given} - MISSING
    if not cells or not all(cell.isascii() and cell.isdigit() and len(cell) < 4 for cell in cells):
        return False
    values = {int(cell) for cell in cells}
    return 1 < max(values) <= HIGHEST_LEVEL and len(values) <= MOST_LEVELS


def _level(name: str, judge: str, item: str, cell: str) -> float:
    text = cell.strip()
    if text in MISSING:
        return float("nan")
    if not (text.isascii() and text.isdigit()):
        raise TableError(
            "not_a_number", f"{name}, judge {judge}, item {item}: {text!r} is not a level; write a whole number from 0."
        )
    return float(text)


def _points(
    items: tuple[str, ...], maximum: float | Mapping[str, float] | None, responses: Responses | None
) -> FloatArray:
    if responses is not None:
        of_item = dict(zip(responses.items, responses.maxima, strict=True))
        lacking = next((item for item in items if item not in of_item), None)
        if lacking is not None:
            raise TableError(
                "missing_column",
                f"there is no item {lacking!r} in the responses, so its points are not known; say --maximum.",
            )
        return np.array([float(of_item[item]) for item in items])
    if maximum is None:
        raise TableError(
            "missing_option",
            "judgements in points need the points of each item: say --maximum POINTS or ITEM=POINTS,….",
        )
    if not isinstance(maximum, Mapping):
        return np.full(len(items), float(maximum))
    lacking = next((item for item in items if item not in maximum), None)
    if lacking is not None:
        raise TableError("missing_column", f"--maximum does not say how many points {lacking!r} is worth.")
    return np.array([float(maximum[item]) for item in items])


def _shares(responses: Responses, items: tuple[str, ...]) -> FloatArray | None:
    """The share of its points that each judged item was answered with; None when no item is in both files."""
    place = {name: column for column, name in enumerate(responses.items)}
    found = np.full(len(items), np.nan)
    for row, item in enumerate(items):
        if item in place:
            own = responses.matrix[:, place[item]]
            seen = own[np.isfinite(own)]
            found[row] = float(seen.mean() / responses.maxima[place[item]]) if len(seen) else np.nan
    return found if np.isfinite(found).any() else None
