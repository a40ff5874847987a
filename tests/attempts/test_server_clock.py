"""The server's clock: a step forward is taken over, a step back is not, and durations are true either way."""

import pytest

from assess.attempts.journal.clock import ServerClock

S = 1_000_000_000


def test_f13_a_step_back_of_90_s_is_not_followed_and_time_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, monotonic = [1_000 * S], [5 * S]
    monkeypatch.setattr("assess.attempts.journal.clock.time.time_ns", lambda: wall[0])
    monkeypatch.setattr("assess.attempts.journal.clock.time.monotonic_ns", lambda: monotonic[0])

    def after(seconds: int, *, step: int = 0) -> int:
        monotonic[0] += seconds * S
        wall[0] += (seconds + step) * S
        return clock.now_us() // 1_000_000

    clock = ServerClock()
    assert after(10) == 1010
    assert after(30, step=-90) == 1040
    assert after(120) == 1160
    assert after(10, step=200) == 1280, "the wall stands at 1280 by now, and is believed again"
