"""What a study says about items and the score they add up to."""

from collections.abc import Callable, Sequence

import numpy as np

from assess.psychometrics.ctt import ItemAnalysis, item_analysis, mean, score_distribution
from assess.psychometrics.reliability import alpha, omega, spearman_brown, standard_error_of_measurement
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import Estimate, estimated, not_enough, two_sided
from assess.validity.datasets.arrays import Groups, Responses
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.cut_study import cut_document
from assess.validity.studies.dimension_study import dimension_document
from assess.validity.studies.fit_study import fit_document
from assess.validity.studies.form_study import form_document
from assess.validity.studies.group_study import group_document, largest_share
from assess.validity.studies.precision import marginal_reliability
from assess.validity.studies.rasch_study import Scale, rasch_document

MOST_OF_THE_POINTS = 0.4

BAR_PER_POINT_UP_TO = 40
SEM_SOURCE = "Lord & Novick (1968), ch. 7; standard error: delta method on standard deviation and reliability"


def response_document(
    responses: Responses,
    *,
    cut: tuple[float, float | None] | None,
    groups: Sequence[Groups] = (),
    seed: int = 0,
    report: Callable[[str], None] = lambda step: None,
) -> Document:
    """Items, scores, reliability, Rasch scale, fit, groups and the decision of one set of responses.

    Parameters
    ----------
    cut
        Value and standard error in per cent, when these items have a cut score.
    groups
        The group of each person, for differential item functioning; one comparison each.
    report
        Told each longer step before it begins.
    """
    persons = np.asarray(np.isfinite(responses.matrix).any(axis=1))
    matrix = responses.matrix[persons]
    used = Responses(matrix=matrix, items=responses.items, maxima=responses.maxima, part=responses.part)
    complete = bool(np.isfinite(matrix).all()) and len(matrix) > 0
    form_length = float(np.isfinite(matrix).sum(axis=1).mean()) if len(matrix) else 0.0
    report("responses: items and reliability")
    full = alpha(matrix)
    report("responses: Rasch scale")
    scale = Scale.of(used)
    of_form = reliability_of_form(used, scale)
    sem = sem_of(used.percent, of_form)
    document: Document = {
        "part": responses.part,
        "persons": len(matrix),
        "without_any_answer": int((~persons).sum()),
        "items": len(responses.items),
        "items_per_person": number(form_length, 2),
        "complete": complete,
        "cut": None if cut is None else {"value": number(cut[0], 2), "se": number(cut[1], 2)},
        "distribution": _distribution(used, complete=complete),
        "alpha": estimate(full, words=3),
        "omega": estimate(omega(matrix, names=responses.items), words=3) if complete else None,
        "reliability_of_form": None if complete else estimate(of_form, words=3),
        "sem_points": estimate(standard_error_of_measurement(matrix)) if complete else None,
        "sem_percent": estimate(sem),
        "item_analysis": _items(used),
        "rasch": rasch_document(used, scale, cut=cut),
    }
    report("responses: fit")
    document["fit"] = fit_document(scale.recoded, responses.items, origin=scale.calibration.population_mean)
    report("responses: dimensions")
    document["dimensions"] = dimension_document(scale.recoded, responses.items, seed=seed)
    report("responses: decision")
    document["decision"] = (
        None
        if cut is None
        else cut_document(
            used,
            cut=cut,
            reliability=of_form,
            sem_percent=sem,
            abilities=None if scale.form is None else scale.measures,
            theta=scale.ability_at(cut[0]),
            seed=seed,
        )
    )
    report("responses: groups")
    comparisons = [_compared(used, one, persons) for one in groups]
    document["groups"] = comparisons[0] if comparisons else None
    document["more_groups"] = comparisons[1:]
    document["dif"] = None if not comparisons else estimate(largest_share(comparisons))
    report("responses: forms")
    document["forms"] = form_document(used, scale, cut=cut, seed=seed)
    return document


def _compared(responses: Responses, groups: Groups, persons: BoolArray) -> Document:
    labels = [label for label, kept in zip(groups.labels, persons, strict=True) if kept]
    return group_document(responses, labels, column=groups.column, focal=groups.focal)


def reliability_of_form(responses: Responses, scale: Scale | None = None, *, calibrate: bool = True) -> Estimate:
    """How reliable the score of one person's form is.

    Alpha where everyone took the same items. Where persons took different items of one bank, alpha over pairs of items is that
    of a test of *all* items and is brought to the length of the average form (Spearman 1910, Brown 1910). When too few persons
    share some pair of items for that, the Rasch model's marginal reliability answers instead, unless nothing is to be calibrated;
    the method says which it is.
    """
    found = alpha(responses.matrix)
    seen = np.isfinite(responses.matrix)
    answered = seen.sum(axis=1)[seen.any(axis=1)]
    items = int(seen.any(axis=0).sum())
    if not len(answered) or answered.mean() == items:
        return found
    projected = spearman_brown(found, ratio=float(answered.mean()) / items)
    if projected.sufficient or not calibrate:
        return projected
    scale = Scale.of(responses) if scale is None else scale
    if scale.form is None:
        return projected
    marginal = marginal_reliability(scale.form, scale.calibration)
    return marginal if marginal.sufficient else projected


def sem_of(percent: FloatArray, reliability: Estimate) -> Estimate:
    r"""SEM of a percentage score, SD·√(1−r), in per cent points."""
    scores = percent[np.isfinite(percent)]
    n, method = len(scores), "standard error of measurement, SD·√(1 − reliability), in per cent"
    if reliability.value is None or reliability.standard_error is None:
        return not_enough(n=n, method=method, source=SEM_SOURCE, reason=reliability.reason)
    if n < 3 or reliability.value >= 1:
        reason = "fewer than 3 scores" if n < 3 else "the reliability is 1"
        return not_enough(n=n, method=method, source=SEM_SOURCE, reason=reason)
    value = float(scores.std(ddof=1) * np.sqrt(1 - reliability.value))
    relative = float(np.sqrt(1 / (2 * (n - 1)) + (reliability.standard_error / (2 * (1 - reliability.value))) ** 2))
    reach = two_sided(reliability.level) * relative
    return estimated(
        value=value,
        standard_error=value * relative,
        interval=(value * float(np.exp(-reach)), value * float(np.exp(reach))),
        n=n,
        method=method,
        source=SEM_SOURCE,
        minimum=30,
        level=reliability.level,
    )


def _distribution(responses: Responses, *, complete: bool) -> Document:
    maximum = float(responses.maxima.sum())
    whole = bool((responses.matrix[np.isfinite(responses.matrix)] % 1 == 0).all()) and maximum % 1 == 0
    if complete and whole and maximum <= BAR_PER_POINT_UP_TO and responses.matrix.min(initial=0.0) >= 0:
        found = score_distribution(responses.matrix)
        counted = dict(zip(found.scores, found.counts, strict=True))
        bars = [
            {"from": number(point, 0), "to": number(point, 0), "count": counted.get(float(point), 0)}
            for point in range(int(maximum) + 1)
        ]
        scores, average, unit = responses.matrix.sum(axis=1), found.mean, "points"
    else:
        scores = responses.percent
        average, unit = mean(scores, method="mean score in per cent of the points presented"), "per cent"
        bars, maximum = percent_bars(scores), 100.0
    several = len(scores) > 1
    return {
        "unit": unit,
        "maximum": number(maximum, 0 if maximum % 1 == 0 else 2),
        "mean": estimate(average),
        "sd": number(float(scores.std(ddof=1)) if several else None, 2),
        "lowest": number(float(scores.min()) if several else None, 2),
        "median": number(float(np.median(scores)) if several else None, 2),
        "highest": number(float(scores.max()) if several else None, 2),
        "bars": bars,
    }


def percent_bars(percent: FloatArray) -> list[Document]:
    """Counts in twenty steps of 5 %; 100 % belongs to the last."""
    scores = percent[np.isfinite(percent)]
    counts, edges = np.histogram(scores, bins=np.arange(0, 101, 5))
    return [
        {"from": number(low, 0), "to": number(high, 0), "count": int(count)}
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]


def _items(responses: Responses) -> list[Document]:
    analysed = item_analysis(responses.matrix, names=responses.items, maximum=responses.maxima)
    return [
        {
            "name": item.name,
            "maximum": number(float(maximum), 2),
            "difficulty": estimate(item.difficulty),
            "item_rest": estimate(item.item_rest),
            "item_total": estimate(item.item_total),
            "discrimination": estimate(item.discrimination),
            "omitted": estimate(item.omitted),
            "alpha_if_deleted": estimate(item.alpha_if_deleted, words=3),
            "remarks": _remarks(item, share=float(maximum / responses.maxima.sum()), items=len(analysed)),
        }
        for item, maximum in zip(analysed, responses.maxima, strict=True)
    ]


def _remarks(item: ItemAnalysis, *, share: float, items: int) -> list[str]:
    """What a reviewer should look at; of the statistics only where the whole interval says it."""
    remarks = []
    if items > 3 and share > MOST_OF_THE_POINTS:
        remarks.append("Holds most of the points: is this column an item at all?")
    rest, easy = item.item_rest, item.difficulty
    if rest.sufficient and rest.interval is not None:
        if rest.interval[1] < 0:
            remarks.append("Works against the other items: look for a wrong key.")
        elif rest.interval[1] < 0.2:
            remarks.append("Hardly tells strong candidates from weak ones.")
    if easy.sufficient and easy.interval is not None:
        if easy.interval[0] > 0.95:
            remarks.append("Nearly everyone gets it right.")
        elif easy.interval[1] < 0.1:
            remarks.append("Hardly anyone gets it right.")
    return remarks
