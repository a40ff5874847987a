"""Newton–Raphson with the exact Hessian on score groups, for models whose slope is one for all items."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assess.psychometrics.irt.groups import ScoreGroups
from assess.psychometrics.irt.likelihood import REACH, Likelihood, MarginalModel, quadrature
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray

POINTS = 61
MOST_POINTS = 2000
MOST_ITERATIONS = 100


class Summit(Protocol):
    """Something to climb, with derivatives."""

    def log_likelihood(self, parameters: FloatArray) -> float: ...

    def evaluate(self, parameters: FloatArray) -> Likelihood: ...


@dataclass(frozen=True, eq=False)
class Restricted:
    """Step difficulties that are linear in fewer parameters: (steps, log sd) = basis · parameters."""

    model: MarginalModel
    basis: FloatArray

    def log_likelihood(self, parameters: FloatArray) -> float:
        return self.model.log_likelihood(self.basis @ parameters)

    def evaluate(self, parameters: FloatArray) -> Likelihood:
        at = self.model.evaluate(self.basis @ parameters)
        return Likelihood(
            value=at.value,
            gradient=self.basis.T @ at.gradient,
            hessian=self.basis.T @ at.hessian @ self.basis,
            narrowest_posterior=at.narrowest_posterior,
        )


@dataclass(frozen=True, eq=False)
class NewtonFit:
    """Where Newton's method ended, and on how many quadrature points."""

    parameters: FloatArray
    at: Likelihood
    iterations: int
    points: int
    converged: bool


def fit_steps(
    layout: StepLayout, groups: ScoreGroups, reached: FloatArray, start: FloatArray, basis: FloatArray | None = None
) -> NewtonFit:
    """Maximise the marginal likelihood; the quadrature is refined until its spacing is within the narrowest posterior."""
    parameters, iterations, points = start, 0, POINTS
    while True:
        model = MarginalModel(layout=layout, groups=groups, reached=reached, nodes=quadrature(points))
        summit: Summit = model if basis is None else Restricted(model, basis)
        parameters, at, steps, converged = _newton(summit, parameters, float(groups.persons.sum()))
        iterations += steps
        # the rectangle rule is exact to 1e-8 for a normal curve whose standard deviation is the spacing
        if not converged or 2 * REACH / (points - 1) <= at.narrowest_posterior or points > MOST_POINTS:
            return NewtonFit(parameters, at, iterations, points, converged)
        points = 2 * points - 1


def _newton(model: Summit, start: FloatArray, persons: float) -> tuple[FloatArray, Likelihood, int, bool]:
    parameters, at = start, model.evaluate(start)
    tolerance = 1e-8 * persons
    for iteration in range(MOST_ITERATIONS):
        if np.abs(at.gradient).max() < tolerance:
            return parameters, at, iteration, True
        direction = _uphill(at)
        length = min(1.0, 2.0 / float(np.abs(direction).max()))
        while length > 1e-8 and not model.log_likelihood(parameters + length * direction) >= at.value - 1e-10 * abs(
            at.value
        ):
            length /= 2
        parameters = parameters + length * direction
        at = model.evaluate(parameters)
    return parameters, at, MOST_ITERATIONS, False


def _uphill(at: Likelihood) -> FloatArray:
    """The Newton direction, with the Hessian made negative definite when it is not."""
    values, vectors = np.linalg.eigh(-at.hessian)
    floor = 1e-8 * float(np.abs(values).max())
    return np.asarray(vectors @ ((vectors.T @ at.gradient) / np.maximum(np.abs(values), floor)))
