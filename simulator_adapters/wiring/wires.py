"""A candidate's wiring: conductors between terminals, checked before anything is computed.

A conductor is a pair of terminals, ``["SRC.L", "Q1.1"]``, or a pair with what is known of it,
``["SRC.L", "Q1.1", {"mm2": 2.5, "metres": 4, "colour": "brown"}]``. Two conductors side by side are a redundant bridge,
which is judged as workmanship and not refused.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator_adapters.wiring.parts import Wire
from simulator_adapters.wiring.task import WiringTask

MOST_WIRES = 2000
_MOST_PROBLEMS = 20

COLOURS = {
    **dict.fromkeys(("brown", "black", "grey", "red", "white", "orange", "violet", "pink"), "line"),
    "blue": "neutral",
    **dict.fromkeys(("green", "green-yellow"), "protective"),
}
"""What a conductor's colour says it carries."""

_RANGES = {"mm2": (0.2, 300.0), "metres": (0.01, 1000.0)}


class WiringInputError(ValueError):
    """A wiring that can't be judged; `problems` holds a code and a sentence for each mistake, in the order found."""

    code = "bad_wiring"

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(sentence for _, sentence in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Conductor:
    """What is known of one conductor beside its ends: size in mm², length in metres, colour."""

    mm2: float | None = None
    metres: float | None = None
    colour: str = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A checked wiring.

    Attributes
    ----------
    wires
        Pairs of terminals.
    ends
        The same as indices of nodes.
    conductors
        What is known of each wire, in the same order; empty where nothing is known of any.
    """

    wires: tuple[Wire, ...]
    ends: tuple[tuple[int, int], ...]
    conductors: tuple[Conductor, ...] = ()

    def document(self) -> list[list[Any]]:
        """The wiring as it can be read again, numbers as texts."""
        pairs: list[list[Any]] = [list(wire) for wire in self.wires]
        for pair, conductor in zip(pairs, self.conductors, strict=bool(self.conductors)):
            known = {"mm2": conductor.mm2, "metres": conductor.metres, "colour": conductor.colour}
            if kept := {name: str(value) for name, value in known.items() if value}:
                pair.append(kept)
        return pairs


def read_wiring(task: WiringTask, wiring: Any) -> Drawing:
    """Check a wiring: a list of conductors, or an object with that list under ``wires`` and perhaps ``colours``.

    Raises
    ------
    WiringInputError
        With codes ``not_a_list``, ``too_many_wires``, ``not_a_pair``, ``unknown_terminal``, ``self_loop``,
        ``bad_conductor``.
    """
    colours: Sequence[Any] = ()
    if isinstance(wiring, Mapping):
        colours, wiring = wiring.get("colours", ()), wiring.get("wires")
    if not isinstance(wiring, Sequence) or isinstance(wiring, str | bytes):
        raise WiringInputError([("not_a_list", 'The wiring is not a list. Write pairs: [["SRC.L", "Q1.1"], …].')])
    if len(wiring) > MOST_WIRES:
        raise WiringInputError([("too_many_wires", f"{len(wiring)} wires are given; at most {MOST_WIRES} are taken.")])
    node = task.node
    try:
        ends = tuple([(node[a], node[b]) for a, b in wiring])
        plain = not colours and set(map(type, wiring)) <= {list, tuple}
        if plain and all(a != b for a, b in ends):
            return Drawing(wires=tuple([(a, b) for a, b in wiring]), ends=ends)
    except (KeyError, TypeError, ValueError):
        pass  # something is strange or more is known than the ends: look at each wire
    return _read_slowly(node, wiring, colours)


def read_wires(task: WiringTask, wiring: Any) -> tuple[Wire, ...]:
    """The pairs of a wiring; checked as by `read_wiring`."""
    return read_wiring(task, wiring).wires


def _read_slowly(node: Mapping[str, int], wiring: Sequence[Any], colours: Any) -> Drawing:
    problems: list[tuple[str, str]] = []
    wires: list[Wire] = []
    conductors: list[Conductor] = []
    if not isinstance(colours, list | tuple):
        problems.append(("bad_conductor", "colours is not a list. Write one colour for each wire, in the same order."))
        colours = ()
    for number, wire in enumerate(wiring, start=1):
        if len(problems) == _MOST_PROBLEMS:
            break
        if problem := _problem(number, wire, node):
            problems.append(problem)
            continue
        known = dict(wire[2]) if len(wire) == 3 else {}
        if number <= len(colours) and "colour" not in known:
            known["colour"] = colours[number - 1]
        found = _conductor(number, known)
        if isinstance(found, str):
            problems.append(("bad_conductor", found))
            continue
        wires.append((wire[0], wire[1]))
        conductors.append(found)
    if problems:
        raise WiringInputError(problems)
    known_of_any = any(conductor != Conductor() for conductor in conductors)
    return Drawing(
        wires=tuple(wires),
        ends=tuple((node[a], node[b]) for a, b in wires),
        conductors=tuple(conductors) if known_of_any else (),
    )


def _problem(number: int, wire: Any, node: Mapping[str, int]) -> tuple[str, str] | None:
    pair = list(wire) if isinstance(wire, list | tuple) else []
    if len(pair) == 3 and isinstance(pair[2], Mapping):
        pair = pair[:2]
    if len(pair) != 2 or not all(isinstance(end, str) for end in pair):
        return "not_a_pair", f"Wire {number} is not a pair of terminal names. Write two, such as SRC.L and Q1.1."
    if strange := [end for end in pair if end not in node]:
        return "unknown_terminal", f"Wire {number} ends at {strange[0][:40]!r}, which is no terminal of this task."
    if pair[0] == pair[1]:
        return "self_loop", f"Wire {number} starts and ends at {pair[0]}. Take it to another terminal."
    return None


def _conductor(number: int, known: Mapping[str, Any]) -> Conductor | str:
    """What is known of a conductor, or what is wrong with it as a sentence."""
    if strange := sorted(str(name)[:40] for name in known if name not in (*_RANGES, "colour")):
        return f"Wire {number} has {strange[0]!r}, which is unknown. Write mm2, metres or colour."
    numbers: dict[str, float | None] = {}
    for name, (low, high) in _RANGES.items():
        value = known.get(name)
        numbers[name] = None if value is None else _number(value)
        if value is not None and not low <= (numbers[name] or math.nan) <= high:
            return f"Wire {number}: {name} is {str(value)[:40]!r}. Give a number from {low:g} to {high:g}."
    colour = known.get("colour") or ""
    if not isinstance(colour, str) or (colour and colour not in COLOURS):
        return f"Wire {number}: the colour {str(colour)[:40]!r} is unknown. Known are {', '.join(COLOURS)}."
    return Conductor(**numbers, colour=colour)


def _number(value: object) -> float | None:
    """A plain number; a text only in plain digits, since Python's own reading takes ``1_000`` and foreign digits."""
    if isinstance(value, str):
        plain = value.isascii() and value.replace(".", "", 1).isdigit() and len(value) < 12
        return float(value) if plain else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
