"""Calibrating made-up answers again and again: how near to the truth, and how often the intervals hold it.

Truth: 20 items, drawn anew for each sample: slopes lognormal(0.1, 0.25), difficulties N(0, 1) within ±2, four categories with
thresholds about 0.9 apart, logit of guessing N(−1.7, 0.5), which is the stated prior of the 3PL; ability N(0, 1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from assess.psychometrics import irt, simulate
from assess.psychometrics.results import Estimate

ITEMS = 20
SPACED = np.array([-0.9, 0.0, 0.9])
# persons → samples at full count
SAMPLES = {30: 400, 100: 200, 1_000: 100, 10_000: 50}
# difficulties of the models with one slope, for 100 persons and fewer
SMALL, SMALL_PRIOR = 100, irt.PRIOR
# joint maximum likelihood, which is only reported
JOINT = {"Rasch, joint": "Rasch", "PCM, joint": "PCM"}
MODELS = [*irt.MODELS, *JOINT]


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """One model, size and kind of parameter.

    Attributes
    ----------
    estimates, refused
        How many were called sufficient, and how many not ("not enough evidence", of whatever reason).
    bias, rmse, coverage
        Of the sufficient ones; None when there is none. Coverage is of 95 % intervals.
    coverage_error
        Its standard error, the samples taken as independent; at least that of so many independent intervals that hold the
        truth in 95 % of cases.
    """

    model: str
    persons: int
    parameter: str
    samples: int
    estimates: int
    refused: int
    bias: float | None
    rmse: float | None
    coverage: float | None
    coverage_error: float | None


def recover(model: str, persons: int, samples: int, seed: int) -> list[Recovery]:
    """Every kind of parameter of one model, over many samples of so many persons."""
    rows: list[tuple[str, int, Estimate | None, float]] = []
    for sample in range(samples):
        rng = np.random.default_rng([seed, persons, sample])
        items = true_items(model, rng)
        answers = simulate.responses(
            rng.normal(size=persons), items, model=JOINT.get(model, model), seed=int(rng.integers(2**31))
        )
        rows += [(kind, sample, estimate, truth) for kind, estimate, truth in estimated(model, answers, items)]
    return [_summary(model, persons, kind, samples, rows) for kind in dict.fromkeys(row[0] for row in rows)]


def true_items(model: str, rng: np.random.Generator) -> list[irt.KnownItem]:
    """Twenty items of a model."""
    specification = irt.MODELS[JOINT.get(model, model)]
    places = np.clip(rng.normal(size=ITEMS), -2, 2)
    slopes = rng.lognormal(0.1, 0.25, ITEMS)
    if specification.common_slope:
        slopes = np.full(ITEMS, 1.0 if specification.fixed_slope else slopes[0])
    guessing = expit(rng.normal(-1.7, 0.5, ITEMS)) if specification.family == "guessing" else np.zeros(ITEMS)
    if not specification.polytomous:
        return [
            irt.KnownItem(difficulty=float(b), discrimination=float(a), guessing=float(c))
            for b, a, c in zip(places, slopes, guessing, strict=True)
        ]
    steps = places[:, None] + SPACED
    if model != "RSM":
        steps = np.sort(steps + rng.normal(scale=0.15, size=steps.shape), axis=1)
    return [
        irt.KnownItem(difficulty=tuple(row.tolist()), discrimination=float(a))
        for row, a in zip(steps, slopes, strict=True)
    ]


def estimated(
    model: str, answers: np.ndarray, items: list[irt.KnownItem]
) -> Iterator[tuple[str, Estimate | None, float]]:
    """Kind of parameter, estimate (None when it does not exist) and truth, one after the other."""
    if model in JOINT:
        for item, truth in zip(irt.joint(answers).items, items, strict=True):
            steps = dict(enumerate(item.thresholds if len(item.thresholds) == len(truth.thresholds) else ()))
            for k, b in enumerate(truth.thresholds):
                yield "difficulty", steps.get(k), b
        return
    small = irt.MODELS[model].common_slope and len(answers) <= SMALL
    found = irt.calibrate(answers, model, difficulty_prior=SMALL_PRIOR if small else None)
    for j, (item, truth) in enumerate(zip(found.items, items, strict=True)):
        if item.discrimination is not None:
            yield "slope", item.discrimination, truth.discrimination
        shown = np.flatnonzero(np.isfinite(np.atleast_1d(found.difficulty[j])))
        estimates = dict(zip(shown.tolist(), item.thresholds, strict=False))
        for k, b in enumerate(truth.thresholds):
            yield "difficulty", estimates.get(k), b
        if item.guessing is not None:
            yield "guessing", item.guessing, truth.guessing
    if irt.MODELS[model].fixed_slope:
        yield "spread", found.populations[0].sd, 1.0


def _summary(
    model: str, persons: int, kind: str, samples: int, rows: list[tuple[str, int, Estimate | None, float]]
) -> Recovery:
    error, held, sample = [], [], []
    refused = 0
    for name, number, estimate, truth in rows:
        if name != kind:
            continue
        if estimate is None or not estimate.sufficient or estimate.value is None or estimate.interval is None:
            refused += 1
            continue
        error.append(estimate.value - truth)
        held.append(estimate.interval[0] <= truth <= estimate.interval[1])
        sample.append(number)
    if not error:
        return Recovery(
            model=model,
            persons=persons,
            parameter=kind,
            samples=samples,
            estimates=0,
            refused=refused,
            bias=None,
            rmse=None,
            coverage=None,
            coverage_error=None,
        )
    shares = np.array([np.mean(np.array(held)[np.array(sample) == number]) for number in sorted(set(sample))])
    return Recovery(
        model=model,
        persons=persons,
        parameter=kind,
        samples=samples,
        estimates=len(error),
        refused=refused,
        bias=float(np.mean(error)),
        rmse=float(np.sqrt(np.mean(np.square(error)))),
        coverage=float(np.mean(held)),
        coverage_error=max(float(shares.std() / np.sqrt(len(shares))), np.sqrt(0.95 * 0.05 / len(held))),
    )
