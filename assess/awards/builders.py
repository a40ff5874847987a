"""Building an Open Badges 3.0 credential (VCDM 2.0) from the facts of one award, in the words of its scheme's kind.

Only terms that the named contexts define are used, so that no reader drops a member. Statements on supervision and
identity come from recorded events and are given by the caller; nothing here knows the scheme's text.

What the credential says about the learner is one identity object: a salted hash, or the name when the learner asked for it.
"""

import hashlib
from datetime import datetime
from decimal import Decimal

from assess.ledger.instants import write_instant
from assess.ledger.keys import SigningKey
from assess.ledger.multibase import base64url_encode

from . import proofs
from .award_facts import AssessedPart, AwardFacts, Concept, IssuerFacts, LearnerFacts, problems_of

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)

SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}

SAMPLE = "sample"
DEMONSTRATION = "demonstration"

ANNOUNCEMENTS = {
    SAMPLE: "SAMPLE: the content assessed is a draft and has not been adopted by an awarding body.",
    DEMONSTRATION: "DEMONSTRATION: the holder and everything that happened are invented; it proves nothing about a person.",
}
"""Tag → the sentence that stands at the beginning of the credential's description."""

_SHA256_MULTIHASH = b"\x12\x20"


class BuildError(ValueError):
    """Facts a credential must not be built from; `problems` lists all of them as sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def issue(facts: AwardFacts, *, key: SigningKey, created: datetime) -> dict[str, object]:
    """Build and sign.

    Raises
    ------
    BuildError
        As `build`, and when the key is not the issuer's, or its purpose is not `credential` for a real award and
        `demonstration` for a demonstration.
    """
    document = build(facts)
    problems = []
    if key.public.did != facts.issuer.did:
        problems.append("The signing key is not the issuer's.")
    if key.purpose != (wanted := "demonstration" if facts.demonstration else "credential"):
        problems.append(f"The key for purpose {key.purpose} must not sign this; it takes the {wanted} key.")
    if problems:
        raise BuildError(problems)
    return proofs.sign(document, key=key, created=created)


def build(facts: AwardFacts) -> dict[str, object]:
    """The unsigned OpenBadgeCredential.

    Raises
    ------
    BuildError
        Naming every mandatory element that is missing or contradicts another.
    """
    problems = problems_of(facts)
    if problems:
        raise BuildError(problems)
    announced = [tag for tag, said in ((DEMONSTRATION, facts.demonstration), (SAMPLE, facts.sample)) if said]
    name = " · ".join([*(tag.upper() for tag in announced), facts.title])
    return {
        "@context": list(CONTEXTS),
        "id": facts.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "description": " ".join([*(ANNOUNCEMENTS[tag] for tag in announced), *_announced_kind(facts), facts.summary]),
        "issuer": _issuer(facts.issuer),
        "validFrom": write_instant(facts.valid_from),
        "validUntil": write_instant(facts.valid_until),
        "awardedDate": write_instant(facts.awarded_on),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(facts.learner)],
            "activityStartDate": write_instant(facts.assessed_from),
            "activityEndDate": write_instant(facts.assessed_until),
            **({} if facts.ects is None else {"creditsEarned": _number(facts.ects)}),
            "achievement": _achievement(facts, name, announced),
            "result": [_result(facts, part) for part in facts.parts],
        },
        "evidence": [*(_part_evidence(part) for part in facts.parts), _record_evidence(facts.evidence_digest)],
        "credentialSchema": [dict(SCHEMA)],
        "credentialStatus": [entry.document() for entry in facts.status],
    }


def identity_hash(identifier: str, salt: bytes) -> str:
    """The OB3 `identityHash` of an identifier: SHA-256 over the identifier followed by the salt in hexadecimal.

    >>> identity_hash("a@example.com", bytes(16))[:18]
    'sha256$71504d3a001'
    """
    return f"sha256${hashlib.sha256((identifier + salt.hex()).encode()).hexdigest()}"


def _issuer(issuer: IssuerFacts) -> dict[str, object]:
    return {
        "id": issuer.did,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.url,
        "description": f"Quality assurance: {issuer.quality_assurance or 'none is stated'}",
        "address": {"type": ["Address"], "addressCountryCode": issuer.country},
    }


def _identity(learner: LearnerFacts) -> dict[str, object]:
    if learner.name is not None:
        return {"type": "IdentityObject", "hashed": False, "identityHash": learner.name, "identityType": "name"}
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(learner.identifier, learner.salt),
        "identityType": "systemId",
        "salt": learner.salt.hex(),
    }


def _achievement(facts: AwardFacts, name: str, announced: list[str]) -> dict[str, object]:
    wording = facts.kind.wording
    return {
        "id": facts.achievement_id,
        "type": ["Achievement"],
        "achievementType": facts.kind.achievement_type,
        "humanCode": facts.code,
        "version": facts.version,
        "name": name,
        "description": " ".join([*_announced_kind(facts), facts.summary, wording.claims, wording.never_claims]),
        "inLanguage": facts.language,
        "criteria": {"narrative": facts.criteria},
        "creator": _issuer(facts.issuer),
        **({} if facts.ects is None else {"creditsAvailable": _number(facts.ects)}),
        "fieldOfStudy": facts.field_of_study.label,
        "tag": [*announced, *(f"SDG {target}" for target in facts.sdg_targets)],
        "alignment": _alignments(facts),
        "resultDescription": [_result_description(facts, part) for part in facts.parts],
    }


def _alignments(facts: AwardFacts) -> list[dict[str, object]]:
    skills = [
        _alignment("ESCOSkill", "European Skills, Competences, Qualifications and Occupations", skill, outcome.code)
        | {"targetDescription": f"{outcome.code}: {outcome.statement}"}
        for outcome in facts.outcomes
        for skill in outcome.skills
    ]
    return [
        *skills,
        *_level(facts),
        *_credits(facts),
        _alignment("ISCEDFField", "ISCED-F 2013", facts.field_of_study, facts.field_of_study.uri.rsplit("/", 1)[-1]),
        _alignment("LearningMode", "European learning model: mode of learning and assessment", facts.participation),
    ]


def _level(facts: AwardFacts) -> list[dict[str, object]]:
    if facts.eqf is None:
        return []
    return [_alignment("EQFLevel", "European Qualifications Framework", facts.eqf, str(facts.eqf_level))]


def _credits(facts: AwardFacts) -> list[dict[str, object]]:
    if facts.credit_system is None or facts.ects is None or facts.workload_hours is None:
        return []
    told = f"{facts.ects.normalize():f} credits for {facts.workload_hours.normalize():f} hours of notional workload"
    workload = Concept(uri=facts.credit_system.uri, label=told)
    return [_alignment("CreditPoint", facts.credit_system.label, workload, f"{facts.ects.normalize():f}")]


def _announced_kind(facts: AwardFacts) -> list[str]:
    """What a document says of its kind before anything else, where it could be taken for more than it is."""
    return [facts.kind.wording.announcement] if facts.kind.wording.announcement else []


def _alignment(kind: str, framework: str, target: Concept, code: str = "") -> dict[str, object]:
    made: dict[str, object] = {
        "type": ["Alignment"],
        "targetType": f"ext:{kind}",
        "targetFramework": framework,
        "targetName": target.label,
        "targetUrl": target.uri,
    }
    return {**made, "targetCode": code} if code else made


def _result_description(facts: AwardFacts, part: AssessedPart) -> dict[str, object]:
    return {
        "id": _part_id(facts, part),
        "type": ["ResultDescription"],
        "name": part.title,
        "resultType": "Percent",
        "valueMin": "0",
        "valueMax": "100",
        "requiredValue": f"{part.cut:f}",
        "alignment": [
            _alignment("AssessmentType", "European learning model: type of assessment", part.assessment_type)
            | {"targetDescription": f"Cut score {part.cut:f} %: {part.cut_method}"}
        ],
    }


def _result(facts: AwardFacts, part: AssessedPart) -> dict[str, object]:
    return {
        "type": ["Result"],
        "resultDescription": _part_id(facts, part),
        "value": f"{part.score:f}",
        "status": "Completed",
    }


def _part_id(facts: AwardFacts, part: AssessedPart) -> str:
    return f"{facts.achievement_id}#{part.part}"


def _part_evidence(part: AssessedPart) -> dict[str, object]:
    return {
        "type": ["Evidence"],
        "name": part.title,
        "genre": part.assessment_type.label,
        "narrative": f"{part.supervision} {part.identity_check}",
    }


def _record_evidence(digest: bytes) -> dict[str, object]:
    return {
        "type": ["Evidence"],
        "name": "Sealed assessment record",
        "genre": "digest",
        "narrative": "A salted SHA-256 digest of the sealed record of this assessment. It says nothing about the person; "
        "whoever is shown record and salt can compare them with it.",
        "digestMultibase": base64url_encode(_SHA256_MULTIHASH + digest),
    }


def _number(value: Decimal) -> int | float:
    # Half credits are exact in binary, so nothing is rounded here.
    return int(value) if value == value.to_integral_value() else float(value)
