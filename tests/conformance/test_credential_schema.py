"""Credentials of the bundled schemes against the official Open Badges 3.0 JSON Schema.

No JSON Schema processor is among the dependencies. The schema uses thirteen keywords; they are read here, any other is an
error, and the reading itself is checked against the fixtures of the 1EdTech validator first.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assess.awards import builders
from assess.awards.award_facts import AssessedPart, AwardFacts, Concept, IssuerFacts, LearnerFacts, Outcome
from assess.awards.status_list import StatusEntry
from assess.awards.verification import verify
from assess.ledger.keys import SigningKey
from assess.schemes import kinds

Schema = dict[str, Any]
CONTENT = Path(__file__).parents[2] / "assess" / "content" / "credentials.yaml"
KEY = SigningKey.of("demonstration", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
ANNOTATIONS = {"$schema", "$id", "$comment", "$defs", "title", "description", "additionalItems"}


def errors(schema: Schema, value: Any, place: str, root: Schema) -> Iterator[str]:
    """The places where a value breaks the schema."""
    for keyword, asked in schema.items():
        if keyword not in ANNOTATIONS and not _keyword(keyword, asked, value, root):
            yield place
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from errors(inner, value[name], f"{place}.{name}", root)
    if isinstance(value, list) and "items" in schema:
        items = schema["items"]
        for index, held in enumerate(value):
            if isinstance(items, dict):
                yield from errors(items, held, f"{place}[{index}]", root)
            elif index < len(items):
                yield from errors(items[index], held, f"{place}[{index}]", root)
            elif "additionalItems" in schema:
                yield from errors(schema["additionalItems"], held, f"{place}[{index}]", root)
    if "$ref" in schema:
        yield from errors(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, place, root)
    for inner in schema.get("allOf", []):
        yield from errors(inner, value, place, root)


def _keyword(keyword: str, asked: Any, value: Any, root: Schema) -> bool:
    if keyword in ("properties", "items", "$ref", "allOf"):
        return True  # walked above
    if keyword == "type":
        return KINDS[asked](value)
    if keyword == "enum":
        return value in asked
    if keyword == "oneOf":
        return sum(_fits(inner, value, root) for inner in asked) == 1
    if keyword == "pattern":
        return not isinstance(value, str) or re.search(asked, value) is not None
    if keyword == "format":
        return _format(asked, value)
    if keyword == "required":
        return not isinstance(value, dict) or set(asked) <= set(value)
    if keyword == "additionalProperties":
        return asked is True or not isinstance(value, dict) or _closed(value, root)
    if keyword == "minItems":
        return not isinstance(value, list) or len(value) >= asked
    if keyword == "contains":
        return not isinstance(value, list) or any(_fits(asked, held, root) for held in value)
    raise AssertionError(f"The schema uses the keyword {keyword}, which is not read here.")


def _fits(schema: Schema, value: Any, root: Schema) -> bool:
    return next(errors(schema, value, "$", root), None) is None


def _closed(value: dict[str, Any], root: Schema) -> bool:
    # The one closed object that our credentials can hold is the identity object.
    return set(value) <= set(root["$defs"]["IdentityObject"]["properties"]) or value.get("type") != "IdentityObject"


def _format(asked: str, value: Any) -> bool:
    if asked == "date-time" and isinstance(value, str):
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value) is not None
    return True


@pytest.fixture(scope="module")
def schema(data_dir: Path) -> Schema:
    held: Schema = json.loads((data_dir / "credentials/ob3-schema/ob_v3p0_achievementcredential.json").read_text())
    return held


def _places(schema: Schema, document: Any) -> list[str]:
    return sorted(set(errors(schema, document, "$", schema)))


def test_the_reading_of_the_schema_agrees_with_the_validators_own_fixtures(schema: Schema, data_dir: Path) -> None:
    folder = data_dir / "credentials" / "ob3-samples"
    found = {
        path.stem: _places(schema, json.loads(path.read_text()))
        for path in folder.glob("*.json")
        if path.stem.startswith(("simple", "complete")) and not path.stem.endswith("_v1")
    }

    for name in ("complete", "simple", "simple-context-alias", "simple-context-version", "simple-did-key-method"):
        assert found[name] == [], name
    assert found["simple-did-web-method"] == [
        "$.proof"
    ]  # a single proof object, as VCDM allows and the schema does not
    wrong = {
        "simple-err-context": "$['@context']",
        "simple-err-type": "$.type",
        "simple-err-issuer-type": "$.issuer",
        "simple-err-evidence-type": "$.evidence",
        "simple-err-credential-subject-type": "$.credentialSubject",
        "simple-err-credential-subject-identifier-type": "$.credentialSubject.identifier",
        "simple-err-credential-subject-result-type": "$.credentialSubject.result",
        "simple-err-credential-subject-achievement-result-description-type": "$.credentialSubject.achievement",
    }
    for name, start in wrong.items():
        told = start.replace("$['@context']", "$.@context")
        assert any(place.startswith(told) for place in found[name]), (name, found[name])


def _concept(held: dict[str, str]) -> Concept:
    return Concept(uri=held["uri"], label=held["label"])


def _facts(scheme: dict[str, Any], skills: dict[str, Concept]) -> AwardFacts:
    """An award under a bundled scheme; what records would tell is stated here, the rest is the content's."""
    workload = scheme["workload"]
    return AwardFacts(
        kind=kinds.KINDS[scheme["kind"]["is"]],
        credential_id="urn:uuid:6f0c1b0e-2d3a-4a68-9a52-0a1d1b1c1d1e",
        issuer=IssuerFacts(
            did=KEY.public.did,
            name=scheme["metadata"]["awarding_body"],
            url="https://awards.example.org/",
            country=scheme["metadata"]["countries_of_issuer"][0],
            quality_assurance=scheme["metadata"]["quality_assurance"]["type"],
        ),
        learner=LearnerFacts(identifier="c5b4c3f0-7f7e-4f0e-8d5f-5a4c2d8b7e61", salt=bytes(range(16))),
        achievement_id=f"urn:example:scheme:{scheme['id']}:{scheme['version']}",
        code=scheme["id"],
        version=scheme["version"],
        title=scheme["title"],
        summary=scheme["summary"],
        criteria=scheme["assessment"]["pass_rule"]["critical_steps"],
        language=scheme["metadata"]["language"],
        outcomes=tuple(
            Outcome(code=held["id"], statement=held["statement"], skills=tuple(skills[name] for name in held["esco"]))
            for held in scheme["learning_outcomes"]
        ),
        eqf_level=scheme["eqf_level"],
        eqf=Concept(uri=scheme["eqf_uri"], label=f"Level {scheme['eqf_level']}"),
        field_of_study=_concept(scheme["isced_f"]),
        sdg_targets=tuple(scheme["sdg_targets"]),
        workload_hours=Decimal(workload["hours_total"]),
        hours_per_ects=Decimal(workload["hours_per_ects"]),
        ects=Decimal(str(workload["ects"])),
        credit_system=_concept(workload["credit_system"]),
        participation=_concept(scheme["metadata"]["form_of_participation"]),
        parts=tuple(
            AssessedPart(
                part=held["id"],
                title=held["kind"],
                assessment_type=_concept(held["assessment_type"]),
                score=Decimal("75.50"),
                cut=Decimal("60.00"),
                cut_method="modified Angoff, adopted by the board on 2026-01-10.",
                supervision="Supervised.",
                identity_check="Identity confirmed by a person.",
            )
            for held in scheme["assessment"]["components"]
        ),
        assessed_from=datetime(2026, 2, 20, 8, tzinfo=UTC),
        assessed_until=datetime(2026, 2, 20, 15, tzinfo=UTC),
        awarded_on=AT,
        valid_from=AT,
        valid_until=AT.replace(year=2026 + scheme["validity_months"] // 12),
        evidence_digest=bytes(32),
        status=(
            StatusEntry(purpose="revocation", list_url="https://awards.example.org/status/revocation/1", index=1),
            StatusEntry(purpose="suspension", list_url="https://awards.example.org/status/suspension/1", index=2),
        ),
        sample=True,
        demonstration=True,
    )


@pytest.mark.parametrize("scheme_id", ["MC-ECW", "MC-PVS", "MC-CEE"])
def test_credentials_of_every_bundled_scheme_keep_to_the_official_schema(schema: Schema, scheme_id: str) -> None:
    content = yaml.safe_load(CONTENT.read_text())
    skills = {held["id"]: _concept(held) for held in content["esco_skills"]}
    scheme = next(held for held in content["credentials"] if held["id"] == scheme_id)

    credential = json.loads(json.dumps(builders.issue(_facts(scheme, skills), key=KEY, created=AT)))

    # The schema wants a list of proofs and a single status. VCDM 2.0 allows either form of both: a single proof is what
    # independent verifiers of eddsa-jcs-2022 read, and two entries are how revocation and suspension stand side by side.
    assert _places(schema, credential) == ["$.credentialStatus", "$.proof"]
    first, second = credential["credentialStatus"]
    for status in (first, second):
        assert _places(schema, {**credential, "proof": [credential["proof"]], "credentialStatus": status}) == []
    assert verify(credential, now=AT, status_lists=None, trusted_issuers=None).valid


def test_an_open_badge_without_level_and_credits_keeps_to_it_too(schema: Schema) -> None:
    content = yaml.safe_load(CONTENT.read_text())
    skills = {held["id"]: _concept(held) for held in content["esco_skills"]}
    bare = dict.fromkeys(("eqf_level", "eqf", "workload_hours", "hours_per_ects", "ects", "credit_system"))
    facts = replace(_facts(content["credentials"][0], skills), kind=kinds.OPEN_BADGE, **bare)  # type: ignore[arg-type]
    made = json.loads(json.dumps(builders.build(facts)))
    made["credentialStatus"] = made["credentialStatus"][0]

    assert _places(schema, made) == []
    assert made["credentialSubject"]["achievement"]["achievementType"] == "Badge"


def test_the_reading_of_the_schema_finds_a_broken_credential(schema: Schema) -> None:
    content = yaml.safe_load(CONTENT.read_text())
    skills = {held["id"]: _concept(held) for held in content["esco_skills"]}
    made = json.loads(json.dumps(builders.build(_facts(content["credentials"][0], skills))))
    made["credentialStatus"] = made["credentialStatus"][0]
    subject = made["credentialSubject"]

    assert _places(schema, made) == []
    subject["identifier"][0]["nickname"] = "x"
    subject["achievement"]["alignment"][0].pop("targetUrl")
    subject["achievement"]["achievementType"] = "Micro"
    subject["creditsEarned"] = "4"
    made["validFrom"] = "yesterday"
    assert _places(schema, made) == [
        "$.credentialSubject.achievement.achievementType",
        "$.credentialSubject.achievement.alignment[0]",
        "$.credentialSubject.creditsEarned",
        "$.credentialSubject.identifier[0]",
        "$.validFrom",
    ]


def test_foreign_documents_are_refused_with_a_reason_and_never_crash(data_dir: Path) -> None:
    folders = ("ob3-samples", "clr2-samples", "jades-samples", "elm-v3", "vectors/eddsa", "vectors/jcs/input")
    paths = [
        path for name in folders for path in sorted((data_dir / "credentials" / name).rglob("*")) if path.is_file()
    ]

    verdicts = {path.name: verify(path.read_bytes(), now=AT, status_lists=None, trusted_issuers=None) for path in paths}

    assert len(paths) > 100
    assert [name for name, verdict in verdicts.items() if verdict.valid] == []
    assert all(verdict.checks[-1].sentence for verdict in verdicts.values())
