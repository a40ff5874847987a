"""Variance components from sums of squares, for balanced and for unbalanced designs."""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.gtheory.design import Codes, Design, Effect, Records
from assess.psychometrics.responses import FloatArray


@dataclass(frozen=True, eq=False)
class Layout:
    """The scores sorted by effect. The last effect is the residual: one level per score."""

    design: Design
    effects: tuple[Effect, ...]
    scores: FloatArray
    groups: tuple[Codes, ...]

    @classmethod
    def of(cls, records: Records, design: Design, effects: tuple[Effect, ...]) -> "Layout":
        """Sort the scores; `effects` ends with the residual."""
        groups = tuple(records.groups(effect.facets) for effect in effects[:-1])
        rows = np.arange(len(records.scores), dtype=np.int64)
        return cls(design=design, effects=effects, scores=records.scores, groups=(*groups, rows))

    @property
    def levels(self) -> tuple[int, ...]:
        """How many levels each effect has."""
        return tuple(int(codes.max(initial=-1)) + 1 for codes in self.groups)

    @property
    def counts(self) -> tuple[FloatArray, ...]:
        """How many scores each level of each effect has."""
        return tuple(np.bincount(codes).astype(np.float64) for codes in self.groups)

    def forms(self, scores: FloatArray) -> FloatArray:
        """Σ n·(mean of the level − grand mean)² of each effect."""
        centred = scores - scores.mean()
        return np.array(
            [
                float((np.bincount(codes, weights=centred) ** 2 / count).sum())
                for codes, count in zip(self.groups, self.counts, strict=True)
            ]
        )

    @property
    def complete(self) -> bool:
        """Whether all effects of the design are here and every level of each has equally many scores."""
        if {effect.facets for effect in self.effects} != {effect.facets for effect in self.design.effects}:
            return False
        if any(np.ptp(count) > 0 for count in self.counts):
            return False
        sets = {effect.facets: levels for effect, levels in zip(self.effects, self.levels, strict=True)}
        if len(self.effects) != len(sets):  # replicated cells: the residual is one more effect of all facets
            sets[self.effects[-2].facets] = self.levels[-2]
        size = {}
        for facet in self.design.facets:
            whole = self.design.closure(frozenset((facet,)))
            size[facet] = sets[whole] / sets.get(whole - {facet}, 1)
        return all(levels == round(float(np.prod([size[f] for f in facets]))) for facets, levels in sets.items())


@dataclass(frozen=True, eq=False)
class Table:
    """An analysis of variance: mean squares are `expected` @ components in expectation; effects in the layout's order."""

    df: FloatArray
    sums: FloatArray
    expected: FloatArray

    @property
    def mean_squares(self) -> FloatArray:
        """Sums of squares by degrees of freedom."""
        return self.sums / self.df


def table(layout: Layout) -> Table:
    r"""The analysis of variance of a complete (balanced) design.

    Notes
    -----
    The sum of squares of an effect is Σ n·(mean of its level − grand mean)² less the sums of squares of the effects
    within it, degrees of freedom likewise. E(MS) of an effect adds to the residual, for each effect that contains it,
    the component times the number of scores per level of that effect.
    """
    totals = layout.forms(layout.scores)
    sums, df = np.zeros(len(totals)), np.zeros(len(totals))
    count, levels = len(layout.effects), layout.levels
    below = [[j for j in range(i) if layout.effects[j].facets <= layout.effects[i].facets] for i in range(count)]
    for i in range(count):
        sums[i] = totals[i] - sums[below[i]].sum()
        df[i] = levels[i] - 1 - df[below[i]].sum()
    expected = np.zeros((count, count))
    for j in range(count):
        for i in [*below[j], j]:
            expected[i, j] = len(layout.scores) / levels[j]
    sums[np.abs(sums) < 1e-13 * totals[-1]] = 0.0  # rounding of sums that cancel
    return Table(df=df, sums=sums, expected=expected)


def analogous(layout: Layout) -> tuple[FloatArray, FloatArray]:
    r"""Quadratic forms of an unbalanced design and the coefficients of the components in their expectation.

    Notes
    -----
    Henderson's method I, Brennan's analogous analysis of variance: T(α) = Σ n_a·(mean of level a − grand mean)²,
    E T(α) = Σ_β σ²(β)·[Σ_ab n_ab²/n_a − Σ_b n_b²/N]. As many equations as components; with a complete design they
    give the analysis of variance.
    """
    counts, levels = layout.counts, layout.levels
    total = layout.forms(layout.scores)
    size = float(len(layout.scores))
    coefficients = np.zeros((len(total), len(total)))
    for i, mine in enumerate(layout.groups):
        for j, other in enumerate(layout.groups):
            _, first, shared = np.unique(mine * levels[j] + other, return_index=True, return_counts=True)
            coefficients[i, j] = (shared**2.0 / counts[i][mine[first]]).sum() - (counts[j] ** 2).sum() / size
    return total, coefficients
