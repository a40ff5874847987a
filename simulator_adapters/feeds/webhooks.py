"""Signed messages from simulators and benches, in the form of Standard Webhooks.

What is signed is ``id.timestamp.body`` with HMAC-SHA256, so neither body nor time can be exchanged. While a key is being changed a
sender signs with both, and any one signature that holds is enough. A message is accepted within five minutes of its time; the same
identifier with the same content is the same message, with another content it is a contradiction that somebody has to look at.

Source: Standard Webhooks, specification 1.0 (2023).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOLERANCE_S = 300
MOST_BYTES = 1024 * 1024
LEAST_KEY, MOST_KEY = 24, 64
_IDENTIFIER = re.compile(r"[A-Za-z0-9_\-]{1,128}")
_TIME = re.compile(r"[0-9]{1,12}")


class WebhookRefused(ValueError):
    """A message that is not taken; `code` is for machines, the sentence says what the sender may do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Message:
    """A message whose signature held: its identifier, its time (seconds since 1970), body and the body's SHA-256."""

    id: str
    timestamp: int
    body: bytes
    sha256: str


def key_of(secret: str) -> bytes:
    """The key behind a secret as it is handed over: ``whsec_`` and base64 of 24 to 64 bytes.

    Raises
    ------
    WebhookRefused
        `bad_secret`.

    Examples
    --------
    >>> len(key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    24
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not LEAST_KEY <= len(key) <= MOST_KEY:
        raise WebhookRefused(
            "bad_secret", f"A secret is whsec_ and base64 of {LEAST_KEY} to {MOST_KEY} bytes. Make a new one."
        )
    return key


def sign(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature.

    Examples
    --------
    >>> sign(key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     timestamp=1614265330, body=b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join((message_id.encode("ascii"), str(timestamp).encode("ascii"), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode('ascii')}"


def verify(headers: Mapping[str, str], body: bytes, *, keys: Sequence[bytes], now: int) -> Message:
    """Check a message.

    Parameters
    ----------
    headers
        With ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``, in whatever case.
    keys
        Every key that holds now; two while one takes over from the other.
    now
        Seconds since 1970 by our clock.

    Raises
    ------
    WebhookRefused
        `too_large`, `missing`, `bad_id`, `bad_time`, `too_old`, `too_new`, `bad_signature`.
    """
    if len(body) > MOST_BYTES:
        raise WebhookRefused(
            "too_large", f"The message has {len(body)} bytes; {MOST_BYTES} is the most. Send a file instead."
        )
    held = {name.lower(): value.strip() for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not held.get(name)]
    if missing:
        raise WebhookRefused("missing", f"The header {missing[0]} is missing.")
    identifier, written = held["webhook-id"], held["webhook-timestamp"]
    if not _IDENTIFIER.fullmatch(identifier):
        raise WebhookRefused("bad_id", "webhook-id holds letters, digits, - and _, at most 128.")
    if not _TIME.fullmatch(written):
        raise WebhookRefused("bad_time", "webhook-timestamp is whole seconds since 1970.")
    timestamp = int(written)
    if not _signed(identifier, timestamp, body, held["webhook-signature"], keys):
        raise WebhookRefused(
            "bad_signature", "No signature holds. Check the key, and that the body is signed as it is sent."
        )
    if timestamp < now - TOLERANCE_S:
        raise WebhookRefused(
            "too_old", f"The message is {now - timestamp} s old; {TOLERANCE_S} s is the most. Sign it again."
        )
    if timestamp > now + TOLERANCE_S:
        raise WebhookRefused(
            "too_new", f"The message is {timestamp - now} s ahead of our clock. Set the sender's clock."
        )
    return Message(identifier, timestamp, body, hashlib.sha256(body).hexdigest())


def _signed(identifier: str, timestamp: int, body: bytes, given: str, keys: Sequence[bytes]) -> bool:
    wanted = [sign(key, message_id=identifier, timestamp=timestamp, body=body).encode("ascii") for key in keys]
    found = False
    for signature in given.split(" ")[:16]:
        for one in wanted:  # every pair, so that time tells nothing
            found |= hmac.compare_digest(signature.encode("utf-8", errors="replace"), one)
    return found


def compared(message: Message, known_sha256: str | None) -> str:
    """What a message is beside one of the same identifier: ``new``, ``again``, or ``contradicts`` (both are kept and marked).

    >>> compared(Message("a", 0, b"x", "1"), None), compared(Message("a", 0, b"x", "1"), "1")
    ('new', 'again')
    """
    if known_sha256 is None:
        return "new"
    return "again" if known_sha256 == message.sha256 else "contradicts"
