"""How an instrument's calibration stands on a day, from its certificates. Pure.

A certificate holds from the day of calibration to the last day it names, both included. The one that was issued last stands,
whatever order they were entered in; a withdrawn one never does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

SOON_DAYS = 30
"""A calibration that ends within so many days is due soon."""


class State(StrEnum):
    """From the gravest on."""

    NONE = "none"
    OVERDUE = "overdue"
    SOON = "soon"
    VALID = "valid"


class Certificate(Protocol):
    """What is asked of a certificate."""

    @property
    def calibrated_on(self) -> date: ...
    @property
    def entered_at(self) -> datetime: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


C = TypeVar("C", bound=Certificate)


@dataclass(frozen=True)
class Standing:
    """`days` until the last day on which the calibration holds: negative when it is over, None without a certificate."""

    state: State
    days: int | None

    @property
    def words(self) -> str:
        if self.days is None:
            return "No certificate"
        if self.days < 0:
            return f"{_days(-self.days)} overdue"
        return "Due today" if self.days == 0 else f"Due in {_days(self.days)}"


def standing_on(day: date, due_on: date | None) -> Standing:
    """How a calibration stands on a day.

    >>> standing_on(date(2026, 11, 26), date(2026, 11, 26)).words, standing_on(date(2026, 11, 26), None).state
    ('Due today', <State.NONE: 'none'>)
    >>> standing_on(date(2026, 11, 26), date(2026, 11, 25)).words
    '1 day overdue'
    """
    if due_on is None:
        return Standing(State.NONE, None)
    days = (due_on - day).days
    return Standing(State.OVERDUE if days < 0 else State.SOON if days <= SOON_DAYS else State.VALID, days)


def latest(certificates: Iterable[C]) -> C | None:
    """The certificate that stands; None where none does."""
    valid = [one for one in certificates if one.withdrawn_at is None]
    return max(valid, key=lambda one: (one.calibrated_on, one.entered_at), default=None)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
