"""Keys in a directory: made once, kept private, named as did:key."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.ledger.keys import KeyFileError, PublicKey, signing_key
from assess.ledger.multibase import (
    MultibaseError,
    base58_decode,
    base58_encode,
    base64url_decode,
    base64url_encode,
)


@pytest.mark.parametrize(
    ("data", "text"),
    [  # draft-msporny-base58-03, section 5
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
    ],
)
def test_base58_follows_the_published_examples(data: bytes, text: str) -> None:
    assert base58_encode(data) == text
    assert base58_decode(text) == data


@given(st.binary(max_size=70))
def test_multibase_forms_come_back_as_the_same_bytes(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data
    assert base64url_decode(base64url_encode(data)) == data


@pytest.mark.parametrize("text", ["u__5", "u__4=", "uAB CD", "f00", "u_"])
def test_base64url_accepts_one_spelling_only(text: str) -> None:
    with pytest.raises(MultibaseError):
        base64url_decode(text)


@pytest.mark.parametrize("text", ["", "abc", "z0", "zé", "z" * 129])
def test_base58_refuses_foreign_text(text: str) -> None:
    with pytest.raises(MultibaseError):
        base58_decode(text)


def test_a_missing_key_is_made_for_its_owner_only_and_kept(tmp_path: Path) -> None:
    made = signing_key(tmp_path / "keys", "ledger")
    signing_key.cache_clear()
    loaded = signing_key(tmp_path / "keys", "ledger")

    assert loaded.public == made.public
    assert stat.S_IMODE((tmp_path / "keys" / "ledger.pem").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["ledger.pem"]
    assert loaded.public.verifies(made.sign(b"message"), b"message")
    assert not loaded.public.verifies(made.sign(b"message"), b"massage")


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    assert signing_key(tmp_path, "credential").public != signing_key(tmp_path, "demonstration").public


def test_starting_together_ends_with_one_key(tmp_path: Path) -> None:
    def load(_: int) -> PublicKey:
        return signing_key.__wrapped__(tmp_path, "ledger").public

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load, range(16)))) == 1


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path, "ledger")
    signing_key.cache_clear()
    (tmp_path / "ledger.pem").chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600") as refused:
        signing_key(tmp_path, "ledger")
    assert refused.value.code == "mode"


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "station.pem").write_text("not a key")
    (tmp_path / "station.pem").chmod(0o600)

    with pytest.raises(KeyFileError) as refused:
        signing_key(tmp_path, "station")
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize(
    "did",
    [
        "did:web:example.org",
        "did:key:",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",  # secp256k1, from the did:key method's examples
        "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ",
    ],
)
def test_only_ed25519_did_keys_are_read(did: str) -> None:
    with pytest.raises(KeyFileError) as refused:
        PublicKey.from_did(did)
    assert refused.value.code == "not_ed25519"
