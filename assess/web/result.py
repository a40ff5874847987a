"""A decision's lines for pages: the same words and pictures for the candidate and for those who put their names to it."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from assess.attempts.models import Attempt
from assess.awards.decision import OVERALL
from assess.awards.explained import explained
from assess.web.charts.marks import score_bar

NAMES = {
    "online_exam": "The exam on a screen",
    "practical": "At the bay",
    "simulator": "At the simulator",
    OVERALL: "All together, by their weights",
}
"""Kinds of part, in the words that every page uses."""


def told(
    attempt: Attempt, lines: Any, *, reviewed: Collection[str], errors: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """The context of `assess/result.html`.

    Parameters
    ----------
    reviewed
        Parts near their cut that a person looked at again.
    errors
        Standard error of measurement by part, where the reader is to see it.
    """
    found = explained(attempt, lines)
    return {
        "explained": found,
        "bars": [
            {
                "line": line,
                "name": NAMES[line.kind],
                "bar": score_bar(NAMES[line.kind], line.score, line.cut, met=line.met),
                "reviewed": line.part in reviewed,
                "error": (errors or {}).get(line.part),
            }
            for line in found.parts
        ],
        "again": [NAMES[kind] for kind in found.again],
    }  # fmt: skip
