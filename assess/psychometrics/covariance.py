"""Covariances of items, with missing answers handled in one of two stated ways."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, answered_any, complete_rows

Missing = Literal["pairwise", "listwise"]


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
    persons who answered every item.

    Examples
    --------
    >>> item_covariance(np.array([[1.0, 1.0], [0.0, 0.0], [1.0, np.nan]])).together.tolist()
    [[3, 2], [2, 2]]
    """
    rows = complete_rows(responses) if missing == "listwise" else answered_any(responses)
    seen = np.isfinite(rows)
    mask = seen.astype(np.float64)
    # centring first keeps the sums of products free of cancellation
    centre = np.divide(np.where(seen, rows, 0.0).sum(axis=0), mask.sum(axis=0).clip(min=1.0))
    values = np.where(seen, rows - centre, 0.0)
    together = mask.T @ mask
    sums = values.T @ mask  # sums[j, k]: item j over the persons who also answered k
    with np.errstate(divide="ignore", invalid="ignore"):
        matrix = (values.T @ values - sums * sums.T / together) / (together - 1)
    matrix = np.where(together >= 2, matrix, np.nan)
    least = int(together.min()) if together.size else 0
    return ItemCovariance(matrix=matrix, together=np.rint(together).astype(np.int64), n=least)
