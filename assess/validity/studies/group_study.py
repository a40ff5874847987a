"""Is an item harder for one group than for persons of another with the same score: differential item functioning."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from assess.psychometrics import dif
from assess.psychometrics.dif import ItemCategories
from assess.psychometrics.dif.matching import NEEDED
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.validity.datasets.arrays import Responses
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.rasch_study import MOST_CATEGORIES

WELCH = "Welch (1947), Biometrika 34, 28–35"
ETS = "Zieky (1993), in Holland & Wainer, Differential item functioning, 337–347 (classes A, B, C)"
FEWEST = 30


def group_document(responses: Responses, group: Sequence[str], *, column: str, focal: str | None) -> Document:
    """DIF of every item between the focal group and everybody else.

    Right-or-wrong items by Mantel–Haenszel with the purified total, items with part points by Mantel. Without `focal` the
    smaller of two groups is focal; with more than two groups it has to be named.
    """
    names = sorted({name for name in group if name})
    counts = {name: sum(1 for one in group if one == name) for name in names}
    chosen = focal if focal is not None else min(names, key=lambda name: (counts[name], name), default="")
    known = np.array([bool(name) for name in group], dtype=np.bool_)
    member = np.array([name == chosen for name in group], dtype=np.bool_)
    document: Document = {
        "column": column,
        "focal": chosen,
        "reference": ", ".join(name for name in names if name != chosen),
        "persons": {"focal": int((member & known).sum()), "reference": int((~member & known).sum())},
        "without_group": int((~known).sum()),
        "score_difference": _difference(responses, member, known),
        "method": "Mantel–Haenszel with continuity correction, total score purified (at most 20 rounds); ETS classes. Items with "
        "part points: Mantel's test of mean scores, counted in steps",
        "purification": "",
        "shrinkage": "",
        "items": [],
    }
    if not (member & known).any() or not (~member & known).any():
        return document
    matrix, focal_group = responses.matrix[known], member[known]
    found = dif.mantel_haenszel(matrix, focal_group, names=responses.items, purify=True)
    document["purification"] = "" if found.purification is None else found.purification.sentence
    shrunken = dif.shrunken(found)
    document["shrinkage"] = shrunken.sentence
    several = _of_part_points(matrix, focal_group, responses.items)
    for j, item in enumerate(found.items):
        posterior = shrunken.items[j]
        entry: Document = {
            "name": item.name,
            "chi_square": number(item.chi_square),
            "p_value": number(item.p_value),
            "delta": estimate(item.delta),
            "ets_class": item.ets_class,
            "shrunken": estimate(posterior.delta),
            "probabilities": None
            if posterior.negligible is None
            else {
                "A": number(posterior.negligible),
                "B": number(posterior.moderate),
                "C": number(posterior.large),
            },
            "mean_difference": None,
        }
        if j in several:
            other = several[j]
            entry |= {
                "chi_square": number(other.mantel),
                "p_value": number(other.mantel_p_value),
                "ets_class": other.ets_class,
                "mean_difference": estimate(other.mean_difference),
            }
        document["items"].append(entry)
    return document


def _of_part_points(matrix: FloatArray, focal: BoolArray, names: Sequence[str]) -> dict[int, ItemCategories]:
    """Mantel's test of the items that have more than right and wrong, by column.

    Whole points are taken as they are. Other points (a half, a third) are counted as steps from 0; with more steps than
    `MOST_CATEGORIES` the item is a measurement, and has no test.
    """
    steps, chosen = matrix.copy(), []
    for j, column in enumerate(matrix.T):
        seen = np.isfinite(column)
        values = np.unique(column[seen])
        if np.isin(values, (0.0, 1.0)).all():
            continue
        if (values % 1).any() or values[0] < 0:
            if len(values) > MOST_CATEGORIES:
                continue
            steps[seen, j] = np.searchsorted(values, column[seen])
        chosen.append(j)
    if not chosen:
        return {}
    found = dif.mantel(steps[:, chosen], focal, matching=np.nansum(matrix, axis=1), names=[names[j] for j in chosen])
    return dict(zip(chosen, found.items, strict=True))


LARGE = "C"


def largest_share(comparisons: Sequence[Document]) -> Estimate:
    """The largest share of items with large DIF (ETS class C) among the comparisons that have enough persons for a verdict.

    Shares of different comparisons are not added up: an item that favours one group is one item, however often it is asked about.
    """
    method = "largest share of items in ETS class C in any comparison of groups (n = items with a verdict)"
    shares = []
    for found in comparisons:
        items = [item for item in found["items"] if (item["mean_difference"] or item["delta"])["sufficient"]]
        if items:
            large = sum(1 for item in items if item["ets_class"] == LARGE)
            shares.append(proportion(large, len(items), method=method, minimum=1))
    if shares:
        return max(shares, key=lambda one: one.value or 0.0)
    return not_enough(n=0, method=method, source=ETS, reason=too_thin(comparisons))


def too_thin(comparisons: Sequence[Mapping[str, Any]]) -> str:
    """Why comparisons of groups give no verdict on any item, as a sentence part.

    >>> too_thin([{"persons": {"focal": 8, "reference": 72}}, {"persons": {"focal": 60, "reference": 20}}])
    'the smaller group has at most 20 persons; at least 200 are needed'
    """
    most = max((min(found["persons"].values()) for found in comparisons), default=0)
    if most < NEEDED[0]:
        told = f"the smaller group has {'at most ' if len(comparisons) > 1 else ''}{most} persons"
        return f"{told}; at least {NEEDED[0]} are needed"
    return "no item was answered by enough persons of both groups who have equal scores"


def _difference(responses: Responses, member: BoolArray, known: BoolArray) -> Document:
    """Mean score in per cent of the focal group less the reference group's: impact, which is not DIF."""
    from_focal, from_others = responses.percent[member & known], responses.percent[~member & known]
    return estimate(_welch(from_focal[np.isfinite(from_focal)], from_others[np.isfinite(from_others)]))


def _welch(first: FloatArray, second: FloatArray) -> Estimate:
    """Difference of two means."""
    n, method = (
        len(first) + len(second),
        "difference of mean scores in per cent, focal less reference (n = persons of both groups)",
    )
    if min(len(first), len(second)) < 2:
        return not_enough(n=n, method=method, source=WELCH, reason="a group has fewer than 2 persons with a score")
    parts = [float(group.var(ddof=1)) / len(group) for group in (first, second)]
    value, error = float(first.mean() - second.mean()), float(np.sqrt(sum(parts)))
    if not error > 0:
        return not_enough(n=n, method=method, source=WELCH, reason="the scores do not vary within the groups")
    df = sum(parts) ** 2 / sum(part**2 / (len(group) - 1) for part, group in zip(parts, (first, second), strict=True))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, df)) * error
    found = estimated(
        value=value,
        standard_error=error,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=WELCH,
        minimum=0,
    )
    fewest = min(len(first), len(second))
    return (
        found
        if fewest >= FEWEST
        else doubted(found, f"{fewest} persons in the smaller group; at least {FEWEST} are needed")
    )
