"""The server's clock in the hands of a test."""

from dataclasses import dataclass

import pytest

from assess.attempts.journal import clock


@dataclass
class ServerTime:
    start_us: int
    us: int

    def passes(self, seconds: int) -> None:
        self.us += seconds * 1_000_000


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> ServerTime:
    began = clock.now_us()
    held = ServerTime(began, began)
    monkeypatch.setattr(clock, "now_us", lambda: held.us)
    return held
