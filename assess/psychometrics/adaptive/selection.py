"""One item for every session: what may be given, what is best of it, and which of the best it is."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.draws import FOR_ELIGIBILITY, FOR_SELECTION, Digest, uniform
from assess.psychometrics.adaptive.evidence import Evidence, Scale
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.rules import DETERMINED, expected_information, progress, progress_to_precision
from assess.psychometrics.irt.expectation import Floats
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray

# how far the information table's rows lie apart; a choice that this could change is made from the exact information
SPACING = 0.02
# sessions from which looking up is quicker than computing
MANY = 16


@dataclass(frozen=True, eq=False)
class Chosen:
    """For each session the item, its worth by the rule, and how many items could have been given (0: none)."""

    item: IntArray
    worth: FloatArray
    available: IntArray


@dataclass(frozen=True, eq=False)
class InformationTable:
    """Information of all items at even abilities, and how far at most it lies from the truth half-way between two."""

    first: float
    rows: Floats
    slack: Floats

    def near(self, theta: FloatArray) -> tuple[Floats, Floats]:
        """Information at the nearest row, sessions × items, and the slack there."""
        row = np.clip(np.rint((theta - self.first) / SPACING).astype(np.int64), 0, len(self.rows) - 1)
        return self.rows[row], self.slack[row]


@lru_cache(maxsize=8)
def information_table(bank: Bank, scale: Scale) -> InformationTable:
    low, high = scale.bounds
    theta = np.arange(low, high + SPACING, SPACING)
    rows = np.ascontiguousarray(bank.curves(theta).information.T, dtype=np.float32)
    step = np.abs(np.diff(rows, axis=0)).max(axis=1)
    slack = 0.75 * np.maximum(np.append(step, step[-1]), np.append(step[0], step)) + 1e-6 * rows.max(initial=1.0)
    return InformationTable(low, rows, slack.astype(np.float32))


def eligible(bank: Bank, plan: Plan, begun: Digest) -> BoolArray | None:
    """Which items each session may be given at all under Sympson–Hetter parameters; None when there are none.

    An item is tried at most once in a session: it is given, or set aside for good. So one number per session and item,
    drawn before the test, decides all that could ever be drawn in it.
    """
    if plan.chance_to_be_given is None:
        return None
    return np.asarray(uniform(begun, FOR_ELIGIBILITY, len(bank)) < plan.chance_to_be_given)


def choose(
    evidence: Evidence, plan: Plan, theta: FloatArray, error: FloatArray, open_to: BoolArray, digest: Digest
) -> Chosen:
    """The next item of every session.

    Parameters
    ----------
    open_to
        Sessions × items: what may be given.
    digest
        Of each session's history, for what is left to chance.
    """
    open_to = balanced(evidence, plan, open_to)
    available = np.asarray(np.count_nonzero(open_to, axis=1), dtype=np.int64)
    if plan.rule in ("random", "progressive", "proportional"):
        mixed = _by_chance(evidence, plan, theta, error, open_to, digest)
        best = mixed.argmax(axis=1)
        return Chosen(best, mixed[np.arange(len(best)), best], available)
    exact = plan.rule != "MFI" or len(theta) < MANY
    worth: Floats
    slack: Floats
    if plan.rule == "MFI":
        if exact:
            worth, slack = evidence.bank.curves(theta).information.T, np.zeros(len(theta))
        else:
            worth, slack = information_table(evidence.bank, plan.scale).near(theta)
    else:
        rule = DETERMINED.get(plan.rule)
        worth = rule(evidence, theta) if rule else expected_information(evidence, theta, observed=plan.observed)
        slack = np.zeros(len(theta))
    np.copyto(worth, -np.inf, where=~open_to)
    return _one_of_the_best(evidence.bank, plan, theta, worth, slack, available, digest, exact=exact)


def _one_of_the_best(
    bank: Bank,
    plan: Plan,
    theta: FloatArray,
    worth: Floats,
    slack: Floats,
    available: IntArray,
    digest: Digest,
    *,
    exact: bool,
) -> Chosen:
    rank = np.minimum(plan.randomesque, np.maximum(available, 1))
    deepest = int(rank.max(initial=1))
    if deepest == 1:
        limit = worth.max(axis=1)
    else:
        sorted_worth = -np.partition(-worth, range(min(deepest, worth.shape[1])), axis=1)[:, :deepest]
        limit = sorted_worth[np.arange(len(rank)), rank - 1]
    row, item = np.divmod(np.flatnonzero(worth >= (limit - 2 * slack)[:, None]), worth.shape[1])
    value = worth[row, item] if exact else bank.paired(item, theta[row]).information[:, 0]
    order = np.lexsort((item, -value, row))
    first = np.searchsorted(row, np.arange(len(worth)))
    place = np.zeros(len(worth), dtype=np.int64)
    if deepest > 1:
        place = np.minimum((uniform(digest, FOR_SELECTION, 1)[:, 0] * rank).astype(np.int64), rank - 1)
    taken = order[first + place]
    return Chosen(item[taken], value[taken], available)


def _by_chance(
    evidence: Evidence, plan: Plan, theta: FloatArray, error: FloatArray, open_to: BoolArray, digest: Digest
) -> FloatArray:
    """Worth of every item for the rules that mix information with chance; −inf where it may not be given.

    progressive: (1 − w)·u·max I + w·I, u uniform for each item. proportional: probability ∝ I^H with H = M·w, M the
    length (or the information that is asked for).
    """
    chance = uniform(digest, FOR_SELECTION, len(evidence.bank))
    if plan.rule == "random":
        return np.where(open_to, chance, -np.inf)
    information = np.where(open_to, evidence.bank.curves(theta).information.T, 0.0)
    given = evidence.items.shape[1]
    if plan.standard_error is None:
        share, measure = np.full(len(theta), progress(given, plan.length, plan.acceleration)), float(plan.length)
    else:
        share = progress_to_precision(given, plan.length, plan.acceleration, error, plan.standard_error)
        measure = 1 / plan.standard_error**2
    highest = information.max(axis=1, keepdims=True)
    if plan.rule == "progressive":
        mixed = (1 - share[:, None]) * chance * highest + share[:, None] * information
        return np.where(open_to, mixed, -np.inf)
    relative = np.divide(information, highest, out=np.zeros_like(information), where=highest > 0)
    log_weight = measure * share[:, None] * np.log(np.maximum(relative, 1e-300))
    return np.where(
        open_to, log_weight - np.log(-np.log(chance)), -np.inf
    )  # the highest of log weight + Gumbel noise is such a draw


def balanced(evidence: Evidence, plan: Plan, open_to: BoolArray) -> BoolArray:
    """Only the content area that each session is furthest short of (Kingsbury & Zara 1989).

    Areas that nothing was given of come first, the largest share before the others; then the area whose share of the
    items so far falls most short of the wanted one. An area without an item to give is passed over, and when no wanted
    area has one, everything may be given.
    """
    if not plan.shares:
        return open_to
    bank, wanted = evidence.bank, plan.wanted(evidence.bank)
    given = counts_by_area(bank, evidence.items)
    short = wanted - given / max(evidence.items.shape[1], 1) + np.where(given == 0, 2.0, 0.0)
    inside = open_to.astype(np.float64) @ (bank.area[:, None] == np.arange(len(bank.areas)))
    short = np.where((inside > 0) & (wanted > 0), short, -np.inf)
    area = short.argmax(axis=1)
    nothing = ~np.isfinite(short.max(axis=1))
    return np.asarray(open_to & ((bank.area == area[:, None]) | nothing[:, None]))


def counts_by_area(bank: Bank, items: IntArray) -> IntArray:
    """How many items of each content area each session was given, sessions × areas; places of −1 hold no item."""
    area = np.where(items >= 0, bank.area[np.maximum(items, 0)], -1)
    return np.asarray((area[:, :, None] == np.arange(len(bank.areas))).sum(axis=1), dtype=np.int64)
