"""One award, whole: the facts that builder, proof and verification tests share."""

from datetime import UTC, datetime
from decimal import Decimal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assess.awards.award_facts import AssessedPart, AwardFacts, Concept, IssuerFacts, LearnerFacts, Outcome
from assess.awards.status_list import StatusEntry
from assess.ledger.keys import SigningKey
from assess.schemes.kinds import MICRO_CREDENTIAL

CREDENTIAL_KEY = SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
DEMONSTRATION_KEY = SigningKey.of("demonstration", Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34))))

FACTS = AwardFacts(
    kind=MICRO_CREDENTIAL,
    credential_id="urn:uuid:6f0c1b0e-2d3a-4a68-9a52-0a1d1b1c1d1e",
    issuer=IssuerFacts(
        did=CREDENTIAL_KEY.public.did,
        name="Straßburger Prüfstelle für Elektrotechnik",
        url="https://awards.example.org/",
        country="DE",
        quality_assurance="external verification every two years by the chamber of crafts.",
    ),
    learner=LearnerFacts(identifier="c5b4c3f0-7f7e-4f0e-8d5f-5a4c2d8b7e61", salt=bytes(range(16))),
    achievement_id="urn:uuid:0d5d8f0e-93b1-4e7e-8a57-1f2e3d4c5b6a",
    code="MC-ECW",
    version="1.0.0",
    title="Electric circuit wiring",
    summary="Installs, terminates, inspects and tests single-phase final circuits.",
    criteria="Every part at or above its cut score, and every must-pass criterion met.",
    language="en",
    outcomes=(
        Outcome(
            code="LO-ECW-3",
            statement="Wire and terminate circuits from a drawing so that they work as specified.",
            skills=(
                Concept(
                    uri="http://data.europa.eu/esco/skill/fd60bbcc-c3b6-4fa5-936c-eef5ae0a2d44",
                    label="install low voltage wiring",
                ),
            ),
        ),
    ),
    eqf_level=4,
    eqf=Concept(uri="http://data.europa.eu/snb/eqf/4", label="Level 4"),
    field_of_study=Concept(uri="http://data.europa.eu/snb/isced-f/0713", label="Electricity and energy"),
    sdg_targets=("7.3",),
    workload_hours=Decimal(100),
    hours_per_ects=Decimal(25),
    ects=Decimal("4.0"),
    credit_system=Concept(
        uri="http://data.europa.eu/snb/education-credit/6fcec5c5af", label="European Credit Transfer System"
    ),
    participation=Concept(uri="http://data.europa.eu/snb/learning-assessment/e92d221e4d", label="Blended"),
    parts=(
        AssessedPart(
            part="ECW-P",
            title="Bench: three practical tasks",
            assessment_type=Concept(
                uri="http://data.europa.eu/snb/assessment/6a4db9f11d", label="practical assessment"
            ),
            score=Decimal("78.25"),
            cut=Decimal("62.50"),
            cut_method="borderline regression, adopted by the board of examiners on 2026-01-10 (version 2026-1).",
            supervision="Two assessors were present throughout.",
            identity_check="A person compared a photo identity document at the station.",
        ),
    ),
    assessed_from=datetime(2026, 2, 20, 8, 0, tzinfo=UTC),
    assessed_until=datetime(2026, 2, 20, 15, 30, tzinfo=UTC),
    awarded_on=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    valid_from=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    valid_until=datetime(2031, 3, 1, 12, 0, tzinfo=UTC),
    evidence_digest=bytes(range(32)),
    status=(
        StatusEntry(purpose="revocation", list_url="https://awards.example.org/status/revocation/1", index=94_567),
        StatusEntry(purpose="suspension", list_url="https://awards.example.org/status/suspension/1", index=8_001),
    ),
    sample=False,
    demonstration=False,
)
