"""Signed checkpoints: the published form, and no other."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assess.ledger.checkpoint import Checkpoint, CheckpointError, key_id, sign, verify
from assess.ledger.keys import PublicKey, SigningKey

KEY = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SigningKey.of("ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
STATED = Checkpoint(origin="log.example", size=1203, root=bytes(range(32)), time=datetime(2026, 3, 1, 12, tzinfo=UTC))
NOTE = sign(STATED, key=KEY)


def test_a_checkpoint_is_the_four_lines_and_the_signature_of_a_signed_note() -> None:
    text, signature = NOTE.split("\n\n")

    assert text == "log.example\n1203\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-03-01T12:00:00Z"
    assert signature.startswith("— log.example ")
    assert verify(NOTE, origin="log.example", key=KEY.public) == STATED


def test_key_id_equals_the_published_example() -> None:
    # golang.org/x/mod/sumdb/note, package example: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
    key = PublicKey(bytes.fromhex("1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6"))

    assert key_id("PeterNeumann", key).hex() == "c74f20a3"


def test_a_witness_may_countersign() -> None:
    witness = sign(STATED, key=OTHER).split("\n\n")[1]

    assert verify(NOTE + witness, origin="log.example", key=KEY.public) == STATED


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_one_changed_byte_is_refused(place: int, mask: int) -> None:
    data = bytearray(NOTE.encode())
    data[place] ^= mask

    with pytest.raises((CheckpointError, UnicodeDecodeError)):
        verify(data.decode(), origin="log.example", key=KEY.public)


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("", "form"),
        ("\n\n", "form"),
        (NOTE.replace("\n\n", "\n"), "form"),
        (NOTE.removesuffix("\n"), "form"),
        (NOTE.replace("\n1203\n", "\n01203\n"), "form"),
        (NOTE.replace("\n1203\n", "\n١٢٠٣\n"), "form"),
        (NOTE.replace("time 2026-03", "time 2026-13"), "form"),
        (NOTE.replace("\n1203\n", "\n1203\nextra\n"), "form"),
        (NOTE.replace("\n1203\n", "\n1204\n"), "signature"),
        (NOTE.replace("log.example\n", "log2.example\n", 1), "origin"),
        (sign(STATED, key=OTHER), "unsigned"),
    ],
)
def test_anything_else_is_refused_with_its_reason(note: str, code: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        verify(note, origin="log.example", key=KEY.public)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        (Checkpoint(origin="two words", size=0, root=bytes(32), time=STATED.time), "origin"),
        (Checkpoint(origin="a+b", size=0, root=bytes(32), time=STATED.time), "origin"),
        (Checkpoint(origin="log", size=0, root=bytes(31), time=STATED.time), "root"),
        (Checkpoint(origin="log", size=-1, root=bytes(32), time=STATED.time), "root"),
        (Checkpoint(origin="log", size=0, root=bytes(32), time=datetime(2026, 3, 1)), "time"),
    ],
)
def test_what_the_form_cannot_hold_is_not_signed(stated: Checkpoint, code: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        sign(stated, key=KEY)

    assert refused.value.code == code
