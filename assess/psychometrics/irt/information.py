"""How precisely items measure at an ability, and how many of them a precision target needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.steps import curves, flat
from assess.psychometrics.responses import FloatArray, ResponseError


def item_information(theta: npt.ArrayLike, steps: Sequence[npt.ArrayLike]) -> FloatArray:
    r"""Fisher information of every item at every ability.

    Parameters
    ----------
    theta
        Abilities in logits (a number or a list).
    steps
        One list of step difficulties per item; a right-or-wrong item has one step.

    Returns
    -------
    array, abilities × items
        For Rasch and partial credit items the variance of the item score; ¼ at most for a right-or-wrong item.

    Examples
    --------
    >>> item_information(0.0, [[0.0], [-0.5, 0.5]]).round(3).tolist()
    [[0.25, 0.548]]
    """
    layout, difficulties = flat(steps)
    abilities = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    return curves(abilities, layout, difficulties).variance


def test_information(theta: npt.ArrayLike, steps: Sequence[npt.ArrayLike]) -> FloatArray:
    """Information of the whole test at every ability."""
    return np.asarray(item_information(theta, steps).sum(axis=1))


def conditional_sem(theta: npt.ArrayLike, steps: Sequence[npt.ArrayLike]) -> FloatArray:
    """Standard error of measurement in logits at every ability, 1/√information.

    Examples
    --------
    >>> conditional_sem(0.0, [[0.0]] * 20).round(3).tolist()
    [0.447]
    """
    return np.asarray(1 / np.sqrt(test_information(theta, steps)), dtype=np.float64)


def evenly_spaced_steps(difficulty: float, maximum: int, *, spacing: float = 1.0) -> FloatArray:
    """Planned steps of an item not yet calibrated: `maximum` steps, `spacing` logits apart, about the difficulty.

    Examples
    --------
    >>> evenly_spaced_steps(0.5, 3).tolist()
    [-0.5, 0.5, 1.5]
    """
    if maximum < 1:
        raise ResponseError("no_steps", f"an item with a maximum of {maximum} points has no step")
    return np.asarray(difficulty + spacing * (np.arange(maximum) - (maximum - 1) / 2), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionPlan:
    """Whether items can reach a standard error of measurement at an ability.

    Attributes
    ----------
    target, best
        The standard error asked for and the smallest that `length` of these items can give.
    length, length_needed
        The planned number of items, and how many as informative as the best `length` the target takes.
    reached
        Whether `best` is within the target.
    """

    target: float
    best: float
    length: int
    length_needed: int
    reached: bool


def plan_precision(theta: float, steps: Sequence[npt.ArrayLike], *, length: int, target: float) -> PrecisionPlan:
    """Can a form of `length` of these items measure at `theta` with a standard error of at most `target` logits?

    Raises
    ------
    ResponseError
        `too_few_items` when there are fewer than `length` items, `not_a_target` when the target is not positive.

    Examples
    --------
    >>> plan = plan_precision(0.0, [[0.0]] * 30, length=20, target=0.4)
    >>> round(plan.best, 3), plan.reached, plan.length_needed
    (0.447, False, 25)
    """
    if not 1 <= length <= len(steps):
        raise ResponseError("too_few_items", f"a form of {length} items cannot be drawn from {len(steps)}")
    if not target > 0:
        raise ResponseError("not_a_target", f"the target is {target}; a standard error is greater than 0")
    information = np.sort(item_information(theta, steps)[0])[::-1][:length]
    best = float(1 / np.sqrt(information.sum()))
    # a hair of tolerance, so that a target met exactly is met
    needed = int(np.ceil(1 / target**2 / information.mean() - 1e-9))
    return PrecisionPlan(
        target=target, best=best, length=length, length_needed=needed, reached=best <= target * (1 + 1e-9)
    )
