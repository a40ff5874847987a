"""Cut scores for practical tasks from assessors' global ratings: borderline regression and borderline group."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.standard_setting.cut import Centre, SingleCut, alike
from assess.standard_setting.resampling import RESAMPLES, resampled, spread, standard_error, weighted_median

MINIMUM_PERSONS = 30
MINIMUM_BORDERLINE = 10
REGRESSION_SOURCE = (
    "Wood, Humphrey-Murto & Norman (2006), Advances in Health Sciences Education 11, 115–122; standard error of a "
    "regression's mean prediction"
)
GROUP_SOURCE = "Livingston & Zieky (1982), Passing Scores, ch. 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderlineRegression(SingleCut):
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


def regression(
    scores: npt.ArrayLike,
    ratings: npt.ArrayLike,
    borderline: float,
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> BorderlineRegression:
    r"""The cut score of a task by borderline regression.

    Parameters
    ----------
    scores, ratings
        Task score and global rating of each candidate; NaN in either leaves the candidate out.
    borderline
        The rating that means "borderline" on this scale.

    Raises
    ------
    ResponseError
        `names_do_not_fit` when scores and ratings are not as many, `not_a_list`, `not_finite`.

    Notes
    -----
    score = a + b·rating by least squares; cut = a + b·r₀; SE = s·√(1/n + (r₀ − r̄)²/Σ(r − r̄)²), Student's interval
    with n − 2 degrees of freedom.

    Examples
    --------
    >>> scores, ratings = [30, 41, 39, 52, 48, 60] * 6, [1, 2, 2, 3, 3, 4] * 6
    >>> regression(scores, ratings, borderline=2.5).cut.in_words(1)
    '45.0 (95 % interval 44.6 to 45.4, n = 36)'
    """
    if not np.isfinite(borderline):
        raise ResponseError("not_finite", f"borderline is {borderline}; give the rating that means borderline")
    y, x = _pairs(scores, ratings)
    n, method = len(y), f"borderline regression at rating {borderline:g}"
    values, counts = np.unique(x, return_counts=True)
    described = tuple((float(value), int(count)) for value, count in zip(values, counts, strict=True))
    if n < 3 or len(values) < 2 or alike(y):
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
    apart_x, apart_y = x - x.mean(), y - y.mean()
    squares = float((apart_x**2).sum())
    slope = float((apart_x * apart_y).sum()) / squares
    intercept = float(y.mean() - slope * x.mean())
    unexplained = float(((apart_y - slope * apart_x) ** 2).sum())
    residual_sd = float(np.sqrt(unexplained / (n - 2)))
    value = float(y.mean()) + slope * (borderline - float(x.mean()))
    se = residual_sd * float(np.sqrt(1 / n + (borderline - x.mean()) ** 2 / squares))
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
    if residual_sd <= 1e-9 * float(np.abs(apart_y).max()):
        cut = doubted(cut, "the scores lie on the line without error; was one computed from the other?")
    return BorderlineRegression(
        cut=cut,
        bootstrap_se=_bootstrap_regression(y, x, borderline, seed=seed, resamples=resamples),
        slope=slope,
        intercept=intercept,
        r_squared=1 - unexplained / float((apart_y**2).sum()),
        residual_sd=residual_sd,
        borderline=borderline,
        ratings=described,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderlineGroup(SingleCut):
    """Mean and median score of the candidates rated borderline; `cut` is the one that was asked for."""

    cut: Estimate
    mean: Estimate
    median: Estimate


def group(
    scores: npt.ArrayLike,
    ratings: npt.ArrayLike,
    borderline: float,
    *,
    centre: Centre = "mean",
    level: float = LEVEL,
    minimum: int = MINIMUM_BORDERLINE,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> BorderlineGroup:
    """The cut score of a task by the borderline group method.

    Parameters
    ----------
    scores, ratings, borderline
        As in `regression`; only candidates rated exactly `borderline` count.
    centre
        Which of the two is the cut. The standard error of the mean is SD/√n with Student's interval; the median has both from
        the bootstrap.

    Raises
    ------
    ResponseError
        As `regression`; `unknown_centre`.

    Examples
    --------
    >>> found = group([30, 41, 39, 52, 48, 60] * 6, [1, 2, 2, 3, 3, 4] * 6, borderline=3)
    >>> found.mean.in_words(1), found.median.value
    ('50.0 (95 % interval 48.7 to 51.3, n = 12)', 50.0)
    """
    if centre not in get_args(Centre):
        raise ResponseError("unknown_centre", f"there is no centre {centre!r}; centres: {', '.join(get_args(Centre))}")
    y, x = _pairs(scores, ratings)
    chosen = y[x == borderline]
    n, method = len(chosen), f"scores of the candidates rated {borderline:g}"
    label = f"median of the {method}"
    if n < 2 or alike(chosen):
        reason = (
            f"{n} candidates rated {borderline:g}; at least {minimum} are needed"
            if n < 2
            else f"all {n} candidates rated {borderline:g} have the same score, {chosen[0]:g}"
        )
        average, middle = (
            not_enough(n=n, method=f"{which} of the {method}", source=GROUP_SOURCE, reason=reason, level=level)
            for which in ("mean", "median")
        )
    else:
        average = _mean(chosen, f"mean of the {method}", level=level, minimum=minimum)
        middle = _median(chosen, label, level=level, minimum=minimum, seed=seed, resamples=resamples)
    return BorderlineGroup(cut=average if centre == "mean" else middle, mean=average, median=middle)


def _mean(chosen: FloatArray, method: str, *, level: float, minimum: int) -> Estimate:
    n, value = len(chosen), float(chosen.mean())
    error = float(chosen.std(ddof=1) / np.sqrt(n))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * error
    return estimated(
        value=value,
        standard_error=error,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=GROUP_SOURCE,
        minimum=minimum,
        level=level,
        cases="candidates rated borderline",
    )


def _median(chosen: FloatArray, method: str, *, level: float, minimum: int, seed: int, resamples: int) -> Estimate:
    values, counts = np.unique(chosen, return_counts=True)
    drawn = resampled(counts, lambda weights: weighted_median(values, weights), seed=seed, resamples=resamples)
    found = spread(drawn, resamples=resamples, level=level)
    if found is None or found[0] == 0:
        reason = "the median is the same in every resample; use the mean"
        return not_enough(n=len(chosen), method=method, source=GROUP_SOURCE, reason=reason, level=level)
    return estimated(
        value=float(np.median(chosen)),
        standard_error=found[0],
        interval=found[1],
        n=len(chosen),
        method=method,
        source=GROUP_SOURCE,
        minimum=minimum,
        level=level,
        cases="candidates rated borderline",
    )


def _pairs(scores: npt.ArrayLike, ratings: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, x = as_vector(scores, name="scores"), as_vector(ratings, name="ratings")
    if len(y) != len(x):
        raise ResponseError("names_do_not_fit", f"{len(y)} scores and {len(x)} global ratings")
    seen = np.isfinite(y) & np.isfinite(x)
    return y[seen], x[seen]


def _bootstrap_regression(
    y: FloatArray, x: FloatArray, borderline: float, *, seed: int, resamples: int
) -> float | None:
    """Every resample's line at the borderline, from weighted sums over the distinct pairs."""
    centre, scale = float(y.mean()), float(np.ptp(y))
    pairs, counts = np.unique(np.column_stack([x - borderline, (y - centre) / scale]), axis=0, return_counts=True)
    u, v = pairs.T
    terms = np.column_stack([np.ones_like(u), u, v, u * u, u * v])

    def cut(weights: FloatArray) -> FloatArray:
        n, su, sv, suu, suv = (weights @ terms).T
        determinant = n * suu - su**2
        exists = determinant > 1e-9 * np.maximum(n * suu, 1e-300)
        found = np.divide(sv * suu - su * suv, determinant, out=np.full(len(n), np.nan), where=exists)
        return np.asarray(found)

    error = standard_error(resampled(counts, cut, seed=seed, resamples=resamples))
    return None if error is None else scale * error
