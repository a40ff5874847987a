"""The one shape of data: persons × items, float, NaN = not answered or not presented, categories from 0.

Input that is malformed (wrong shape, infinite, a fraction where a category belongs) is refused with a `ResponseError`;
input that is merely thin is not an error: the methods answer "not enough evidence".
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class ResponseError(ValueError):
    """Responses that no method can read. `code` is stable, for machines."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def as_matrix(values: npt.ArrayLike, *, name: str = "responses") -> FloatArray:
    """Check and convert a two-way table of numbers.

    Raises
    ------
    ResponseError
        `not_a_table` when it is not two-dimensional, `not_finite` when it holds an infinity.

    Examples
    --------
    >>> as_matrix([[1, 0], [0, float("nan")]]).shape
    (2, 2)
    """
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        sentence = f"{name} must be a table (rows × columns); this has {matrix.ndim} dimension(s)"
        raise ResponseError("not_a_table", sentence)
    if np.isinf(matrix).any():
        row, column = np.argwhere(np.isinf(matrix))[0]
        sentence = f"{name}: row {row}, column {column} is infinite; use NaN for a missing value"
        raise ResponseError("not_finite", sentence)
    return matrix


def as_categories(values: npt.ArrayLike, *, name: str = "responses") -> FloatArray:
    """Like `as_matrix`, and every value present is a whole number ≥ 0.

    Raises
    ------
    ResponseError
        Also `not_a_category`.
    """
    matrix = as_matrix(values, name=name)
    present = np.isfinite(matrix)
    wrong = present & ((matrix < 0) | (matrix != np.round(matrix)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        sentence = f"{name}: row {row}, column {column} is {matrix[row, column]:g}; categories are 0, 1, 2, …"
        raise ResponseError("not_a_category", sentence)
    return matrix


def as_vector(values: npt.ArrayLike, *, name: str) -> FloatArray:
    """Check and convert a list of numbers.

    Raises
    ------
    ResponseError
        `not_a_list` when it is not one-dimensional, `not_finite` when it holds an infinity.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ResponseError("not_a_list", f"{name} must be a list of numbers; this has {vector.ndim} dimension(s)")
    if np.isinf(vector).any():
        sentence = f"{name}: entry {int(np.argwhere(np.isinf(vector))[0, 0])} is infinite; use NaN for a missing value"
        raise ResponseError("not_finite", sentence)
    return vector


def answered_any(matrix: FloatArray) -> FloatArray:
    """Only the persons with at least one answer."""
    return matrix[np.isfinite(matrix).any(axis=1)]


def complete_rows(matrix: FloatArray) -> FloatArray:
    """Only the persons who answered everything (listwise)."""
    return matrix[np.isfinite(matrix).all(axis=1)]


def item_names(count: int, names: Sequence[str] | None) -> tuple[str, ...]:
    """The given names, or "item 1", "item 2", ….

    Raises
    ------
    ResponseError
        `names_do_not_fit` when their number is not the number of columns.
    """
    if names is None:
        return tuple(f"item {number}" for number in range(1, count + 1))
    if len(names) != count:
        raise ResponseError("names_do_not_fit", f"{len(names)} item names for {count} columns")
    return tuple(names)
