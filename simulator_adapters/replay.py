"""Plays a recorded trace in place of the device: the same contract, without the hardware.

Strict: the adapter must send the recorded bytes in the recorded order, and a trace must be used up. What was not
asked for is as much a difference as what was asked differently.
"""

from types import TracebackType
from typing import Self

from simulator_adapters.contract import Deadline, DeadlineExceeded, LinkLost
from simulator_adapters.recording import Trace, TraceEvent
from simulator_adapters.wire import Wire


class ReplayMismatch(Exception):
    """The adapter does something else than the trace holds, or leaves part of it unused.

    It says nothing about any equipment, so that no run may turn it into an outcome.
    """

    code = "replay_mismatch"


class Replayer:
    """An opener that replays one trace; use it as a context manager, so that leftovers fail.

    Examples
    --------
    >>> from simulator_adapters.recording import Trace, TraceEvent
    >>> trace = Trace({}, (TraceEvent("tx", 0, b"?"), TraceEvent("rx", 1, b"!")), "", True, "")
    >>> with Replayer(trace) as replay:
    ...     wire = replay("bench", 502, deadline=0.0)
    ...     wire.send(b"?", deadline=0.0)
    ...     wire.receive(1, deadline=0.0)
    b'!'
    """

    def __init__(self, trace: Trace) -> None:
        self._events = list(trace.events)
        self._next = 0

    def __call__(self, host: str, port: int, *, deadline: Deadline) -> Wire:
        """Hand out a wire that continues the trace, whatever the address."""
        return _ReplayedWire(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()

    def finish(self) -> None:
        """Raise `ReplayMismatch` when events of the trace are left."""
        left = len(self._events) - self._next
        if left:
            event = self._events[self._next]
            raise ReplayMismatch(
                f"{left} events of the trace are unused, the first is {event.kind} {event.data[:16]!r}."
            )

    def take(self, *kinds: str) -> TraceEvent:
        """Consume the next event, which must be of one of these kinds."""
        if self._next >= len(self._events):
            raise ReplayMismatch(f"The trace is used up; {' or '.join(kinds)} was asked for.")
        event = self._events[self._next]
        if event.kind not in kinds:
            raise ReplayMismatch(f"Event {self._next} of the trace is {event.kind}, not {' or '.join(kinds)}.")
        self._next += 1
        return event

    def error_next(self) -> bool:
        """Whether the next event is a recorded failure."""
        return self._next < len(self._events) and self._events[self._next].kind in ("timeout", "lost")

    def raise_next(self) -> None:
        """Raise the recorded failure."""
        event = self.take("timeout", "lost")
        error = DeadlineExceeded if event.kind == "timeout" else LinkLost
        raise error(event.data.decode())


class _ReplayedWire:
    def __init__(self, replay: Replayer) -> None:
        self._replay = replay

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        recorded = self._replay.take("tx").data
        if recorded != data:
            raise ReplayMismatch(f"The adapter sends {data.hex(' ')}, the trace holds {recorded.hex(' ')}.")

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        if self._replay.error_next():
            self._replay.raise_next()
        recorded = self._replay.take("rx").data
        if len(recorded) != count:
            raise ReplayMismatch(f"The adapter asks for {count} bytes, the trace holds {len(recorded)}.")
        return recorded

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        if self._replay.error_next():
            self._replay.raise_next()
        recorded = self._replay.take("rx").data
        if not recorded.endswith(b"\n") or len(recorded) > most:
            raise ReplayMismatch(f"The adapter asks for a line, the trace holds {recorded[:16]!r}.")
        return recorded

    def close(self) -> None:
        """Nothing is held."""
