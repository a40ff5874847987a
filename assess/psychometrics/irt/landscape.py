"""What accelerated EM climbs: the marginal likelihood of items with free slopes and of groups with free distributions.

A point is one flat list: the items' parameters row by row, the groups' means, the logarithms of their standard
deviations. The nodes of each group move with its distribution. With z the standard normal ability, the derivatives of the
log-likelihood by a group's mean and log standard deviation are the posterior expectations of z/sd and z² − 1 (Bock &
Zimowski 1997 in van der Linden & Hambleton, Handbook of modern item response theory, 433–448).
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt.expectation import WIDEST_SPACING
from assess.psychometrics.irt.families import Family, free
from assess.psychometrics.irt.gathering import Gathering
from assess.psychometrics.irt.maximisation import LOGIT_GUESSING, Priors, admissible
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import BoolArray, FloatArray

# beyond these no data bound a parameter
SLOPES = (-25.0, 25.0)
INTERCEPTS = (-80.0, 80.0)
MEANS = (-20.0, 20.0)
LOG_SDS = (-3.0, 3.0)
# by how much one step may change the scale
SHIFTS, VARIANCES = (-1.0, 1.0), (0.25, 4.0)
# where nodes move with a distribution, their phase must not show: 2·exp(−2π²) = 5e-9
MOVING_SPACING = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Fixed:
    """What is not estimated.

    Attributes
    ----------
    anchored
        Items with given parameters.
    parameters
        Rows of these (other rows do not count), items × parameters.
    moving
        Groups whose mean and standard deviation are estimated; the others have mean 0 and standard deviation 1.
    """

    anchored: BoolArray
    parameters: FloatArray
    moving: BoolArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Landscape:
    """The data, the model, and what is fixed.

    Attributes
    ----------
    as_needed
        Whether the grid may be coarser than usual where every posterior is wide; only large tables make use of it.
    """

    gathering: Gathering
    family: Family
    priors: Priors
    fixed: Fixed
    as_needed: bool

    @property
    def flat(self) -> bool:
        """Guessing without a prior: hardly any data bound it."""
        return self.family == "guessing" and self.priors.guessing is None

    @property
    def table(self) -> ResponseTable:
        """The answers."""
        return self.gathering.indicators.table

    @property
    def rescalable(self) -> bool:
        """Whether the items can make up for a change of the ability's scale: nothing but the reference group holds it."""
        held = self.fixed.anchored.any() or self.fixed.moving[0]
        return not held and self.priors.log_slope is None and self.priors.intercept is None

    def rescaled(self, point: FloatArray, mean: float, square: float) -> FloatArray:
        """The same on the scale on which the reference group, now of this mean and mean square, has mean 0 and variance 1.

        Expanded by these two, EM climbs at once in the directions in which it is slowest (Liu, Rubin & Wu 1998, Biometrika 85,
        755–770).
        """
        items, means, sds = self.unpacked(point)
        mean = float(np.clip(mean, *SHIFTS))
        sd = float(np.sqrt(np.clip(square - mean**2, *VARIANCES)))
        found = items.copy()
        found[:, 0] *= sd
        last, times = self._intercepts
        found[:, 1:last] += self.exists[:, 1:last] * times * items[:, :1] * mean
        moving = self.fixed.moving
        means, sds = np.where(moving, (means - mean) / sd, means), np.where(moving, sds / sd, sds)
        return np.concatenate([found.ravel(), means, np.log(sds)])

    def gains(self, point: FloatArray, gradient: FloatArray, persons: float) -> tuple[float, float]:
        """Mean and mean square of the reference group's persons, as the gain of a change of the scale says them.

        For the integral they are the posterior moments; for the sum over nodes these vanish where the gradient does, and the
        posterior moments only nearly.
        """
        items, means, _ = self.unpacked(point)
        by_item, by_groups = gradient[: items.size].reshape(items.shape), gradient[items.size :].reshape(2, -1)
        last, times = self._intercepts
        mean = (items[:, :1] * times * by_item[:, 1:last]).sum() - by_groups[0].sum()
        square = items[:, 0] @ by_item[:, 0] - means @ by_groups[0] - by_groups[1].sum()
        return float(mean / persons), float(1 + square / persons)

    @property
    def _intercepts(self) -> tuple[int, FloatArray]:
        """The end of the intercepts in an item's row, and how often the slope counts in each category's logit."""
        last = self.fixed.parameters.shape[1] - (self.family == "guessing")
        return last, np.arange(1.0, last) if self.family == "partial credit" else np.ones(last - 1)

    @property
    def widest(self) -> float:
        """How wide nodes may lie apart, in standard deviations of the narrowest posterior."""
        return MOVING_SPACING if self.fixed.moving.any() else WIDEST_SPACING

    @property
    def exists(self) -> BoolArray:
        """Which item parameters are estimated."""
        shape = self.fixed.parameters.shape
        real = free(self.family, self.table.counts, shape[1])
        return np.asarray(real & ~self.fixed.anchored[:, None])

    def packed(self, items: FloatArray) -> FloatArray:
        """A point with these items (the anchored ones in their place) and standard normal groups."""
        own = np.where(self.fixed.anchored[:, None], self.fixed.parameters, items)
        return np.concatenate([own.ravel(), np.zeros(2 * len(self.fixed.moving))])

    def unpacked(self, point: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Items' parameters, means and standard deviations of the groups."""
        groups, shape = len(self.fixed.moving), self.fixed.parameters.shape
        items, means, log_sds = np.split(point, [point.size - 2 * groups, point.size - groups])
        return items.reshape(shape), means, np.exp(log_sds)

    def log_prior(self, items: FloatArray) -> float:
        """Log prior density of the estimated items."""
        density = self.priors.log_density(self.family, items, self.exists.astype(np.float64))
        return float(density[~self.fixed.anchored].sum())

    def at_bound(self, items: FloatArray) -> BoolArray:
        """Guessing at the edge of its range."""
        held = np.zeros(items.shape, dtype=bool)
        if self.family == "guessing":
            low, high = LOGIT_GUESSING
            held[:, 2] = ((items[:, 2] <= low) | (items[:, 2] >= high)) & ~self.fixed.anchored
        return held

    def admissible(self, point: FloatArray) -> bool:
        """Whether thresholds are in order and nothing is beyond reason."""
        items, means, sds = self.unpacked(point)
        moderate = np.abs(means) <= MEANS[1]
        usual = np.abs(np.log(sds)) <= LOG_SDS[1]
        known = np.where(self.fixed.anchored[:, None], 0.0, items)
        counts = self.table.counts
        if self.family == "graded":
            known = np.where(self.fixed.anchored[:, None], -np.arange(items.shape[1])[None, :], items)
        return bool(moderate.all() and usual.all()) and admissible(self.family, known, counts)

    def lost(self, point: FloatArray) -> bool:
        """Whether some slope is beyond what data bound."""
        slopes = self.unpacked(point)[0][~self.fixed.anchored, 0]
        return bool(np.abs(slopes).max(initial=0.0) > SLOPES[1])

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest value of each part of a point; equal where nothing is estimated."""
        items, groups = self.fixed.parameters, len(self.fixed.moving)
        low, high = np.full(items.shape, INTERCEPTS[0]), np.full(items.shape, INTERCEPTS[1])
        low[:, 0], high[:, 0] = SLOPES
        if self.family == "guessing":
            low[:, 2], high[:, 2] = LOGIT_GUESSING
        anchored = self.fixed.anchored[:, None]
        low, high = np.where(anchored, items, low), np.where(anchored, items, high)
        both = []
        for edge, mean, log_sd in zip((low, high), MEANS, LOG_SDS, strict=True):
            moving = self.fixed.moving
            both.append(np.concatenate([edge.ravel(), np.where(moving, mean, 0.0), np.where(moving, log_sd, 0.0)]))
        assert both[0].size == items.size + 2 * groups
        return both[0], both[1]
