"""Reads a nested document by path and remembers every mistake instead of stopping at the first.

A `Node` is one mapping of the document. Each accessor names the key it wants; a key that is missing or of the wrong
kind becomes a `Problem` with its path, and reading goes on with a harmless stand-in, so that an author sees all
mistakes of a file at once. Keys that nobody asked for are mistakes too (`finish`): a misspelt field must not be lost
in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from rubrics.errors import Problem, RubricError

T = TypeVar("T")

# Twelve digits before and nine after the point hold every quantity we score; foreign digits, exponents and NaN do
# not match.
NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?\Z")


def parse_number(value: object) -> Decimal | None:
    """Give the exact decimal of a whole number, a `Decimal` or a plain decimal string; None for anything else.

    Floats are refused on purpose: 0.1 as a float is already another number than the author wrote.

    Examples
    --------
    >>> parse_number("1.50"), parse_number(3), parse_number(0.1), parse_number("1e309"), parse_number("١")
    (Decimal('1.50'), Decimal('3'), None, None, None)
    """
    if isinstance(value, bool | float) or value is None:
        return None
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if not isinstance(value, int | str | Decimal) or not NUMBER.match(text):
        return None
    return Decimal(text)


def number_text(value: Decimal) -> str:
    """Write a decimal for a canonical document: plain notation, trailing zeros kept because they declare the precision.

    Examples
    --------
    >>> number_text(Decimal("39.0")), number_text(Decimal("1E+2"))
    ('39.0', '100')
    """
    return format(value, "f")


class Node:
    """One mapping of a document, with its path and the shared list of problems."""

    def __init__(self, value: object, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._read: set[str] = set()
        self.value: Mapping[str, Any] = {}
        if isinstance(value, Mapping):
            self.value = {str(key): entry for key, entry in value.items()}
        else:
            self.problem("", "must be a mapping of field names to values.")

    def problem(self, key: str, sentence: str) -> None:
        self.problems.append(Problem(self.at(key), sentence))

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if key else self.path

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def raw(self, key: str) -> Any:
        self._read.add(key)
        return self.value.get(key)

    def _required(self, key: str, what: str) -> Any:
        value = self.raw(key)
        if value is None:
            self.problem(key, f"is missing; add {what}.")
        return value

    def text(self, key: str) -> str:
        value = self._required(key, "a text")
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.problem(key, f"must be a text that is not empty, not {value!r}; put it in quotes.")
            return ""
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in value):
            self.problem(key, "holds a control character; remove it.")
            return ""
        return value.strip()

    def optional_text(self, key: str) -> str:
        if not self.has(key):
            self._read.add(key)
            return ""
        return self.text(key)

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        if default is not None and not self.has(key):
            self._read.add(key)
            return default
        value = self._required(key, "one of " + ", ".join(allowed))
        if value is None:
            return allowed[0]
        if value not in allowed:
            self.problem(key, f"is {value!r}; use one of {', '.join(allowed)}.")
            return allowed[0]
        return str(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, bool):
            self.problem(key, f"is {value!r}; write true or false.")
            return False
        return value

    def number(self, key: str, *, above: Decimal | None = None) -> Decimal:
        value = self._required(key, "a number")
        if value is None:
            return Decimal(0)
        number = parse_number(value)
        if number is None:
            self.problem(
                key, f"is {value!r}; write a plain decimal number such as 12.5 (at most 12 digits and 9 places)."
            )
            return Decimal(0)
        if above is not None and number <= above:
            self.problem(key, f"is {number_text(number)}; it must be above {number_text(above)}.")
        return number

    def optional_number(self, key: str) -> Decimal | None:
        if not self.has(key):
            self._read.add(key)
            return None
        return self.number(key)

    def integer(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            self._read.add(key)
            return default
        value = self._required(key, f"a whole number from {low} to {high}")
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.problem(key, f"is {value!r}; write a whole number from {low} to {high}.")
            return low
        return value

    def texts(self, key: str, *, least: int = 0) -> tuple[str, ...]:
        value = self.raw(key)
        value = [] if value is None else value
        if not isinstance(value, list | tuple) or not all(isinstance(entry, str) and entry for entry in value):
            self.problem(key, "must be a list of texts; put entries that look like numbers in quotes.")
            return ()
        if len(value) < least:
            self.problem(key, f"holds {len(value)} entries; it needs at least {least}.")
        if len(set(value)) != len(value):
            twice = sorted({entry for entry in value if value.count(entry) > 1})
            self.problem(key, f"names {', '.join(twice)} twice; each entry stands once.")
        return tuple(value)

    def node(self, key: str) -> Node:
        return Node(self._required(key, "a mapping"), self.at(key), self.problems)

    def nodes(self, key: str, *, least: int = 0) -> list[Node]:
        value = self.raw(key)
        value = [] if value is None else value
        if not isinstance(value, list | tuple):
            self.problem(key, "must be a list of mappings.")
            return []
        if len(value) < least:
            self.problem(key, f"holds {len(value)} entries; it needs at least {least}.")
        return [
            Node(entry, f"{self.at(key)}[{_name(entry, place)}]", self.problems) for place, entry in enumerate(value)
        ]

    def finish(self) -> None:
        """Report every key that nobody asked for."""
        for key in sorted(key for key in set(self.value) - self._read if self.value[key] is not None):
            self.problem(
                key, f"is not a field known here; check the spelling (known: {', '.join(sorted(self._read))})."
            )


def _name(entry: object, place: int) -> str:
    return str(entry["id"]) if isinstance(entry, Mapping) and "id" in entry else str(place)


def raise_problems(problems: Sequence[Problem], what: str) -> None:
    """Raise one `RubricError` that carries them all, when there are any."""
    if not problems:
        return
    sentences = "; ".join(str(problem) for problem in problems)
    raise RubricError("definition", f"{what} has {len(problems)} mistake(s): {sentences}", tuple(problems))
