"""What one cut score does: who passes at it, how near people are to it, how often the decision would be the same or right."""

import numpy as np

from assess.psychometrics.classification import DecisionQuality, livingston_lewis, rudner
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate
from assess.validity.datasets.arrays import Responses
from assess.validity.report.written import Document, estimate, number

HAIR = 1e-9


def cut_document(
    responses: Responses,
    *,
    cut: tuple[float, float | None],
    reliability: Estimate,
    sem_percent: Estimate,
    abilities: tuple[FloatArray, FloatArray] | None,
    theta: float | None,
    seed: int,
) -> Document:
    """The decision at a cut in per cent of the points.

    Parameters
    ----------
    responses
        Of persons with at least one answer.
    cut
        Value and standard error.
    abilities
        Measures and their standard errors in logits, or None.
    theta
        The cut on the same scale.
    """
    complete = bool(np.isfinite(responses.matrix).all()) and len(responses.matrix) > 0
    maximum = float(responses.maxima.sum())
    whole = complete and bool((responses.matrix % 1 == 0).all()) and maximum % 1 == 0
    if whole:
        scores, highest = responses.matrix.sum(axis=1), maximum
        lowest_pass = float(np.ceil(cut[0] * maximum / 100 - HAIR))
    else:
        scores, highest, lowest_pass = responses.percent, 100.0, cut[0]
    scores = scores[np.isfinite(scores)]
    step = 1.0 if whole else 100.0 / max(maximum, 1.0)
    unit = highest / 100
    found: Document = {
        "unit": "points" if whole else "per cent",
        "maximum": number(highest, 0 if highest % 1 == 0 else 2),
        "lowest_pass": number(lowest_pass, 0 if whole else 2),
        "pass_rates": [_rate(scores, where, limit) for where, limit in _places(lowest_pass, step, cut[1], unit, whole)],
        "near": None,
        "livingston_lewis": None,
        "rudner": None,
    }
    if sem_percent.value is not None:
        reach = sem_percent.value * unit
        found["near"] = {
            "reach": number(reach, 2),
            "persons": int((np.abs(scores - lowest_pass) <= reach + HAIR).sum()),
            "of": len(scores),
        }
    if 0 < lowest_pass <= highest:
        found["livingston_lewis"] = _quality(
            livingston_lewis(scores, reliability=reliability, cut=lowest_pass, minimum=0.0, maximum=highest, seed=seed)
        )
    if abilities is not None and theta is not None:
        found["rudner"] = _quality(rudner(*abilities, cut=theta, seed=seed))
    return found


def _places(cut: float, step: float, error: float | None, unit: float, whole: bool) -> list[tuple[str, float]]:
    """Where the pass rate is looked at: the cut, and what one more or one less does; with an error, as far as it reaches."""
    if error:
        reach = error * unit
        low, high = cut - reach, cut + reach
        if whole:
            low, high = float(np.ceil(low - HAIR)), float(np.ceil(high - HAIR))
        return [("one standard error lower", low), ("the cut score", cut), ("one standard error higher", high)]
    return [("one point lower", cut - step), ("the cut score", cut), ("one point higher", cut + step)]


def _rate(scores: FloatArray, where: str, limit: float) -> Document:
    passed = float((scores >= limit - HAIR).sum())
    return {
        "where": where,
        "cut": number(limit, 2),
        "pass_rate": estimate(proportion(passed, len(scores), method=f"pass rate at {where}")),
    }


def _quality(found: DecisionQuality) -> Document:
    return {
        "accuracy": estimate(found.accuracy),
        "consistency": estimate(found.consistency),
        "kappa": estimate(found.kappa),
        "false_pass": estimate(found.false_pass),
        "false_fail": estimate(found.false_fail),
        "pass_rate": estimate(found.pass_rate),
    }
