"""What a study says about items and the score they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.ctt import ItemAnalysis, item_analysis, mean, score_distribution
from assess.psychometrics.irt import RaschCalibration, calibrate_rasch, wle
from assess.psychometrics.reliability import alpha, spearman_brown, standard_error_of_measurement
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, estimated, not_enough, two_sided
from assess.validity.datasets import Responses
from assess.validity.precision import CalibratedForm, calibrated_form, marginal_reliability, precision_at
from assess.validity.written import Document, estimate, number

MOST_CATEGORIES = 11
"""An item with more different scores than this is a measurement, not a partial-credit item."""

MOST_OF_THE_POINTS = 0.4

BAR_PER_POINT_UP_TO = 40
BIN_LOGITS = 0.5
SEM_SOURCE = "Lord & Novick (1968), ch. 7; standard error: delta method on standard deviation and reliability"


def response_document(responses: Responses, *, cut: tuple[float, float | None] | None) -> Document:
    """Items, scores, reliability and Rasch scale of one set of responses.

    Parameters
    ----------
    cut
        Value and standard error in per cent, when these items have a cut score.
    """
    persons = np.isfinite(responses.matrix).any(axis=1)
    matrix = responses.matrix[persons]
    used = Responses(matrix=matrix, items=responses.items, maxima=responses.maxima, part=responses.part)
    complete = bool(np.isfinite(matrix).all()) and len(matrix) > 0
    form_length = float(np.isfinite(matrix).sum(axis=1).mean()) if len(matrix) else 0.0
    full = alpha(matrix)
    of_form = reliability_of_form(used)
    return {
        "part": responses.part,
        "persons": len(matrix),
        "without_any_answer": int((~persons).sum()),
        "items": len(responses.items),
        "items_per_person": number(form_length, 2),
        "complete": complete,
        "cut": None if cut is None else {"value": number(cut[0], 2), "se": number(cut[1], 2)},
        "distribution": _distribution(used, complete=complete),
        "alpha": estimate(full, words=3),
        "reliability_of_form": None if complete else estimate(of_form, words=3),
        "sem_points": estimate(standard_error_of_measurement(matrix)) if complete else None,
        "sem_percent": estimate(sem_of(used.percent, of_form)),
        "item_analysis": _items(used),
        "rasch": _rasch(used, cut=cut),
    }


def reliability_of_form(responses: Responses) -> Estimate:
    """How reliable the score of one person's form is.

    Alpha where everyone took the same items. Where persons took different items of one bank, alpha over pairs of items is that
    of a test of *all* items and is brought to the length of the average form (Spearman 1910, Brown 1910). When too few persons
    share some pair of items for that, the Rasch model's marginal reliability answers instead; the method says which it is.
    """
    found = alpha(responses.matrix)
    seen = np.isfinite(responses.matrix)
    answered = seen.sum(axis=1)[seen.any(axis=1)]
    items = int(seen.any(axis=0).sum())
    if not len(answered) or answered.mean() == items:
        return found
    projected = spearman_brown(found, ratio=float(answered.mean()) / items)
    if projected.sufficient:
        return projected
    scale = _Scale.of(responses)
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


@dataclass(frozen=True, eq=False, kw_only=True)
class _Scale:
    """Responses as categories, their calibration, and the calibrated items as a form (None when nothing was calibrated)."""

    recoded: FloatArray
    notes: list[str]
    calibration: RaschCalibration
    form: CalibratedForm | None

    @classmethod
    def of(cls, responses: Responses) -> "_Scale":
        recoded, points, notes = _categories(responses)
        calibration = calibrate_rasch(recoded, names=responses.items, centred=True)
        return cls(recoded=recoded, notes=notes, calibration=calibration, form=_form(responses, calibration, points))


def _rasch(responses: Responses, *, cut: tuple[float, float | None] | None) -> Document:
    scale = _Scale.of(responses)
    calibration = scale.calibration
    document: Document = {
        "method": "Rasch and partial credit model by marginal maximum likelihood; item difficulties centred at 0 logits",
        "source": calibration.items[0].difficulty.source if calibration.items else "",
        "persons": calibration.persons,
        "converged": calibration.converged,
        "reason": calibration.reason,
        "notes": scale.notes,
        "log_likelihood": number(calibration.log_likelihood, 3),
        "parameters": calibration.n_parameters,
        "population_mean": number(calibration.population_mean) if calibration.converged else None,
        "population_sd": estimate(calibration.population_sd),
        "reliability": None,
        "items": [
            {
                "name": item.name,
                "difficulty": estimate(item.difficulty),
                "steps": [estimate(step) for step in item.steps] if len(item.steps) > 1 else [],
            }
            for item in calibration.items
        ],
        "person_map": [],
        "unmeasured": 0,
        "precision": {"curve": [], "at": []},
    }
    if scale.form is None:
        return document
    theta = wle(scale.recoded, calibration).theta
    measured = theta[np.isfinite(theta)]
    document["reliability"] = estimate(marginal_reliability(scale.form, calibration), words=3)
    document["person_map"] = _bins(measured)
    document["unmeasured"] = len(theta) - len(measured)
    document["precision"] = _precision(scale.form, measured, responses, cut)
    return document


def _categories(responses: Responses) -> tuple[FloatArray, list[FloatArray], list[str]]:
    """Scores as categories 0, 1, 2, … with the points of each, and a sentence for every item that had to be recoded."""
    recoded = responses.matrix.copy()
    points, notes = [], []
    for column, name in enumerate(responses.items):
        own = responses.matrix[:, column]
        seen = np.isfinite(own)
        values, maximum = np.unique(own[seen]), float(responses.maxima[column])
        whole = bool((values % 1 == 0).all()) and (not len(values) or values[0] >= 0)
        if whole and (len(values) < 2 or len(values) == values[-1] + 1) and len(values) <= MOST_CATEGORIES:
            points.append(np.arange(len(values) + 2, dtype=np.float64))
            continue
        if whole and len(values) <= MOST_CATEGORIES:
            recoded[seen, column] = np.searchsorted(values, own[seen])
            points.append(values)
            notes.append(f"{name}: only {_listed(values)} points occur; the model counts these as neighbouring steps.")
            continue
        full = own >= maximum
        recoded[seen, column] = full[seen]
        # an answer short of full marks is worth what such answers earned on average
        short = own[seen & ~full]
        points.append(np.array([float(short.mean()) if len(short) else 0.0, maximum]))
        notes.append(
            f"{name}: scores that are not a few whole points; the model counts full marks as right, all else as not."
        )
    return recoded, points, notes


def _listed(values: FloatArray) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _form(responses: Responses, calibration: RaschCalibration, points: list[FloatArray]) -> CalibratedForm | None:
    kept = [j for j, own in enumerate(calibration.step_difficulties) if own is not None]
    if not kept:
        return None
    seen = np.isfinite(responses.matrix[:, kept])
    answered = seen.sum(axis=1)[seen.any(axis=1)]
    return calibrated_form(
        calibration,
        points,
        possible=float(responses.maxima[kept].sum()),
        share=float(answered.mean()) / len(kept),
    )


def _bins(theta: FloatArray) -> list[Document]:
    if not len(theta):
        return []
    first = np.floor(theta.min() / BIN_LOGITS)
    last = max(np.ceil(theta.max() / BIN_LOGITS), first + 1)
    edges = np.arange(first, last + 1) * BIN_LOGITS
    counts, _ = np.histogram(theta, bins=edges)
    return [
        {"from": number(low, 2), "to": number(high, 2), "count": int(count)}
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]


def _precision(
    form: CalibratedForm, theta: FloatArray, responses: Responses, cut: tuple[float, float | None] | None
) -> Document:
    reach = np.arange(np.floor(min(theta.min(), -3.0)), np.ceil(max(theta.max(), 3.0)) + 0.01, 0.25)
    logits, percent = form.errors(reach, form.steps)
    places: Mapping[str, float] = {"average score": float(np.nanmean(responses.percent))}
    if cut is not None:
        places = {"cut score": cut[0], **places}
    at = []
    for where, share in places.items():
        found = precision_at(form, share)
        at.append(
            {
                "where": where,
                "percent": number(share, 2),
                "theta": estimate(found.theta),
                "sem_logits": estimate(found.sem_logits),
                "sem_percent": estimate(found.sem_percent),
            }
        )
    curve = [
        {
            "theta": number(ability, 2),
            "percent": number(form.percent(float(ability), form.steps), 2),
            "sem_logits": number(in_logits),
            "sem_percent": number(in_percent, 2),
        }
        for ability, in_logits, in_percent in zip(reach, logits, percent, strict=True)
    ]
    return {"curve": curve, "at": at}
