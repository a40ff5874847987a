"""The states of a task version and the moves between them; pure."""

from __future__ import annotations

from rubrics.errors import RubricError

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
STATES = (DRAFT, PUBLISHED, RETIRED)

TRANSITIONS: dict[tuple[str, str], str] = {
    (DRAFT, "publish"): PUBLISHED,
    (DRAFT, "retire"): RETIRED,
    (PUBLISHED, "retire"): RETIRED,
}


def next_state(state: str, move: str) -> str:
    """Give the state after a move, or raise `RubricError` (code `state`) with the moves that are open.

    Examples
    --------
    >>> next_state("draft", "publish")
    'published'
    >>> next_state("retired", "publish")
    Traceback (most recent call last):
    rubrics.errors.RubricError: A retired task version cannot publish; import a new version instead.
    """
    if (state, move) in TRANSITIONS:
        return TRANSITIONS[state, move]
    open_moves = sorted(known for origin, known in TRANSITIONS if origin == state)
    remedy = f"open to it: {', '.join(open_moves)}" if open_moves else "import a new version instead"
    raise RubricError("state", f"A {state} task version cannot {move}; {remedy}.")
