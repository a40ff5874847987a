"""The journal as values: streams and entries as a seal holds them, and the words that the fold makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class EntryRecord:
    sequence: int
    kind: str
    payload: str
    device_ms: int
    monotonic_ms: int
    server_us: int


@dataclass(frozen=True)
class StreamRecord:
    """One stream as the seal holds it: entries up to the sealed head, in sequence.

    `person` is whom the stream was granted to; `work` is what the role was assigned to. Both are empty where nobody is
    named (a device that stands for itself).
    """

    role: str
    device: str
    epoch: int
    entries: tuple[EntryRecord, ...]
    person: str = ""
    work: str = ""


@dataclass(frozen=True)
class Said:
    """One word on a key: what, when by the server's clock at the latest (µs), and from which role, epoch and sequence.

    `who` is the person whose stream it is (the role, where the stream names no person): wherever two people are asked for,
    two values of `who` are. `device_ms` is the device's own wall clock; nothing is decided by it.
    """

    role: str
    epoch: int
    sequence: int
    moment_us: int
    payload: Payload
    who: str
    work: str = ""
    device_ms: int = 0


@dataclass(frozen=True)
class Frame:
    """What the fold needs of the pins.

    `part_of` names the part of each item, simulation and task, so that no entry can choose its own deadline; `seconds` is the
    least working time of each timed part; `tasks` are the practical tasks that there are.
    """

    part_of: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, int] = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()
