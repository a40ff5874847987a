"""Newton's method with a safeguard, and the certificate of its end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from assess.psychometrics.responses import FloatArray

LONGEST = 1.5
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


At = TypeVar("At", bound=Place)


@dataclass(frozen=True, eq=False)
class Summit(Generic[At]):
    """Where the climb ended."""

    parameters: FloatArray
    at: At
    iterations: int
    converged: bool


def climb(visit: Callable[[FloatArray], At], start: FloatArray, *, most: int, steepest: float = STEEPEST) -> Summit[At]:
    """Climb until the gradient is below `steepest` standard errors; a step that would lower the likelihood is halved."""
    here, at = start, visit(start)
    for iteration in range(most):
        if at.steepness < steepest:
            return Summit(here, at, iteration, converged=True)
        step = np.clip(at.direction(), -LONGEST, LONGEST)
        for _ in range(12):
            there = visit(here + step)
            if there.log_likelihood >= at.log_likelihood - SLACK * abs(at.log_likelihood):
                break
            step = step / 2
        else:
            return Summit(here, at, iteration + 1, converged=False)
        here, at = here + step, there
    return Summit(here, at, most, converged=at.steepness < steepest)
