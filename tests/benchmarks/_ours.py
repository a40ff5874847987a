"""What our engine is asked to do in the measurements of psychometrics: how to prepare it, and what to read off."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from assess.psychometrics import adaptive, agreement, ctt, dif, facets, forensics, irt, reliability
from tests.benchmarks._drawn import Arrays

# work is timed; read turns what it answered into figures and arrays, and is not
Prepared = tuple[Callable[[], Any], Callable[[Any], Mapping[str, Any]]]


def calibration(data: Arrays, *, model: str, errors: bool = False) -> Prepared:
    def work() -> irt.Calibration:
        found = irt.calibrate(data["answers"], model)
        if errors:
            _ = found.standard_errors["difficulty"]
        return found

    def read(found: irt.Calibration) -> Mapping[str, Any]:
        return {
            "log_likelihood": found.log_likelihood,
            "converged": found.converged,
            "iterations": found.iterations,
            "discrimination": found.discrimination,
            "difficulty": found.difficulty,
            "guessing": found.guessing,
            "sd": found.population_sd,
        } | ({"error": found.standard_errors["difficulty"]} if errors else {})

    return work, read


def abilities(data: Arrays, *, method: Any) -> Prepared:
    items = [
        irt.KnownItem(discrimination=float(a), difficulty=float(b))
        for a, b in zip(data["discrimination"], data["difficulty"], strict=True)
    ]
    calibrated = irt.known({f"item {number}": item for number, item in enumerate(items)}, "2PL")
    return (
        lambda: irt.estimate(data["answers"], calibrated, method),
        lambda found: {"theta": found.theta, "error": found.standard_error},
    )


def item_analysis(data: Arrays) -> Prepared:
    def read(found: tuple[ctt.ItemAnalysis, ...]) -> Mapping[str, Any]:
        return {
            "share": np.array([item.difficulty.value for item in found]),
            "item_rest": np.array([item.item_rest.value for item in found]),
            "alpha": float(reliability.alpha(data["answers"]).value or np.nan),
        }

    return lambda: ctt.item_analysis(data["answers"]), read


def mantel_haenszel(data: Arrays) -> Prepared:
    focal = data["focal"] > 0
    return lambda: dif.mantel_haenszel(data["answers"], focal), lambda found: {"chi_square": found.chi_square}


def adaptive_test(data: Arrays) -> Prepared:
    items = adaptive.item_bank(data["discrimination"], data["difficulty"], guessing=data["guessing"], model=None)
    plan = adaptive.Plan(length=30, seed=1)
    return lambda: adaptive.simulate(items, data["theta"], plan=plan), lambda found: {"theta": found.theta}


def many_facet(data: Arrays, *, depth: bool) -> Prepared:
    person, task, rater = (data[name].astype(np.int64) for name in ("person", "task", "rater"))

    def work() -> facets.FacetCalibration:
        found = facets.calibrate(data["rating"], person=person, facets={"task": task, "rater": rater})
        if depth:
            _ = found.standard_errors["rater"], found.fit("rater"), found.fit("task")
        return found

    def read(found: facets.FacetCalibration) -> Mapping[str, Any]:
        return {
            "log_likelihood": found.log_likelihood,
            "converged": found.converged,
            "iterations": found.iterations,
            "severity": np.asarray(found.measure["rater"]),
            "severity_of": np.array([int(label) for label in found.elements["rater"]]),
            "task_difficulty": np.asarray(found.measure["task"]),
        }

    return work, read


def similarity(data: Arrays) -> Prepared:
    calibrated = irt.calibrate(data["answers"], "2PL")
    return (
        lambda: forensics.similarity(data["answers"], calibrated, workers=2),
        lambda found: {"flagged": len(found.pairs)},
    )


def krippendorff(data: Arrays) -> Prepared:
    return (
        lambda: agreement.krippendorff_alpha(data["answers"], "interval"),
        lambda found: {"alpha": float(found.value)},
    )


def omega(data: Arrays) -> Prepared:
    return lambda: reliability.omega(data["answers"]), lambda found: {"omega": float(found.value)}


ENTRIES: dict[str, Callable[[Arrays], Prepared]] = {
    **{model: partial(calibration, model=model) for model in ("Rasch", "2PL", "3PL", "GRM", "GPCM", "PCM")},
    "2PL with errors": partial(calibration, model="2PL", errors=True),
    "EAP": partial(abilities, method="EAP"),
    "WLE": partial(abilities, method="WLE"),
    "item analysis": item_analysis,
    "Mantel–Haenszel": mantel_haenszel,
    "adaptive test": adaptive_test,
    "many-facet": partial(many_facet, depth=True),
    "many-facet, large": partial(many_facet, depth=False),
    "similarity": similarity,
    "Krippendorff": krippendorff,
    "omega": omega,
}
