r"""Biserial correlations: with the normal variable that an item's categories are thought to cut up.

For a right-or-wrong item r_bis = r·√(pq)/φ(z_p), z_p the normal quantile of the proportion correct p. For ordered
categories with scores v_k the same reasoning gives r·σ_v/Σ_k φ(τ_k)(v_{k+1} − v_k), τ_k the normal quantile of the share
at or below category k (Olsson, Drasgow and Dorans' ad hoc polyserial). It may pass 1 when the variable is not normal.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import Estimate, estimated, normal_interval, not_enough

SOURCE = (
    "Lord & Novick (1968), Statistical theories of mental test scores, ch. 15 (standard error: Soper 1914); ordered "
    "categories: Olsson, Drasgow & Dorans (1982), Psychometrika 47, 337–347"
)

MOST_COUNTED = 1_000


def latent_spread(
    answers: FloatArray, seen: BoolArray | None, rights: FloatArray, counts: FloatArray, right_or_wrong: BoolArray
) -> FloatArray:
    """σ_v/Σφ(τ_k)(v_{k+1} − v_k) of each item: what turns its correlation into a biserial one; NaN when it is constant.

    Of the items that are `right_or_wrong` the number of right answers is enough; it does not depend on their unit.

    Examples
    --------
    >>> half = np.array([[0.0], [1.0]])
    >>> latent_spread(half, None, np.array([1.0]), np.array([2.0]), np.array([True])).round(4).tolist()
    [1.2533]
    """
    found = np.full(len(rights), np.nan)
    for j in range(len(rights)):
        if right_or_wrong[j]:
            p = float(rights[j] / max(counts[j], 1.0))
            values, shares = np.array([0.0, 1.0]), np.array([1 - p, p])
        else:
            values, times = _tally(answers[:, j] if seen is None else answers[seen[:, j], j])
            shares = times / max(times.sum(), 1)
        found[j] = _spread(values, shares)
    return found


def _tally(column: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """The different values and how often each occurs; small whole numbers are counted, others sorted."""
    if len(column) and column.min() >= 0 and column.max() <= MOST_COUNTED:
        whole = column.astype(np.intp)
        if bool((whole == column).all()):
            times = np.bincount(whole)
            used = np.flatnonzero(times)
            return used.astype(np.float64), times[used]
    values, times = np.unique(column, return_counts=True)
    return values, times


def _spread(values: FloatArray, shares: FloatArray) -> float:
    if len(values) < 2 or not 0 < shares[0] < 1:
        return float("nan")
    thresholds = special.ndtri(np.cumsum(shares)[:-1])
    height = float((np.exp(-(thresholds**2) / 2) * np.diff(values)).sum()) / float(np.sqrt(2 * np.pi))
    mean = float(values @ shares)
    return float(np.sqrt(((values - mean) ** 2) @ shares)) / height


def biserial(value: float, spread: float, n: int, *, what: str, level: float, minimum: int) -> Estimate:
    """The biserial form of a product-moment correlation `value`, with Soper's standard error (spread − r²)/√n."""
    method = f"{what} biserial correlation"
    if not np.isfinite(value) or not np.isfinite(spread) or n < 2:
        reason = "the item or the total score does not vary, or too few persons answered both"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    latent = float(value * spread)
    se = (spread - latent**2) / float(np.sqrt(n))
    if abs(latent) >= 1 or not se > 0:
        reason = f"the biserial correlation comes out at {latent:.2f}: the variable behind the item is not normal"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    low, high = normal_interval(latent, se, level)
    return estimated(
        value=latent,
        standard_error=se,
        interval=(max(low, -1.0), min(high, 1.0)),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
