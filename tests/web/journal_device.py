"""A model of journal.js: what is on the device's disk, what a page believes, and what of it survives which accident.

The disk holds the stream's record and its entries, and changes in whole transactions. A page holds a sequence and a head of its
own; it writes only where the disk still stands there. What is sent may be lost on the way there, on the way back, or come twice.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.journal.append import Acknowledgement, Outcome, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.journal.chain import ChainedEntry, DeviceChain, StreamIdentity


@dataclass
class Disk:
    """What IndexedDB holds of one stream."""

    identity: StreamIdentity
    head: bytes
    sequence: int = 0
    confirmed: int = 0
    entries: list[ChainedEntry] = field(default_factory=list)


@dataclass
class Page:
    """A tab: where it believes the stream stands."""

    disk: Disk
    sequence: int
    head: bytes

    @classmethod
    def open(cls, disk: Disk) -> "Page":
        return cls(disk, disk.sequence, disk.head)

    def write(self, text: str, *, device_ms: int, monotonic_ms: int) -> bool:
        """Keep one more entry, in one transaction of the disk; False where another tab went on meanwhile."""
        if (self.disk.sequence, self.disk.head) != (self.sequence, self.head):
            return False
        chain = DeviceChain(self.disk.identity, self.sequence, self.head)
        entry = chain.add("remark", {"text": text}, device_ms=device_ms, monotonic_ms=monotonic_ms)
        self.disk.entries.append(entry)
        self.sequence, self.head = entry.sequence, entry.digest
        self.disk.sequence, self.disk.head = entry.sequence, entry.digest
        return True

    def batch(self, most: int = 500) -> bytes | None:
        """What would be sent now."""
        waiting = [entry for entry in self.disk.entries if entry.sequence > self.disk.confirmed][:most]
        if not waiting:
            return None
        said: list[dict[str, Any]] = [
            {
                "sequence": entry.sequence,
                "kind": entry.kind,
                "payload": json.loads(entry.payload),
                "device_ms": entry.device_ms,
                "monotonic_ms": entry.monotonic_ms,
                "digest": entry.digest.hex(),
            }
            for entry in waiting
        ]
        document = {"stream": self.disk.identity.stream, "device": self.disk.identity.device, "entries": said}
        return json.dumps(document).encode()

    def hear(self, outcome: Outcome) -> None:
        """What an answer of the intake means to the device."""
        if isinstance(outcome, Acknowledgement):
            self.disk.confirmed = max(self.disk.confirmed, min(outcome.sequence, self.disk.sequence))


def arrive(body: bytes, *, server_us: int) -> Outcome:
    """A batch reaches the server."""
    return append([read_batch(body, role="candidate")], server_us=server_us)[0]
