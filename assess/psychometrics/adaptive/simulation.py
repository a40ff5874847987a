"""Many simulated sessions of an adaptive test at once, in lock step: the same items that `next_item` would give."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.adaptive.audit import AreaCount, audit
from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.draws import FOR_ANSWERS, Digest, digest_of, uniform, with_answer
from assess.psychometrics.adaptive.evidence import Evidence
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.rules import SOURCES
from assess.psychometrics.adaptive.selection import choose, counts_by_area, eligible
from assess.psychometrics.adaptive.stopping import EXHAUSTED, GOES_ON, REASONS, passed, ratio_terms, stopped
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_vector
from assess.psychometrics.results import Estimate, doubted, estimated, normal_interval, not_enough

MINIMUM_SESSIONS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation:
    """Simulated sessions and what they say about the plan.

    Attributes
    ----------
    items, answers
        Sessions × places in the order given; −1 beyond a session's end.
    true_theta, theta, standard_error
        Of each session.
    given, stopped_by, passed
        Number of items, the reason for the end (a key of `stopping.REASONS`), and the decision of a plan with a cut.
    considered
        Share of the sessions in which each item was the best on offer, whether it was then given or set aside.
    bias, root_mean_square_error, correct_decisions, mean_length
        Over the sessions, with their Monte-Carlo error.
    remarks
        Sentences on what did not go as the plan asks.
    """

    bank: Bank
    plan: Plan
    items: IntArray
    answers: IntArray
    true_theta: FloatArray
    theta: FloatArray
    standard_error: FloatArray
    given: IntArray
    stopped_by: IntArray
    passed: BoolArray | None
    considered: FloatArray
    bias: Estimate
    root_mean_square_error: Estimate
    mean_length: Estimate
    correct_decisions: Estimate | None
    remarks: tuple[str, ...]

    @property
    def exposure(self) -> FloatArray:
        """The share of the sessions that each item was given in."""
        counts = np.bincount(self.items[self.items >= 0], minlength=len(self.bank))
        return np.asarray(counts / max(len(self.theta), 1))

    @property
    def overlap(self) -> float:
        """The share of its items that a session has in common with another on average (Chen, Ankenmann & Spray 2003)."""
        sessions = len(self.theta)
        if sessions < 2:
            return 0.0
        counts = self.exposure * sessions
        return float(
            (counts * (counts - 1)).sum() / (sessions * (sessions - 1)) / max(float(self.given.mean()), 1e-300)
        )

    def reasons(self) -> dict[str, int]:
        """How many sessions ended for each reason."""
        return {text: int((self.stopped_by == why).sum()) for why, text in REASONS.items() if why}

    def audit(self, session: int) -> tuple[AreaCount, ...]:
        """Wanted and given of each content area in one session."""
        return audit(self.bank, self.plan, self.items[session])


def simulate(bank: Bank, theta: npt.ArrayLike, *, plan: Plan | None = None) -> Simulation:
    """Simulate one session for each ability.

    Parameters
    ----------
    theta
        True ability of each session.
    plan
        As for `next_item`; session k of the simulation is given what `next_item(…, session=k)` gives (but for
        `highest_exposure`, which no single session can know of).

    Raises
    ------
    ResponseError
        `not_a_plan`; `not_finite` when an ability is missing or infinite.

    Examples
    --------
    >>> from assess.psychometrics.adaptive.bank import item_bank
    >>> bank = item_bank(1.5, np.linspace(-3, 3, 60))
    >>> found = simulate(bank, np.linspace(-2, 2, 200), plan=Plan(length=20, standard_error=0.4, shortest=5))
    >>> found.items.shape, int(found.given.min()) >= 5, bool((found.standard_error[found.stopped_by == 2] <= 0.4).all())
    ((200, 18), True, True)
    """
    plan = plan or Plan()
    plan.check(bank)
    truth = as_vector(theta, name="theta")
    if np.isnan(truth).any():
        raise ResponseError("not_finite", f"theta: entry {int(np.isnan(truth).argmax())} is missing")
    run = _Run.begin(bank, plan, truth)
    for _ in range(min(plan.length, len(bank)) + 1):
        if not run.step():
            break
    return run.result()


@dataclass(eq=False)
class _Run:
    """The sessions that still go on (`active`), and what is known of all."""

    bank: Bank
    plan: Plan
    truth: FloatArray
    active: IntArray
    evidence: Evidence
    digest: Digest
    tried: Digest
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
    def begin(cls, bank: Bank, plan: Plan, truth: FloatArray) -> "_Run":
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
            tried=begun,
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

    def result(self) -> Simulation:
        used = self.items >= 0
        given = np.asarray(used.sum(axis=1), dtype=np.int64)
        taken = np.zeros((len(self.truth), len(self.bank)), dtype=bool)
        row, place = np.nonzero(used)
        taken[row, self.items[row, place]] = True
        if self.aside is not None:
            taken |= self.aside
        longest = int(given.max(initial=0))
        return Simulation(
            bank=self.bank,
            plan=self.plan,
            items=self.items[:, :longest],
            answers=self.answers[:, :longest],
            true_theta=self.truth,
            theta=self.theta,
            standard_error=self.error,
            given=given,
            stopped_by=self.why,
            passed=self.decided,
            considered=taken.sum(axis=0) / max(len(self.truth), 1),
            bias=_mean(self.theta - self.truth, self.plan, "bias of the ability"),
            root_mean_square_error=_root_mean_square(self.theta - self.truth, self.plan),
            mean_length=_mean(given.astype(np.float64), self.plan, "mean number of items"),
            correct_decisions=self._correct(),
            remarks=self._remarks(given),
        )

    def _open(self) -> BoolArray:
        if self.allowed is None:
            return self.left.copy()
        both = self.left & self.allowed
        return np.asarray(np.where(both.any(axis=1)[:, None], both, self.left))

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
        key = with_answer(self.tried[self.active], item, np.zeros(len(item), dtype=np.int64))
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
            part = _rows(self.evidence, rest)
            item[over] = choose(part, self.plan, theta[over], error[over], open_to[over], self.digest[over]).item
        return item

    def _correct(self) -> Estimate | None:
        if self.plan.cut is None or self.decided is None:
            return None
        right = int((self.decided == (self.truth >= self.plan.cut)).sum())
        return proportion(right, len(self.truth), method="share of decisions that are right", minimum=MINIMUM_SESSIONS)

    def _remarks(self, given: IntArray) -> tuple[str, ...]:
        found = []
        if self.plan.shares and len(given):
            wanted = self.plan.wanted(self.bank) * given[:, None]
            off = int((np.abs(counts_by_area(self.bank, self.items) - wanted) >= 1).any(axis=1).sum())
            if off:
                found.append(f"{off} of {len(given)} sessions are an item or more away from the blueprint")
        exhausted = int((self.why == EXHAUSTED).sum())
        if exhausted:
            found.append(
                f"{exhausted} sessions ended because no item was left to give; the bank is too small for the plan"
            )
        edge = int(((self.theta == self.plan.scale.bounds[0]) | (self.theta == self.plan.scale.bounds[1])).sum())
        if edge:
            found.append(f"{edge} abilities lie on a bound of the scale (everything right, or wrong)")
        return tuple(found)


def _has_room(open_to: BoolArray, given: IntArray, room: int, item: IntArray) -> IntArray:
    """Which rows could be given another item that still has room; the others keep theirs."""
    other = open_to & (given < room)
    other[np.arange(len(item)), item] = False
    return np.flatnonzero(other.any(axis=1))


def _rows(evidence: Evidence, rows: BoolArray) -> Evidence:
    part = Evidence(
        evidence.bank,
        evidence.scale,
        evidence.method,
        evidence.items,
        evidence.answers,
        evidence.log_likelihood,
        evidence.slope,
        evidence.information,
        evidence.bias_term,
    )
    part.keep(rows)
    return part


def _mean(values: FloatArray, plan: Plan, what: str) -> Estimate:
    method, n = f"{what} of simulated sessions ({plan.rule}, {plan.method})", len(values)
    if n < 2:
        reason = f"{n} sessions; at least {MINIMUM_SESSIONS} are needed"
        return not_enough(n=n, method=method, source=SOURCES[plan.rule], reason=reason)
    value, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    return estimated(
        value=value,
        standard_error=error,
        interval=normal_interval(value, error),
        n=n,
        method=method,
        source=SOURCES[plan.rule],
        minimum=MINIMUM_SESSIONS,
        cases="sessions",
    )


def _root_mean_square(errors: FloatArray, plan: Plan) -> Estimate:
    """√ of the mean square, by the delta method."""
    square = _mean(errors**2, plan, "root mean square error of the ability")
    if square.value is None or square.standard_error is None or not square.value > 0:
        return square if square.value is None else doubted(square, "the abilities have no error at all")
    root = square.value**0.5
    error = square.standard_error / (2 * root)
    low, high = normal_interval(root, error)
    return estimated(
        value=root,
        standard_error=error,
        interval=(max(low, 0.0), high),
        n=square.n,
        method=square.method,
        source=square.source,
        minimum=MINIMUM_SESSIONS,
        cases="sessions",
    )
