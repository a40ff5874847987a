"""Requests that a station agent signs: proved here, once, before anything is looked up for them."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from assess.people.queries import Actor, actor
from assess.sittings.agents.actions import note_request
from assess.sittings.agents.queries import key_in_force
from simulator_adapters.station.signing import SignatureRefused, Signed, proved

LARGEST_JSON = 1_048_576


class StationRefused(Exception):
    """Why a station's request is not taken: HTTP status, a stable code, a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code

    def document(self) -> dict[str, Any]:
        """As it is answered; with the server's clock where the station's own is what is wrong, so that it can sign by ours."""
        said: dict[str, Any] = {"code": self.code, "sentence": str(self)}
        return said | ({"server_ms": now_ms()} if self.code == "clock" else {})


@dataclass(frozen=True)
class Agent:
    """The agent that signed a request, by its account, and what it signed."""

    actor: Actor
    name: str
    signed: Signed


def now_ms() -> int:
    """The server's clock in whole milliseconds."""
    return time.time_ns() // 1_000_000


def proved_request(request: HttpRequest) -> Signed:
    """Prove the signature of a request, by whatever key it names.

    Raises
    ------
    StationRefused
        401 `unsigned`, `signature`, `clock`.
    """
    try:
        return proved(request.headers, request.method or "", request.get_full_path(), now_ms=now_ms())
    except SignatureRefused as refused:
        raise StationRefused(401, refused.code, str(refused)) from None


def station(request: HttpRequest) -> Agent:
    """Who signed: an agent whose key is in force, with a nonce that did not come before. Used as the `auth` of operations."""
    signed = proved_request(request)
    key = key_in_force(signed.key)
    if key is None:
        raise StationRefused(
            401,
            "key",
            "This station's key is not known here, or was revoked. Ask a director for a new code and enrol again.",
        )
    if not note_request(key_id=key.pk, nonce=signed.nonce):
        raise StationRefused(409, "replayed", "This very request came before. Sign a new one.")
    return Agent(actor(key.agent), str(key.agent), signed)


def signed_body(request: HttpRequest, signed: Signed, *, most: int) -> bytes:
    """The body, which has to be the one that was signed.

    Raises
    ------
    StationRefused
        413 `too-large`, 400 `body`.
    """
    body = request.read(most + 1)
    if len(body) > most:
        raise StationRefused(413, "too-large", f"At most {most} bytes are taken here.")
    if hashlib.sha256(body).hexdigest() != signed.body_sha256:
        raise StationRefused(400, "body", "The body is not the one that was signed, or was cut off. Send it again.")
    return body
