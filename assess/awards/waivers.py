"""Lawful exceptions to a check: a waiver is about one candidate, a release rule about a scheme version and its evidence.

Both need two different people, a reason and a last day. A waiver sets aside what was found about one candidate. A release rule
never does: it lets a check stand that has *not enough evidence* yet, under a stated condition, until the evidence is due.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One check of one candidate, set aside: why, by whom (two people), and until when (the last day it counts).

    `people` tells the people apart; `names`, where given, is what readers are told instead.
    """

    check: str
    reason: str
    people: tuple[str, ...]
    granted_on: date
    expires_on: date
    names: tuple[str, ...] = ()
    id: str = ""

    @property
    def words(self) -> str:
        return f"Waived until {self.expires_on} by {_signers(self)}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Release:
    """One check of a scheme version, released while its evidence is still too little.

    `least_n` is the condition: the evidence rests on at least so many cases (0: none is asked). On `expires_on`, the last
    day it counts, the pooled evidence is due.
    """

    check: str
    reason: str
    people: tuple[str, ...]
    granted_on: date
    expires_on: date
    least_n: int = 0
    names: tuple[str, ...] = ()
    id: str = ""

    @property
    def words(self) -> str:
        condition = f" for windows of at least {self.least_n}" if self.least_n else ""
        return f"Released{condition} by {_signers(self)}, evidence due by {self.expires_on}: {self.reason}"


def _signers(one: Waiver | Release) -> str:
    return " and ".join(one.names or one.people)


def objection(one: Waiver | Release, today: date) -> str:
    """What keeps a waiver or release rule from counting today, whatever it is about; empty when nothing does.

    >>> from datetime import timedelta
    >>> day = date(2026, 3, 1)
    >>> objection(Waiver(check="reliability", reason="pilot", people=("a", "a "), granted_on=day, expires_on=day), day)
    'it needs two different people'
    """
    if len({person.strip() for person in one.people if person.strip()}) < 2:
        return "it needs two different people"
    if not one.reason.strip():
        return "it gives no reason"
    if one.granted_on > today:
        return f"it is only granted on {one.granted_on}"
    if one.expires_on < today:
        return f"it expired on {one.expires_on}"
    return ""
