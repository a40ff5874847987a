"""The expectation step: posterior of every row over the grid, expected counts, log-likelihood.

Two matrix products per block of rows (Bock & Aitkin 1981, Psychometrika 46, 443–459): indicators × log-odds to
category 0 gives the log-likelihood of each row at each node; its transpose × posterior gives the expected counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import FloatArray

REACH = 6.0
POINTS = 61
BLOCK = 1024
Precision = type[np.float64] | type[np.float32]
Floats = npt.NDArray[Any]  # of either precision
# below this the posterior counts for nothing, and exp would give denormal numbers, which are slow
NEGLIGIBLE = -60.0
MOST_POINTS = 1001
# cells of a table above which it is first read in single precision
LARGE = 20_000
# how wide the nodes may lie apart, in standard deviations of the narrowest posterior: the sum over even nodes differs
# from the integral of a normal curve by 2·exp(−2π²·(sd/spacing)²), here less than 7e-6
WIDEST_SPACING = 1.25


@dataclass(frozen=True, eq=False)
class Expectation:
    """Log-likelihood, items × categories × nodes the expected number of answers, groups × nodes that of persons."""

    log_likelihood: float
    counts: FloatArray
    persons: FloatArray


@dataclass(frozen=True, eq=False)
class Posterior:
    """One block of rows of one group: which, likelihood × weight (nodes × rows) over a common factor per row, its sum over
    the nodes, and the log marginal probability of each row."""

    rows: slice
    group: int
    joint: Floats
    total: Floats
    log_marginal: Floats

    @property
    def weight(self) -> FloatArray:
        """rows × nodes, each row adding to 1."""
        return np.asarray((self.joint / self.total).T)


class Grid:
    """Evenly spaced nodes of a standard normal ability."""

    def __init__(self, points: int, reach: float = REACH) -> None:
        self.nodes: FloatArray = np.linspace(-reach, reach, points)
        log_weight = -(self.nodes**2) / 2
        self.log_weight: FloatArray = log_weight - np.log(np.exp(log_weight).sum())

    @property
    def spacing(self) -> float:
        """Distance of two nodes."""
        return float(self.nodes[1] - self.nodes[0])


def points_for(grid: Grid, narrowest: float, widest: float = WIDEST_SPACING) -> int:
    """How many points a posterior of this standard deviation needs: those of the grid, or more.

    Examples
    --------
    >>> points_for(Grid(61), 0.2), points_for(Grid(61), 0.1)
    (61, 101)
    """
    points = len(grid.nodes)
    if grid.spacing <= widest * narrowest:
        return points
    needed = 1.04 * 2 * REACH / (widest * narrowest)
    return min(max(2 * int(np.ceil(needed / 2)) + 1, points), MOST_POINTS)


class Indicators:
    """Which category each row chose: one column per item and category above 0, then one per item if some are missing."""

    def __init__(self, table: ResponseTable) -> None:
        self.table = table
        counts = table.counts
        self.item: IntArray = np.repeat(np.arange(len(counts)), counts - 1)
        first = np.cumsum(counts - 1) - (counts - 1)
        self.category: IntArray = np.arange(len(self.item)) - first[self.item] + 1
        self.complete = table.complete
        if self.complete and (counts == 2).all():
            self.chosen: npt.NDArray[np.int8] = table.categories
        else:
            self.chosen = (table.categories[:, self.item] == self.category).view(np.int8)
            if not self.complete:
                self.chosen = np.hstack([self.chosen, (table.categories >= 0).view(np.int8)])

    @property
    def large(self) -> bool:
        """Whether single precision saves time worth saving."""
        return self.chosen.size > LARGE

    def blocks(self, precision: Precision) -> Iterator[tuple[slice, int, Floats]]:
        """The columns as floats, a block of rows of one group at a time."""
        buffer: Floats = np.empty((min(BLOCK, len(self.chosen)), self.chosen.shape[1]), dtype=precision)
        for group, part in enumerate(self.table.parts):
            for start in range(part.start, part.stop, BLOCK):
                rows = slice(start, min(start + BLOCK, part.stop))
                block = buffer[: rows.stop - rows.start]
                np.copyto(block, self.chosen[rows])
                yield rows, group, block

    def posteriors(
        self, log_probability: FloatArray, grid: Grid, precision: Precision = np.float64
    ) -> Iterator[tuple[Posterior, Floats]]:
        """Each block's posterior and its columns. The arrays are reused: copy what is kept.

        The nodes of `log_probability` are those of the grid, or the grid's for each group, one group after the other.
        """
        log_odds = log_probability[self.item, self.category] - log_probability[self.item, 0]
        offset = np.tile(grid.log_weight, log_probability.shape[2] // len(grid.nodes))
        if self.complete:
            offset += log_probability[:, 0].sum(axis=0)
        else:
            log_odds = np.vstack([log_odds, log_probability[:, 0]])
        every: Floats = np.ascontiguousarray(log_odds.T, dtype=precision)
        starts: Floats = offset.astype(precision)[:, None]
        buffer: Floats = np.empty((len(grid.nodes), min(BLOCK, len(self.chosen))), dtype=precision)
        # nodes × rows: sums and maxima over nodes then run along whole rows of memory
        for rows, group, block in self.blocks(precision):
            own = slice(0, len(offset))
            if len(offset) > len(grid.nodes):
                own = slice(group * len(grid.nodes), (group + 1) * len(grid.nodes))
            joint = buffer[:, : len(block)] if len(block) == buffer.shape[1] else np.empty_like(buffer[:, : len(block)])
            np.matmul(every[own], block.T, out=joint)
            joint += starts[own]
            top = joint.max(axis=0)
            joint -= top
            np.maximum(joint, NEGLIGIBLE, out=joint)
            np.exp(joint, out=joint)
            total = joint.sum(axis=0)
            yield Posterior(rows, group, joint, total, top + np.log(total)), block


def expect(
    indicators: Indicators, log_probability: FloatArray, grid: Grid, precision: Precision = np.float64
) -> Expectation:
    """The expectation step over all rows; in single precision twice as fast, and exact to about 1e-6 of a person."""
    table = indicators.table
    nodes, groups = len(grid.nodes), len(table.parts)
    gathered = np.zeros((groups, nodes, indicators.chosen.shape[1]))
    persons = np.zeros((groups, nodes))
    value = 0.0
    for posterior, block in indicators.posteriors(log_probability, grid, precision):
        weight = table.weight[posterior.rows]
        value += float(weight @ posterior.log_marginal)
        posterior.joint[...] *= (weight / posterior.total).astype(precision)
        gathered[posterior.group] += posterior.joint @ block
        persons[posterior.group] += posterior.joint.sum(axis=1)
    steps = len(indicators.item)
    at_each = gathered.reshape(groups * nodes, -1)
    if log_probability.shape[2] == nodes:  # the groups have their nodes in common
        at_each = gathered.sum(axis=0)
    counts = np.zeros_like(log_probability)
    counts[indicators.item, indicators.category] = at_each[:, :steps].T
    answering = persons.reshape(-1, len(at_each)).sum(axis=0) if indicators.complete else at_each[:, steps:].T
    counts[:, 0] = answering - counts.sum(axis=1)
    return Expectation(value, np.maximum(counts, 0.0), persons)


def moments(
    indicators: Indicators, log_probability: FloatArray, grid: Grid, precision: Precision = np.float64
) -> tuple[FloatArray, FloatArray]:
    """Posterior mean and standard deviation of each row."""
    rows = len(indicators.chosen)
    mean, spread = np.empty(rows), np.empty(rows)
    powers: Floats = np.vstack([grid.nodes, grid.nodes**2]).astype(precision)
    for posterior, _ in indicators.posteriors(log_probability, grid, precision):
        first, second = (powers @ posterior.joint) / posterior.total
        mean[posterior.rows] = first
        spread[posterior.rows] = np.sqrt(np.maximum(second - first**2, 0.0))
    return mean, spread
