"""The partial credit model in terms of its steps; the Rasch model is the case of one step per item.

P(X = x | θ) ∝ exp(xθ − δ_1 − … − δ_x) (Masters 1982, Psychometrika 47, 149–174). The steps of all items lie in one flat
array, item after item; `StepLayout` says whose they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
    def same_item(self) -> npt.NDArray[np.bool_]:
        """steps × steps: do the two belong to one item?"""
        return np.asarray(self.item[:, None] == self.item[None, :])

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray]:
        """All pairs of steps of one item, the lower step first (a step with itself, too).

        >>> [found.tolist() for found in StepLayout.of([1, 2]).pairs]
        [[0, 1, 1, 2], [0, 1, 2, 2]]
        """
        lower, higher = np.nonzero(np.triu(self.same_item))
        return lower, higher


@dataclass(frozen=True, eq=False)
class StepCurves:
    """The model's quantities at Q abilities.

    Attributes
    ----------
    layout
        Whose steps they are.
    probability
        Categories × Q × items; 0 where an item does not have the category.
    log_normaliser
        Q × items: log Σ_x exp(xθ − δ_1 − … − δ_x).
    """

    layout: StepLayout
    probability: FloatArray
    log_normaliser: FloatArray

    @cached_property
    def at_least(self) -> FloatArray:
        """Q × steps: P(X ≥ k)."""
        return self._of_steps(self._beyond(self.probability))

    @cached_property
    def expected(self) -> FloatArray:
        """Q × items: mean item score."""
        return np.asarray(np.einsum("k,kqi->qi", self._category[:, 0, 0], self.probability))

    @cached_property
    def variance(self) -> FloatArray:
        """Q × items: variance of the item score, which is the item information."""
        return np.asarray((self.probability * (self._category - self.expected) ** 2).sum(axis=0))

    @cached_property
    def third_moment(self) -> FloatArray:
        """Q × items: third central moment of the item score."""
        return np.asarray((self.probability * (self._category - self.expected) ** 3).sum(axis=0))

    @cached_property
    def slope(self) -> FloatArray:
        """Q × steps: dP(X ≥ k)/dθ = E[(X − E[X])·[X ≥ k]]."""
        return self._of_steps(self._beyond(self.probability * (self._category - self.expected)))

    @property
    def _category(self) -> FloatArray:
        return np.arange(len(self.probability), dtype=np.float64)[:, None, None]

    def _beyond(self, values: FloatArray) -> FloatArray:
        """Sums over a category and all above; there are few categories and many abilities."""
        found = values.copy()
        for k in range(len(found) - 2, 0, -1):
            found[k] += found[k + 1]
        return found

    def _of_steps(self, values: FloatArray) -> FloatArray:
        """Q × steps from categories × Q × items."""
        categories, abilities, items = values.shape
        by_item = values.transpose(1, 2, 0).reshape(abilities, items * categories)
        return np.asarray(by_item.take(self.layout.item * categories + self.layout.level, axis=1))


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
    logits = np.arange(highest + 1, dtype=np.float64)[:, None, None] * theta[:, None] - cumulative.T[:, None, :]
    top = logits.max(axis=0)
    logits -= top
    probability = np.exp(logits, out=logits)
    total = probability.sum(axis=0)
    probability /= total
    return StepCurves(layout=layout, probability=probability, log_normaliser=top + np.log(total))
