"""The hash chain of one stream of the journal, as a device and the server both compute it.

    identity (stream, subject, role, device, epoch) → genesis
    entry n = SHA-256 of the canonical JSON of {sequence, kind, payload, device_ms, monotonic_ms, previous}

It stands here because both sides need it and neither may drift from the other: a station agent writes entries without knowing the
server's code, and the server's intake (`assess.attempts`) proves them. A batch is what a device sends: entries of one stream.

>>> identity = StreamIdentity("6b1f…", "attempt:1", "candidate", "seat-4", 1)
>>> chain = DeviceChain(identity)
>>> entry = chain.add("answer", {"item": "ECW-002", "choice": "t1"}, device_ms=1000, monotonic_ms=10)
>>> entry.sequence, len(entry.digest)
(1, 32)
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator_adapters import documents


@dataclass(frozen=True)
class StreamIdentity:
    """What a grant opens: who writes about what, on which device, in which epoch."""

    stream: str
    subject: str
    role: str
    device: str
    epoch: int

    def genesis(self) -> bytes:
        """Digest before the first entry: nobody can graft these entries onto another stream."""
        return hashlib.sha256(b"assayer stream\n" + documents.canonical_bytes(asdict(self))).digest()


@dataclass(frozen=True)
class ChainedEntry:
    """One entry as a device sends it. Clocks are whole milliseconds; `payload` is canonical JSON text."""

    sequence: int
    kind: str
    payload: str
    device_ms: int
    monotonic_ms: int
    digest: bytes


def entry_digest(
    previous: bytes, *, sequence: int, kind: str, payload: str, device_ms: int, monotonic_ms: int
) -> bytes:
    """Digest of one entry over its predecessor's digest.

    `payload` is canonical JSON text already, so the canonical document is written around it: its keys stand in order
    and a kind is a plain lower-case word.
    """
    document = (
        f'{{"device_ms":{device_ms},"kind":"{kind}","monotonic_ms":{monotonic_ms},'
        f'"payload":{payload},"previous":"{previous.hex()}","sequence":{sequence}}}'
    )
    return hashlib.sha256(document.encode()).digest()


@dataclass
class DeviceChain:
    """The device's side: numbers entries and chains them. `pending` holds what no acknowledgement has covered yet."""

    identity: StreamIdentity
    sequence: int = 0
    head: bytes = b""
    pending: list[ChainedEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = self.head or self.identity.genesis()

    def add(self, kind: str, payload: Mapping[str, Any], *, device_ms: int, monotonic_ms: int) -> ChainedEntry:
        """Chain one more entry.

        Raises
        ------
        simulator_adapters.documents.DocumentError
            When the payload holds what has no canonical form, such as a binary fraction.
        """
        text = documents.canonical_bytes(documents.encode(dict(payload))).decode()
        self.sequence += 1
        self.head = entry_digest(
            self.head,
            sequence=self.sequence,
            kind=kind,
            payload=text,
            device_ms=device_ms,
            monotonic_ms=monotonic_ms,
        )
        entry = ChainedEntry(self.sequence, kind, text, device_ms, monotonic_ms, self.head)
        self.pending.append(entry)
        return entry

    def acknowledge(self, sequence: int) -> None:
        """Forget what the server has on its disk."""
        self.pending = [entry for entry in self.pending if entry.sequence > sequence]


def batch_body(identity: StreamIdentity, entries: Sequence[ChainedEntry]) -> bytes:
    """Entries of a stream as the intake takes them: the body of `POST /journal/entries`."""
    written = ",".join(
        f'{{"sequence":{entry.sequence},"kind":"{entry.kind}","payload":{entry.payload},"device_ms":{entry.device_ms},'
        f'"monotonic_ms":{entry.monotonic_ms},"digest":"{entry.digest.hex()}"}}'
        for entry in entries
    )
    return f'{{"stream":{json.dumps(identity.stream)},"device":{json.dumps(identity.device)},"entries":[{written}]}}'.encode()
