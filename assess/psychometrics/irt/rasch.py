"""Marginal maximum likelihood calibration of Rasch and partial credit items."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.groups import score_groups
from assess.psychometrics.irt.newton import NewtonFit, Part, fit_steps
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray, answered_any, as_categories, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough, two_sided

# Linacre (1994), Rasch Measurement Transactions 7(4), 328: 30 persons hold a difficulty within a logit with 95 %
MINIMUM_PERSONS = 30
FEWEST_PERSONS = 10
NO_SPREAD = 0.05

METHOD = "marginal maximum likelihood, normal ability"
SOURCE = (
    "Rasch (1960), Probabilistic models; Masters (1982), Psychometrika 47, 149–174; marginal likelihood: Thissen "
    "(1982), Psychometrika 47, 175–186; standard error: observed information"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCalibration:
    """One item: its step difficulties in logits (one for a right-or-wrong item) and their mean."""

    name: str
    difficulty: Estimate
    steps: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RaschCalibration:
    """Items on the logit scale and the population they were calibrated on.

    Attributes
    ----------
    items
        One per column of the responses, in that order.
    population_mean, population_sd
        Ability of the population; the mean is 0 unless the item difficulties were centred.
    log_likelihood, n_parameters
        For model comparison (AIC = 2·n_parameters − 2·log_likelihood).
    persons, iterations, points
        Persons used, Newton steps taken, quadrature points used.
    converged
        Whether the gradient vanished (relative to the number of persons).
    covariance
        Of all calibrated steps, in order; empty when nothing was calibrated.
    reason
        Why nothing, or not all, could be calibrated; empty otherwise.
    """

    items: tuple[ItemCalibration, ...]
    population_mean: float
    population_sd: Estimate
    log_likelihood: float | None
    n_parameters: int
    persons: int
    iterations: int
    points: int
    converged: bool
    covariance: FloatArray
    reason: str

    @property
    def step_difficulties(self) -> list[FloatArray | None]:
        """Each item's step difficulties, None for an item that could not be calibrated."""
        return [
            None if item.difficulty.value is None else np.array([step.value for step in item.steps], dtype=np.float64)
            for item in self.items
        ]


def calibrate_rasch(
    responses: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    centred: bool = False,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> RaschCalibration:
    r"""Calibrate items by marginal maximum likelihood; items with more than two categories by partial credit.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = not answered (taken as missing at random).
    names
        Item names.
    centred
        Shift the scale so that item difficulties average 0; otherwise the population's mean ability is 0.

    Notes
    -----
    Newton–Raphson with the exact observed Hessian over score groups. The quadrature is refined when its spacing is
    wider than the narrowest posterior. An item of which some category was never seen has no finite estimate; it is left
    out and says so.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> ability, difficulty = rng.normal(size=(500, 1)), np.array([-1.0, 0.0, 1.0, 0.5])
    >>> data = (rng.random((500, 4)) < 1 / (1 + np.exp(difficulty - ability))).astype(float)
    >>> [round(item.difficulty.value, 1) for item in calibrate_rasch(data).items]
    [-0.8, 0.1, 1.2, 0.6]
    """
    matrix = as_categories(responses)
    labels = item_names(matrix.shape[1], names)
    unusable = [_never_seen(matrix[:, j]) for j in range(matrix.shape[1])]
    kept = [j for j, reason in enumerate(unusable) if not reason]
    used = answered_any(matrix[:, kept])
    if len(kept) < 2 or len(used) < FEWEST_PERSONS:
        thin = (
            f"{len(kept)} items can be calibrated; at least 2 are needed"
            if len(kept) < 2
            else f"{len(used)} persons answered; at least {minimum} are needed"
        )
        return _nothing(labels, [own or thin for own in unusable], matrix, thin, level)

    layout = StepLayout.of(np.nanmax(used, axis=0).astype(np.int64))
    fit = _fit(used, layout)
    parameters, at = fit.parameters, fit.at
    if not fit.converged:
        trouble = "the estimation did not converge"
        return _nothing(labels, [own or trouble for own in unusable], matrix, trouble, level)

    spread_known = float(np.exp(parameters[-1])) > NO_SPREAD
    free = len(parameters) if spread_known else len(parameters) - 1
    covariance: FloatArray = np.asarray(np.linalg.inv(-at.hessian[:free, :free]), dtype=np.float64)
    shift = np.array([1 / (len(kept) * layout.steps[item]) for item in layout.item]) if centred else None
    steps, step_covariance = parameters[:-1], covariance[: len(layout.item), : len(layout.item)]
    population_mean = 0.0
    if shift is not None:
        centre = float(shift @ steps)
        transform = np.eye(len(steps)) - shift[None, :]
        steps, step_covariance, population_mean = steps - centre, transform @ step_covariance @ transform.T, -centre

    spread = _population_sd(parameters[-1], covariance, len(used), known=spread_known, level=level, minimum=minimum)
    items = []
    for j, label in enumerate(labels):
        if unusable[j]:
            items.append(_uncalibrated(label, matrix[:, j], unusable[j], level))
            continue
        where = layout.item == kept.index(j)
        n = int(np.isfinite(matrix[:, j]).sum())
        items.append(
            _calibrated(label, steps[where], step_covariance[np.ix_(where, where)], n, level=level, minimum=minimum)
        )
    left_out = [f"{label}: {why}" for label, why in zip(labels, unusable, strict=True) if why]
    return RaschCalibration(
        items=tuple(items),
        population_mean=population_mean,
        population_sd=spread,
        log_likelihood=at.value,
        n_parameters=free,
        persons=len(used),
        iterations=fit.iterations,
        points=fit.points,
        converged=True,
        covariance=step_covariance,
        reason="; ".join(left_out),
    )


def _fit(used: FloatArray, layout: StepLayout) -> NewtonFit:
    reached = np.nansum(used[:, layout.item] >= layout.level, axis=0).astype(np.float64)
    below = np.nansum(used[:, layout.item] == layout.level - 1, axis=0).astype(np.float64)
    exactly = np.nansum(used[:, layout.item] == layout.level, axis=0).astype(np.float64)
    start = np.append(np.log(below / exactly), 0.0)
    return fit_steps(layout, [Part(score_groups(used), reached, np.eye(len(start)), np.zeros(len(start)))], start)


def _never_seen(answers: FloatArray) -> str:
    """Why an item has no finite estimate, or nothing."""
    seen = answers[np.isfinite(answers)]
    if not len(seen):
        return "nobody answered it"
    highest = int(seen.max())
    if highest == 0:
        return "nobody scored on it"
    missing = sorted(set(range(highest + 1)) - {int(value) for value in np.unique(seen)})
    if not missing:
        return ""
    if highest == 1:
        return "everybody answered it correctly"
    return f"nobody scored exactly {' or '.join(map(str, missing))}; join these categories with their neighbours"


def _calibrated(
    name: str, steps: FloatArray, covariance: FloatArray, n: int, *, level: float, minimum: int
) -> ItemCalibration:
    def estimate(value: float, variance: float, what: str) -> Estimate:
        se = float(np.sqrt(variance))
        return estimated(
            value=value,
            standard_error=se,
            interval=normal_interval(value, se, level),
            n=n,
            method=f"{what} in logits, {METHOD}",
            source=SOURCE,
            minimum=minimum,
            level=level,
        )

    variances = np.diag(covariance)
    return ItemCalibration(
        name=name,
        difficulty=estimate(float(steps.mean()), float(covariance.mean()), "difficulty"),
        steps=tuple(estimate(float(s), float(v), "step difficulty") for s, v in zip(steps, variances, strict=True)),
    )


def _uncalibrated(name: str, answers: FloatArray, reason: str, level: float) -> ItemCalibration:
    n = int(np.isfinite(answers).sum())
    method = f"difficulty in logits, {METHOD}"
    return ItemCalibration(
        name=name, difficulty=not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level), steps=()
    )


def _population_sd(
    log_sd: float, covariance: FloatArray, n: int, *, known: bool, level: float, minimum: int
) -> Estimate:
    method = f"standard deviation of ability in logits, {METHOD}"
    if not known:
        reason = "persons do not differ more than chance makes them"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value, se = float(np.exp(log_sd)), float(np.sqrt(covariance[-1, -1]))
    reach = two_sided(level) * se
    return estimated(
        value=value,
        standard_error=value * se,
        interval=(value * float(np.exp(-reach)), value * float(np.exp(reach))),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
    )


def _nothing(
    labels: Sequence[str], reasons: Sequence[str], matrix: FloatArray, reason: str, level: float
) -> RaschCalibration:
    n = len(answered_any(matrix))
    method = f"standard deviation of ability in logits, {METHOD}"
    return RaschCalibration(
        items=tuple(_uncalibrated(label, matrix[:, j], reasons[j], level) for j, label in enumerate(labels)),
        population_mean=0.0,
        population_sd=not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level),
        log_likelihood=None,
        n_parameters=0,
        persons=n,
        iterations=0,
        points=0,
        converged=False,
        covariance=np.empty((0, 0)),
        reason=reason,
    )
