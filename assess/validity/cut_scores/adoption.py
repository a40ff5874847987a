"""What a board can adopt: the recommended cut, or one that the method's own uncertainty allows. Nobody types a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

STEPS = (Decimal(-2), Decimal(-1), Decimal(0), Decimal(1), Decimal(2))
"""Standard errors to either side: two reach about as far as the 95 % interval."""
RECOMMENDED = "recommended"
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that a board can choose; all but the recommended one need its reason."""

    name: str
    value: Decimal
    words: str


def choices(recommended: Decimal, error: Decimal | None, document: Mapping[str, Any]) -> tuple[Choice, ...]:
    """The values that a board can choose, the lowest first; `everybody` is the cut with judges whom the panel left out.

    >>> [(one.name, str(one.value)) for one in choices(Decimal("60.00"), Decimal("1.50"), {})]
    [('-2', '57.00'), ('-1', '58.50'), ('recommended', '60.00'), ('+1', '61.50'), ('+2', '63.00')]
    """
    found = [Choice(name=RECOMMENDED, value=recommended, words="What the meeting came to")]
    for step in STEPS:
        if step and error:
            value = recommended + step * error
            if 0 <= value <= 100:
                side = "above" if step > 0 else "below"
                number = abs(step)
                words = f"{number} standard error{'' if number == 1 else 's'} {side}"
                found.append(
                    Choice(name=f"{step:+}", value=value.quantize(Decimal("0.01"), ROUND_HALF_EVEN), words=words)
                )
    if whole := document.get("everybody"):
        found.append(
            Choice(name=EVERYBODY, value=Decimal(whole["value"]), words="With the judges whom the panel left out")
        )
    return tuple(sorted(found, key=lambda one: one.value))
