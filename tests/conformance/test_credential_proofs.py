"""Our proofs against the W3C vectors, our canonical form against the RFC 8785 data."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assess.awards import proofs
from assess.ledger.canonical import CanonicalError, canonical
from assess.ledger.keys import PublicKey, SigningKey
from assess.ledger.multibase import base58_decode


@pytest.fixture
def eddsa(data_dir: Path) -> Path:
    return data_dir / "credentials" / "vectors" / "eddsa"


@pytest.fixture
def vector_key(eddsa: Path) -> SigningKey:
    secret = base58_decode(json.loads((eddsa / "keyPair.json").read_text())["privateKeyMultibase"])
    return SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(secret[2:]))


def test_eddsa_jcs_2022_signature_equals_the_w3c_vector(eddsa: Path, vector_key: SigningKey) -> None:
    unsigned = json.loads((eddsa / "unsigned.json").read_text())
    expected = json.loads((eddsa / "eddsa-jcs-2022" / "signedJCS.json").read_text())

    signed = proofs.sign(unsigned, key=vector_key, created=datetime.fromisoformat("2023-02-24T23:36:38Z"))

    assert signed == expected
    assert canonical(signed) == canonical(expected)


def test_eddsa_jcs_2022_intermediate_hashes_equal_the_w3c_vector(eddsa: Path) -> None:
    folder = eddsa / "eddsa-jcs-2022"
    unsigned = json.loads((eddsa / "unsigned.json").read_text())
    options = json.loads((folder / "proofConfigJCS.json").read_text())

    assert canonical(unsigned).decode() == (folder / "canonDocJCS.txt").read_text()
    assert canonical(options).decode() == (folder / "proofCanonJCS.txt").read_text()
    combined = proofs.signing_input(options=options, document=unsigned)
    assert combined.hex() == (folder / "combinedHashJCS.txt").read_text()


def test_the_w3c_signed_document_verifies(eddsa: Path) -> None:
    pair = json.loads((eddsa / "keyPair.json").read_text())
    document = json.loads((eddsa / "eddsa-jcs-2022" / "signedJCS.json").read_text())

    assert proofs.verify(document) == proofs.ProvenBy(
        key=PublicKey.from_multibase(pair["publicKeyMultibase"]),
        created=datetime.fromisoformat("2023-02-24T23:36:38Z"),
    )


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_equals_the_rfc8785_data_or_refuses_what_is_beyond_our_records(data_dir: Path, name: str) -> None:
    folder = data_dir / "credentials" / "vectors" / "jcs"
    document = json.loads((folder / "input" / f"{name}.json").read_bytes())
    expected = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    beyond = {"french": "key", "structures": "float", "values": "float", "weird": "key"}

    assert rfc8785.dumps(document) == expected
    if name in beyond:
        with pytest.raises(CanonicalError) as refused:
            canonical(document)
        assert refused.value.code == beyond[name]
    else:
        assert canonical(document) == expected
