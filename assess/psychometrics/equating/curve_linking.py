"""Linking two calibrations by the curves of the items they share: Haebara, Stocking–Lord."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import optimize

from assess.psychometrics.equating.item_curves import ItemParameters, ability_grid
from assess.psychometrics.equating.linking import (
    MINIMUM_ANCHORS,
    Coefficients,
    Covariances,
    Linking,
    Rule,
    linked,
)
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL

HAEBARA_SOURCE = "Haebara (1980), Japanese Psychological Research 22, 144–149"
STOCKING_LORD_SOURCE = "Stocking & Lord (1983), Applied Psychological Measurement 7, 201–210"


def haebara(
    x: ItemParameters,
    y: ItemParameters,
    *,
    grid: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    symmetric: bool = False,
    covariance: Covariances | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_ANCHORS,
) -> Linking:
    r"""Haebara linking: the line that brings the items' curves together, item by item.

    Parameters
    ----------
    x, y, covariance, minimum
        As for `mean_mean`.
    grid, weights
        Abilities at which curves are compared, on the scale of Y, and their weights. When not given, 81 points from −4
        to 4 with standard normal weights; a grid without weights counts every point alike.
    symmetric
        Add the same comparison at `grid` on the scale of X, as Haebara did.

    Notes
    -----
    Minimises Σ_q w_q Σ_items Σ_categories (P_Y(θ_q) − P_X*(θ_q))², P_X* the curve of X on the scale of Y. For
    right-or-wrong items one category is compared.
    """

    def difference(one: ItemParameters, other: ItemParameters, at: FloatArray) -> FloatArray:
        gap = other.probabilities(at) - one.probabilities(at)
        return gap[:, :, 1:].reshape(len(at), -1)

    rule = _curve_rule(difference, grid, weights, symmetric)
    return linked(rule, x, y, "Haebara", HAEBARA_SOURCE, covariance, level, minimum)


def stocking_lord(
    x: ItemParameters,
    y: ItemParameters,
    *,
    grid: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    symmetric: bool = False,
    covariance: Covariances | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_ANCHORS,
) -> Linking:
    r"""Stocking–Lord linking: the line that brings the shared items' true scores together.

    Parameters as for `haebara`.

    Notes
    -----
    Minimises Σ_q w_q (Σ_items E_Y(θ_q) − Σ_items E_X*(θ_q))², E the expected item score.

    Examples
    --------
    >>> from assess.psychometrics.equating.item_curves import item_parameters
    >>> x = item_parameters([1, 1.5, 1, 2, 1], [-1, 0, 1, 2, 0.5])
    >>> found = stocking_lord(x, x.transformed(1.2, -0.3))
    >>> round(found.slope, 6), round(found.intercept, 6)
    (1.2, -0.3)
    """

    def difference(one: ItemParameters, other: ItemParameters, at: FloatArray) -> FloatArray:
        gap = other.expected_scores(at) - one.expected_scores(at)
        return np.asarray(gap.sum(axis=1, keepdims=True))

    rule = _curve_rule(difference, grid, weights, symmetric)
    return linked(rule, x, y, "Stocking–Lord", STOCKING_LORD_SOURCE, covariance, level, minimum)


def _curve_rule(
    difference: Callable[[ItemParameters, ItemParameters, FloatArray], FloatArray],
    grid: npt.ArrayLike | None,
    weights: npt.ArrayLike | None,
    symmetric: bool,
) -> Rule:
    at, share = ability_grid(grid, weights)
    factor = np.sqrt(share)[:, None]

    def rule(one: ItemParameters, other: ItemParameters) -> Coefficients:
        def lack(line: FloatArray) -> FloatArray:
            slope, intercept = float(np.exp(line[0])), float(line[1])
            parts = [difference(one.transformed(slope, intercept), other, at)]
            if symmetric:
                parts.append(difference(one, other.transformed(1 / slope, -intercept / slope), at))
            return np.concatenate([(factor * part).ravel() for part in parts])

        # the slope as its logarithm: it stays positive
        start = [0.0, float(np.nanmean(other.difficulty) - np.nanmean(one.difficulty))]
        found = optimize.least_squares(lack, start, jac="3-point", xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=200)
        if not found.success:
            return np.nan, np.nan
        return float(np.exp(found.x[0])), float(found.x[1])

    return rule
