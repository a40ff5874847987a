"""How many experts make a panel, and how their ratings are read: a table experts × elements, NaN = not rated."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix

MINIMUM_EXPERTS = 8
"""Polit, Beck & Owen (2007) advise 8 to 12 experts for a first round; below, an interval says nearly nothing."""


def yes_or_no(votes: npt.ArrayLike, *, name: str) -> FloatArray:
    """A table of 0 and 1.

    Raises
    ------
    ResponseError
        `not_a_category` names the place of another value.
    """
    return _within(as_matrix(votes, name=name), 0, 1, name)


def on_scale(ratings: npt.ArrayLike, low: int, high: int, *, name: str = "ratings") -> FloatArray:
    """A table of whole numbers from `low` to `high`.

    Raises
    ------
    ResponseError
        `no_such_scale` where the scale has fewer than two points; `not_a_category` names the place of another value.
    """
    if not low < high:
        raise ResponseError("no_such_scale", f"a scale from {low} to {high} has no two points")
    return _within(as_matrix(ratings, name=name), low, high, name)


def _within(table: FloatArray, low: int, high: int, name: str) -> FloatArray:
    present = np.isfinite(table)
    wrong = present & ((table < low) | (table > high) | (table != np.round(table)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        sentence = f"{name}: row {row}, column {column} is {table[row, column]:g}; it is a whole number {low} to {high}"
        raise ResponseError("not_a_category", sentence)
    return table
