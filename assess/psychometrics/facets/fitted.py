"""A fitted many-facet model in the shapes of the data, whatever method fitted it, and what every rating says under it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assess.psychometrics.facets.categories import Scale, scale_at
from assess.psychometrics.facets.joint import BLOCK
from assess.psychometrics.facets.records import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray

MOST_STEPS = 60
LONGEST_STEP = 2.0
CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Fitted:
    """Measures of all elements, and the ratings they came from.

    Attributes
    ----------
    codes, value, group
        Of every rating: elements by facet (persons first), category, group of steps.
    measure
        For each facet the measure of each element; NaN for one without.
    offsets
        groups × categories, −∞ where a category was never used.
    active
        Which ratings were calibrated.
    """

    codes: tuple[IntArray, ...]
    value: IntArray
    group: IntArray
    measure: tuple[FloatArray, ...]
    offsets: FloatArray
    active: BoolArray

    @cached_property
    def ends(self) -> tuple[IntArray, IntArray]:
        """Lowest and highest used category of each group of steps."""
        used = np.isfinite(self.offsets)
        return used.argmax(axis=1), used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)

    def distance(self, rows: slice | IntArray, without: int | None = None) -> FloatArray:
        """η of ratings: the person's measure less those of the facets (less what one facet adds)."""
        found: FloatArray = np.zeros(len(self.value[rows]))
        for f, (measure, code) in enumerate(zip(self.measure, self.codes, strict=True)):
            if f != without:
                found += (1.0 if f == 0 else -1.0) * measure[code[rows]]
        return found

    def scale(self, rows: slice | IntArray, distance: FloatArray) -> Scale:
        """Categories of ratings at some distances."""
        if len(self.offsets) == 1:
            return scale_at(distance, self.offsets[0][:, None])
        return scale_at(distance, np.ascontiguousarray(self.offsets.T)[:, self.group[rows]])

    @cached_property
    def moments(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Expected rating, variance and fourth central moment of every rating; NaN without all measures."""
        count = len(self.value)
        expected, variance, fourth = np.empty(count), np.empty(count), np.empty(count)
        for start in range(0, count, BLOCK):
            rows = slice(start, min(start + BLOCK, count))
            scale = self.scale(rows, self.distance(rows))
            expected[rows], variance[rows], fourth[rows] = scale.expected, scale.variance, scale.fourth_moment()
        return expected, variance, fourth

    def placed(self, facet: int, elements: BoolArray, inside: float) -> tuple[FloatArray, FloatArray]:
        """Measure and error of elements from their own ratings, all others as known.

        An extreme score is moved `inside` by so many points (Facets: 0.3), else there would be no measure. NaN for an
        element that has no rating by others with a measure.
        """
        code, sign = self.codes[facet], 1.0 if facet == 0 else -1.0
        rows = np.flatnonzero(elements[code])
        rows = rows[np.isfinite(self.distance(rows, without=facet))]
        return self.solved(code[rows], len(elements), rows, self.distance(rows, without=facet), sign, inside)

    def solved(
        self, code: IntArray, size: int, rows: IntArray, base: FloatArray, sign: float, inside: float
    ) -> tuple[FloatArray, FloatArray]:
        """Where groups of ratings, numbered by `code`, have their maximum when a term is added to the distance `base`.

        The term times `sign`, and its standard error; NaN for a group without ratings or with an extreme score that is
        not moved inside.
        """
        low, high = self.ends
        floor = np.bincount(code, weights=low[self.group[rows]], minlength=size)
        ceiling = np.bincount(code, weights=high[self.group[rows]], minlength=size)
        score = np.asarray(np.bincount(code, weights=self.value[rows], minlength=size), dtype=np.float64)
        inside_by = np.minimum(inside, 0.25 * (ceiling - floor))
        score = np.clip(score, floor + inside_by, ceiling - inside_by)
        between = (score > floor) & (score < ceiling)
        term = np.zeros(size)
        information: FloatArray = np.ones(size)
        for _ in range(MOST_STEPS):
            scale = self.scale(rows, base + term[code])
            information = np.asarray(np.bincount(code, weights=scale.variance, minlength=size), dtype=np.float64)
            gap = score - np.bincount(code, weights=scale.expected, minlength=size)
            step = np.where(between, gap / np.maximum(information, 1e-8), 0.0)
            term = term + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            if np.abs(step).max(initial=0.0) < CLOSE:
                break
        known = between & (information > 0)
        error = np.where(known, 1 / np.sqrt(np.where(known, information, 1.0)), np.nan)
        return np.where(known, sign * term, np.nan), error
