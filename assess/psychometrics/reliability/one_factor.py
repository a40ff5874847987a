"""Omega from one common factor fitted by maximum likelihood (congeneric items)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from assess.psychometrics.covariance import ItemCovariance, Missing, item_covariance
from assess.psychometrics.reliability.coefficient_alpha import MINIMUM_PERSONS, lacking
from assess.psychometrics.reliability.intervals import (
    BOOTSTRAP_SOURCE,
    RESAMPLES,
    IntervalKind,
    bootstrapped,
    on_log_scale,
    resampled,
)
from assess.psychometrics.responses import FloatArray, answered_any, as_matrix, complete_rows, item_names
from assess.psychometrics.results import LEVEL, Estimate, doubted, not_enough

OMEGA_SOURCE = (
    "McDonald (1999), Test theory: a unified treatment, ch. 6; one-factor maximum likelihood: Jöreskog (1967), "
    "Psychometrika 32, 443–482"
)
MOST_STEPS = 200
ENOUGH = 1e-11
"""The largest element of the gradient of the discrepancy, items standardised, at which a fit counts as converged."""

RUNAWAY = 30.0
"""A uniqueness of so many times the item's variance is on its way to infinity: the discrepancy has no minimum."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OneFactor:
    """A fitted one-factor model of a covariance matrix.

    Attributes
    ----------
    loadings, uniquenesses
        In the units of the items; a negative uniqueness is a Heywood case.
    converged, iterations
        Whether the gradient vanished, and after how many steps.
    discrepancy
        The minimum of log|Σ| + tr(SΣ⁻¹) − log|S| − k; n times this is the chi-square of fit.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    converged: bool
    iterations: int
    discrepancy: float

    @property
    def omega(self) -> float:
        """(Σλ)² / ((Σλ)² + Σθ)."""
        common = float(self.loadings.sum()) ** 2
        return common / (common + float(self.uniquenesses.sum()))


def omega(
    responses: npt.ArrayLike,
    *,
    missing: Missing = "listwise",
    interval: IntervalKind = "analytic",
    names: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""McDonald's omega of congeneric items: the share of the sum score's variance that one common factor explains.

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    missing
        "listwise" uses complete persons, for whom the likelihood is the likelihood; "pairwise" fits the pairwise
        covariances, with the smallest number of persons behind any pair as n.
    interval
        "analytic" is the delta method on the expected information, symmetric in log(1 − ω); "bootstrap" draws persons.
    names
        Item names for the sentences.

    Notes
    -----
    Covariances Σ = λλᵀ + Θ, fitted by maximum likelihood; ω = (Σλ)² / ((Σλ)² + Σθ). The denominator is the variance of
    the sum score *under the model*, not the observed one, as in lavaan's and semTools' first omega. Uniquenesses are not
    kept above zero: a negative one (Heywood case) is reported with the item's name, and the verdict is negative. Two
    items do not identify the model. Normal theory: with right-or-wrong items ask for the bootstrap. One general factor
    among several is another question: `hierarchical_omega`.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, and what `as_matrix` refuses.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> omega(scores).in_words()
    '0.78 (95 % interval 0.72 to 0.82, n = 200)'
    """
    matrix = as_matrix(responses)
    labels = item_names(matrix.shape[1], names)
    covariance = item_covariance(matrix, missing)
    method, n = f"omega, one factor, maximum likelihood ({missing})", covariance.n
    reason = _unusable(covariance, labels)
    if reason:
        return not_enough(n=n, method=method, source=OMEGA_SOURCE, reason=reason, level=level)
    fitted = fit_one_factor(covariance.matrix)
    if not fitted.converged:
        reason = (
            f"the one-factor model did not converge after {fitted.iterations} steps: the items do not share one factor "
            "at this number of persons; use alpha, or leave items out"
        )
        return not_enough(n=n, method=method, source=OMEGA_SOURCE, reason=reason, level=level)
    if interval == "analytic":
        se = _standard_error(fitted, n)
        estimate = on_log_scale(fitted.omega, se, n=n, method=method, source=OMEGA_SOURCE, level=level, minimum=minimum)
    else:
        rows = complete_rows(matrix) if missing == "listwise" else answered_any(matrix)

        def again(sample: FloatArray) -> float:
            drawn = item_covariance(sample, missing)
            if _unusable(drawn, labels):
                return float("nan")
            refitted = fit_one_factor(drawn.matrix, near=fitted, enough=1e-5)
            return refitted.omega if refitted.converged else float("nan")

        drawn = resampled(rows, again, resamples=resamples, seed=seed)[:, 0]
        source = f"{OMEGA_SOURCE}; {BOOTSTRAP_SOURCE}"
        estimate = bootstrapped(fitted.omega, drawn, n=n, method=method, source=source, level=level, minimum=minimum)
    doubts = _doubts(fitted, labels)
    return doubted(estimate, doubts) if doubts and estimate.value is not None else estimate


def fit_one_factor(covariance: FloatArray, *, near: OneFactor | None = None, enough: float = ENOUGH) -> OneFactor:
    """Maximum likelihood by Newton's method, by Fisher scoring where there is no hollow; steps are halved until they lead down.

    `near` is a fit of nearly the same covariances to start from, `enough` the gradient at which to stop: resamples need
    fewer digits than the estimate.

    Examples
    --------
    >>> fitted = fit_one_factor(np.array([[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]]))
    >>> fitted.loadings.round(6).tolist(), round(fitted.omega, 6)
    ([1.0, 1.0, 1.0], 0.75)
    """
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    k = len(scale)
    if near is None:
        loadings, uniquenesses = _start(correlation)
    else:
        loadings, uniquenesses = near.loadings / scale, near.uniquenesses / scale**2
    value, slope, curvature, information = _discrepancy(correlation, loadings, uniquenesses)
    converged, step = False, 0
    while step < MOST_STEPS:
        if float(np.abs(slope).max()) < enough:
            converged = True
            break
        step += 1
        move = _downhill(slope, curvature, information)
        if move is None:
            break
        share = 1.0
        while share > 1e-10:
            tried = _discrepancy(correlation, loadings + share * move[:k], uniquenesses + share * move[k:])
            if tried[0] <= value + 1e-14 * (1 + abs(value)):
                break
            share /= 2
        else:
            # nothing better in this direction: as far as arithmetic goes
            converged = float(np.abs(slope).max()) < 1e3 * enough
            break
        loadings, uniquenesses = loadings + share * move[:k], uniquenesses + share * move[k:]
        value, slope, curvature, information = tried
        if float(np.abs(uniquenesses).max()) > RUNAWAY:
            break
    if loadings.sum() < 0:
        loadings = -loadings
    minimum = value - float(np.linalg.slogdet(correlation)[1]) - k
    return OneFactor(
        loadings=loadings * scale,
        uniquenesses=uniquenesses * scale**2,
        converged=converged,
        iterations=step,
        discrepancy=max(minimum, 0.0),
    )


def _start(correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Principal factor of the correlations with squared multiple correlations on the diagonal."""
    communality = np.clip(1 - 1 / np.diag(np.linalg.inv(correlation)), 0.05, 0.95)
    values, vectors = np.linalg.eigh(correlation - np.diag(1 - communality))
    loadings = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.05))
    loadings = np.clip(loadings, -0.95, 0.95)
    return loadings, 1 - loadings**2


def _downhill(slope: FloatArray, curvature: FloatArray, information: FloatArray) -> FloatArray | None:
    """Newton's step, Fisher scoring's where the discrepancy is not convex, None where there is neither."""
    for matrix in (curvature, information):
        try:
            return -np.asarray(linalg.cho_solve(linalg.cho_factor(matrix, lower=True), slope))
        except linalg.LinAlgError:
            continue
    return None


def _discrepancy(
    sample: FloatArray, loadings: FloatArray, uniquenesses: FloatArray
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """log|Σ| + tr(SΣ⁻¹), its gradient and second derivatives by loadings and uniquenesses, and what is expected of these (the
    information per ½n)."""
    implied = np.outer(loadings, loadings) + np.diag(uniquenesses)
    try:
        factor = linalg.cho_factor(implied, lower=True)
    except linalg.LinAlgError:
        nothing = np.eye(2 * len(loadings))
        return float("inf"), np.zeros(len(nothing)), nothing, nothing
    inverse = np.asarray(linalg.cho_solve(factor, np.eye(len(loadings))))
    value = 2 * float(np.log(np.diag(factor[0])).sum()) + float((sample * inverse).sum())
    gap = inverse @ (implied - sample) @ inverse
    slope = np.concatenate([2 * gap @ loadings, np.diag(gap)])
    # with V = Σ⁻¹ and B = V − 2·gap: tr(V ∂Σ B ∂Σ) + tr(gap ∂²Σ)
    observed = inverse - 2 * gap
    q, p = inverse @ loadings, observed @ loadings
    among = np.outer(q, p) + np.outer(p, q) + inverse * float(loadings @ p) + observed * float(loadings @ q) + 2 * gap
    across = inverse * p + observed * q
    curvature = np.block([[among, across], [across.T, inverse * observed]])
    return value, slope, curvature, _information(inverse, loadings)


def _information(inverse: FloatArray, loadings: FloatArray) -> FloatArray:
    """tr(Σ⁻¹ ∂Σ Σ⁻¹ ∂Σ) for loadings and uniquenesses; ½n times this is the expected information."""
    q = inverse @ loadings
    among_loadings = 2 * np.outer(q, q) + 2 * float(loadings @ q) * inverse
    across = 2 * inverse * q[None, :]
    return np.block([[among_loadings, across], [across.T, inverse**2]])


def _standard_error(fitted: OneFactor, n: int) -> float:
    """Delta method: the gradient of omega through the inverse of the expected information."""
    loadings, uniquenesses = fitted.loadings, fitted.uniquenesses
    inverse: FloatArray = np.asarray(
        np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses)), dtype=np.float64
    )
    common, unique = float(loadings.sum()), float(uniquenesses.sum())
    total = common**2 + unique
    slope = np.concatenate(
        [np.full(len(loadings), 2 * common * unique / total**2), np.full(len(loadings), -(common**2) / total**2)]
    )
    spread = np.asarray(linalg.pinvh(_information(inverse, loadings)), dtype=np.float64)
    variance = float(slope @ spread @ slope) * 2 / n
    return float(np.sqrt(max(variance, 0.0)))


def _unusable(covariance: ItemCovariance, labels: Sequence[str]) -> str:
    if len(covariance.matrix) < 3:
        return f"{len(covariance.matrix)} item(s) do not identify a factor; at least 3 are needed, or use alpha"
    reason = lacking(covariance)
    if reason:
        return reason.replace("alpha", "omega")
    constant = np.flatnonzero(~(np.diag(covariance.matrix) > 0))
    if len(constant):
        return f"{labels[constant[0]]} does not vary; leave it out"
    scale = np.sqrt(np.diag(covariance.matrix))
    values, vectors = np.linalg.eigh(covariance.matrix / np.outer(scale, scale))
    if values[0] < 1e-10:
        most = labels[int(np.abs(vectors[:, 0]).argmax())]
        return f"the covariances are of deficient rank: {most} repeats what other items say, or persons are too few"
    return ""


def _doubts(fitted: OneFactor, labels: Sequence[str]) -> str:
    heywood = [label for label, unique in zip(labels, fitted.uniquenesses, strict=True) if unique < 0]
    against = [label for label, loading in zip(labels, fitted.loadings, strict=True) if loading < 0]
    doubts = []
    if heywood:
        doubts.append(
            f"negative unique variance (Heywood case) of {', '.join(heywood)}: the one-factor model does not fit there"
        )
    if against:
        doubts.append(f"negative loading of {', '.join(against)}: look for a reversed key")
    return "; ".join(doubts)
