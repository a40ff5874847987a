"""The facts of one award, and whether a credential may be built from them.

They carry all eleven mandatory elements of Annex I of the Council Recommendation 2022/C 243/02 on micro-credentials. The
official schemas let a credential through that has no learning outcome, no workload, or a level that does not exist; so
what is missing or contradicts itself is found here. What a micro-credential must say an open badge must not: it has no level and no
credits, so that nobody takes the one for the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assess.schemes.kinds import MICRO_CREDENTIAL, OPEN_BADGE, Kind

from .status_list import StatusEntry

_ESCO_SKILL = re.compile(r"http://data\.europa\.eu/esco/skill/[0-9A-Za-z-]+", re.ASCII)
_EQF = "http://data.europa.eu/snb/eqf/"


@dataclass(frozen=True, kw_only=True)
class Concept:
    """An entry of a controlled vocabulary: its URI and its label."""

    uri: str
    label: str


@dataclass(frozen=True, kw_only=True)
class IssuerFacts:
    """The awarding body: its `did:key`, name, home page, ISO 3166 country, and statement of quality assurance.

    An open badge may have none.
    """

    did: str
    name: str
    url: str
    country: str
    quality_assurance: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A learning outcome and the ESCO skills it is linked to."""

    code: str
    statement: str
    skills: tuple[Concept, ...]


@dataclass(frozen=True, kw_only=True)
class AssessedPart:
    """One part as it was assessed, from recorded events.

    `supervision` and `identity_check` are sentences derived from the record of the sitting. `score` and `cut` are percentages;
    `cut_method` says how the cut score was set and by whom it was adopted.
    """

    part: str
    title: str
    assessment_type: Concept
    score: Decimal
    cut: Decimal
    cut_method: str
    supervision: str
    identity_check: str


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """Who holds the credential: an opaque identifier with 16 random bytes of salt, and the name when it is asked for."""

    identifier: str
    salt: bytes
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class AwardFacts:
    """Everything a credential says.

    Parameters
    ----------
    kind
        What kind of document it is: which elements it must have, and by which words it goes.
    credential_id, achievement_id
        URIs; the credential's is a random `urn:uuid:`.
    code, version
        The scheme's code and the version the attempt was taken under.
    criteria
        What had to be shown to pass, as a text.
    eqf_level, eqf
        None where the scheme states no level.
    workload_hours, ects, hours_per_ects, credit_system
        Notional workload, None where the scheme states none; hours ÷ hours per credit must give the credits within a tenth,
        and these come in steps of half a credit.
    assessed_from, assessed_until
        First and last moment of the attempt.
    evidence_digest
        32 bytes: salted SHA-256 of the sealed assessment record.
    status
        Where revocation and suspension can be looked up.
    sample, demonstration
        Whether the credential must announce itself as one.
    """

    kind: Kind
    credential_id: str
    issuer: IssuerFacts
    learner: LearnerFacts
    achievement_id: str
    code: str
    version: str
    title: str
    summary: str
    criteria: str
    language: str
    outcomes: tuple[Outcome, ...]
    eqf_level: int | None
    eqf: Concept | None
    field_of_study: Concept
    sdg_targets: tuple[str, ...]
    workload_hours: Decimal | None
    hours_per_ects: Decimal | None
    ects: Decimal | None
    credit_system: Concept | None
    participation: Concept
    parts: tuple[AssessedPart, ...]
    assessed_from: datetime
    assessed_until: datetime
    awarded_on: datetime
    valid_from: datetime
    valid_until: datetime
    evidence_digest: bytes
    status: tuple[StatusEntry, ...]
    sample: bool
    demonstration: bool


def problems_of(facts: AwardFacts) -> list[str]:
    """Every mandatory element that is missing or contradicts another, as sentences; empty when there is none."""
    texts: Mapping[str, str] = {
        "title": facts.title,
        "summary": facts.summary,
        "criteria": facts.criteria,
        "name of the awarding body": facts.issuer.name,
        "form of participation": facts.participation.uri,
        "learner's identifier": facts.learner.identifier,
    }
    if facts.kind is not OPEN_BADGE:
        texts = {**texts, "quality assurance": facts.issuer.quality_assurance}
    problems = [f"The {what} is missing." for what, text in texts.items() if not text.strip()]
    if len(facts.learner.salt) < 16:
        problems.append("The learner's salt has fewer than 16 bytes.")
    if facts.learner.name is not None and not facts.learner.name.strip():
        problems.append("The learner's name is asked for and empty.")
    if not re.fullmatch(r"[A-Z]{2}", facts.issuer.country):
        problems.append(f"The issuer's country {facts.issuer.country!r} is not an ISO 3166 code of two letters.")
    problems += _content_problems(facts) + _part_problems(facts)
    moments = (facts.assessed_from, facts.assessed_until, facts.awarded_on, facts.valid_until)
    if any(moment.tzinfo is None for moment in (*moments, facts.valid_from)):
        problems.append("Every moment needs a time zone.")
    elif list(moments) != sorted(moments) or not facts.assessed_until <= facts.valid_from < facts.valid_until:
        problems.append("Assessment, award and validity are not in this order in time.")
    if len(facts.evidence_digest) != 32:
        problems.append("The evidence digest has not 32 bytes.")
    if sorted(entry.purpose for entry in facts.status) != ["revocation", "suspension"]:
        problems.append("A credential needs one status entry for revocation and one for suspension.")
    return problems


def _content_problems(facts: AwardFacts) -> list[str]:
    badge = facts.kind is OPEN_BADGE
    problems = [] if facts.outcomes or badge else ["There is no learning outcome."]
    for outcome in facts.outcomes:
        if not outcome.statement.strip() or not outcome.skills:
            problems.append(f"The outcome {outcome.code} lacks its statement or a link to an ESCO skill.")
        problems += [
            f"The outcome {outcome.code} is linked to {skill.uri!r}, which is not the URI of an ESCO skill."
            for skill in outcome.skills
            if not _ESCO_SKILL.fullmatch(skill.uri)
        ]
    if badge and (facts.eqf_level is not None or facts.ects is not None):
        problems.append(
            "An open badge states no level and no credits. Leave them out, or award another kind of document."
        )
    return problems + _level_problems(facts) + _size_problems(facts)


def _level_problems(facts: AwardFacts) -> list[str]:
    if facts.eqf_level is None or facts.eqf is None:
        return ["There is no level, and a micro-credential has one."] if facts.kind is MICRO_CREDENTIAL else []
    if not 1 <= facts.eqf_level <= 8 or facts.eqf.uri != f"{_EQF}{facts.eqf_level}":
        return [f"EQF level {facts.eqf_level} and its URI {facts.eqf.uri!r} do not belong together."]
    return []


def _size_problems(facts: AwardFacts) -> list[str]:
    if (
        facts.workload_hours is None
        or facts.hours_per_ects is None
        or facts.ects is None
        or facts.credit_system is None
    ):
        return ["There is no workload, and a micro-credential has one."] if facts.kind is MICRO_CREDENTIAL else []
    if not 25 <= facts.hours_per_ects <= 30:
        return [f"One ECTS credit stands for 25 to 30 hours, not {facts.hours_per_ects}."]
    if (
        facts.ects <= 0
        or facts.ects % Decimal("0.5")
        or abs(facts.workload_hours / facts.hours_per_ects - facts.ects) > Decimal("0.1")
    ):
        told = f"{facts.workload_hours} hours at {facts.hours_per_ects} per credit are not {facts.ects} ECTS credits"
        return [f"{told}, in steps of half a credit."]
    return []


def _part_problems(facts: AwardFacts) -> list[str]:
    problems = [] if facts.parts else ["There is no assessed part."]
    for part in facts.parts:
        texts = (part.title, part.assessment_type.uri, part.supervision, part.identity_check, part.cut_method)
        if not all(text.strip() for text in texts):
            problems.append(f"{part.part} lacks its title, type, cut-score method, supervision or identity statement.")
        if not 0 <= part.cut <= part.score <= 100:
            problems.append(f"{part.part}: a credential is not built on {part.score} % against a cut of {part.cut} %.")
    return problems
