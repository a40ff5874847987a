"""Newton's method with a safeguard, and the certificate of its end.

Where the information is only nearly right, what the gradients of the last steps say about it is laid over it (limited-
memory BFGS: Nocedal 1980, Mathematics of Computation 35, 773–782, with the information as its first matrix).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from assess.psychometrics.responses import FloatArray

LONGEST = 2.0
HALVINGS = 10
MEMORY = 8
# near the summit, a step that leaves more than a fifth of the gradient is remembered; else Newton needs no help
NEAR, SLOW = 3.0, 5.0
STEEPEST = 1e-6
SLACK = 1e-11


class Place(Protocol):
    """A point of the likelihood.

    `steepness` is the largest gradient in standard errors of its parameter: how far the maximum is at most, roughly.
    """

    @property
    def log_likelihood(self) -> float: ...

    @property
    def gradient(self) -> FloatArray: ...

    @property
    def steepness(self) -> float: ...

    @property
    def exact(self) -> bool:
        """Whether the information is exact."""
        ...

    def direction(self, gradient: FloatArray) -> FloatArray:
        """The inverse of the information times a gradient: where Newton's method would go from here."""
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
    steps: list[FloatArray] = []
    falls: list[FloatArray] = []
    for iteration in range(most):
        if at.steepness < steepest:
            return Summit(here, at, iteration, converged=True)
        step, there = _not_down(visit, here, at, _remembering(at, steps, falls))
        if there is None:
            steps, falls = [], []
            step, there = _not_down(visit, here, at, at.cautious())
        if there is None:
            return Summit(here, at, iteration + 1, converged=False)
        fall = at.gradient - there.gradient
        slow = NEAR > at.steepness < SLOW * there.steepness and not at.exact
        if slow and float(step @ fall) > 0:
            steps, falls = [*steps[1 - MEMORY :], step], [*falls[1 - MEMORY :], fall]
        elif not slow:
            steps, falls = [], []
        here, at = here + step, there
    return Summit(here, at, most, converged=at.steepness < steepest)


def _remembering(at: Place, steps: list[FloatArray], falls: list[FloatArray]) -> FloatArray:
    """Newton's direction, corrected by how far the gradient fell along the last steps."""
    gradient = at.gradient.copy()
    lengths = []
    for step, fall in zip(reversed(steps), reversed(falls), strict=True):
        length = float(step @ gradient) / float(step @ fall)
        lengths.append(length)
        gradient -= length * fall
    direction = at.direction(gradient)
    for step, fall, length in zip(steps, falls, reversed(lengths), strict=True):
        direction = direction + (length - float(fall @ direction) / float(step @ fall)) * step
    return direction


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
