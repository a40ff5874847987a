"""The way to the server: signed requests, the server's clock, and waiting longer after each failure."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from random import Random, SystemRandom
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator_adapters.chain import batch_body
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.keys import public_hex
from simulator_adapters.station.signing import signed
from simulator_adapters.station.spool import StreamSpool

TIMEOUT_S = 20.0
MOST_ENTRIES = 200
MOST_BODY = 1_000_000
LARGEST_ANSWER = 16 * 1024**2
CODES_FOR_PEOPLE = frozenset(
    {"fork", "superseded", "closed", "wrong-stream", "kind-not-allowed", "bad-entry", "number-not-allowed"}
)
"""Refusals that sending again can't mend: what was sent waits in quarantine or at the station, and people decide."""


class Unreachable(StationError):
    """The server did not answer, or not as itself. Everything is kept, and sent later."""


class Refused(StationError):
    """The server answered no; `status` is HTTP's."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.status = status


@dataclass(frozen=True)
class Offset:
    """How far this machine's clock is ahead of the server's, and how well that is known, in milliseconds."""

    ms: int
    bound_ms: int

    def document(self) -> dict[str, int]:
        """As it is recorded with a run and its measurements."""
        return {"clock_offset_ms": self.ms, "clock_bound_ms": self.bound_ms}


@dataclass
class Backoff:
    """How long to wait after failures in a row: twice as long each time up to five minutes, never quite the same for two stations.

    >>> from random import Random
    >>> waits = Backoff(random=Random(1))
    >>> [round(waits.failed()) for _ in range(12)][-1] <= 300
    True
    """

    first_s: float = 1.0
    most_s: float = 300.0
    failures: int = 0
    random: Random = field(default_factory=SystemRandom)

    def failed(self) -> float:
        """Seconds to wait now."""
        full: float = min(self.most_s, self.first_s * 2.0 ** min(self.failures, 20))
        self.failures += 1
        return full * self.random.uniform(0.5, 1.0)

    def worked(self) -> None:
        """Begin anew."""
        self.failures = 0


class Uplink:
    """One server, spoken to with one key. Requests follow one another; each has a connection of its own."""

    def __init__(self, server: str, key: Ed25519PrivateKey, *, ca_file: str | None = None) -> None:
        address = urlsplit(server)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise StationError("server", f"{server!r} is no server's address. Write https://HOST.")
        self._address = address
        self._key = key
        self._tls = ssl.create_default_context(cafile=ca_file) if address.scheme == "https" else None
        self.offset: Offset | None = None

    # --- what is asked of the server ----------------------------------------------------------------------------------

    def enrol(self, code: str) -> dict[str, Any]:
        """Bind this station's key to the account that the code was made for."""
        return self.signed("POST", "/api/stations/enrol", {"code": code, "public_key": public_hex(self._key)})

    def bookings(self) -> dict[str, Any]:
        """What this station is booked for."""
        return self.signed("GET", "/api/stations/bookings")

    def grants(self, wanted: Sequence[tuple[str, str]], *, device: str) -> list[dict[str, Any]]:
        """Grants of the streams of (attempt, role), in order: each a grant, or `code` and `sentence`."""
        asked = [{"subject_kind": "attempt", "subject_id": attempt, "role": role} for attempt, role in wanted]
        answers: list[dict[str, Any]] = self.signed(
            "POST", "/api/stations/streams", {"device": device, "wanted": asked}
        )["answers"]
        return answers

    def health(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Say how this station is."""
        return self.signed("POST", "/api/stations/health", said)

    def seals(self, attempts: Sequence[str]) -> dict[str, Any]:
        """Which of these attempts are sealed, with the receipt's code and the sealed sequence of each stream of this station."""
        return self.signed("POST", "/api/stations/seals", {"attempts": list(attempts)})

    def evidence(self, about: Mapping[str, str], data: bytes) -> dict[str, Any]:
        """Hand over raw evidence."""
        return self.signed("POST", f"/api/stations/evidence?{urlencode(about)}", data)

    def hand_in(self, data: bytes) -> dict[str, Any]:
        """Hand over the file of a device that could not send itself."""
        return self.signed("POST", "/api/stations/handed-in", data)

    def send(self, stream: StreamSpool) -> int:
        """Send what a stream holds until everything is acknowledged; sending again what is there already is harmless.

        Returns
        -------
        int
            How many entries are new to the server.
        """
        appended = 0
        while stream.pending and not stream.refused:
            some = stream.pending[:MOST_ENTRIES]
            while len(some) > 1 and sum(len(entry.payload) + 300 for entry in some) > MOST_BODY:
                some = some[: len(some) // 2]
            status, answer = self.forward(stream.token, batch_body(stream.identity, some))
            if status == 200:
                appended += answer["appended"]
                stream.acknowledge(answer["acknowledged"], answer["digest"])
            elif answer.get("code") in CODES_FOR_PEOPLE:
                stream.refuse(answer["code"], answer.get("sentence", ""))
            else:
                raise _refusal(status, answer)
        return appended

    def forward(self, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Send a batch byte for byte under its own grant: this station's, or one that it keeps for a tablet."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._ask("POST", "/journal/entries", body, headers)

    # --- how ----------------------------------------------------------------------------------------------------------

    def signed(self, method: str, path: str, sent: Mapping[str, Any] | bytes | None = None) -> dict[str, Any]:
        """A request in the station's name. Where the server says that the clock is off, it is asked once more by the server's.

        Raises
        ------
        Unreachable
            When no usable answer came.
        Refused
            When the answer is no.
        """
        body = sent if isinstance(sent, bytes) else b"" if sent is None else json.dumps(sent).encode()
        status, answer = self._signed(method, path, body, raw=isinstance(sent, bytes))
        if status == 401 and answer.get("code") == "clock":
            status, answer = self._signed(method, path, body, raw=isinstance(sent, bytes))
        if status >= 300:
            raise _refusal(status, answer)
        return answer

    def _signed(self, method: str, path: str, body: bytes, *, raw: bool) -> tuple[int, dict[str, Any]]:
        ahead = 0 if self.offset is None else self.offset.ms
        headers = signed(self._key, method, path, body, time_ms=_now_ms() - ahead)
        kind = "application/octet-stream" if raw else "application/json"
        return self._ask(method, path, body, headers | {"Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        host, port = self._address.hostname or "", self._address.port
        connection = (
            http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
            if self._tls is None
            else http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=self._tls)
        )
        before = _now_ms()
        try:
            connection.request(method, quote(self._address.path.rstrip("/")) + path, body, dict(headers))
            response = connection.getresponse()
            held = response.read(LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            told = getattr(error, "strerror", None) or type(error).__name__
            raise Unreachable(
                "unreachable", f"{self._address.netloc} can't be reached ({told}). Everything is kept."
            ) from error
        finally:
            connection.close()
        after = _now_ms()
        try:
            answer = json.loads(held) if held else {}
            if not isinstance(answer, dict):
                raise ValueError
        except ValueError:
            raise Unreachable(
                "not-the-server",
                f"{self._address.netloc} answers, but not as this server (HTTP {response.status}). Check the address.",
            ) from None
        self._learn(answer.get("server_ms"), response.headers.get("Date"), before, after)
        return response.status, answer

    def _learn(self, server_ms: Any, date: str | None, before: int, after: int) -> None:
        """Reckon the offset of the clocks from one answer: the server's clock was read somewhere between the two moments here."""
        middle, half = (before + after) // 2, (after - before + 1) // 2 + 1
        if type(server_ms) is int:
            self.offset = Offset(middle - server_ms, half)
        elif date is not None and self.offset is None:
            try:  # whole seconds, cut off
                self.offset = Offset(middle - int(parsedate_to_datetime(date).timestamp() * 1000) - 500, half + 500)
            except ValueError:
                return


def _refusal(status: int, answer: Mapping[str, Any]) -> StationError:
    code, sentence = (
        str(answer.get("code", f"http-{status}")),
        str(answer.get("sentence", f"The server answered HTTP {status}.")),
    )
    return Unreachable(code, sentence) if status >= 500 or status == 429 else Refused(status, code, sentence)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
