"""Ratings of a population of persons, gathered by what was rated: a cell is a combination of all facets but the person.

36,000 persons and 1.3 million ratings are 99,000 cells, and the curves of a cell are computed once for all persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from assess.psychometrics.facets.categories import Scale, scale_at
from assess.psychometrics.facets.equations import Layout
from assess.psychometrics.facets.records import Code, IntArray
from assess.psychometrics.responses import FloatArray

BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells, and who was rated in them.

    Attributes
    ----------
    layout
        The facets' parameters, one row per cell.
    rating_layout
        The same, one row per rating.
    cell, person, value
        Of each rating.
    persons
        Number of persons.
    """

    layout: Layout
    rating_layout: Layout
    cell: IntArray
    person: IntArray
    value: IntArray
    persons: int

    @classmethod
    def of(cls, layout: Layout, person: IntArray, persons: int, value: IntArray) -> "Cells":
        """Gather ratings; `layout` has one row per rating and no block of persons."""
        together = layout.codes[0].astype(np.int64)
        for code, size in zip(layout.codes[1:], layout.sizes[1:], strict=True):
            together = together * size + code
            if int(together.max(initial=0)) > len(together) * 8:
                together = np.unique(together, return_inverse=True)[1].reshape(-1)
        _, first, cell = np.unique(together, return_index=True, return_inverse=True)
        cell = cell.reshape(-1)
        by_cell = Layout(
            codes=tuple(code[first] for code in layout.codes),
            sizes=layout.sizes,
            signs=layout.signs,
            group=layout.group[first],
            free=layout.free,
            held=layout.held,
            centred=layout.centred,
        )
        return cls(by_cell, layout, cell.astype(Code), person, value, persons)

    @property
    def number(self) -> int:
        """How many cells there are."""
        return len(self.layout.group)

    @property
    def met(self) -> sparse.csr_array:
        """persons × cells: number of ratings."""
        once = np.ones(len(self.cell))
        return sparse.coo_array((once, (self.person, self.cell)), shape=(self.persons, self.number)).tocsr()

    @cached_property
    def points(self) -> FloatArray:
        """Sum of the ratings in each cell."""
        return np.asarray(np.bincount(self.cell, weights=self.value, minlength=self.number), dtype=np.float64)

    @cached_property
    def score(self) -> FloatArray:
        """Sum of each person's ratings."""
        return np.asarray(np.bincount(self.person, weights=self.value, minlength=self.persons), dtype=np.float64)

    @cached_property
    def observed(self) -> FloatArray:
        """groups × categories: how often each category occurs."""
        groups, categories = self.layout.free.shape
        code = self.rating_layout.group * categories + self.value
        return np.bincount(code, minlength=groups * categories).reshape(groups, categories).astype(np.float64)

    @cached_property
    def by_block(self) -> tuple[sparse.csr_array, ...]:
        """For each block (persons × elements) × cells: number of ratings."""
        blocks = zip((*self.layout.codes, self.layout.group), (*self.layout.sizes, len(self.layout.free)), strict=True)
        met = self.met.tocoo()
        return tuple(
            sparse.coo_array(
                (met.data, (met.row * size + code[met.col], met.col)), shape=(self.persons * size, self.number)
            ).tocsr()
            for code, size in blocks
        )

    def location(self, blocks: Sequence[FloatArray]) -> FloatArray:
        """Sum of the measures of each cell's elements."""
        found = np.zeros(self.number)
        for block, code in zip(blocks, self.layout.codes, strict=True):
            found += block[code]
        return found

    def scales(self, theta: FloatArray, location: FloatArray, offsets: FloatArray, cells: slice) -> Scale:
        """Categories of some cells at each ability: categories × cells × abilities."""
        return scale_at(theta - location[cells, None], offsets.T[:, self.layout.group[cells], None])

    @cached_property
    def blocks(self) -> tuple[tuple[slice, sparse.csr_array], ...]:
        """Some cells at a time, and who was rated in them (persons × cells)."""
        if self.number <= BLOCK:
            return ((slice(0, self.number), self.met),)
        by_cell = self.met.tocsc()
        rows = [slice(start, min(start + BLOCK, self.number)) for start in range(0, self.number, BLOCK)]
        return tuple((part, by_cell[:, part].tocsr()) for part in rows)
