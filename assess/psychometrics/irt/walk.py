"""The way up a landscape: what accelerated EM sees at each point, and how exactly it looks.

A large table is read roughly first: of very large ones every so many persons, on a coarse grid, in single precision. That
leads to within a thousandth of the place; from there on everybody is read on a grid as fine as the posteriors need, and the
end is in double precision.
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt.ascent import Visit
from assess.psychometrics.irt.expectation import POINTS, Grid, Precision, points_for
from assess.psychometrics.irt.families import by_ability, log_probabilities
from assess.psychometrics.irt.fitted import nodes_of
from assess.psychometrics.irt.gathering import Gathered
from assess.psychometrics.irt.landscape import MOVING_SPACING, Landscape
from assess.psychometrics.irt.maximisation import Improvement, improve
from assess.psychometrics.responses import FloatArray

# where the whole table is read (of which a part was), where the final grid and, if the next step will not end it, double precision
# begins: steps shorter than this
SAMPLED, NEAR = 0.1, 3e-4
# the coarse grid: 2·exp(−2π²/1.6²) = 9e-4
LEADING_SPACING = 1.6
LEADING = Grid(31)
# from here on the grid is refined where it has to be
FINER = 0.03


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups' part of a plain step, of the gradient (0 for a fixed group) and of the information; mean and mean square of the
    reference group's persons in units of its distribution."""

    target: FloatArray
    gradient: FloatArray
    information: FloatArray
    moments: tuple[float, float]


class Walk:
    """One way up; how exactly it looks changes as its steps get shorter.

    `tolerance`: how long the last step may be.
    """

    def __init__(self, landscape: Landscape, grid: Grid, tolerance: float) -> None:
        self.landscape = landscape
        self.final = grid
        self.tolerance = tolerance
        large = landscape.gathering.indicators.large
        self.precision: Precision = np.float32 if large else np.float64
        self.leading = large and len(grid.nodes) > len(LEADING.nodes)
        self.grid = LEADING if self.leading else grid
        self.rows = landscape.gathering.sample if self.leading else landscape.gathering
        self.exists = landscape.exists.astype(np.float64)
        self.longest = np.inf

    def exactly(self) -> None:
        """From here on in double precision, on the final grid."""
        self.precision = np.float64
        self._finally()

    def visit(self, point: FloatArray) -> Visit:
        """The objective, the plain EM step and the gradient at a point."""
        here, exact, points, rows = self.landscape, self.precision is np.float64, len(self.grid.nodes), self.rows
        items, means, sds = here.unpacked(point)
        expected, step = self._step(items, means, sds)
        groups = self._of_groups(expected, means, sds)
        # at a bound the gradient may point out of the range
        inward = np.where(items < 0, step.gradient > 0, step.gradient < 0)
        counted = (self.exists > 0) & (~here.at_bound(items) | inward)
        steepness = np.where(counted, np.abs(step.gradient) / np.sqrt(np.maximum(step.information, 1e-12)), 0.0)
        target = np.concatenate([step.parameters.ravel(), groups.target])
        gradient = np.concatenate([(step.gradient * self.exists).ravel(), groups.gradient])
        if here.rescalable:
            persons = float(expected.persons[0].sum())
            moments = groups.moments if self.leading else here.gains(point, gradient, persons)
            target = here.rescaled(target, *moments)
        self._onwards(float(np.abs(target - point).max()), expected, items, means, sds)
        return Visit(
            objective=expected.log_likelihood + here.log_prior(items),
            target=target,
            gradient=gradient,
            steepness=np.concatenate([steepness.ravel(), np.abs(groups.gradient) / np.sqrt(groups.information)]),
            exact=exact,
            points=points,
            rows=rows.size,
            narrowest=expected.narrowest,
        )

    def information(self, point: FloatArray) -> FloatArray:
        """Complete-data information of each part of a point; 0 where nothing is estimated."""
        items, means, sds = self.landscape.unpacked(point)
        expected, step = self._step(items, means, sds)
        moving = np.tile(self.landscape.fixed.moving, 2)
        of_groups = np.where(moving, self._of_groups(expected, means, sds).information, 0.0)
        return np.concatenate([(step.information * self.exists).ravel(), of_groups])

    def _step(self, items: FloatArray, means: FloatArray, sds: FloatArray) -> tuple[Gathered, Improvement]:
        here = self.landscape
        counts, nodes = here.table.counts, nodes_of(self.grid, means, sds)
        logs = log_probabilities(here.family, items, counts, nodes)
        expected = self.rows.expect(logs, self.grid, self.precision)
        anchored = here.fixed.anchored if here.fixed.anchored.any() else None
        step = improve(here.family, items, counts, expected.counts, nodes, here.priors, anchored, logs)
        return expected, step

    def _of_groups(self, expected: Gathered, means: FloatArray, sds: FloatArray) -> Groups:
        moving, z = self.landscape.fixed.moving, self.grid.nodes
        persons = expected.persons.sum(axis=1)
        first, second = expected.persons @ z / persons, expected.persons @ z**2 / persons
        spread = np.sqrt(np.maximum(second - first**2, 1e-6))
        target = np.concatenate(
            [np.where(moving, means + sds * first, means), np.log(np.where(moving, sds * spread, sds))]
        )
        gradient = np.concatenate([persons * first / sds, persons * (second - 1)]) * np.tile(moving, 2)
        information = np.concatenate([persons / sds**2, 2 * persons])
        return Groups(target, gradient, information, (float(first[0]), float(second[0])))

    def _onwards(
        self, longest: float, expected: Gathered, items: FloatArray, means: FloatArray, sds: FloatArray
    ) -> None:
        """Look more exactly when the steps have become short."""
        following, self.longest = longest * min(1.0, longest / self.longest), longest
        if self.rows is not self.landscape.gathering:
            if longest < SAMPLED:
                self.rows = self.landscape.gathering
            self._lead(expected.narrowest)
        elif self.leading and longest >= NEAR:
            self._lead(expected.narrowest)
        elif longest < FINER:
            self._refine(expected.persons, items, means, sds)
            if longest < NEAR and (not self.leading or following < self.tolerance / 2):
                self.precision = np.float64
            self._finally()

    def _finally(self) -> None:
        self.rows = self.landscape.gathering
        self.leading, self.grid = False, self.final

    def _lead(self, narrowest: float) -> None:
        """A coarse grid for the narrowest posterior; the present one cannot tell how much narrower than its spacing that is."""
        known = max(narrowest, self.grid.spacing / (2 * LEADING_SPACING))
        needed = points_for(LEADING, known, LEADING_SPACING)
        if needed != len(self.grid.nodes):
            self.grid = Grid(needed)

    def _refine(self, persons: FloatArray, items: FloatArray, means: FloatArray, sds: FloatArray) -> None:
        """A final grid for the highest information where persons are: a posterior is no narrower than that makes it."""
        here, nodes = self.landscape, nodes_of(self.grid, means, sds)
        information = by_ability(here.family, items, here.table.counts, nodes).information.sum(axis=0)
        of_test = information.reshape(len(means), -1) * sds[:, None] ** 2
        narrowest = float(1 / np.sqrt(1 + np.where(persons > 0.5, of_test, 0.0).max(initial=0.0)))
        finer = points_for(self.final, narrowest, here.widest)
        if self.leading and here.as_needed:
            finer = min(points_for(LEADING, narrowest, MOVING_SPACING), max(POINTS, finer))
        if finer != len(self.final.nodes):
            self.final = Grid(finer)
