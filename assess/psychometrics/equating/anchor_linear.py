"""Two forms taken by groups that differ, tied by an anchor both took (NEAT): lines from means and covariances."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import Scale, points, seen_pairs, thin_groups, whole_scale
from assess.psychometrics.equating.moments import Line, Moments, line_of, line_through_means, moments, straight
from assess.psychometrics.equating.sufficiency import Family
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

Anchor = Literal["internal", "external"]

SOURCE = "Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 4"
NOMINAL_SOURCE = "Babcock, Albano & Raymond (2012), Educational and Psychological Measurement 72, 608–628"


def tucker(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    weight: float = 1.0,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    r"""Tucker linear equating of X onto Y.

    Parameters
    ----------
    x, x_anchor
        Form and anchor scores of the persons who took X; who lacks either is left out.
    y, y_anchor
        The same for Y.
    weight
        Weight of the X population in the synthetic population, 0 to 1.
    scale
        Lowest and highest score of form X; when not given, 0 to the highest score seen.
    minimum
        Persons per form for a positive verdict (`sufficiency.PERSONS_NEEDED`).

    Notes
    -----
    The regression of form on anchor, γ = cov(form, anchor)/var(anchor), is taken to hold in both populations. With
    w₁ = weight, w₂ = 1 − w₁ and Δ the difference of the anchor means (X population minus Y population):
    μ(X) = μ₁(X) − w₂γ₁Δ, σ²(X) = σ₁²(X) − w₂γ₁²(σ₁²(V) − σ₂²(V)) + w₁w₂γ₁²Δ², and for Y with + w₁γ₂. Then
    slope = σ(Y)/σ(X), through the means. Variances with n − 1. An internal and an external anchor are treated alike.

    Raises
    ------
    ResponseError
        `names_do_not_fit` for lists of unequal length, `not_a_weight` for a weight outside 0 to 1.

    Examples
    --------
    >>> x, v = [4, 6, 7, 9] * 120, [1, 2, 2, 3] * 120
    >>> found = tucker(x, v, [score + 1 for score in x], v)
    >>> round(found.slope, 6), round(found.intercept, 6)
    (1.0, 1.0)
    """

    def gamma(group: Moments) -> Any:
        return group.covariance / group.anchor_variance

    formula = _synthetic(gamma, population_weight(weight))
    return _line(
        formula, "linear", f"Tucker, weight {weight:g} on X", SOURCE, x, x_anchor, y, y_anchor, scale, level, minimum
    )


def levine(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    anchor: Anchor = "internal",
    weight: float = 1.0,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    r"""Levine observed-score linear equating of X onto Y.

    Parameters
    ----------
    x, x_anchor, y, y_anchor, weight, scale, minimum
        As for `tucker`.
    anchor
        "internal" when the anchor's items count in the form score, otherwise "external".

    Notes
    -----
    As `tucker`, with γ the ratio of true-score standard deviations under congeneric tests: internal
    γ = var(form)/cov(form, anchor); external γ = (var(form) + cov)/(var(anchor) + cov). Kolen & Brennan (2014), ch. 4.

    Examples
    --------
    >>> x, v = [4, 6, 7, 9] * 120, [1, 2, 2, 3] * 120
    >>> found = levine(x, v, [score + 1 for score in x], v, anchor="external")
    >>> round(found.slope, 6), round(found.intercept, 6)
    (1.0, 1.0)
    """
    gamma = _levine_gamma(anchor)
    formula = _synthetic(gamma, population_weight(weight))
    method = f"Levine observed score, {anchor} anchor, weight {weight:g} on X"
    return _line(formula, "linear", method, SOURCE, x, x_anchor, y, y_anchor, scale, level, minimum)


def levine_true_score(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    anchor: Anchor = "internal",
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    """Levine true-score linear equating: y = (γ₂/γ₁)(x − μ₁(X)) + μ₂(Y) + γ₂(μ₁(V) − μ₂(V)).

    It has no synthetic population; parameters and γ as for `levine`.
    """
    gamma = _levine_gamma(anchor)

    def formula(one: Moments, other: Moments) -> tuple[Any, Any]:
        lift = gamma(other) * (one.anchor_mean - other.anchor_mean)
        return line_through_means(gamma(other) / gamma(one), one.mean, other.mean + lift)

    method = f"Levine true score, {anchor} anchor"
    return _line(formula, "linear", method, SOURCE, x, x_anchor, y, y_anchor, scale, level, minimum)


def chained_linear(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    """Chained linear equating: X to the anchor in the group of X, the anchor to Y in the group of Y.

    Parameters as for `tucker`; slope = [σ₂(Y)/σ₂(V)]·[σ₁(V)/σ₁(X)].
    """
    return _line(chained, "linear", "chained linear", SOURCE, x, x_anchor, y, y_anchor, scale, level, minimum)


def chained(one: Moments, other: Moments) -> tuple[Any, Any]:
    """The line of chained linear equating."""
    down = np.sqrt(one.anchor_variance / one.variance)
    up = np.sqrt(other.variance / other.anchor_variance)
    return line_through_means(up * down, one.mean, other.mean + up * (one.anchor_mean - other.anchor_mean))


def nominal_weights(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    lengths: tuple[float, float, float],
    weight: float = 1.0,
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Equating:
    """Nominal weights mean equating, for very small groups.

    Parameters
    ----------
    x, x_anchor, y, y_anchor, weight, scale, minimum
        As for `tucker`.
    lengths
        Number of items (or of points) of X, of Y and of the anchor.

    Notes
    -----
    Tucker mean equating in which γ is not estimated but the ratio of the lengths of form and anchor, which supposes
    that the anchor is the form in small. The slope is 1.

    Examples
    --------
    >>> found = nominal_weights([10, 12] * 10, [4, 5] * 10, [11, 13] * 10, [4, 6] * 10, lengths=(20, 20, 8))
    >>> found.slope, found.intercept, found.sufficient
    (1.0, -0.25, True)
    """
    if not min(lengths) > 0:
        raise ResponseError("not_a_length", f"lengths are {lengths}; a form has at least one item")
    part = population_weight(weight)

    def formula(one: Moments, other: Moments) -> tuple[Any, Any]:
        gap = one.anchor_mean - other.anchor_mean
        own = one.mean - (1 - part) * lengths[0] / lengths[2] * gap
        theirs = other.mean + part * lengths[1] / lengths[2] * gap
        return line_through_means(1.0, own, theirs)

    method = f"nominal weights mean, weight {weight:g} on X"
    return _line(formula, "nominal weights", method, NOMINAL_SOURCE, x, x_anchor, y, y_anchor, scale, level, minimum)


def _levine_gamma(anchor: Anchor) -> Callable[[Moments], Any]:
    if anchor == "internal":
        return lambda group: group.variance / group.covariance
    if anchor == "external":
        return lambda group: (group.variance + group.covariance) / (group.anchor_variance + group.covariance)
    raise ResponseError("not_an_anchor", f"anchor is {anchor!r}; it is 'internal' or 'external'")


def population_weight(weight: float) -> float:
    """The weight of the X population in the synthetic one, checked."""
    if not 0 <= weight <= 1:
        raise ResponseError("not_a_weight", f"weight is {weight:g}; the weight of the X population is 0 to 1")
    return weight


def _synthetic(gamma: Callable[[Moments], Any], weight: float) -> Line:
    """Line between the means and standard deviations of the synthetic population (Kolen & Brennan 2014, ch. 4)."""

    def formula(one: Moments, other: Moments) -> tuple[Any, Any]:
        first, second = gamma(one), gamma(other)
        gap, excess = one.anchor_mean - other.anchor_mean, one.anchor_variance - other.anchor_variance
        between = weight * (1 - weight) * gap**2
        x_mean = one.mean - (1 - weight) * first * gap
        y_mean = other.mean + weight * second * gap
        x_variance = one.variance + first**2 * (between - (1 - weight) * excess)
        y_variance = other.variance + second**2 * (between + weight * excess)
        return line_through_means(np.sqrt(y_variance / x_variance), x_mean, y_mean)

    return formula


def _lacking(formula: Line, x: FloatArray, y: FloatArray) -> str:
    """Why there is no line: thin groups, or anchor and form that do not go together; otherwise nothing."""
    thin = thin_groups({"X": x, "Y": y})
    if thin:
        return thin
    for name, group in (("X", x), ("Y", y)):
        if moments(group)[-1] <= 0:
            return f"form {name} and its anchor do not correlate positively; the anchor cannot tie the forms"
    with np.errstate(invalid="ignore"):
        slope, intercept = line_of(formula, x, y)
    if not (np.isfinite(slope) and np.isfinite(intercept)):
        return "the anchor's variances differ so much that the synthetic population has no variance; use chained_linear"
    return ""


def _line(
    formula: Line,
    family: Family,
    method: str,
    source: str,
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    scale: Scale | None,
    level: float,
    minimum: int | None,
) -> Equating:
    one, other = seen_pairs(x, x_anchor, name="x"), seen_pairs(y, y_anchor, name="y")
    at = points(whole_scale(one[:, 0], scale, name="x", whole=False))
    lacking = _lacking(formula, one, other)
    if lacking:
        return no_equating(n_x=len(one), n_y=len(other), method=method, source=source, reason=lacking, level=level)
    return straight(
        formula, one, other, at=at, method=method, source=source, family=family, minimum=minimum, level=level
    )
