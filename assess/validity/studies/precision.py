"""How precisely calibrated items measure at a score: conditional standard errors in logits and in per cent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from assess.psychometrics.irt import RaschCalibration
from assess.psychometrics.irt.steps import StepLayout, curves
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough, two_sided

METHOD = "conditional standard error of measurement"
RELIABILITY_SOURCE = (
    "Green, Bock, Humphreys, Linn & Reckase (1984), Journal of Educational Measurement 21, 347–360; "
    "standard error: delta method"
)
SOURCE = "Lord (1980), Applications of item response theory, ch. 5; standard error: delta method on the calibration"
FURTHEST = 12.0


@dataclass(frozen=True, eq=False, kw_only=True)
class CalibratedForm:
    """Calibrated items with the points their categories are worth, as an average form draws them.

    Attributes
    ----------
    layout, steps, covariance
        Flat step difficulties (logits) of the calibrated items and their covariance.
    gain
        Points that each flat step adds.
    base
        Points of the lowest category of all items together.
    possible
        Points that all items together can give.
    share
        Share of these items that one form presents (1 when everyone takes all).
    persons
        Behind the calibration.
    """

    layout: StepLayout
    steps: FloatArray
    covariance: FloatArray
    gain: FloatArray
    base: float
    possible: float
    share: float
    persons: int

    def percent(self, theta: float, steps: FloatArray) -> float:
        """Expected score in per cent at an ability."""
        reached = curves(np.array([theta]), self.layout, steps).at_least[0]
        return float(100 * (self.base + reached @ self.gain) / self.possible)

    def errors(self, theta: npt.ArrayLike, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Standard errors at abilities: in logits and in per cent of the form's maximum."""
        at = curves(np.atleast_1d(np.asarray(theta, dtype=np.float64)), self.layout, steps)
        # Var of points within an item: Σ_k Σ_l gain_k gain_l (P(X ≥ max(k, l)) − P(X ≥ k) P(X ≥ l))
        later = self.layout.same_item & (self.layout.level[:, None] >= self.layout.level[None, :])
        weight = self.gain[:, None] * self.gain[None, :]
        upto = 2 * np.where(later, weight, 0.0).sum(axis=1) - np.diag(weight)
        own = np.zeros((at.at_least.shape[0], len(self.layout.steps)))
        np.add.at(own.T, self.layout.item, (at.at_least * self.gain).T)
        points = at.at_least @ upto - (own**2).sum(axis=1)
        logits = 1 / np.sqrt(self.share * at.variance.sum(axis=1))
        return logits, 100 * np.sqrt(np.maximum(points, 0.0) / self.share) / self.possible

    def theta_at(self, percent: float, steps: FloatArray) -> float | None:
        """The ability whose expected score is this; None when no ability within ±12 logits has it."""
        low, high = self.percent(-FURTHEST, steps), self.percent(FURTHEST, steps)
        if not low < percent < high:
            return None
        return float(optimize.brentq(lambda theta: self.percent(theta, steps) - percent, -FURTHEST, FURTHEST))


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Ability and conditional standard errors at a score of `percent`."""

    percent: float
    theta: Estimate
    sem_logits: Estimate
    sem_percent: Estimate


def calibrated_form(
    calibration: RaschCalibration, points: Sequence[FloatArray], *, possible: float, share: float
) -> CalibratedForm | None:
    """The calibrated items as a form; None when nothing was calibrated.

    Parameters
    ----------
    points
        For each item of the calibration the points of its categories, lowest first.
    possible
        Points that the calibrated items together can give.
    share
        Share of the items that one form presents.
    """
    kept = [(own, values) for own, values in zip(calibration.step_difficulties, points, strict=True) if own is not None]
    if not kept:
        return None
    return CalibratedForm(
        layout=StepLayout.of([len(own) for own, _ in kept]),
        steps=np.concatenate([own for own, _ in kept]),
        covariance=calibration.covariance,
        gain=np.concatenate([np.diff(values[: len(own) + 1]) for own, values in kept]),
        base=float(sum(values[0] for _, values in kept)),
        possible=possible,
        share=share,
        persons=calibration.persons,
    )


def precision_at(form: CalibratedForm, percent: float, *, minimum: int = 30, level: float = LEVEL) -> Precision:
    """Ability and conditional standard errors where the expected score is `percent`.

    Notes
    -----
    The expected score of all calibrated items gives the ability; the form's information is their information times the
    share that one form presents. Intervals come from the item parameters' covariance, by numerical derivatives.
    """
    theta = form.theta_at(percent, form.steps)
    if theta is None:
        reason = f"no ability has an expected score of {percent:.2f} % on these items"
        nothing = [
            not_enough(n=form.persons, method=f"{METHOD}, {unit}", source=SOURCE, reason=reason, level=level)
            for unit in ("ability", "logits", "per cent")
        ]
        return Precision(percent=percent, theta=nothing[0], sem_logits=nothing[1], sem_percent=nothing[2])

    def figures(steps: FloatArray) -> FloatArray:
        at = form.theta_at(percent, steps)
        place = theta if at is None else at
        logits, share = form.errors(place, steps)
        return np.array([place, np.log(logits[0]), np.log(share[0])])

    centre, reach = figures(form.steps), 1e-4
    slopes = np.column_stack(
        [
            (figures(form.steps + move) - figures(form.steps - move)) / (2 * reach)
            for move in reach * np.eye(len(form.steps))
        ]
    )
    errors = np.sqrt(np.maximum(np.diag(slopes @ form.covariance @ slopes.T), 0.0))
    z = two_sided(level)

    def on_log_scale(which: int, unit: str) -> Estimate:
        value, se = float(np.exp(centre[which])), float(errors[which])
        return estimated(
            value=value,
            standard_error=value * se,
            interval=(value * float(np.exp(-z * se)), value * float(np.exp(z * se))),
            n=form.persons,
            method=f"{METHOD} in {unit} at {percent:.2f} % of the points",
            source=SOURCE,
            minimum=minimum,
            level=level,
        )

    ability = estimated(
        value=theta,
        standard_error=float(errors[0]),
        interval=(theta - z * float(errors[0]), theta + z * float(errors[0])),
        n=form.persons,
        method=f"ability (logits) whose expected score is {percent:.2f} %",
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
    return Precision(
        percent=percent,
        theta=ability,
        sem_logits=on_log_scale(1, "logits"),
        sem_percent=on_log_scale(2, "per cent"),
    )


def marginal_reliability(form: CalibratedForm, calibration: RaschCalibration, *, level: float = LEVEL) -> Estimate:
    r"""Reliability of an average form for the population it was calibrated on, from the Rasch model.

    Notes
    -----
    ρ = 1 − E[1/(1 + σ²·I(θ))] over θ ~ N(μ, σ²), I the information of an average form. It needs no two persons with the same
    items, so it serves where every candidate draws a form of their own. The standard error carries the errors of σ and of the
    steps, taken as independent; the interval is symmetric in log(1 − ρ).
    """
    method = "marginal reliability of an average form (Rasch model)"
    sd = calibration.population_sd
    if sd.value is None or sd.standard_error is None:
        return not_enough(n=form.persons, method=method, source=RELIABILITY_SOURCE, reason=sd.reason, level=level)
    z = np.linspace(-5.0, 5.0, 101)
    weight = np.exp(-(z**2) / 2)
    weight /= weight.sum()

    def unexplained(sigma: float, steps: FloatArray) -> float:
        """log(1 − ρ)"""
        theta = calibration.population_mean + sigma * z
        information = form.share * curves(theta, form.layout, steps).variance.sum(axis=1)
        return float(np.log(weight @ (1 / (1 + sigma**2 * information))))

    reach = 1e-4
    slopes = np.array(
        [
            (unexplained(sd.value, form.steps + move) - unexplained(sd.value, form.steps - move)) / (2 * reach)
            for move in reach * np.eye(len(form.steps))
        ]
    )
    by_sd = (unexplained(sd.value + reach, form.steps) - unexplained(sd.value - reach, form.steps)) / (2 * reach)
    error = float(np.sqrt(max(slopes @ form.covariance @ slopes, 0.0) + (by_sd * sd.standard_error) ** 2))
    rest = float(np.exp(unexplained(sd.value, form.steps)))
    z_level = two_sided(level)
    return estimated(
        value=1 - rest,
        standard_error=rest * error,
        interval=(1 - rest * float(np.exp(z_level * error)), 1 - rest * float(np.exp(-z_level * error))),
        n=form.persons,
        method=method,
        source=RELIABILITY_SOURCE,
        minimum=30,
        level=level,
    )
