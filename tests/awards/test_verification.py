"""A stranger's questions: each is answered, and one changed byte is refused with its reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from award_example import CREDENTIAL_KEY, DEMONSTRATION_KEY, FACTS
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.awards import builders, proofs, status_list
from assess.awards.verification import LARGEST, TrustedIssuer, Verdict, verify
from assess.ledger.keys import SigningKey
from tests.effort import FULL, examples

NOW = datetime(2026, 4, 1, tzinfo=UTC)
CREATED = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
ALL = ["readable", "structure", "proof", "issuer", "dates", "status"]

Lists = dict[str, dict[str, object]]


@pytest.fixture(scope="session")
def signed() -> bytes:
    return proofs.jcs(builders.issue(FACTS, key=CREDENTIAL_KEY, created=CREATED))


@pytest.fixture(scope="session")
def trusted() -> dict[str, TrustedIssuer]:
    return {
        CREDENTIAL_KEY.public.did: TrustedIssuer(name="The board"),
        DEMONSTRATION_KEY.public.did: TrustedIssuer(name="The demonstration", demonstration=True),
    }


@pytest.fixture(scope="session")
def lists() -> Callable[..., Lists]:
    def make(**set_for: bool) -> Lists:
        return {
            entry.list_url: status_list.build(
                list_url=entry.list_url,
                purpose=entry.purpose,
                indices=[entry.index] if set_for.get(entry.purpose) else [],
                key=CREDENTIAL_KEY,
                valid_from=NOW - timedelta(hours=1),
                valid_until=NOW + timedelta(hours=1),
            )
            for entry in FACTS.status
        }

    return make


def _failures(verdict: Verdict) -> dict[str, str]:
    return {check.name: check.sentence for check in verdict.checks if not check.passed}


def test_an_untouched_credential_answers_every_question(
    signed: bytes, trusted: dict[str, TrustedIssuer], lists: Callable[..., Lists]
) -> None:
    verdict = verify(signed, now=NOW, status_lists=lists(), trusted_issuers=trusted)

    assert verdict.valid
    assert [check.name for check in verdict.checks] == ALL
    assert verdict.announcements == ("Assessed was Electric circuit wiring (MC-ECW): Bench: three practical tasks.",)
    assert verdict.document() == {
        "valid": True,
        "checks": [{"name": held.name, "passed": True, "sentence": held.sentence} for held in verdict.checks],
        "announcements": list(verdict.announcements),
    }
    assert verify(json.loads(signed), now=NOW, status_lists=lists().get, trusted_issuers=trusted) == verdict


def test_what_nobody_looked_up_is_said(signed: bytes) -> None:
    verdict = verify(signed, now=NOW, status_lists=None, trusted_issuers=None)

    assert verdict.valid
    assert [check.name for check in verdict.checks] == ["readable", "structure", "proof", "dates"]
    assert "anybody can make a key" in verdict.announcements[0]
    assert verdict.announcements[1] == "Nobody has looked up whether this credential has been revoked or suspended."


@settings(max_examples=examples(300))
@given(data=st.data())
def test_one_changed_byte_anywhere_is_refused_with_a_reason(signed: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(signed) - 1))

    _refused(signed[:place] + bytes([signed[place] ^ data.draw(st.integers(1, 255))]) + signed[place + 1 :])


@pytest.mark.slow
def test_every_byte_of_the_file_counts(signed: bytes) -> None:
    for place in range(0, len(signed), 1 if FULL else 7):
        _refused(signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :])


def test_a_byte_is_missed_when_missing_or_doubled(signed: bytes) -> None:
    for place in range(0, len(signed), 5 if FULL else 35):
        _refused(signed[:place] + signed[place + 1 :])
        _refused(signed[:place] + signed[place : place + 1] + signed[place:])


def _refused(changed: bytes) -> None:
    verdict = verify(changed, now=NOW, status_lists=None, trusted_issuers=None)

    assert not verdict.valid
    assert all(_failures(verdict).values())


def test_white_space_and_order_of_members_do_not_matter(signed: bytes) -> None:
    document = json.loads(signed)
    rewritten = json.dumps(dict(reversed(document.items())), indent=4).encode()

    assert verify(rewritten, now=NOW, status_lists=None, trusted_issuers=None).valid


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"\xff", "Byte 0 is not UTF-8."),
        (b'{"a": 1, "a": 2}', "The name 'a' stands twice in one object."),
        (b'{"a": NaN}', "NaN is not a JSON number."),
        (b'{"a": 1e999}', "The number 1e999 is too large."),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[" * 200_000, "nested too deep"),
        (b" " * (LARGEST + 1), f"at most {LARGEST} are read"),
    ],
)
def test_what_is_not_one_document_is_refused_before_anything_else(data: bytes, told: str) -> None:
    verdict = verify(data, now=NOW, status_lists=None, trusted_issuers=None)

    assert not verdict.valid
    assert list(_failures(verdict)) == ["readable"]
    assert told in _failures(verdict)["readable"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "contexts"),
        ({"@context": None}, "@context is missing"),
        ({"type": ["VerifiableCredential"]}, "type is not"),
        ({"type": [1]}, "not a list of texts"),
        ({"id": ""}, "id is missing"),
        ({"issuer": "did:key:z6Mk"}, "issuer is not a JSON object"),
        ({"credentialSubject": []}, "subject is not a JSON object"),
        ({"validUntil": "2031-03-01"}, "validUntil cannot be read"),
        ({"credentialStatus": [{"type": "1EdTechRevocationList"}]}, "statusPurpose is missing"),
        (
            {
                "credentialStatus": [
                    {"type": "BitstringStatusListEntry", "statusPurpose": "message", "statusListIndex": "1"}
                ]
            },
            "cannot be looked up",
        ),
        (
            {
                "credentialStatus": [
                    {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "٣"}
                ]
            },
            "is not a number",
        ),
    ],
)
def test_another_kind_of_document_is_refused(signed: bytes, changes: dict[str, object], told: str) -> None:
    verdict = verify({**json.loads(signed), **changes}, now=NOW, status_lists=None, trusted_issuers=None)

    assert list(_failures(verdict)) == ["structure"]
    assert told in _failures(verdict)["structure"]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC), "It is not valid before 2026-03-01T12:00:00Z."),
        (datetime(2031, 3, 1, 12, 0, tzinfo=UTC), "It expired on 2031-03-01T12:00:00Z."),
    ],
)
def test_dates_are_kept_to_the_second(signed: bytes, now: datetime, told: str) -> None:
    assert _failures(verify(signed, now=now, status_lists=None, trusted_issuers=None)) == {"dates": told}


@pytest.mark.parametrize(
    ("set_for", "failures"),
    [
        ({"revocation": True}, {"status": "The issuer has revoked this credential."}),
        ({"suspension": True}, {"status": "The issuer has suspended this credential."}),
        ({"revocation": True, "suspension": True}, {"status": "The issuer has revoked this credential."}),
    ],
)
def test_revoked_and_suspended_are_told(
    signed: bytes, lists: Callable[..., Lists], set_for: dict[str, bool], failures: dict[str, str]
) -> None:
    verdict = verify(signed, now=NOW, status_lists=lists(**set_for), trusted_issuers=None)
    assert (_failures(verdict), verdict.open) == (failures, False)


def test_a_list_that_cannot_be_had_or_relied_on_is_said_not_guessed(signed: bytes, lists: Callable[..., Lists]) -> None:
    made = lists()
    revocation, suspension = (entry.list_url for entry in FACTS.status)
    forged = {**made, suspension: {**made[suspension], "validUntil": "2040-01-01T00:00:00Z"}}

    for given_lists, told in [
        ({}, f"The status list {revocation} could not be had"),
        ({revocation: made[revocation]}, f"The status list {suspension} could not be had"),
        (forged, "own proof does not hold"),
        ({**made, revocation: made[suspension]}, "is not the one at"),
    ]:
        verdict = verify(signed, now=NOW, status_lists=given_lists, trusted_issuers=None)
        failures = _failures(verdict)
        assert (list(failures), verdict.valid, verdict.open) == (["status"], False, True)
        assert told in failures["status"]
        assert "not known" in failures["status"]


def test_a_key_nobody_trusts_is_refused_though_its_proof_holds(trusted: dict[str, TrustedIssuer]) -> None:
    forger = SigningKey.of("credential", Ed25519PrivateKey.generate())
    forged = replace(FACTS, issuer=replace(FACTS.issuer, did=forger.public.did))
    document = builders.issue(forged, key=forger, created=CREATED)

    verdict = verify(document, now=NOW, status_lists=None, trusted_issuers=trusted)

    assert list(_failures(verdict)) == ["issuer"]
    assert "not among the issuers you trust" in _failures(verdict)["issuer"]


def test_another_key_cannot_sign_in_the_issuers_name(trusted: dict[str, TrustedIssuer]) -> None:
    forger = SigningKey.of("credential", Ed25519PrivateKey.generate())
    document = proofs.sign(builders.build(FACTS), key=forger, created=CREATED)

    assert _failures(verify(document, now=NOW, status_lists=None, trusted_issuers=trusted)) == {
        "proof": "It is signed with another key than that of the issuer it names."
    }


def test_sample_and_demonstration_are_announced(trusted: dict[str, TrustedIssuer]) -> None:
    shown = replace(
        FACTS, sample=True, demonstration=True, issuer=replace(FACTS.issuer, did=DEMONSTRATION_KEY.public.did)
    )
    document = builders.issue(shown, key=DEMONSTRATION_KEY, created=CREATED)

    verdict = verify(document, now=NOW, status_lists=None, trusted_issuers=trusted)

    assert verdict.valid
    assert [told.split(":")[0] for told in verdict.announcements[1:3]] == ["SAMPLE", "DEMONSTRATION"]


def test_a_demonstration_key_cannot_vouch_for_a_real_credential(trusted: dict[str, TrustedIssuer]) -> None:
    quiet: dict[str, Any] = builders.build(
        replace(FACTS, issuer=replace(FACTS.issuer, did=DEMONSTRATION_KEY.public.did))
    )
    document = proofs.sign(quiet, key=DEMONSTRATION_KEY, created=CREATED)

    assert list(_failures(verify(document, now=NOW, status_lists=None, trusted_issuers=trusted))) == ["issuer"]
