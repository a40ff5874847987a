"""The hash chain of one stream, as a device and the server both compute it.

    identity (stream, subject, role, device, epoch) → genesis
    entry n = SHA-256 of the canonical JSON of {sequence, kind, payload, device_ms, monotonic_ms, previous}
    receipt n = SHA-256(receipt n−1 ‖ digest n ‖ server time)     kept by the server only

The digest covers what the device knows; the receipt chain covers when the server had it. A seal holds both heads.

>>> identity = StreamIdentity("6b1f…", "attempt:1", "candidate", "seat-4", 1)
>>> chain = DeviceChain(identity)
>>> entry = chain.add("answer", {"item": "ECW-002", "choice": "t1"}, device_ms=1000, monotonic_ms=10)
>>> entry.sequence, len(entry.digest)
(1, 32)
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from assess.ledger.canonical import canonical


@dataclass(frozen=True)
class StreamIdentity:
    """What a grant opens: who writes about what, on which device, in which epoch."""

    stream: str
    subject: str
    role: str
    device: str
    epoch: int

    def genesis(self) -> bytes:
        return hashlib.sha256(b"assayer stream\n" + canonical(asdict(self))).digest()


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


def next_receipt(previous: bytes, digest: bytes, server_us: int) -> bytes:
    return hashlib.sha256(previous + digest + server_us.to_bytes(8, "big")).digest()


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
        text = canonical(dict(payload)).decode()
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
        self.pending = [entry for entry in self.pending if entry.sequence > sequence]
