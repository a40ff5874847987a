"""The study's scale of logits: items and persons on one ladder, and how precisely it measures where."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt import RaschCalibration, calibrate_rasch, wle
from assess.psychometrics.responses import FloatArray
from assess.validity.datasets.arrays import Responses
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.precision import CalibratedForm, calibrated_form, marginal_reliability, precision_at

MOST_CATEGORIES = 11
"""An item with more different scores than this is a measurement, not a partial-credit item."""

BIN_LOGITS = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale:
    """Responses as categories, the points of each item's categories, their calibration, the calibrated items as a form (None when
    nothing was calibrated), and every person's measure with its standard error."""

    recoded: FloatArray
    points: list[FloatArray]
    notes: list[str]
    calibration: RaschCalibration
    form: CalibratedForm | None
    measures: tuple[FloatArray, FloatArray]

    @classmethod
    def of(cls, responses: Responses) -> "Scale":
        recoded, points, notes = _categories(responses)
        calibration = calibrate_rasch(recoded, names=responses.items, centred=True)
        form = _form(responses, calibration, points)
        nobody = np.full(len(recoded), np.nan)
        measured = None if form is None else wle(recoded, calibration)
        return cls(
            recoded=recoded,
            points=points,
            notes=notes,
            calibration=calibration,
            form=form,
            measures=(nobody, nobody) if measured is None else (measured.theta, measured.standard_error),
        )

    def ability_at(self, percent: float) -> float | None:
        """The ability whose expected score is this; None when there is none."""
        return None if self.form is None else self.form.theta_at(percent, self.form.steps)


def rasch_document(responses: Responses, scale: Scale, *, cut: tuple[float, float | None] | None) -> Document:
    """Difficulties, abilities and conditional errors on one scale of logits, items centred at 0."""
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
    theta = scale.measures[0]
    measured = theta[np.isfinite(theta)]
    document["reliability"] = estimate(marginal_reliability(scale.form, calibration), words=3)
    document["person_map"] = person_bins(measured)
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


def person_bins(theta: FloatArray) -> list[Document]:
    """Persons counted in steps of half a logit."""
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
