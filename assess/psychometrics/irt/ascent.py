"""Expectation–maximisation, accelerated and safeguarded.

Anderson's mixing (1965, Journal of the ACM 12, 547–560; for EM: Walker & Ni 2011, SIAM Journal on Numerical Analysis
49, 1715–1735) of the last steps; when the likelihood falls, the history is dropped and the plain step is taken, which
cannot lower it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import optimize

from assess.psychometrics.responses import FloatArray

MEMORY = 8
SLACK = 1e-11
ROUNDED = 1e-6
# a climb that may end as early as this may end in single precision
ROUGH = 1e-2


@dataclass(frozen=True, eq=False)
class Visit:
    """The objective at some parameters, the plain EM step from there, and how steep it still is.

    Attributes
    ----------
    objective
        Log-likelihood plus log prior.
    target
        Parameters after one plain EM step.
    gradient
        Of the objective.
    steepness
        |gradient|/√information of each parameter: its distance to the summit in (complete-data) standard errors.
    exact
        False when the objective is rounded to single precision; no climb ends on such a visit.
    points, rows
        Of the grid that was integrated on, and of the table; objectives on different ones do not compare, nor do steps.
    narrowest
        Standard deviation of the narrowest posterior on that grid.
    """

    objective: float
    target: FloatArray
    gradient: FloatArray
    steepness: FloatArray
    exact: bool = True
    points: int = 0
    rows: int = 0
    narrowest: float = float("inf")

    @property
    def surface(self) -> tuple[int, int]:
        """What the objective was computed on."""
        return self.points, self.rows


@dataclass(frozen=True, eq=False)
class Ascent:
    """Where the climb ended."""

    parameters: FloatArray
    visit: Visit
    iterations: int
    converged: bool


def climb(
    visit: Callable[[FloatArray], Visit],
    start: FloatArray,
    *,
    admissible: Callable[[FloatArray], bool],
    lost: Callable[[FloatArray], bool],
    tolerance: float,
    steepest: float,
    most_iterations: int,
) -> Ascent:
    """Climb until the plain step is shorter than `tolerance` and the gradient is below `steepest` standard errors.

    A climb that is `lost`, on its way to infinity, ends at once.
    """
    here, at = start, visit(start)
    parameters: list[FloatArray] = []
    residuals: list[FloatArray] = []
    surfaces: list[tuple[int, int]] = []
    for iteration in range(1, most_iterations + 1):
        residual = at.target - here
        arrived = np.abs(residual).max(initial=0.0) < tolerance and at.steepness.max(initial=0.0) < steepest
        if arrived and (at.exact or tolerance > ROUGH):
            return Ascent(here, at, iteration, converged=True)
        if lost(here):
            return Ascent(here, at, iteration, converged=False)
        parameters, residuals = [*parameters[-MEMORY:], here], [*residuals[-MEMORY:], residual]
        surfaces = [*surfaces[-MEMORY:], at.surface]
        proposed = mixed(parameters, residuals, surfaces)
        if len(parameters) > 1 and admissible(proposed):
            there = visit(proposed)
            slack = SLACK if at.exact and there.exact else ROUNDED
            if there.surface != at.surface or there.objective >= at.objective - slack * abs(at.objective):
                here, at = proposed, there
                continue
            parameters, residuals, surfaces = [here], [residual], [at.surface]
        here, at = at.target, visit(at.target)
    return Ascent(here, at, most_iterations, converged=False)


def climb_within(
    visit: Callable[[FloatArray], Visit],
    start: FloatArray,
    *,
    scale: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    steepest: float,
    most_iterations: int,
) -> Ascent:
    """Climb a flat or bounded likelihood, where EM crawls, by limited-memory BFGS (Byrd, Lu, Nocedal & Zhu 1995, SIAM
    Journal on Scientific Computing 16, 1190–1208); `scale` are standard errors, in which all directions look alike."""

    def downhill(scaled: FloatArray) -> tuple[float, FloatArray]:
        at = visit(scaled.reshape(start.shape) * scale)
        return -at.objective, -(at.gradient * scale).ravel()

    low, high = ((bound / scale).ravel() for bound in bounds)
    found = optimize.minimize(
        downhill,
        np.clip((start / scale).ravel(), low, high),
        jac=True,
        method="L-BFGS-B",
        bounds=optimize.Bounds(low, high),
        options={"maxiter": most_iterations, "maxcor": 20, "ftol": 1e-14, "gtol": steepest / 10},
    )
    parameters = np.asarray(found.x, dtype=np.float64).reshape(start.shape) * scale
    at = visit(parameters)
    return Ascent(parameters, at, int(found.nit), converged=bool(at.steepness.max(initial=0.0) < steepest))


def mixed(
    parameters: list[FloatArray], residuals: list[FloatArray], surfaces: list[tuple[int, int]] | None = None
) -> FloatArray:
    """Anderson's next point: the combination of past steps whose residual is smallest, one step further.

    Only steps on one surface say how residuals change with the parameters.

    Examples
    --------
    The fixed point of x → x/2 + 1 is 2; two visits are enough to know:

    >>> mixed([np.array([0.0]), np.array([1.0])], [np.array([1.0]), np.array([0.5])]).round(6)
    array([2.])
    """
    here, residual = parameters[-1], residuals[-1]
    if len(parameters) == 1:
        return here + residual
    shape = here.shape
    moved = np.diff(np.array(parameters).reshape(len(parameters), -1), axis=0).T
    changed = np.diff(np.array(residuals).reshape(len(residuals), -1), axis=0).T
    if surfaces is not None:
        within = [before == after for before, after in pairwise(surfaces)]
        moved, changed = moved[:, within], changed[:, within]
    share = np.linalg.lstsq(changed, residual.ravel(), rcond=1e-8)[0]
    return np.asarray((here.ravel() + residual.ravel() - (moved + changed) @ share).reshape(shape))
