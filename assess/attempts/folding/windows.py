"""The working time of an attempt's parts, by the server's clock: begin, pause, resume and extend as proctors wrote them.

What the attempt pins about time comes first: the limit of a part, with the extra time that was agreed for the candidate, is the
least that the candidate gets. One proctor may give time; nobody takes any away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.attempts.folding.records import Frame, Said

SECOND_US = 1_000_000
Words = Sequence[tuple[str, Said]]


@dataclass(frozen=True)
class Window:
    """A part's working time: begun and ending by the server's clock (µs), pauses and extensions included.

    `ends_us` is None while the part is paused: then `paused_since_us` says since when, and `paused_left_us` how much time was
    left. `begun_by` is the role that began it. `remarks` name what was written about the time and does not count, or was left
    open.
    """

    part: str
    begun_us: int
    ends_us: int | None
    begun_by: str
    remarks: tuple[str, ...] = ()
    paused_since_us: int | None = None
    paused_left_us: int | None = None

    def left_us(self, now_us: int) -> int:
        """Working time that is left at a moment of the server's clock; not below zero."""
        left = self.paused_left_us if self.ends_us is None else self.ends_us - now_us
        return max(left or 0, 0)


def resit_part(part: str, work: str) -> str:
    """The name under which one work of a part is begun again, after the equipment failed. Its time is a window like any other.

    >>> resit_part("ECW-S", "SIM-SUN-1")
    'ECW-S~SIM-SUN-1'
    """
    return f"{part}~{work}"


def is_resit(name: str) -> bool:
    """Whether a part's name is that of a re-sit.

    >>> is_resit("ECW-S~SIM-SUN-1"), is_resit("ECW-S")
    (True, False)
    """
    return "~" in name


def windows_of(words: Words, frame: Frame) -> dict[str, Window]:
    """Windows by part; the first `begin` of a part counts.

    Whichever proctor's stream is read first, the windows are the same.
    """
    spoken: dict[str, list[tuple[str, Said]]] = {}
    for kind, word in words:
        if kind in ("begin", "pause", "resume", "extend"):
            spoken.setdefault(word.payload["part"], []).append((kind, word))
    windows = {part: _window(part, said, frame.seconds.get(part, 0)) for part, said in sorted(spoken.items())}
    return {part: window for part, window in windows.items() if window is not None}


def _window(part: str, said: Words, least_s: int) -> Window | None:
    said = sorted(said, key=lambda one: (one[1].moment_us, one[1].role, one[1].epoch, one[1].sequence))
    begin = next((word for kind, word in said if kind == "begin"), None)
    if begin is None:
        return None
    remarks = []
    limit_s = begin.payload["limit_s"]
    if limit_s < least_s:
        remarks.append(f"{part}: {begin.role} began with {limit_s} s; the candidate has {least_s} s, and that counts.")
    given = [word for kind, word in said if kind == "extend"]
    remarks += [
        f"{part}: {word.role} wrote an extension by {word.payload['seconds']} s; time is only given, so it does not count."
        for word in given
        if word.payload["seconds"] < 0
    ]
    seconds = max(limit_s, least_s) + sum(max(word.payload["seconds"], 0) for word in given)
    paused_us, paused_since = _paused(said, begin.moment_us)
    if paused_since is not None:
        remarks.append(f"{part}: a pause was never ended; no deadline was held after it.")
        left_us = begin.moment_us + seconds * SECOND_US + paused_us - paused_since
        return Window(part, begin.moment_us, None, begin.role, tuple(remarks), paused_since, left_us)
    return Window(part, begin.moment_us, begin.moment_us + seconds * SECOND_US + paused_us, begin.role, tuple(remarks))


def _paused(said: Words, begun_us: int) -> tuple[int, int | None]:
    """How long the part was paused in all (µs), and since when it still is.

    A part is paused or it is not: a second pause before the resume, or a resume without a pause, changes nothing; nor does
    what was paused before it began.
    """
    total, since = 0, None
    for kind, word in said:
        if kind == "pause" and since is None:
            since = word.moment_us
        elif kind == "resume" and since is not None:
            total += max(word.moment_us - max(since, begun_us), 0)
            since = None
    return total, since
