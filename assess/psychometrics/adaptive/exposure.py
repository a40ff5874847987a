"""Sympson–Hetter exposure control: how likely each item is given once it is the best, fitted so that none is given too often."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.simulation import simulate
from assess.psychometrics.responses import FloatArray, ResponseError

SOURCE = "Sympson & Hetter (1985), Proceedings of the 27th annual meeting of the Military Testing Association, 973–977"
# Monte-Carlo noise of a rate that is still called kept, in standard errors
NOISE = 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ExposureControl:
    """Fitted exposure parameters.

    Attributes
    ----------
    chance_to_be_given
        One per item, for `Plan.chance_to_be_given`.
    target, highest
        The highest share of sessions that an item may be given in, and what the last simulation saw.
    history
        The highest exposure of every round.
    sessions, source
        Simulated sessions per round; the publication.
    converged, reason
        Whether no item was given more often than the target but for the noise of the simulation.
    """

    chance_to_be_given: FloatArray
    target: float
    highest: float
    history: tuple[float, ...]
    sessions: int
    source: str
    converged: bool
    reason: str


def sympson_hetter(
    bank: Bank, theta: npt.ArrayLike, *, plan: Plan | None = None, target: float = 0.25, rounds: int = 20
) -> ExposureControl:
    """Fit exposure parameters by repeated simulation.

    Parameters
    ----------
    theta
        Abilities as they are expected among candidates, one session each.
    plan
        The plan that is to be controlled (rule MFI).
    target
        The highest share of the sessions an item may be given in.

    Raises
    ------
    ResponseError
        `not_a_plan` when the rule is not MFI, or the target cannot be reached: the mean exposure is length/items.

    Notes
    -----
    K_j = 1 where item j was considered in a share P(S_j) ≤ r of the sessions, else r/P(S_j); simulated again with these
    until the highest exposure stays. The `length` items with the largest K are set to 1, so that a test can always be
    completed.

    Examples
    --------
    >>> from assess.psychometrics.adaptive.bank import item_bank
    >>> bank = item_bank(np.linspace(0.8, 2.0, 50), np.linspace(-2, 2, 50)[::-1])
    >>> found = sympson_hetter(bank, np.linspace(-2, 2, 300), plan=Plan(length=5), target=0.3, rounds=8)
    >>> found.history[0] > found.highest, bool(found.chance_to_be_given.min() < 1)
    (True, True)
    """
    plan = plan or Plan()
    if plan.rule != "MFI":
        raise ResponseError("not_a_plan", f"exposure parameters are fitted for the rule MFI, not {plan.rule}")
    length = min(plan.length, len(bank))
    if not length / len(bank) <= target <= 1:
        mean = f"{length} items of {len(bank)} are given: the mean exposure is {length / len(bank):.2f}"
        sentence = f"{mean}; raise the target {target}"
        raise ResponseError("not_a_plan", sentence)
    chance = np.ones(len(bank))
    sessions = np.size(theta)
    allowed = target + NOISE * np.sqrt(target * (1 - target) / max(sessions, 1))
    history: list[float] = []
    best = (np.inf, chance)
    for turn in range(rounds):
        controlled = replace(plan, chance_to_be_given=chance, seed=plan.seed + turn)
        found = simulate(bank, theta, plan=controlled)
        history.append(float(found.exposure.max()))
        if history[-1] < best[0]:
            best = (history[-1], chance)
        if history[-1] <= allowed:
            break
        chance = np.where(found.considered > target, target / np.maximum(found.considered, target), 1.0)
        chance[np.argsort(-chance, kind="stable")[:length]] = 1.0
    highest, chance = best
    converged = highest <= allowed
    reason = f"the highest exposure is still {highest:.2f} after {len(history)} rounds; a wider bank or a higher target is needed"
    return ExposureControl(
        chance_to_be_given=chance,
        target=target,
        highest=float(highest),
        history=tuple(history),
        sessions=sessions,
        source=SOURCE,
        converged=bool(converged),
        reason="" if converged else reason,
    )
