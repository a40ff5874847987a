"""What a check of the gate is, and what comes of one: status, sentence, value beside its threshold, and where it was computed.

A statistic whose interval straddles its threshold, or that rests on too few cases, is *not enough evidence*: neither a pass
nor a fail. So is whatever nobody has recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Literal, TypeVar


class Level(StrEnum):
    """What a check looks at: the scheme before its first sitting, the window of attempts, or the candidate."""

    SCHEME = "scheme"
    WINDOW = "window"
    CANDIDATE = "candidate"


class Status(StrEnum):
    """What came of a check."""

    PASS = "pass"
    FAIL = "fail"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    WAIVED = "waived"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The record a finding was computed or signed in, by kind and identifier: what a reader follows."""

    kind: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found. `n` is the number of cases it rests on, None where that has no meaning."""

    status: Status
    sentence: str
    value: str = ""
    threshold: str = ""
    source: str = ""
    n: int | None = None
    evidence: tuple[Evidence, ...] = ()


def passed(sentence: str, *evidence: Evidence) -> Finding:
    return Finding(status=Status.PASS, sentence=sentence, evidence=evidence)


def failed(sentence: str, *evidence: Evidence) -> Finding:
    return Finding(status=Status.FAIL, sentence=sentence, evidence=evidence)


def lacking(sentence: str, *evidence: Evidence) -> Finding:
    return Finding(status=Status.NOT_ENOUGH_EVIDENCE, sentence=sentence, evidence=evidence)


Facts = TypeVar("Facts")
Released = Literal["always", "sample", "never"]


@dataclass(frozen=True, kw_only=True)
class Check(Generic[Facts]):
    """One check of a level.

    `waivable`: whether two people may set it aside for one candidate. `released`: whether a release rule may let it stand
    while evidence is too little: always, only for sample content (whose credentials say that they are samples), or never.
    `opens`: whether it has to hold before a candidate's attempt is opened, and not only before an award. `cases`: what its number
    of cases counts ("candidates"); empty where it has none. `touches`: whether its failing later casts doubt on awards made
    before; a record that ran out since does not.
    """

    protects_against: str
    find: Callable[[Facts, date], Finding]
    waivable: bool = False
    released: Released = "never"
    opens: bool = False
    statistic: bool = False
    cases: str = ""
    touches: bool = True


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The least acceptable value, the least number of cases, and who set them (a standard, a board's act)."""

    least: Decimal
    least_n: int
    source: str

    @property
    def words(self) -> str:
        return f"≥ {self.least}, n ≥ {self.least_n}"


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """An estimate over a window of attempts: value, 95 % interval where one is known, cases, and method.

    `reason` says why the estimate by itself is not enough to go by; empty when nothing is held against it.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n: int
    method: str
    threshold: Threshold
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def compare(statistic: Statistic) -> Finding:
    """A statistic beside the least value it must have, interval and all.

    Raises
    ------
    ValueError
        When an interval has one end only.
    """
    if (statistic.low is None) != (statistic.high is None):
        raise ValueError("An interval has both ends or none.")
    status, sentence = _verdict(statistic)
    return Finding(
        status=status,
        sentence=sentence,
        value=spell(statistic),
        threshold=statistic.threshold.words,
        source=statistic.threshold.source,
        n=statistic.n,
        evidence=statistic.evidence,
    )


def _verdict(statistic: Statistic) -> tuple[Status, str]:
    least, needed = statistic.threshold.least, statistic.threshold.least_n
    if statistic.reason and statistic.value is None:
        return Status.NOT_ENOUGH_EVIDENCE, f"It can't be told: {statistic.reason} (n = {statistic.n})."
    if statistic.reason:
        return Status.NOT_ENOUGH_EVIDENCE, f"{spell(statistic)}. Held against it: {statistic.reason}."
    if statistic.value is None or statistic.n < needed:
        return Status.NOT_ENOUGH_EVIDENCE, f"It rests on {statistic.n} cases; {needed} are needed."
    low = statistic.value if statistic.low is None else statistic.low
    high = statistic.value if statistic.high is None else statistic.high
    if low >= least:
        return Status.PASS, f"{spell(statistic)} is at or above {least}."
    if high < least:
        return Status.FAIL, f"{spell(statistic)} is below {least}."
    return Status.NOT_ENOUGH_EVIDENCE, f"{spell(statistic)}: the interval holds {least}, so either is possible."


def spell(statistic: Statistic) -> str:
    if statistic.value is None:
        return f"none ({statistic.method}, n = {statistic.n})"
    interval = "interval not known" if statistic.low is None else f"95 % {statistic.low} to {statistic.high}"
    return f"{statistic.value} ({interval}; {statistic.method}, n = {statistic.n})"


MOST_NAMED = 5


def named(names: Sequence[str]) -> str:
    """Names in a sentence: the first few, and how many more there are.

    >>> named(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e and 2 more'
    """
    more = len(names) - MOST_NAMED
    told = ", ".join(names[:MOST_NAMED])
    return f"{told} and {more} more" if more > 0 else told
