"""Standard errors of a calibration: from person scores (cross-product) or from the observed information (Oakes).

Cross-product: the information is Σ_n s_n·s_nᵀ with s_n the derivative of person n's log marginal probability. Oakes
(1999), JRSS B 61, 479–482: the observed information is minus the second derivative of the expected log-likelihood, less
the derivative of its gradient by the parameters the expectation was taken at; here both are analytic but the former,
which is a central difference. With priors both hold the curvature of the prior, too.
"""

from typing import Literal

import numpy as np
from scipy.special import expit

from assess.psychometrics.irt.expectation import Floats, Grid, Indicators, Precision, expect
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
    """Covariance of the items' parameters, row by row, then of means and log standard deviations of the groups where these
    were estimated; None when the information is singular or not finite."""
    information = _cross_product(fitted) if chosen_method(fitted, method) == "cross-product" else _oakes(fitted)
    which = np.flatnonzero(np.append(fitted.estimated.ravel(), np.ones(len(information) - fitted.estimated.size)))
    if not len(which):
        return np.zeros_like(information)
    within = information[np.ix_(which, which)]
    if not np.isfinite(within).all():  # thresholds that run into each other
        return None
    scale = 1 / np.sqrt(np.maximum(np.diag(within), 1e-300))
    values, vectors = np.linalg.eigh(within * np.outer(scale, scale))
    if values[0] <= 1e-10 * values[-1]:
        return None
    covariance = np.zeros_like(information)
    covariance[np.ix_(which, which)] = (vectors / values) @ vectors.T * np.outer(scale, scale)
    return covariance


def reported_errors(fitted: Fitted, covariance: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """By the delta method: covariance of each item's slope, thresholds and guessing (items × parameters × parameters), and
    standard errors of the groups' means and standard deviations."""
    items, width = fitted.parameters.shape
    slope = fitted.parameters[:, 0]
    of_items = covariance[: items * width, : items * width]
    own = of_items.reshape(items, width, items, width)[np.arange(items), :, np.arange(items), :]
    difficulty = thresholds(fitted.family, fitted.parameters, fitted.categories)
    steps = difficulty.shape[1]
    change = np.zeros((items, steps + 2, width))
    change[:, 0, 0] = 1.0
    change[:, 1:-1, 0] = -np.nan_to_num(difficulty) / slope[:, None]
    for k in range(steps):
        real = np.isfinite(difficulty[:, k])
        change[:, k + 1, k + 1] = np.where(real, -1 / slope, 0.0)
        if fitted.family == "partial credit" and k:
            change[:, k + 1, k] = np.where(real, 1 / slope, 0.0)
    if fitted.family == "guessing":
        at = expit(fitted.parameters[:, 2])
        change[:, -1, 2] = at * (1 - at)
    found = change @ own @ change.transpose(0, 2, 1)
    means, sds = np.zeros(len(fitted.means)), np.zeros(len(fitted.sds))
    of_groups = np.sqrt(np.diag(covariance)[items * width :])
    moving = int(fitted.moving.sum())
    means[fitted.moving], sds[fitted.moving] = of_groups[:moving], fitted.sds[fitted.moving] * of_groups[moving:]
    return found, means, sds


def _prior_information(fitted: Fitted) -> FloatArray:
    exists = fitted.estimated.astype(np.float64)
    information = fitted.priors.derivatives(fitted.family, fitted.parameters, exists)[1]
    return np.asarray(information * exists).ravel()


def _group_scores(fitted: Fitted, grid: Grid) -> FloatArray:
    """Derivatives of the log density at the nodes by mean and log standard deviation, estimated parameters × groups × nodes."""
    z, moving = grid.nodes, np.flatnonzero(fitted.moving)
    scores = np.zeros((2 * len(moving), len(fitted.means), len(z)))
    for place, group in enumerate(moving):
        scores[place, group] = z / fitted.sds[group]
        scores[len(moving) + place, group] = z**2 - 1
    return scores


def _cross_product(fitted: Fitted) -> FloatArray:
    grid = Grid(fitted.points)
    at = curves(fitted.family, fitted.parameters, fitted.categories, fitted.nodes)
    indicators = Indicators(fitted.table)
    items, width = fitted.parameters.shape
    item, category, steps = indicators.item, indicators.category, len(indicators.item)
    precision: Precision = np.float32 if indicators.large else np.float64
    lowest: Floats = at.score[:, :, 0].astype(precision)  # items × parameters × nodes
    extra: Floats = at.score[item, :, category].astype(precision) - lowest[item]  # steps × parameters × nodes
    of_groups: Floats = _group_scores(fitted, grid).astype(precision)
    total = np.zeros((items * width + len(of_groups), items * width + len(of_groups)))
    member: Floats = (item[:, None] == np.arange(items)).astype(precision)
    binary = steps == items
    for posterior, block in indicators.posteriors(at.log_probability, grid, precision):
        scores: Floats = np.empty((len(block), width, items), dtype=precision)
        own = slice(posterior.group * len(grid.nodes), (posterior.group + 1) * len(grid.nodes))
        weight: Floats = posterior.weight
        for p in range(width):
            chosen = block[:, :steps] * (weight @ extra[:, p, own].T)
            base = weight @ lowest[:, p, own].T
            if not indicators.complete:
                base *= block[:, steps:]
            scores[:, p] = base + (chosen if binary else chosen @ member)
        flat = np.hstack([scores.reshape(len(block), -1), weight @ of_groups[:, posterior.group].T])
        persons = fitted.table.weight[posterior.rows, None].astype(precision)
        total += (flat * persons).T @ flat
    # parameter by parameter until here, item by item from here on
    order = np.append(
        np.arange(items * width).reshape(width, items).T.ravel(), np.arange(items * width, len(total))
    ).astype(np.int64)
    total = total[np.ix_(order, order)]
    total[np.diag_indices(items * width)] += _prior_information(fitted)
    return total


def _oakes(fitted: Fitted) -> FloatArray:
    grid = Grid(fitted.points)
    at = curves(fitted.family, fitted.parameters, fitted.categories, fitted.nodes)
    indicators = Indicators(fitted.table)
    items, width = fitted.parameters.shape
    steps, highest = len(indicators.item), at.log_probability.shape[1]
    of_groups = _group_scores(fitted, grid)
    count, nodes, groups = items * width + len(of_groups), len(grid.nodes), len(fitted.means)
    # expected counts at the maximum, and their derivative by each parameter
    moved = np.zeros((count, items, highest, groups * nodes))
    people = np.zeros((count, groups, nodes))
    which = np.flatnonzero(np.append(fitted.estimated.ravel(), np.ones(len(of_groups))))
    for posterior, block in indicators.posteriors(at.log_probability, grid):
        own = slice(posterior.group * nodes, (posterior.group + 1) * nodes)
        likely = posterior.weight
        weighted = likely * fitted.table.weight[posterior.rows, None]
        chosen = fitted.table.categories[posterior.rows]
        for parameter in which:
            if parameter < items * width:
                j, p = divmod(int(parameter), width)
                answer = chosen[:, j]
                score = np.where(answer[:, None] >= 0, at.score[j, p][np.maximum(answer, 0), own], 0.0)
            else:
                score = np.broadcast_to(of_groups[parameter - items * width, posterior.group], likely.shape)
            shift = score - (likely * score).sum(axis=1, keepdims=True)
            shift *= weighted
            gathered = block.T @ shift
            moved[parameter, indicators.item, indicators.category, own] += gathered[:steps]
            everybody = shift.sum(axis=0)
            moved[parameter, :, 0, own] += everybody if indicators.complete else gathered[steps:]
            people[parameter, posterior.group] += everybody
    moved[:, :, 0] -= moved[:, :, 1:].sum(axis=2)
    total = np.zeros((count, count))
    for j in range(items):
        rows = slice(j * width, (j + 1) * width)
        total[rows] = at.score[j].reshape(width, -1) @ moved[:, j].reshape(count, -1).T
    total[items * width :] = np.tensordot(of_groups, people, axes=([1, 2], [1, 2]))
    expected = expect(indicators, at.log_probability, grid)
    own_items = _complete_curvature(fitted, expected.counts, fitted.nodes)
    for j in range(items):
        rows = slice(j * width, (j + 1) * width)
        total[rows, rows] += own_items[j]
    total[items * width :, items * width :] += _group_curvature(fitted, expected.persons, grid)
    information = -(total + total.T) / 2
    information[np.diag_indices(items * width)] += _prior_information(fitted)
    return np.asarray(information)


def _group_curvature(fitted: Fitted, persons: FloatArray, grid: Grid) -> FloatArray:
    """Second derivative of the expected log density of ability with the nodes held, by means and log standard deviations."""
    moving = np.flatnonzero(fitted.moving)
    curvature = np.zeros((2 * len(moving), 2 * len(moving)))
    for place, group in enumerate(moving):
        other, sd = len(moving) + place, fitted.sds[group]
        curvature[place, place] = -persons[group].sum() / sd**2
        curvature[place, other] = curvature[other, place] = -2 * float(persons[group] @ grid.nodes) / sd
        curvature[other, other] = -2 * float(persons[group] @ grid.nodes**2)
    return curvature


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
