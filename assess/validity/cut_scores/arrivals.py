"""Ratings as they arrive from a judge's device: read, checked against the meeting, compared with what the server has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assess.validity.cut_scores.forms import Element, Unreadable, read_value
from assess.validity.cut_scores.meeting import Record
from assess.validity.cut_scores.minutes import round_words
from assess.validity.cut_scores.models import JudgeRating
from assess.validity.errors import ValidityError


@dataclass(frozen=True)
class Saved:
    """What became of rows that a judge's device sent.

    Attributes
    ----------
    saved
        Numbers that the server has now, be it since this time or an earlier one.
    late
        Those of them whose round is closed: kept, and counted only if somebody opens the round again.
    taken
        Numbers under which the server has something else, from another device of the judge: not saved.
    """

    saved: tuple[int, ...]
    late: tuple[int, ...]
    taken: tuple[int, ...]


def read_row(record: Record, elements: Mapping[str, Element], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is kept, or what is wrong with it, as a `ValidityError`."""
    try:
        turn, sequence, said = int(row["round"]), int(row["sequence"]), int(row["said_ms"])
        element, value = str(row["element"]), str(row["value"])
        said_at = datetime.fromtimestamp(said / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise ValidityError("not-a-rating", "A rating has a number, a round, an element, a value and a time.") from None
    if turn not in record.rounds:
        raise ValidityError("no-such-round", f"{round_words(turn).capitalize()} of this meeting was never opened.")
    if element not in elements:
        raise ValidityError("no-such-element", f"This meeting does not rate {element[:40]!r}.")
    if not 1 <= sequence < 2**31:
        raise ValidityError("not-a-rating", "A rating's number counts from 1.")
    try:
        kept = read_value(elements[element], value)
    except Unreadable as problem:
        raise ValidityError("not-a-value", str(problem)) from None
    return {"sequence": sequence, "turn": turn, "element": element, "value": kept, "said_at": said_at}


def same(known: JudgeRating, row: Mapping[str, Any]) -> bool:
    """Whether the row that the server has under this number is the one that is sent."""
    return all(getattr(known, name) == row[name] for name in ("turn", "element", "value", "said_at"))
