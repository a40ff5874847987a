"""Logistic regressions of many items at once, each on grouped (binomial) data."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.responses import BoolArray, FloatArray

ROUNDS = 100
# beyond this log-odds a fitted probability is 0 or 1 to seven digits: the coefficient runs off
RUNAWAY = 15.0


@dataclass(frozen=True, eq=False)
class Fit:
    """One model of every item.

    Attributes
    ----------
    coefficients, standard_errors
        items × columns.
    log_likelihood
        Of the single answers (no binomial coefficients).
    rank
        How many columns the occupied cells of the item can tell apart.
    finite
        Whether the maximum lies at finite coefficients; where it does not, the likelihood is its limit.
    """

    coefficients: FloatArray
    standard_errors: FloatArray
    log_likelihood: FloatArray
    rank: npt.NDArray[np.int64]
    finite: BoolArray


def fit(design: FloatArray, right: FloatArray, number: FloatArray) -> Fit:
    """Maximum likelihood by iteratively reweighted least squares, steps halved where the likelihood would fall.

    Parameters
    ----------
    design
        items × cells × columns.
    right, number
        items × cells: right answers and answers.

    Examples
    --------
    >>> one = fit(np.ones((1, 2, 1)), np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]))
    >>> round(float(one.coefficients[0, 0]), 6), round(float(one.log_likelihood[0]), 4)
    (0.0, -5.5452)
    """
    items, _, columns = design.shape
    occupied = np.sqrt(number)[..., None] * design
    rank = np.linalg.matrix_rank(occupied, rtol=1e-9) if occupied.size else np.zeros(items, dtype=np.int64)
    coefficients = np.zeros((items, columns))
    likelihood = _log_likelihood(design, right, number, coefficients)
    for _ in range(ROUNDS):
        gradient, information = _slopes(design, right, number, coefficients)
        step = np.einsum("ipq,iq->ip", np.linalg.pinv(information, rcond=1e-12, hermitian=True), gradient)
        factor = np.ones(items)
        new = _log_likelihood(design, right, number, coefficients + step)
        for _ in range(30):
            worse = new < likelihood - 1e-12 * np.abs(likelihood)
            if not worse.any():
                break
            factor = np.where(worse, factor / 2, factor)
            new = _log_likelihood(design, right, number, coefficients + factor[:, None] * step)
        else:
            factor = np.where(new < likelihood, 0.0, factor)
        coefficients = coefficients + factor[:, None] * step
        gain = np.maximum(new, likelihood) - likelihood
        likelihood = np.maximum(new, likelihood)
        if (gain <= 1e-13 * (np.abs(likelihood) + 1)).all():
            break
    _, information = _slopes(design, right, number, coefficients)
    variance = np.linalg.pinv(information, rcond=1e-14, hermitian=True)
    reached = np.abs(np.einsum("icp,ip->ic", design, coefficients)) * (number > 0)
    return Fit(
        coefficients=coefficients,
        standard_errors=np.sqrt(np.maximum(np.diagonal(variance, axis1=1, axis2=2), 0.0)),
        log_likelihood=likelihood,
        rank=np.asarray(rank, dtype=np.int64),
        finite=reached.max(axis=1, initial=0.0) < RUNAWAY,
    )


def _log_likelihood(design: FloatArray, right: FloatArray, number: FloatArray, coefficients: FloatArray) -> FloatArray:
    logit = np.einsum("icp,ip->ic", design, coefficients)
    total: FloatArray = (right * logit - number * np.logaddexp(0.0, logit)).sum(axis=1)
    return total


def _slopes(
    design: FloatArray, right: FloatArray, number: FloatArray, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray]:
    chance = special.expit(np.einsum("icp,ip->ic", design, coefficients))
    gradient = np.einsum("icp,ic->ip", design, right - number * chance)
    weighted = design * (number * chance * (1 - chance))[..., None]
    return gradient, np.swapaxes(weighted, 1, 2) @ design
