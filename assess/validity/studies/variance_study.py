"""Where the differences between marks come from, and how many raters would be enough: G and D studies of marks."""

from collections.abc import Mapping, Sequence

import numpy as np

from assess.psychometrics import gtheory
from assess.psychometrics.gtheory import GStudy
from assess.psychometrics.responses import FloatArray
from assess.validity.datasets.arrays import Ratings
from assess.validity.report.written import Document, estimate, number

WISHED = 0.8
"""Nunnally & Bernstein (1994), Psychometric theory, ch. 7: the least for decisions about single persons is usually higher."""

MOST_RATERS = 10
MOST_LEVELS = 2500
"""REML solves for every level at once; beyond this it takes minutes, and sums of squares answer."""

PERSON, RATER, TASK, CRITERION = "person", "rater", "task", "criterion"
HALO = f"{PERSON}:{RATER}"
WITHOUT_HALO = [PERSON, f"{PERSON}:{CRITERION}", RATER, f"{RATER}:{CRITERION}", CRITERION]


def variance_document(ratings: Ratings) -> Document | None:
    """Variance components, and dependability by number of raters (and of tasks where there are several).

    With one task the criteria are a facet; with several, the raters' totals of each task are what varies. None when the design has
    nothing to tell apart: fewer than two raters, or nobody marked twice.
    """
    kept = np.flatnonzero(np.isfinite(ratings.values))
    tasks = sorted({ratings.tasks[row] for row in kept})
    raters_of: dict[str, set[str]] = {}
    for row in kept:
        raters_of.setdefault(ratings.persons[row], set()).add(ratings.raters[row])
    if len({ratings.raters[row] for row in kept}) < 2 or max(map(len, raters_of.values()), default=0) < 2:
        return None
    scores, facets = _totals(ratings, tasks) if len(tasks) > 1 else _marks(ratings)
    found = _study(scores, facets)
    fixed = [CRITERION] if CRITERION in facets else []
    return {
        "design": found.design.in_words,
        "scores": found.scores,
        "log_likelihood": number(found.log_likelihood, 3),
        "findings": list(found.findings),
        "components": _components(found),
        "comparison": _comparison(scores, facets) if CRITERION in facets else None,
        "fixed": fixed,
        "wished": number(WISHED, 2),
        "dependability": [_d_study(found, sizes, fixed) for sizes in _sizes(found)],
        "plan": _plan(found, fixed),
    }


def _plan(found: GStudy, fixed: Sequence[str]) -> str:
    """How many would be enough, with the facets in the plural where there are several: "2 raters reach Φ = 0.84"."""
    plan = gtheory.how_many(found, WISHED, [f for f in found.design.facets[1:] if f not in fixed], fixed=fixed)
    counted = " × ".join(f"{size} {facet}" for facet, size in plan.best)
    spoken = " × ".join(f"{size} {facet if size == 1 else f'{facet}s'}" for facet, size in plan.best)
    return plan.sentence.replace(counted, spoken, 1)


def _marks(ratings: Ratings) -> tuple[FloatArray, Mapping[str, tuple[str, ...]]]:
    facets = {PERSON: ratings.persons, RATER: ratings.raters}
    if len(set(ratings.criteria)) > 1:
        facets[CRITERION] = ratings.criteria
    return ratings.values, facets


def _totals(ratings: Ratings, tasks: list[str]) -> tuple[FloatArray, Mapping[str, tuple[str, ...]]]:
    """Each rater's mean mark on each task, in per cent where the maxima are known."""
    share = ratings.values if ratings.maxima is None else 100 * ratings.values / ratings.maxima
    sums: dict[tuple[str, str, str], list[float]] = {}
    for person, rater, task, value in zip(ratings.persons, ratings.raters, ratings.tasks, share, strict=True):
        if np.isfinite(value):
            sums.setdefault((person, rater, task), []).append(float(value))
    keys = sorted(sums)
    scores = np.array([float(np.mean(sums[key])) for key in keys])
    return scores, {
        PERSON: tuple(key[0] for key in keys),
        RATER: tuple(key[1] for key in keys),
        TASK: tuple(key[2] for key in keys),
    }


def _study(scores: FloatArray, facets: Mapping[str, tuple[str, ...]], effects: list[str] | None = None) -> GStudy:
    """REML where the design is small enough for it, else sums of squares."""
    levels = sum(len(set(zip(*(facets[f] for f in subset), strict=True))) for subset in _subsets(list(facets)))
    method: gtheory.Method = "reml" if levels <= MOST_LEVELS else "anova"
    return gtheory.study(scores, facets, effects=effects, method=method)


def _subsets(facets: list[str]) -> list[tuple[str, ...]]:
    """All effects but the highest, which holds the error."""
    return [tuple(f for k, f in enumerate(facets) if bits >> k & 1) for bits in range(1, 2 ** len(facets) - 1)]


def _components(found: GStudy) -> list[Document]:
    values = [max(source.estimate.value or 0.0, 0.0) for source in found.sources]
    total = sum(values) or 1.0
    return [
        {
            "effect": source.name,
            "words": IN_WORDS.get(source.name, "all else, and chance"),
            "levels": source.levels,
            "component": estimate(source.estimate),
            "share": number(value / total),
        }
        for place, (source, value) in enumerate(zip(found.sources, values, strict=True))
    ]


IN_WORDS = {
    PERSON: "persons",
    RATER: "raters: severe, lenient",
    TASK: "tasks: hard, easy",
    CRITERION: "criteria: hard, easy",
    HALO: "a rater's view of a person",
    f"{PERSON}:{TASK}": "person by task",
    f"{PERSON}:{CRITERION}": "person by criterion",
    f"{RATER}:{TASK}": "rater by task",
    f"{RATER}:{CRITERION}": "rater by criterion",
}


def _comparison(scores: FloatArray, facets: Mapping[str, tuple[str, ...]]) -> Document:
    """The usual model, which takes a rater's criteria of one person as independent."""
    found = _study(scores, facets, effects=WITHOUT_HALO)
    return {
        "left_out": HALO,
        "log_likelihood": number(found.log_likelihood, 3),
        "components": [{"effect": source.name, "component": estimate(source.estimate)} for source in found.sources],
    }


def _sizes(found: GStudy) -> list[dict[str, int]]:
    usual = {facet: max(round(size), 1) for facet, size in found.sizes}
    if TASK not in usual:
        return [usual | {RATER: raters} for raters in range(1, MOST_RATERS + 1)] if usual else []
    most = max(2 * usual[TASK], 6)
    return [usual | {RATER: raters, TASK: tasks} for raters in (1, 2, 3) for tasks in range(1, min(most, 12) + 1)]


def _d_study(found: GStudy, sizes: Mapping[str, int], fixed: list[str]) -> Document:
    decided = gtheory.decide(found, sizes, fixed=fixed)
    return {
        "sizes": dict(decided.sizes),
        "phi": estimate(decided.phi),
        "g": estimate(decided.g),
        "absolute_error": estimate(decided.absolute_error),
    }
