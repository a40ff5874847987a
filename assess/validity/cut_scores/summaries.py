"""What other rooms read of a meeting, as plain values. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from assess.validity.cut_scores.minutes import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSummary:
    """A meeting about the cut of one part.

    Attributes
    ----------
    state
        A value of `lifecycle.State`.
    turn
        The round it is in, or was in last; None before the first.
    judges, present, excluded, late
        How many were invited, take part, were left out of the cut; rows that came after their round and do not count.
    dissents
        Who dissented (name) and how.
    value, standard_error, recommended
        The cut in per cent once the meeting is closed; `value` is the board's where it chose another.
    """

    id: uuid.UUID
    part: str
    number: int
    method: str
    method_words: str
    state: str
    turn: int | None
    panel: str
    judges: int
    present: int
    excluded: int
    late: int
    held_by: str
    drafted_at: datetime
    simulated: bool
    composition: str
    described_outcomes: int
    rounds: int
    dissents: tuple[tuple[str, str], ...]
    minutes: tuple[Line, ...]
    cut_score_id: uuid.UUID | None
    recommended: Decimal | None
    value: Decimal | None
    standard_error: Decimal | None
    board: str
    board_reason: str
    in_force_from: date | None
    in_force_to: date | None
