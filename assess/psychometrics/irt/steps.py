"""The partial credit model in terms of its steps; the Rasch model is the case of one step per item.

P(X = x | θ) ∝ exp(xθ − δ_1 − … − δ_x) (Masters 1982, Psychometrika 47, 149–174). The steps of all items lie in one flat
array, item after item; `StepLayout` says whose they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StepLayout:
    """Where each item's steps lie in the flat array.

    Attributes
    ----------
    steps
        Number of steps (highest category) of each item.
    item
        The item of each flat step.
    level
        The step's number within its item, from 1.
    """

    steps: IntArray
    item: IntArray
    level: IntArray

    @classmethod
    def of(cls, steps: npt.ArrayLike) -> "StepLayout":
        """The layout of items with these numbers of steps.

        >>> StepLayout.of([1, 3]).item.tolist()
        [0, 1, 1, 1]
        """
        counts = np.asarray(steps, dtype=np.int64)
        item = np.repeat(np.arange(len(counts)), counts)
        first = np.cumsum(counts) - counts
        return cls(steps=counts, item=item, level=np.arange(len(item)) - first[item] + 1)

    @property
    def same_item(self) -> npt.NDArray[np.bool_]:
        """steps × steps: do the two belong to one item?"""
        return np.asarray(self.item[:, None] == self.item[None, :])


@dataclass(frozen=True, eq=False)
class StepCurves:
    """The model's quantities at Q abilities.

    Attributes
    ----------
    log_normaliser
        Q × items: log Σ_x exp(xθ − δ_1 − … − δ_x).
    at_least
        Q × steps: P(X ≥ k).
    expected, variance, third_moment
        Q × items: mean, variance and third central moment of the item score. The variance is the item information.
    """

    log_normaliser: FloatArray
    at_least: FloatArray
    expected: FloatArray
    variance: FloatArray
    third_moment: FloatArray


def flat(steps: Sequence[npt.ArrayLike]) -> tuple[StepLayout, FloatArray]:
    """One flat array from each item's list of step difficulties.

    Raises
    ------
    ResponseError
        `not_finite` when a step difficulty is missing or infinite, `no_steps` when an item has none.
    """
    arrays = [np.atleast_1d(np.asarray(item, dtype=np.float64)) for item in steps]
    for number, item in enumerate(arrays, 1):
        if item.size == 0:
            raise ResponseError("no_steps", f"item {number} has no step difficulty")
        if not np.isfinite(item).all():
            raise ResponseError("not_finite", f"item {number}: a step difficulty is missing or infinite")
    return StepLayout.of([len(item) for item in arrays]), np.concatenate([*arrays, np.empty(0)])


def curves(theta: FloatArray, layout: StepLayout, difficulties: FloatArray) -> StepCurves:
    """Probabilities and moments of every item at every ability."""
    items, highest = len(layout.steps), int(layout.steps.max(initial=0))
    cumulative = np.full((items, highest + 1), np.inf)
    cumulative[:, 0] = 0.0
    table = np.zeros((items, highest))
    table[layout.item, layout.level - 1] = difficulties
    sums = np.cumsum(table, axis=1)
    cumulative[layout.item, layout.level] = sums[layout.item, layout.level - 1]
    category = np.arange(highest + 1, dtype=np.float64)
    logits = category * theta[:, None, None] - cumulative
    top = logits.max(axis=2, keepdims=True)
    weight = np.exp(logits - top)
    total = weight.sum(axis=2, keepdims=True)
    probability = weight / total
    expected = probability @ category
    deviation = category - expected[:, :, None]
    at_least = np.cumsum(probability[:, :, ::-1], axis=2)[:, :, ::-1]
    return StepCurves(
        log_normaliser=(top + np.log(total))[:, :, 0],
        at_least=at_least[:, layout.item, layout.level],
        expected=expected,
        variance=(probability * deviation**2).sum(axis=2),
        third_moment=(probability * deviation**3).sum(axis=2),
    )
