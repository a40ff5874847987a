"""How well ratings fit: mean squares of every element, and the single ratings nobody would have expected."""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.facets.categories import scale_at
from assess.psychometrics.facets.fitted import Fitted
from assess.psychometrics.facets.marginal import MarginalPlace
from assess.psychometrics.facets.records import IntArray, Ratings
from assess.psychometrics.responses import BoolArray, FloatArray

SOURCE = (
    "Wright & Masters (1982), Rating scale analysis, ch. 5; z by Wilson & Hilferty (1931), Proceedings of the National "
    "Academy of Sciences 17, 684–688"
)
POSTERIOR_SOURCE = (
    SOURCE
    + "; averaged over the posterior: Adams & Wu (2007), in von Davier & Carstensen (eds), Multivariate and mixture "
    "distribution Rasch models, 57–75"
)
LEAST_VARIANCE = 1e-10
MOST_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False)
class MeanSquares:
    """One number per element of a facet; NaN for one without calibrated ratings.

    Attributes
    ----------
    infit, outfit
        Mean squares: 1 as the model expects, above 1 more scatter, below 1 less.
    infit_z, outfit_z
        The same as a standard normal deviate.
    n
        Ratings used.
    method
        By which measures of persons the expectations are computed.
    """

    infit: FloatArray
    outfit: FloatArray
    infit_z: FloatArray
    outfit_z: FloatArray
    n: FloatArray
    method: str
    source: str = POSTERIOR_SOURCE


@dataclass(frozen=True, eq=False)
class Scatter:
    """What the mean squares are made of, one number per rating: with residual y, variance W and fourth moment C of a rating
    y², W, y²/W, C/W² and C − W² (averaged over the person's posterior where there is one).
    """

    rows: IntArray
    squares: FloatArray
    variance: FloatArray
    ratio: FloatArray
    peakedness: FloatArray
    excess: FloatArray


def scatter_at_measures(fitted: Fitted) -> Scatter:
    """With everybody at the measure reported."""
    expected, variance, fourth = fitted.moments
    rows = np.flatnonzero(fitted.active & np.isfinite(expected) & (variance > LEAST_VARIANCE))
    squares, variance, fourth = (fitted.value[rows] - expected[rows]) ** 2, variance[rows], fourth[rows]
    return Scatter(rows, squares, variance, squares / variance, fourth / variance**2, fourth - variance**2)


def scatter_over_posterior(at: MarginalPlace, active: BoolArray) -> Scatter:
    """Averaged over each person's posterior, so that mean squares have the expectation 1 however few the ratings are."""
    cells = at.model.cells
    blocks, offsets, mu, sigma = at.model.apart(at.parameters)
    theta, location = mu + sigma * at.model.grid.nodes, cells.location(blocks)
    figures = np.empty((5, len(cells.value)))
    order = np.argsort(cells.cell, kind="stable")
    number = max(1, MOST_AT_ONCE // len(theta))
    for start in range(0, len(order), number):
        part = order[start : start + number]
        met, place = np.unique(cells.cell[part], return_inverse=True)
        scale = scale_at(theta - location[met, None], offsets.T[:, cells.layout.group[met], None])
        weight = at.posterior[cells.person[part]]
        variance = np.maximum(scale.variance, LEAST_VARIANCE)
        fourth = scale.fourth_moment()
        squares = (cells.value[part, None] - scale.expected[place]) ** 2
        for f, figure in enumerate(
            (
                squares,
                variance[place],
                squares / variance[place],
                (fourth / variance**2)[place],
                (fourth - variance**2)[place],
            )
        ):
            figures[f, part] = np.einsum("rq,rq->r", weight, figure)
    return Scatter(np.flatnonzero(active), *figures)


def mean_squares(code: IntArray, size: int, scatter: Scatter, method: str) -> MeanSquares:
    r"""Infit and outfit of elements, `code` being the element of every rating.

    Notes
    -----
    With residual y = x − E, variance W and fourth central moment C of each rating: outfit Σ(y²/W)/n, its variance
    Σ(C/W²)/n² − 1/n; infit Σy²/ΣW, its variance Σ(C − W²)/(ΣW)². z = (MS^{1/3} − 1)(3/q) + q/3, q² the variance.
    """
    code = code[scatter.rows]

    def total(weight: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(code, weights=weight, minlength=size), dtype=np.float64)

    n = np.bincount(code, minlength=size).astype(np.float64)
    seen = n > 0
    count, information = np.where(seen, n, 1.0), np.where(seen, total(scatter.variance), 1.0)
    outfit, infit = total(scatter.ratio) / count, total(scatter.squares) / information
    of_outfit = total(scatter.peakedness) / count**2 - 1 / count
    of_infit = total(scatter.excess) / information**2
    nothing = np.full(size, np.nan)
    return MeanSquares(
        infit=np.where(seen, infit, nothing),
        outfit=np.where(seen, outfit, nothing),
        infit_z=np.where(seen, _deviate(infit, of_infit), nothing),
        outfit_z=np.where(seen, _deviate(outfit, of_outfit), nothing),
        n=n,
        method=method,
    )


def _deviate(mean_square: FloatArray, variance: FloatArray) -> FloatArray:
    """Wilson and Hilferty's cube root; 0 where the mean square cannot vary."""
    spread = np.sqrt(np.maximum(variance, 0.0))
    varies = spread > 1e-8
    q = np.where(varies, spread, 1.0)
    return np.where(varies, (np.cbrt(mean_square) - 1) * (3 / q) + q / 3, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedRating:
    """One rating far from its expectation.

    Attributes
    ----------
    row
        Its place in the ratings given.
    elements
        Person and element of every facet, by name.
    rating, expected, standardised
        What was given, what was expected, and (rating − expected)/standard deviation.
    """

    row: int
    elements: tuple[tuple[str, str], ...]
    rating: int
    expected: float
    standardised: float


def unexpected_ratings(fitted: Fitted, ratings: Ratings, *, beyond: float, most: int) -> tuple[UnexpectedRating, ...]:
    """Ratings whose standardised residual exceeds `beyond`, the farthest first."""
    residual = np.nan_to_num(standardised_residuals(fitted))
    rows = np.flatnonzero(np.abs(residual) > beyond)
    rows = rows[np.argsort(-np.abs(residual[rows]), kind="stable")][:most]
    expected = fitted.moments[0]
    return tuple(
        UnexpectedRating(
            row=int(ratings.row[row]),
            elements=tuple(
                (name, labels[code[row]])
                for name, labels, code in zip(ratings.facets, ratings.labels, ratings.codes, strict=True)
            ),
            rating=int(ratings.value[row]),
            expected=float(expected[row]),
            standardised=float(residual[row]),
        )
        for row in rows
    )


def displacements(fitted: Fitted, facet: int) -> tuple[FloatArray, FloatArray]:
    """How far the ratings would move each element from its measure (one step of Newton's method), and the error.

    Σ(x − E)/ΣW and 1/√ΣW; NaN without calibrated ratings. It is 0 for elements at their maximum and tells something of
    anchored ones.
    """
    expected, variance, _ = fitted.moments
    rows = fitted.active & np.isfinite(expected)
    code, size = fitted.codes[facet][rows], len(fitted.measure[facet])
    gap = np.bincount(code, weights=fitted.value[rows] - expected[rows], minlength=size)
    information = np.bincount(code, weights=variance[rows], minlength=size)
    known = information > LEAST_VARIANCE
    information = np.where(known, information, 1.0)
    sign = 1.0 if facet == 0 else -1.0
    return np.where(known, sign * gap / information, np.nan), np.where(known, information**-0.5, np.nan)


def standardised_residuals(fitted: Fitted) -> FloatArray:
    """(x − E)/√W of every rating; NaN where it was not calibrated."""
    expected, variance, _ = fitted.moments
    rows = fitted.active & np.isfinite(expected) & (variance > LEAST_VARIANCE)
    found = np.full(len(expected), np.nan)
    found[rows] = (fitted.value[rows] - expected[rows]) / np.sqrt(variance[rows])
    return found
