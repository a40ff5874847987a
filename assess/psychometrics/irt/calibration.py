"""What a calibration answers with: the items' parameters, how sure they are, and whether to act on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray, by_ability
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.models import Model, model_named
from assess.psychometrics.irt.slope_one import NO_SPREAD, one_slope_errors
from assess.psychometrics.irt.uncertainty import ErrorMethod, chosen_method, parameter_covariance, reported_errors
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

OBSERVED = "observed information"
# with fewer, and a prior on the difficulties, intervals of a spread hold it in nine of ten samples (evidence: recovery)
FEWEST_OF_A_POPULATION = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEstimates:
    """One item's parameters as estimates; the slope of a model that fixes it and the guessing of one without are None."""

    name: str
    discrimination: Estimate | None
    thresholds: tuple[Estimate, ...]
    guessing: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The ability of one group of persons: its mean and standard deviation; None where the scale fixes them."""

    name: str
    mean: Estimate | None
    sd: Estimate | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Items on the ability scale, on which the (first) population's mean is 0 unless there are anchors.

    Attributes
    ----------
    model, names
        What was fitted, to which items.
    discrimination
        Slope a of each item in the logistic metric (no 1.7): logits per unit of ability. NaN for an item left out.
    difficulty
        b of each item, or items × thresholds for PCM, RSM, GPCM and GRM. Threshold k lies between the categories k − 1 and
        k; NaN where an item is left out, has fewer categories, or never used category k.
    guessing
        Lower asymptote of each item; 0 but for the 3PL.
    groups, group_sizes, means, sds
        Labels of the groups of persons, the reference group first ("all" when there is one); how many persons of each were
        used; mean and standard deviation of their ability. Estimated or fixed by the scale: see `populations`.
    log_likelihood, log_prior, n_parameters
        Marginal log-likelihood at the maximum (without the prior), log prior density up to a constant, and the number of
        free parameters (AIC = 2·n_parameters − 2·log_likelihood).
    converged, iterations, points, steepness
        Whether the gradient vanished, after how many iterations, on how many quadrature points; `steepness` is the
        largest gradient that is left, in standard errors of its parameter.
    starts
        What a second start found, where one was made (3PL, and fits that look odd).
    persons, unanswered
        Persons used, and persons without a response, who say nothing and are only counted.
    reason
        Why nothing could be calibrated, or why the result is not to be relied on; empty otherwise.
    anchored
        Which items were given.
    remarks
        Sentences on items left out, joined categories, parameters at the edge of their range.
    """

    model: str
    names: tuple[str, ...]
    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray
    groups: tuple[str, ...]
    group_sizes: IntArray
    means: FloatArray
    sds: FloatArray
    log_likelihood: float
    log_prior: float
    n_parameters: int
    converged: bool
    iterations: int
    points: int
    steepness: float
    starts: str
    persons: int
    unanswered: int
    reason: str
    remarks: tuple[str, ...]
    left_out: Mapping[int, str]
    anchored: BoolArray
    answered: IntArray
    used: tuple[IntArray, ...]
    fitted: Fitted | None
    error_method: ErrorMethod

    @property
    def specification(self) -> Model:
        """What the model is and needs."""
        return model_named(self.model)

    @property
    def kept(self) -> IntArray:
        """The columns that were calibrated."""
        return np.array([j for j in range(len(self.names)) if j not in self.left_out], dtype=np.int64)

    @property
    def population_mean(self) -> float:
        """Mean ability, of the reference group where there are several."""
        return float(self.means[0])

    @property
    def population_sd(self) -> float:
        """Standard deviation of ability, of the reference group where there are several."""
        return float(self.sds[0])

    @cached_property
    def standard_errors(self) -> Mapping[str, FloatArray]:
        """Standard errors of `discrimination`, `difficulty`, `guessing`, `means` and `sds` in their shapes, and of
        `population_sd`; computed when first read.

        By Oakes' formula or the cross-product as `error_method` asks; for one common slope from the exact observed
        information. 0 where a model fixes a value; NaN where there is no estimate, or everywhere when the information
        is singular (`errors_reason` says so).
        """
        found = self._errors
        errors = {
            "discrimination": np.full(self.discrimination.shape, np.nan),
            "difficulty": np.full(self.difficulty.shape, np.nan),
            "guessing": np.full(self.guessing.shape, np.nan),
            "means": np.full(self.means.shape, np.nan) if found is None else found["means"],
            "sds": np.full(self.sds.shape, np.nan) if found is None else found["sds"],
        }
        errors["population_sd"] = np.array(errors["sds"][0])
        if found is not None:
            for name in ("discrimination", "guessing"):
                errors[name][self.kept] = found[name]
            errors["difficulty"][self.kept] = spread_out(found["difficulty"], self.used, self.difficulty)
        return MappingProxyType(errors)

    @property
    def errors_reason(self) -> str:
        """Why there are no standard errors; empty when there are."""
        if self.fitted is None:
            return self.reason
        if self._errors is None:
            return "the information matrix is singular: the data do not determine all parameters; fit a simpler model"
        return ""

    @cached_property
    def items(self) -> tuple[ItemEstimates, ...]:
        """Every item's parameters with standard error, interval, n and verdict."""
        return tuple(self._item(j) for j in range(len(self.names)))

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """Every group's mean and standard deviation with standard error, interval, n and verdict."""
        return tuple(self._population(g) for g in range(len(self.groups)))

    @cached_property
    def covariances(self) -> FloatArray | None:
        """Covariance of each item's reported parameters: items × parameters × parameters, in the order slope, thresholds,
        guessing parameter; NaN for an item left out. None where there are no standard errors."""
        if self._reported is None:
            return None
        own = self._reported[0]
        steps = 1 if self.difficulty.ndim == 1 else self.difficulty.shape[1]
        found = np.full((len(self.names), steps + 2, steps + 2), np.nan)
        for row, j in enumerate(self.kept):
            places = np.concatenate([[0], self.used[j][1:] - self.used[j][0], [steps + 1]]).astype(np.int64)
            here = np.concatenate([np.arange(len(self.used[j])), [own.shape[1] - 1]])
            found[np.ix_([j], places, places)] = own[row][np.ix_(here, here)]
        return found

    def information(self, theta: npt.ArrayLike) -> FloatArray:
        """Fisher information of every item, abilities × items; NaN for an item left out.

        Σ_k P'_k²/P_k; for the 2PL a²P(1 − P).
        """
        abilities = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        found = np.full((len(abilities), len(self.names)), np.nan)
        if self.fitted is not None:
            fitted = self.fitted
            at = by_ability(fitted.family, fitted.parameters, fitted.categories, abilities)
            found[:, self.kept] = at.information.T
        return found

    def test_information(self, theta: npt.ArrayLike) -> FloatArray:
        """Information of all calibrated items together; its root's inverse is the conditional standard error."""
        return np.asarray(np.nansum(self.information(theta), axis=1))

    def expected_score(self, theta: npt.ArrayLike) -> FloatArray:
        """Expected sum of points on the calibrated items at each ability."""
        abilities = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        total = np.zeros(len(abilities))
        if self.fitted is not None:
            probability = np.exp(self.fitted.at(abilities))
            for place, j in enumerate(self.kept):
                total += self.used[j] @ probability[place, : len(self.used[j])]
        return total

    @cached_property
    def _errors(self) -> dict[str, FloatArray] | None:
        found = self._reported
        if found is None:
            return None
        own, means, sds = found
        error = np.sqrt(np.maximum(np.diagonal(own, axis1=1, axis2=2), 0.0))
        return {
            "discrimination": error[:, 0],
            "difficulty": error[:, 1:-1],
            "guessing": error[:, -1],
            "means": means,
            "sds": sds,
        }

    @cached_property
    def _reported(self) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """Covariance of each calibrated item's reported parameters, standard errors of means and standard deviations."""
        if self.fitted is None:
            return None
        if self.fitted.step_covariance is not None:
            return one_slope_errors(self.fitted, standardised=self.model == "1PL")
        covariance = parameter_covariance(self.fitted, self.error_method)
        return None if covariance is None else reported_errors(self.fitted, covariance)

    def _population(self, g: int) -> Population:
        n, name = int(self.group_sizes[g]), self.groups[g]

        def estimate(value: float, error: float, what: str) -> Estimate | None:
            method = f"{what} of ability, {self.model} by marginal maximum likelihood"
            source = self.specification.source
            reason = self.errors_reason
            if not reason and what != "mean" and value <= NO_SPREAD:
                reason = "persons do not differ more than chance makes them"
            if reason:
                return not_enough(n=n, method=method, source=source, reason=reason)
            if error == 0:
                return None
            interval = normal_interval(value, error, LEVEL)
            if what != "mean":  # symmetric in the logarithm
                low, high = np.exp(normal_interval(float(np.log(value)), error / value, LEVEL))
                interval = (float(low), float(high))
            found = estimated(
                value=value,
                standard_error=error,
                interval=interval,
                n=n,
                method=method,
                source=source,
                minimum=FEWEST_OF_A_POPULATION,
            )
            return found if self.converged else doubted(found, self.reason)

        errors = self.standard_errors
        return Population(
            name=name,
            mean=estimate(float(self.means[g]), float(errors["means"][g]), "mean"),
            sd=estimate(float(self.sds[g]), float(errors["sds"][g]), "standard deviation"),
        )

    def _item(self, j: int) -> ItemEstimates:
        def estimate(value: float, error: float, what: str, minimum: int = self.specification.minimum) -> Estimate:
            method = f"{what}, {self.model} by marginal maximum likelihood; standard error: {self._how}"
            n = int(self.answered[j])
            given = "its parameters were given, not estimated" if self.anchored[j] else ""
            reason = self.left_out.get(j) or given or self.errors_reason
            if reason or not np.isfinite(value) or not np.isfinite(error):
                reason = reason or "the data do not determine this parameter"
                return not_enough(n=n, method=method, source=self.specification.source, reason=reason)
            found = estimated(
                value=value,
                standard_error=error,
                interval=normal_interval(value, error, LEVEL),
                n=n,
                method=method,
                source=self.specification.source,
                minimum=minimum,
            )
            return found if self.converged else doubted(found, self.reason)

        errors = self.standard_errors
        # the 1PL's slope is the spread of its population
        of_slope = max(self.specification.minimum, FEWEST_OF_A_POPULATION)
        steps = np.atleast_1d(self.difficulty[j])
        step_errors = np.atleast_1d(errors["difficulty"][j])
        shown = [k for k in range(len(steps)) if np.isfinite(steps[k])] or [0]
        return ItemEstimates(
            name=self.names[j],
            discrimination=None
            if self.specification.fixed_slope
            else estimate(
                float(self.discrimination[j]), float(errors["discrimination"][j]), "discrimination", of_slope
            ),
            thresholds=tuple(
                estimate(
                    float(steps[k]), float(step_errors[k]), f"threshold {k + 1}" if len(steps) > 1 else "difficulty"
                )
                for k in shown
            ),
            guessing=estimate(float(self.guessing[j]), float(errors["guessing"][j]), "guessing")
            if self.specification.family == "guessing"
            else None,
        )

    @property
    def _how(self) -> str:
        if self.fitted is None or self.fitted.step_covariance is not None:
            return OBSERVED
        return chosen_method(self.fitted, self.error_method)


def spread_out(values: FloatArray, used: tuple[IntArray, ...], like: FloatArray) -> FloatArray:
    """Thresholds of the calibrated items at their original categories; NaN at a category that was never used."""
    kept = [categories for categories in used if len(categories) > 1]
    if like.ndim == 1:
        return values[:, 0]
    found = np.full((len(kept), like.shape[1]), np.nan)
    for row, categories in enumerate(kept):
        found[row, categories[1:] - 1] = values[row, : len(categories) - 1]
    return found
