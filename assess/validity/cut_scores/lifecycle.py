"""The states of a cut-score meeting and what may happen in each. Pure.

drafted → open → training → practice → round 1 → feedback → round 2 → feedback → … → closed → adopted or not adopted. A meeting
whose cut follows from scores (borderline, contrasting groups) has no rounds: it is computed as soon as it is open.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a meeting stands."""

    DRAFTED = "drafted"
    OPEN = "open"
    TRAINING = "training"
    PRACTICE = "practice"
    ROUND = "round"
    FEEDBACK = "feedback"
    CLOSED = "closed"
    ADOPTED = "adopted"
    NOT_ADOPTED = "not adopted"
    ABANDONED = "abandoned"


class Kind(StrEnum):
    """What can happen in a meeting; each is one event of its record."""

    DRAFTED = "drafted"
    DESCRIBED = "described"
    INVITED = "invited"
    OPENED = "opened"
    DECLARED = "declared"
    AGREED = "agreed"
    ADMITTED = "admitted"
    LEFT = "left"
    RETURNED = "returned"
    TRAINED = "trained"
    PRACTISED = "practised"
    ROUND_OPENED = "round opened"
    ROUND_CLOSED = "round closed"
    ROUND_REOPENED = "round re-opened"
    NOTED = "noted"
    EXCLUDED = "excluded"
    INCLUDED = "included"
    CLOSED = "closed"
    DISSENTED = "dissented"
    ADOPTED = "adopted"
    DECLINED = "declined"
    ABANDONED = "abandoned"


FINAL = frozenset({State.ADOPTED, State.NOT_ADOPTED, State.ABANDONED})
"""Nothing more happens in these."""
_BEFORE_RATINGS = frozenset({State.OPEN, State.TRAINING, State.PRACTICE})
_HELD = _BEFORE_RATINGS | {State.ROUND, State.FEEDBACK}

ALLOWED: dict[Kind, frozenset[State]] = {
    Kind.DRAFTED: frozenset(),
    Kind.DESCRIBED: frozenset({State.DRAFTED, State.OPEN, State.TRAINING}),
    Kind.INVITED: frozenset({State.DRAFTED, State.OPEN}),
    Kind.OPENED: frozenset({State.DRAFTED}),
    Kind.DECLARED: _BEFORE_RATINGS,
    Kind.AGREED: _BEFORE_RATINGS,
    Kind.ADMITTED: _BEFORE_RATINGS,
    Kind.LEFT: _HELD,
    Kind.RETURNED: _HELD,
    Kind.TRAINED: frozenset({State.OPEN}),
    Kind.PRACTISED: frozenset({State.TRAINING}),
    Kind.ROUND_OPENED: frozenset({State.PRACTICE, State.FEEDBACK}),
    Kind.ROUND_CLOSED: frozenset({State.ROUND}),
    Kind.ROUND_REOPENED: frozenset({State.FEEDBACK}),
    Kind.NOTED: _HELD | {State.DRAFTED, State.CLOSED},
    Kind.EXCLUDED: frozenset({State.FEEDBACK}),
    Kind.INCLUDED: frozenset({State.FEEDBACK}),
    Kind.CLOSED: frozenset({State.FEEDBACK}),
    Kind.DISSENTED: frozenset({State.FEEDBACK, State.CLOSED}),
    Kind.ADOPTED: frozenset({State.CLOSED}),
    Kind.DECLINED: frozenset({State.CLOSED}),
    Kind.ABANDONED: _HELD | {State.DRAFTED},
}
"""Kind of event → the states in which it may happen."""

LEADS_TO: dict[Kind, State] = {
    Kind.DRAFTED: State.DRAFTED,
    Kind.OPENED: State.OPEN,
    Kind.TRAINED: State.TRAINING,
    Kind.PRACTISED: State.PRACTICE,
    Kind.ROUND_OPENED: State.ROUND,
    Kind.ROUND_CLOSED: State.FEEDBACK,
    Kind.ROUND_REOPENED: State.ROUND,
    Kind.CLOSED: State.CLOSED,
    Kind.ADOPTED: State.ADOPTED,
    Kind.DECLINED: State.NOT_ADOPTED,
    Kind.ABANDONED: State.ABANDONED,
}
"""Kind of event → the state after it; every other kind leaves the state as it is."""


def allowed(kind: Kind, state: State, *, without_rounds: bool = False) -> bool:
    """Whether something may happen now.

    Parameters
    ----------
    without_rounds
        The cut follows from scores, or the ratings were given on paper: there is nothing to train for here.

    >>> allowed(Kind.ROUND_OPENED, State.OPEN), allowed(Kind.ROUND_OPENED, State.OPEN, without_rounds=True)
    (False, True)
    """
    if without_rounds and kind in (Kind.ROUND_OPENED, Kind.CLOSED) and state is State.OPEN:
        return True
    return state in ALLOWED[kind]
