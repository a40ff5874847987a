"""How a station agent is, in a word and a sign: from its keys, what it last said of itself, and how long that is ago. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SAID = {
    "ready": ("ok", "Ready"),
    "busy": ("ok", "Measuring"),
    "attention": ("warn", "Needs a look"),
    "down": ("bad", "Down"),
}
CLOCK_OFF_MS = 5_000
"""From here on people have to know that a clock is off."""


@dataclass(frozen=True)
class Standing:
    """A sign (ok, warn, bad, idle) and the words beside it."""

    sign: str
    words: str


def standing(
    *, state: str | None, seen_at: datetime | None, enrolled: bool, now: datetime, silent_after: timedelta
) -> Standing:
    """How an agent is. `state` and `seen_at` are what it last said, None where nothing was heard yet.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> standing(state="ready", seen_at=noon, enrolled=True, now=noon + timedelta(minutes=3), silent_after=timedelta(minutes=2))
    Standing(sign='warn', words='Silent')
    """
    if not enrolled:
        return Standing("idle", "No key in force")
    if state is None or seen_at is None:
        return Standing("idle", "Not heard yet")
    if now - seen_at > silent_after:
        return Standing("warn", "Silent")
    return Standing(*SAID.get(state, ("warn", state)))


def clock_words(offset_ms: int | None) -> str:
    """How far a clock is off, where people have to know; empty otherwise.

    Examples
    --------
    >>> clock_words(-61_000)
    "61 s behind the server's. Set it; readings say how far it was off."
    >>> clock_words(5_000), clock_words(None)
    ('', '')
    """
    if offset_ms is None or abs(offset_ms) <= CLOCK_OFF_MS:
        return ""
    side = "ahead of" if offset_ms > 0 else "behind"
    return f"{abs(offset_ms) / 1000:.0f} s {side} the server's. Set it; readings say how far it was off."


def changes(known: Mapping[str, str], now: Iterable[tuple[str, str, str]]) -> list[str]:
    """What is told of agents whose state is another than the one a page knows: a sentence each, and none of one it does not know.

    Parameters
    ----------
    known
        Agent → the words that a page shows.
    now
        Agent, its name, and the words that hold now.

    Examples
    --------
    >>> changes({"a": "Ready", "b": "Ready"}, [("a", "Bay 6", "Silent"), ("b", "Bay 7", "Ready"), ("c", "Bay 8", "Down")])
    ['Bay 6: Silent.']
    """
    return [f"{name}: {words}." for agent, name, words in now if known.get(agent, words) != words]
