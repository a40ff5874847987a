"""A device that speaks HTTP to a server that may die at any moment: it keeps what is unacknowledged and sends it again."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.journal.chain import ChainedEntry, DeviceChain, StreamIdentity

TIMEOUT_S = 30


def batch_body(identity: StreamIdentity, entries: list[ChainedEntry]) -> bytes:
    """The body of a request, as journal.js writes it."""
    return json.dumps(
        {
            "stream": identity.stream,
            "device": identity.device,
            "entries": [
                {
                    "sequence": entry.sequence,
                    "kind": entry.kind,
                    "payload": json.loads(entry.payload),
                    "device_ms": entry.device_ms,
                    "monotonic_ms": entry.monotonic_ms,
                    "digest": entry.digest.hex(),
                }
                for entry in entries
            ],
        }
    ).encode()


def answer_payload(number: int) -> dict[str, Any]:
    """An answer as a candidate's page saves it."""
    return {"part": "K", "item": f"ECW-{number % 90:03d}", "response": {"choice": [f"t{number % 4 + 1}"], "n": number}}


@dataclass
class LoopbackDevice:
    """One device with one stream. `acknowledged` holds every entry the server has promised, by sequence."""

    port: int
    identity: StreamIdentity
    token: str
    chain: DeviceChain = field(init=False)
    acknowledged: dict[int, str] = field(default_factory=dict)
    answers: list[tuple[int, str]] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None

    def __post_init__(self) -> None:
        self.chain = DeviceChain(self.identity)

    @classmethod
    def of(cls, grant: dict[str, Any], *, port: int) -> "LoopbackDevice":
        return cls(port, StreamIdentity(**grant["identity"]), grant["token"])

    def write(self, count: int = 1) -> list[ChainedEntry]:
        now = time.monotonic_ns() // 1_000_000
        return [
            self.chain.add("answer", answer_payload(self.chain.sequence), device_ms=now, monotonic_ms=now)
            for _ in range(count)
        ]

    def post(self, entries: list[ChainedEntry]) -> tuple[int, dict[str, Any]]:
        """One request. What goes wrong on the way (a killed server) is an OSError."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            self._connection.request("POST", "/journal/entries", batch_body(self.identity, entries), headers)
            response = self._connection.getresponse()
            status, document = response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise OSError(str(error)) from error
        self.answers.append((status, document.get("code", "")))
        if status == 200:
            self._promised(document)
        return status, document

    def _promised(self, document: dict[str, Any]) -> None:
        for entry in self.chain.pending:
            if entry.sequence <= document["acknowledged"]:
                self.acknowledged[entry.sequence] = entry.digest.hex()
        assert self.acknowledged[document["acknowledged"]] == document["digest"]
        self.chain.acknowledge(document["acknowledged"])

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def autosave(self, stop: threading.Event, randomness: random.Random) -> None:
        """Write and send until told to stop. Sometimes the answer is lost on the way, and the same is sent again."""
        while not stop.is_set():
            sent = [*self.chain.pending[:40]] or self.write(randomness.randint(1, 4))
            try:
                self.post(sent)
                if randomness.random() < 0.1:
                    self.post(sent)
            except OSError:
                stop.wait(0.02)
            if len(self.chain.pending) < 200:
                self.write(randomness.randint(0, 2))

    def flush(self, *, within_s: float = 60) -> None:
        """Send until everything is acknowledged.

        Raises
        ------
        TimeoutError
            When it is not in time.
        """
        end = time.monotonic() + within_s
        while self.chain.pending:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self.chain.pending)} entries of {self.identity.device} stay unacknowledged.")
            try:
                self.post(self.chain.pending[:100])
            except OSError:
                time.sleep(0.05)
        self.hang_up()
