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
    """What the information of each item is at most near even abilities, abilities × items."""

    first: float
    rows: Floats

    def at_most(self, theta: FloatArray) -> Floats:
        """A bound of the information at each ability, sessions × items."""
        row = np.clip(np.rint((theta - self.first) / SPACING).astype(np.int64), 0, len(self.rows) - 1)
        return self.rows[row]


@lru_cache(maxsize=8)
def information_table(bank: Bank, scale: Scale) -> InformationTable:
    low, high = scale.bounds
    theta = np.arange(low, high + SPACING, SPACING)
    rows = bank.curves(theta).information.T
    step = np.abs(np.diff(rows, axis=0))
    # half a step either way changes no smooth curve by more than three quarters of its larger neighbouring step
    slack = 0.75 * np.maximum(np.vstack([step, step[-1:]]), np.vstack([step[:1], step]))
    return InformationTable(low, np.asarray(rows + slack + 1e-6 * rows.max(initial=1.0), dtype=np.float32))


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
    if plan.rule == "MFI" and len(theta) >= MANY:
        bound = information_table(evidence.bank, plan.scale).at_most(theta)
        np.copyto(bound, -np.inf, where=~open_to)
        row, item, value = _looked_up(evidence.bank, theta, bound, plan.randomesque, available)
    else:
        rule = DETERMINED.get(plan.rule)
        if plan.rule == "MFI":
            worth = evidence.bank.curves(theta).information.T
        else:
            worth = rule(evidence, theta) if rule else expected_information(evidence, theta, observed=plan.observed)
        worth = np.where(open_to, worth, -np.inf)
        depth = min(plan.randomesque, worth.shape[1])
        least = worth.max(axis=1) if depth == 1 else -np.partition(-worth, depth - 1, axis=1)[:, depth - 1]
        row, item = np.divmod(np.flatnonzero(worth >= least[:, None]), worth.shape[1])
        value = worth[row, item]
    order = np.lexsort((item, -value, row))
    place = np.searchsorted(row, np.arange(len(theta)))
    if plan.randomesque > 1:
        rank = np.clip(available, 1, plan.randomesque)
        place += np.minimum((uniform(digest, FOR_SELECTION, 1)[:, 0] * rank).astype(np.int64), rank - 1)
    taken = order[place]
    return Chosen(item[taken], value[taken], available)


def _looked_up(
    bank: Bank, theta: FloatArray, bound: Floats, depth: int, available: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Session, item and exact information of all that may be among the `depth` most informative items of a session.

    The items with the highest bounds are computed first; then all others whose bound is not below the least of these.
    """
    sessions, items = bound.shape
    depth = min(depth, items)
    highest = bound.argmax(axis=1)[:, None] if depth == 1 else np.argpartition(-bound, depth - 1, axis=1)[:, :depth]
    rows = np.repeat(np.arange(sessions), depth)
    value = bank.paired(highest.ravel(), theta[rows]).information.reshape(highest.shape)
    value[~np.isfinite(np.take_along_axis(bound, highest, axis=1))] = -np.inf
    least = np.sort(value, axis=1)[np.arange(sessions), depth - np.clip(available, 1, depth)]
    np.put_along_axis(bound, highest, -np.inf, axis=1)
    row, item = np.divmod(np.flatnonzero(bound >= least[:, None]), items)
    further = bank.paired(item, theta[row]).information[:, 0]
    row = np.concatenate([rows, row])
    order = np.argsort(row, kind="stable")
    return row[order], np.concatenate([highest.ravel(), item])[order], np.concatenate([value.ravel(), further])[order]


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
