"""How a number stands in a study's document: as a decimal string of stated places, never as a binary fraction."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from assess.psychometrics.results import Estimate

PLACES = 4
"""Places of estimates and their intervals; sentences show fewer."""

Document = dict[str, Any]


def number(value: float | None, places: int = PLACES) -> str | None:
    """A number as a decimal string, rounded half to even; None stays None.

    >>> number(0.74304999, 4), number(-0.00001, 2), number(None)
    ('0.7430', '0.00', None)
    """
    if value is None:
        return None
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)


def estimate(found: Estimate, *, places: int = PLACES, words: int = 2) -> Document:
    """An estimate with everything needed to judge it.

    Returns
    -------
    dict
        `value`, `se` (decimal strings or None), `interval` (two decimal strings or None), `level`, `n`, `method`,
        `source`, `sufficient`, `reason`, and `words`, a sentence part for people.
    """
    return {
        "value": number(found.value, places),
        "se": number(found.standard_error, places),
        "interval": None if found.interval is None else [number(bound, places) for bound in found.interval],
        "level": number(found.level, 2),
        "n": found.n,
        "method": found.method,
        "source": found.source,
        "sufficient": found.sufficient,
        "reason": found.reason,
        "words": found.in_words(words),
    }


def read_estimate(document: Mapping[str, Any]) -> Estimate:
    """An estimate as `estimate` wrote it.

    >>> from assess.psychometrics.results import not_enough
    >>> few = not_enough(n=3, method="m", source="s", reason="3 persons; 30 are needed")
    >>> read_estimate(estimate(few)) == few
    True
    """
    interval = document["interval"]
    return Estimate(
        value=None if document["value"] is None else float(document["value"]),
        standard_error=None if document["se"] is None else float(document["se"]),
        interval=None if interval is None else (float(interval[0]), float(interval[1])),
        level=float(document["level"]),
        n=document["n"],
        method=document["method"],
        source=document["source"],
        sufficient=document["sufficient"],
        reason=document["reason"],
    )
