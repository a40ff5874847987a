"""Two forms taken by two random samples of one population: identity, mean and linear equating."""

from typing import Any

import numpy as np
import numpy.typing as npt

from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import Scale, points, seen_scores, thin_groups, whole_scale
from assess.psychometrics.equating.moments import ErrorOfLine, Line, Moments, line_through_means, straight
from assess.psychometrics.equating.sufficiency import Family
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL

SOURCE = "Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 2 and 7"


def identity(scale: Scale) -> Equating:
    """No equating: a score is worth itself.

    Right when the forms are known to be equally difficult, or when too few persons took them to say otherwise.

    Examples
    --------
    >>> identity((0, 2)).yx.tolist()
    [0.0, 1.0, 2.0]
    """
    scores = points(scale)
    return Equating(
        x=scores,
        yx=scores.copy(),
        standard_error=None,
        slope=1.0,
        intercept=0.0,
        n_x=0,
        n_y=0,
        method="identity",
        source=SOURCE,
        sufficient=True,
        reason="identity uses no data; its error is the unknown difference in difficulty",
    )


def mean(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    """Mean equating of random groups, y = x − mean(X) + mean(Y).

    Parameters
    ----------
    x, y
        Scores of the persons who took each form; NaN = no score.
    scale
        Lowest and highest score of form X; when not given, 0 to the highest score seen.
    minimum
        Persons per form for a positive verdict (`sufficiency.PERSONS_NEEDED`).

    Examples
    --------
    >>> found = mean([1, 2, 3] * 20, [2, 3, 4] * 20)
    >>> found.slope, found.intercept
    (1.0, 1.0)
    """

    def formula(one: Moments, other: Moments) -> tuple[Any, Any]:
        return line_through_means(1.0, one.mean, other.mean)

    return _line(formula, "mean", "mean equating, random groups", x, y, scale, level, minimum)


def linear(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    """Linear equating of random groups: equal standard scores are equal.

    Parameters
    ----------
    x, y, scale, minimum
        As for `mean`.

    Notes
    -----
    y = mean(Y) + SD(Y)/SD(X)·(x − mean(X)), variances with n − 1. Standard error: delta method, with the skewness and
    kurtosis of the scores.

    Examples
    --------
    >>> found = linear([1, 2, 3] * 20, [2, 4, 6] * 20)
    >>> round(found.slope, 6), abs(round(found.intercept, 6))
    (2.0, 0.0)
    >>> found.reason
    '60 persons took the smaller form; at least 400 a form are needed; use circle-arc instead'
    """

    def formula(one: Moments, other: Moments) -> tuple[Any, Any]:
        return line_through_means(np.sqrt(other.variance / one.variance), one.mean, other.mean)

    return _line(formula, "linear", "linear equating, random groups", x, y, scale, level, minimum, linear_error)


def linear_error(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    r"""Standard error of linear equating of random groups, Kolen & Brennan (2014), ch. 7.

    Notes
    -----
    σ²(Y)·{1/n_x + 1/n_y + [sk(X)/n_x + sk(Y)/n_y]·z + [(ku(X) − 1)/n_x + (ku(Y) − 1)/n_y]·z²/4}. The book leaves the
    estimators open; as R's equate: σ with n − 1 everywhere, third and fourth central moments with n over its powers.
    For two lists of scores (persons × 1).
    """
    variance, straight_part, bent_part = 0.0, 0.0, 0.0
    for group in (x[:, 0], y[:, 0]):
        deviation, spread = group - group.mean(), group.std(ddof=1)
        variance += 1 / len(group)
        straight_part += (deviation**3).mean() / spread**3 / len(group)
        bent_part += ((deviation**4).mean() / spread**4 - 1) / len(group) / 4
    z = (at - x.mean()) / x.std(ddof=1)
    # n beside n − 1 may leave less than nothing of a few persons
    return np.asarray(y.std(ddof=1) * np.sqrt(np.maximum(variance + straight_part * z + bent_part * z**2, 0.0)))


def _line(
    formula: Line,
    family: Family,
    method: str,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    scale: Scale | None,
    level: float,
    minimum: int | None,
    error: ErrorOfLine | None = None,
) -> Equating:
    one, other = seen_scores(x, name="x"), seen_scores(y, name="y")
    at = points(whole_scale(one[:, 0], scale, name="x", whole=False))
    thin = thin_groups({"X": one, "Y": other})
    if thin:
        return no_equating(n_x=len(one), n_y=len(other), method=method, source=SOURCE, reason=thin, level=level)
    return straight(
        formula,
        one,
        other,
        at=at,
        method=method,
        source=SOURCE,
        family=family,
        minimum=minimum,
        level=level,
        error=error,
    )
