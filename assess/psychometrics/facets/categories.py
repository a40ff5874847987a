"""The rating scale itself: probabilities of the categories at a distance η between a person and what is rated.

P(X = k) ∝ exp(kη + a_k), where a_k = −(τ_1 + … + τ_k) are the offsets of the categories (Andrich 1978, Psychometrika
43, 561–573; Masters 1982, Psychometrika 47, 149–174; with facets: Linacre 1989, Many-facet Rasch measurement). The offsets
of the lowest and of the highest used category are 0, so that the thresholds between them sum to 0. A category that was
never used has the offset −∞, which is the maximum of the likelihood; the scores of the others stay as they are.
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.facets.records import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Scale:
    """The categories of one place (or many: all arrays may have any shape after the first axis).

    Attributes
    ----------
    log_total
        log Σ_k exp(kη + a_k).
    probability
        categories × places.
    expected, variance
        Mean and variance of the rating.
    """

    log_total: FloatArray
    probability: FloatArray
    expected: FloatArray
    variance: FloatArray

    def covariance(self, category: int) -> FloatArray:
        """Of the rating and of being in this category: P_k(k − E)."""
        return np.asarray(self.probability[category] * (category - self.expected))

    def fourth_moment(self) -> FloatArray:
        """Fourth central moment of the rating."""
        found = np.zeros_like(self.expected)
        for k, share in enumerate(self.probability):
            found += share * (k - self.expected) ** 4
        return found


def log_weights(distance: FloatArray, offsets: FloatArray) -> FloatArray:
    """kη + a_k, categories × places; `offsets` is categories × places or categories × 1."""
    categories = len(offsets)
    found = np.empty((categories, *distance.shape))
    for k in range(categories):
        np.multiply(distance, k, out=found[k])
        found[k] += offsets[k]
    return found


def scale_at(distance: FloatArray, offsets: FloatArray) -> Scale:
    """Everything about the categories at each place.

    Examples
    --------
    >>> scale_at(np.array([0.0, 1.0]), np.zeros((3, 1))).expected.round(3).tolist()
    [1.0, 1.575]
    """
    weight = log_weights(distance, offsets)
    top = weight.max(axis=0)
    weight -= top
    np.exp(weight, out=weight)
    total = weight.sum(axis=0)
    weight /= total
    expected, second = np.zeros_like(total), np.zeros_like(total)
    for k in range(1, len(weight)):
        expected += k * weight[k]
        second += k * k * weight[k]
    return Scale(np.log(total) + top, weight, expected, np.maximum(second - expected**2, 0.0))


def free_offsets(used: BoolArray) -> BoolArray:
    """Which offsets are estimated: those of used categories between the lowest and the highest used one.

    >>> free_offsets(np.array([[True, True, True, True], [False, True, False, True]])).tolist()
    [[False, True, True, False], [False, False, False, False]]
    """
    free = used.copy()
    rows = np.arange(len(used))
    free[rows, used.argmax(axis=1)] = False
    free[rows, used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)] = False
    return free


def first_offsets(group: IntArray, value: IntArray, used: BoolArray) -> FloatArray:
    """Where to begin: log frequencies, tilted so that the offsets at both ends are 0; −∞ for unused categories."""
    categories = used.shape[1]
    counts = np.bincount(group * categories + value, minlength=used.size).reshape(used.shape)
    found = np.where(used, np.log(np.maximum(counts, 0.5)), -np.inf)
    place = np.arange(categories)
    for g in np.flatnonzero(used.any(axis=1)):
        ends = np.flatnonzero(used[g])[[0, -1]]
        low, high = found[g, ends]
        slope = (high - low) / max(int(ends[1] - ends[0]), 1)
        found[g] -= low + slope * (place - ends[0])
    found[~used.any(axis=1)] = 0.0
    return found


def thresholds(offsets: FloatArray, used: BoolArray) -> FloatArray:
    """τ_k = a_{k−1} − a_k, groups × (categories − 1); NaN beside a category that was never used."""
    both = used[:, 1:] & used[:, :-1]
    with np.errstate(invalid="ignore"):
        return np.where(both, offsets[:, :-1] - offsets[:, 1:], np.nan)
