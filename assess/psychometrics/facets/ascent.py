"""Newton's method with a safeguard, and the certificate of its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from assess.psychometrics.responses import FloatArray

LONGEST = 2.0
HALVINGS = 10
STEEPEST = 1e-6
SLACK = 1e-11


class Place(Protocol):
    """A point of the likelihood.

    `steepness` is the largest gradient in standard errors of its parameter: how far the maximum is at most, roughly.
    """

    @property
    def log_likelihood(self) -> float: ...

    @property
    def steepness(self) -> float: ...

    def direction(self) -> FloatArray:
        """Where Newton's method would go from here."""
        ...

    def cautious(self) -> FloatArray:
        """The gradient over the information of each parameter alone: a short step that leads uphill for certain."""
        ...


At = TypeVar("At", bound=Place)


@dataclass(frozen=True, eq=False)
class Summit(Generic[At]):
    """Where the climb ended."""

    parameters: FloatArray
    at: At
    iterations: int
    converged: bool


def climb(visit: Callable[[FloatArray], At], start: FloatArray, *, most: int, steepest: float = STEEPEST) -> Summit[At]:
    """Climb until the gradient is below `steepest` standard errors.

    A step that would lower the likelihood is halved; when that does not help, the cautious direction is tried.
    """
    here, at = start, visit(start)
    for iteration in range(most):
        if at.steepness < steepest:
            return Summit(here, at, iteration, converged=True)
        for direction in (at.direction, at.cautious):
            step, there = _not_down(visit, here, at, direction())
            if there is not None:
                here, at = here + step, there
                break
        else:
            return Summit(here, at, iteration + 1, converged=False)
    return Summit(here, at, most, converged=at.steepness < steepest)


def _not_down(
    visit: Callable[[FloatArray], At], here: FloatArray, at: At, step: FloatArray
) -> tuple[FloatArray, At | None]:
    step = step * min(1.0, LONGEST / max(float(np.abs(step).max(initial=0.0)), LONGEST))
    for _ in range(HALVINGS):
        there = visit(here + step)
        if there.log_likelihood >= at.log_likelihood - SLACK * abs(at.log_likelihood):
            return step, there
        step = step / 2
    return step, None
