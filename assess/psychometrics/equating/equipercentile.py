"""Equipercentile equating of random groups, with or without log-linear presmoothing."""

from typing import Literal

import numpy.typing as npt

from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import (
    Scale,
    bootstrap_error,
    counts,
    points,
    seen_scores,
    thin_groups,
    whole_scale,
)
from assess.psychometrics.equating.percentiles import (
    equipercentile_error,
    equipercentile_function,
    smoothed_error,
)
from assess.psychometrics.equating.smoothing import Smoothed, log_linear, unsmoothed
from assess.psychometrics.equating.sufficiency import NO_ERROR, Family, verdict
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

SOURCE = "Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 2, 3 and 7"
RESAMPLES = 200

ErrorMethod = Literal["delta", "bootstrap"]


def equipercentile(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    degree: int | tuple[int, int] | None = None,
    scale_x: Scale | None = None,
    scale_y: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
    error: ErrorMethod = "delta",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Equating:
    r"""Equipercentile equating of random groups: scores with the same percentile rank are equal.

    Parameters
    ----------
    x, y
        Whole-number scores of the persons who took each form; NaN = no score.
    degree
        Moments that log-linear presmoothing keeps, one number or one per form; None does not smooth.
    scale_x, scale_y
        Lowest and highest score of each form; when not given, 0 to the highest score seen.
    minimum
        Persons per form for a positive verdict (`sufficiency.PERSONS_NEEDED`).
    error
        How the standard error is found: "delta", in large samples (Lord's formula; with presmoothing that of Holland
        and Thayer), or "bootstrap".
    resamples, seed
        Of the bootstrap.

    Notes
    -----
    e(x) = Q⁻¹(P(x)), P and Q percentile ranks with every score spread evenly over ±½. Results lie between lowest − ½
    and highest + ½ of Y. Where nobody in Y has a score, the middle of the possible ones is taken.

    Raises
    ------
    ResponseError
        `not_a_category` for fractions, `outside_the_scale`, `not_a_degree`.

    Examples
    --------
    >>> found = equipercentile([0, 1, 1, 2] * 400, [1, 2, 2, 3] * 400)
    >>> found.yx.tolist(), found.sufficient
    ([1.0, 2.0, 3.0], True)
    """
    one, other = seen_scores(x, name="x"), seen_scores(y, name="y")
    span_x = whole_scale(one[:, 0], scale_x, name="x")
    span_y = whole_scale(other[:, 0], scale_y, name="y")
    own, theirs = degree if isinstance(degree, tuple) else (degree, degree)
    method = "equipercentile, random groups"
    if (own is None) != (theirs is None):
        raise ResponseError("not_a_degree", "presmooth both forms or neither")
    if degree is not None:
        method += f", log-linear presmoothing of degree {own} and {theirs}"
    n_x, n_y = len(one), len(other)
    thin = thin_groups({"X": one, "Y": other})
    if thin:
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=thin, level=level)

    def equate(first: FloatArray, second: FloatArray) -> FloatArray:
        mine, yours = _shares(first, span_x, own), _shares(second, span_y, theirs)
        return equipercentile_function(mine.shares, yours.shares, span_y[0])

    try:
        f, g = _shares(one, span_x, own), _shares(other, span_y, theirs)
    except ResponseError as refused:
        if refused.code != "degree_too_high":
            raise
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=str(refused), level=level)
    if error == "bootstrap":
        spread = bootstrap_error(equate, one, other, resamples=resamples, seed=seed)
    elif degree is None:
        spread = equipercentile_error(f.shares, g.shares, n_x, n_y)
    else:
        spread = smoothed_error(f.shares, g.shares, f.root, g.root)
    family: Family = "equipercentile" if degree is None else "presmoothed"
    doubts = [f.doubt, g.doubt, "" if spread is not None else NO_ERROR]
    sufficient, reason = verdict(n_x, n_y, family, minimum, doubts)
    return Equating(
        x=points(span_x),
        yx=equipercentile_function(f.shares, g.shares, span_y[0]),
        standard_error=spread,
        level=level,
        n_x=n_x,
        n_y=n_y,
        method=method,
        source=SOURCE,
        sufficient=sufficient,
        reason=reason,
    )


def _shares(group: FloatArray, span: Scale, degree: int | None) -> Smoothed:
    table = counts(group[:, 0], span)
    return unsmoothed(table) if degree is None else log_linear(table, degree)
