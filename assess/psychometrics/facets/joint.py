"""Joint maximum likelihood: persons are parameters like all others (Wright & Masters 1982, Rating scale analysis, ch. 4)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.facets.ascent import Summit, climb
from assess.psychometrics.facets.categories import scale_at
from assess.psychometrics.facets.equations import Curvature, Layout, Matrix, information, uphill
from assess.psychometrics.facets.records import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray

BLOCK = 1 << 16
MOST_ITERATIONS = 60


@dataclass(frozen=True, eq=False)
class JointPlace:
    """The joint likelihood at some parameters."""

    layout: Layout
    log_likelihood: float
    gradient: FloatArray
    curvature: Curvature
    diagonal: FloatArray

    @property
    def steepness(self) -> float:
        """Largest allowed gradient in standard errors."""
        movable = self.diagonal > 0
        slope = np.abs(self.layout.allowed(self.gradient)[movable])
        return float((slope / np.sqrt(self.diagonal[movable])).max(initial=0.0))

    def information(self) -> Matrix:
        """Minus the second derivatives; exact, since the model is an exponential family."""
        return information(self.layout, self.curvature)

    @property
    def exact(self) -> bool:
        """The information always is."""
        return True

    def direction(self, gradient: FloatArray) -> FloatArray:
        """Newton's step."""
        matrix = self.information()
        precision = min(0.05, max(1e-6, 0.1 * self.steepness))
        return uphill(lambda x: matrix @ x, self.diagonal, gradient, self.layout.allowed, precision=precision)

    def cautious(self) -> FloatArray:
        """The gradient over the information of each parameter alone."""
        return self.layout.allowed(self.gradient / np.maximum(self.diagonal, 1e-10))


class JointModel:
    """The likelihood of ratings given persons and facets."""

    def __init__(self, layout: Layout, value: IntArray, offsets: FloatArray) -> None:
        self.layout = layout
        self.value = value
        self.fixed = np.where(layout.free, 0.0, offsets)
        groups, categories = layout.free.shape
        self.observed = np.bincount(layout.group * categories + value, minlength=layout.free.size).reshape(
            groups, categories
        )

    def offsets(self, parameters: FloatArray) -> FloatArray:
        """groups × categories, −∞ where a category is not used."""
        return np.asarray(self.fixed + self.layout.apart(parameters)[1])

    def rows(self) -> Iterator[slice]:
        """The ratings, a block at a time."""
        for start in range(0, len(self.value), BLOCK):
            yield slice(start, min(start + BLOCK, len(self.value)))

    def distance(self, parameters: FloatArray, rows: slice) -> FloatArray:
        """η of each rating."""
        blocks, _ = self.layout.apart(parameters)
        found = np.zeros(rows.stop - rows.start)
        for block, code, sign in zip(blocks, self.layout.codes, self.layout.signs, strict=True):
            found += sign * block[code[rows]]
        return found

    def visit(self, parameters: FloatArray) -> JointPlace:
        """Likelihood, gradient and curvature."""
        layout, offsets = self.layout, self.offsets(parameters)
        groups, categories = layout.free.shape
        count = len(self.value)
        value = 0.0
        residual, variance = np.empty(count), np.empty(count)
        covariance = np.zeros((categories, count))  # untouched rows take no memory
        expected, product = np.zeros((groups, categories)), np.zeros((groups, categories, categories))
        interior = np.flatnonzero(layout.free.any(axis=0))
        for rows in self.rows():
            group, rating = layout.group[rows], self.value[rows]
            distance = self.distance(parameters, rows)
            scale = scale_at(distance, offsets[:, [0]] if groups == 0 else _by_row(offsets, group))
            value += float((distance * rating).sum() + offsets[group, rating].sum() - scale.log_total.sum())
            residual[rows] = rating - scale.expected
            variance[rows] = scale.variance
            for k in interior:
                covariance[k, rows] = scale.covariance(int(k))
            add_products(expected, product, scale.probability, group, interior)
        gradient = np.concatenate(
            [
                *(
                    sign * np.bincount(code, weights=residual, minlength=size)
                    for code, size, sign in zip(layout.codes, layout.sizes, layout.signs, strict=True)
                ),
                (self.observed - expected)[layout.free],
            ]
        )
        by_element = [
            np.bincount(code, weights=variance, minlength=size)
            for code, size in zip(layout.codes, layout.sizes, strict=True)
        ]
        diagonal = np.concatenate([*by_element, np.einsum("gkk->gk", product)[layout.free]])
        return JointPlace(layout, value, gradient, Curvature(variance, covariance, product), diagonal)


def _by_row(offsets: FloatArray, group: IntArray) -> FloatArray:
    return offsets[0][:, None] if len(offsets) == 1 else np.ascontiguousarray(offsets.T)[:, group]


def add_products(
    expected: FloatArray, product: FloatArray, probability: FloatArray, group: IntArray, interior: IntArray
) -> None:
    """Add each row's expected counts and the covariances of its categories to its group."""
    groups = len(expected)
    for k in interior:
        total = np.bincount(group, weights=probability[k], minlength=groups)
        expected[:, k] += total
        product[:, k, k] += total
        for other in interior:
            if other >= k:
                both = np.bincount(group, weights=probability[k] * probability[other], minlength=groups)
                product[:, k, other] -= both
                if other > k:
                    product[:, other, k] -= both


def fit_jointly(
    layout: Layout, value: IntArray, offsets: FloatArray, start: FloatArray
) -> tuple[JointModel, Summit[JointPlace]]:
    """Maximise the joint likelihood."""
    model = JointModel(layout, value, offsets)
    return model, climb(model.visit, start, most=MOST_ITERATIONS)


def first_measures(
    layout: Layout, value: IntArray, used: BoolArray, offsets: FloatArray, anchors: list[FloatArray]
) -> FloatArray:
    """Where to begin: each element's log odds of its share of the points it could have, anchors where they are given."""
    lowest = used.argmax(axis=1)[layout.group]
    span = (used.shape[1] - 1 - used[:, ::-1].argmax(axis=1))[layout.group] - lowest
    blocks = []
    for code, size, sign, held, centred, anchor in zip(
        layout.codes, layout.sizes, layout.signs, layout.held, layout.centred, anchors, strict=True
    ):
        points = np.bincount(code, weights=value - lowest, minlength=size) + 0.25
        most = np.bincount(code, weights=span, minlength=size) + 0.5
        block = sign * np.log(points / (most - points))
        if centred and not held.all():
            block[~held] -= block[~held].mean()
        elif sign < 0:
            block = np.zeros(size)
        block[held] = anchor[held]
        blocks.append(block)
    return np.concatenate([*blocks, offsets[layout.free]])
