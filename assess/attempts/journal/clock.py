"""The server's clock, as everything that is timed about an attempt reads it: while a process runs, it never goes back.

A time server may set the machine's clock back in the middle of an exam. Then remaining times would grow, a pause would last
nothing, and a resume would stand before its pause. So the process carries the wall clock on by its monotonic one: a step forward is
taken over, a step back is not. Between processes each stream's own last contact holds the order (see `append`).
"""

import threading
import time


class ServerClock:
    """Wall time, in µs, that only grows.

    >>> clock = ServerClock()
    >>> clock.now_us() <= clock.now_us()
    True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead_ns = time.time_ns() - time.monotonic_ns()

    def now_us(self) -> int:
        # The wall first: whatever happens between the two readings makes the difference smaller, never larger.
        wall_ns, monotonic_ns = time.time_ns(), time.monotonic_ns()
        with self._lock:
            self._ahead_ns = max(self._ahead_ns, wall_ns - monotonic_ns)
            return (monotonic_ns + self._ahead_ns) // 1000


_clock = ServerClock()


def now_us() -> int:
    """Now, by this server's clock, in µs."""
    return _clock.now_us()
