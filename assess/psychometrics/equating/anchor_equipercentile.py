"""Two forms tied by an anchor (NEAT), from whole distributions: frequency estimation, Braun–Holland, chained."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assess.psychometrics.equating.anchor_linear import population_weight
from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.frequencies import (
    Scale,
    bootstrap_error,
    joint_counts,
    points,
    seen_pairs,
    thin_groups,
    whole_scale,
)
from assess.psychometrics.equating.percentiles import equipercentile_function, percentile_rank_at, scores_at
from assess.psychometrics.equating.smoothing import Smoothed, log_linear_joint
from assess.psychometrics.equating.sufficiency import NO_ERROR, Family, verdict
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

SOURCE = "Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 5"
BRAUN_HOLLAND_SOURCE = (
    "Braun & Holland (1982), in Holland & Rubin (eds.), Test equating, 9–49; Kolen & Brennan (2014), ch. 5"
)
RESAMPLES = 200
# share of a synthetic population that an anchor score seen in one group only may carry before the verdict is negative
UNTIED = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Form and anchor scores of both groups, the scales they lie on, and how their tables are smoothed."""

    x: FloatArray
    y: FloatArray
    scale_x: Scale
    scale_y: Scale
    scale_anchor: Scale
    degrees: tuple[int, int] | None
    cross: int

    def tables(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Joint shares of form score (rows) and anchor score (columns) of two samples."""
        if self.degrees is None:
            own, theirs = self._counts(x, self.scale_x), self._counts(y, self.scale_y)
            return own / own.sum(), theirs / theirs.sum()
        one, other = self.smoothed(x, y)
        return one.shares, other.shares

    def smoothed(self, x: FloatArray, y: FloatArray) -> tuple[Smoothed, ...]:
        """The presmoothing of two samples; nothing where none is asked for."""
        if self.degrees is None:
            return ()
        pairs = ((x, self.scale_x), (y, self.scale_y))
        return tuple(log_linear_joint(self._counts(*pair), self.degrees, self.cross) for pair in pairs)

    def _counts(self, group: FloatArray, scale: Scale) -> FloatArray:
        return joint_counts(group, scale, self.scale_anchor)


def frequency_estimation(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    weight: float = 1.0,
    degrees: tuple[int, int] | None = None,
    cross: int = 1,
    scale_x: Scale | None = None,
    scale_y: Scale | None = None,
    scale_anchor: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Equating:
    r"""Frequency-estimation (poststratification) equipercentile equating of X onto Y.

    Parameters
    ----------
    x, x_anchor, y, y_anchor
        Whole-number form and anchor scores; who lacks either is left out.
    weight
        Weight of the X population in the synthetic population, 0 to 1.
    degrees, cross
        Moments of form and anchor score, and products of the two, that log-linear presmoothing keeps; without
        `degrees` nothing is smoothed.
    scale_x, scale_y, scale_anchor
        Lowest and highest score; when not given, 0 to the highest score seen.
    minimum
        Persons per form for a positive verdict (`sufficiency.PERSONS_NEEDED`).
    resamples, seed
        Of the bootstrap that gives the standard error.

    Notes
    -----
    The distribution of a form given the anchor is taken to hold in both populations:
    f(x) = w₁f₁(x) + w₂Σᵥ f₁(x|v)h₂(v) and g(y) = w₁Σᵥ g₂(y|v)h₁(v) + w₂g₂(y). An anchor score that only one group has
    carries nothing over; what is left is scaled to 1, and more than 1 % lost gives a negative verdict.

    Raises
    ------
    ResponseError
        `not_a_category`, `outside_the_scale`, `names_do_not_fit`, `not_a_weight`, `not_a_degree`.

    Examples
    --------
    >>> x, v = [2, 4, 5, 7] * 400, [1, 2, 2, 3] * 400
    >>> found = frequency_estimation(x, v, [score + 1 for score in x], v, resamples=10)
    >>> found.equated([2, 4, 5, 7]).round(6).tolist()
    [3.0, 5.0, 6.0, 8.0]
    """
    groups = _groups(x, x_anchor, y, y_anchor, (scale_x, scale_y, scale_anchor), degrees, cross)
    part = population_weight(weight)

    def equate(first: FloatArray, second: FloatArray) -> FloatArray:
        f, g, _ = _synthetic(*groups.tables(first, second), part)
        return equipercentile_function(f, g, groups.scale_y[0])

    return _answer(
        groups,
        equate,
        name=f"frequency estimation, weight {weight:g} on X",
        source=SOURCE,
        family="equipercentile" if degrees is None else "presmoothed",
        untied=lambda: _synthetic(*groups.tables(groups.x, groups.y), part)[2],
        level=level,
        minimum=minimum,
        resamples=resamples,
        seed=seed,
    )


def braun_holland(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    weight: float = 1.0,
    degrees: tuple[int, int] | None = None,
    cross: int = 1,
    scale_x: Scale | None = None,
    scale_y: Scale | None = None,
    scale_anchor: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Equating:
    r"""Braun–Holland linear equating: the line between the synthetic distributions of frequency estimation.

    Parameters as for `frequency_estimation`.

    Notes
    -----
    slope = σ(Y)/σ(X) and through the means, of f and g there (variances of the distributions: over n, not n − 1).

    Examples
    --------
    >>> x, v = [2, 4, 5, 7] * 400, [1, 2, 2, 3] * 400
    >>> found = braun_holland(x, v, [score + 1 for score in x], v, resamples=10)
    >>> round(found.slope, 6), round(found.intercept, 6)
    (1.0, 1.0)
    """
    groups = _groups(x, x_anchor, y, y_anchor, (scale_x, scale_y, scale_anchor), degrees, cross)
    part, at = population_weight(weight), points(groups.scale_x)

    def line(first: FloatArray, second: FloatArray) -> tuple[float, float]:
        f, g, _ = _synthetic(*groups.tables(first, second), part)
        (mean_x, sd_x), (mean_y, sd_y) = _mean_and_sd(f, at), _mean_and_sd(g, points(groups.scale_y))
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = float(np.divide(sd_y, sd_x))
        return slope, mean_y - slope * mean_x

    def equate(first: FloatArray, second: FloatArray) -> FloatArray:
        slope, intercept = line(first, second)
        return slope * at + intercept

    found = _answer(
        groups,
        equate,
        name=f"Braun–Holland, weight {weight:g} on X",
        source=BRAUN_HOLLAND_SOURCE,
        family="linear",
        untied=lambda: _synthetic(*groups.tables(groups.x, groups.y), part)[2],
        level=level,
        minimum=minimum,
        resamples=resamples,
        seed=seed,
    )
    if not len(found.x):
        return found
    slope, intercept = line(groups.x, groups.y)
    return replace(found, slope=slope, intercept=intercept)


def chained_equipercentile(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    *,
    degrees: tuple[int, int] | None = None,
    cross: int = 1,
    scale_x: Scale | None = None,
    scale_y: Scale | None = None,
    scale_anchor: Scale | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Equating:
    """Chained equipercentile equating: X to the anchor in the group of X, the anchor to Y in the group of Y.

    Parameters as for `frequency_estimation`; there is no synthetic population.

    Examples
    --------
    >>> x, v = [2, 4, 5, 7] * 400, [1, 2, 2, 3] * 400
    >>> found = chained_equipercentile(x, v, [score + 1 for score in x], v, resamples=10)
    >>> found.equated([2, 4, 5, 7]).round(6).tolist()
    [3.0, 5.0, 6.0, 8.0]
    """
    groups = _groups(x, x_anchor, y, y_anchor, (scale_x, scale_y, scale_anchor), degrees, cross)

    def equate(first: FloatArray, second: FloatArray) -> FloatArray:
        own, theirs = groups.tables(first, second)
        anchor = equipercentile_function(own.sum(axis=1), own.sum(axis=0), groups.scale_anchor[0])
        ranks = percentile_rank_at(anchor, theirs.sum(axis=0), groups.scale_anchor[0])
        return scores_at(ranks, theirs.sum(axis=1), groups.scale_y[0])

    return _answer(
        groups,
        equate,
        name="chained equipercentile",
        source=SOURCE,
        family="equipercentile" if degrees is None else "presmoothed",
        untied=lambda: 0.0,
        level=level,
        minimum=minimum,
        resamples=resamples,
        seed=seed,
    )


def _groups(
    x: npt.ArrayLike,
    x_anchor: npt.ArrayLike,
    y: npt.ArrayLike,
    y_anchor: npt.ArrayLike,
    scales: tuple[Scale | None, Scale | None, Scale | None],
    degrees: tuple[int, int] | None,
    cross: int,
) -> _Groups:
    one, other = seen_pairs(x, x_anchor, name="x"), seen_pairs(y, y_anchor, name="y")
    return _Groups(
        x=one,
        y=other,
        scale_x=whole_scale(one[:, 0], scales[0], name="x"),
        scale_y=whole_scale(other[:, 0], scales[1], name="y"),
        scale_anchor=whole_scale(np.concatenate([one[:, 1], other[:, 1]]), scales[2], name="anchor"),
        degrees=degrees,
        cross=cross,
    )


def _synthetic(own: FloatArray, theirs: FloatArray, weight: float) -> tuple[FloatArray, FloatArray, float]:
    """Distributions of X and of Y in the synthetic population, and the larger share lost for want of a tie."""
    h_own, h_theirs = own.sum(axis=0), theirs.sum(axis=0)
    x_given = np.divide(own, h_own, out=np.zeros_like(own), where=h_own > 0)
    y_given = np.divide(theirs, h_theirs, out=np.zeros_like(theirs), where=h_theirs > 0)
    f = weight * own.sum(axis=1) + (1 - weight) * x_given @ h_theirs
    g = weight * y_given @ h_own + (1 - weight) * theirs.sum(axis=1)
    lost = max(1 - float(f.sum()), 1 - float(g.sum()), 0.0)
    with np.errstate(invalid="ignore"):  # groups without any common anchor score: NaN, refused by the caller
        return f / f.sum(), g / g.sum(), lost


def _mean_and_sd(shares: FloatArray, scores: FloatArray) -> tuple[float, float]:
    mean = float(shares @ scores)
    return mean, float(np.sqrt(shares @ (scores - mean) ** 2))


def _answer(
    groups: _Groups,
    equate: Callable[[FloatArray, FloatArray], FloatArray],
    *,
    name: str,
    source: str,
    family: Family,
    untied: Callable[[], float],
    level: float,
    minimum: int | None,
    resamples: int,
    seed: int,
) -> Equating:
    method = name
    if groups.degrees is not None:
        method += f", log-linear presmoothing of degrees {groups.degrees[0]}, {groups.degrees[1]}, {groups.cross}"
    n_x, n_y = len(groups.x), len(groups.y)
    lacking = thin_groups({"X": groups.x, "Y": groups.y})
    lost = 0.0
    smooth: tuple[Smoothed, ...] = ()
    if not lacking:
        try:
            smooth, lost = groups.smoothed(groups.x, groups.y), untied()
        except ResponseError as refused:
            if refused.code != "degree_too_high":
                raise
            lacking = str(refused)
    if lost > 1 - 1e-9:
        lacking = "no anchor score occurs in both groups; the anchor cannot tie the forms"
    if lacking:
        return no_equating(n_x=n_x, n_y=n_y, method=method, source=source, reason=lacking, level=level)
    error = bootstrap_error(equate, groups.x, groups.y, resamples=resamples, seed=seed)
    doubts = [fit.doubt for fit in smooth]
    if lost > UNTIED:
        doubts.append(
            f"{lost:.1%} of the synthetic population has an anchor score that one group lacks; presmooth (`degrees`)"
        )
    if error is None:
        doubts.append(NO_ERROR)
    sufficient, reason = verdict(n_x, n_y, family, minimum, doubts)
    return Equating(
        x=points(groups.scale_x),
        yx=equate(groups.x, groups.y),
        standard_error=error,
        level=level,
        n_x=n_x,
        n_y=n_y,
        method=method,
        source=source,
        sufficient=sufficient,
        reason=reason,
    )
