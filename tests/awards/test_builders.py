"""What a credential says, and what it must not be built from."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from award_example import CREDENTIAL_KEY, DEMONSTRATION_KEY, FACTS
from openbadgeslib.ob3 import contexts as bundled

from assess.awards import builders
from assess.awards.award_facts import Concept, LearnerFacts
from assess.awards.builders import BuildError
from assess.ledger.multibase import base64url_decode
from assess.schemes.kinds import KINDS, OPEN_BADGE, Kind

SKILL = "http://data.europa.eu/esco/skill/fd60bbcc-c3b6-4fa5-936c-eef5ae0a2d44"


def _targets(document: dict[str, object]) -> dict[str, tuple[object, object]]:
    achievement = document["credentialSubject"]["achievement"]  # type: ignore[index]
    return {held["targetType"]: (held["targetUrl"], held.get("targetCode")) for held in achievement["alignment"]}


def test_the_mandatory_elements_of_a_micro_credential_are_said() -> None:
    document = builders.build(FACTS)
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)

    assert _targets(document) == {
        "ext:ESCOSkill": (SKILL, "LO-ECW-3"),
        "ext:EQFLevel": ("http://data.europa.eu/snb/eqf/4", "4"),
        "ext:CreditPoint": ("http://data.europa.eu/snb/education-credit/6fcec5c5af", "4"),
        "ext:ISCEDFField": ("http://data.europa.eu/snb/isced-f/0713", "0713"),
        "ext:LearningMode": ("http://data.europa.eu/snb/learning-assessment/e92d221e4d", None),
    }
    assert subject["achievement"]["achievementType"] == "MicroCredential"
    assert subject["creditsEarned"] == 4
    assert subject["result"] == [
        {
            "type": ["Result"],
            "resultDescription": f"{FACTS.achievement_id}#ECW-P",
            "value": "78.25",
            "status": "Completed",
        }
    ]
    assert subject["achievement"]["resultDescription"][0]["requiredValue"] == "62.50"
    assert document["evidence"][0]["narrative"] == (  # type: ignore[index]
        "Two assessors were present throughout. A person compared a photo identity document at the station."
    )


def test_the_evidence_is_a_digest_and_nothing_else() -> None:
    evidence = builders.build(FACTS)["evidence"]
    assert isinstance(evidence, list)

    multihash = base64url_decode(evidence[-1]["digestMultibase"])
    assert multihash == bytes([0x12, 32]) + FACTS.evidence_digest


def test_the_learner_is_a_salted_hash_or_a_name_when_asked_for() -> None:
    hashed = json.dumps(builders.build(FACTS))
    named = builders.build(replace(FACTS, learner=replace(FACTS.learner, name="Ada Beispiel")))["credentialSubject"]
    assert isinstance(named, dict)
    expected = hashlib.sha256((FACTS.learner.identifier + FACTS.learner.salt.hex()).encode()).hexdigest()

    assert f"sha256${expected}" in hashed
    assert FACTS.learner.identifier not in hashed
    assert named["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Ada Beispiel", "identityType": "name"}
    ]


def test_identity_hash_is_the_one_open_badges_defines() -> None:
    # the specification's own example: 'a@example.com' salted with 'Kosher'; ours salts with hexadecimal text
    assert hashlib.sha256(b"a@example.comKosher").hexdigest() == (
        "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    )
    assert builders.identity_hash("a@example.com", b"\xca\xfe") == (
        "sha256$" + hashlib.sha256(b"a@example.comcafe").hexdigest()
    )


def test_sample_and_demonstration_stand_where_a_wallet_shows_them() -> None:
    document = builders.build(replace(FACTS, sample=True, demonstration=True))
    achievement = document["credentialSubject"]["achievement"]  # type: ignore[index]

    assert document["name"] == achievement["name"] == "DEMONSTRATION · SAMPLE · Electric circuit wiring"
    assert achievement["tag"] == ["demonstration", "sample", "SDG 7.3"]
    assert str(document["description"]).startswith("DEMONSTRATION: ")
    assert builders.build(FACTS)["name"] == "Electric circuit wiring"


def test_half_credits_are_exact() -> None:
    document = builders.build(replace(FACTS, ects=Decimal("2.5"), workload_hours=Decimal("62.5")))

    assert document["credentialSubject"]["creditsEarned"] == 2.5  # type: ignore[index]


def test_only_terms_of_the_named_contexts_are_used() -> None:
    """A JSON-LD reader drops a member no context defines; so every member must be a term somewhere in them."""
    terms: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            terms.update(value)
            for held in value.values():
                collect(held)
        elif isinstance(value, list):
            for held in value:
                collect(held)

    def members(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(members, value.values()))
        return set().union(*map(members, value)) if isinstance(value, list) else set()

    names = ("credentials-v2.json", "ob-v3p0-context-3.0.3.json", "ob-v3p0-extensions.json")
    for name in names:
        collect(json.loads((_folder() / name).read_text())["@context"])

    assert members(builders.build(FACTS)) - {"@context"} <= terms


def _folder() -> Path:
    return Path(bundled.__file__).parent


UNSIZED = {"workload_hours": None, "hours_per_ects": None, "ects": None, "credit_system": None}
UNLEVELLED = {"eqf_level": None, "eqf": None}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_credential_goes_by_the_words_of_its_kind(kind: Kind) -> None:
    badge = {**UNSIZED, **UNLEVELLED} if kind is OPEN_BADGE else {}
    document = builders.build(replace(FACTS, kind=kind, **badge))
    achievement = document["credentialSubject"]["achievement"]  # type: ignore[index]

    assert achievement["achievementType"] == kind.achievement_type
    assert achievement["description"].endswith(f"{kind.wording.claims} {kind.wording.never_claims}")
    assert ("not a micro-credential" in str(document["description"])) == (kind is OPEN_BADGE)


def test_an_open_badge_says_that_it_is_one_and_states_no_level_and_no_credits() -> None:
    badge = replace(FACTS, kind=OPEN_BADGE, outcomes=(), sample=False, demonstration=False, **UNSIZED, **UNLEVELLED)  # type: ignore[arg-type]
    document = builders.build(replace(badge, issuer=replace(FACTS.issuer, quality_assurance="")))
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)

    assert str(document["description"]).startswith("OPEN BADGE: a recognition, not a micro-credential.")
    assert subject["achievement"]["description"].startswith("OPEN BADGE")
    assert set(_targets(document)) == {"ext:ISCEDFField", "ext:LearningMode"}
    assert "creditsEarned" not in subject
    assert "creditsAvailable" not in subject["achievement"]


def test_what_is_certified_needs_no_credits() -> None:
    document = builders.build(replace(FACTS, kind=KINDS["certification"], **UNSIZED, **UNLEVELLED))  # type: ignore[arg-type]
    assert "ext:CreditPoint" not in _targets(document)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (UNLEVELLED, "There is no level, and a micro-credential has one."),
        (UNSIZED, "There is no workload, and a micro-credential has one."),
        ({"kind": OPEN_BADGE}, "An open badge states no level and no credits."),
        ({"issuer": replace(FACTS.issuer, quality_assurance="")}, "quality assurance is missing"),
        ({"title": " "}, "The title is missing."),
        ({"criteria": ""}, "The criteria is missing."),
        ({"outcomes": ()}, "There is no learning outcome."),
        ({"parts": ()}, "There is no assessed part."),
        ({"eqf_level": 9}, "EQF level 9"),
        ({"eqf": Concept(uri="http://data.europa.eu/snb/eqf/5", label="Level 5")}, "do not belong together"),
        ({"ects": Decimal("5")}, "are not 5 ECTS"),
        ({"ects": Decimal("4.1")}, "steps of half a credit"),
        ({"hours_per_ects": Decimal(20)}, "25 to 30 hours"),
        ({"participation": Concept(uri="", label="Blended")}, "form of participation is missing"),
        ({"evidence_digest": b"short"}, "has not 32 bytes"),
        ({"status": ()}, "one status entry for revocation"),
        ({"valid_until": datetime(2026, 3, 1, 12, tzinfo=UTC)}, "not in this order"),
        ({"awarded_on": datetime(2026, 2, 1, tzinfo=UTC)}, "not in this order"),
        ({"valid_from": datetime(2026, 3, 1)}, "needs a time zone"),
        ({"learner": LearnerFacts(identifier="x", salt=b"short")}, "fewer than 16 bytes"),
        ({"learner": LearnerFacts(identifier="x", salt=bytes(16), name=" ")}, "asked for and empty"),
    ],
)
def test_incomplete_facts_are_refused_with_every_problem(changes: dict[str, object], told: str) -> None:
    with pytest.raises(BuildError, match=told) as refused:
        builders.build(replace(FACTS, **changes))  # type: ignore[arg-type]

    assert len(refused.value.problems) == 1


def test_nested_facts_are_checked_too() -> None:
    outcome, part = FACTS.outcomes[0], FACTS.parts[0]
    occupation = Concept(uri="http://data.europa.eu/esco/occupation/4910419f", label="electrician")
    wrong = replace(
        FACTS,
        issuer=replace(FACTS.issuer, country="Germany"),
        outcomes=(replace(outcome, skills=(occupation,)), replace(outcome, skills=())),
        parts=(replace(part, score=Decimal("62.49")), replace(part, supervision="")),
    )

    with pytest.raises(BuildError) as refused:
        builders.build(wrong)

    assert refused.value.problems == (
        "The issuer's country 'Germany' is not an ISO 3166 code of two letters.",
        f"The outcome LO-ECW-3 is linked to {occupation.uri!r}, which is not the URI of an ESCO skill.",
        "The outcome LO-ECW-3 lacks its statement or a link to an ESCO skill.",
        "ECW-P: a credential is not built on 62.49 % against a cut of 62.50 %.",
        "ECW-P lacks its title, type, cut-score method, supervision or identity statement.",
    )


def test_a_demonstration_has_a_key_of_its_own() -> None:
    created = FACTS.awarded_on + timedelta(seconds=1)
    shown = replace(FACTS, demonstration=True, issuer=replace(FACTS.issuer, did=DEMONSTRATION_KEY.public.did))

    assert "proof" in builders.issue(FACTS, key=CREDENTIAL_KEY, created=created)
    assert "proof" in builders.issue(shown, key=DEMONSTRATION_KEY, created=created)
    ledger_key = replace(CREDENTIAL_KEY, purpose="ledger")
    for wrong, key in [
        (replace(FACTS, demonstration=True), CREDENTIAL_KEY),
        (FACTS, DEMONSTRATION_KEY),
        (FACTS, ledger_key),
    ]:
        with pytest.raises(BuildError, match="must not sign"):
            builders.issue(wrong, key=key, created=created)
