"""What the gate's candidate level looks at: the facts of one award, as records tell them.

The caller gathers them; nothing here is computed. A fact nobody has established is `None` or empty, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .checks import Evidence
from .decision import Decision, MustPass, Undecidable


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
class CandidateFacts:
    """Everything the candidate level looks at.

    Parameters
    ----------
    must_pass
        None while nothing of the attempt is scored.
    conflicts_examined
        Whether every assessor, marker and approver of this candidate has been compared with the declared interests.
    conflicts
        One sentence for each conflict found.
    near_cut_reviews
        Part → identifier of the person who reviewed it.
    short_texts_waiting
        Answers that still wait for a marker; None while nothing of the attempt is scored.
    incidents
        One sentence for each incident that is open or was upheld.
    approved_by
        The people who put their names to the decision.
    records
        The records these facts stand in: registration, seal, score, decision, attempt, as far as there is one.
    """

    identity: Identity
    prerequisites: tuple[Prerequisite, ...]
    must_pass: tuple[MustPass, ...] | None
    conflicts_examined: bool
    conflicts: tuple[str, ...]
    seals: Seals
    double_marks: DoubleMarks
    near_cut_reviews: Mapping[str, str]
    decision: Decision | Undecidable
    short_texts_waiting: tuple[str, ...] | None
    incidents: tuple[str, ...]
    approved_by: tuple[str, ...]
    records: tuple[Evidence, ...] = ()

    def of(self, kind: str) -> tuple[Evidence, ...]:
        """The record of a kind, where there is one."""
        return tuple(record for record in self.records if record.kind == kind)
