"""The devices of the day: each holds a grant and a chain, and sends its entries through the same intake as a real
one."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assess.attempts.actions import Grant
from assess.attempts.journal.append import Acknowledgement
from assess.attempts.journal.batches import MAX_ENTRIES
from assess.attempts.journal.chain import ChainedEntry, DeviceChain
from assess.attempts.journal.intake import take


class NotAcknowledged(Exception):
    """The intake refused what a device of the demonstration sent: a fault of ours, told loudly."""


@dataclass
class Device:
    """A tablet, seat or bench with one stream."""

    grant: Grant
    chain: DeviceChain

    @classmethod
    def of(cls, grant: Grant) -> "Device":
        return cls(grant, DeviceChain(grant.identity, grant.sequence, grant.head))

    def write(self, kind: str, **payload: Any) -> None:
        self.chain.add(
            kind, payload, device_ms=time.time_ns() // 1_000_000, monotonic_ms=time.monotonic_ns() // 1_000_000
        )

    def batches(self) -> list[bytes]:
        pending = self.chain.pending
        return [self._batch(pending[start : start + MAX_ENTRIES]) for start in range(0, len(pending), MAX_ENTRIES)]

    def _batch(self, entries: list[ChainedEntry]) -> bytes:
        document = {
            "stream": self.grant.identity.stream,
            "device": self.grant.identity.device,
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
        return json.dumps(document).encode()


def send_all(devices: Iterable[Device]) -> int:
    """Send what every device holds, all at once, and wait until the disk has it. Returns how many entries are new.

    Raises
    ------
    NotAcknowledged
        Naming the device and what the intake said.
    """
    sent = [(device, take(device.grant.token, body)) for device in devices for body in device.batches()]
    appended = 0
    for device, future in sent:
        outcome = future.result()
        if not isinstance(outcome, Acknowledgement):
            raise NotAcknowledged(f"{device.grant.identity.role}: {outcome.refusal.sentence}")
        device.chain.acknowledge(outcome.sequence)
        appended += outcome.appended
    return appended
