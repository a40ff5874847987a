"""What monitoring tells the gate, the dossier and pages: alarms, and how severe each assessor is."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from assess.psychometrics.results import Estimate


class Kind(StrEnum):
    """What can drift."""

    ITEM = "item"
    STATION = "station"
    RIG = "rig"
    INSTRUMENT = "instrument"
    ASSESSOR = "assessor"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A point beyond its control limits. It informs, and never changes a mark.

    Attributes
    ----------
    kind, what
        What drifted: "station", "Bay 3: task score against the candidates' other tasks".
    since
        When the first attempt of the point was sealed.
    chart
        Identifier of the control chart: `kind/subject/quantity`.
    sentence
        Value, what was expected, limit, rule and number of cases in words.
    acknowledged_by, acknowledged_at, done
        Who looked at it, when, and what was done about it; empty while nobody has.
    closed_by
        The second person, who closed it.
    """

    id: uuid.UUID
    kind: Kind
    what: str
    since: datetime
    raised_at: datetime
    chart: str
    sentence: str
    acknowledged_by: str
    acknowledged_at: datetime | None
    done: str
    closed_by: str
    closed_at: datetime | None
    simulated: bool

    @property
    def looked_at(self) -> bool:
        """Whether a named person has looked at it."""
        return bool(self.acknowledged_by)

    @property
    def open(self) -> bool:
        """Whether it is not closed yet."""
        return not self.closed_by


@dataclass(frozen=True, kw_only=True)
class Move:
    """An attempt whose part would lie on the other side of the cut, were its marks those of an average assessor.

    `before` and `after` are per cent of the part; `within_error` says that the cut lies within the error of `after`.
    """

    attempt: uuid.UUID
    part: str
    before: Decimal
    after: Decimal
    cut: Decimal
    would: Literal["pass", "fail"]
    within_error: bool


@dataclass(frozen=True, kw_only=True)
class Severity:
    """How severe one assessor is.

    Attributes
    ----------
    severity
        In logits against the average assessor: larger = more severe.
    observed_average, fair_average
        Mean level given, and what it would be if candidates and criteria were average; None without a measure.
    infit, outfit
        Mean squares: 1 is as consistent as the model expects.
    marks, persons, shared_persons
        Judgements given, candidates judged, and those whom another assessor judged too.
    would_change
        Among the attempts this assessor judged, those whose outcome would change if severity were evened out.
    sentence
        The same in words.
    """

    assessor: uuid.UUID
    name: str
    severity: Estimate
    observed_average: float | None
    fair_average: float | None
    infit: float | None
    outfit: float | None
    marks: int
    persons: int
    shared_persons: int
    would_change: tuple[Move, ...]
    simulated: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class JudgingPlan:
    """Whether everybody's marks can be compared, and the fewest further double ratings that would see to it.

    `extra` holds (attempt or candidate, assessor, tasks one of which is enough).
    """

    connected: bool
    sentence: str
    extra: tuple[tuple[str, str, tuple[str, ...]], ...]
    shared: Mapping[str, int]
