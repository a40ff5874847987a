"""The next item of one session: a function of its history, and of nothing else."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assess.psychometrics.adaptive.audit import AreaCount, audit
from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.draws import digest_of, with_answer
from assess.psychometrics.adaptive.evidence import SOURCES as METHODS
from assess.psychometrics.adaptive.evidence import Evidence, Method, Scale, evidence_of
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.selection import choose, eligible
from assess.psychometrics.adaptive.stopping import EXHAUSTED, GOES_ON, REASONS, passed, ratio_terms, stopped
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

Decision = Literal["pass", "fail"]
Answer = tuple[int | str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextItem:
    """What a session does next.

    Attributes
    ----------
    item, name
        The item to give, its place in the bank and its name; None when the session is over.
    worth
        What the selection rule says of it (higher is better).
    ability
        So far; n counts the answers.
    reason
        Why the session is over; empty while it goes on.
    decision
        Of a plan with a cut, once the session is over.
    contents
        Wanted and given of each content area so far.
    """

    item: int | None
    name: str | None
    worth: float | None
    ability: Estimate
    reason: str
    decision: Decision | None
    contents: tuple[AreaCount, ...]

    @property
    def over(self) -> bool:
        """Whether nothing more is to be given."""
        return self.item is None


def next_item(
    bank: Bank,
    history: Sequence[Answer],
    *,
    plan: Plan | None = None,
    session: int = 0,
    unavailable: Iterable[int | str] = (),
) -> NextItem:
    """Which item a session is given next, or why it is over.

    Parameters
    ----------
    bank
        From `item_bank` or `calibrated_bank`.
    history
        (item, answer) in the order given; an item by place or name, an answer as a category from 0, or None (or NaN) for
        an item that was left unanswered: it counts as given and says nothing of ability.
    plan
        Rule, method, stopping; by default the most informative item, EAP, 30 items.
    session
        Number of the session. What is left to chance follows from `plan.seed`, this and the history: the same call gives
        the same item, and two sessions with one history may be given different ones.
    unavailable
        Items not to give now: enemies of items already given, items over-exposed elsewhere.

    Raises
    ------
    ResponseError
        `unknown_item`, `item_repeated`, `not_a_category`, `not_a_plan`.

    Notes
    -----
    With all items set aside by exposure control the least bad of them is given: a test is not cut short for it.

    Examples
    --------
    >>> from assess.psychometrics.adaptive.bank import item_bank
    >>> bank = item_bank([1.0, 1.2, 0.8, 1.5], [-1.0, 0.0, 1.0, 0.5], names=["a", "b", "c", "d"])
    >>> next_item(bank, []).name
    'd'
    >>> step = next_item(bank, [("d", 0)])
    >>> step.name, step.ability.in_words()
    ('b', '-0.40 (95 % interval -2.09 to 1.30, n = 1)')
    >>> next_item(bank, [("d", 0), ("b", 1)], plan=Plan(length=2)).reason
    'the test has its full length'
    """
    plan = plan or Plan()
    plan.check(bank)
    items, answers = _read(bank, history)
    evidence = evidence_of(bank, items[None, :], answers[None, :], method=plan.method, scale=plan.scale)
    theta, error = evidence.ability()
    ratio = None
    if plan.cut is not None and plan.likelihood_ratio is not None:
        terms = ratio_terms(bank, plan.cut, plan.likelihood_ratio)
        ratio = np.array([terms[items[answers >= 0], answers[answers >= 0]].sum()])
    begun = digest_of(plan.seed, [session])
    digest = begun
    for item, answer in zip(items, answers, strict=True):
        digest = with_answer(digest, np.array([item]), np.array([answer]))
    why = int(stopped(plan, len(items), theta, error, ratio)[0])
    left = np.ones((1, len(bank)), dtype=bool)
    left[0, items] = False
    left[0, [bank.index(item) for item in unavailable]] = False
    allowed = eligible(bank, plan, begun)
    open_to = left if allowed is None or not (left & allowed).any() else left & allowed
    if why == GOES_ON and not open_to.any():
        why = EXHAUSTED
    item, worth = None, None
    if why == GOES_ON:
        chosen = choose(evidence, plan, theta, error, open_to, digest)
        item, worth = int(chosen.item[0]), float(chosen.worth[0])
    decided = passed(plan, theta, ratio) if why != GOES_ON else None
    return NextItem(
        item=item,
        name=None if item is None else bank.names[item],
        worth=worth,
        ability=_estimate(evidence, float(theta[0]), float(error[0])),
        reason=REASONS[why],
        decision=None if decided is None else "pass" if decided[0] else "fail",
        contents=audit(bank, plan, items),
    )


def ability(
    bank: Bank, history: Sequence[Answer], *, method: Method = "EAP", scale: Scale | None = None, level: float = LEVEL
) -> Estimate:
    """The ability of one session; n counts its answers.

    Parameters
    ----------
    method
        "EAP", "MAP" (catR: BM), "ML", "WLE" (catR: WL).
    scale
        Bounds, points, prior. catR's defaults are bounds ±4, 33 points and a standard normal prior; ours differ in the
        points, 65.

    Examples
    --------
    >>> from assess.psychometrics.adaptive.bank import item_bank
    >>> highest = ability(item_bank(1.0, [-0.5, 0.5]), [(0, 1), (1, 1)], method="ML")
    >>> highest.value, highest.reason
    (4.0, 'all answers point upwards, so the estimate is the upper bound')
    """
    items, answers = _read(bank, history)
    evidence = evidence_of(bank, items[None, :], answers[None, :], method=method, scale=scale)
    theta, error = evidence.ability()
    return _estimate(evidence, float(theta[0]), float(error[0]), level)


def _estimate(evidence: Evidence, theta: float, error: float, level: float = LEVEL) -> Estimate:
    method, source, n = f"{evidence.method} ability", METHODS[evidence.method], int(evidence.answered[0])
    if not math.isfinite(error):
        reason = "no answer says anything about ability yet"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    low, high = evidence.scale.bounds
    at_bound = evidence.method != "EAP" and theta in (low, high)
    found = estimated(
        value=theta,
        standard_error=error,
        interval=normal_interval(theta, error, level),
        n=n,
        method=method,
        source=source,
        minimum=1,
        level=level,
        cases="answers",
    )
    side = "upwards, so the estimate is the upper" if theta == high else "downwards, so the estimate is the lower"
    return doubted(found, f"all answers point {side} bound") if at_bound and n else found


def _read(bank: Bank, history: Sequence[Answer]) -> tuple[IntArray, IntArray]:
    items = np.array([bank.index(item) for item, _ in history], dtype=np.int64)
    answers = np.array([-1 if a is None or math.isnan(a) else a for _, a in history], dtype=np.float64)
    for place, item in enumerate(items):
        if item in items[:place]:
            raise ResponseError("item_repeated", f"{bank.names[item]} is in the history twice; give each item once")
        highest = int(bank.categories[item]) - 1
        if answers[place] != np.round(answers[place]) or not -1 <= answers[place] <= highest:
            sentence = f"{bank.names[item]}: answer {answers[place]:g}; its categories are 0 to {highest}"
            raise ResponseError("not_a_category", sentence)
    return items, answers.astype(np.int64)
