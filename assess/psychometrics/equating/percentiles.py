"""Percentile ranks of whole-number scores and their inverse: each score is spread evenly over ±½ (uniform kernel)."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray

IntArray = npt.NDArray[np.intp]

# cumulative shares are sums of rounded numbers: two that agree in ten decimals are one (so does R's equate)
DECIMALS = 10


def percentile_ranks(shares: FloatArray) -> FloatArray:
    """Share of persons below the middle of each score.

    Notes
    -----
    P(x) = F(x − 1) + ½ f(x), as a share, not a percentage (Kolen & Brennan 2014, ch. 2).

    Examples
    --------
    >>> percentile_ranks(np.array([0.2, 0.3, 0.5])).round(2).tolist()
    [0.1, 0.35, 0.75]
    """
    return np.asarray(np.cumsum(shares) - shares / 2)


def percentile_rank_at(scores: FloatArray, shares: FloatArray, lowest: float) -> FloatArray:
    """Percentile rank of scores that need not be whole numbers."""
    edges = lowest - 0.5 + np.arange(len(shares) + 1)
    return np.asarray(np.interp(scores, edges, np.concatenate([[0.0], np.cumsum(shares)])))


def scores_at(ranks: FloatArray, shares: FloatArray, lowest: float) -> FloatArray:
    """The score at each percentile rank.

    Notes
    -----
    Where scores that nobody has make the cumulative shares flat, the inverse is a range; as Kolen & Brennan (2014,
    ch. 2) we take its middle. Rank 0 is the lower edge of the scale, lowest − ½; rank 1 the upper edge.

    Examples
    --------
    >>> scores_at(np.array([0.0, 0.1, 0.2, 0.6, 1.0]), np.array([0.2, 0.0, 0.8]), 0).round(2).tolist()
    [-0.5, 0.0, 1.0, 2.0, 2.5]
    """
    cumulative = np.round(np.cumsum(shares), DECIMALS)
    below = np.concatenate([[0.0], cumulative[:-1]])
    share = np.round(ranks, DECIMALS)

    def inside(index: IntArray) -> FloatArray:
        width = cumulative[index] - below[index]
        part = np.divide(share - below[index], width, out=np.zeros_like(share), where=width > 0)
        return np.asarray(lowest + index - 0.5 + np.clip(part, 0.0, 1.0))

    last = len(shares) - 1
    above = np.minimum(np.searchsorted(cumulative, share, side="right"), last)  # the first score above the rank
    reached = np.minimum(np.searchsorted(cumulative, share, side="left"), last)  # the first that reaches it
    found = (inside(above) + inside(reached)) / 2
    found = np.where(share <= 0, lowest - 0.5, found)
    return np.asarray(np.where(share >= cumulative[-1], lowest + len(shares) - 0.5, found))


def equipercentile_function(x_shares: FloatArray, y_shares: FloatArray, y_lowest: float) -> FloatArray:
    """The Y score with the percentile rank of each X score.

    Examples
    --------
    >>> shares = np.array([0.25, 0.5, 0.25])
    >>> equipercentile_function(shares, shares, 10).tolist()
    [10.0, 11.0, 12.0]
    """
    return scores_at(percentile_ranks(x_shares), y_shares, y_lowest)


def equipercentile_error(x_shares: FloatArray, y_shares: FloatArray, n_x: int, n_y: int) -> FloatArray:
    r"""Large-sample standard error of `equipercentile_function` in two random samples.

    Notes
    -----
    With P the rank of x, G(u) the first cumulative share of Y above it and g = G(u) − G(u − 1):
    se² = [P(1 − P)(1/n_x + 1/n_y) − (G(u) − P)(P − G(u − 1))/(n_y g)]/g² (Lord 1982, Journal of Educational
    Statistics 7, 165–174; Kolen & Brennan 2014, ch. 7). 0 where P is 0 or 1: nothing varies there.
    """
    ranks = np.round(percentile_ranks(x_shares), DECIMALS)
    cumulative = np.round(np.cumsum(y_shares), DECIMALS)
    above = np.minimum(np.searchsorted(cumulative, ranks, side="right"), len(cumulative) - 1)
    upper = cumulative[above]
    lower = np.concatenate([[0.0], cumulative[:-1]])[above]
    inside = (ranks > 0) & (ranks < cumulative[-1])
    width = np.where(inside, upper - lower, 1.0)
    variance = ranks * (1 - ranks) * (1 / n_x + 1 / n_y) - (upper - ranks) * (ranks - lower) / (n_y * width)
    return np.asarray(np.where(inside, np.sqrt(np.maximum(variance, 0.0)) / width, 0.0))


def smoothed_error(x_shares: FloatArray, y_shares: FloatArray, x_root: FloatArray, y_root: FloatArray) -> FloatArray:
    r"""Large-sample standard error of `equipercentile_function` of smoothed shares.

    Notes
    -----
    se(x)² = (|C_xᵀ ∂P/∂p|² + |C_yᵀ ∂Q/∂q|²)/g², with C the roots of the shares' covariances, P and Q the ranks and g
    the density of Y at e(x) (Holland & Thayer 1989, The kernel method of equating score distributions, ETS Research
    Report 89-7, with the uniform kernel). 0 where e(x) is at the edge of the scale.
    """
    ranks = percentile_ranks(x_shares)
    edges = np.concatenate([[0.0], np.cumsum(y_shares)])
    cell = np.clip(np.searchsorted(edges, ranks, side="right") - 1, 0, len(y_shares) - 1)
    inside = (ranks > 0) & (ranks < 1) & (y_shares[cell] > 0)
    density = np.where(inside, y_shares[cell], 1.0)
    part = (ranks - edges[cell]) / density
    below_x = np.tril(np.ones((len(x_shares), len(x_shares))), -1) + np.eye(len(x_shares)) / 2
    columns = np.arange(len(y_shares))
    below_y = np.where(columns == cell[:, None], part[:, None], (columns < cell[:, None]).astype(np.float64))
    variance = ((below_x @ x_root) ** 2).sum(axis=1) + ((below_y @ y_root) ** 2).sum(axis=1)
    return np.asarray(np.where(inside, np.sqrt(variance) / density, 0.0))
