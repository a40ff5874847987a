"""Sessions of an adaptive test in lock step: every session that goes on is given its next item at the same time."""

from copy import copy
from dataclasses import dataclass
from typing import Self

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.draws import FOR_ANSWERS, Digest, digest_of, uniform, with_answer
from assess.psychometrics.adaptive.evidence import Evidence
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.selection import choose, eligible
from assess.psychometrics.adaptive.stopping import EXHAUSTED, GOES_ON, passed, ratio_terms, stopped
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray


@dataclass(eq=False)
class LockStep:
    """The sessions that still go on, one row each of the first arrays, and what is known of all.

    `active` says which session a row is; `begun` holds every session's digest before its first item.
    """

    bank: Bank
    plan: Plan
    truth: FloatArray
    active: IntArray
    evidence: Evidence
    digest: Digest
    begun: Digest
    left: BoolArray
    allowed: BoolArray | None
    aside: BoolArray | None
    ratio: FloatArray | None
    terms: FloatArray | None
    items: IntArray
    answers: IntArray
    theta: FloatArray
    error: FloatArray
    why: IntArray
    decided: BoolArray | None

    @classmethod
    def begin(cls, bank: Bank, plan: Plan, truth: FloatArray) -> Self:
        sessions = len(truth)
        begun = digest_of(plan.seed, np.arange(sessions))
        allowed = eligible(bank, plan, begun)
        terms = None
        if plan.cut is not None and plan.likelihood_ratio is not None:
            terms = ratio_terms(bank, plan.cut, plan.likelihood_ratio)
        most = min(plan.length, len(bank))
        return cls(
            bank=bank,
            plan=plan,
            truth=truth,
            active=np.arange(sessions),
            evidence=Evidence.none(bank, plan.scale, plan.method, sessions),
            digest=begun.copy(),
            begun=begun,
            left=np.ones((sessions, len(bank)), dtype=bool),
            allowed=allowed,
            aside=None if allowed is None else np.zeros((sessions, len(bank)), dtype=bool),
            ratio=None if terms is None else np.zeros(sessions),
            terms=terms,
            items=np.full((sessions, most), -1, dtype=np.int64),
            answers=np.full((sessions, most), -1, dtype=np.int64),
            theta=np.full(sessions, np.nan),
            error=np.full(sessions, np.nan),
            why=np.full(sessions, GOES_ON, dtype=np.int64),
            decided=None if plan.cut is None else np.zeros(sessions, dtype=bool),
        )

    def step(self) -> bool:
        """Stop who is done, give everybody else an item, take in the answers; False when nobody is left."""
        theta, error = self.evidence.ability()
        given = self.evidence.items.shape[1]
        why = stopped(self.plan, given, theta, error, self.ratio)
        open_to = self._open()
        why[(why == GOES_ON) & ~open_to.any(axis=1)] = EXHAUSTED
        self._close(why, theta, error)
        on = why == GOES_ON
        if not on.all():
            theta, error, open_to = theta[on], error[on], open_to[on]
            self._keep(on)
        if not len(self.active):
            return False
        chosen = choose(self.evidence, self.plan, theta, error, open_to, self.digest)
        item = self._spared(chosen.item, theta, error, open_to) if self.plan.highest_exposure else chosen.item
        self._note_aside(item, chosen.worth, theta)
        rows = np.arange(len(item))
        self.left[rows, item] = False
        answer = self._answers(item)
        self.items[self.active, given], self.answers[self.active, given] = item, answer
        self.evidence.add(item, answer)
        self.digest = with_answer(self.digest, item, answer)
        if self.ratio is not None and self.terms is not None:
            self.ratio = self.ratio + self.terms[item, answer]
        return True

    def considered(self) -> FloatArray:
        """The share of the sessions in which each item was given, or set aside although it was the best."""
        taken = np.zeros((len(self.truth), len(self.bank)), dtype=bool)
        row, place = np.nonzero(self.items >= 0)
        taken[row, self.items[row, place]] = True
        if self.aside is not None:
            taken |= self.aside
        return np.asarray(taken.sum(axis=0) / max(len(self.truth), 1))

    def _open(self) -> BoolArray:
        if self.allowed is None:
            return self.left.copy()
        both = self.left & self.allowed
        some = np.asarray(both.any(axis=1))
        return np.where(some[:, None], both, self.left)

    def _close(self, why: IntArray, theta: FloatArray, error: FloatArray) -> None:
        ended = why != GOES_ON
        rows = self.active[ended]
        self.why[rows], self.theta[rows], self.error[rows] = why[ended], theta[ended], error[ended]
        if self.decided is not None:
            verdict = passed(self.plan, theta, self.ratio)
            assert verdict is not None
            self.decided[rows] = verdict[ended]

    def _keep(self, on: BoolArray) -> None:
        self.active, self.digest, self.left = self.active[on], self.digest[on], self.left[on]
        self.allowed = None if self.allowed is None else self.allowed[on]
        self.ratio = None if self.ratio is None else self.ratio[on]
        self.evidence.keep(on)

    def _answers(self, item: IntArray) -> IntArray:
        """Drawn for each session and item apart: whichever the plan, a person answers an item alike."""
        chance = self.bank.paired(item, self.truth[self.active]).probability[:, :, 0]
        key = with_answer(self.begun[self.active], item, np.zeros(len(item), dtype=np.int64))
        draw = uniform(key, FOR_ANSWERS, 1)
        return np.asarray((draw > np.cumsum(chance, axis=1)[:, :-1]).sum(axis=1), dtype=np.int64)

    def _note_aside(self, item: IntArray, worth: FloatArray, theta: FloatArray) -> None:
        """Items that exposure control set aside although they were better than the one that was given."""
        if self.aside is None or self.allowed is None or self.plan.rule != "MFI":
            return
        information = self.bank.curves(theta).information.T
        better = information > worth[:, None]
        self.aside[self.active] |= better & self.left & ~self.allowed

    def _spared(self, item: IntArray, theta: FloatArray, error: FloatArray, open_to: BoolArray) -> IntArray:
        """The choice again for those who would take an item over its highest exposure."""
        assert self.plan.highest_exposure is not None
        room = int(np.floor(self.plan.highest_exposure * len(self.truth)))
        item = item.copy()
        given = np.bincount(self.items[self.items >= 0], minlength=len(self.bank))
        for _ in range(len(self.bank)):
            order = np.argsort(item, kind="stable")
            turn = np.empty(len(item), dtype=np.int64)
            turn[order] = np.arange(len(item)) - np.searchsorted(item[order], item[order])
            over = np.flatnonzero(given[item] + turn >= room)
            over = over[_has_room(open_to[over], given, room, item[over])]
            if not len(over):
                break
            open_to[over, item[over]] = False
            rest = np.zeros(len(item), dtype=bool)
            rest[over] = True
            part = copy(self.evidence)
            part.keep(rest)
            item[over] = choose(part, self.plan, theta[over], error[over], open_to[over], self.digest[over]).item
        return item


def _has_room(open_to: BoolArray, given: IntArray, room: int, item: IntArray) -> IntArray:
    """Which rows could be given another item that still has room; the others keep theirs."""
    other = open_to & (given < room)
    other[np.arange(len(item)), item] = False
    return np.flatnonzero(other.any(axis=1))
