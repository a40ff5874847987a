"""How severe the assessors of a scheme are, with intervals, and whose result would be another by an average assessor's marks.

Who would change is shown before anybody changes anything: severity informs, and no mark is altered by it.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from assess.schemes.models import SchemeVersion
from assess.validity.monitoring.evidence import Severity
from assess.web.charts.standing import on_scale
from assess.web.director.asked import Asked, some

SHOWN = 6
"""So many assessors of a scheme are on the desk, those furthest from the average; the others are on the monitoring page."""
LEAST_REACH = 1.0
"""The scale reaches at least one logit to either side, so that small differences look small."""


def severity_in(version: SchemeVersion, asked: Asked) -> dict[str, Any] | None:
    """The assessors furthest from the average; None where nobody has looked yet."""
    found = asked.known[version.pk].severities
    if not found:
        return None
    rows = sorted(found, key=lambda one: (-len(one.would_change), -abs(one.severity.value or 0.0)))[:SHOWN]
    ends = [abs(end) for one in found for end in one.severity.interval or ()]
    reach = max([LEAST_REACH, *ends])
    decisions = {one.attempt_id: one.decision_id for one in asked.standings}
    changing = len({(move.attempt, move.part) for one in found for move in one.would_change})
    told = f"; {changing} {some(changing, 'result', 'results')} would change" if asked.has("director") else ""
    return {
        "version": version,
        "title": asked.titles[version.pk],
        "rows": [_row(one, reach, decisions) for one in rows],
        "words": f"{len(found)} assessors{told}",
        "with_moves": asked.has("director"),
        "simulated": any(one.simulated for one in found),
    }


def _row(one: Severity, reach: float, decisions: Mapping[uuid.UUID, uuid.UUID]) -> dict[str, Any]:
    found = one.severity
    known = found.value is not None and found.interval is not None
    low, high = found.interval or (None, None)
    interval = "" if low is None or high is None else f"{_signed(low)} to {_signed(high)}"
    words = _signed(found.value or 0.0) if known and found.sufficient else "not enough evidence"
    return {
        "name": one.name,
        "picture": on_scale(
            f"{one.name}: {words}, {interval or found.reason}.",
            value=found.value, low=low, high=high, ends=(-reach, reach), mark=0.0, sufficient=found.sufficient,
        ),
        "words": words,
        "about": interval,
        "persons": one.persons,
        "moves": [
            {
                "part": move.part, "before": move.before, "after": move.after, "would": move.would,
                "address": reverse("director-decision", args=[decisions[move.attempt]]) if move.attempt in decisions else "",
            }
            for move in one.would_change
        ],
    }  # fmt: skip


def _signed(value: float) -> str:
    """A number of logits with its sign.

    >>> _signed(0.417), _signed(-0.2), _signed(0.001)
    ('+0.42', '−0.20', '0.00')
    """
    shown = f"{value:+.2f}"
    return "0.00" if shown in ("+0.00", "-0.00") else shown.replace("-", "−")
