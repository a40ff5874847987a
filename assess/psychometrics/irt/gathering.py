"""The expectation step of a calibration: rows of like standing together, each block looked at only where its persons may be.

Persons with like scores have like posteriors, so that a block of them needs a few of the nodes. Which, the last visit says;
a window whose edges turn out not to be negligible is widened on the spot. The likelihood of one ability falls off ever more
steeply on both sides (log-concave, but for guessing), so that what lies beyond a negligible edge is negligible.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.expectation import NEGLIGIBLE, Expectation, Floats, Grid, Indicators, Precision
from assess.psychometrics.irt.table import ResponseTable, SmallIntegers
from assess.psychometrics.responses import FloatArray

BLOCK = 1024
# about how many rows a sample has; the fewest and the most that it leaves out between two, and how often each category has to
# occur in it; a smaller table is not worth one
SAMPLE, FEWEST_SKIPPED, MOST_SKIPPED, ENOUGH = 5000, 4, 16, 20
# posterior density, as a part of the highest, that may be cut off
CUT: dict[Precision, float] = {np.float32: 1e-8, np.float64: 1e-13}
# nodes beside the window of the last visit: parameters have moved, and more digits may be asked for
BESIDE, FURTHER = 2, 4


@dataclass(eq=False)
class Block:
    """Rows of one group, with a column of ones; the same turned over; and between which abilities their posteriors lie."""

    group: int
    chosen: SmallIntegers
    turned: SmallIntegers
    weight: FloatArray
    lowest: float = -np.inf
    highest: float = np.inf
    cut: float = 0.0


@dataclass(frozen=True, eq=False)
class Gathered(Expectation):
    """An expectation, and the standard deviation of the narrowest posterior."""

    narrowest: float


class Gathering:
    """The rows of a table sorted into blocks, from which expected counts are gathered again and again."""

    def __init__(self, indicators: Indicators, blocks: list[Block] | None = None) -> None:
        self.indicators = indicators
        self.blocks = _sorted_blocks(indicators) if blocks is None else blocks
        self.size = sum(len(block.weight) for block in self.blocks)

    @cached_property
    def sample(self) -> "Gathering":
        """Some rows of a very large table, for a first look; all where these would not show every category and group."""
        each = min(MOST_SKIPPED, self.size // SAMPLE)
        table = self.indicators.table
        shown = np.arange(table.frequencies.shape[1]) < table.counts[:, None]
        rarest = min(table.frequencies[shown].min(), *(part.stop - part.start for part in table.parts))
        if each < FEWEST_SKIPPED or rarest < ENOUGH * each:
            return self
        blocks: list[Block] = []
        for group in range(len(table.parts)):
            own = [block for block in self.blocks if block.group == group]
            weight = np.concatenate([block.weight[each // 2 :: each] for block in own])
            weight = weight * (sum(block.weight.sum() for block in own) / weight.sum())
            blocks += _blocks(group, np.concatenate([block.chosen[each // 2 :: each] for block in own]), weight)
        return Gathering(self.indicators, blocks)

    def expect(self, log_probability: FloatArray, grid: Grid, precision: Precision) -> Gathered:
        """Expected counts at the nodes; as `expectation.expect`, but for what the blocks' windows cut off."""
        indicators = self.indicators
        nodes, groups = len(grid.nodes), len(indicators.table.parts)
        every = _at_nodes(indicators, log_probability, grid, precision)
        columns = every.shape[1]
        powers: Floats = np.vstack([grid.nodes, grid.nodes**2]).astype(precision)
        largest = max(len(block.weight) for block in self.blocks)
        rows_of, turned_of = np.empty(largest * columns, dtype=precision), np.empty(largest * columns, dtype=precision)
        joint_of: Floats = np.empty(largest * nodes, dtype=precision)
        gathered = np.zeros((groups, nodes, columns))
        value, narrowest, cut = 0.0, np.inf, CUT[precision]
        for block in self.blocks:
            size = len(block.weight)
            rows = rows_of[: size * columns].reshape(size, columns)
            turned = turned_of[: size * columns].reshape(columns, size)
            np.copyto(rows, block.chosen)
            np.copyto(turned, block.turned)
            own = every[block.group * nodes : (block.group + 1) * nodes] if len(every) > nodes else every
            first, last = _window(block, grid, cut)
            while True:
                joint = joint_of[: (last - first) * size].reshape(last - first, size)
                np.matmul(own[first:last], turned, out=joint)
                top = joint.max(axis=0)
                joint -= top
                np.maximum(joint, NEGLIGIBLE, out=joint)
                np.exp(joint, out=joint)
                seen = np.flatnonzero(joint.max(axis=1) > cut)
                short = first > 0 and seen[0] == 0, last < nodes and seen[-1] == last - first - 1
                if not any(short):
                    break
                wider = max(2, (last - first) // 4)
                first, last = max(0, first - wider * short[0]), min(nodes, last + wider * short[1])
            block.cut = cut
            block.lowest, block.highest = grid.nodes[first + seen[0]], grid.nodes[first + seen[-1]]
            total = joint.sum(axis=0)
            mean, square = (powers[:, first:last] @ joint) / total
            narrowest = min(narrowest, float((square - mean**2).min()))
            value += float(block.weight @ (top + np.log(total)))
            joint *= (block.weight / total).astype(precision)
            gathered[block.group, first:last] += joint @ rows
        counts, persons = _counted(indicators, log_probability, gathered)
        return Gathered(value, counts, persons, float(np.sqrt(max(narrowest, 0.0))))


def _sorted_blocks(indicators: Indicators) -> list[Block]:
    table, score = indicators.table, standing(indicators.table)
    blocks: list[Block] = []
    for group, part in enumerate(table.parts):
        order = part.start + np.argsort(score[part], kind="stable")
        chosen = np.ones((len(order), indicators.chosen.shape[1] + 1), dtype=np.int8)
        chosen[:, :-1] = indicators.chosen[order]
        blocks += _blocks(group, chosen, table.weight[order])
    return blocks


def _blocks(group: int, chosen: SmallIntegers, weight: FloatArray) -> list[Block]:
    rows = [slice(start, start + BLOCK) for start in range(0, len(chosen), BLOCK)]
    return [Block(group, chosen[own], np.ascontiguousarray(chosen[own].T), weight[own]) for own in rows]


def standing(table: ResponseTable) -> npt.NDArray[np.int16]:
    """Where each row stands: the mean share of the points it was offered, in ten-thousandths (few digits are quickly sorted).

    Examples
    --------
    >>> from assess.psychometrics.irt.table import response_table
    >>> rows, each = np.array([[1, 2], [1, 0], [-1, 1]], dtype=np.int8), np.ones((2, 3), dtype=np.int64)
    >>> standing(response_table(rows, np.array([2, 3]), each)).tolist()
    [10000, 5000, 5000]
    """
    share = (1e4 / np.maximum(table.counts - 1, 1)).astype(np.float32)
    found = np.empty(len(table.categories), dtype=np.int16)
    for start in range(0, len(found), BLOCK):
        block = table.categories[start : start + BLOCK].astype(np.float32)
        answered = np.float32(block.shape[1]) if table.complete else np.maximum((block >= 0).sum(axis=1), 1)
        found[start : start + BLOCK] = np.rint(np.maximum(block, 0) @ share / answered)
    return found


def _window(block: Block, grid: Grid, cut: float) -> tuple[int, int]:
    """The nodes to look at: those of the last visit and some beside."""
    beside = BESIDE if block.cut <= cut else FURTHER
    first, last = np.searchsorted(grid.nodes, (block.lowest, block.highest))
    return max(0, int(first) - beside), min(len(grid.nodes), int(last) + beside + 1)


def _at_nodes(indicators: Indicators, log_probability: FloatArray, grid: Grid, precision: Precision) -> Floats:
    """nodes (of each group, where these differ) × columns: what a chosen category adds to the log-likelihood; the last column is
    the log weight of the node and what everybody has in common."""
    log_odds = log_probability[indicators.item, indicators.category] - log_probability[indicators.item, 0]
    offset = np.tile(grid.log_weight, log_probability.shape[2] // len(grid.nodes))
    if indicators.complete:
        offset += log_probability[:, 0].sum(axis=0)
        return np.ascontiguousarray(np.vstack([log_odds, offset]).T, dtype=precision)
    return np.ascontiguousarray(np.vstack([log_odds, log_probability[:, 0], offset]).T, dtype=precision)


def _counted(
    indicators: Indicators, log_probability: FloatArray, gathered: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Items × categories × nodes the expected number of answers, and groups × nodes that of persons."""
    groups, nodes, columns = gathered.shape
    at_each = gathered.reshape(groups * nodes, columns)
    if log_probability.shape[2] == nodes:  # the groups have their nodes in common
        at_each = gathered.sum(axis=0)
    steps = len(indicators.item)
    counts = np.zeros_like(log_probability)
    counts[indicators.item, indicators.category] = at_each[:, :steps].T
    answering = at_each[:, -1] if indicators.complete else at_each[:, steps:-1].T
    counts[:, 0] = answering - counts.sum(axis=1)
    return np.maximum(counts, 0.0), gathered[:, :, -1]
