"""Signing keys: Ed25519, one file per purpose, named to the world as `did:key`.

Each purpose has a key of its own, so a demonstration can never sign as the awarding body and a leaked station key
cannot forge the ledger. Private keys are PKCS #8 PEM files with mode 0600 in one directory; a missing key is made
atomically, so that two processes starting together end with the same one.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .multibase import MultibaseError, base58_decode, base58_encode

Purpose = Literal["ledger", "credential", "demonstration", "station"]

_ED25519_MULTICODEC = b"\xed\x01"


class KeyFileError(Exception):
    """A key that cannot be used; `code` is stable, the text a sentence with the remedy."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: 32 raw bytes and its names.

    >>> key = PublicKey.from_did("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
    >>> key.multibase
    'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'
    """

    raw: bytes

    @property
    def multibase(self) -> str:
        """`z6Mk…`: base58btc of the multicodec prefix 0xed01 and the key."""
        return base58_encode(_ED25519_MULTICODEC + self.raw)

    @property
    def did(self) -> str:
        """`did:key:z6Mk…`"""
        return f"did:key:{self.multibase}"

    @property
    def verification_method(self) -> str:
        """`did:key:z6Mk…#z6Mk…`, as a Data Integrity proof names its key."""
        return f"{self.did}#{self.multibase}"

    @classmethod
    def from_multibase(cls, multibase: str) -> "PublicKey":
        """Read `z6Mk…`.

        Raises
        ------
        KeyFileError
            Code `not_ed25519` when the text is anything but an Ed25519 public key.
        """
        try:
            data = base58_decode(multibase)
        except MultibaseError as error:
            raise KeyFileError("not_ed25519", f"The key {multibase[:60]!r} cannot be read: {error}") from error
        if len(data) != 34 or not data.startswith(_ED25519_MULTICODEC):
            raise KeyFileError("not_ed25519", f"The key {multibase[:60]!r} is not an Ed25519 public key (z6Mk…).")
        return cls(data[2:])

    @classmethod
    def from_did(cls, did: str) -> "PublicKey":
        """Read `did:key:z6Mk…`; raises `KeyFileError` as `from_multibase`."""
        if not did.startswith("did:key:"):
            raise KeyFileError("not_ed25519", f"{did[:60]!r} is not a did:key identifier.")
        return cls.from_multibase(did.removeprefix("did:key:"))

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the 64 bytes are this key's signature of the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key with its purpose; `public` carries its names."""

    purpose: Purpose
    private: Ed25519PrivateKey
    public: PublicKey

    @classmethod
    def of(cls, purpose: Purpose, private: Ed25519PrivateKey) -> "SigningKey":
        """Wrap a private key held elsewhere (a vector, a hardware-backed loader)."""
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(purpose, private, PublicKey(raw))

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature: 64 bytes."""
        return self.private.sign(message)


@lru_cache(maxsize=64)
def signing_key(directory: Path, purpose: Purpose) -> SigningKey:
    """The key for a purpose, made when the directory has none. Cached for the life of the process.

    Raises
    ------
    KeyFileError
        Code `purpose` for an unknown purpose, `mode` when others may read the file, `unreadable` when it holds no
        unencrypted Ed25519 PKCS #8 key.
    """
    if purpose not in get_args(Purpose):
        raise KeyFileError("purpose", f"There is no key for {purpose!r}; purposes are {', '.join(get_args(Purpose))}.")
    path = directory / f"{purpose}.pem"
    if not path.exists():
        _make(path)
    return SigningKey.of(purpose, _load(path))


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike a rename, never replaces the key another process has just made
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _load(path: Path) -> Ed25519PrivateKey:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileError(
            "mode", f"The key file {path.name} has mode {mode:04o}: others may read it. Run chmod 600 on it."
        )
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError("unreadable", f"The key file {path.name} is not an unencrypted PKCS #8 PEM key.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError("unreadable", f"The key file {path.name} holds another kind of key than Ed25519.")
    return private
