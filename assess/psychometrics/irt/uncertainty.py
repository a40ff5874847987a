"""Standard errors of a calibration: from person scores (cross-product) or from the observed information (Oakes).

Cross-product: the information is Σ_n s_n·s_nᵀ with s_n the derivative of person n's log marginal probability. Oakes
(1999), JRSS B 61, 479–482: the observed information is minus the second derivative of the expected log-likelihood, less
the derivative of its gradient by the parameters the expectation was taken at; here both are analytic but the former,
which is a central difference. With priors both hold the curvature of the prior, too.
"""

from typing import Literal

import numpy as np
from scipy.special import expit

from assess.psychometrics.irt.expectation import Indicators, expect
from assess.psychometrics.irt.families import curves
from assess.psychometrics.irt.fitted import Fitted, thresholds
from assess.psychometrics.responses import FloatArray

ErrorMethod = Literal["auto", "oakes", "cross-product"]
# rows × parameters × items up to which Oakes' formula takes a fraction of a second
QUICK = 20_000_000
NUDGE = 1e-5


def chosen_method(fitted: Fitted, method: ErrorMethod) -> ErrorMethod:
    """What "auto" means for these data: Oakes where it is quick, else the cross-product."""
    if method != "auto":
        return method
    rows, items = fitted.table.categories.shape
    return "oakes" if rows * int(fitted.estimated.sum()) * items <= QUICK else "cross-product"


def parameter_covariance(fitted: Fitted, method: ErrorMethod) -> FloatArray | None:
    """Covariance of the items' parameters, (items·parameters)²; None when the information is singular or not finite."""
    information = _cross_product(fitted) if chosen_method(fitted, method) == "cross-product" else _oakes(fitted)
    which = np.flatnonzero(fitted.estimated.ravel())
    within = information[np.ix_(which, which)]
    if not np.isfinite(within).all():  # thresholds that run into each other
        return None
    scale = 1 / np.sqrt(np.maximum(np.diag(within), 1e-300))
    values, vectors = np.linalg.eigh(within * np.outer(scale, scale))
    if not len(values) or values[0] <= 1e-10 * values[-1]:
        return None
    covariance = np.zeros_like(information)
    covariance[np.ix_(which, which)] = (vectors / values) @ vectors.T * np.outer(scale, scale)
    return covariance


def reported_errors(fitted: Fitted, covariance: FloatArray) -> dict[str, FloatArray]:
    """Standard errors of slopes, thresholds and guessing by the delta method, from the parameters' covariance."""
    items, width = fitted.parameters.shape
    slope = fitted.parameters[:, 0]
    own = covariance.reshape(items, width, items, width)[np.arange(items), :, np.arange(items), :]
    difficulty = thresholds(fitted.family, fitted.parameters, fitted.categories)
    steps = difficulty.shape[1]
    change = np.zeros((items, steps, width))
    change[:, :, 0] = -np.nan_to_num(difficulty) / slope[:, None]
    for k in range(steps):
        change[:, k, k + 1] = -1 / slope
        if fitted.family == "partial credit" and k:
            change[:, k, k] = 1 / slope
    variance = np.einsum("jkp,jpr,jkr->jk", change, own, change)
    guessing = np.zeros(items)
    if fitted.family == "guessing":
        at = expit(fitted.parameters[:, 2])
        guessing = at * (1 - at) * np.sqrt(own[:, 2, 2])
    return {
        "discrimination": np.sqrt(own[:, 0, 0]),
        "difficulty": np.where(np.isfinite(difficulty), np.sqrt(np.maximum(variance, 0.0)), np.nan),
        "guessing": guessing,
    }


def _prior_information(fitted: Fitted) -> FloatArray:
    exists = fitted.estimated.astype(np.float64)
    return fitted.priors.derivatives(fitted.family, fitted.parameters, exists)[1].ravel()


def _cross_product(fitted: Fitted) -> FloatArray:
    grid, theta = fitted.grid()
    at = curves(fitted.family, fitted.parameters, fitted.categories, theta)
    indicators = Indicators(fitted.table)
    items, width = fitted.parameters.shape
    item, category, steps = indicators.item, indicators.category, len(indicators.item)
    lowest = at.score[:, :, 0]  # items × parameters × nodes
    extra = at.score[item, :, category] - lowest[item]  # steps × parameters × nodes
    total = np.zeros((items * width, items * width))
    member = (item[:, None] == np.arange(items)).astype(np.float64)
    binary = steps == items
    for posterior, block in indicators.posteriors(at.log_probability, grid):
        scores = np.empty((len(block), items, width))
        for p in range(width):
            chosen = block[:, :steps] * (posterior.weight @ extra[:, p].T)
            base = posterior.weight @ lowest[:, p].T
            if not indicators.complete:
                base *= block[:, steps:]
            scores[:, :, p] = base + (chosen if binary else chosen @ member)
        flat = scores.reshape(len(block), -1)
        total += (flat * fitted.table.weight[posterior.rows, None]).T @ flat
    total[np.diag_indices(len(total))] += _prior_information(fitted)
    return total


def _oakes(fitted: Fitted) -> FloatArray:
    grid, theta = fitted.grid()
    at = curves(fitted.family, fitted.parameters, fitted.categories, theta)
    indicators = Indicators(fitted.table)
    items, width = fitted.parameters.shape
    steps, highest = len(indicators.item), at.log_probability.shape[1]
    total = np.zeros((items * width, items * width))
    # expected counts at the maximum, and their derivative by each parameter
    moved = np.zeros((items * width, items, highest, len(theta)))
    which = np.flatnonzero(fitted.estimated.ravel())
    for posterior, block in indicators.posteriors(at.log_probability, grid):
        weight = fitted.table.weight[posterior.rows, None]
        chosen = fitted.table.categories[posterior.rows]
        for parameter in which:
            j, p = divmod(int(parameter), width)
            answer = chosen[:, j]
            score = np.where(answer[:, None] >= 0, at.score[j, p][np.maximum(answer, 0)], 0.0)
            shift = score - (posterior.weight * score).sum(axis=1, keepdims=True)
            shift *= posterior.weight * weight
            gathered = block.T @ shift
            moved[parameter, indicators.item, indicators.category] += gathered[:steps]
            everybody = shift.sum(axis=0) if indicators.complete else gathered[steps:]
            moved[parameter, :, 0] += everybody
    moved[:, :, 0] -= moved[:, :, 1:].sum(axis=2)
    for j in range(items):
        rows = slice(j * width, (j + 1) * width)
        total[rows] = at.score[j].reshape(width, -1) @ moved[:, j].reshape(items * width, -1).T
    counts = expect(indicators, at.log_probability, grid).counts
    own = _complete_curvature(fitted, counts, theta)
    for j in range(items):
        rows = slice(j * width, (j + 1) * width)
        total[rows, rows] += own[j]
    information = -(total + total.T) / 2
    information[np.diag_indices(len(information))] += _prior_information(fitted)
    return np.asarray(information)


def _complete_curvature(fitted: Fitted, counts: FloatArray, theta: FloatArray) -> FloatArray:
    """Second derivative of the expected log-likelihood with the counts held, items × parameters × parameters."""
    items, width = fitted.parameters.shape

    def gradient(parameters: FloatArray) -> FloatArray:
        score = curves(fitted.family, parameters, fitted.categories, theta).score
        return np.asarray((score.reshape(items, width, -1) @ counts.reshape(items, -1, 1))[:, :, 0])

    curvature = np.zeros((items, width, width))
    for p in range(width):
        nudge = np.zeros(width)
        nudge[p] = NUDGE
        difference = gradient(fitted.parameters + nudge) - gradient(fitted.parameters - nudge)
        curvature[:, :, p] = difference / (2 * NUDGE)
    return curvature
