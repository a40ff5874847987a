"""The maximisation step: Fisher scoring of all items at once, with priors, given the expected counts."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from assess.psychometrics.irt.families import Family, IntArray, curves, free, log_probabilities
from assess.psychometrics.responses import BoolArray, FloatArray

# longest change of one parameter in one step, in logits
LONGEST = 1.5
SHORTENINGS = 6
# the partial credit likelihood is concave, and a step as short as this overshoots nothing
SAFE = 0.1
# guessing from 0.0003 to 0.7: beyond, the likelihood is flat
LOGIT_GUESSING = (-8.0, 0.85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """Normal priors, each (mean, standard deviation); None = none.

    Attributes
    ----------
    guessing
        Of the logit of the guessing parameter.
    log_slope
        Of the logarithm of the slope (so slopes are positive).
    intercept
        Of every intercept.
    """

    guessing: tuple[float, float] | None = None
    log_slope: tuple[float, float] | None = None
    intercept: tuple[float, float] | None = None

    def log_density(self, family: Family, parameters: FloatArray, exists: FloatArray) -> FloatArray:
        """Log prior density of each item's parameters, without constants."""
        total = np.zeros(len(parameters))
        last = parameters.shape[1] - (family == "guessing")
        if self.log_slope is not None:
            mean, sd = self.log_slope
            with np.errstate(invalid="ignore", divide="ignore"):
                log_slope = np.log(parameters[:, 0])
            total += np.where(parameters[:, 0] > 0, -(((log_slope - mean) / sd) ** 2) / 2 - log_slope, -np.inf)
        if self.intercept is not None:
            mean, sd = self.intercept
            total -= (exists[:, 1:last] * ((parameters[:, 1:last] - mean) / sd) ** 2 / 2).sum(axis=1)
        if family == "guessing" and self.guessing is not None:
            mean, sd = self.guessing
            total -= ((parameters[:, 2] - mean) / sd) ** 2 / 2
        return total

    def derivatives(self, family: Family, parameters: FloatArray, exists: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient of the log density and the (positive) information of each parameter."""
        gradient, information = np.zeros_like(parameters), np.zeros_like(parameters)
        last = parameters.shape[1] - (family == "guessing")
        if self.log_slope is not None:
            mean, sd = self.log_slope
            slope = np.maximum(parameters[:, 0], 1e-6)
            gradient[:, 0] = -((np.log(slope) - mean) / sd**2 + 1) / slope
            information[:, 0] = 1 / (sd * slope) ** 2
        if self.intercept is not None:
            mean, sd = self.intercept
            gradient[:, 1:last] = -exists[:, 1:last] * (parameters[:, 1:last] - mean) / sd**2
            information[:, 1:last] = exists[:, 1:last] / sd**2
        if family == "guessing" and self.guessing is not None:
            mean, sd = self.guessing
            gradient[:, 2] = -(parameters[:, 2] - mean) / sd**2
            information[:, 2] = 1 / sd**2
        return gradient, information


@dataclass(frozen=True, eq=False)
class Improvement:
    """Where one maximisation step leads.

    Attributes
    ----------
    parameters
        The new parameters.
    gradient
        Of the marginal log-likelihood plus log prior at the *old* parameters (Fisher's identity).
    information
        Complete-data Fisher information of each parameter there.
    """

    parameters: FloatArray
    gradient: FloatArray
    information: FloatArray


def improve(
    family: Family,
    parameters: FloatArray,
    categories: IntArray,
    counts: FloatArray,
    nodes: FloatArray,
    priors: Priors,
    anchored: BoolArray | None = None,
    logs: FloatArray | None = None,
) -> Improvement:
    """A step of Fisher scoring, shortened item by item where they would lower the item's expected log-likelihood.

    `anchored` items stay where they are; `logs` are the log-probabilities at `parameters`, when they are known.
    """
    exists = free(family, categories, parameters.shape[1]).astype(np.float64)
    if anchored is not None:
        exists[anchored] = 0.0
    by_prior, prior_information = priors.derivatives(family, parameters, exists)
    if logs is None:
        logs = log_probabilities(family, parameters, categories, nodes)
    derivatives = _of_right_or_wrong if counts.shape[1] == 2 else _of_categories
    gradient, information = derivatives(family, parameters, categories, counts, nodes, logs)
    gradient += by_prior
    if anchored is not None:
        gradient[anchored], information[anchored] = 0.0, 0.0
    diagonal = np.einsum("jpp->jp", information)
    diagonal += prior_information
    kept = diagonal.copy()
    diagonal += np.where(exists > 0, 1e-10 * (1 + diagonal), 1.0)
    direction: FloatArray = np.linalg.solve(information, gradient[:, :, None])[:, :, 0].astype(np.float64)
    direction /= np.maximum(1.0, np.abs(direction).max(axis=1, keepdims=True) / LONGEST)
    following = _lengthwise(family, parameters, direction, categories, counts, nodes, priors, logs, exists)
    if family == "guessing":
        following[:, 2] = np.clip(following[:, 2], *LOGIT_GUESSING)
    return Improvement(following, gradient, kept)


def admissible(family: Family, parameters: FloatArray, categories: IntArray) -> bool:
    """Whether the thresholds of graded items are in order and nothing is beyond reason."""
    if not np.isfinite(parameters).all() or np.abs(parameters).max(initial=0.0) > 100:
        return False
    if (
        family == "guessing"
        and not ((parameters[:, 2] >= LOGIT_GUESSING[0]) & (parameters[:, 2] <= LOGIT_GUESSING[1])).all()
    ):
        return False
    return bool(_ordered(family, parameters, categories).all())


def _of_categories(
    family: Family,
    parameters: FloatArray,
    categories: IntArray,
    counts: FloatArray,
    nodes: FloatArray,
    logs: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Gradient of each item's expected log-likelihood, and its Fisher information."""
    items, width = parameters.shape
    score = curves(family, parameters, categories, nodes, logs).score.reshape(items, width, -1)
    gradient = (score @ counts.reshape(items, -1, 1))[:, :, 0]
    weight = (counts.sum(axis=1, keepdims=True) * np.exp(logs)).reshape(items, 1, -1)
    return gradient, (score * weight) @ score.transpose(0, 2, 1)


def _of_right_or_wrong(
    family: Family, parameters: FloatArray, _: IntArray, counts: FloatArray, nodes: FloatArray, logs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The same for items of two categories, where everything follows from the probability P of the higher.

    With σ = σ(az + d) and g the guessing parameter, ∂log P/∂u = (1 − P)·σ/P by u = az + d and (1 − P)·g/P by the logit of g.
    """
    items, width = parameters.shape
    right, wrong = np.exp(logs[:, 1]), np.exp(logs[:, 0])
    everybody = counts.sum(axis=1)
    powers = np.stack([nodes**2, nodes, np.ones_like(nodes)], axis=1)
    gradient, information = np.empty((items, width)), np.empty((items, width, width))
    missed = counts[:, 1] - everybody * right
    if family != "guessing":
        gradient[:] = missed @ powers[:, 1:]
        by_u = (everybody * right * wrong) @ powers
    else:
        guess = expit(parameters[:, 2, None])
        known = expit(parameters[:, 0, None] * nodes + parameters[:, 1, None]) / right
        missed_known, spread = missed * known, everybody * wrong * right
        gradient[:, :2], gradient[:, 2] = missed_known @ powers[:, 1:], (missed * (guess / right)).sum(axis=1)
        by_u = (spread * known**2) @ powers
        with_guess = (spread * known * (guess / right)) @ powers[:, 1:]
        information[:, 2, :2] = information[:, :2, 2] = with_guess
        information[:, 2, 2] = (spread * (guess / right) ** 2).sum(axis=1)
    information[:, 0, 0], information[:, 1, 1] = by_u[:, 0], by_u[:, 2]
    information[:, 0, 1] = information[:, 1, 0] = by_u[:, 1]
    return gradient, information


def _lengthwise(
    family: Family,
    parameters: FloatArray,
    direction: FloatArray,
    categories: IntArray,
    counts: FloatArray,
    nodes: FloatArray,
    priors: Priors,
    log_probability: FloatArray,
    exists: FloatArray,
) -> FloatArray:
    if family == "partial credit" and np.abs(direction).max(initial=0.0) < SAFE and priors.log_slope is None:
        return parameters + direction
    before = _expected(log_probability, counts) + priors.log_density(family, parameters, exists)
    slack = 1e-9 * (1 + np.abs(before))
    length = np.ones(len(parameters))
    for _ in range(SHORTENINGS):
        tried = parameters + length[:, None] * direction
        ordered = _ordered(family, tried, categories)
        safe = np.where(ordered[:, None], tried, parameters)
        logs = log_probabilities(family, safe, categories, nodes)
        after = _expected(logs, counts) + priors.log_density(family, safe, exists)
        worse = ~ordered | ~(after >= before - slack)
        if not worse.any():
            return tried
        length[worse] /= 2
    return np.where(worse[:, None], parameters, parameters + length[:, None] * direction)


def _expected(log_probability: FloatArray, counts: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(counts > 0, counts * log_probability, 0.0).sum(axis=(1, 2)))


def _ordered(family: Family, parameters: FloatArray, categories: IntArray) -> BoolArray:
    if family != "graded":
        return np.ones(len(parameters), dtype=bool)
    real = np.arange(2, parameters.shape[1]) < categories[:, None]
    return np.asarray((~real | (np.diff(parameters[:, 1:], axis=1) < 0)).all(axis=1))
