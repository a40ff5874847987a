"""The record of a cut-score meeting: what happened, and every rating that was saved, folded into how the meeting stands. Pure.

A meeting is a list of events that only grows, and beside it rows of ratings that only grow. A row is known by its judge and
the number in the judge's own sequence: sent twice it is one row, and the order of arrival says nothing. Of a judge's rows for
one element in one round the one with the highest number counts; the others stay as history.

A row also says after which event it arrived. What arrives when its round is closed is kept and does not count, until somebody
opens the round again: then it does. So a lost connection loses nothing, and nothing changes a closed round unseen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assess.validity.cut_scores.lifecycle import LEADS_TO, Kind, State

PRACTICE = 0
"""The number of the round that does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the record; `judge` is whom it is about, where it is about one."""

    number: int
    kind: Kind
    by: str
    at: datetime
    judge: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rating as it was saved: `after` is the number of the last event before it arrived."""

    judge: str
    sequence: int
    turn: int
    element: str
    value: str
    after: int
    said_at: datetime
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A member of the panel as the record has it.

    Attributes
    ----------
    declaration
        What the judge declared about experience and conflicts of interest; None while nothing was said.
    agreed
        Whether the judge agreed to the description as it stands now.
    admitted
        Why a judge who lacks something may judge nevertheless; None where nobody admitted them so.
    gone, gone_in
        Why the judge is not there (any more), None while they are; and in which round that was, None before the first.
    excluded
        Why a named person left the judge out of the cut; None while the judge counts.
    """

    judge: str
    invited: datetime
    declaration: Mapping[str, Any] | None = None
    agreed: bool = False
    admitted: str | None = None
    gone: str | None = None
    gone_in: int | None = None
    excluded: str | None = None

    @property
    def here(self) -> bool:
        """Whether the judge takes part now: came, declared, and did not leave."""
        return self.gone is None and self.declaration is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round: when it was opened and closed, and the ratings that count.

    Attributes
    ----------
    opened, closed
        Numbers of the events that opened it (again) and closed it (again), in order.
    ratings
        Judge → element → the rating that counts.
    late
        Rows that arrived after the round was last closed, in order of judge and number: kept, and not counted.
    rows
        How many rows were saved for it, counted or not.
    closing
        The payload of the event that closed it last; None while it is open.
    """

    number: int
    opened: tuple[int, ...]
    closed: tuple[int, ...] = ()
    ratings: Mapping[str, Mapping[str, Rating]] = field(default_factory=dict)
    late: tuple[Rating, ...] = ()
    rows: int = 0
    closing: Mapping[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        return len(self.opened) > len(self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a meeting stands.

    Attributes
    ----------
    turn
        The round that is open or was closed last; `PRACTICE` in the practice round; None before.
    description
        Outcome → what the borderline candidate can and cannot yet do; judges agree to it before they rate.
    """

    state: State = State.DRAFTED
    last: int = 0
    turn: int | None = None
    judges: Mapping[str, Judge] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    rounds: Mapping[int, Round] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    @property
    def present(self) -> tuple[Judge, ...]:
        """Judges who take part now."""
        return tuple(judge for judge in self.judges.values() if judge.here)

    @property
    def counted_rounds(self) -> tuple[Round, ...]:
        """Rounds that count, in order; the practice is none."""
        return tuple(self.rounds[number] for number in sorted(self.rounds) if number != PRACTICE)

    @property
    def open_turn(self) -> int | None:
        """The round that takes ratings now; None where none does."""
        return next((number for number, one in self.rounds.items() if one.is_open), None)

    def of_kind(self, *kinds: Kind) -> tuple[Event, ...]:
        """The events of some kinds, in order."""
        return tuple(event for event in self.events if event.kind in kinds)


def fold(events: Iterable[Event], ratings: Iterable[Rating] = ()) -> Record:
    """How a meeting stands after its events, with the ratings that were saved.

    Parameters
    ----------
    ratings
        In any order and any number of times each: the outcome is the same.
    """
    record = Record()
    for event in sorted(events, key=lambda one: one.number):
        record = _after(record, event)
    distinct = {(one.judge, one.sequence): one for one in ratings}
    rows = [distinct[key] for key in sorted(distinct)]
    return replace(record, rounds={number: _filled(one, rows) for number, one in record.rounds.items()})


def _filled(one: Round, rows: Sequence[Rating]) -> Round:
    mine = [row for row in rows if row.turn == one.number]
    end = None if one.is_open else one.closed[-1]
    counted: dict[str, dict[str, Rating]] = {}
    late = []
    for row in mine:  # by number within each judge, so the last one stays
        if end is not None and row.after >= end:
            late.append(row)
        else:
            counted.setdefault(row.judge, {})[row.element] = row
    return replace(one, ratings=counted, late=tuple(late), rows=len(mine))


def _after(record: Record, event: Event) -> Record:
    moved = replace(
        record,
        state=LEADS_TO.get(event.kind, record.state),
        last=event.number,
        events=(*record.events, event),
    )
    match event.kind:
        case Kind.INVITED:
            return _with_judge(moved, Judge(judge=str(event.judge), invited=event.at))
        case Kind.DESCRIBED:
            fresh = {key: replace(judge, agreed=False) for key, judge in record.judges.items()}
            return replace(moved, description=dict(event.payload["texts"]), judges=fresh)
        case Kind.PRACTISED:
            return _round(moved, PRACTICE, event)
        case Kind.ROUND_OPENED | Kind.ROUND_REOPENED:
            return _round(_practice_over(moved, event), int(event.payload["round"]), event)
        case Kind.ROUND_CLOSED:
            number = int(event.payload["round"])
            old = record.rounds[number]
            closed = replace(old, closed=(*old.closed, event.number), closing=event.payload)
            return replace(moved, rounds={**record.rounds, number: closed})
        case _:
            return _about_a_judge(moved, event)


def _about_a_judge(record: Record, event: Event) -> Record:
    if event.judge is None:
        return record
    judge = record.judges[event.judge]
    said = event.payload
    match event.kind:
        case Kind.DECLARED:
            # who comes late, or comes back, is here again
            return _with_judge(record, replace(judge, declaration=said, gone=None, gone_in=None))
        case Kind.AGREED:
            return _with_judge(record, replace(judge, agreed=True))
        case Kind.ADMITTED:
            return _with_judge(record, replace(judge, admitted=said["reason"]))
        case Kind.LEFT:
            return _with_judge(record, replace(judge, gone=said["reason"], gone_in=record.turn))
        case Kind.RETURNED:
            return _with_judge(record, replace(judge, gone=None, gone_in=None))
        case Kind.EXCLUDED:
            return _with_judge(record, replace(judge, excluded=said["reason"]))
        case Kind.INCLUDED:
            return _with_judge(record, replace(judge, excluded=None))
        case _:
            return record


def _with_judge(record: Record, judge: Judge) -> Record:
    return replace(record, judges={**record.judges, judge.judge: judge})


def _round(record: Record, number: int, event: Event) -> Record:
    old = record.rounds.get(number, Round(number=number, opened=()))
    opened = replace(old, opened=(*old.opened, event.number), closing=None)
    return replace(record, turn=number, rounds={**record.rounds, number: opened})


def _practice_over(record: Record, event: Event) -> Record:
    practice = record.rounds.get(PRACTICE)
    if practice is None or not practice.is_open:
        return record
    over = replace(practice, closed=(*practice.closed, event.number))
    return replace(record, rounds={**record.rounds, PRACTICE: over})
