"""What the gate looks at: the facts of one award, as records tell them.

The caller gathers them; nothing here is computed. A fact nobody has established is `None` or empty, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .decision import CutScore, Decision, DecisionRule, MustPass, Undecidable


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The human act that confirmed who the candidate is: who did it, how, and when. `None` while nobody has."""

    confirmed_by: str | None
    how: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """A prerequisite and whether verified evidence meets it; `met` is `None` while nobody has verified it."""

    name: str
    met: bool | None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Seals:
    """Streams that belong to the attempt, those whose seal is in the ledger, and entries still in quarantine."""

    expected: tuple[str, ...]
    sealed: tuple[str, ...]
    quarantined: int = 0


@dataclass(frozen=True, kw_only=True)
class DoubleMarks:
    """Tasks that two assessors had to mark, those both have marked, and those whose difference is not settled."""

    expected: tuple[str, ...]
    complete: tuple[str, ...]
    unreconciled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """The least acceptable value, the least number of cases, and who set them (a standard, a board's act)."""

    least: Decimal
    least_n: int
    source: str


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


@dataclass(frozen=True, kw_only=True)
class Publication:
    """The recorded review by which the scheme's content was published; no reviewer means there was none."""

    version: str
    reviewed_by: tuple[str, ...]
    on: date | None


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """Everything the gate looks at, gathered by the caller from records.

    Parameters
    ----------
    conflicts_examined
        Whether every assessor, marker and approver of this candidate has been compared with the declared interests.
    conflicts
        One sentence for each conflict found.
    near_cut_reviews
        Part → identifier of the person who reviewed it.
    short_texts_waiting
        Answers that still wait for a marker.
    incidents
        One sentence for each incident that is open or was upheld.
    cut_scores
        The cut scores the decision was made under.
    """

    rule: DecisionRule
    identity: Identity
    prerequisites: tuple[Prerequisite, ...]
    must_pass: tuple[MustPass, ...]
    conflicts_examined: bool
    conflicts: tuple[str, ...]
    seals: Seals
    double_marks: DoubleMarks
    near_cut_reviews: Mapping[str, str]
    decision: Decision | Undecidable
    short_texts_waiting: tuple[str, ...]
    incidents: tuple[str, ...]
    reliability: Statistic
    decision_consistency: Statistic
    rater_agreement: Statistic
    cut_scores: tuple[CutScore, ...]
    publication: Publication
