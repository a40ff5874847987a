"""How severe each assessor is (many-facet Rasch), and whose outcome would change if severity were evened out.

Nothing here changes a mark. A part's score is moved, on paper, by what the model expects of an average assessor less what it
expects of the assessors a candidate had, judgement by judgement; the candidate's own good or bad day stays in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assess.psychometrics import facets
from assess.psychometrics.facets import Element, FacetCalibration
from assess.psychometrics.facets.categories import scale_at
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import doubted, two_sided
from assess.validity.datasets.arrays import Ratings, criterion_names
from assess.validity.report.written import estimate, number

FEWEST_PERSONS = 30
LEVELS = 3
"""A judgement goes from 0 to this level and earns points in proportion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One attempt's score of a practical part, per cent, its highest points, and the cut; `cut` None while there is none."""

    attempt: str
    part: str
    percent: float
    maximum: float
    cut: float | None


def severity_document(
    ratings: Ratings, *, parts: Sequence[Part], points: Mapping[str, float], part_of: Mapping[str, str]
) -> dict[str, Any]:
    """Severity, fit and fair average of every rater, and every attempt that would change sides.

    Parameters
    ----------
    ratings
        Judgement levels in long form; persons are attempts.
    parts
        The scores that could change.
    points
        What each criterion earns at the highest level.
    part_of
        Task → part.

    Returns
    -------
    dict
        `raters`, `moves`, `connected`, `design`, `extra`, `shared`, `reason`, `source`.
    """
    names = criterion_names(ratings.tasks, ratings.criteria)
    kept = np.flatnonzero(np.isfinite(ratings.values)).tolist()
    raters = sorted({ratings.raters[row] for row in kept})
    if len(raters) < 2 or len(kept) < 2:
        return _nothing("Fewer than two assessors judged anything yet.")
    try:
        found = facets.calibrate(
            ratings.values,
            person=ratings.persons,
            facets={"rater": ratings.raters, "criterion": names} if len(set(names)) > 1 else {"rater": ratings.raters},
        )
    except ResponseError as error:
        return _nothing(str(error))
    design = found.connectivity
    shared = dict(design.shared_persons)
    document = {
        "reason": found.reason,
        "source": found.source,
        "connected": design.connected,
        "design": design.sentence,
        "extra": [[one.person, one.rater, list(one.criteria)] for one in design.extra_markings],
        "shared": {rater: shared.get(rater, 0) for rater in raters},
        "raters": [],
        "moves": [],
    }
    if found.fitted is None:
        return document
    persons_of: dict[str, set[str]] = {}
    for row in kept:
        persons_of.setdefault(ratings.raters[row], set()).add(ratings.persons[row])
    document["raters"] = [_rater(one, found, persons_of, shared) for one in found.measures["rater"]]
    document["moves"] = _moves(ratings, names, found, parts, points, part_of)
    return document


def _nothing(reason: str) -> dict[str, Any]:
    return {
        "reason": reason, "source": "", "connected": True, "design": reason, "extra": [], "shared": {}, "raters": [],
        "moves": [],
    }  # fmt: skip


def _rater(
    one: Element, found: FacetCalibration, persons_of: Mapping[str, set[str]], shared: Mapping[str, int]
) -> dict[str, Any]:
    measure, judged = one.measure, len(persons_of.get(one.name, ()))
    if found.persons < FEWEST_PERSONS:
        measure = doubted(measure, f"{found.persons} candidates; at least {FEWEST_PERSONS} are needed")
    elif not shared.get(one.name):
        measure = doubted(measure, "no other assessor judged any of these candidates")
    return {
        "rater": one.name,
        "severity": estimate(measure),
        "observed_average": number(one.observed_average, 3),
        "fair_average": number(one.fair_average, 3),
        "infit": number(one.infit, 3),
        "outfit": number(one.outfit, 3),
        "persons": judged,
        "shared": shared.get(one.name, 0),
    }


def _moves(
    ratings: Ratings,
    names: Sequence[str],
    found: FacetCalibration,
    parts: Sequence[Part],
    points: Mapping[str, float],
    part_of: Mapping[str, str],
) -> list[dict[str, Any]]:
    kept = np.flatnonzero(np.isfinite(ratings.values)).tolist()
    rows = [row for row in kept if ratings.criteria[row] in points]
    own, average, slope, error = _expected(ratings, names, found, rows)
    # several assessors' levels of one criterion are settled to about their mean
    sharers: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (ratings.persons[row], names[row])
        sharers[key] = sharers.get(key, 0) + 1
    move: dict[tuple[str, str], float] = {}
    by_rater: dict[tuple[str, str], dict[str, float]] = {}
    for place, row in enumerate(rows):
        gain = average[place] - own[place]
        if not np.isfinite(gain):
            continue
        worth = points[ratings.criteria[row]] / LEVELS / sharers[ratings.persons[row], names[row]]
        whose = (ratings.persons[row], part_of.get(ratings.tasks[row], ""))
        move[whose] = move.get(whose, 0.0) + worth * gain
        slopes = by_rater.setdefault(whose, {})
        rater = ratings.raters[row]
        slopes[rater] = slopes.get(rater, 0.0) + worth * slope[place] * error[place]
    return [
        moved
        for one in parts
        if (moved := _moved(one, move.get((one.attempt, one.part)), by_rater.get((one.attempt, one.part), {})))
    ]


def _moved(one: Part, points: float | None, slopes: Mapping[str, float]) -> dict[str, Any] | None:
    """The part on the other side of its cut, or None where it stays."""
    if points is None or one.cut is None:
        return None
    after = min(max(one.percent + 100 * points / one.maximum, 0.0), 100.0)
    if (one.percent >= one.cut) == (after >= one.cut):
        return None
    reach = two_sided(0.95) * 100 / one.maximum * float(np.sqrt(sum(slope**2 for slope in slopes.values())))
    return {
        "attempt": one.attempt,
        "part": one.part,
        "before": number(one.percent, 2),
        "after": number(after, 2),
        "cut": number(one.cut, 2),
        "would": "pass" if after >= one.cut else "fail",
        "within_error": bool(abs(after - one.cut) <= reach),
        "raters": sorted(slopes),
    }


def _expected(
    ratings: Ratings, names: Sequence[str], found: FacetCalibration, rows: Sequence[int]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of each mark: what the model expects of its rater and of an average one, how that changes per logit, and the rater's
    standard error."""
    assert found.fitted is not None
    place = {facet: {label: k for k, label in enumerate(found.elements[facet])} for facet in found.elements}
    person = np.array([place["person"][ratings.persons[row]] for row in rows], dtype=np.intp)
    rater = np.array([place["rater"][ratings.raters[row]] for row in rows], dtype=np.intp)
    distance = found.measure["person"][person]
    if "criterion" in place:
        distance = distance - found.measure["criterion"][[place["criterion"][names[row]] for row in rows]]
    offsets = found.fitted.offsets[0][:, None]
    own = scale_at(distance - found.measure["rater"][rater], offsets)
    average = scale_at(distance, offsets)
    return own.expected, average.expected, own.variance, found.standard_errors["rater"][rater]
