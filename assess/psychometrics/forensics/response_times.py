"""The lognormal model of response times: how much time an item takes, and how fast a person works."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_matrix, item_names
from assess.psychometrics.results import Estimate, doubted, estimated, normal_interval, not_enough

SOURCE = "van der Linden (2006), Journal of Educational and Behavioral Statistics 31, 181–204"
EFFECTIVE_SOURCE = f"Meijer & Sotaridona (2006), LSAC CT 03-03; {SOURCE}"
MINIMUM = 100
MOST_ROUNDS = 2000
CLOSE = 1e-9
STEEP = 0.01
LEAST_VARIANCE = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False)
class ResponseTimes:
    """The fitted model; items left out are NaN.

    Attributes
    ----------
    intensity, discrimination
        β (log time an item takes at mean speed) and α (1/standard deviation of log time around its expectation).
    standard_errors
        Of both, by their names.
    speed, speed_error
        τ of each person: mean of the posterior and its standard deviation; NaN without a time.
    population_sd
        Standard deviation of speed; its mean is 0.
    log_time
        persons × items as used: NaN where missing, not positive or (effective times) the answer was not right.
    counted
        Persons behind each item.
    converged, iterations, reason
        Whether no gradient steeper than 0.01 standard errors is left; why there is no result or none to rely on.
    remarks
        Items left out and why; times that were not positive.
    """

    names: tuple[str, ...]
    intensity: FloatArray
    discrimination: FloatArray
    standard_errors: dict[str, FloatArray]
    speed: FloatArray
    speed_error: FloatArray
    population_sd: float
    log_time: FloatArray
    counted: IntArray
    log_likelihood: float
    converged: bool
    iterations: int
    n: int
    method: str
    source: str
    reason: str
    remarks: tuple[str, ...]

    @property
    def kept(self) -> BoolArray:
        """The items that are in the model."""
        return np.isfinite(self.intensity)

    def item(self, item: int, *, minimum: int = MINIMUM) -> tuple[Estimate, Estimate]:
        """Time intensity and discrimination of one item."""
        return self._estimate(item, "intensity", minimum), self._estimate(item, "discrimination", minimum)

    def _estimate(self, item: int, what: str, minimum: int) -> Estimate:
        value = float({"intensity": self.intensity, "discrimination": self.discrimination}[what][item])
        error, n = float(self.standard_errors[what][item]), int(self.counted[item])
        method = f"time {what} of {self.names[item]}, {self.method}"
        if not np.isfinite(value):
            left_out = [r for r in self.remarks if r.startswith(f"{self.names[item]}:")]
            reason = self.reason or (left_out or ["the item is left out"])[0]
            return not_enough(n=n, method=method, source=self.source, reason=reason)
        found = estimated(
            value=value,
            standard_error=error,
            interval=normal_interval(value, error),
            n=n,
            method=method,
            source=self.source,
            minimum=minimum,
        )
        return found if self.converged else doubted(found, self.reason)


def fit_times(
    times: npt.ArrayLike, *, right: npt.ArrayLike | None = None, names: Sequence[str] | None = None
) -> ResponseTimes:
    r"""Fit van der Linden's lognormal model by marginal maximum likelihood.

    Parameters
    ----------
    times
        persons × items, in seconds (any unit); NaN = missing.
    right
        persons × items, 1 where the answer was right: then only times of right answers count ("effective response times",
        which guessing does not shorten).

    Raises
    ------
    ResponseError
        `not_a_table`, `not_finite`, `names_do_not_fit`; `not_answers` when `right` has another shape.

    Notes
    -----
    log t_ij = β_j − τ_i + ε_ij/α_j, ε standard normal, τ ~ N(0, σ²). A factor model with one loading for all items; EM
    with closed steps. Standard errors of β from √((1/α² + σ²)/n), of α from the expected information.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> log_times = np.array([3.0, 4.0, 3.5]) - rng.normal(scale=0.3, size=(500, 1)) + rng.normal(scale=0.5, size=(500, 3))
    >>> found = fit_times(np.exp(log_times))
    >>> found.converged, found.intensity.round(1).tolist(), round(found.population_sd, 1)
    (True, [3.0, 4.0, 3.5], 0.3)
    """
    matrix = as_matrix(times, name="times")
    labels = item_names(matrix.shape[1], names)
    if right is not None:
        correct = as_matrix(right, name="right")
        if correct.shape != matrix.shape:
            raise ResponseError("not_answers", f"right has shape {correct.shape}, times {matrix.shape}")
        matrix = np.where(correct == 1, matrix, np.nan)
    not_positive = matrix <= 0
    logs = np.log(np.where(matrix > 0, matrix, np.nan))
    counted = np.isfinite(logs).sum(axis=0)
    remarks = []
    if not_positive.any():
        count = int(not_positive.sum())
        remarks.append(
            f"{count} times are not above 0 and count as missing, the first in row {np.argwhere(not_positive)[0][0]}"
        )
    kept = np.ones(len(labels), dtype=bool)
    for j, label in enumerate(labels):
        own = logs[np.isfinite(logs[:, j]), j]
        if len(own) < 2 or own.var() < LEAST_VARIANCE:
            kept[j] = False
            what = f"{len(own)} times" if len(own) < 2 else "all times are alike"
            remarks.append(f"{label}: {what}, so it has no discrimination in time; it is left out")
    persons = int(np.isfinite(logs[:, kept]).any(axis=1).sum())
    reason = ""
    if kept.sum() < 2:
        reason = f"{int(kept.sum())} items with times that differ; at least 2 are needed"
    elif persons < 3:
        reason = f"{persons} persons with times; at least {MINIMUM} are needed"
    fit = None if reason else _em(logs[:, kept])
    return _reported(labels, logs, kept, counted, persons, fit, reason, tuple(remarks), effective=right is not None)


@dataclass(frozen=True, eq=False)
class _Fit:
    beta: FloatArray
    variance: FloatArray
    sigma2: float
    speed: FloatArray
    speed_variance: FloatArray
    log_likelihood: float
    rounds: int
    steepness: float


def speeds(
    logs: FloatArray, beta: FloatArray, variance: FloatArray, sigma2: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Posterior mean and variance of every person's speed, and log t − β (0 where missing)."""
    seen = np.isfinite(logs)
    residual = np.where(seen, logs - beta, 0.0)
    precision = 1 / sigma2 + seen @ (1 / variance)
    return -(residual @ (1 / variance)) / precision, 1 / precision, residual


def _em(logs: FloatArray) -> _Fit:
    seen = np.isfinite(logs)
    count = np.maximum(seen.sum(axis=0), 1)
    answered = seen.any(axis=1)
    beta = np.where(seen, logs, 0.0).sum(axis=0) / count
    total = np.where(seen, (logs - beta) ** 2, 0.0).sum(axis=0) / count
    variance, sigma2 = 0.5 * total, 0.5 * float(total.mean())
    steepness, rounds = np.inf, 0
    while rounds < MOST_ROUNDS:
        rounds += 1
        speed, spread, residual = speeds(logs, beta, variance, sigma2)
        # parameter expansion (Liu, Rubin & Wu 1998): a loading and a mean of speed that are estimated
        # and then put into σ² and β take longer steps
        weight = seen @ (1 / variance)
        loading = -float(speed @ (residual @ (1 / variance))) / float(weight @ (speed**2 + spread))
        error = np.where(seen, residual + loading * speed[:, None], 0.0)
        squares = (error**2).sum(axis=0) + loading**2 * (spread @ seen)
        step = error.sum(axis=0) / count
        middle = float(speed[answered].mean())
        new_sigma2 = loading**2 * float(((speed - middle) ** 2 + spread)[answered].mean())
        new_variance = np.maximum(squares / count - step**2, LEAST_VARIANCE)
        # gradients in standard errors of their parameters: of β, of log variance, of log σ²
        steepness = max(
            float(np.abs((step - loading * middle) * np.sqrt(count / variance)).max()),
            float(np.abs((squares / variance / count - 1) * np.sqrt(count / 2)).max()),
            abs(new_sigma2 / sigma2 - 1) * float(np.sqrt(answered.sum() / 2)),
        )
        change = max(
            float(np.abs(step - loading * middle).max()),
            float(np.abs(new_variance / variance - 1).max()),
            abs(new_sigma2 / sigma2 - 1),
        )
        beta, variance, sigma2 = beta + step - loading * middle, new_variance, max(new_sigma2, LEAST_VARIANCE)
        if change < CLOSE:
            break
    speed, spread, residual = speeds(logs, beta, variance, sigma2)
    terms = np.where(seen, np.log(2 * np.pi * variance) + residual**2 / variance, 0.0).sum(axis=1)
    likelihood = -0.5 * (terms + np.log(sigma2 / spread) - speed**2 / spread)[answered].sum()
    return _Fit(beta, variance, sigma2, speed, spread, float(likelihood), rounds, steepness)


def _discrimination_errors(fit: _Fit, count: IntArray) -> FloatArray:
    """From the expected information of (ψ_j, σ²) in a normal covariance ψ + σ²11ᵀ; ψ = 1/α²."""
    inverse = 1 / fit.variance
    weight = inverse / np.sqrt(1 / fit.sigma2 + inverse.sum())
    precision = np.diag(inverse) - np.outer(weight, weight)
    row = precision.sum(axis=1)
    root = np.sqrt(np.append(count, count.mean()))
    information = np.empty((len(count) + 1,) * 2)
    information[:-1, :-1], information[-1, -1] = precision**2, row.sum() ** 2
    information[:-1, -1] = information[-1, :-1] = row**2
    covariance = np.linalg.pinv(information * root * root[:, None] / 2)
    return np.asarray(np.sqrt(np.maximum(np.diag(covariance)[:-1], 0.0)) * fit.variance**-1.5 / 2)


def _reported(
    labels: tuple[str, ...],
    logs: FloatArray,
    kept: BoolArray,
    counted: IntArray,
    persons: int,
    fit: _Fit | None,
    reason: str,
    remarks: tuple[str, ...],
    *,
    effective: bool,
) -> ResponseTimes:
    nothing = np.full(len(labels), np.nan)
    beta, alpha = nothing.copy(), nothing.copy()
    errors = {"intensity": nothing.copy(), "discrimination": nothing.copy()}
    speed, speed_error = np.full(len(logs), np.nan), np.full(len(logs), np.nan)
    converged = fit is not None and fit.steepness <= STEEP
    if fit is not None:
        count = counted[kept]
        beta[kept], alpha[kept] = fit.beta, fit.variance**-0.5
        errors["intensity"][kept] = np.sqrt((fit.variance + fit.sigma2) / count)
        errors["discrimination"][kept] = _discrimination_errors(fit, count)
        timed = np.isfinite(logs[:, kept]).any(axis=1)
        speed[timed], speed_error[timed] = fit.speed[timed], np.sqrt(fit.speed_variance[timed])
        if not converged:
            reason = (
                f"not converged after {fit.rounds} rounds: a gradient of {fit.steepness:.2g} standard errors is left"
            )
        degenerate = np.flatnonzero(fit.variance <= 2 * LEAST_VARIANCE)
        if len(degenerate):
            name = labels[int(np.flatnonzero(kept)[degenerate[0]])]
            converged, reason = (
                False,
                f"{name}: its times follow the persons' speed without any deviation; leave it out",
            )
        elif converged and fit.sigma2 <= 2 * LEAST_VARIANCE:
            remarks = (*remarks, "persons do not differ in speed")
    return ResponseTimes(
        names=labels,
        intensity=beta,
        discrimination=alpha,
        standard_errors=errors,
        speed=speed,
        speed_error=speed_error,
        population_sd=0.0 if fit is None else float(np.sqrt(fit.sigma2)),
        log_time=logs,
        counted=counted.astype(np.int64),
        log_likelihood=np.nan if fit is None else fit.log_likelihood,
        converged=converged,
        iterations=0 if fit is None else fit.rounds,
        n=persons,
        method="lognormal model of effective response times" if effective else "lognormal model of response times",
        source=EFFECTIVE_SOURCE if effective else SOURCE,
        reason=reason,
        remarks=remarks,
    )
