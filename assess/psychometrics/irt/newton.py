"""Newton–Raphson with the exact Hessian on score groups, for models whose slope is one for all items."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import lapack

from assess.psychometrics.irt.groups import ScoreGroups
from assess.psychometrics.irt.likelihood import REACH, Likelihood, MarginalModel, quadrature
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray

POINTS = 61
MOST_POINTS = 2000
MOST_ITERATIONS = 100
# curvature of a direction, as a part of the steepest, below which it counts as flat
FLATTEST = 1e-8


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

    @cached_property
    def plain(self) -> bool:
        """Whether the parameters are the steps and the log sd themselves."""
        rows, columns = self.basis.shape
        return rows == columns and bool((self.basis == np.eye(rows)).all())


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

    def evaluate(self, parameters: FloatArray) -> Likelihood:
        """Log-likelihood and log prior together, with gradient and Hessian."""
        value = self.log_prior(parameters)
        gradient = -self.precision * (parameters - self.centre)
        hessian = -np.diag(self.precision)
        narrowest = np.inf
        for model, part in self.models:
            if part.plain:
                at = model.evaluate(parameters + part.offset)
                gradient, hessian = gradient + at.gradient, hessian + at.hessian
            else:
                at = model.evaluate(part.basis @ parameters + part.offset)
                gradient = gradient + part.basis.T @ at.gradient
                hessian = hessian + part.basis.T @ at.hessian @ part.basis
            value += at.value
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
        lowest = at.value - 1e-10 * abs(at.value)
        there = model.evaluate(parameters + length * direction)
        while length > 1e-8 and not there.value >= lowest:
            length /= 2
            there = model.evaluate(parameters + length * direction)
        parameters, at = parameters + length * direction, there
    return parameters, at, MOST_ITERATIONS, False


def _uphill(at: Likelihood) -> FloatArray:
    """The Newton direction, with the Hessian made negative definite when it is not."""
    factor = curvature_factor(-at.hessian)
    if factor is not None:
        return np.asarray(lapack.dpotrs(factor, at.gradient)[0])
    values, vectors = np.linalg.eigh(-at.hessian)
    floor = FLATTEST * float(np.abs(values).max())
    return np.asarray(vectors @ ((vectors.T @ at.gradient) / np.maximum(np.abs(values), floor)))


def curvature_factor(information: FloatArray) -> FloatArray | None:
    """Cholesky's upper triangular factor, or None when some direction is flat or curved the wrong way."""
    if not len(information):
        return None
    factor, failed = lapack.dpotrf(information)
    curved = np.diag(factor)
    if failed or not curved.min() ** 2 > FLATTEST * curved.max() ** 2:
        return None
    return np.asarray(factor)
