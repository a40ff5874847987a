"""Kernel equating of random groups: log-linear presmoothing, Gaussian kernel, analytic standard errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import Scale, counts, points, seen_scores, thin_groups, whole_scale
from assess.psychometrics.equating.smoothing import log_linear
from assess.psychometrics.equating.sufficiency import verdict
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

SOURCE = "von Davier, Holland & Thayer (2004), The kernel method of test equating"

# bandwidths searched, in score points; beyond the upper one the continuous distribution is all but normal
BANDWIDTHS = (0.05, 4.0)


@dataclass(frozen=True, slots=True, eq=False)
class Continuous:
    """A discrete distribution made continuous by a Gaussian kernel, with the same mean and variance.

    Attributes
    ----------
    scores, shares
        The discrete distribution.
    bandwidth
        h; score j becomes a normal with mean a·x_j + (1 − a)·μ and standard deviation a·h, a² = σ²/(σ² + h²).
    """

    scores: FloatArray
    shares: FloatArray
    bandwidth: float

    @property
    def mean(self) -> float:
        """Mean of both distributions."""
        return float(self.shares @ self.scores)

    @property
    def variance(self) -> float:
        """Variance of both distributions (over n)."""
        return float(self.shares @ (self.scores - self.mean) ** 2)

    @property
    def shrinkage(self) -> float:
        """The a above."""
        return float(np.sqrt(self.variance / (self.variance + self.bandwidth**2)))

    def standardised(self, at: FloatArray) -> FloatArray:
        """Distance of every place from every kernel's centre in its standard deviations (places × scores)."""
        a = self.shrinkage
        centres = a * self.scores + (1 - a) * self.mean
        return np.asarray((at[:, None] - centres) / (a * self.bandwidth))

    def cumulative(self, at: FloatArray) -> FloatArray:
        """Share below each place."""
        return np.asarray(special.ndtr(self.standardised(at)) @ self.shares)

    def density(self, at: FloatArray) -> FloatArray:
        """Density at each place."""
        bells = np.exp(-0.5 * self.standardised(at) ** 2) / np.sqrt(2 * np.pi)
        return np.asarray(bells @ self.shares / (self.shrinkage * self.bandwidth))

    def quantile(self, ranks: FloatArray) -> FloatArray:
        """The place below which each share lies, by bisection and then Newton."""
        reach = 40 * (np.sqrt(self.variance) + self.bandwidth)
        low, high = np.full(len(ranks), self.scores[0] - reach), np.full(len(ranks), self.scores[-1] + reach)
        for _ in range(70):
            middle = (low + high) / 2
            below = self.cumulative(middle) < ranks
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)

    def sensitivity(self, at: FloatArray) -> FloatArray:
        """Derivative of `cumulative` by every share (places × scores), the bandwidth held fixed."""
        z, a = self.standardised(at), self.shrinkage
        deviation = self.scores - self.mean
        by_variance = 0.5 * (at - self.mean)[:, None] * (1 - a**2) * deviation**2 / self.variance
        return np.asarray(special.ndtr(z) - self.density(at)[:, None] * (by_variance + (1 - a) * self.scores))


def bandwidth(scores: FloatArray, shares: FloatArray, *, penalty: float = 0.0) -> float:
    r"""The bandwidth whose density lies nearest the shares.

    Notes
    -----
    Minimises Σ(p_j − f(x_j))² + penalty·(number of scores within ± ¼ of which the density turns from falling to
    rising), von Davier, Holland & Thayer's PEN₁ + K·PEN₂. 0, the default, is PEN₁ alone, as in kequate.
    """
    quarter = np.array([-0.25, 0.25])

    def lack(h: float) -> float:
        smooth = Continuous(scores, shares, h)
        distance = float(((shares - smooth.density(scores)) ** 2).sum())
        if not penalty:
            return distance
        slopes = [np.sign(_slope(smooth, scores + step)) for step in quarter]
        return distance + penalty * float(((slopes[0] < 0) & (slopes[1] > 0)).sum())

    # a coarse look first: with gaps in the scale the criterion may have more than one dip
    grid = np.geomspace(*BANDWIDTHS, 40)
    values = [lack(h) for h in grid]
    best = int(np.argmin(values))
    around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(lack, bounds=around, method="bounded", options={"xatol": 1e-9})
    return float(found.x if found.fun <= values[best] else grid[best])


def _slope(smooth: Continuous, at: FloatArray) -> FloatArray:
    z = smooth.standardised(at)
    return np.asarray(-(z * np.exp(-0.5 * z**2)) @ smooth.shares)


def kernel(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    degree: int | tuple[int, int],
    bandwidths: tuple[float, float] | None = None,
    penalty: float = 0.0,
    scale_x: Scale | None = None,
    scale_y: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    r"""Kernel equating of random groups (equivalent-groups design).

    Parameters
    ----------
    x, y
        Whole-number scores of the persons who took each form; NaN = no score.
    degree
        Moments that log-linear presmoothing keeps, one number or one per form.
    bandwidths
        Of X and Y in score points; when not given, those that `bandwidth` finds with `penalty`.
    scale_x, scale_y
        Lowest and highest score of each form; when not given, 0 to the highest score seen.
    minimum
        Persons per form for a positive verdict (`sufficiency.PERSONS_NEEDED`).

    Notes
    -----
    e(x) = G⁻¹(F(x)). se² = (|C_xᵀ ∂F/∂p|² + |C_yᵀ ∂G/∂q|²)/G'(e(x))², C from the presmoothing.

    Raises
    ------
    ResponseError
        `not_a_degree`, `not_a_category`, `outside_the_scale`, `not_a_bandwidth`.

    Examples
    --------
    >>> scores = [0, 1, 1, 2, 2, 2, 3, 3, 4] * 100
    >>> found = kernel(scores, [score + 1 for score in scores], degree=2, scale_y=(1, 5))
    >>> found.yx.round(6).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    one, other = seen_scores(x, name="x"), seen_scores(y, name="y")
    span_x = whole_scale(one[:, 0], scale_x, name="x")
    span_y = whole_scale(other[:, 0], scale_y, name="y")
    own, theirs = degree if isinstance(degree, tuple) else (degree, degree)
    method = f"kernel, random groups, Gaussian, log-linear presmoothing of degree {own} and {theirs}"
    n_x, n_y = len(one), len(other)
    thin = thin_groups({"X": one, "Y": other})
    if thin:
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=thin, level=level)
    if bandwidths is not None and not min(bandwidths) > 0:
        raise ResponseError("not_a_bandwidth", f"bandwidths are {bandwidths}; a bandwidth is greater than 0")
    try:
        smooth = log_linear(counts(one[:, 0], span_x), own), log_linear(counts(other[:, 0], span_y), theirs)
    except ResponseError as refused:
        if refused.code != "degree_too_high":
            raise
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=str(refused), level=level)
    scales = points(span_x), points(span_y)
    h = bandwidths or tuple(
        bandwidth(scale, fit.shares, penalty=penalty) for scale, fit in zip(scales, smooth, strict=True)
    )
    first, second = (Continuous(scale, fit.shares, width) for scale, fit, width in zip(scales, smooth, h, strict=True))
    at = scales[0]
    yx = second.quantile(first.cumulative(at))
    variance = ((first.sensitivity(at) @ smooth[0].root) ** 2).sum(axis=1)
    variance += ((second.sensitivity(yx) @ smooth[1].root) ** 2).sum(axis=1)
    sufficient, reason = verdict(n_x, n_y, "presmoothed", minimum, [fit.doubt for fit in smooth])
    return Equating(
        x=at,
        yx=yx,
        standard_error=np.sqrt(variance) / second.density(yx),
        level=level,
        n_x=n_x,
        n_y=n_y,
        method=f"{method}, bandwidths {h[0]:.3f} and {h[1]:.3f}",
        source=SOURCE,
        sufficient=sufficient,
        reason=reason,
    )
