"""The gate: named checks that stand between a decision and a credential.

A pure function from facts to checks. Every check is evaluated every time, so that a dossier shows all of them; the gate
is open when each has passed or is waived. A statistic whose interval straddles its threshold, or that rests on too few
cases, is *not enough evidence*: neither a pass nor a fail.

A waiver needs two different people, a reason and an expiry. Who somebody is, whether they may hold this credential, whether
they worked safely, whether judges were impartial and whether the record is complete can't be waived at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .decision import OVERALL, Undecidable
from .gate_facts import GateFacts, Statistic


class Status(StrEnum):
    """What came of a check."""

    PASS = "pass"
    FAIL = "fail"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A named exception to one check: why, by whom (two people), and until when (the last day it counts).

    `people` tells the people apart; `names`, where given, is what readers are told instead.
    """

    check: str
    reason: str
    people: tuple[str, ...]
    granted_on: date
    expires_on: date
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GateCheck:
    """One check and what came of it.

    `threshold`, `source` and `value` are empty where the check is not a comparison. `waived` holds the waiver that counted;
    the sentence still says what was found.
    """

    name: str
    status: Status
    protects_against: str
    threshold: str
    source: str
    value: str
    sentence: str
    waived: Waiver | None = None


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """All checks, whether the gate is open, what keeps it shut, and which waivers did not count and why."""

    checks: tuple[GateCheck, ...]
    open: bool
    blocking: tuple[str, ...]
    refused_waivers: tuple[str, ...]


Finding = tuple[Status, str]
"""Status and the sentence that explains it."""


def open_gate(facts: GateFacts, waivers: Sequence[Waiver], today: date) -> GateResult:
    """Put every check to the facts and apply the waivers that count today.

    Returns
    -------
    GateResult
        `open` exactly when every check passed or is waived. A waiver that does not count (unknown check, a check that
        can't be waived, fewer than two people, no reason, expired, not yet granted) is listed with the reason, never
        dropped in silence.
    """
    counting: dict[str, Waiver] = {}
    refused = []
    for waiver in waivers:
        objection = _objection(waiver, today)
        if objection:
            refused.append(f"The waiver of {waiver.check!r} does not count: {objection}.")
        else:
            counting.setdefault(waiver.check, waiver)
    checks = tuple(_put(name, facts, today, counting.get(name)) for name in CHECKS)
    blocking = tuple(check.name for check in checks if check.status not in (Status.PASS, Status.WAIVED))
    return GateResult(checks=checks, open=not blocking, blocking=blocking, refused_waivers=tuple(refused))


def _put(name: str, facts: GateFacts, today: date, waiver: Waiver | None) -> GateCheck:
    check = CHECKS[name]
    statistic = check.statistic(facts) if check.statistic else None
    status, sentence = _compare(statistic) if statistic else check.find(facts, today)
    if waiver is not None and status is not Status.PASS:
        told = f"{sentence} Waived until {waiver.expires_on} by {' and '.join(waiver.names or waiver.people)}: {waiver.reason}"
        status, sentence = Status.WAIVED, told
    else:
        waiver = None
    return GateCheck(
        name=name,
        status=status,
        protects_against=check.protects_against,
        threshold=f"≥ {statistic.threshold.least}, n ≥ {statistic.threshold.least_n}" if statistic else "",
        source=statistic.threshold.source if statistic else "",
        value=_spell(statistic) if statistic else "",
        sentence=sentence,
        waived=waiver,
    )


def _objection(waiver: Waiver, today: date) -> str:
    if waiver.check not in CHECKS:
        return "there is no such check"
    if not CHECKS[waiver.check].waivable:
        return "this check can't be waived"
    if len({person.strip() for person in waiver.people if person.strip()}) < 2:
        return "it needs two different people"
    if not waiver.reason.strip():
        return "it gives no reason"
    if waiver.granted_on > today:
        return f"it is only granted on {waiver.granted_on}"
    if waiver.expires_on < today:
        return f"it expired on {waiver.expires_on}"
    return ""


def _identity(facts: GateFacts, today: date) -> Finding:
    identity = facts.identity
    if not identity.confirmed_by or identity.on is None:
        return Status.FAIL, "Nobody has confirmed the candidate's identity."
    return Status.PASS, f"The candidate's identity was confirmed by a person on {identity.on}: {identity.how}."


def _prerequisites(facts: GateFacts, today: date) -> Finding:
    unmet = [held.name for held in facts.prerequisites if held.met is False]
    unknown = [held.name for held in facts.prerequisites if held.met is None]
    if unmet:
        return Status.FAIL, f"Not met: {', '.join(unmet)}."
    if unknown:
        return Status.NOT_ENOUGH_EVIDENCE, f"Not verified yet: {', '.join(unknown)}."
    if not facts.prerequisites:
        return Status.PASS, "The scheme asks for no prerequisite."
    return Status.PASS, f"Verified: {', '.join(held.name for held in facts.prerequisites)}."


def _safety(facts: GateFacts, today: date) -> Finding:
    missed = [f"{held.criterion} ({held.part})" for held in facts.must_pass if held.met is False]
    unknown = [f"{held.criterion} ({held.part})" for held in facts.must_pass if held.met is None]
    if missed:
        return Status.FAIL, f"Must-pass criteria not met: {', '.join(missed)}."
    if unknown:
        return Status.NOT_ENOUGH_EVIDENCE, f"Must-pass criteria not judged: {', '.join(unknown)}."
    return Status.PASS, f"All {len(facts.must_pass)} must-pass criteria were met."


def _conflicts(facts: GateFacts, today: date) -> Finding:
    if facts.conflicts:
        return Status.FAIL, " ".join(facts.conflicts)
    if not facts.conflicts_examined:
        return Status.NOT_ENOUGH_EVIDENCE, "The people involved have not been compared with the declared interests."
    return Status.PASS, "Nobody involved has a declared interest in this candidate."


def _seals(facts: GateFacts, today: date) -> Finding:
    seals = facts.seals
    missing = [stream for stream in seals.expected if stream not in seals.sealed]
    if not seals.expected:
        return Status.NOT_ENOUGH_EVIDENCE, "No stream of the attempt is known."
    if missing:
        return Status.FAIL, f"Not sealed: {', '.join(missing)}."
    if seals.quarantined:
        return Status.FAIL, f"{seals.quarantined} entries in quarantine wait for a person's decision."
    return Status.PASS, f"All {len(seals.expected)} streams are sealed and nothing waits in quarantine."


def _incidents(facts: GateFacts, today: date) -> Finding:
    if facts.incidents:
        return Status.FAIL, " ".join(facts.incidents)
    return Status.PASS, "No incident is open, and none was upheld."


def _double_marks(facts: GateFacts, today: date) -> Finding:
    marks = facts.double_marks
    missing = [task for task in marks.expected if task not in marks.complete]
    if missing:
        return Status.FAIL, f"A second set of marks is missing for {', '.join(missing)}."
    if marks.unreconciled:
        return Status.FAIL, f"The two assessors' difference is not settled for {', '.join(marks.unreconciled)}."
    return Status.PASS, f"{len(marks.expected)} double-marked tasks are complete and settled."


def _near_cut(facts: GateFacts, today: date) -> Finding:
    if isinstance(facts.decision, Undecidable):
        return Status.NOT_ENOUGH_EVIDENCE, "There is no decision yet."
    waiting = [part for part in facts.decision.near_cut if not facts.near_cut_reviews.get(part, "").strip()]
    unknown = [line.part for line in facts.decision.lines if line.cut is not None and line.near_cut is None]
    if waiting:
        return Status.FAIL, f"Within one standard error of the cut and not reviewed: {', '.join(waiting)}."
    if unknown:
        told = f"The standard error of measurement is not known for {', '.join(unknown)}."
        return Status.NOT_ENOUGH_EVIDENCE, told
    if facts.decision.near_cut:
        return Status.PASS, f"Near the cut and reviewed: {', '.join(facts.decision.near_cut)}."
    return Status.PASS, "No score lies within one standard error of its cut."


def _decision(facts: GateFacts, today: date) -> Finding:
    if isinstance(facts.decision, Undecidable):
        return Status.NOT_ENOUGH_EVIDENCE, " ".join(facts.decision.reasons)
    if not facts.decision.passed:
        return Status.FAIL, " ".join(line.sentence for line in facts.decision.lines if not line.met)
    return Status.PASS, f"All {len(facts.decision.lines)} conditions of the decision rule are met."


def _short_texts(facts: GateFacts, today: date) -> Finding:
    if facts.short_texts_waiting:
        return Status.FAIL, f"Waiting for a marker: {', '.join(facts.short_texts_waiting)}."
    return Status.PASS, "No short text waits for a marker."


def _cut_in_force(facts: GateFacts, today: date) -> Finding:
    needed = (*facts.rule.parts, *([OVERALL] if facts.rule.overall_weights is not None else []))
    held = {cut.part: cut for cut in facts.cut_scores}
    missing = [part for part in needed if part not in held]
    early = [part for part in needed if part in held and ((held[part].adopted_on or date.max) > today)]
    bare = [part for part in needed if part in held and (held[part].standard_error is None or not held[part].panel)]
    if missing or early:
        return Status.FAIL, f"No cut score is in force for {', '.join(missing + early)}."
    if bare:
        return Status.NOT_ENOUGH_EVIDENCE, f"Standard error or panel of the cut score is not known: {', '.join(bare)}."
    return Status.PASS, f"A cut score with standard error and panel is in force for {', '.join(needed)}."


def _cut_adopted(facts: GateFacts, today: date) -> Finding:
    nameless = [cut.part for cut in facts.cut_scores if not cut.adopted_by.strip()]
    if nameless or not facts.cut_scores:
        return Status.FAIL, f"No board has put its name to the cut score of {', '.join(nameless) or 'any part'}."
    boards = sorted({cut.adopted_by for cut in facts.cut_scores})
    return Status.PASS, f"The cut scores were adopted by {', '.join(boards)}."


def _publication(facts: GateFacts, today: date) -> Finding:
    shown = facts.publication
    if not shown.reviewed_by or shown.on is None or shown.on > today:
        return Status.FAIL, f"No recorded review has published version {shown.version} of the content."
    return Status.PASS, f"Version {shown.version} was published on {shown.on} by a recorded review."


def _compare(statistic: Statistic) -> Finding:
    least, needed = statistic.threshold.least, statistic.threshold.least_n
    if statistic.reason:
        return Status.NOT_ENOUGH_EVIDENCE, f"{_spell(statistic)}. Held against it: {statistic.reason}."
    if statistic.value is None or statistic.n < needed:
        return Status.NOT_ENOUGH_EVIDENCE, f"It rests on {statistic.n} cases; {needed} are needed."
    if (statistic.low is None) != (statistic.high is None):
        raise ValueError("An interval has both ends or none.")
    low = statistic.value if statistic.low is None else statistic.low
    high = statistic.value if statistic.high is None else statistic.high
    if low >= least:
        return Status.PASS, f"{_spell(statistic)} is at or above {least}."
    if high < least:
        return Status.FAIL, f"{_spell(statistic)} is below {least}."
    return Status.NOT_ENOUGH_EVIDENCE, f"{_spell(statistic)}: the interval holds {least}, so either is possible."


def _spell(statistic: Statistic) -> str:
    if statistic.value is None:
        return f"none ({statistic.method}, n = {statistic.n})"
    interval = "interval not known" if statistic.low is None else f"95 % {statistic.low} to {statistic.high}"
    return f"{statistic.value} ({interval}; {statistic.method}, n = {statistic.n})"


def _never(facts: GateFacts, today: date) -> Finding:
    raise AssertionError("A statistic is compared, not found.")


@dataclass(frozen=True, kw_only=True)
class _Check:
    protects_against: str
    waivable: bool
    find: Callable[[GateFacts, date], Finding] = _never
    statistic: Callable[[GateFacts], Statistic] | None = None


CHECKS: Mapping[str, _Check] = {
    "identity confirmed": _Check(
        protects_against="a credential for somebody else's work", waivable=False, find=_identity
    ),
    "prerequisites met": _Check(
        protects_against="a credential whose foundation is missing", waivable=False, find=_prerequisites
    ),
    "safety must-pass": _Check(protects_against="certifying dangerous work", waivable=False, find=_safety),
    "no conflict of interest": _Check(
        protects_against="judges with a stake in the result", waivable=False, find=_conflicts
    ),
    "seals complete": _Check(protects_against="a record that is incomplete or altered", waivable=False, find=_seals),
    "incidents reviewed": _Check(
        protects_against="a credential while something that was seen waits for people", waivable=True, find=_incidents
    ),
    "double marks reconciled": _Check(
        protects_against="one assessor's error deciding alone", waivable=True, find=_double_marks
    ),
    "short texts settled": _Check(
        protects_against="a result that leaves answers out", waivable=True, find=_short_texts
    ),
    "near-cut reviewed": _Check(protects_against="measurement error deciding unseen", waivable=True, find=_near_cut),
    "decision passed": _Check(protects_against="awarding what was not earned", waivable=False, find=_decision),
    "reliability": _Check(
        protects_against="scores that would differ on another day",
        waivable=True,
        statistic=lambda facts: facts.reliability,
    ),
    "decision consistency": _Check(
        protects_against="a pass that another form would have failed",
        waivable=True,
        statistic=lambda facts: facts.decision_consistency,
    ),
    "rater agreement": _Check(
        protects_against="a result that hangs on who was the assessor",
        waivable=True,
        statistic=lambda facts: facts.rater_agreement,
    ),
    "cut score in force": _Check(
        protects_against="a pass mark without known precision", waivable=True, find=_cut_in_force
    ),
    "content published": _Check(protects_against="assessing with unreviewed content", waivable=True, find=_publication),
    "cut score adopted": _Check(protects_against="a pass mark nobody answers for", waivable=True, find=_cut_adopted),
}
"""Every check by name, in the order in which a dossier shows them."""
