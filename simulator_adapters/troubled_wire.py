"""Wires that are watched, and on which something goes wrong when it is told to: what every adapter must bear.

The bytes are those of a real device; only the moment at which an answer is given out is tampered with.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event

from simulator_adapters.contract import Deadline, DeadlineExceeded, LinkLost
from simulator_adapters.wire import Wire, open_tcp


class Trouble(StrEnum):
    """What becomes of one answer.

    `LATE`: it comes after its time, and lies in wait for whoever asks next on this wire. `CUT`: the line is gone.
    `SILENT`: nothing comes until the deadline, or until the wire is closed.
    """

    NONE = "there"
    LATE = "late"
    CUT = "cut"
    SILENT = "silent"


@dataclass
class TroubledLine:
    """All wires of one adapter; its `opener` opens them.

    Attributes
    ----------
    sent
        What was sent on open wires, in order.
    answers
        How many answers were asked for.
    trouble
        What becomes of the answer of that number, counted from 1.
    open
        The wires that were not closed.
    waiting
        Set when somebody begins to wait for an answer that does not come.
    """

    sent: list[bytes] = field(default_factory=list)
    answers: int = 0
    trouble: Callable[[int], Trouble] = lambda number: Trouble.NONE
    open: set[int] = field(default_factory=set)
    waiting: Event = field(default_factory=Event)

    def opener(self, host: str, port: int, *, deadline: Deadline) -> Wire:
        """Open a TCP wire that is watched."""
        wire = _WatchedWire(open_tcp(host, port, deadline=deadline), self)
        self.open.add(id(wire))
        return wire


class _WatchedWire:
    def __init__(self, wire: Wire, line: TroubledLine) -> None:
        self._wire, self._line, self._closed = wire, line, Event()

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        if not self._closed.is_set():
            self._line.sent.append(data)
        self._wire.send(data, deadline=deadline)

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        self._suffer(deadline)
        return self._wire.receive(count, deadline=deadline)

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        self._suffer(deadline)
        return self._wire.receive_line(most, deadline=deadline)

    def close(self) -> None:
        self._closed.set()
        self._line.open.discard(id(self))
        self._wire.close()

    def _suffer(self, deadline: Deadline) -> None:
        self._line.answers += 1
        match self._line.trouble(self._line.answers):
            case Trouble.SILENT:
                self._line.waiting.set()
                if self._closed.wait(max(0.0, deadline - time.monotonic())):
                    raise LinkLost("The connection was closed while an answer was awaited.")
                raise DeadlineExceeded("The device did not answer in time.")
            case Trouble.LATE:
                raise DeadlineExceeded("The device did not answer in time.")
            case Trouble.CUT:
                self.close()
                raise LinkLost("The device closed the connection after 0 bytes of an answer.")
