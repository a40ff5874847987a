"""The normal equations of a many-facet model, never as a design matrix: sums over ratings by pairs of elements.

Two elements meet in some ratings; what they contribute to the information matrix is the sum of the ratings' variances.
These sums are counts by code (`np.bincount`), dense where elements meet nearly everywhere and sparse where they hardly
meet. The equations are solved by conjugate gradients (Hestenes & Stiefel 1952, Journal of Research of the National Bureau
of Standards 49, 409–436) within the directions that are free.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from assess.psychometrics.facets.records import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray

Matrix: TypeAlias = Any  # a FloatArray, or a sparse array with as many rows and columns
SPARSE_FROM = 40_000
DENSE_UP_TO = 600


class Crossing:
    """Where two facets meet, and sums of any weights over their meetings."""

    def __init__(self, row: IntArray, column: IntArray, shape: tuple[int, int]) -> None:
        self.shape = shape
        code = row.astype(np.int64) * shape[1] + column
        self.dense = shape[0] * shape[1] <= max(SPARSE_FROM, len(row) // 2)
        if self.dense:
            self.place: IntArray = code.astype(np.int32)
            return
        met, place = np.unique(code, return_inverse=True)
        self.place = place.reshape(-1).astype(np.int32)
        self.column = (met % shape[1]).astype(np.int32)
        self.start = np.searchsorted(met, np.arange(shape[0] + 1) * shape[1]).astype(np.int32)

    def sum(self, weight: FloatArray) -> Matrix:
        """rows × columns: the sum of the weights where they meet."""
        if self.dense:
            size = self.shape[0] * self.shape[1]
            return np.bincount(self.place, weights=weight, minlength=size).reshape(self.shape)
        data = np.bincount(self.place, weights=weight, minlength=len(self.column))
        return sparse.csr_array((data, self.column, self.start), shape=self.shape)


@dataclass(frozen=True, eq=False)
class Layout:
    """The parameters of a model: one block per facet, then the free category offsets of every group of steps.

    Attributes
    ----------
    codes, sizes
        Element of each row in every block, and how many there are.
    signs
        +1 for persons, −1 for what makes ratings lower.
    group
        Group of steps of each row.
    free
        groups × categories: which offsets are estimated.
    held
        For each block the elements that do not move.
    centred
        Whether the free elements of the block sum to zero.
    """

    codes: tuple[IntArray, ...]
    sizes: tuple[int, ...]
    signs: tuple[int, ...]
    group: IntArray
    free: BoolArray
    held: tuple[BoolArray, ...]
    centred: tuple[bool, ...]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each block begins, and where the offsets begin."""
        return (0, *(int(end) for end in np.cumsum(self.sizes)))

    @property
    def parameters(self) -> int:
        """Length of the parameter vector."""
        return self.starts[-1] + int(self.free.sum())

    @cached_property
    def crossings(self) -> dict[tuple[int, int], Crossing]:
        """Of every two blocks."""
        blocks = range(len(self.codes))
        return {
            (a, b): Crossing(self.codes[a], self.codes[b], (self.sizes[a], self.sizes[b]))
            for a in blocks
            for b in blocks
            if a < b
        }

    @cached_property
    def with_groups(self) -> tuple[Crossing, ...]:
        """Of every block and the groups of steps."""
        groups = len(self.free)
        return tuple(
            Crossing(code, self.group, (size, groups)) for code, size in zip(self.codes, self.sizes, strict=True)
        )

    def apart(self, vector: FloatArray) -> tuple[list[FloatArray], FloatArray]:
        """The blocks of a parameter vector, and groups × categories of offsets (0 where not free)."""
        blocks = [vector[start : start + size] for start, size in zip(self.starts, self.sizes, strict=False)]
        offsets = np.zeros(self.free.shape)
        offsets[self.free] = vector[self.starts[-1] :][: int(self.free.sum())]
        return blocks, offsets

    def allowed(self, vector: FloatArray) -> FloatArray:
        """The part of a direction along which the parameters may move."""
        found = vector.copy()
        for start, size, held, centred in zip(self.starts, self.sizes, self.held, self.centred, strict=False):
            block = found[start : start + size]
            block[held] = 0.0
            if centred and not held.all():
                block[~held] -= block[~held].mean()
        return found


@dataclass(frozen=True, eq=False)
class Curvature:
    """What the information matrix is made of: of each row, and of each group of steps.

    Attributes
    ----------
    variance
        Of each row's rating.
    covariance
        categories × rows: of the rating and of being in the category.
    product
        groups × categories × categories: covariance of being in one and in another category, summed.
    """

    variance: FloatArray
    covariance: FloatArray
    product: FloatArray


def information(layout: Layout, curvature: Curvature) -> Matrix:
    """Minus the second derivatives of the log-likelihood, parameters × parameters."""
    blocks, categories = len(layout.codes), layout.free.shape[1]
    table: list[list[Matrix]] = [[None] * (blocks + 1) for _ in range(blocks + 1)]
    for b, (code, size) in enumerate(zip(layout.codes, layout.sizes, strict=True)):
        diagonal = np.bincount(code, weights=curvature.variance, minlength=size)
        table[b][b] = sparse.diags_array(diagonal).tocsr()
    for (a, b), crossing in layout.crossings.items():
        found = crossing.sum(layout.signs[a] * layout.signs[b] * curvature.variance)
        table[a][b], table[b][a] = found, found.T
    if layout.free.any():
        for b, crossing in enumerate(layout.with_groups):
            parts = [crossing.sum(layout.signs[b] * curvature.covariance[k]) for k in range(categories)]
            columns = [parts[k][:, [g]] for g, k in zip(*np.nonzero(layout.free), strict=True)]
            found = _side_by_side(columns)
            table[b][blocks], table[blocks][b] = found, found.T
        table[blocks][blocks] = _within_groups(layout, curvature.product)
    else:
        table = [row[:blocks] for row in table[:blocks]]
    if layout.parameters <= DENSE_UP_TO:
        return np.block([[_dense(part) for part in row] for row in table])
    return sparse.block_array([[sparse.csr_array(part) for part in row] for row in table], format="csr")


def _dense(part: Matrix) -> FloatArray:
    return np.asarray(part.toarray() if sparse.issparse(part) else part)


def _side_by_side(columns: Sequence[Matrix]) -> Matrix:
    if sparse.issparse(columns[0]):
        return sparse.hstack(columns, format="csr")
    return np.hstack(columns)


def _within_groups(layout: Layout, product: FloatArray) -> FloatArray:
    group, category = np.nonzero(layout.free)
    same = group[:, None] == group[None, :]
    return np.where(same, product[group[:, None], category[:, None], category[None, :]], 0.0)


def uphill(
    times: Callable[[FloatArray], FloatArray],
    diagonal: FloatArray,
    gradient: FloatArray,
    allowed: Callable[[FloatArray], FloatArray],
    *,
    precision: float,
    most: int = 500,
) -> FloatArray:
    """Solve information · direction = gradient within the allowed directions.

    Stops early where the matrix bends the wrong way; the direction then still leads uphill.
    """
    scale = 1.0 / np.maximum(diagonal, 1e-10)

    def preconditioned(residual: FloatArray) -> FloatArray:
        return allowed(scale * residual)

    residual = allowed(gradient)
    direction = np.zeros_like(residual)
    search = preconditioned(residual)
    length = float(residual @ search)
    goal = precision**2 * length
    for _ in range(most):
        if not length > max(goal, 0.0):
            break
        image = allowed(times(search))
        bend = float(search @ image)
        if bend <= 0.0:
            return direction if direction.any() else search
        step = length / bend
        direction += step * search
        residual -= step * image
        nearer = preconditioned(residual)
        following = float(residual @ nearer)
        search = nearer + (following / length) * search
        length = following
    return direction
