"""Cut scores for practical tasks from assessors' global ratings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.ctt import mean
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

MINIMUM_PERSONS = 30
MINIMUM_BORDERLINE = 10
REGRESSION_SOURCE = (
    "Wood, Humphrey-Murto & Norman (2006), Advances in Health Sciences Education 11, 115–122; standard error of a "
    "regression's mean prediction"
)
GROUP_SOURCE = "Livingston & Zieky (1982), Passing Scores, ch. 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderlineRegression:
    """Task scores regressed on global ratings.

    Attributes
    ----------
    cut
        The predicted score at the borderline rating, with the regression formula's standard error.
    bootstrap_se
        Standard error over resampled candidates; None when there is no cut.
    slope, intercept, r_squared, residual_sd
        The regression; None when it does not exist. The slope is score points per rating.
    borderline
        The rating at which the cut was read.
    ratings
        How many candidates had each rating.
    """

    cut: Estimate
    bootstrap_se: float | None
    slope: float | None
    intercept: float | None
    r_squared: float | None
    residual_sd: float | None
    borderline: float
    ratings: tuple[tuple[float, int], ...]


def borderline_regression(
    scores: npt.ArrayLike,
    ratings: npt.ArrayLike,
    *,
    borderline: float,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = 1000,
) -> BorderlineRegression:
    r"""The cut score of a task by borderline regression.

    Parameters
    ----------
    scores, ratings
        Task score and global rating of each candidate; NaN in either leaves the candidate out.
    borderline
        The rating that means "borderline" on this scale.

    Notes
    -----
    score = a + b·rating by least squares; cut = a + b·r₀; SE = s·√(1/n + (r₀ − r̄)²/Σ(r − r̄)²), Student's interval
    with n − 2 degrees of freedom.

    Examples
    --------
    >>> scores, ratings = [30, 41, 39, 52, 48, 60] * 6, [1, 2, 2, 3, 3, 4] * 6
    >>> borderline_regression(scores, ratings, borderline=2.5).cut.in_words(1)
    '45.0 (95 % interval 44.6 to 45.4, n = 36)'
    """
    y, x = _pairs(scores, ratings)
    n, method = len(y), f"borderline regression at rating {borderline:g}"
    values, counts = np.unique(x, return_counts=True)
    described = tuple((float(value), int(count)) for value, count in zip(values, counts, strict=True))
    if n < 3 or len(values) < 2 or y.min() == y.max():
        reason = (
            f"{n} candidates with a score and a rating; at least {minimum} are needed"
            if n < 3
            else "all candidates have the same rating"
            if len(values) < 2
            else "all candidates have the same score"
        )
        cut = not_enough(n=n, method=method, source=REGRESSION_SOURCE, reason=reason, level=level)
        return BorderlineRegression(
            cut=cut,
            bootstrap_se=None,
            slope=None,
            intercept=None,
            r_squared=None,
            residual_sd=None,
            borderline=borderline,
            ratings=described,
        )
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    intercept = float(y.mean() - slope * x.mean())
    unexplained = float(((y - intercept - slope * x) ** 2).sum())
    residual_sd = float(np.sqrt(unexplained / (n - 2)))
    value = intercept + slope * borderline
    se = residual_sd * float(np.sqrt(1 / n + (borderline - x.mean()) ** 2 / spread))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 2)) * se
    cut = estimated(
        value=value,
        standard_error=se,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=REGRESSION_SOURCE,
        minimum=minimum,
        level=level,
        cases="candidates with a score and a rating",
    )
    if slope <= 0:
        cut = doubted(cut, "scores do not rise with the global rating, so the two do not measure the same thing")
    if not values[0] <= borderline <= values[-1]:
        cut = doubted(cut, f"nobody was rated on one side of {borderline:g}: the cut is an extrapolation")
    return BorderlineRegression(
        cut=cut,
        bootstrap_se=_bootstrap_regression(y, x, borderline, seed=seed, resamples=resamples),
        slope=slope,
        intercept=intercept,
        r_squared=1 - unexplained / float(((y - y.mean()) ** 2).sum()),
        residual_sd=residual_sd,
        borderline=borderline,
        ratings=described,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderlineGroup:
    """Mean and median score of the candidates rated borderline: either may serve as the cut."""

    mean: Estimate
    median: Estimate


def borderline_group(
    scores: npt.ArrayLike,
    ratings: npt.ArrayLike,
    *,
    borderline: float,
    level: float = LEVEL,
    minimum: int = MINIMUM_BORDERLINE,
    seed: int = 0,
    resamples: int = 1000,
) -> BorderlineGroup:
    """The cut score of a task by the borderline group method.

    Examples
    --------
    >>> group = borderline_group([30, 41, 39, 52, 48, 60] * 6, [1, 2, 2, 3, 3, 4] * 6, borderline=3)
    >>> group.mean.in_words(1)
    '50.0 (95 % interval 48.8 to 51.2, n = 12)'
    """
    y, x = _pairs(scores, ratings)
    group = y[x == borderline]
    n, method = len(group), f"scores of the candidates rated {borderline:g}"
    average = mean(group, method=f"mean of the {method}", source=GROUP_SOURCE, level=level, minimum=minimum)
    label = f"median of the {method}"
    if n < 2:
        middle = not_enough(n=n, method=label, source=GROUP_SOURCE, reason=average.reason, level=level)
        return BorderlineGroup(mean=average, median=middle)
    drawn = _bootstrap(n, lambda chosen: float(np.median(group[chosen])), seed=seed, resamples=resamples)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    middle = estimated(
        value=float(np.median(group)),
        standard_error=float(drawn.std(ddof=1)),
        interval=(float(low), float(high)),
        n=n,
        method=label,
        source=GROUP_SOURCE,
        minimum=minimum,
        level=level,
    )
    return BorderlineGroup(mean=average, median=middle)


def _pairs(scores: npt.ArrayLike, ratings: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, x = as_vector(scores, name="scores"), as_vector(ratings, name="ratings")
    if len(y) != len(x):
        raise ResponseError("names_do_not_fit", f"{len(y)} scores and {len(x)} global ratings")
    seen = np.isfinite(y) & np.isfinite(x)
    return y[seen], x[seen]


def _bootstrap_regression(
    y: FloatArray, x: FloatArray, borderline: float, *, seed: int, resamples: int
) -> float | None:
    def cut(chosen: npt.NDArray[np.int64]) -> float:
        ys, xs = y[chosen], x[chosen]
        spread = ((xs - xs.mean()) ** 2).sum()
        if not spread > 0:
            return float("nan")
        return float(ys.mean() + ((xs - xs.mean()) * (ys - ys.mean())).sum() / spread * (borderline - xs.mean()))

    drawn = _bootstrap(len(y), cut, seed=seed, resamples=resamples)
    drawn = drawn[np.isfinite(drawn)]
    return float(drawn.std(ddof=1)) if len(drawn) > 1 else None


def _bootstrap(n: int, statistic: Callable[[npt.NDArray[np.int64]], float], *, seed: int, resamples: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    return np.array([statistic(rng.integers(n, size=n)) for _ in range(resamples)])
