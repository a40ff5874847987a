"""Sentences for somebody who decides, sorted by what they are worth."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

Kind = Literal["studied", "holds", "open", "next"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence: what was studied, what holds, what is open, or what to do next."""

    kind: Kind
    words: str


def studied(words: str) -> Statement:
    """What the study looked at."""
    return Statement("studied", words)


def holds(words: str) -> Statement:
    """What can be relied on."""
    return Statement("holds", words)


def is_open(words: str) -> Statement:
    """What cannot be relied on, or is not known."""
    return Statement("open", words)


def next_step(words: str) -> Statement:
    """What to do."""
    return Statement("next", words)


def of_hundred(found: Any) -> str:
    """A share as people count.

    >>> of_hundred({"value": "0.7777"})
    '78 of 100'
    """
    return f"{(100 * Decimal(found['value'])).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)} of 100"


def about(found: Any, places: int = 2, times: int = 1) -> str:
    """A figure with its interval, in brackets, for the end of a sentence."""
    low, high = (f"{times * float(bound):.{places}f}" for bound in found["interval"])
    return f"{times * float(found['value']):.{places}f}, 95\N{NO-BREAK SPACE}% interval {low} to {high}".replace(
        "-", "−"
    )


def listed(names: list[str], most: int = 6) -> str:
    """Names for a sentence.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"
