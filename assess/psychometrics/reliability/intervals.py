"""Intervals of reliabilities: symmetric in log(1 − r), or from the bootstrap."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, estimated, not_enough, two_sided

RESAMPLES = 1_000
ROUNDING = 1e-9
"""How far rounding may carry a reliability past 1."""
CONTRADICTION = (
    "the pairs of items rest on persons so different that their covariances contradict each other and the coefficient "
    "comes out above 1; take complete persons (missing='listwise'), or items with more persons in common"
)
BOOTSTRAP_SOURCE = "bootstrap over persons: Efron & Tibshirani (1993), An introduction to the bootstrap, ch. 13"

Statistics = Callable[[FloatArray], npt.ArrayLike]


def on_log_scale(value: float, se: float, *, n: int, method: str, source: str, level: float, minimum: int) -> Estimate:
    """A reliability whose interval is symmetric in log(1 − r), where it is close to normal and cannot pass 1."""
    reach = two_sided(level) * se / (1 - value) if value < 1 else 0.0
    with np.errstate(over="ignore"):
        interval = (1 - (1 - value) * float(np.exp(reach)), 1 - (1 - value) * float(np.exp(-reach)))
    return estimated(
        value=value,
        standard_error=se,
        interval=interval,
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )


def resampled(rows: FloatArray, statistics: Statistics, *, resamples: int, seed: int) -> FloatArray:
    """The statistics of `resamples` samples of persons drawn with replacement: resamples × statistics."""
    rng = np.random.default_rng(seed)
    drawn = [np.atleast_1d(statistics(rows[rng.integers(len(rows), size=len(rows))])) for _ in range(resamples)]
    return np.array(drawn, dtype=np.float64)


def bootstrapped(
    value: float, drawn: FloatArray, *, n: int, method: str, source: str, level: float, minimum: int
) -> Estimate:
    """A value with the standard deviation and the percentiles of its resamples.

    Resamples in which the statistic does not exist are left out; when they are more than half there is no answer.
    """
    if value > 1 + ROUNDING:
        return not_enough(n=n, method=method, source=source, reason=CONTRADICTION, level=level)
    usable = drawn[np.isfinite(drawn) & (drawn <= 1 + ROUNDING)]
    if len(usable) < max(len(drawn) / 2, 2):
        reason = "the coefficient does not exist in most resamples of these persons"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return estimated(
        value=value,
        standard_error=float(usable.std(ddof=1)),
        interval=(float(low), float(high)),
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )


IntervalKind = Literal["analytic", "bootstrap"]
