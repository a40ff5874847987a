"""Marginal maximum likelihood: persons are a sample from a normal population whose mean and spread are estimated.

log L = Σ_p log ∫ Π_r P(x_pr | θ) φ(θ; μ, σ²) dθ, the integral by evenly spaced nodes on μ ± 6σ. The gradient is that of
the expected complete data (Bock & Aitkin 1981, Psychometrika 46, 443–459); the information is what complete data would
have less what is missing (Louis 1982, Journal of the Royal Statistical Society B 44, 226–233), the covariance of each
person's score over the posterior: computed over the nodes when the table is small, else from the slope of the score at
the posterior mean.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from assess.psychometrics.facets.ascent import Summit, climb
from assess.psychometrics.facets.categories import scale_at
from assess.psychometrics.facets.cells import Cells
from assess.psychometrics.facets.equations import Crossing, Curvature, Matrix, information, uphill
from assess.psychometrics.facets.joint import BLOCK
from assess.psychometrics.irt.expectation import Grid, points_for
from assess.psychometrics.responses import BoolArray, FloatArray

POINTS = 41
MOST_ITERATIONS = 200
# persons × nodes × parameters up to which the missing information is summed over the nodes at every step
SMALL = 200_000
# persons × nodes up to which the posterior of every place of the climb is kept
HELD = 1_000_000
# the same × parameters, for the standard errors at the end
AFFORDABLE = 3e9
NARROWEST_POPULATION = -4.0
SMALLEST = 1e-6
# nodes one posterior standard deviation apart: the sum over nodes is then the integral to nine digits
CLOSER = 0.8


@dataclass(frozen=True, eq=False)
class MarginalPlace:
    """The marginal likelihood at some parameters: facets, offsets, μ, log σ."""

    model: "MarginalModel"
    parameters: FloatArray
    log_likelihood: float
    gradient: FloatArray
    curvature: Curvature
    held: FloatArray | None
    mean: FloatArray
    spread: FloatArray
    diagonal: FloatArray

    @property
    def nodes(self) -> int:
        """Number of nodes of the integral."""
        return len(self.model.grid.nodes)

    @cached_property
    def posterior(self) -> FloatArray:
        """persons × nodes: each person's distribution. A large one is computed again when asked for."""
        return self.model.posterior(self.parameters) if self.held is None else self.held

    @property
    def steepness(self) -> float:
        """Largest allowed gradient in (complete-data) standard errors."""
        movable = self.diagonal > 0
        slope = np.abs(self.model.allowed(self.gradient)[movable])
        return float((slope / np.sqrt(self.diagonal[movable])).max(initial=0.0))

    @cached_property
    def complete(self) -> Matrix:
        """Information on facets and offsets if abilities were known."""
        return information(self.model.cells.layout, self.curvature)

    @cached_property
    def of_population(self) -> FloatArray:
        """Information on μ and log σ if abilities were known."""
        _, _, mu, sigma = self.model.apart(self.parameters)
        persons = float(len(self.mean))
        centred = self.mean - mu
        squares = float((centred**2 + self.spread**2).sum()) / sigma**2
        cross = 2 * float(centred.sum()) / sigma**2
        return np.array([[persons / sigma**2, cross], [cross, 2 * squares]])

    @property
    def exact(self) -> bool:
        """Whether steps use the exact information; else its missing part is linearised."""
        return len(self.mean) * self.nodes * len(self.parameters) <= SMALL

    def direction(self, gradient: FloatArray) -> FloatArray:
        """Newton's step."""
        allowed = self.model.allowed
        precision = min(0.05, max(1e-6, 0.1 * self.steepness))
        if self.exact:
            matrix = self.observed_information()
            return uphill(lambda x: matrix @ x, self.diagonal, gradient, allowed, precision=precision)
        slopes, spread = self.slopes, self.spread**2
        complete, population = self.complete, self.of_population

        def times(x: FloatArray) -> FloatArray:
            known = np.concatenate([complete @ x[:-2], population @ x[-2:]])
            return np.asarray(known - slopes.T @ (spread * (slopes @ x)))

        return uphill(times, self.diagonal, gradient, allowed, precision=precision)

    def cautious(self) -> FloatArray:
        """The gradient over the complete-data information of each parameter alone."""
        return self.model.allowed(self.gradient / np.maximum(self.diagonal, 1e-10))

    @cached_property
    def slopes(self) -> sparse.csr_array:
        """persons × parameters: derivative of the person's score with respect to ability, at the posterior mean."""
        model, cells = self.model, self.model.cells
        layout = cells.rating_layout
        blocks, offsets, mu, sigma = model.apart(self.parameters)
        location = cells.location(blocks)
        groups, count = len(layout.free), len(cells.value)
        interior = np.flatnonzero(layout.free.any(axis=0))
        variance, covariance = np.empty(count), {int(k): np.empty(count) for k in interior}
        for start in range(0, count, BLOCK):
            rows = slice(start, min(start + BLOCK, count))
            distance = self.mean[cells.person[rows]] - location[cells.cell[rows]]
            by_row = offsets[0][:, None] if groups == 1 else np.ascontiguousarray(offsets.T)[:, layout.group[rows]]
            scale = scale_at(distance, by_row)
            variance[rows] = scale.variance
            for k, found in covariance.items():
                found[rows] = scale.covariance(k)
        parts = [sparse.csr_array(crossing.sum(variance)) for crossing in model.of_persons[:-1]]
        if layout.free.any():
            by_group = {k: sparse.csc_array(model.of_persons[-1].sum(-part)) for k, part in covariance.items()}
            parts += [by_group[int(k)][:, [g]] for g, k in zip(*np.nonzero(layout.free), strict=True)]
        ends = np.column_stack([np.full(len(self.mean), 1 / sigma**2), 2 * (self.mean - mu) / sigma**2])
        return sparse.hstack([*parts, sparse.csr_array(ends)], format="csr")

    def linearised_information(self) -> FloatArray:
        """The observed information with the missing part from `slopes`, parameters × parameters."""
        weighted = sparse.diags_array(self.spread) @ self.slopes
        return np.asarray(self._with_population() - (weighted.T @ weighted).toarray())

    def linearised_diagonal(self) -> FloatArray:
        """Its diagonal alone."""
        return np.asarray(self.diagonal - self.slopes.power(2).T @ self.spread**2)

    def observed_information(self) -> FloatArray:
        """The observed information, parameters × parameters."""
        return self._with_population() - self.model.missing_information(self)

    def _with_population(self) -> FloatArray:
        number = len(self.parameters)
        found = np.zeros((number, number))
        complete = self.complete
        found[:-2, :-2] = complete.toarray() if sparse.issparse(complete) else complete
        found[-2:, -2:] = self.of_population
        return found


class MarginalModel:
    """The likelihood of ratings of a population."""

    def __init__(self, cells: Cells, offsets: FloatArray, points: int = POINTS) -> None:
        self.cells = cells
        self.fixed = np.where(cells.layout.free, 0.0, offsets)
        self.grid = Grid(points)

    @cached_property
    def of_persons(self) -> tuple[Crossing, ...]:
        """Of persons with the elements of every block, then with the groups of steps."""
        layout = self.cells.rating_layout
        return tuple(
            Crossing(self.cells.person, code, (self.cells.persons, size))
            for code, size in zip((*layout.codes, layout.group), (*layout.sizes, len(layout.free)), strict=True)
        )

    def refined(self, points: int) -> "MarginalModel":
        """The same model on more nodes."""
        return MarginalModel(self.cells, self.fixed, points)

    def apart(self, parameters: FloatArray) -> tuple[list[FloatArray], FloatArray, float, float]:
        """Measures of each facet, offsets, μ and σ."""
        blocks, offsets = self.cells.layout.apart(parameters)
        return blocks, self.fixed + offsets, float(parameters[-2]), float(np.exp(parameters[-1]))

    def allowed(self, direction: FloatArray) -> FloatArray:
        """The part of a direction along which the parameters may move; σ not below exp(−4)."""
        return self.cells.layout.allowed(direction)

    def visit(self, parameters: FloatArray) -> MarginalPlace:
        """Likelihood, gradient and what the information is made of."""
        cells, layout = self.cells, self.cells.layout
        parameters = parameters.copy()
        parameters[-1] = max(parameters[-1], NARROWEST_POPULATION)
        blocks, offsets, mu, sigma = self.apart(parameters)
        theta, location = mu + sigma * self.grid.nodes, cells.location(blocks)
        posterior, log_marginal = self._posterior(theta, location, offsets)
        mean = posterior @ theta
        deviation = theta - mu
        squares = posterior @ deviation**2
        spread = np.sqrt(np.maximum(squares - (mean - mu) ** 2, 0.0))
        expected_points, curvature, expected = self._gathered(theta, location, offsets, posterior)
        residual = cells.points - expected_points
        gradient = np.concatenate(
            [
                *(
                    -np.bincount(code, weights=residual, minlength=size)
                    for code, size in zip(layout.codes, layout.sizes, strict=True)
                ),
                (cells.observed - expected)[layout.free],
                [float((mean - mu).sum()) / sigma**2, float((squares / sigma**2 - 1).sum())],
            ]
        )
        diagonal = np.concatenate(
            [
                *(
                    np.bincount(code, weights=curvature.variance, minlength=size)
                    for code, size in zip(layout.codes, layout.sizes, strict=True)
                ),
                np.einsum("gkk->gk", curvature.product)[layout.free],
                [len(mean) / sigma**2, 2.0 * max(float(squares.sum()) / sigma**2, 1e-12)],
            ]
        )
        if parameters[-1] <= NARROWEST_POPULATION and gradient[-1] < 0:
            gradient[-1] = 0.0
        held = posterior if posterior.size <= HELD else None
        return MarginalPlace(
            self, parameters, float(log_marginal.sum()), gradient, curvature, held, mean, spread, diagonal
        )

    def posterior(self, parameters: FloatArray) -> FloatArray:
        """persons × nodes: the distribution of each person's ability at some parameters."""
        blocks, offsets, mu, sigma = self.apart(parameters)
        return self._posterior(mu + sigma * self.grid.nodes, self.cells.location(blocks), offsets)[0]

    def _posterior(self, theta: FloatArray, location: FloatArray, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        cells = self.cells
        by_rating = offsets[cells.rating_layout.group, cells.value]
        by_rating -= cells.value * location[cells.cell]
        own = np.bincount(cells.person, weights=by_rating, minlength=cells.persons)
        del by_rating  # one number a rating, before one a person and node
        joint = np.outer(cells.score, theta)
        joint += self.grid.log_weight
        for rows, met in cells.blocks:
            joint -= met @ cells.scales(theta, location, offsets, rows).log_total
        top = joint.max(axis=1)
        joint -= top[:, None]
        np.exp(np.maximum(joint, -700.0, out=joint), out=joint)
        total = joint.sum(axis=1)
        joint /= total[:, None]
        return joint, np.log(total) + top + own

    def _gathered(
        self, theta: FloatArray, location: FloatArray, offsets: FloatArray, posterior: FloatArray
    ) -> tuple[FloatArray, Curvature, FloatArray]:
        """Expected points of each cell, the curvature, and expected counts of the categories."""
        cells, layout = self.cells, self.cells.layout
        groups, categories = layout.free.shape
        points, variance = np.empty(cells.number), np.empty(cells.number)
        covariance = np.zeros((categories, cells.number))
        expected, product = np.zeros((groups, categories)), np.zeros((groups, categories, categories))
        interior = np.flatnonzero(layout.free.any(axis=0))
        for rows, met in cells.blocks:
            at, scale = np.asarray(met.T @ posterior), cells.scales(theta, location, offsets, rows)
            points[rows] = (at * scale.expected).sum(axis=1)
            variance[rows] = (at * scale.variance).sum(axis=1)
            for k in interior:
                covariance[k, rows] = (at * scale.covariance(int(k))).sum(axis=1)
            group = layout.group[rows]
            for k in interior:
                share = at * scale.probability[k]
                total = np.bincount(group, weights=share.sum(axis=1), minlength=groups)
                expected[:, k] += total
                product[:, k, k] += total
                for other in interior[interior >= k]:
                    both = np.bincount(group, weights=(share * scale.probability[other]).sum(axis=1), minlength=groups)
                    product[:, k, other] -= both
                    if other > k:
                        product[:, other, k] -= both
        return points, Curvature(variance, covariance, product), expected

    def missing_information(self, at: MarginalPlace) -> FloatArray:
        """Σ over persons of the posterior covariance of the score."""
        cells, layout = self.cells, self.cells.layout
        blocks, offsets, mu, sigma = self.apart(at.parameters)
        theta, location = mu + sigma * self.grid.nodes, cells.location(blocks)
        scale = cells.scales(theta, location, offsets, slice(0, cells.number))
        nodes, number = len(theta), len(at.parameters)
        found = np.zeros((number, number))
        step = max(1, 4_000_000 // (nodes * number))
        standard = (theta - mu) / sigma
        for start in range(0, cells.persons, step):
            rows = slice(start, min(start + step, cells.persons))
            count = rows.stop - rows.start
            parts = [
                (matrix[rows.start * size : rows.stop * size] @ scale.expected).reshape(count, size, nodes)
                for matrix, size in zip(cells.by_block, layout.sizes, strict=False)
            ]
            by_group = cells.by_block[-1][rows.start * len(layout.free) : rows.stop * len(layout.free)]
            for k in np.flatnonzero(layout.free.any(axis=0)):
                own = (by_group @ scale.probability[k]).reshape(count, len(layout.free), nodes)
                parts.append(-own[:, layout.free[:, k]])
            ends = np.broadcast_to(np.array([standard / sigma, standard**2]), (count, 2, nodes))
            score = np.concatenate([*parts, ends], axis=1)
            weight = at.posterior[rows]
            score -= np.einsum("pjq,pq->pj", score, weight)[:, :, None]
            score *= np.sqrt(weight)[:, None, :]
            flat = score.transpose(1, 0, 2).reshape(number, -1)
            found += flat @ flat.T
        order = _category_major(layout.free, layout.starts[-1], number)
        return np.asarray(found[np.ix_(order, order)])


def _category_major(free: BoolArray, first: int, number: int) -> np.ndarray:
    """Where each parameter lies when offsets are listed category by category instead of group by group."""
    group, category = np.nonzero(free)
    place = np.empty(len(group), dtype=np.int64)
    place[np.lexsort((group, category))] = np.arange(len(group))
    return np.concatenate([np.arange(first), first + place, np.arange(first + len(group), number)])


def fit_marginally(cells: Cells, offsets: FloatArray, start: FloatArray) -> tuple[MarginalModel, Summit[MarginalPlace]]:
    """Maximise the marginal likelihood, on as many nodes as the narrowest posterior needs.

    The first number of nodes supposes a population of variance 1 and the most informative distance; between too distant
    nodes a posterior looks narrower than it is, so that nodes are at most doubled at a time.
    """
    usual = scale_at(np.zeros(1), np.where(np.isfinite(offsets), offsets, -np.inf).T[:, [0]]).variance
    most = float(np.bincount(cells.person, minlength=1).max(initial=0))
    model = MarginalModel(cells, offsets, points_for(Grid(POINTS), CLOSER * float(1 / np.sqrt(1 + most * usual[0]))))
    iterations = 0
    while True:
        summit = climb(model.visit, start, most=MOST_ITERATIONS)
        iterations += summit.iterations
        sigma, now = float(np.exp(summit.at.parameters[-1])), len(model.grid.nodes)
        points = points_for(model.grid, CLOSER * max(float(summit.at.spread.min(initial=sigma)) / sigma, SMALLEST))
        if points * CLOSER <= now:
            return model, Summit(summit.at.parameters, summit.at, iterations, summit.converged)
        model, start = model.refined(min(points, 2 * now - 1)), summit.at.parameters
