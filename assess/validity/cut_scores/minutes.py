"""The minutes: every line of a meeting's record as a sentence. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assess.validity.cut_scores.lifecycle import Kind
from assess.validity.cut_scores.meeting import PRACTICE, Event, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the minutes: when, by whom, what."""

    number: int
    at: datetime
    by: str
    words: str


def minutes(record: Record, names: Mapping[str, str]) -> tuple[Line, ...]:
    """The minutes of a meeting.

    Parameters
    ----------
    names
        Who is called how, for everybody who acts or is named in the record.
    """
    return tuple(
        Line(number=event.number, at=event.at, by=names.get(event.by, event.by), words=_words(event, names))
        for event in record.events
    )


def round_words(number: int) -> str:
    """A round as people say it.

    >>> round_words(0), round_words(2)
    ('the practice round', 'round 2')
    """
    return "the practice round" if number == PRACTICE else f"round {number}"


def _words(event: Event, names: Mapping[str, str]) -> str:
    said = event.payload
    who = "" if event.judge is None else names.get(event.judge, event.judge)
    match event.kind:
        case Kind.DRAFTED:
            return f"Drafted a meeting about {said['part']}: {said['method']}."
        case Kind.DESCRIBED:
            number = len(said["texts"])
            return f"Described the borderline candidate under {number} outcome{'' if number == 1 else 's'}."
        case Kind.INVITED:
            return f"Invited {who}."
        case Kind.OPENED:
            return "Opened the meeting."
        case Kind.DECLARED:
            conflict = said["conflict"] or "none"
            return f"{who} declared {said['years']} years in the occupation; conflicts of interest: {conflict}."
        case Kind.AGREED:
            return f"{who} agreed to the description."
        case Kind.ADMITTED:
            return f"Admitted {who}: {said['reason']} What was lacking: {' '.join(said['lacking'])}"
        case Kind.LEFT:
            return f"{who} is not there (any more): {said['reason']}"
        case Kind.RETURNED:
            return f"{who} is back."
        case Kind.TRAINED:
            return f"Training: {said['words']}"
        case Kind.PRACTISED:
            return "Opened the practice round. It does not count."
        case Kind.ROUND_OPENED:
            return f"Opened {round_words(said['round'])}."
        case Kind.ROUND_CLOSED:
            return _closed(event, names)
        case Kind.ROUND_REOPENED:
            return f"Opened {round_words(said['round'])} again: {said['reason']}"
        case Kind.NOTED:
            return f"Note: {said['words']}"
        case Kind.EXCLUDED:
            return f"Left {who} out of the cut: {said['reason']} Both cuts are kept."
        case Kind.INCLUDED:
            return f"Took {who} back into the cut: {said['reason']}"
        case Kind.CLOSED:
            return f"Closed the meeting. It comes to {said['value']} % (standard error {said['standard_error']})."
        case Kind.DISSENTED:
            return f"{who} dissents: {said['words']}"
        case Kind.ADOPTED:
            reason = f" Reason: {said['reason']}" if said["reason"] else ""
            end = f" to {said['to']}" if said["to"] else ""
            return f"{said['board']} adopted {said['value']} % in force from {said['from']}{end}.{reason}"
        case Kind.DECLINED:
            return f"{said['board']} did not adopt it: {said['reason']}"
        case Kind.ABANDONED:
            return f"Gave the meeting up: {said['reason']}"


def _closed(event: Event, names: Mapping[str, str]) -> str:
    said = event.payload
    cut = said["document"]["cut"]
    outcome = (
        f"The cut of this round is {cut['value']} %." if cut else f"It gives no cut: {said['document']['why_none']}"
    )
    missing = ", ".join(names.get(one, one) for one in said["unfinished"])
    without = f" Not finished: {missing} ({said['reason']})." if missing else ""
    return f"Closed {round_words(said['round'])} with {said['rows']} saved ratings. {outcome}{without}"
