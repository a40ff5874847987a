"""A candidate's wiring: pairs of terminals, checked before anything is computed."""

from collections.abc import Sequence
from typing import Any

from simulator_adapters.wiring.task import Wire, WiringTask

MOST_WIRES = 2000
_MOST_PROBLEMS = 20


class WiringInputError(ValueError):
    """A wiring that can't be judged; `problems` holds a code and a sentence for each mistake, in the order found."""

    code = "bad_wiring"

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(sentence for _, sentence in problems))
        self.problems = tuple(problems)


def read_wires(task: WiringTask, wires: Any) -> tuple[Wire, ...]:
    """Check a wiring of the form ``[["SRC.L", "Q1.1"], …]``.

    Raises
    ------
    WiringInputError
        With codes ``not_a_list``, ``too_many_wires``, ``not_a_pair``, ``unknown_terminal``, ``self_loop``,
        ``duplicate_wire``.
    """
    if not isinstance(wires, Sequence) or isinstance(wires, str | bytes):
        raise WiringInputError([("not_a_list", 'The wiring is not a list. Write pairs: [["SRC.L", "Q1.1"], …].')])
    if len(wires) > MOST_WIRES:
        raise WiringInputError([("too_many_wires", f"{len(wires)} wires are given; at most {MOST_WIRES} are taken.")])
    known = set(task.terminals)
    seen: dict[frozenset[str], int] = {}
    problems: list[tuple[str, str]] = []
    for number, wire in enumerate(wires, start=1):
        if problem := _problem(number, wire, known, seen):
            problems.append(problem)
    if problems:
        raise WiringInputError(problems[:_MOST_PROBLEMS])
    return tuple((wire[0], wire[1]) for wire in wires)


def _problem(number: int, wire: Any, known: set[str], seen: dict[frozenset[str], int]) -> tuple[str, str] | None:
    pair = list(wire) if isinstance(wire, list | tuple) else []
    if len(pair) != 2 or not all(isinstance(end, str) for end in pair):
        return "not_a_pair", f"Wire {number} is not a pair of terminal names. Write two, such as SRC.L and Q1.1."
    if strange := [end for end in pair if end not in known]:
        return "unknown_terminal", f"Wire {number} ends at {strange[0][:40]!r}, which is no terminal of this task."
    if pair[0] == pair[1]:
        return "self_loop", f"Wire {number} starts and ends at {pair[0]}. Take it to another terminal."
    first = seen.setdefault(frozenset(pair), number)
    if first != number:
        return "duplicate_wire", f"Wire {number} joins {pair[0]} and {pair[1]} as wire {first} does. Remove one."
    return None
