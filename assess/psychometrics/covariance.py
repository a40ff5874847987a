"""Covariances of items, with missing answers handled in one of two stated ways."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, answered_any, complete_rows

Missing = Literal["pairwise", "listwise"]

# Whole numbers up to here are exact in single precision, and so is every sum of them that stays below it.
EXACT_IN_SINGLE = 2**24


@dataclass(frozen=True, eq=False)
class ItemCovariance:
    """Covariances (items × items) with the number of persons behind each.

    `n` is the smallest of these numbers: the figure that intervals rest on.
    """

    matrix: FloatArray
    together: npt.NDArray[np.int64]
    n: int

    @property
    def never_together(self) -> tuple[int, int] | None:
        """The first pair of items that fewer than two persons answered both of."""
        pairs = np.argwhere(self.together < 2)
        return (int(pairs[0, 0]), int(pairs[0, 1])) if len(pairs) else None


def item_covariance(responses: FloatArray, missing: Missing = "pairwise") -> ItemCovariance:
    """Sample covariances (divisor n − 1) of the columns.

    Pairwise: each pair of items uses everyone who answered both, about the means of just these persons. Listwise: only
    persons who answered every item. Sums of products of small whole numbers are taken in single precision where all of
    them are exact there, which halves the time and changes no digit.

    Examples
    --------
    >>> item_covariance(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, np.nan]])).together.tolist()
    [[3, 2], [2, 2]]
    """
    if not responses.size:
        return _empty(responses.shape[1])
    if complete(responses):
        return _of_complete(responses)
    if missing == "listwise":
        rows = complete_rows(responses)
        return _of_complete(rows) if len(rows) else _empty(responses.shape[1])
    return _of_pairs(answered_any(responses))


def complete(matrix: FloatArray) -> bool:
    """Whether no entry is missing, in one pass: a NaN anywhere makes the sum NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(matrix.sum()))


def exact_in_single(matrix: FloatArray) -> npt.NDArray[np.float32] | None:
    """The same numbers in single precision, or None when sums of their products would not all be exact there."""
    if not matrix.size:
        return None
    with np.errstate(over="ignore"):
        single = matrix.astype(np.float32)
    lowest, highest = float(single.min()), float(single.max())
    if len(matrix) * max(lowest**2, highest**2) >= EXACT_IN_SINGLE:
        return None
    # both: a fraction that single precision rounds to a whole number must not slip through
    whole = bool((np.rint(single) == single).all()) and bool((single == matrix).all())
    return single if whole else None


def _of_complete(rows: FloatArray) -> ItemCovariance:
    n, items = rows.shape
    single = exact_in_single(rows)
    if single is not None:
        sums = (np.ones(n, dtype=np.float32) @ single).astype(np.float64)
        products = (single.T @ single).astype(np.float64)
    else:
        centred = rows - rows.mean(axis=0)  # keeps the sums of products free of cancellation
        sums = centred.sum(axis=0)
        products = centred.T @ centred
    matrix = _covariances(products, np.outer(sums, sums), np.full((items, items), float(n)))
    return ItemCovariance(matrix=matrix, together=np.full((items, items), n, dtype=np.int64), n=n)


def _of_pairs(rows: FloatArray) -> ItemCovariance:
    seen = np.isfinite(rows)
    values = np.where(seen, rows, 0.0)
    single = exact_in_single(values)
    if single is not None:
        mask = seen.astype(np.float32)
        together, sums, products = mask.T @ mask, single.T @ mask, single.T @ single
    else:
        mask = seen.astype(np.float64)
        centre = values.sum(axis=0) / mask.sum(axis=0).clip(min=1.0)
        values = np.where(seen, rows - centre, 0.0)
        together, sums, products = mask.T @ mask, values.T @ mask, values.T @ values
    counts = np.rint(together).astype(np.int64)
    # sums[j, k]: item j over the persons who also answered k
    totals = sums.astype(np.float64) * sums.T.astype(np.float64)
    matrix = _covariances(products.astype(np.float64), totals, together.astype(np.float64))
    return ItemCovariance(matrix=matrix, together=counts, n=int(counts.min()) if counts.size else 0)


def _covariances(products: FloatArray, totals: FloatArray, together: FloatArray) -> FloatArray:
    enough = together >= 2
    counts = np.where(enough, together, 2.0)
    return np.where(enough, (products - totals / counts) / (counts - 1), np.nan)


def _empty(items: int) -> ItemCovariance:
    return ItemCovariance(
        matrix=np.full((items, items), np.nan), together=np.zeros((items, items), dtype=np.int64), n=0
    )
