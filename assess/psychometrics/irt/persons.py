"""Person measures from calibrated Rasch and partial credit items."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.groups import ScoreGroups, score_groups
from assess.psychometrics.irt.likelihood import quadrature
from assess.psychometrics.irt.rasch import RaschCalibration
from assess.psychometrics.irt.steps import StepLayout, curves
from assess.psychometrics.responses import FloatArray, ResponseError, as_categories
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough

EAP_SOURCE = "Bock & Mislevy (1982), Applied Psychological Measurement 6, 431–444"
WLE_SOURCE = "Warm (1989), Psychometrika 54, 427–450"
POINTS = 241
FURTHEST = 30.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonMeasures:
    """Ability of every person in logits.

    Attributes
    ----------
    theta, standard_error
        One per row of the responses; NaN for a person without a calibrated answer. `estimate` says it in words.
    answered
        Number of calibrated items each person answered.
    """

    theta: FloatArray
    standard_error: FloatArray
    answered: npt.NDArray[np.int64]
    method: str
    source: str

    def estimate(self, person: int, *, level: float = LEVEL, minimum: int = 1) -> Estimate:
        """One person's measure; n counts the answered items."""
        theta, se, n = float(self.theta[person]), float(self.standard_error[person]), int(self.answered[person])
        if n == 0:
            reason = "the person answered no calibrated item"
            return not_enough(n=0, method=self.method, source=self.source, reason=reason, level=level)
        return estimated(
            value=theta,
            standard_error=se,
            interval=normal_interval(theta, se, level),
            n=n,
            method=self.method,
            source=self.source,
            minimum=minimum,
            level=level,
            cases="answered items",
        )


def eap(responses: npt.ArrayLike, calibration: RaschCalibration) -> PersonMeasures:
    """Expected a posteriori ability under the calibrated population, with the posterior standard deviation.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`.
    """
    groups, layout, difficulties = _prepared(responses, calibration)
    mean, sd = calibration.population_mean, calibration.population_sd.value
    if sd is None:
        reason = calibration.population_sd.reason
        raise ResponseError("not_calibrated", f"the population's spread is not known: {reason}")
    z = quadrature(POINTS)
    theta = mean + sd * z
    at = curves(theta, layout, difficulties)
    log_joint = groups.score[:, None] * theta - groups.answered @ at.log_normaliser.T - z**2 / 2
    weight = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    centre = weight @ theta
    spread = np.sqrt(np.maximum((weight * (theta - centre[:, None]) ** 2).sum(axis=1), 0.0))
    return _measures(groups, centre, spread, method="expected a posteriori ability", source=EAP_SOURCE)


def wle(responses: npt.ArrayLike, calibration: RaschCalibration) -> PersonMeasures:
    r"""Warm's weighted likelihood ability: finite also for nothing right and everything right.

    Notes
    -----
    Solves s − E(θ) + J(θ)/(2I(θ)) = 0 with I the information and J the summed third central moments; the standard
    error is 1/√I.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`.
    """
    groups, layout, difficulties = _prepared(responses, calibration)
    low, high = np.full(len(groups.score), -FURTHEST), np.full(len(groups.score), FURTHEST)
    for _ in range(60):  # bisection: 60 halvings of 60 logits reach the last bit
        middle = (low + high) / 2
        rising = _warm_score(middle, groups, layout, difficulties) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    theta = (low + high) / 2
    information = (curves(theta, layout, difficulties).variance * groups.answered).sum(axis=1)
    with np.errstate(divide="ignore"):
        se = 1 / np.sqrt(information)
    return _measures(groups, theta, se, method="weighted likelihood ability", source=WLE_SOURCE)


def _warm_score(theta: FloatArray, groups: ScoreGroups, layout: StepLayout, difficulties: FloatArray) -> FloatArray:
    at = curves(theta, layout, difficulties)
    information = (at.variance * groups.answered).sum(axis=1)
    third = (at.third_moment * groups.answered).sum(axis=1)
    expected = (at.expected * groups.answered).sum(axis=1)
    correction = np.divide(third, 2 * information, out=np.zeros_like(third), where=information > 0)
    return np.asarray(groups.score - expected + correction)


def _prepared(responses: npt.ArrayLike, calibration: RaschCalibration) -> tuple[ScoreGroups, StepLayout, FloatArray]:
    matrix = as_categories(responses)
    if matrix.shape[1] != len(calibration.items):
        sentence = f"{matrix.shape[1]} columns for {len(calibration.items)} calibrated items"
        raise ResponseError("items_do_not_fit", sentence)
    if not calibration.converged:
        raise ResponseError("not_calibrated", f"there is no calibration to measure with: {calibration.reason}")
    kept = [(j, steps) for j, steps in enumerate(calibration.step_difficulties) if steps is not None]
    layout = StepLayout.of([len(steps) for _, steps in kept])
    used = matrix[:, [j for j, _ in kept]]
    beyond = np.argwhere(used > layout.steps)
    if len(beyond):
        person, column = beyond[0]
        name = calibration.items[kept[column][0]].name
        sentence = (
            f"person {person}, {name}: {used[person, column]:g} points; it was calibrated to {layout.steps[column]}"
        )
        raise ResponseError("not_a_category", sentence)
    return score_groups(used), layout, np.concatenate([steps for _, steps in kept])


def _measures(groups: ScoreGroups, theta: FloatArray, se: FloatArray, *, method: str, source: str) -> PersonMeasures:
    answered = groups.answered.sum(axis=1).astype(np.int64)
    nobody = answered == 0
    return PersonMeasures(
        theta=np.where(nobody, np.nan, theta)[groups.member],
        standard_error=np.where(nobody, np.nan, se)[groups.member],
        answered=answered[groups.member],
        method=method,
        source=source,
    )
