"""Entry requirements: what a person must show before registration, by which routes, and the check of it; pure.

A requirement is met by any one of its routes, a route by all of its evidence. Evidence counts only when a named
person has verified it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rubrics.documents import Node

REQUIREMENT_KINDS = ("external_certificate", "credential", "age", "recommended")
EVIDENCE_KINDS = ("certificate", "credential", "age")


@dataclass(frozen=True)
class EvidenceRule:
    """One piece of evidence a route asks for.

    `evidence` is the code of an external credential, of an accepted kind of evidence or of one of our credentials (empty for age).
    `must_be_current` asks that it has not expired on the day; `max_age_months` limits its age since issue; `minimum_months` is the
    length of work it must confirm; `minimum_age` is in years.
    """

    kind: str
    evidence: str = ""
    must_be_current: bool = False
    max_age_months: int | None = None
    minimum_months: int | None = None
    minimum_age: int | None = None


@dataclass(frozen=True)
class Route:
    """One way to meet a requirement; all its evidence is needed."""

    identifier: str
    title: str
    all_of: tuple[EvidenceRule, ...]


@dataclass(frozen=True)
class EntryRequirement:
    """A requirement with its routes; `prerequisite` is the sentence of the scheme that it makes checkable."""

    identifier: str
    title: str
    kind: str
    mandatory: bool
    prerequisite: str
    any_of: tuple[Route, ...]


@dataclass(frozen=True)
class Certificate:
    """A document from outside; `verified_by` is the person who confirmed it, `months` the work it attests."""

    code: str
    reference: str
    issued_on: date
    expires_on: date | None = None
    months: int | None = None
    verified_by: str | None = None


@dataclass(frozen=True)
class HeldCredential:
    """One of our own credentials; `state` is `active`, `suspended` or `revoked`."""

    code: str
    reference: str
    awarded_on: date
    expires_on: date | None = None
    state: str = "active"


@dataclass(frozen=True)
class EntryFinding:
    """Whether one requirement is met, by what (references), and the sentence that says why."""

    requirement: str
    mandatory: bool
    met: bool
    by: tuple[str, ...]
    sentence: str


def check_entry(
    requirements: Sequence[EntryRequirement],
    certificates: Sequence[Certificate],
    credentials: Sequence[HeldCredential],
    today: date,
    *,
    date_of_birth: date | None = None,
) -> tuple[EntryFinding, ...]:
    """Check every requirement; a recommended one that is not shown is reported and keeps nobody out.

    Examples
    --------
    >>> rule = EvidenceRule("certificate", "EXT-PVI", must_be_current=True)
    >>> wanted = EntryRequirement("R1", "PV certificate", "external_certificate", True, "", (Route("R1A", "PV", (rule,)),))
    >>> shown = Certificate("EXT-PVI", "PVI 77", date(2024, 1, 1), date(2026, 1, 1), verified_by="proctor 1")
    >>> (finding,) = check_entry([wanted], [shown], [], date(2026, 11, 23))
    >>> finding.met, finding.sentence
    (False, 'PV certificate: not shown. PV: PVI 77 expired on 2026-01-01; show a current one.')
    """
    facts = _Facts(tuple(certificates), tuple(credentials), today, date_of_birth)
    return tuple(_check(requirement, facts) for requirement in requirements)


def may_enter(findings: Sequence[EntryFinding]) -> bool:
    """Say whether every mandatory requirement is met."""
    return all(finding.met for finding in findings if finding.mandatory)


@dataclass(frozen=True)
class _Facts:
    certificates: tuple[Certificate, ...]
    credentials: tuple[HeldCredential, ...]
    today: date
    date_of_birth: date | None


@dataclass(frozen=True)
class _Shown:
    reference: str | None
    sentence: str


def _check(requirement: EntryRequirement, facts: _Facts) -> EntryFinding:
    name, mandatory, title = requirement.identifier, requirement.mandatory, requirement.title
    if not requirement.any_of:
        return EntryFinding(name, mandatory, True, (), f"{title}: recommended; nothing is to be shown.")
    reasons = []
    for route in requirement.any_of:
        shown = [_show(rule, facts) for rule in route.all_of]
        missing = [entry.sentence for entry in shown if entry.reference is None]
        if not missing:
            references = tuple(entry.reference for entry in shown if entry.reference is not None)
            return EntryFinding(name, mandatory, True, references, f"{title}: met by {', '.join(references)}.")
        reasons.append(f"{route.title}: {' '.join(missing)}")
    return EntryFinding(name, mandatory, False, (), f"{title}: not shown. {' Or '.join(reasons)}")


def _show(rule: EvidenceRule, facts: _Facts) -> _Shown:
    if rule.kind == "age":
        return _show_age(rule.minimum_age or 0, facts)
    held = [_judge_certificate(entry, rule, facts.today) for entry in facts.certificates if entry.code == rule.evidence]
    if rule.kind == "credential":
        # One of our own that another installation awarded comes as a certificate that somebody has verified.
        ours = [entry for entry in facts.credentials if entry.code == rule.evidence]
        held = [*(_judge_credential(entry, rule, facts.today) for entry in ours), *held]
    return _best(held, rule)


def _best(judged: Sequence[_Shown], rule: EvidenceRule) -> _Shown:
    if not judged:
        return _Shown(None, f"{rule.evidence} is missing; hand it in.")
    return next((shown for shown in judged if shown.reference is not None), judged[0])


def _judge_credential(held: HeldCredential, rule: EvidenceRule, today: date) -> _Shown:
    if held.state != "active":
        return _Shown(None, f"{held.reference} is {held.state}.")
    return _judge_dates(held.reference, held.awarded_on, held.expires_on, rule, today)


def _judge_certificate(held: Certificate, rule: EvidenceRule, today: date) -> _Shown:
    if not held.verified_by:
        return _Shown(None, f"{held.reference} has not been verified; a named person confirms it first.")
    if rule.minimum_months is not None and (held.months or 0) < rule.minimum_months:
        return _Shown(None, f"{held.reference} attests {held.months or 0} months; {rule.minimum_months} are asked for.")
    return _judge_dates(held.reference, held.issued_on, held.expires_on, rule, today)


def _judge_dates(reference: str, issued_on: date, expires_on: date | None, rule: EvidenceRule, today: date) -> _Shown:
    if issued_on > today:
        return _Shown(None, f"{reference} is dated {issued_on}, after today; check the date.")
    if rule.must_be_current and expires_on is not None and expires_on < today:
        return _Shown(None, f"{reference} expired on {expires_on}; show a current one.")
    if rule.max_age_months is not None and add_months(issued_on, rule.max_age_months) < today:
        return _Shown(None, f"{reference} was issued on {issued_on}, more than {rule.max_age_months} months ago.")
    return _Shown(reference, "")


def _show_age(minimum: int, facts: _Facts) -> _Shown:
    if facts.date_of_birth is None:
        return _Shown(None, "the date of birth is not recorded; confirm it from an identity document.")
    if add_months(facts.date_of_birth, 12 * minimum) > facts.today:
        return _Shown(None, f"the person is under {minimum}.")
    return _Shown("date of birth", "")


def add_months(day: date, months: int) -> date:
    """Give the same day so many months on, or the last day of a shorter month.

    Examples
    --------
    >>> add_months(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def read_requirement(node: Node) -> EntryRequirement:
    """Read one entry of `entry_requirements`; mistakes go to the node's list."""
    requirement = EntryRequirement(
        identifier=node.text("id"),
        title=node.text("title"),
        kind=node.choice("kind", REQUIREMENT_KINDS),
        mandatory=node.flag("mandatory"),
        prerequisite=node.text("prerequisite"),
        any_of=tuple(_read_route(entry) for entry in node.nodes("any_of")),
    )
    node.finish()
    if requirement.mandatory and not requirement.any_of:
        node.problem("any_of", "is empty, so nobody could meet this mandatory requirement; name at least one route.")
    if requirement.mandatory and requirement.kind == "recommended":
        node.problem("mandatory", "is true on a recommended requirement; choose another kind or write false.")
    return requirement


def _read_route(node: Node) -> Route:
    route = Route(
        node.text("id"), node.text("title"), tuple(_read_rule(entry) for entry in node.nodes("all_of", least=1))
    )
    node.finish()
    return route


def _read_rule(node: Node) -> EvidenceRule:
    kind = node.choice("kind", EVIDENCE_KINDS)
    if kind == "age":
        rule = EvidenceRule(kind, minimum_age=node.integer("minimum_age", low=1, high=99))
        node.finish()
        return rule
    validity = node.node("validity")
    rule = EvidenceRule(
        kind=kind,
        evidence=node.text("evidence"),
        must_be_current=validity.flag("current"),
        max_age_months=validity.integer("max_age_months", low=1, high=600) if validity.has("max_age_months") else None,
        minimum_months=node.integer("minimum_months", low=1, high=600) if node.has("minimum_months") else None,
    )
    validity.finish()
    node.finish()
    return rule


def requirement_document(requirement: EntryRequirement) -> dict[str, Any]:
    """Write the canonical entry; `read_requirement` reads it back unchanged."""
    return {
        "id": requirement.identifier,
        "title": requirement.title,
        "kind": requirement.kind,
        "mandatory": requirement.mandatory,
        "prerequisite": requirement.prerequisite,
        "any_of": [
            {"id": route.identifier, "title": route.title, "all_of": [_rule_document(rule) for rule in route.all_of]}
            for route in requirement.any_of
        ],
    }


def _rule_document(rule: EvidenceRule) -> dict[str, Any]:
    if rule.kind == "age":
        return {"kind": rule.kind, "minimum_age": rule.minimum_age}
    validity: dict[str, Any] = {"current": rule.must_be_current}
    if rule.max_age_months is not None:
        validity["max_age_months"] = rule.max_age_months
    document: dict[str, Any] = {"kind": rule.kind, "evidence": rule.evidence, "validity": validity}
    if rule.minimum_months is not None:
        document["minimum_months"] = rule.minimum_months
    return document
