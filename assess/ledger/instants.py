"""Moments in signed text: UTC, whole seconds, one spelling (`2026-01-31T12:00:00Z`)."""

import re
from datetime import UTC, datetime

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def write_instant(moment: datetime) -> str:
    """The spelling of an aware moment; fractions of a second are cut off.

    Raises
    ------
    ValueError
        When the moment has no time zone.

    >>> write_instant(datetime.fromisoformat("2026-03-01T13:00:00.9+01:00"))
    '2026-03-01T12:00:00Z'
    """
    if moment.tzinfo is None:
        raise ValueError(f"The moment {moment} needs a time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(text: object) -> datetime:
    """The aware moment a text spells.

    Raises
    ------
    ValueError
        When it is not text of exactly this form, or no such moment exists.

    >>> read_instant("2026-03-01T12:00:00Z").hour
    12
    """
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError(f"{str(text)[:40]!r} is not a moment of the form 2026-01-31T12:00:00Z.")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"The moment {text} does not exist.") from error
