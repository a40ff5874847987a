"""The gate's candidate level: who this is, what they did, and whether people have looked at what only people can judge."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from .candidate_facts import CandidateFacts
from .checks import Check, Finding, failed, lacking, passed
from .decision import Undecidable

APPROVALS = 2
"""So many people put their names to a decision before anybody is told."""
NEAR_CUT = "near-cut reviewed"
"""The check that a person looked at whatever lies within one standard error of its cut; they do before anybody signs."""


def _identity(facts: CandidateFacts, today: date) -> Finding:
    identity = facts.identity
    if not identity.confirmed_by or identity.on is None:
        return failed("Nobody has confirmed the candidate's identity.")
    return passed(f"The candidate's identity was confirmed by a person on {identity.on}: {identity.how}.")


def _prerequisites(facts: CandidateFacts, today: date) -> Finding:
    unmet = [held.name for held in facts.prerequisites if held.met is False]
    unknown = [held.name for held in facts.prerequisites if held.met is None]
    if unmet:
        return failed(f"Not met: {', '.join(unmet)}.")
    if unknown:
        return lacking(f"Not verified yet: {', '.join(unknown)}.")
    if not facts.prerequisites:
        return passed("The scheme asks for no prerequisite.")
    return passed(f"Verified: {', '.join(held.name for held in facts.prerequisites)}.")


def _safety(facts: CandidateFacts, today: date) -> Finding:
    if facts.must_pass is None:
        return lacking("Nothing of the attempt is scored yet.")
    missed = [f"{held.criterion} ({held.part})" for held in facts.must_pass if held.met is False]
    unknown = [f"{held.criterion} ({held.part})" for held in facts.must_pass if held.met is None]
    if missed:
        return failed(f"Must-pass criteria not met: {', '.join(missed)}.")
    if unknown:
        return lacking(f"Must-pass criteria not judged: {', '.join(unknown)}.")
    return passed(f"All {len(facts.must_pass)} must-pass criteria were met.")


def _conflicts(facts: CandidateFacts, today: date) -> Finding:
    if facts.conflicts:
        return failed(" ".join(facts.conflicts))
    if not facts.conflicts_examined:
        return lacking("The people involved have not been compared with the declared interests.")
    return passed("Nobody involved has a declared interest in this candidate.")


def _seals(facts: CandidateFacts, today: date) -> Finding:
    seals = facts.seals
    missing = [stream for stream in seals.expected if stream not in seals.sealed]
    if not seals.expected:
        return lacking("No stream of the attempt is known.")
    if missing:
        return failed(f"Not sealed: {', '.join(missing)}.")
    if seals.quarantined:
        return failed(f"{seals.quarantined} entries in quarantine wait for a person's decision.")
    return passed(f"All {len(seals.expected)} streams are sealed and nothing waits in quarantine.")


def _incidents(facts: CandidateFacts, today: date) -> Finding:
    if facts.incidents:
        return failed(" ".join(facts.incidents))
    return passed("No incident is open, and none was upheld.")


def _double_marks(facts: CandidateFacts, today: date) -> Finding:
    marks = facts.double_marks
    missing = [task for task in marks.expected if task not in marks.complete]
    if missing:
        return failed(f"A second set of marks is missing for {', '.join(missing)}.")
    if marks.unreconciled:
        return failed(f"The two assessors' difference is not settled for {', '.join(marks.unreconciled)}.")
    return passed(f"{len(marks.expected)} double-marked tasks are complete and settled.")


def _short_texts(facts: CandidateFacts, today: date) -> Finding:
    if facts.short_texts_waiting is None:
        return lacking("Nothing of the attempt is scored yet.")
    if facts.short_texts_waiting:
        return failed(f"Waiting for a marker: {', '.join(facts.short_texts_waiting)}.")
    return passed("No short text waits for a marker.")


def _near_cut(facts: CandidateFacts, today: date) -> Finding:
    if isinstance(facts.decision, Undecidable):
        return lacking("There is no decision yet.")
    waiting = [part for part in facts.decision.near_cut if not facts.near_cut_reviews.get(part, "").strip()]
    unknown = [line.part for line in facts.decision.lines if line.cut is not None and line.near_cut is None]
    if waiting:
        return failed(f"Within one standard error of the cut and not reviewed: {', '.join(waiting)}.")
    if unknown:
        return lacking(f"The standard error of measurement is not known for {', '.join(unknown)}.")
    if facts.decision.near_cut:
        return passed(f"Near the cut and reviewed: {', '.join(facts.decision.near_cut)}.")
    return passed("No score lies within one standard error of its cut.")


def _decision(facts: CandidateFacts, today: date) -> Finding:
    if isinstance(facts.decision, Undecidable):
        return lacking(" ".join(facts.decision.reasons))
    if not facts.decision.passed:
        return failed(" ".join(line.sentence for line in facts.decision.lines if not line.met))
    return passed(f"All {len(facts.decision.lines)} conditions of the decision rule are met.")


def _approved(facts: CandidateFacts, today: date) -> Finding:
    names = len({person.strip() for person in facts.approved_by if person.strip()})
    told = f"{names} of {APPROVALS} people have put their names to the decision."
    return passed(told) if names >= APPROVALS else lacking(told)


Find = Callable[[CandidateFacts, date], Finding]


def _in(kind: str, find: Find) -> Find:
    """A finding with the record it was found in."""
    return lambda facts, today: replace(find(facts, today), evidence=facts.of(kind))


CANDIDATE_CHECKS: Mapping[str, Check[CandidateFacts]] = {
    "identity confirmed": Check(protects_against="a credential for somebody else's work", find=_in("seal", _identity)),
    "prerequisites met": Check(
        protects_against="a credential whose foundation is missing", find=_in("registration", _prerequisites)
    ),
    "safety must-pass": Check(protects_against="certifying dangerous work", find=_in("score", _safety)),
    "no conflict of interest": Check(
        protects_against="judges with a stake in the result", find=_in("attempt", _conflicts)
    ),
    "seals complete": Check(protects_against="a record that is incomplete or altered", find=_in("seal", _seals)),
    "incidents reviewed": Check(
        protects_against="a credential while something that was seen waits for people",
        find=_in("attempt", _incidents),
        waivable=True,
    ),
    "double marks reconciled": Check(
        protects_against="one assessor's error deciding alone", find=_in("score", _double_marks), waivable=True
    ),
    "short texts settled": Check(
        protects_against="a result that leaves answers out", find=_in("score", _short_texts), waivable=True
    ),
    NEAR_CUT: Check(
        protects_against="measurement error deciding unseen",
        find=_in("decision", _near_cut),
        waivable=True,
        released="always",
    ),
    "decision passed": Check(protects_against="awarding what was not earned", find=_in("decision", _decision)),
    "decision approved": Check(
        protects_against="an award one person alone answers for", find=_in("decision", _approved)
    ),
}
"""Every check of one candidate by name, in the order in which it is read."""
