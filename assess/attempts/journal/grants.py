"""The server's grant of a stream: a short signed token that the journal's intake checks without reading any account.

token = base64url(stream id 16 bytes ‖ expiry 5 bytes) "." base64url(HMAC-SHA-256, first 24 bytes)
"""

import base64
import hashlib
import hmac
import time
import uuid
from functools import lru_cache

from django.conf import settings

from assess.attempts.journal.batches import Refusal
from assess.attempts.journal.chain import StreamIdentity
from assess.attempts.models import Stream

LIFETIME_S = 14 * 24 * 3600
_TAG = 24


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"assayer stream grant\n" + secret.encode()).digest()


def _tag(message: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), message, "sha256")[:_TAG]


def sign(stream: uuid.UUID, *, lifetime_s: int = LIFETIME_S) -> str:
    message = stream.bytes + int(time.time() + lifetime_s).to_bytes(5, "big")
    return f"{base64.urlsafe_b64encode(message).decode()}.{base64.urlsafe_b64encode(_tag(message)).decode()}"


def stream_of(token: str) -> uuid.UUID:
    """The stream that a token opens.

    Raises
    ------
    Refusal
        token-invalid or token-expired. What the device holds is safe there; it needs a new grant, not a new journal.
    """
    left, _, right = token.partition(".")
    try:
        message, tag = base64.urlsafe_b64decode(left), base64.urlsafe_b64decode(right)
    except ValueError:
        message, tag = b"", b""
    if len(message) != 21 or not hmac.compare_digest(tag, _tag(message)):
        raise Refusal(
            "token-invalid", "This is not a grant of this server. Ask for the device to be admitted again.", 401
        )
    if int.from_bytes(message[16:], "big") < time.time():
        raise Refusal("token-expired", "The grant has run out. Ask for a new one; nothing on the device is lost.", 401)
    return uuid.UUID(bytes=message[:16])


def identity_of(stream: Stream) -> StreamIdentity:
    return StreamIdentity(
        str(stream.pk), f"{stream.subject_kind}:{stream.subject}", stream.role, stream.device, stream.epoch
    )
