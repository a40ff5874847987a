"""Measuring ranges as people write them and as they are kept. Pure.

A range stands on a line of its own, or behind a semicolon:

    insulation resistance: 0.05 to 200 MΩ
    voltage: 0 to 600 V
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from simulator_adapters.quantities import QuantityError, canonical_unit, parse_number

MOST_RANGES = 30
_RANGE = re.compile(r"(?P<quantity>[^:]{1,60}):\s*(?P<low>\S+)\s+to\s+(?P<high>\S+)\s+(?P<unit>\S.*)")
FORM = "Write it as: insulation resistance: 0.05 to 200 MΩ"


class RangeError(ValueError):
    """A range that can't be read; the message quotes it and says how it is written."""


def read_ranges(text: str) -> list[dict[str, str]]:
    """Ranges as they are kept: quantity, low and high as decimal text, and the unit's own sign.

    Raises
    ------
    RangeError
        Names the range and the remedy.

    Examples
    --------
    >>> read_ranges("resistance: 0,05 to 200 MΩ")
    [{'quantity': 'resistance', 'low': '0.05', 'high': '200', 'unit': 'MΩ'}]
    >>> read_ranges("up to 600 V")
    Traceback (most recent call last):
    assess.sittings.instruments.ranges.RangeError: 'up to 600 V' is no range. Write it as: insulation resistance: 0.05 to 200 MΩ
    """
    said = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if len(said) > MOST_RANGES:
        raise RangeError(f"{len(said)} ranges are too many; an instrument has {MOST_RANGES} at most.")
    return [_range(one) for one in said]


def written(ranges: Sequence[Mapping[str, Any]]) -> str:
    """Ranges as `read_ranges` reads them, one a line."""
    return "\n".join(f"{one['quantity']}: {one['low']} to {one['high']} {one['unit']}" for one in ranges)


def _range(text: str) -> dict[str, str]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise RangeError(f"{text[:80]!r} is no range. {FORM}")
    try:
        low, high = parse_number(found["low"]), parse_number(found["high"])
        canonical_unit(found["unit"].strip())
    except QuantityError as wrong:
        raise RangeError(f"{text[:80]!r}: {wrong}") from None
    if high <= low:
        raise RangeError(f"{text[:80]!r}: the second number is the larger one.")
    return {
        "quantity": found["quantity"].strip(),
        "low": f"{low:f}",
        "high": f"{high:f}",
        "unit": found["unit"].strip(),
    }
