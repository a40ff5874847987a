"""What a study says about the decision: cuts read off global ratings, pass rates, consistency and accuracy of the rule."""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from assess.psychometrics.classification import DecisionQuality, Overall, Part, conjunctive
from assess.psychometrics.ctt import mean
from assess.psychometrics.proportions import proportion
from assess.psychometrics.reliability import composite
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import Estimate, not_enough
from assess.standard_setting import borderline
from assess.validity.cut_scores.scored_cuts import SEED
from assess.validity.datasets.arrays import OVERALL, GlobalRatings, PartScores
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.response_study import percent_bars, reliability_of_form, sem_of

Cuts = Mapping[str, tuple[float, float | None]]
"""Part (or "overall") → cut score and its standard error, in per cent; None where the error is not known."""

RESAMPLES = 100
HAIR = 1e-9
"""Scores are compared with cuts after rounding to hundredths, as the decision does; this absorbs binary dust only."""


def borderline_document(rated: GlobalRatings, *, report: Callable[[str], None] = lambda step: None) -> list[Document]:
    """A borderline regression for every task, with the counted points behind it; resampled as a meeting does."""
    report("borderline")
    found = []
    for task in sorted(set(rated.tasks)):
        rows = np.array([name == task for name in rated.tasks])
        percent, ratings = rated.percent[rows], rated.ratings[rows]
        regression = borderline.regression(percent, ratings, rated.borderline, seed=SEED)
        both = np.isfinite(percent) & np.isfinite(ratings)
        points = Counter((float(r), float(np.round(p))) for r, p in zip(ratings[both], percent[both], strict=True))
        found.append(
            {
                "task": task,
                "borderline_rating": number(rated.borderline, 2),
                "cut": estimate(regression.cut, places=2, words=1),
                "bootstrap_se": number(regression.bootstrap_se, 2),
                "slope": number(regression.slope),
                "intercept": number(regression.intercept),
                "r_squared": number(regression.r_squared),
                "residual_sd": number(regression.residual_sd, 2),
                "ratings": [{"rating": number(value, 2), "performances": count} for value, count in regression.ratings],
                "points": [
                    {"rating": number(rating, 2), "percent": number(share, 0), "count": count}
                    for (rating, share), count in sorted(points.items())
                ],
            }
        )
    return found


def part_document(
    parts: PartScores, *, cuts: Cuts, seed: int, report: Callable[[str], None] = lambda step: None
) -> Document:
    """Scores, reliability and pass rates of the parts, and how safe the compound decision is."""
    unknown = sorted(set(cuts) - {*parts.parts, OVERALL})
    if unknown:
        sentence = f"there is a cut for {unknown[0]!r}, which is not one of the parts {', '.join(parts.parts)}"
        raise ResponseError("names_do_not_fit", sentence)
    report("parts: scores and reliability")
    reliabilities = [_reliability(parts, part) for part in parts.parts]
    scored = [
        _part(part, parts.matrix[:, column], cuts.get(part), reliabilities[column])
        for column, part in enumerate(parts.parts)
    ]
    overall = _overall(parts, cuts, reliabilities)
    report("parts: decision")
    return {
        "persons": len(parts.matrix),
        "parts": scored,
        "overall": overall,
        "must_pass": None if parts.must_pass is None else _must_pass(parts.must_pass),
        "pass_rate": estimate(observed_pass_rate(parts, cuts)),
        "decision": _decision(parts, cuts, reliabilities, seed=seed),
    }


def _part(part: str, percent: FloatArray, cut: tuple[float, float | None] | None, reliability: Estimate) -> Document:
    return {
        "part": part,
        "persons": int(np.isfinite(percent).sum()),
        "mean": estimate(mean(percent, method="mean score in per cent"), places=2),
        "sd": number(float(np.nanstd(percent, ddof=1)) if np.isfinite(percent).sum() > 1 else None, 2),
        "bars": percent_bars(percent),
        "reliability": estimate(reliability, words=3),
        "sem_percent": estimate(sem_of(percent, reliability)),
        "cut": None if cut is None else {"value": number(cut[0], 2), "se": number(cut[1], 2)},
        "impact": [] if cut is None else _impact(percent, cut),
    }


def _impact(percent: FloatArray, cut: tuple[float, float | None]) -> list[Document]:
    """Pass rate at the cut, and one standard error of the cut to either side."""
    value, se = cut
    places = [("the cut score", value)]
    if se:
        places += [("one standard error lower", value - se), ("one standard error higher", value + se)]
    seen = percent[np.isfinite(percent)]
    return [
        {
            "where": where,
            "cut": number(limit, 2),
            "pass_rate": estimate(
                proportion(float(_reaches(seen, limit).sum()), len(seen), method=f"pass rate at {where}")
            ),
        }
        for where, limit in places
    ]


def _reliability(parts: PartScores, part: str) -> Estimate:
    if part in parts.components:
        return reliability_of_form(parts.components[part])
    reason = f"the study has no item or criterion scores of {part}, so its reliability is not known"
    return not_enough(n=0, method=f"reliability of {part}", source="", reason=reason)


def _overall(parts: PartScores, cuts: Cuts, reliabilities: list[Estimate]) -> Document | None:
    if parts.weights is None:
        return None
    weights = np.array([parts.weights[part] for part in parts.parts])
    weighted = parts.matrix @ weights
    cut = cuts.get(OVERALL)
    return {
        "weights": {part: number(parts.weights[part]) for part in parts.parts},
        "mean": estimate(mean(weighted, method="mean overall score in per cent"), places=2),
        "reliability": estimate(composite(parts.matrix, reliabilities, weights=weights, names=parts.parts), words=3),
        "bars": percent_bars(weighted),
        "cut": None if cut is None else {"value": number(cut[0], 2), "se": number(cut[1], 2)},
        "impact": [] if cut is None else _impact(weighted, cut),
    }


def _must_pass(must_pass: FloatArray) -> Document:
    judged = must_pass[np.isfinite(must_pass)]
    met = proportion(float(judged.sum()), len(judged), method="share who met every must-pass criterion")
    return {"met": estimate(met), "not_judged": len(must_pass) - len(judged)}


def observed_pass_rate(parts: PartScores, cuts: Cuts) -> Estimate:
    """Observed share that meets every condition, among those of whom every condition is known."""
    method = "observed pass rate under the whole rule"
    lacking = _without_cut(parts, cuts)
    if lacking:
        return not_enough(n=len(parts.matrix), method=method, source="", reason=lacking)
    known = np.isfinite(parts.matrix).all(axis=1)
    if parts.must_pass is not None:
        known &= np.isfinite(parts.must_pass)
    passed = _reaches(parts.matrix[known], np.array([cuts[part][0] for part in parts.parts])).all(axis=1)
    if parts.weights is not None:
        weights = np.array([parts.weights[part] for part in parts.parts])
        passed &= _reaches(parts.matrix[known] @ weights, cuts[OVERALL][0])
    if parts.must_pass is not None:
        passed &= parts.must_pass[known] > 0
    return proportion(float(passed.sum()), int(known.sum()), method=method)


def _reaches(percent: FloatArray, cut: float | FloatArray) -> BoolArray:
    return np.asarray(np.round(percent, 2) >= np.round(cut, 2) - HAIR)


def _without_cut(parts: PartScores, cuts: Cuts) -> str:
    needed = [*parts.parts, *([OVERALL] if parts.weights is not None else [])]
    missing = [part for part in needed if part not in cuts]
    return f"no cut score for {', '.join(missing)}" if missing else ""


def _decision(parts: PartScores, cuts: Cuts, reliabilities: list[Estimate], *, seed: int) -> Document:
    note = "The figures cover the score conditions; must-pass criteria are taken as judged without error."
    lacking = _without_cut(parts, cuts)
    if lacking:
        nothing = not_enough(n=len(parts.matrix), method="decision consistency", source="", reason=lacking)
        figures = dict.fromkeys(DecisionQuality.__slots__, nothing)
        return {"seed": seed, "note": note, **{name: estimate(found) for name, found in figures.items()}}
    rule = [
        Part(name=part, cut=cuts[part][0], reliability=reliability)
        for part, reliability in zip(parts.parts, reliabilities, strict=True)
    ]
    overall = None
    if parts.weights is not None:
        overall = Overall(weights=tuple(parts.weights[part] for part in parts.parts), cut=cuts[OVERALL][0])
    quality = conjunctive(parts.matrix, rule, overall=overall, seed=seed, resamples=RESAMPLES)
    return {
        "seed": seed,
        "note": note,
        "accuracy": estimate(quality.accuracy),
        "consistency": estimate(quality.consistency),
        "kappa": estimate(quality.kappa),
        "false_pass": estimate(quality.false_pass),
        "false_fail": estimate(quality.false_fail),
        "pass_rate": estimate(quality.pass_rate),
    }
