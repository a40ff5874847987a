"""Item response functions of the logistic models in slope–intercept form, with their derivatives.

With z the ability, u_k = a·z + d_k and σ the logistic function:

- partial credit (PCM, RSM, GPCM; two categories: Rasch, 1PL, 2PL): P_k ∝ exp(k·a·z + d_k), d_0 = 0
  (Masters 1982, Psychometrika 47, 149–174; Muraki 1992, Applied Psychological Measurement 16, 159–176);
- graded (GRM): P(X ≥ k) = σ(u_k), d falling (Samejima 1969, Psychometrika Monograph 17);
- guessing (3PL): P_1 = g + (1 − g)·σ(u_1) (Birnbaum 1968, in Lord & Novick, Statistical theories of mental test scores).

An item's parameters are one row: slope, intercepts (padded where an item has fewer categories), and for the 3PL the
logit of g. Padded categories have probability 0. `z` is one list of abilities for all items or, items × abilities, a list
for each.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

from assess.psychometrics.responses import BoolArray, FloatArray

Family = Literal["partial credit", "graded", "guessing"]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ItemCurves:
    """Every item at every ability.

    Attributes
    ----------
    log_probability
        items × categories × abilities; −inf for padded categories.
    score
        items × parameters × categories × abilities: ∂log P_k/∂parameter; 0 where P_k is 0 or the parameter is padding.
    """

    log_probability: FloatArray
    score: FloatArray


@dataclass(frozen=True, eq=False)
class AbilityCurves:
    """Probabilities and their first two derivatives by ability, items × categories × abilities."""

    probability: FloatArray
    first: FloatArray
    second: FloatArray

    @property
    def information(self) -> FloatArray:
        """Fisher information of each item, items × abilities: Σ_k P'_k²/P_k."""
        return np.asarray(_over(self.first**2, self.probability).sum(axis=1))

    @property
    def bias_term(self) -> FloatArray:
        """Warm's J of each item, items × abilities: Σ_k P'_k·P''_k/P_k."""
        return np.asarray(_over(self.first * self.second, self.probability).sum(axis=1))


def log_probabilities(family: Family, parameters: FloatArray, categories: IntArray, z: FloatArray) -> FloatArray:
    """log P, items × categories × abilities.

    Examples
    --------
    >>> np.exp(log_probabilities("graded", np.array([[1.0, 1.0, -1.0]]), np.array([3]), np.zeros(1)))[0, :, 0].round(3)
    array([0.269, 0.462, 0.269])
    """
    if family == "partial credit":
        logits = _partial_credit_logits(parameters, categories, z)
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logits
    if family == "graded":
        upper, lower = _graded_bounds(parameters, categories, z)
        with np.errstate(invalid="ignore", divide="ignore"):
            between = np.log(-np.expm1(lower - upper))
            logs = log_expit(upper) + log_expit(-lower) + between
        return np.where(_real(categories, logs.shape[1])[:, :, None], logs, -np.inf)
    u = parameters[:, 0, None] * z + parameters[:, 1, None]
    guess, no_guess = log_expit(parameters[:, 2, None]), log_expit(-parameters[:, 2, None])
    right = np.logaddexp(guess, no_guess + log_expit(u))
    return np.stack([no_guess + log_expit(-u), right], axis=1)


def curves(
    family: Family, parameters: FloatArray, categories: IntArray, z: FloatArray, logs: FloatArray | None = None
) -> ItemCurves:
    """Log-probabilities (unless they are known) and their derivatives by the items' parameters."""
    if logs is None:
        logs = log_probabilities(family, parameters, categories, z)
    items, highest, points = logs.shape
    score = np.zeros((items, parameters.shape[1], highest, points))
    if family == "partial credit":
        probability = np.exp(logs)
        category = np.arange(highest, dtype=np.float64)[:, None]
        expected = (probability * category).sum(axis=1, keepdims=True)
        score[:, 0] = (category - expected) * z
        for k in range(1, highest):
            score[:, k] = -probability[:, k, None]
            score[:, k, k] += 1.0
    elif family == "graded":
        upper, lower = _graded_bounds(parameters, categories, z)
        with np.errstate(invalid="ignore", divide="ignore"):
            width = -np.expm1(lower - upper)
            rise = expit(-upper) / (expit(-lower) * width)  # ∂log P_k/∂d_k
            fall = -expit(lower) / (expit(upper) * width)  # ∂log P_k/∂d_{k+1}
        real = _real(categories, highest)[:, :, None]
        rise, fall = np.where(real, rise, 0.0), np.where(real, fall, 0.0)
        score[:, 0] = (rise + fall) * z
        for k in range(1, highest):
            score[:, k, k] = rise[:, k]
            score[:, k, k - 1] = fall[:, k - 1]
    else:
        u = parameters[:, 0, None] * z + parameters[:, 1, None]
        guess = expit(parameters[:, 2, None])
        right = np.exp(logs[:, 1])
        by_u = np.stack([-expit(u), (1 - guess) * expit(u) * expit(-u) / right], axis=1)
        score[:, 0], score[:, 1] = by_u * z, by_u
        score[:, 2, 0] = -guess
        score[:, 2, 1] = guess * (1 - guess) * expit(-u) / right
    score *= free(family, categories, parameters.shape[1])[:, :, None, None]
    return ItemCurves(logs, score)


def by_ability(family: Family, parameters: FloatArray, categories: IntArray, z: FloatArray) -> AbilityCurves:
    """Probabilities and their derivatives by ability."""
    probability = np.exp(log_probabilities(family, parameters, categories, z))
    slope = parameters[:, 0, None, None]
    if family == "partial credit":
        category = np.arange(probability.shape[1], dtype=np.float64)[:, None]
        deviation = category - (probability * category).sum(axis=1, keepdims=True)
        variance = (probability * deviation**2).sum(axis=1, keepdims=True)
        return AbilityCurves(
            probability, slope * probability * deviation, slope**2 * probability * (deviation**2 - variance)
        )
    if family == "graded":
        upper, lower = _graded_bounds(parameters, categories, z)
        real = _real(categories, probability.shape[1])[:, :, None]
        first = slope * (_bell(upper) - _bell(lower))
        second = slope**2 * (_bell(upper) * (1 - 2 * expit(upper)) - _bell(lower) * (1 - 2 * expit(lower)))
        return AbilityCurves(probability, np.where(real, first, 0.0), np.where(real, second, 0.0))
    u = parameters[:, 0, None] * z + parameters[:, 1, None]
    unguessed = slope[:, 0] * (1 - expit(parameters[:, 2, None])) * _bell(u)
    steeper = slope[:, 0] * unguessed * (1 - 2 * expit(u))
    return AbilityCurves(probability, np.stack([-unguessed, unguessed], axis=1), np.stack([-steeper, steeper], axis=1))


def free(family: Family, categories: IntArray, width: int) -> BoolArray:
    """Which entries of the parameter rows exist, items × parameters."""
    if family == "guessing":
        return np.ones((len(categories), width), dtype=bool)
    return np.asarray(np.arange(width) < categories[:, None])


def _real(categories: IntArray, highest: int) -> BoolArray:
    return np.asarray(np.arange(highest) < categories[:, None])


def _partial_credit_logits(parameters: FloatArray, categories: IntArray, z: FloatArray) -> FloatArray:
    highest = parameters.shape[1]
    intercept = np.column_stack([np.zeros(len(parameters)), parameters[:, 1:]])
    category = np.arange(highest, dtype=np.float64)[:, None]
    logits = category * (parameters[:, 0, None] * z)[:, None, :] + intercept[:, :, None]
    return np.where(_real(categories, highest)[:, :, None], logits, -np.inf)


def _graded_bounds(parameters: FloatArray, categories: IntArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """u_k and u_{k+1} of each category; +inf below the lowest, −inf above the highest."""
    items, highest = parameters.shape
    edge = np.where(_real(categories, highest)[:, 1:], parameters[:, 1:], -np.inf)
    intercept = np.column_stack([np.full(items, np.inf), edge, np.full(items, -np.inf)])
    at = (parameters[:, 0, None] * z)[:, None, :] + intercept[:, :, None]
    return at[:, :-1], at[:, 1:]


def _bell(u: FloatArray) -> FloatArray:
    return np.asarray(expit(u) * expit(-u))


def _over(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 1e-300)
