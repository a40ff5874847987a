"""A Rasch or partial credit calibration as a scale of its own: an interval around every item, items' mean at 0 if wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.abilities import Abilities, estimate
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.likely_abilities import Method
from assess.psychometrics.irt.marginal import calibrate
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough, two_sided

# Linacre (1994), Rasch Measurement Transactions 7(4), 328: 30 persons hold a difficulty within a logit with 95 %
MINIMUM_PERSONS = 30
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
    """Calibrated items and the population they were calibrated on.

    Attributes
    ----------
    items
        One per column, in order; an item that could not be calibrated says why.
    population_mean, population_sd
        Ability of the population in logits; the mean is 0 by definition unless the item difficulties were centred.
    log_likelihood, n_parameters
        For model comparison (AIC = 2·n_parameters − 2·log_likelihood).
    persons, iterations, points
        Persons used, Newton steps taken, quadrature points used.
    converged
        Whether the gradient vanished.
    covariance
        Of all calibrated steps, in order; empty when nothing was calibrated.
    reason
        Why nothing, or not all, could be calibrated; empty otherwise.
    calibration
        The `calibrate` behind it, on the scale whose population mean is 0.
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
    calibration: Calibration

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
    r"""Calibrate items by the partial credit model, of which the Rasch model is the case of two categories.

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
    `calibrate(responses, "PCM")`, with the mean of each item's steps as its difficulty. A category that nobody used is joined
    with the next lower one.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> ability, difficulty = rng.normal(size=(500, 1)), np.array([-1.0, 0.0, 1.0, 0.5])
    >>> data = (rng.random((500, 4)) < 1 / (1 + np.exp(difficulty - ability))).astype(float)
    >>> [round(item.difficulty.value, 1) for item in calibrate_rasch(data).items]
    [-0.8, 0.1, 1.2, 0.6]
    """
    found = calibrate(responses, "PCM", names=names)
    fitted = found.fitted if found.converged else None
    if fitted is None or fitted.step_covariance is None:
        return _of(found, [], np.empty((0, 0)), 0.0, level=level, minimum=minimum)
    layout = StepLayout.of(fitted.categories - 1)
    steps = [row[np.isfinite(row)] for row in found.difficulty[found.kept]]
    covariance = fitted.step_covariance[: len(layout.item), : len(layout.item)]
    centre = 0.0
    if centred:
        shift = np.array([1 / (len(steps) * layout.steps[item]) for item in layout.item])
        centre = float(shift @ np.concatenate(steps))
        transform = np.eye(len(shift)) - shift[None, :]
        covariance = transform @ covariance @ transform.T
        steps = [own - centre for own in steps]
    return _of(found, steps, covariance, -centre, level=level, minimum=minimum)


def eap(responses: npt.ArrayLike, calibration: RaschCalibration) -> Abilities:
    """Expected a posteriori ability under the calibrated population, with the posterior standard deviation.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`.
    """
    if calibration.converged and calibration.population_sd.value is None:
        reason = calibration.population_sd.reason
        raise ResponseError("not_calibrated", f"the population's spread is not known: {reason}")
    return _measured(responses, calibration, "EAP")


def wle(responses: npt.ArrayLike, calibration: RaschCalibration) -> Abilities:
    """Warm's weighted likelihood ability: finite also for nothing right and everything right.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`.
    """
    return _measured(responses, calibration, "WLE")


def _measured(responses: npt.ArrayLike, calibration: RaschCalibration, method: Method) -> Abilities:
    if not calibration.converged:
        raise ResponseError("not_calibrated", f"there is no calibration to measure with: {calibration.reason}")
    found = estimate(responses, calibration.calibration, method)
    return replace(found, theta=found.theta + calibration.population_mean)


def _of(
    found: Calibration, steps: list[FloatArray], covariance: FloatArray, mean: float, *, level: float, minimum: int
) -> RaschCalibration:
    ends = np.cumsum([0, *(len(own) for own in steps)])
    place = {int(j): number for number, j in enumerate(found.kept)} if steps else {}
    items = []
    for j, name in enumerate(found.names):
        n = int(found.answered[j])
        if j not in place:
            reason = found.left_out.get(j, found.reason)
            items.append(ItemCalibration(name=name, difficulty=_nothing("difficulty", n, reason, level), steps=()))
            continue
        rows = slice(ends[place[j]], ends[place[j] + 1])
        own = steps[place[j]], covariance[rows, rows]
        items.append(_calibrated(name, own[0], own[1], n, level=level, minimum=minimum))
    left_out = [f"{found.names[j]}: {why}" for j, why in found.left_out.items()]
    return RaschCalibration(
        items=tuple(items),
        population_mean=mean,
        population_sd=_population_sd(found, level=level, minimum=minimum),
        log_likelihood=found.log_likelihood if steps else None,
        n_parameters=found.n_parameters,
        persons=found.persons,
        iterations=found.iterations,
        points=found.points,
        converged=bool(steps),
        covariance=covariance,
        reason=found.reason or "; ".join(left_out),
        calibration=found,
    )


def _calibrated(
    name: str, steps: FloatArray, covariance: FloatArray, n: int, *, level: float, minimum: int
) -> ItemCalibration:
    def one(value: float, variance: float, what: str) -> Estimate:
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

    return ItemCalibration(
        name=name,
        difficulty=one(float(steps.mean()), float(covariance.mean()), "difficulty"),
        steps=tuple(
            one(float(s), float(v), "step difficulty") for s, v in zip(steps, np.diag(covariance), strict=True)
        ),
    )


def _nothing(what: str, n: int, reason: str, level: float) -> Estimate:
    return not_enough(n=n, method=f"{what} in logits, {METHOD}", source=SOURCE, reason=reason, level=level)


def _population_sd(found: Calibration, *, level: float, minimum: int) -> Estimate:
    what = "standard deviation of ability"
    if not found.converged:
        return _nothing(what, found.persons, found.reason, level)
    if found.population_sd <= NO_SPREAD:
        return _nothing(what, found.persons, "persons do not differ more than chance makes them", level)
    value, error = found.population_sd, float(found.standard_errors["population_sd"])
    reach = two_sided(level) * error / value
    return estimated(
        value=value,
        standard_error=error,
        interval=(value * float(np.exp(-reach)), value * float(np.exp(reach))),
        n=found.persons,
        method=f"{what} in logits, {METHOD}",
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
