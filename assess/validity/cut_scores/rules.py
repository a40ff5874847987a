"""What a cut-score meeting comes to: the value, its standard error, and every step, as a document.

Values are per cent of the part's maximum. Nobody types a cut: it follows from ratings or from scores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from assess.psychometrics.results import Estimate
from assess.standard_setting import borderline
from assess.standard_setting.angoff import angoff
from assess.validity.datasets.arrays import GlobalRatings

HUNDREDTH = Decimal("0.01")


class NoCut(Exception):
    """The ratings or scores do not give a cut; the message says why."""


@dataclass(frozen=True)
class FoundCut:
    """A cut in per cent, its standard error, the method in words, and how it was found."""

    value: Decimal
    standard_error: Decimal
    method: str
    document: Mapping[str, Any]


def angoff_cut(
    *, judges: Sequence[str], items: Sequence[str], points: Sequence[Decimal], rounds: Sequence[Sequence[Sequence[str]]]
) -> FoundCut:
    """The cut of a modified Angoff panel.

    Parameters
    ----------
    judges, items
        Labels of rows and columns.
    points
        Maximum of each item.
    rounds
        For each round a table judges × items of expected points of a borderline candidate, as decimal texts.

    Raises
    ------
    NoCut
        Where there are too few judges for a standard error.
    """
    tables = [np.array([[float(Decimal(cell)) for cell in row] for row in table], dtype=float) for table in rounds]
    found = angoff(*tables, points=[float(p) for p in points], judges=list(judges))
    value, error = _numbers(found.cut_share)
    method = f"modified Angoff, {len(rounds)} round{'s' if len(rounds) > 1 else ''}, {len(judges)} judges"
    document = {
        "judges": list(judges),
        "items": list(items),
        "points": [str(p) for p in points],
        "rounds": [[list(row) for row in table] for table in rounds],
        "words": found.cut_share.in_words(4),
    }
    return FoundCut(_percent(value), _percent(error), method, document)


def borderline_cut(ratings: GlobalRatings, *, maxima: Mapping[str, Decimal]) -> FoundCut:
    """The cut of a practical part: each task's score regressed on the global rating, read at borderline, weighted by
    points.

    The standard error is √Σ (wᵢ·SEᵢ)² with wᵢ the task's share of the points, errors of different tasks taken as
    independent.

    Raises
    ------
    NoCut
        Names the task whose regression does not hold, and why.
    """
    total = sum(maxima.values(), Decimal(0))
    tasks = np.array(ratings.tasks)
    value, variance, told = Decimal(0), Decimal(0), []
    for name, maximum in sorted(maxima.items()):
        mine = tasks == name
        found = borderline.regression(ratings.percent[mine], ratings.ratings[mine], ratings.borderline)
        if not found.cut.sufficient:
            raise NoCut(f"{name}: {found.cut.reason}.")
        cut, error = _numbers(found.cut)
        share = maximum / total
        value += share * cut
        variance += (share * error) ** 2
        told.append(
            {
                "task": name,
                "cut": str(cut.quantize(HUNDREDTH)),
                "standard_error": str(error.quantize(HUNDREDTH)),
                "r_squared": None if found.r_squared is None else f"{found.r_squared:.4f}",
                "n": found.cut.n,
                "weight": str(share.quantize(Decimal("0.0001"))),
                "words": found.cut.in_words(),
            }
        )
    method = f"borderline regression at rating {ratings.borderline:g}, {len(told)} tasks"
    error = variance.sqrt().quantize(HUNDREDTH, ROUND_HALF_EVEN)
    return FoundCut(value.quantize(HUNDREDTH, ROUND_HALF_EVEN), error, method, {"tasks": told})


def _numbers(found: Estimate) -> tuple[Decimal, Decimal]:
    if found.value is None or found.standard_error is None:
        raise NoCut(f"{found.method}: {found.reason}.")
    return Decimal(repr(found.value)), Decimal(repr(found.standard_error))


def _percent(share: Decimal) -> Decimal:
    return (100 * share).quantize(HUNDREDTH, ROUND_HALF_EVEN)
