"""When an adaptive test ends, and what a test that classifies has decided."""

from typing import Final

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.evidence import TINY
from assess.psychometrics.adaptive.plan import LikelihoodRatio, Plan
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import two_sided

GOES_ON: Final = 0
LENGTH: Final = 1
PRECISION: Final = 2
INTERVAL: Final = 3
RATIO: Final = 4
EXHAUSTED: Final = 5
REASONS: dict[int, str] = {
    GOES_ON: "",
    LENGTH: "the test has its full length",
    PRECISION: "the ability is known as precisely as was asked for",
    INTERVAL: "the interval about the ability does not hold the cut",
    RATIO: "the sequential test has decided at the cut",
    EXHAUSTED: "no item of the bank is left to give",
}


def stopped(plan: Plan, given: int, theta: FloatArray, error: FloatArray, ratio: FloatArray | None) -> IntArray:
    """Why each session that was given so many items ends; 0 when it goes on."""
    why = np.full(len(theta), GOES_ON, dtype=np.int64)
    if given < plan.shortest:
        return why
    if plan.standard_error is not None:
        why[error <= plan.standard_error] = PRECISION
    if plan.cut is not None and plan.likelihood_ratio is None:
        why[np.abs(theta - plan.cut) > two_sided(plan.level) * error] = INTERVAL
    if plan.likelihood_ratio is not None and ratio is not None:
        low, high = plan.likelihood_ratio.limits
        why[(ratio <= low) | (ratio >= high)] = RATIO
    if given >= plan.length:
        why[why == GOES_ON] = LENGTH
    return why


def passed(plan: Plan, theta: FloatArray, ratio: FloatArray | None) -> BoolArray | None:
    """Above the cut or not: by the likelihood ratio where the plan has one (its sign if the limits were not reached)."""
    if plan.cut is None:
        return None
    if ratio is not None and plan.likelihood_ratio is not None:
        return np.asarray(ratio >= (sum(plan.likelihood_ratio.limits) / 2))
    return np.asarray(theta >= plan.cut)


def ratio_terms(bank: Bank, cut: float, test: LikelihoodRatio) -> FloatArray:
    """What each answer adds to the log likelihood ratio of cut + width to cut − width: items × categories."""
    at = np.log(np.maximum(bank.curves(np.array([cut - test.width, cut + test.width])).probability, TINY))
    return np.asarray(at[:, :, 1] - at[:, :, 0])
