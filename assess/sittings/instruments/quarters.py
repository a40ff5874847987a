"""A span of time as the quarters of an hour that it touches. Pure.

Two spans of one instrument are kept apart by its quarters, of which a booking holds each alone: a rule that every database keeps.
"""

from datetime import UTC, datetime

SECONDS = 900


def quarters(starts_at: datetime, ends_at: datetime) -> range:
    """The quarters that a span touches, counted since 1970.

    >>> [len(quarters(datetime(2026, 11, 26, 9, 0, tzinfo=UTC), datetime(2026, 11, 26, 9, m, tzinfo=UTC))) for m in (1, 15, 16)]
    [1, 1, 2]
    """
    first = int(starts_at.timestamp()) // SECONDS
    ends = ends_at.timestamp()
    return range(first, int(ends // SECONDS) + (ends % SECONDS > 0))


def begins(quarter: int) -> datetime:
    """When a quarter begins."""
    return datetime.fromtimestamp(quarter * SECONDS, UTC)
