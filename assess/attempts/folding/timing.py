"""When did something happen, by the server's clock, when the device was offline for hours?

A device's monotonic clock runs on while there is no network. Every contact gives one inequality: the entry was
written no later than the server had it. Over a run of the monotonic clock the least difference (server − monotonic)
is the tightest bound, so

    moment of entry i  ≤  monotonic_i + min over contacts j of (server_j − monotonic_j)

An entry was also written no later than any that follows it in its stream. The tighter of both is what a deadline is
held against: an entry whose bound is later than the deadline was possibly late and waits for people.

A run ends where the monotonic clock goes back (a reload or a restart), and where the wall clock moves against it: then
one of the two clocks has stopped, jumped or begun anew, and what was learnt before says nothing about what comes after. So a
device that slept, or a page that was loaded again, is never believed further than to its own next contact.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

JUMP_MS = 5_000


@dataclass(frozen=True)
class Clocked:
    """The clocks of one entry: device wall clock and monotonic clock in ms, server clock in µs."""

    sequence: int
    device_ms: int
    monotonic_ms: int
    server_us: int


@dataclass(frozen=True)
class ClockJump:
    """The device's wall clock moved by `by_ms` against its monotonic clock just before `sequence`."""

    sequence: int
    by_ms: int


def moments_us(entries: Sequence[Clocked]) -> dict[int, int]:
    """Latest possible server time of each entry, in µs, by sequence.

    >>> online = Clocked(1, 0, 1_000, 51_000_000)
    >>> offline = Clocked(2, 1_000, 2_000, 951_000_000)
    >>> moments_us([online, offline])
    {1: 51000000, 2: 52000000}
    """
    bounds: dict[int, int] = {}
    for run in _runs(entries):
        offset = min(entry.server_us - entry.monotonic_ms * 1000 for entry in run)
        bounds |= {entry.sequence: entry.monotonic_ms * 1000 + offset for entry in run}
    latest = None
    for sequence in reversed(bounds):
        latest = bounds[sequence] if latest is None else min(latest, bounds[sequence])
        bounds[sequence] = latest
    return bounds


def clock_jumps(entries: Sequence[Clocked]) -> list[ClockJump]:
    """Where the wall clock moved by more than five seconds against the monotonic clock.

    >>> clock_jumps([Clocked(1, 10_000, 0, 0), Clocked(2, 71_000, 1_000, 0)])
    [ClockJump(sequence=2, by_ms=60000)]
    """
    return [
        ClockJump(after.sequence, by)
        for before, after in itertools.pairwise(entries)
        if after.monotonic_ms >= before.monotonic_ms and abs(by := _moved(before, after)) > JUMP_MS
    ]


def _moved(before: Clocked, after: Clocked) -> int:
    return (after.device_ms - before.device_ms) - (after.monotonic_ms - before.monotonic_ms)


def _runs(entries: Sequence[Clocked]) -> list[list[Clocked]]:
    runs: list[list[Clocked]] = []
    for entry in entries:
        before = runs[-1][-1] if runs else None
        if before and entry.monotonic_ms >= before.monotonic_ms and abs(_moved(before, entry)) <= JUMP_MS:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs
