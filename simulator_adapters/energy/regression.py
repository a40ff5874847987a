"""Consumption against degree days: a straight line with its interval, for bills of a year.

Ordinary least squares with the t distribution of n − 2 degrees of freedom; ASHRAE Guideline 14-2014, annex D (CV(RMSE) with n − p).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from simulator_adapters.energy.figures import Figure


@dataclass(frozen=True, kw_only=True)
class Line:
    """A fitted line ``y = intercept + slope · x``.

    Attributes
    ----------
    r_squared, cv_rmse
        Share of the variance explained; root mean square residual (n − 2) over the mean, both as fractions.
    centre, spread, error, reach
        Mean of x, sum of squared distances from it, residual standard deviation, and the quantile of t: what `at` needs.
    """

    slope: Figure
    intercept: Figure
    r_squared: float
    cv_rmse: float
    points: int
    centre: float
    spread: float
    error: float
    reach: float

    def at(self, x: float) -> Figure:
        """The line's height at x, with the 95 % interval of that height."""
        middle = self.intercept.value + self.slope.value * x
        half = self.reach * self.error * float(np.sqrt(1 / self.points + (x - self.centre) ** 2 / self.spread))
        return Figure(value=middle, low=middle - half, high=middle + half)


def fit(x: Sequence[float], y: Sequence[float]) -> Line:
    """Fit a line.

    Raises
    ------
    ValueError
        With fewer than four points, lengths that differ, one and the same x throughout, or a value that is not finite.

    Examples
    --------
    >>> line = fit([0, 100, 200, 300], [10, 61, 109, 160])
    >>> round(line.slope.value, 3), round(line.at(250).value, 2)
    (0.498, 134.8)
    """
    if len(x) != len(y) or len(x) < 4 or len(set(x)) < 2:
        raise ValueError("A line with an interval needs four points or more, as many x as y, and x that differ.")
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise ValueError("A value is not finite. Correct the bills.")
    found = stats.linregress(xs, ys)
    residual = ys - found.intercept - found.slope * xs
    error = float(np.sqrt((residual**2).sum() / (len(xs) - 2)))
    reach = float(stats.t.ppf(0.975, len(xs) - 2))
    return Line(
        slope=_figure(float(found.slope), reach * float(found.stderr)),
        intercept=_figure(float(found.intercept), reach * float(found.intercept_stderr)),
        r_squared=float(found.rvalue) ** 2,
        cv_rmse=error / float(ys.mean()),
        points=len(xs),
        centre=float(xs.mean()),
        spread=float(((xs - xs.mean()) ** 2).sum()),
        error=error,
        reach=reach,
    )


def _figure(value: float, half: float) -> Figure:
    return Figure(value=value, low=value - half, high=value + half)
