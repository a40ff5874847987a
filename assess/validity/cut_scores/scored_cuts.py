"""Cuts from what candidates scored: compromises with them, groups that assessors or judges made of them. Pure."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from assess.psychometrics.results import Estimate
from assess.standard_setting import borderline, contrasting
from assess.standard_setting.beuk import beuk
from assess.standard_setting.body_of_work import body_of_work
from assess.standard_setting.hofstee import hofstee
from assess.standard_setting.resampling import RESAMPLES
from assess.validity.cut_scores.forms import LIMITS, Method
from assess.validity.cut_scores.rules import (
    HUNDREDTH,
    FoundCut,
    Given,
    Impressions,
    NoCut,
    estimate_document,
    of_estimate,
    percent,
)

SEED = 0
"""Of the candidates that are drawn again for a standard error."""

LIMITS_OF_IMPRESSIONS = (
    "The standard error holds the sample of candidates, not that of assessors: other assessors could have another borderline.",
    "Where one assessor gives both, score and impression are not independent, and the line is straighter than it should be.",
)


def compromise_cut(given: Given) -> FoundCut:
    """The cut of a Hofstee or Beuk panel: its last round against the scores of candidates."""
    names = tuple(LIMITS[given.method])
    said = given.rounds[-1]
    scales = [1.0, 1.0, 0.01, 0.01] if given.method is Method.HOFSTEE else [1.0, 0.01]
    table = np.array(
        [[float(said.get(judge, {}).get(name, "nan")) for name in names] for judge in given.judges], dtype=float
    ).reshape(len(given.judges), len(names)) * np.array(scales)
    if given.method is Method.HOFSTEE:
        met = hofstee(given.scores, table)
        failing, judges, cut = met.fail_rate, met.judges, met.cut
    else:
        wished = beuk(given.scores, table)
        failing = None if wished.pass_rate is None else 1 - wished.pass_rate
        judges, cut = wished.judges, wished.cut
    document = {
        "judges": [
            {"judge": judge, **{name: said.get(judge, {}).get(name) for name in names}} for judge in given.judges
        ],
        "failing": failing,
        "candidates": cut.n,
        "outliers": [],
    }
    name = "Hofstee" if given.method is Method.HOFSTEE else "Beuk"
    return of_estimate(cut, method=f"{name}, {judges} judges, {cut.n} candidates", document=document)


def body_of_work_cut(given: Given) -> FoundCut:
    """The cut between the lowest two levels of works, from the last round."""
    works = [one for one in given.elements if one.kind == "level" and one.identifier in given.works]
    scores = [given.works[one.identifier] for one in works]
    found = body_of_work(scores, given.table(len(given.rounds) - 1, works), judges=given.judges)
    if not found.cuts:
        raise NoCut("; ".join(found.remarks) or "No work was sorted above the lowest level.")
    first = found.cuts[0]
    document = {
        "judges": [{"judge": name, "cut": cut} for name, cut in zip(given.judges, first.judge_cuts, strict=True)],
        "outliers": [{"judge": one.name, "kind": one.kind, "words": one.sentence} for one in first.outliers],
        "model_se": first.model_se,
        "remarks": list(found.remarks),
        "further_cuts": [estimate_document(one.cut) for one in found.cuts[1:]],
    }
    return of_estimate(first.cut, method=f"body of work, {first.n} judges, {len(works)} works", document=document)


def impressions_cut(given: Given) -> FoundCut:
    """The cut of a practical part from the assessors' overall impressions, task by task, weighted by points.

    Notes
    -----
    Standard error √Σ (wᵢ·SEᵢ)² with wᵢ the task's share of the points, errors of different tasks taken as independent. For
    borderline regression SEᵢ is the larger of the formula's, which takes scores as equally spread at every rating, and that of
    resampled candidates, which does not. Neither covers what is in `LIMITS_OF_IMPRESSIONS`.

    Raises
    ------
    NoCut
        Names the task that gives none, and why.
    """
    seen = given.impressions
    if seen is None or not seen.maxima:
        raise NoCut("No task of this part has been scored yet.")
    find, method = _FINDERS[given.method]
    total = sum(seen.maxima.values(), Decimal(0))
    tasks = np.array(seen.tasks)
    value, variance, told = Decimal(0), Decimal(0), []
    for name, maximum in sorted(seen.maxima.items()):
        found, more = find(seen, tasks == name)
        if not found.sufficient or found.value is None or found.standard_error is None:
            raise NoCut(f"{name}: {found.reason}.")
        cut, error = Decimal(repr(found.value)), Decimal(repr(found.standard_error))
        share = maximum / total
        value += share * cut
        variance += (share * error) ** 2
        told.append(
            {
                "task": name,
                "cut": str(cut.quantize(HUNDREDTH)),
                "standard_error": str(error.quantize(HUNDREDTH)),
                "n": found.n,
                "weight": str(share.quantize(Decimal("0.0001"))),
                "words": found.in_words(),
                **more,
            }
        )
    words = f"{method} at impression {seen.borderline:g}, {len(told)} task{'' if len(told) == 1 else 's'}"
    if given.method is Method.BORDERLINE_REGRESSION:
        words += f"; larger of formula's and resampled error ({RESAMPLES} draws, seed {SEED})"
    error = variance.sqrt().quantize(HUNDREDTH, ROUND_HALF_EVEN)
    document = {
        "tasks": told,
        "limits": list(LIMITS_OF_IMPRESSIONS),
        "sufficient": True,
        "reason": "",
        "outliers": [],
    }
    return FoundCut(percent(value, what=words), error, words, document)


Found = tuple[Estimate, dict[str, Any]]


def _regression(seen: Impressions, mine: Any) -> Found:
    found = borderline.regression(
        seen.percent[mine], seen.ratings[mine], seen.borderline, seed=SEED, resamples=RESAMPLES
    )
    formula, resampled = found.cut.standard_error, found.bootstrap_se
    more = {
        "r_squared": None if found.r_squared is None else f"{found.r_squared:.4f}",
        "regression_se": None if formula is None else f"{formula:.2f}",
        "resampled_se": None if resampled is None else f"{resampled:.2f}",
    }
    return _at_least(found.cut, resampled), more


def _at_least(cut: Estimate, error: float | None) -> Estimate:
    """The cut with this standard error where it is the larger; the interval widens as much."""
    if cut.value is None or cut.standard_error is None or cut.interval is None or error is None:
        return cut
    if error <= cut.standard_error:
        return cut
    low, high = (cut.value + (limit - cut.value) * error / cut.standard_error for limit in cut.interval)
    return replace(cut, standard_error=error, interval=(low, high))


def _group(seen: Impressions, mine: Any) -> Found:
    # assessors' mean impressions may lie between two: whoever is nearest to borderline was seen as borderline
    near = np.abs(seen.ratings[mine] - seen.borderline) < 0.5
    found = borderline.group(seen.percent[mine], np.where(near, seen.borderline, -1.0), seen.borderline)
    return found.cut, {}


def _contrasting(seen: Impressions, mine: Any) -> Found:
    apart = seen.ratings[mine] - seen.borderline
    marks = np.where(apart >= 0.5, 1.0, np.where(apart <= -0.5, 0.0, np.nan))
    found = contrasting.midpoint(seen.percent[mine], marks)
    wrong = {"false_pass": found.false_pass, "false_fail": found.false_fail}
    return found.cut, {**wrong, "numbers": list(found.numbers)}


_FINDERS: dict[Method, tuple[Callable[[Impressions, Any], Found], str]] = {
    Method.BORDERLINE_REGRESSION: (_regression, "borderline regression"),
    Method.BORDERLINE_GROUP: (_group, "borderline group"),
    Method.CONTRASTING: (_contrasting, "contrasting groups"),
}
