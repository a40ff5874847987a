"""Newton–Raphson with the exact Hessian on score groups, for models whose slope is one for all items."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt.groups import ScoreGroups
from assess.psychometrics.irt.likelihood import REACH, Likelihood, MarginalModel, quadrature
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray

POINTS = 61
MOST_POINTS = 2000
MOST_ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class Part:
    """One group of persons, with its steps and log sd linear in the parameters: (steps, log sd) = basis · parameters + offset.

    A group's mean ability m is in its steps: the likelihood depends on them as on steps lower by m.

    Attributes
    ----------
    reached
        For each step, how many persons of the group reached it.
    """

    groups: ScoreGroups
    reached: FloatArray
    basis: FloatArray
    offset: FloatArray


@dataclass(frozen=True, eq=False)
class Together:
    """All groups' likelihoods in common parameters, with normal priors on some of these.

    Attributes
    ----------
    precision
        1/variance of each parameter's prior; 0 where there is none.
    centre
        Its mean.
    """

    models: tuple[tuple[MarginalModel, Part], ...]
    precision: FloatArray
    centre: FloatArray

    def log_prior(self, parameters: FloatArray) -> float:
        """Log prior density, without constants."""
        return -float(self.precision @ (parameters - self.centre) ** 2) / 2

    def log_likelihood(self, parameters: FloatArray) -> float:
        """Log-likelihood and log prior together, for step-length control."""
        own = (model.log_likelihood(part.basis @ parameters + part.offset) for model, part in self.models)
        return sum(own) + self.log_prior(parameters)

    def evaluate(self, parameters: FloatArray) -> Likelihood:
        """The same with gradient and Hessian."""
        value = self.log_prior(parameters)
        gradient = -self.precision * (parameters - self.centre)
        hessian = -np.diag(self.precision)
        narrowest = np.inf
        for model, part in self.models:
            at = model.evaluate(part.basis @ parameters + part.offset)
            value += at.value
            gradient = gradient + part.basis.T @ at.gradient
            hessian = hessian + part.basis.T @ at.hessian @ part.basis
            narrowest = min(narrowest, at.narrowest_posterior)
        return Likelihood(value=value, gradient=gradient, hessian=hessian, narrowest_posterior=narrowest)


@dataclass(frozen=True, eq=False)
class NewtonFit:
    """Where Newton's method ended, on how many quadrature points, and how much of the value there is prior."""

    parameters: FloatArray
    at: Likelihood
    log_prior: float
    iterations: int
    points: int
    converged: bool


def fit_steps(
    layout: StepLayout,
    parts: Sequence[Part],
    start: FloatArray,
    *,
    precision: FloatArray | None = None,
    centre: FloatArray | None = None,
) -> NewtonFit:
    """Maximise the marginal likelihood; the quadrature is refined until its spacing is within the narrowest posterior."""
    parameters, iterations, points = start, 0, POINTS
    nothing = np.zeros(len(start))
    persons = float(sum(part.groups.persons.sum() for part in parts))
    while True:
        models = tuple(
            (MarginalModel(layout=layout, groups=part.groups, reached=part.reached, nodes=quadrature(points)), part)
            for part in parts
        )
        summit = Together(models, nothing if precision is None else precision, nothing if centre is None else centre)
        parameters, at, steps, converged = _newton(summit, parameters, persons)
        iterations += steps
        # the rectangle rule is exact to 1e-8 for a normal curve whose standard deviation is the spacing
        if not converged or 2 * REACH / (points - 1) <= at.narrowest_posterior or points > MOST_POINTS:
            return NewtonFit(parameters, at, summit.log_prior(parameters), iterations, points, converged)
        points = 2 * points - 1


def _newton(model: Together, start: FloatArray, persons: float) -> tuple[FloatArray, Likelihood, int, bool]:
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
