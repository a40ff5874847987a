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
# rows read at a time: what these need stays in the processor's cache, and sums are whole numbers in single precision, too
BLOCK = 2048
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
    small = _whole_numbers(matrix)
    if small is not None:
        return small
    matrix = as_categories(matrix)
    highest = np.nanmax(matrix, initial=0.0) if np.isfinite(matrix).any() else 0.0
    if highest > HIGHEST:
        raise ResponseError("not_a_category", f"a response of {highest:g}; an item has at most {HIGHEST} steps here")
    return np.where(np.isfinite(matrix), matrix, MISSING).astype(np.int8)


def _whole_numbers(matrix: FloatArray) -> SmallIntegers | None:
    """The same table when all its numbers are categories or missing; None when one is not, or it is no table.

    A block of rows at a time, which the processor then need not fetch twice.
    """
    if matrix.ndim != 2 or not matrix.size:
        return None
    small = np.empty(matrix.shape, dtype=np.int8)
    again = np.empty((min(BLOCK, len(matrix)), matrix.shape[1]))
    with np.errstate(invalid="ignore"):
        for start in range(0, len(matrix), BLOCK):
            block, own = matrix[start : start + BLOCK], small[start : start + BLOCK]
            np.copyto(own, block, casting="unsafe")
            back = again[: len(block)]
            np.copyto(back, own)
            same = back == block
            missing = None if same.all() else np.isnan(block)
            if missing is not None:
                same |= missing
                own[missing] = 0
            if not same.all() or own.min() < 0:
                return None
            if missing is not None:
                own[missing] = MISSING
    return small if small.max() <= HIGHEST else None


def frequencies(categories: SmallIntegers) -> IntArray:
    """How often each category occurs, items × categories.

    Examples
    --------
    >>> frequencies(np.array([[0, 2], [1, 2], [-1, 0]], dtype=np.int8)).tolist()
    [[1, 1, 0], [1, 0, 2]]
    """
    highest = int(categories.max(initial=0))
    found = np.zeros((categories.shape[1], highest + 1), dtype=np.int64)
    for start in range(0, len(categories), BLOCK):
        block = categories[start : start + BLOCK]
        everybody = np.ones(len(block), dtype=np.float32)
        for k in range(highest + 1):
            found[:, k] += (everybody @ (block == k).astype(np.float32)).astype(np.int64)
    return found


def row_sums(categories: SmallIntegers) -> IntArray:
    """The sum of each row, of a table without gaps.

    Examples
    --------
    >>> row_sums(np.array([[0, 2], [1, 2]], dtype=np.int8)).tolist()
    [2, 3]
    """
    found = np.empty(len(categories), dtype=np.int64)
    for start in range(0, len(categories), BLOCK):
        block = categories[start : start + BLOCK].astype(np.float32)
        found[start : start + BLOCK] = block @ np.ones(block.shape[1], dtype=np.float32)
    return found


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
