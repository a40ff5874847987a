"""Two normal curves of log time, rapid and solving: where they cross."""

import numpy as np
from scipy.special import logsumexp

from assess.psychometrics.responses import FloatArray

ROUNDS = 300
CLOSE = 1e-8
# a curve narrower than this has run into a handful of equal times
NARROWEST = 0.05
SMALLEST_SHARE = 0.01


def crossing(log_times: FloatArray) -> tuple[float, str]:
    """The time at which a rapid and a solving answer are equally likely, or NaN and a sentence why there is none.

    Two curves are taken for real when they have the smaller BIC (Schwarz 1978: five parameters against two), lie at least
    two standard deviations apart, and both have a share of 1 % or more.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> times = np.concatenate([rng.normal(0.5, 0.3, 60), rng.normal(3.5, 0.4, 400)])
    >>> round(crossing(times)[0], 1)
    5.5
    >>> crossing(rng.normal(3.5, 0.4, 400))[1]
    'one curve of log time fits as well as two'
    """
    n = len(log_times)
    mean, sd = float(log_times.mean()), float(log_times.std())
    if sd < NARROWEST:
        return np.nan, "the times hardly differ"
    one = _log_normal(log_times, mean, sd).sum()
    share, means, sds, two = _two(log_times)
    low, high = int(means.argmin()), int(means.argmax())
    if 2 * one - 2 * np.log(n) > 2 * two - 5 * np.log(n):
        return np.nan, "one curve of log time fits as well as two"
    if min(share) < SMALLEST_SHARE or means[high] - means[low] < 2 * max(sds[low], sds[high]):
        return np.nan, "the two curves of log time are not apart"
    grid = np.linspace(means[low], means[high], 2001)
    rapid, solving = (np.log(share[k]) + _log_normal(grid, means[k], sds[k]) for k in (low, high))
    after = np.flatnonzero((rapid[:-1] > solving[:-1]) & (rapid[1:] <= solving[1:]))
    if not len(after):
        return np.nan, "one curve of log time lies above the other between their middles"
    return float(np.exp(grid[after[0] + 1])), ""


def _two(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """EM from the lowest tenth and the rest; share, mean and standard deviation of each curve, and the log-likelihood."""
    low = values <= np.quantile(values, 0.1)
    share = np.array([low.mean(), 1 - low.mean()])
    means = np.array([values[low].mean(), values[~low].mean()])
    sds = np.maximum([values[low].std(), values[~low].std()], NARROWEST)
    before = -np.inf
    for _ in range(ROUNDS):
        logs = np.log(np.maximum(share, 1e-300)) + _log_normal(values[:, None], means, sds)
        total = logsumexp(logs, axis=1)
        likelihood = float(total.sum())
        weight = np.exp(logs - total[:, None])
        size = np.maximum(weight.sum(axis=0), 1e-9)
        share, means = size / len(values), weight.T @ values / size
        sds = np.maximum(np.sqrt((weight * (values[:, None] - means) ** 2).sum(axis=0) / size), NARROWEST)
        if likelihood - before < CLOSE * abs(likelihood):
            break
        before = likelihood
    return share, means, sds, likelihood


def _log_normal(values: FloatArray, mean: float | FloatArray, sd: float | FloatArray) -> FloatArray:
    return np.asarray(-(((values - mean) / sd) ** 2) / 2 - np.log(np.asarray(sd) * np.sqrt(2 * np.pi)))
