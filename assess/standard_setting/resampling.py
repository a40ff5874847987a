"""The bootstrap, all resamples at once: a statistic is computed from how often each distinct case was drawn.

n − 1 of n cases are drawn, with replacement (Rao & Wu 1988, Journal of the American Statistical Association 83, 231–241):
then the bootstrap variance of a mean is s²/n, not (n − 1)/n of it, which matters for panels of eight. Cases are drawn in
their sorted order, so the answer depends on the seed and the cases, not on the order of the rows.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray

RESAMPLES = 1000
# numbers held at a time: 2 million are 16 MB
BLOCK = 2_000_000

IntArray = npt.NDArray[np.int64]


def draws(frequencies: npt.ArrayLike, generator: np.random.Generator, resamples: int) -> FloatArray:
    """How often each distinct case comes up in resamples of one case less, resamples × cases.

    Examples
    --------
    >>> drawn = draws([3, 1], np.random.default_rng(0), 2)
    >>> drawn.shape, drawn.sum(axis=1).tolist()
    ((2, 2), [3.0, 3.0])
    """
    counts = np.asarray(frequencies, dtype=np.int64)
    cases = np.repeat(np.arange(len(counts)), counts)
    chosen = cases[generator.integers(len(cases), size=(resamples, max(len(cases) - 1, 1)))]
    places = chosen + len(counts) * np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=resamples * len(counts)).reshape(resamples, -1).astype(np.float64)


def blocks(resamples: int, width: int) -> Iterator[int]:
    """Numbers of resamples that fit the memory at a time."""
    size = max(1, min(resamples, BLOCK // max(width, 1)))
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def resampled(
    frequencies: npt.ArrayLike, statistic: Callable[[FloatArray], FloatArray], *, seed: int, resamples: int
) -> FloatArray:
    """The statistic of every resample for which it exists.

    Parameters
    ----------
    frequencies
        How often each distinct case was observed.
    statistic
        Takes resamples × cases and answers one number per resample; NaN where it does not exist.
    """
    counts = np.asarray(frequencies, dtype=np.int64)
    generator = np.random.default_rng(seed)
    found = [statistic(draws(counts, generator, size)) for size in blocks(resamples, int(counts.sum()))]
    drawn = np.concatenate(found) if found else np.empty(0)
    return drawn[np.isfinite(drawn)]


def spread(drawn: FloatArray, *, resamples: int, level: float) -> tuple[float, tuple[float, float]] | None:
    """Standard error and percentile interval; None when the statistic exists in fewer than half of the resamples."""
    if len(drawn) < 2 or len(drawn) < resamples / 2:
        return None
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(drawn.std(ddof=1)), (float(low), float(high))


def averages(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Means of what was drawn: cases → resamples, cases × columns → resamples × columns.

    Examples
    --------
    >>> averages(np.array([[1.0, 2.0]]), np.array([3.0, 6.0])).tolist()
    [5.0]
    """
    total = weights.sum(axis=1)
    return np.asarray((weights @ values).T / total).T


def weighted_median(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Median of sorted values drawn so many times, one per resample; NaN where it lies at an infinite value.

    Examples
    --------
    >>> weighted_median(np.array([1.0, 2.0, 4.0]), np.array([[1, 0, 1], [0, 3, 0]])).tolist()
    [2.5, 2.0]
    """
    upto = np.cumsum(weights, axis=1)
    half = upto[:, -1:] / 2
    lower, upper = values[(upto >= half).argmax(axis=1)], values[(upto > half).argmax(axis=1)]
    both = np.isfinite(lower) & np.isfinite(upper)
    return np.where(both, (np.where(both, lower, 0.0) + np.where(both, upper, 0.0)) / 2, np.nan)


def standard_error(drawn: FloatArray) -> float | None:
    """SD of the resampled statistics; None when fewer than two exist."""
    return float(drawn.std(ddof=1)) if len(drawn) > 1 else None
