"""Raters, criteria and persons on one scale (many-facet Rasch), and whose outcome would change if severity were evened out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics import facets
from assess.psychometrics.facets import Element, FacetCalibration
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, doubted, two_sided
from assess.validity.datasets.arrays import Ratings, criterion_names
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.rasch_study import person_bins

MOST_CATEGORIES = 21
MOST_ERRORS = 1_500
"""With more raters and criteria than this, standard errors take the others as known."""

FEWEST_PERSONS = 30
HAIR = 1e-9


def facet_document(ratings: Ratings, *, cut: float | None) -> Document | None:
    """The many-facet model of whole marks; None when marks are no categories.

    Parameters
    ----------
    cut
        In per cent of the highest marks, when there is one.
    """
    seen = np.isfinite(ratings.values)
    levels = np.unique(ratings.values[seen])
    if len(levels) < 2 or levels[0] < 0 or levels[-1] >= MOST_CATEGORIES or (levels % 1).any():
        return None
    criterion = criterion_names(ratings.tasks, ratings.criteria)
    of_facet: dict[str, Sequence[str]] = {"rater": ratings.raters}
    if len(set(criterion)) > 1:
        of_facet["criterion"] = criterion
    highest = _highest(ratings)
    partial = len(np.unique(highest)) > 1 and "criterion" in of_facet
    size = sum(len(set(labels)) for labels in of_facet.values())
    try:
        found = facets.calibrate(
            ratings.values,
            person=ratings.persons,
            facets=of_facet,
            steps="criterion" if partial else (),
            errors="joint" if size <= MOST_ERRORS else "conditional",
        )
    except ResponseError as error:
        return _nothing(str(error))
    if found.fitted is None:
        return _nothing(found.reason)
    return {
        "model": "partial credit" if partial else "rating scale",
        "source": found.source,
        "persons": found.persons,
        "ratings": found.ratings,
        "converged": found.converged,
        "reason": found.reason,
        "remarks": list(found.remarks),
        "log_likelihood": number(found.log_likelihood, 3),
        "parameters": found.n_parameters,
        "population_mean": None if found.population_mean is None else estimate(_doubted(found.population_mean, found)),
        "population_sd": None if found.population_sd is None else estimate(_doubted(found.population_sd, found)),
        "thresholds": [[number(float(t)) if np.isfinite(t) else None for t in own] for own in found.thresholds],
        "order": list(found.facets),
        "person_map": person_bins(found.ability[np.isfinite(found.ability)]),
        "facets": {name: [_element(element, found) for element in found.measures[name]] for name in found.facets},
        "separation": {name: _separation(found, name) for name in ("person", *found.facets)},
        "outcomes": None if cut is None or partial else _outcomes(ratings, found, cut, float(highest.max())),
    }


def _nothing(reason: str) -> Document:
    return {
        "model": "",
        "reason": reason,
        "facets": {},
        "separation": {},
        "outcomes": None,
        "remarks": [],
        "converged": False,
    }


def _highest(ratings: Ratings) -> FloatArray:
    if ratings.maxima is not None:
        return ratings.maxima
    seen = ratings.values[np.isfinite(ratings.values)]
    return np.full(len(ratings.values), float(seen.max(initial=1.0)))


def _doubted(measure: Estimate, found: FacetCalibration) -> Estimate:
    """Many marks of few persons are still few persons."""
    few = found.persons < FEWEST_PERSONS
    return doubted(measure, f"{found.persons} persons; at least {FEWEST_PERSONS} are needed") if few else measure


def _element(element: Element, found: FacetCalibration) -> Document:
    return {
        "name": element.name,
        "measure": estimate(_doubted(element.measure, found)),
        "observed_average": number(element.observed_average, 3),
        "fair_average": number(element.fair_average, 3),
        "infit": number(element.infit, 3),
        "infit_z": number(element.infit_z, 2),
        "outfit": number(element.outfit, 3),
        "outfit_z": number(element.outfit_z, 2),
    }


def _separation(found: FacetCalibration, facet: str) -> Document:
    own = found.separation(facet)
    return {
        "separation": _finite(own.separation, 3),
        "strata": _finite(own.strata, 2),
        "reliability": _finite(own.reliability, 4),
        "chi_square": _finite(own.chi_square, 3),
        "df": own.df,
        "p_value": _finite(own.p_value, 4),
        "reason": own.reason,
    }


def _finite(value: float | None, places: int) -> str | None:
    return number(value, places) if value is not None and np.isfinite(value) else None


@dataclass(frozen=True, eq=False)
class _Marks:
    """Every mark with what the model expects of it from the person's own raters, and from an average one."""

    person: npt.NDArray[np.intp]
    value: FloatArray
    own: FloatArray
    average: FloatArray
    variance: FloatArray
    rater: npt.NDArray[np.intp]


def _outcomes(ratings: Ratings, found: FacetCalibration, cut: float, highest: float) -> Document:
    """Who lies on one side of the cut with the marks as they are, and on the other with an average rater's.

    A person's mean mark is moved by what the model expects of an average rater less what it expects of the raters the person
    had, both at the person's ability. The person's own good or bad day stays in.
    """
    marks = _expected(ratings, found)
    persons = found.elements["person"]
    count = np.bincount(marks.person, minlength=len(persons)).astype(np.float64)
    safe = np.maximum(count, 1.0)
    before = np.bincount(marks.person, weights=marks.value, minlength=len(persons)) / safe
    move = np.bincount(marks.person, weights=marks.average - marks.own, minlength=len(persons)) / safe
    after = np.clip(before + move, 0.0, highest)
    error = np.sqrt(_variance(marks, found, len(persons), safe))
    limit = cut * highest / 100
    reach = two_sided(0.95) * error
    known = (count > 0) & np.isfinite(after) & np.isfinite(error)
    passed, would = before >= limit - HAIR, after >= limit - HAIR
    changed = np.flatnonzero(known & (passed != would))
    names_of: dict[str, list[str]] = {}
    for person, rater, value in zip(ratings.persons, ratings.raters, ratings.values, strict=True):
        if np.isfinite(value) and rater not in names_of.setdefault(person, []):
            names_of[person].append(rater)
    order = changed[np.argsort(np.abs(move[changed]), kind="stable")[::-1]]
    return {
        "cut_percent": number(cut, 2),
        "cut": number(limit, 3),
        "highest": number(highest, 0),
        "persons": int(known.sum()),
        "pass_now": int((known & passed).sum()),
        "pass_adjusted": int((known & would).sum()),
        "within_error": int((known & (np.abs(after - limit) <= reach)).sum()),
        "largest_move": number(float(np.abs(move[known]).max()) if known.any() else None, 3),
        "changed": [
            {
                "person": persons[p],
                "raters": sorted(names_of.get(persons[p], [])),
                "before": number(float(before[p]), 3),
                "after": number(float(after[p]), 3),
                "se": number(float(error[p]), 3),
                "interval": [number(float(after[p] - reach[p]), 3), number(float(after[p] + reach[p]), 3)],
                "would": "pass" if would[p] else "fail",
            }
            for p in order
        ],
        "method": "mean mark plus what an average rater is expected to give less what the person's own raters "
        "are, at the person's EAP measure; "
        "standard error: variance of the marks under the model and the raters' standard errors",
        "source": "Linacre (1989), Many-facet Rasch measurement (fair averages); the person's residual is kept",
    }


def _expected(ratings: Ratings, found: FacetCalibration) -> _Marks:
    rows = np.flatnonzero(np.isfinite(ratings.values))
    code = {name: {label: k for k, label in enumerate(found.elements[name])} for name in ("person", *found.facets)}
    labels: dict[str, Sequence[str]] = {
        "person": ratings.persons,
        "rater": ratings.raters,
        "criterion": criterion_names(ratings.tasks, ratings.criteria),
    }
    place = {name: np.array([code[name][labels[name][int(row)]] for row in rows], dtype=np.intp) for name in code}
    distance = found.measure["person"][place["person"]]
    if "criterion" in place:
        distance = distance - found.measure["criterion"][place["criterion"]]
    tau = np.concatenate([[0.0], np.nancumsum(found.thresholds[0])])
    own, variance = _scores(distance - found.measure["rater"][place["rater"]], tau)
    average, _ = _scores(distance, tau)
    return _Marks(place["person"], ratings.values[rows], own, average, variance, place["rater"])


def _scores(distance: FloatArray, tau: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Expected mark and its variance at θ − severity − difficulty."""
    category = np.arange(len(tau), dtype=np.float64)
    weight = distance[:, None] * category - tau
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    mean = weight @ category
    return mean, np.maximum(weight @ category**2 - mean**2, 0.0)


def _variance(marks: _Marks, found: FacetCalibration, persons: int, count: FloatArray) -> FloatArray:
    chance = np.bincount(marks.person, weights=marks.variance, minlength=persons) / count**2
    raters = len(found.elements["rater"])
    pair, member = np.unique(marks.person * raters + marks.rater, return_inverse=True)
    slope = np.bincount(member.reshape(-1), weights=marks.variance)
    by_rater = (slope / count[pair // raters] * found.standard_errors["rater"][pair % raters]) ** 2
    return np.asarray(chance + np.bincount(pair // raters, weights=by_rater, minlength=persons))
