"""Many simulated sessions of an adaptive test at once, in lock step: the same items that `next_item` would give."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.adaptive.audit import AreaCount, audit
from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.lockstep import LockStep
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.rules import SOURCES
from assess.psychometrics.adaptive.selection import counts_by_area
from assess.psychometrics.adaptive.stopping import EXHAUSTED, REASONS
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
    run = LockStep.begin(bank, plan, truth)
    while run.step():
        pass
    used = run.items >= 0
    given = np.asarray(used.sum(axis=1), dtype=np.int64)
    longest = int(given.max(initial=0))
    return Simulation(
        bank=bank,
        plan=plan,
        items=run.items[:, :longest],
        answers=run.answers[:, :longest],
        true_theta=truth,
        theta=run.theta,
        standard_error=run.error,
        given=given,
        stopped_by=run.why,
        passed=run.decided,
        considered=run.considered(),
        bias=_mean(run.theta - truth, plan, "bias of the ability"),
        root_mean_square_error=_root_mean_square(run.theta - truth, plan),
        mean_length=_mean(given.astype(np.float64), plan, "mean number of items"),
        correct_decisions=_correct(run),
        remarks=_remarks(run, given),
    )


def _correct(run: LockStep) -> Estimate | None:
    if run.plan.cut is None or run.decided is None:
        return None
    right = int((run.decided == (run.truth >= run.plan.cut)).sum())
    return proportion(right, len(run.truth), method="share of decisions that are right", minimum=MINIMUM_SESSIONS)


def _remarks(run: LockStep, given: IntArray) -> tuple[str, ...]:
    found = []
    if run.plan.shares and len(given):
        wanted = run.plan.wanted(run.bank) * given[:, None]
        off = int((np.abs(counts_by_area(run.bank, run.items) - wanted) >= 1).any(axis=1).sum())
        if off:
            found.append(f"{off} of {len(given)} sessions are an item or more away from the blueprint")
    exhausted = int((run.why == EXHAUSTED).sum())
    if exhausted:
        found.append(f"{exhausted} sessions ended because no item was left to give; the bank is too small for the plan")
    edge = int(np.isin(run.theta, run.plan.scale.bounds).sum())
    if edge:
        found.append(f"{edge} abilities lie on a bound of the scale (everything right, or wrong)")
    return tuple(found)


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
