"""The gate: named checks on three levels that stand between a decision and a credential.

A pure function from facts to checks. Every check is evaluated every time, so that a dossier shows all of them; the gate is
open when each has passed, is waived for this candidate, or is released for this scheme version.

A waiver sets aside what was found about one candidate. A release rule lets a check stand that has *not enough evidence* yet,
never one that failed. Who somebody is, whether they may hold this credential, whether they worked safely, whether judges were
impartial, whether the record is complete and whether two people answer for it can be neither waived nor released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .candidate_checks import CANDIDATE_CHECKS
from .candidate_facts import CandidateFacts
from .checks import Check, Evidence, Facts, Finding, Level, Status
from .scheme_checks import SCHEME_CHECKS
from .scheme_facts import SchemeFacts
from .waivers import Release, Waiver, objection
from .window_checks import WINDOW_CHECKS
from .window_facts import WindowFacts

CHECKS: Mapping[str, Check[Any]] = {**SCHEME_CHECKS, **WINDOW_CHECKS, **CANDIDATE_CHECKS}
"""Every check by name, in the order in which a dossier shows them."""

LEVEL_OF: Mapping[str, Level] = {
    **dict.fromkeys(SCHEME_CHECKS, Level.SCHEME),
    **dict.fromkeys(WINDOW_CHECKS, Level.WINDOW),
    **dict.fromkeys(CANDIDATE_CHECKS, Level.CANDIDATE),
}


@dataclass(frozen=True, kw_only=True)
class GateCheck:
    """One check and what came of it.

    `threshold`, `source` and `value` are empty where the check is not a comparison. `exception` holds the waiver or release rule
    that counted; `sentence` still says what was found. `evidence` names the records it was computed in.
    """

    name: str
    level: Level
    status: Status
    protects_against: str
    threshold: str
    source: str
    value: str
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    exception: Waiver | Release | None = None

    @property
    def clear(self) -> bool:
        """Whether this check leaves the gate open."""
        return self.status in (Status.PASS, Status.WAIVED, Status.RELEASED)

    @property
    def words(self) -> str:
        """What was found, and who lets it stand all the same."""
        return self.sentence if self.exception is None else f"{self.sentence} {self.exception.words}"


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """Checks, whether they leave the gate open, what keeps it shut, and which waivers and rules did not count and why."""

    checks: tuple[GateCheck, ...]
    open: bool
    blocking: tuple[str, ...]
    refused: tuple[str, ...] = ()

    def of(self, level: Level) -> tuple[GateCheck, ...]:
        return tuple(check for check in self.checks if check.level is level)

    @property
    def opens(self) -> bool:
        """Whether what has to hold before a candidate sits down holds."""
        return all(check.clear for check in self.checks if CHECKS[check.name].opens)


def scheme_level(facts: SchemeFacts, releases: Sequence[Release], today: date) -> GateResult:
    """Put the scheme's checks to the facts; release rules count as they stand today."""
    return _level(SCHEME_CHECKS, facts, releases, today, sample=facts.sample)


def window_level(facts: WindowFacts, releases: Sequence[Release], today: date, *, sample: bool) -> GateResult:
    """Put the window's checks to the facts; release rules count as they stand today."""
    return _level(WINDOW_CHECKS, facts, releases, today, sample=sample)


def open_gate(
    scheme: GateResult,
    window: GateResult,
    facts: CandidateFacts,
    *,
    waivers: Sequence[Waiver],
    releases: Sequence[Release],
    today: date,
    sample: bool,
) -> GateResult:
    """The gate of one candidate: both levels as they were found for everybody, the candidate's own, and their waivers.

    Returns
    -------
    GateResult
        `open` exactly when every check passed, is waived or is released. A waiver that does not count (unknown check, a check
        that can't be waived, fewer than two people, no reason, expired, not yet granted) is listed with the reason, never
        dropped in silence.
    """
    candidate = _level(CANDIDATE_CHECKS, facts, releases, today, sample=sample)
    counting, refused = _counting(waivers, today)
    unknown = [
        f"The release of {rule.check!r} does not count: there is no such check."
        for rule in releases
        if rule.check not in CHECKS
    ]
    found = (*scheme.checks, *window.checks, *candidate.checks)
    return _result(
        [_waived(check, counting.get(check.name)) for check in found],
        [*scheme.refused, *window.refused, *candidate.refused, *unknown, *refused],
    )


def _level(
    checks: Mapping[str, Check[Facts]], facts: Facts, releases: Sequence[Release], today: date, *, sample: bool
) -> GateResult:
    found, refused = [], []
    for name, check in checks.items():
        finding = check.find(facts, today)
        counting = None
        for rule in (one for one in releases if one.check == name):
            held_against = _held_against(rule, finding, today, sample=sample)
            if held_against:
                refused.append(f"The release of {name!r} does not count: {held_against}.")
            else:
                counting = counting or rule
        found.append(_shown(name, check, finding, counting))
    return _result(found, refused)


def _shown(name: str, check: Check[Any], finding: Finding, release: Release | None) -> GateCheck:
    released = release if finding.status is Status.NOT_ENOUGH_EVIDENCE else None
    return GateCheck(
        name=name,
        level=LEVEL_OF[name],
        status=finding.status if released is None else Status.RELEASED,
        protects_against=check.protects_against,
        threshold=finding.threshold,
        source=finding.source,
        value=finding.value,
        sentence=finding.sentence,
        evidence=finding.evidence,
        exception=released,
    )


def _held_against(rule: Release, finding: Finding, today: date, *, sample: bool) -> str:
    """Why a release rule does not count for what was found; empty when it does, or when there is nothing to release."""
    check = CHECKS[rule.check]
    if check.released == "never":
        return "this check can't be released"
    if check.released == "sample" and not sample:
        return "only sample content can be released from this check"
    held = objection(rule, today)
    if held or finding.status is Status.PASS:
        return held
    if finding.status is Status.FAIL:
        return "the check failed, and a rule releases only what has not enough evidence"
    if rule.least_n and (finding.n is None or finding.n < rule.least_n):
        return f"its condition is n ≥ {rule.least_n}, and the evidence rests on {finding.n or 0}"
    return ""


def _counting(waivers: Sequence[Waiver], today: date) -> tuple[dict[str, Waiver], list[str]]:
    counting: dict[str, Waiver] = {}
    refused = []
    for waiver in waivers:
        if waiver.check not in CHECKS:
            held_against = "there is no such check"
        elif not CHECKS[waiver.check].waivable:
            held_against = "this check can't be waived"
        else:
            held_against = objection(waiver, today)
        if held_against:
            refused.append(f"The waiver of {waiver.check!r} does not count: {held_against}.")
        else:
            counting.setdefault(waiver.check, waiver)
    return counting, refused


def _waived(check: GateCheck, waiver: Waiver | None) -> GateCheck:
    return check if waiver is None or check.clear else replace(check, status=Status.WAIVED, exception=waiver)


def _result(checks: Sequence[GateCheck], refused: Sequence[str]) -> GateResult:
    blocking = tuple(check.name for check in checks if not check.clear)
    return GateResult(checks=tuple(checks), open=not blocking, blocking=blocking, refused=tuple(refused))
