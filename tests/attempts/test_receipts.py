"""The receipt that a candidate keeps."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assess.attempts.journal.receipts import receipt_holds, sign_receipt
from assess.attempts.journal.seals import Head, receipt_code, seal_document
from assess.ledger.keys import SigningKey

KEY = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
HEAD = Head("6b1f", "candidate", "seat 4", 1, 25, bytes(32), bytes(32))
SEAL = seal_document(attempt="a1", number=1, heads=[HEAD], reason="", admitted=[])
RECEIPT = sign_receipt(SEAL, sealed_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC), key=KEY)


def test_receipt_names_the_seal_and_where_each_stream_ended() -> None:
    assert (RECEIPT["attempt"], RECEIPT["seal"], RECEIPT["code"]) == ("a1", 1, receipt_code(SEAL))
    assert RECEIPT["streams"] == [
        {"role": "candidate", "device": "seat 4", "epoch": 1, "sequence": 25, "digest": "00" * 32}
    ]


def test_receipt_holds_with_the_ledger_s_key_only() -> None:
    assert receipt_holds(RECEIPT, key=KEY.public)
    assert not receipt_holds(RECEIPT, key=OTHER.public)


@pytest.mark.parametrize("name", sorted(RECEIPT))
def test_changed_receipt_does_not_hold(name: str) -> None:
    assert not receipt_holds(RECEIPT | {name: "changed"}, key=KEY.public)
    assert not receipt_holds({key: value for key, value in RECEIPT.items() if key != name}, key=KEY.public)
