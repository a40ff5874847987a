"""Responses as the calibration reads them: small whole numbers, unused categories joined, equal rows counted once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray, ResponseError, as_categories

SmallIntegers = npt.NDArray[np.int8]
MISSING = -1
HIGHEST = 126
# with more items than this nearly every person's pattern is unique, and looking for equal ones costs more than it saves
FEW_ITEMS = 15


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """Distinct rows of calibrated items.

    Attributes
    ----------
    categories
        rows × items, consecutive from 0; −1 = missing.
    weight
        Persons behind each row.
    member
        The row of each person.
    counts
        Number of categories of each item.
    frequencies
        Persons in each category, items × categories.
    parts
        The rows of each group of persons, one group after the other.
    """

    categories: SmallIntegers
    weight: FloatArray
    member: IntArray
    counts: IntArray
    frequencies: IntArray
    parts: tuple[slice, ...]

    @cached_property
    def complete(self) -> bool:
        """Whether everyone answered everything."""
        return bool(self.categories.min(initial=0) >= 0)


def small_categories(responses: npt.ArrayLike) -> SmallIntegers:
    """Responses as small integers, −1 for missing.

    Raises
    ------
    ResponseError
        `not_a_table`, `not_finite`, `not_a_category`.
    """
    matrix = np.asarray(responses, dtype=np.float64)
    if matrix.ndim == 2 and matrix.size and matrix.min() >= 0 and matrix.max() <= HIGHEST:  # False when anything is NaN
        small = matrix.astype(np.int8)
        if (small == matrix).all():
            return small
    matrix = as_categories(matrix)
    highest = np.nanmax(matrix, initial=0.0) if np.isfinite(matrix).any() else 0.0
    if highest > HIGHEST:
        raise ResponseError("not_a_category", f"a response of {highest:g}; an item has at most {HIGHEST} steps here")
    return np.where(np.isfinite(matrix), matrix, MISSING).astype(np.int8)


def frequencies(categories: SmallIntegers) -> IntArray:
    """How often each category occurs, items × categories.

    Examples
    --------
    >>> frequencies(np.array([[0, 2], [1, 2], [-1, 0]], dtype=np.int8)).tolist()
    [[1, 1, 0], [1, 0, 2]]
    """
    highest = int(categories.max(initial=0))
    return np.stack([(categories == k).sum(axis=0, dtype=np.int64) for k in range(highest + 1)], axis=1)


def joined(answers: SmallIntegers, used: IntArray) -> SmallIntegers:
    """One column with every category replaced by its place among the used ones; an unused one joins the next lower.

    Examples
    --------
    >>> joined(np.array([0, 3, -1, 2], dtype=np.int8), np.array([0, 2, 3])).tolist()
    [0, 2, -1, 1]
    """
    if len(used) and used[0] == 0 and used[-1] == len(used) - 1:
        return answers
    place = np.clip(np.searchsorted(used, answers, side="right") - 1, 0, None)
    return np.where(answers < 0, MISSING, place).astype(np.int8)


def response_table(
    categories: SmallIntegers, counts: IntArray, occurring: IntArray, group: IntArray | None = None
) -> ResponseTable:
    """Rows counted once when there are few items, and sorted by the persons' group when there are several."""
    if group is None:
        rows, weight, member = _distinct(categories, counts)
        return ResponseTable(rows, weight, member, counts, occurring, (slice(0, len(rows)),))
    parts, all_rows, weights = [], [], []
    members = np.empty(len(categories), dtype=np.int64)
    start = 0
    for number in range(int(group.max(initial=0)) + 1):
        own = group == number
        rows, weight, member = _distinct(categories[own], counts)
        members[own] = start + member
        parts.append(slice(start, start + len(rows)))
        all_rows.append(rows)
        weights.append(weight)
        start += len(rows)
    return ResponseTable(np.vstack(all_rows), np.concatenate(weights), members, counts, occurring, tuple(parts))


def _distinct(categories: SmallIntegers, counts: IntArray) -> tuple[SmallIntegers, FloatArray, IntArray]:
    """Rows, the persons behind each, and the row of each person."""
    persons, items = categories.shape
    if 0 < items <= FEW_ITEMS and float(np.prod(counts + 1.0)) < 2**62:
        radix = np.cumprod(np.append(1, counts[:-1] + 1)).astype(np.int64)
        code = (categories.astype(np.int64) + 1) @ radix
        _, first, member, weight = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
        if len(first) < 0.7 * persons:
            return categories[first], weight.astype(np.float64), member.astype(np.int64)
    return categories, np.ones(persons), np.arange(persons)
