"""Lines that are functions of means, variances and covariances, and their standard errors by the delta method."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assess.psychometrics.equating.concordance import Equating
from assess.psychometrics.equating.sufficiency import Family, verdict
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL

# step of the complex-step derivative, which has no cancellation and so may be this small
STEP = 1e-30


@dataclass(frozen=True, slots=True)
class Moments:
    """Means, variances and covariance of form and anchor scores in one group (the anchor's are 0 without one).

    A formula gets them as complex numbers when it is differentiated, hence `Any`.
    """

    mean: Any
    variance: Any
    anchor_mean: Any = 0.0
    anchor_variance: Any = 0.0
    covariance: Any = 0.0


Line = Callable[[Moments, Moments], tuple[Any, Any]]
ErrorOfLine = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def moments(group: FloatArray) -> FloatArray:
    """The numbers of `Moments` in order, variances and covariance with n − 1."""
    mean = group.mean(axis=0)
    if group.shape[1] == 1:
        return np.array([mean[0], group[:, 0].var(ddof=1)])
    spread = np.asarray(np.cov(group, rowvar=False))
    return np.array([mean[0], spread[0, 0], mean[1], spread[1, 1], spread[0, 1]])


def moments_error(group: FloatArray) -> FloatArray:
    """Covariance matrix of `moments`, free of any distribution: that of the persons' influence on them.

    Persons influence a mean by their deviation d and a variance by d² − variance, with moments over n inside.
    """
    deviation = group - group.mean(axis=0)
    squares = deviation**2
    columns = [deviation[:, 0], squares[:, 0]]
    if group.shape[1] == 2:
        columns += [deviation[:, 1], squares[:, 1], deviation[:, 0] * deviation[:, 1]]
    influence = np.column_stack(columns)
    influence -= influence.mean(axis=0)
    return np.asarray(influence.T @ influence / len(group) ** 2)


def line_of(formula: Line, x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and intercept of a formula in two groups."""
    slope, intercept = formula(Moments(*moments(x)), Moments(*moments(y)))
    return float(slope), float(intercept)


def delta_error(formula: Line, x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    r"""Standard error of slope·x + intercept by the delta method.

    Notes
    -----
    var ŷ(x) = g₁ᵀV₁g₁ + g₂ᵀV₂g₂ with g the gradient of ŷ(x) in a group's moments (complex step: exact) and V their
    sampling covariance.
    """
    own, other = moments(x).astype(np.complex128), moments(y).astype(np.complex128)
    variance = np.zeros(len(at))
    for moved, group in ((own, x), (other, y)):
        gradient = np.empty((len(moved), len(at)))
        for j in range(len(moved)):
            moved[j] += STEP * 1j
            slope, intercept = formula(Moments(*own), Moments(*other))
            gradient[j] = np.imag(slope * at + intercept) / STEP
            moved[j] = moved[j].real
        variance += np.einsum("jx,jk,kx->x", gradient, moments_error(group), gradient)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))  # a perfect line leaves −1e−17


def straight(
    formula: Line,
    x: FloatArray,
    y: FloatArray,
    *,
    at: FloatArray,
    method: str,
    source: str,
    family: Family,
    minimum: int | None,
    level: float = LEVEL,
    error: ErrorOfLine | None = None,
) -> Equating:
    """The equating of a line, with the delta method's standard error or `error`'s."""
    slope, intercept = line_of(formula, x, y)
    sufficient, reason = verdict(len(x), len(y), family, minimum)
    return Equating(
        x=at,
        yx=slope * at + intercept,
        standard_error=error(x, y, at) if error else delta_error(formula, x, y, at),
        slope=slope,
        intercept=intercept,
        level=level,
        n_x=len(x),
        n_y=len(y),
        method=method,
        source=source,
        sufficient=sufficient,
        reason=reason,
    )


def line_through_means(slope: Any, mean_x: Any, mean_y: Any) -> tuple[Any, Any]:
    """Slope and intercept of the line that takes one mean to the other."""
    return slope, mean_y - slope * mean_x
