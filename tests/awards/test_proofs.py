"""Data Integrity proofs: what is signed verifies, and nothing else does."""

import copy
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assess.awards import proofs
from assess.awards.proofs import ProofError
from assess.ledger.keys import SigningKey

KEY = SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOCUMENT: dict[str, object] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:6f0c1b0e-2d3a-4a68-9a52-0a1d1b1c1d1e",
    "credits": 2.5,
    "größe": "a name beyond ASCII",
}

VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda held: st.lists(held, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), held),
    max_leaves=12,
)


@given(VALUE)
def test_any_json_document_signs_and_verifies(value: object) -> None:
    signed = proofs.sign({"@context": ["x"], "value": value}, key=KEY, created=NOW)

    assert proofs.verify(signed) == proofs.ProvenBy(key=KEY.public, created=NOW)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "Ed25519Signature2020"}, "suite"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "suite"),
        ({"proofPurpose": "authentication"}, "purpose"),
        ({"created": "2026-03-01T12:00:01Z"}, "signature"),
        ({"created": "2026-03-01T12:00:00+00:00"}, "created"),
        ({"created": "2026-13-01T12:00:00Z"}, "created"),
        ({"created": "٢٠٢٦-03-01T12:00:00Z"}, "created"),
        ({"created": None}, "created"),
        ({"verificationMethod": KEY.public.did}, "key"),
        ({"verificationMethod": f"{KEY.public.did}#{OTHER.public.multibase}"}, "key"),
        ({"verificationMethod": OTHER.public.verification_method}, "signature"),
        ({"verificationMethod": "did:web:example.org#key-1"}, "key"),
        ({"verificationMethod": 7}, "key"),
        ({"@context": []}, "context"),
        ({"@context": "https://www.w3.org/ns/credentials/v2"}, "context"),
        ({"proofValue": "z" + "1" * 64}, "signature"),
        ({"proofValue": "z1"}, "proof_value"),
        ({"proofValue": "u" + "A" * 86}, "proof_value"),
        ({"proofValue": None}, "proof_value"),
        ({"expires": "2027-01-01T00:00:00Z"}, "proof_shape"),
        ({"nonce": "1"}, "proof_shape"),
    ],
)
def test_an_altered_proof_is_refused_with_its_reason(change: dict[str, object], code: str) -> None:
    signed = proofs.sign(DOCUMENT, key=KEY, created=NOW)
    signed["proof"] = {**signed["proof"], **change}  # type: ignore[dict-item]

    with pytest.raises(ProofError) as refused:
        proofs.verify(signed)

    assert refused.value.code == code


@pytest.mark.parametrize("missing", ["type", "cryptosuite", "created", "verificationMethod", "@context", "proofValue"])
def test_a_proof_without_one_member_is_refused(missing: str) -> None:
    signed = copy.deepcopy(proofs.sign(DOCUMENT, key=KEY, created=NOW))
    del signed["proof"][missing]  # type: ignore[attr-defined]

    with pytest.raises(ProofError, match=missing) as refused:
        proofs.verify(signed)
    assert refused.value.code == "proof_shape"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"proof": None}, "no_proof"),
        ({"proof": "none"}, "proof_shape"),
        ({"proof": [{}]}, "proof_shape"),
        ({"credits": 3}, "signature"),
        ({"added": "unsigned"}, "signature"),
        ({"added": float("nan")}, "not_json"),
        ({"added": 2**60}, "not_json"),
        ({"added": "\ud800"}, "not_json"),
    ],
)
def test_an_altered_document_is_refused_with_its_reason(change: dict[str, object], code: str) -> None:
    signed = {**proofs.sign(DOCUMENT, key=KEY, created=NOW), **change}

    with pytest.raises(ProofError) as refused:
        proofs.verify(signed)

    assert refused.value.code == code


def test_signing_refuses_what_would_not_verify() -> None:
    signed = proofs.sign(DOCUMENT, key=KEY, created=NOW)
    cases: list[tuple[dict[str, object], datetime, str]] = [
        (signed, NOW, "already_signed"),
        ({"id": "x"}, NOW, "no_context"),
        (DOCUMENT, NOW.replace(tzinfo=None), "naive_time"),
        ({"@context": [], "x": float("inf")}, NOW, "not_json"),
    ]
    for document, created, code in cases:
        with pytest.raises(ProofError) as refused:
            proofs.sign(document, key=KEY, created=created)
        assert refused.value.code == code
