"""Circle-arc equating: a smooth curve through two fixed ends and one estimated middle, for very small groups."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.equating.anchor_linear import chained
from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import (
    Scale,
    bootstrap_error,
    points,
    seen_pairs,
    seen_scores,
    thin_groups,
    whole_scale,
)
from assess.psychometrics.equating.moments import line_of
from assess.psychometrics.equating.sufficiency import NO_ERROR, verdict
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

Point = tuple[float, float]
Arc = Literal["simplified", "symmetric"]
Middle = Literal["mean", "linear"]

SOURCE = (
    "Livingston & Kim (2009), Journal of Educational Measurement 46, 330–343; simplified: Livingston & Kim (2008), "
    "ETS Research Report 08-39"
)
RESAMPLES = 200


def circle_arc(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    high: Point,
    low: Point = (0.0, 0.0),
    x_anchor: npt.ArrayLike | None = None,
    y_anchor: npt.ArrayLike | None = None,
    arc: Arc = "simplified",
    middle: Middle = "linear",
    scale: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Equating:
    r"""Circle-arc equating of X onto Y.

    Parameters
    ----------
    x, y
        Scores of the persons who took each form; NaN = no score.
    high, low
        A pair (score on X, score on Y) taken as equal at each end: the two maxima, and the two minima or chance scores.
    x_anchor, y_anchor
        Anchor scores, when the groups are not random samples of one population.
    arc
        "symmetric": the circle through the three points. "simplified": the line through the ends plus the circle
        through (low, 0), (middle, what the line lacks there) and (high, 0).
    middle
        How the middle is equated with an anchor: "linear" (chained linear) or "mean" (slope 1). Without an anchor it is
        the pair of means.
    scale
        Lowest and highest score of form X; when not given, 0 (or the low end) to the high end.
    resamples, seed
        Of the bootstrap that gives the standard error.

    Notes
    -----
    The middle lies at the mean of X. Scores beyond an end stay on the straight line through both ends.

    Raises
    ------
    ResponseError
        `not_an_arc` when the ends are not in order, `names_do_not_fit`.

    Examples
    --------
    >>> found = circle_arc([4, 5, 6] * 20, [5, 6, 7] * 20, high=(10, 10))
    >>> found.equated([0, 5, 10]).round(6).tolist(), found.sufficient
    ([0.0, 6.0, 10.0], True)
    """
    if not (low[0] < high[0] and low[1] < high[1]):
        raise ResponseError("not_an_arc", f"the low end {low} must lie below the high end {high} on both forms")
    if arc not in ("simplified", "symmetric"):
        raise ResponseError("not_an_arc", f"arc is {arc!r}; it is 'simplified' or 'symmetric'")
    if (x_anchor is None) != (y_anchor is None):
        raise ResponseError("names_do_not_fit", "an anchor is taken by both groups; give x_anchor and y_anchor")
    if x_anchor is None or y_anchor is None:
        one, other = seen_scores(x, name="x"), seen_scores(y, name="y")
        design = "random groups"
    else:
        one, other = seen_pairs(x, x_anchor, name="x"), seen_pairs(y, y_anchor, name="y")
        design = f"middle chained {middle}"
    method = f"circle-arc, {arc}, {design}"
    ends = (int(np.floor(min(0.0, low[0]))), int(np.ceil(high[0])))
    at = points(whole_scale(one[:, 0], scale or ends, name="x", whole=False))
    n_x, n_y = len(one), len(other)
    lacking = thin_groups({"X": one, "Y": other})
    point = (0.0, 0.0) if lacking else _middle(one, other, middle)
    if not lacking and not low[0] < point[0] < high[0]:
        lacking = f"the mean of X, {point[0]:g}, does not lie between the ends {low[0]:g} and {high[0]:g}"
    if lacking:
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=lacking, level=level)

    def equate(first: FloatArray, second: FloatArray) -> FloatArray:
        return arc_through(at, low, _middle(first, second, middle), high, arc)

    yx = equate(one, other)
    if not np.isfinite(yx).all():
        reason = f"no circle through {low}, {point} and {high} is a function of x; use arc='simplified'"
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=SOURCE, reason=reason, level=level)
    error = bootstrap_error(equate, one, other, resamples=resamples, seed=seed)
    sufficient, reason = verdict(n_x, n_y, "circle-arc", minimum, [] if error is not None else [NO_ERROR])
    return Equating(
        x=at,
        yx=yx,
        standard_error=error,
        level=level,
        n_x=n_x,
        n_y=n_y,
        method=method,
        source=SOURCE,
        sufficient=sufficient,
        reason=reason,
    )


def _middle(x: FloatArray, y: FloatArray, middle: Middle) -> Point:
    mean_x, mean_y = float(x[:, 0].mean()), float(y[:, 0].mean())
    if x.shape[1] == 1:
        return mean_x, mean_y
    if middle == "mean":
        return mean_x, mean_y + float(x[:, 1].mean() - y[:, 1].mean())
    slope, intercept = line_of(chained, x, y)
    return mean_x, slope * mean_x + intercept


def arc_through(at: FloatArray, low: Point, middle: Point, high: Point, arc: Arc = "simplified") -> FloatArray:
    """The arc's height at each score; NaN where a symmetric circle has none.

    Examples
    --------
    >>> arc_through(np.array([-1.0, 0.0, 1.0]), (-1, 0), (0, 1), (1, 0)).tolist()
    [0.0, 1.0, 0.0]
    """
    slope = (high[1] - low[1]) / (high[0] - low[0])
    line = low[1] + slope * (at - low[0])
    lift = middle[1] - (low[1] + slope * (middle[0] - low[0]))
    between = (at > low[0]) & (at < high[0])
    if abs(lift) < 1e-12 * (high[0] - low[0]):
        return line
    if arc == "simplified":
        height = _circle(at[between], (low[0], 0.0), (middle[0], lift), (high[0], 0.0))
        line[between] += height
        return line
    line[between] = _circle(at[between], low, middle, high)
    return line


def _circle(at: FloatArray, first: Point, second: Point, third: Point) -> FloatArray:
    """Height of the circle through three points, on the side of the second."""
    # subtracting the circle's equation at the first point from the other two leaves two lines that cross at its centre
    chords = np.array([[p[0] - first[0], p[1] - first[1]] for p in (second, third)])
    halves = np.array([(p[0] ** 2 - first[0] ** 2 + p[1] ** 2 - first[1] ** 2) / 2 for p in (second, third)])
    centre = np.linalg.solve(chords, halves)
    square = (first[0] - centre[0]) ** 2 + (first[1] - centre[1]) ** 2 - (at - centre[0]) ** 2
    with np.errstate(invalid="ignore"):
        return np.asarray(centre[1] + np.copysign(np.sqrt(square), second[1] - centre[1]))
