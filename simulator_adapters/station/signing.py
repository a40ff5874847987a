"""Signed requests: how a station says who asks, and how the server proves it. Both use this module.

The signature covers method, path with its query, the digest of the body, the time and a nonce. The time must lie within five
minutes of the server's, and a nonce counts once; so nothing that was overheard can be sent again, changed, or sent elsewhere.

>>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
>>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
>>> headers = signed(key, "GET", "/api/stations/bookings", b"", time_ms=1_000, nonce="00" * 16)
>>> proved(headers, "GET", "/api/stations/bookings", now_ms=2_000).key == key.public_key().public_bytes_raw().hex()
True
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOLERANCE_MS = 300_000
KEY, TIME, NONCE, BODY, SIGNATURE = (
    "X-Station-Key",
    "X-Station-Time",
    "X-Station-Nonce",
    "X-Station-Body",
    "X-Station-Signature",
)
_FORMS = {
    KEY: re.compile("[0-9a-f]{64}"),
    TIME: re.compile("[0-9]{1,15}"),
    NONCE: re.compile("[0-9a-f]{32}"),
    BODY: re.compile("[0-9a-f]{64}"),
    SIGNATURE: re.compile("[0-9a-f]{128}"),
}


class SignatureRefused(Exception):
    """Why a request is not believed; `code` is for machines, `clock` the one that a station can mend by itself."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Signed:
    """A request that proved itself: by which key, with which nonce, about a body of which digest."""

    key: str
    nonce: str
    body_sha256: str


def signed(
    key: Ed25519PrivateKey, method: str, path: str, body: bytes, *, time_ms: int, nonce: str | None = None
) -> dict[str, str]:
    """The headers that go with a request. `time_ms` is the server's time as the station reckons it."""
    nonce = nonce or secrets.token_hex(16)
    digest = hashlib.sha256(body).hexdigest()
    return {
        KEY: key.public_key().public_bytes_raw().hex(),
        TIME: str(time_ms),
        NONCE: nonce,
        BODY: digest,
        SIGNATURE: key.sign(_text(method, path, digest, str(time_ms), nonce)).hex(),
    }


def proved(headers: Mapping[str, str], method: str, path: str, *, now_ms: int) -> Signed:
    """Prove a request's headers. Whether the body has the digest that was signed is for whoever reads it; whether the key may speak
    and the nonce is new, for whoever knows them.

    Raises
    ------
    SignatureRefused
        `unsigned`, `signature`, `clock`.
    """
    said = {name: headers.get(name, "") for name in _FORMS}
    if not all(form.fullmatch(said[name]) for name, form in _FORMS.items()):
        raise SignatureRefused("unsigned", "This is for station agents. Sign the request with the station's key.")
    text = _text(method, path, said[BODY], said[TIME], said[NONCE])
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(said[KEY])).verify(bytes.fromhex(said[SIGNATURE]), text)
    except (InvalidSignature, ValueError):
        raise SignatureRefused("signature", "The signature does not fit the request.") from None
    if abs(int(said[TIME]) - now_ms) > TOLERANCE_MS:
        raise SignatureRefused("clock", "The request's time is more than five minutes from the server's.")
    return Signed(said[KEY], said[NONCE], said[BODY])


def _text(method: str, path: str, body_sha256: str, time_ms: str, nonce: str) -> bytes:
    return f"assayer station request\n{method}\n{path}\n{body_sha256}\n{time_ms}\n{nonce}".encode()
