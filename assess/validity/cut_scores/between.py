"""What a panel is shown when a round is closed: where judges differ, what candidates did, what the cut would do. Pure.

It is computed once, when the round is closed, and kept with that event: it is what the judges saw before they rated again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, stdev
from typing import Any

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, normal_interval
from assess.standard_setting.impact import GroupImpact, impact
from assess.validity.cut_scores.forms import SHOWN
from assess.validity.cut_scores.found import found_cut
from assess.validity.cut_scores.rules import Given, NoCut, Values, estimate_document


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """Candidates whose part is scored: per cent of the points, and the groups they belong to, one label each.

    `groups` is keyed by what the grouping is, in words.
    """

    scores: FloatArray
    groups: Mapping[str, tuple[str | None, ...]]


def closing(given: Given, seen: Seen, *, previous: float | None) -> dict[str, Any]:
    """The document of a round that is closed: cut, elements, impact.

    Parameters
    ----------
    previous
        The cut in force, in per cent; None while there is none.
    """
    try:
        found = found_cut(given)
    except NoCut as none:
        return {"cut": None, "why_none": str(none), "elements": elements(given), "impact": None}
    cut = {
        **found.document,
        "value": str(found.value),
        "standard_error": str(found.standard_error),
        "method": found.method,
    }
    told = impact_document(float(found.value), float(found.standard_error), seen, previous=previous)
    return {"cut": cut, "why_none": "", "elements": elements(given), "impact": told}


def elements(given: Given) -> list[dict[str, Any]]:
    """How the judges' values of each element lie, without names, and the two who lie furthest apart, with theirs."""
    if not given.rounds:
        return []
    last: Values = given.rounds[-1]
    found = []
    for one in given.elements:
        if one.kind == SHOWN:
            continue
        said = [(last[judge][one.identifier], judge) for judge in given.judges if one.identifier in last.get(judge, {})]
        numbers = sorted(float(value) for value, _ in said)
        ends = sorted(said, key=lambda pair: float(pair[0]))
        differ = len(numbers) > 1 and numbers[0] < numbers[-1]
        observed = given.empirical.get(one.identifier)
        found.append(
            {
                "id": one.identifier,
                "values": sorted((value for value, _ in said), key=float),
                "median": median(numbers) if numbers and one.kind != "cell" else None,
                "spread": stdev(numbers) if differ and one.kind != "cell" else None,
                "furthest": [ends[0][1], ends[-1][1]] if differ else [],
                "candidates": None if observed is None else observed * float(one.maximum),
                "difficulty": given.difficulties.get(one.identifier),
            }
        )
    return found


def impact_document(value: float, error: float, seen: Seen, *, previous: float | None) -> dict[str, Any]:
    """Who would pass at the cut, a standard error to either side and at the cut in force; and each group at the cut."""
    cut = Estimate(
        value=value,
        standard_error=error,
        interval=normal_interval(value, error),
        n=len(seen.scores),
        method="the cut",
        source="this meeting",
        sufficient=True,
    )
    whole = impact(seen.scores, cut, previous=previous)
    return {
        "candidates": int(np.isfinite(seen.scores).sum()),
        "rates": [{"where": one.where, "cut": round(one.cut, 2), **_share(one.rate)} for one in whole.rates],
        "groups": [
            {
                "what": what,
                "ungrouped": (by := impact(seen.scores, cut, groups=labels)).ungrouped,
                "rows": [_group(one) for one in by.groups],
            }
            for what, labels in seen.groups.items()
            if len({label for label in labels if label}) > 1
        ],
    }


def _group(one: GroupImpact) -> dict[str, Any]:
    return {"group": one.group, **_share(one.rate), "difference": _share(one.difference)}


def _share(found: Estimate) -> dict[str, Any]:
    """A share in per cent."""
    document = estimate_document(found)
    share = None if found.value is None else round(100 * found.value, 1)
    interval = None if found.interval is None else [round(100 * limit, 1) for limit in found.interval]
    return {"percent": share, "percent_interval": interval, **document}


def for_judge(document: Mapping[str, Any], judge: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The same as a judge may see it: their own values beside the panel's, and no other judge's name.

    Parameters
    ----------
    given
        The judge's own values in that round.
    """
    cut = document["cut"]
    own: Sequence[Mapping[str, Any]] = [] if cut is None else cut.get("judges", [])
    mine = next((one.get("cut") for one in own if one["judge"] == judge), None)
    others = sorted(one["cut"] for one in own if one["judge"] != judge and one.get("cut") is not None)
    return {
        "cut": None
        if cut is None
        else {name: cut[name] for name in ("value", "standard_error", "method", "sufficient", "reason") if name in cut},
        "why_none": document["why_none"],
        "own_cut": mine,
        "other_cuts": others,
        "elements": [
            {
                "id": one["id"],
                "own": given.get(one["id"]),
                "values": one["values"],
                "median": one["median"],
                "candidates": one["candidates"],
                "difficulty": one["difficulty"],
            }
            for one in document["elements"]
        ],
        "impact": document["impact"],
    }
