"""What accelerated EM climbs: the marginal likelihood of items with free slopes and of groups with free distributions.

A point is one flat list: the items' parameters row by row, the groups' means, the logarithms of their standard
deviations. The nodes of each group move with its distribution. With z the standard normal ability, the derivatives of the
log-likelihood by a group's mean and log standard deviation are the posterior expectations of z/sd and z² − 1 (Bock &
Zimowski 1997 in van der Linden & Hambleton, Handbook of modern item response theory, 433–448).
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt.ascent import Visit
from assess.psychometrics.irt.expectation import (
    REACH,
    WIDEST_SPACING,
    Expectation,
    Grid,
    Indicators,
    Precision,
    expect,
    points_for,
)
from assess.psychometrics.irt.families import Family, by_ability, free, log_probabilities
from assess.psychometrics.irt.fitted import nodes_of
from assess.psychometrics.irt.maximisation import LOGIT_GUESSING, Improvement, Priors, admissible, improve
from assess.psychometrics.responses import BoolArray, FloatArray

STEEPEST = 0.01
POINTS = 61
# large tables begin in single precision, until a step is shorter than this
NEAR = 3e-4
# these begin on a coarse grid, too: 2·exp(−2π²/1.6²) = 9e-4
LEADING_SPACING = 1.6
LEADING_POINTS = 31
# from here on the grid is refined where it has to be
FINER = 0.03
# beyond these no data bound a parameter
SLOPES = (-25.0, 25.0)
INTERCEPTS = (-80.0, 80.0)
MEANS = (-20.0, 20.0)
LOG_SDS = (-3.0, 3.0)
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

    indicators: Indicators
    family: Family
    priors: Priors
    fixed: Fixed
    as_needed: bool

    @property
    def flat(self) -> bool:
        """Guessing without a prior: hardly any data bound it."""
        return self.family == "guessing" and self.priors.guessing is None

    @property
    def widest(self) -> float:
        """How wide nodes may lie apart, in standard deviations of the narrowest posterior."""
        return MOVING_SPACING if self.fixed.moving.any() else WIDEST_SPACING

    @property
    def exists(self) -> BoolArray:
        """Which item parameters are estimated."""
        shape = self.fixed.parameters.shape
        real = free(self.family, self.indicators.table.counts, shape[1])
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
        counts = self.indicators.table.counts
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

    @property
    def quick(self) -> Precision:
        """What a large table is read in where six digits are plenty."""
        return np.float32 if self.indicators.large else np.float64

    def walk(self, grid: Grid) -> "Walk":
        """A way up that begins on this grid."""
        return Walk(self, grid)


class Walk:
    """A way up: the grid is refined, and single precision given up, as the steps get shorter.

    A large table begins on a coarse grid in single precision, which leads to within a thousandth of the place.
    """

    def __init__(self, landscape: Landscape, grid: Grid) -> None:
        self.landscape = landscape
        self.final = grid
        self.leading = landscape.indicators.large and len(grid.nodes) > LEADING_POINTS
        self.grid = Grid(LEADING_POINTS) if self.leading else grid
        self.precision = landscape.quick
        self.exists = landscape.exists.astype(np.float64)

    def exactly(self) -> None:
        """From here on in double precision, on the final grid."""
        self.precision = np.float64
        self.leading, self.grid = False, self.final

    def visit(self, point: FloatArray) -> Visit:
        """The objective, the plain EM step and the gradient at a point."""
        here, now, points = self.landscape, self.precision, len(self.grid.nodes)
        items, means, sds = here.unpacked(point)
        expected, step = self._step(items, means, sds)
        target, gradient, information = self._of_groups(expected, means, sds)
        # at a bound the gradient may point out of the range
        inward = np.where(items < 0, step.gradient > 0, step.gradient < 0)
        counted = (self.exists > 0) & (~here.at_bound(items) | inward)
        steepness = np.where(counted, np.abs(step.gradient) / np.sqrt(np.maximum(step.information, 1e-12)), 0.0)
        to = np.concatenate([step.parameters.ravel(), target])
        longest = float(np.abs(to - point).max())
        if longest < NEAR:
            self.exactly()
        if self.leading or longest < FINER:
            self._refine(items, means, sds, expected)
        return Visit(
            objective=expected.log_likelihood + here.log_prior(items),
            target=to,
            gradient=np.concatenate([(step.gradient * self.exists).ravel(), gradient]),
            steepness=np.concatenate([steepness.ravel(), np.abs(gradient) / np.sqrt(information)]),
            exact=now is np.float64,
            points=points,
        )

    def information(self, point: FloatArray) -> FloatArray:
        """Complete-data information of each part of a point; 0 where nothing is estimated."""
        items, means, sds = self.landscape.unpacked(point)
        expected, step = self._step(items, means, sds)
        moving = np.tile(self.landscape.fixed.moving, 2)
        of_groups = np.where(moving, self._of_groups(expected, means, sds)[2], 0.0)
        return np.concatenate([(step.information * self.exists).ravel(), of_groups])

    def _step(self, items: FloatArray, means: FloatArray, sds: FloatArray) -> tuple[Expectation, Improvement]:
        here = self.landscape
        table, nodes = here.indicators.table, nodes_of(self.grid, means, sds)
        logs = log_probabilities(here.family, items, table.counts, nodes)
        expected = expect(here.indicators, logs, self.grid, self.precision)
        anchored = here.fixed.anchored if here.fixed.anchored.any() else None
        step = improve(here.family, items, table.counts, expected.counts, nodes, here.priors, anchored, logs)
        return expected, step

    def _of_groups(
        self, expected: Expectation, means: FloatArray, sds: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The groups' part of a plain step, of the gradient (0 for a fixed group) and of the information."""
        moving, z = self.landscape.fixed.moving, self.grid.nodes
        persons = expected.persons.sum(axis=1)
        first, second = expected.persons @ z / persons, expected.persons @ z**2 / persons
        spread = np.sqrt(np.maximum(second - first**2, 1e-6))
        target = np.concatenate(
            [np.where(moving, means + sds * first, means), np.log(np.where(moving, sds * spread, sds))]
        )
        gradient = np.concatenate([persons * first / sds, persons * (second - 1)]) * np.tile(moving, 2)
        return target, gradient, np.concatenate([persons / sds**2, 2 * persons])

    def _refine(self, items: FloatArray, means: FloatArray, sds: FloatArray, expected: Expectation) -> None:
        """A finer grid when the information where persons are asks for it."""
        here, groups = self.landscape, len(means)
        z = np.linspace(-REACH, REACH, expected.persons.shape[1])
        nodes = (means[:, None] + sds[:, None] * z).ravel()
        at = by_ability(here.family, items, here.indicators.table.counts, nodes)
        of_test = at.information.sum(axis=0).reshape(groups, -1) * sds[:, None] ** 2
        highest = float(np.where(expected.persons > 0.5, of_test, 0.0).max(initial=0.0))
        narrowest = float(1 / np.sqrt(1 + highest))
        finer = points_for(self.final, narrowest, here.widest)
        if self.leading and here.as_needed:
            finer = min(points_for(Grid(LEADING_POINTS), narrowest, MOVING_SPACING), max(POINTS, finer))
            self.final = Grid(finer)
        elif finer > len(self.final.nodes):
            self.final = Grid(finer)
        if self.leading:
            needed = points_for(Grid(LEADING_POINTS), narrowest, LEADING_SPACING)
            self.grid = Grid(min(needed, len(self.final.nodes)))
        elif len(self.final.nodes) > len(self.grid.nodes):
            self.grid = self.final
