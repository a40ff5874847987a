"""Plays a recorded trace in place of the device: the same contract, without the hardware.

`Replayer` is strict: the adapter must send the recorded bytes in the recorded order, and a trace must be used up. What was not
asked for is as much a difference as what was asked differently.

`TolerantReplayer` answers by content: a request gets the recorded reply to that request, whatever came between. It is for
adapters whose order of asking changed while the devices and their answers did not. A request that was never recorded is still a
difference, and so is a recorded one that nobody makes, unless it is allowed by name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
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


def _same(request: bytes) -> bytes:
    return request


def _unchanged(request: bytes, recorded: bytes, reply: bytes) -> bytes:
    return reply


def _asks(request: bytes) -> bool:
    return b"?" in request


def _as_text(request: bytes) -> str:
    return request.decode("ascii", errors="backslashreplace").strip()


@dataclass(frozen=True)
class Matching:
    """How a protocol's requests are told apart.

    Attributes
    ----------
    key
        What of a request makes it that request; counters that run on are left out.
    reply
        The recorded reply as the device would give it to this request: request, recorded request, recorded reply.
    is_read
        Whether a request only asks, so that asking again may be answered with the same reply.
    name
        What people call a request; a name is what `TolerantReplayer` allows to be left over.
    """

    key: Callable[[bytes], bytes] = _same
    reply: Callable[[bytes, bytes, bytes], bytes] = _unchanged
    is_read: Callable[[bytes], bool] = _asks
    name: Callable[[bytes], str] = _as_text


#: Requests are lines, and those with a question mark ask: SCPI.
LINES = Matching()


@dataclass
class _Exchange:
    """A request and all that came back before the next one: bytes, then at most one failure."""

    request: bytes
    reply: bytearray = field(default_factory=bytearray)
    failure: TraceEvent | None = None
    used: bool = False


class TolerantReplayer:
    """An opener that answers by content, whatever the order; use it as a context manager, so that leftovers fail.

    Parameters
    ----------
    matching
        The protocol's, such as `instruments.modbus.MATCHING`.
    allowed
        Names of recorded requests that may stay unused.

    Examples
    --------
    >>> trace = Trace({}, tuple(
    ...     TraceEvent(kind, 0, data) for kind, data in [("tx", b"A?\\n"), ("rx", b"1\\n"), ("tx", b"B?\\n"), ("rx", b"2\\n")]
    ... ), "", True, "")
    >>> with TolerantReplayer(trace, LINES) as replay:
    ...     wire = replay("bench", 5025, deadline=0.0)
    ...     for asked in (b"B?\\n", b"A?\\n", b"B?\\n"):
    ...         wire.send(asked, deadline=0.0)
    ...         wire.receive_line(80, deadline=0.0)
    b'2\\n'
    b'1\\n'
    b'2\\n'
    """

    def __init__(self, trace: Trace, matching: Matching, *, allowed: Collection[str] = ()) -> None:
        self._matching = matching
        self._allowed = frozenset(allowed)
        self._exchanges = list(_exchanges(trace.events))
        self._by_key: dict[bytes, list[_Exchange]] = {}
        for exchange in self._exchanges:
            self._by_key.setdefault(matching.key(exchange.request), []).append(exchange)

    def __call__(self, host: str, port: int, *, deadline: Deadline) -> Wire:
        """Hand out a wire that answers from the trace, whatever the address."""
        return _AnsweringWire(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()

    @property
    def leftovers(self) -> tuple[str, ...]:
        """Names of the recorded requests that nobody made, in the order recorded."""
        return tuple(self._matching.name(one.request) for one in self._exchanges if not one.used)

    def finish(self) -> None:
        """Raise `ReplayMismatch` when requests are left over that are not allowed to be."""
        left = Counter(name for name in self.leftovers if name not in self._allowed)
        if left:
            said = ", ".join(name if times == 1 else f"{name} ({times} times)" for name, times in left.items())
            raise ReplayMismatch(f"Nobody asked what was recorded: {said}. Ask it, or allow it by this name.")

    def answer(self, request: bytes) -> tuple[bytes, TraceEvent | None]:
        """The reply to a request, and the failure that followed it; the next unused one, else the last one again."""
        alike = self._by_key.get(self._matching.key(request), [])
        name = self._matching.name(request)
        if not alike:
            raise ReplayMismatch(f"The trace holds no {name!r}. Record the session anew.")
        fresh = next((one for one in alike if not one.used), None)
        if fresh is None and not self._matching.is_read(request):
            raise ReplayMismatch(f"{name!r} was recorded {len(alike)} times and is sent once more; it is no read.")
        chosen = fresh or alike[-1]
        chosen.used = True
        return self._matching.reply(request, chosen.request, bytes(chosen.reply)), chosen.failure


def _exchanges(events: tuple[TraceEvent, ...]) -> Iterator[_Exchange]:
    """Group events by request; bytes that came before any request answer none and are not played."""
    current: _Exchange | None = None
    for event in events:
        if event.kind == "tx":
            if current is not None:
                yield current
            current = _Exchange(event.data)
        elif current is not None and event.kind == "rx":
            current.reply += event.data
        elif current is not None:
            current.failure = current.failure or event
    if current is not None:
        yield current


class _AnsweringWire:
    def __init__(self, replay: TolerantReplayer) -> None:
        self._replay = replay
        self._held = bytearray()
        self._failure: TraceEvent | None = None

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        if self._held:
            raise ReplayMismatch(f"{len(self._held)} bytes of an answer were not received before the next request.")
        reply, self._failure = self._replay.answer(data)
        self._held += reply

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        if len(self._held) < count:
            self._fail(f"{count} bytes")
        return self._taken(count)

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        end = self._held.find(b"\n") + 1
        if not 0 < end <= most:
            self._fail("a line")
        return self._taken(end)

    def _fail(self, wanted: str) -> None:
        """What the recorded device did where its answer ends: it broke or was silent; half an answer does not fit."""
        held, self._held = bytes(self._held), bytearray()
        if self._failure is not None:
            error = DeadlineExceeded if self._failure.kind == "timeout" else LinkLost
            raise error(self._failure.data.decode())
        if held:
            raise ReplayMismatch(f"The adapter asks for {wanted}, the recorded answer is {held[:16]!r}.")
        raise DeadlineExceeded("Nothing more was recorded here: the device is silent.")

    def _taken(self, count: int) -> bytes:
        found = bytes(self._held[:count])
        del self._held[:count]
        return found

    def close(self) -> None:
        """Nothing is held any more."""
        self._held.clear()
