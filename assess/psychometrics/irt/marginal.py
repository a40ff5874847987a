"""Marginal maximum likelihood calibration, the entry for all models: the fit, and what to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from assess.psychometrics.irt.calibration import Calibration, spread_out
from assess.psychometrics.irt.eligibility import Eligible, eligible
from assess.psychometrics.irt.fitted import Fitted, thresholds
from assess.psychometrics.irt.free_slopes import POINTS, FreeSlopeFit, fit_free_slopes
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.models import model_named
from assess.psychometrics.irt.slope_one import NO_SPREAD, fit_one_slope
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.irt.uncertainty import ErrorMethod

GUESSING_PRIOR = (-1.7, 0.5)
# a table this small is climbed to the last digits, since that costs nothing
SMALL = 30_000
LAST_DIGITS, ENOUGH = 1e-7, 1e-5
STEEPEST_SLOPE = 15.0
FLATTEST_SLOPE = 0.02


def calibrate(
    responses: npt.ArrayLike,
    model: str = "2PL",
    *,
    names: Sequence[str] | None = None,
    guessing_prior: tuple[float, float] | None = GUESSING_PRIOR,
    slope_prior: tuple[float, float] | None = None,
    intercept_prior: tuple[float, float] | None = None,
    errors: ErrorMethod = "auto",
    points: int = POINTS,
    tolerance: float | None = None,
    most_iterations: int = 500,
) -> Calibration:
    r"""Calibrate items by marginal maximum likelihood with a normal population.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing (at random). Persons without a response are counted.
    model
        "Rasch", "1PL", "2PL", "3PL", "PCM", "RSM", "GPCM" or "GRM". Rasch, PCM and RSM have slope 1 and a free
        population variance; the others a population variance of 1.
    guessing_prior
        Mean and standard deviation of a normal prior on the logit of the 3PL's guessing parameter; None for none. The
        default has its middle at 0.15 and 95 % between 0.06 and 0.33.
    slope_prior, intercept_prior
        Of models with free slopes: normal priors on the logarithm of the slope and on the intercepts d = −a·b.
    errors
        "oakes", "cross-product", or "auto": Oakes unless that would take long.
    points
        Quadrature points on ±6 standard deviations to begin with; refined when they lie too far apart.
    tolerance
        The longest change of a parameter in the last step, in logits; by default 1e-7, and 1e-5 for large tables.

    Raises
    ------
    ResponseError
        `unknown_model`, `not_dichotomous` (more than two categories in a model for right or wrong), `not_a_table`,
        `not_finite`, `not_a_category`, `names_do_not_fit`.

    Notes
    -----
    The log-likelihood is Σ_n log ∫ Π_j P(x_nj | θ) φ(θ) dθ. Models with free slopes: EM with Anderson acceleration;
    with one slope: Newton's method over score groups. `converged` asks for a vanishing gradient, not only for small
    steps. Items that everybody answered alike are left out; a category nobody used is joined with the next lower one;
    both are said in `remarks`.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> ability = rng.normal(size=(2000, 1))
    >>> slope, difficulty = np.array([1.0, 1.5, 0.8, 1.2]), np.array([-1.0, 0.0, 1.0, 0.5])
    >>> data = (rng.random((2000, 4)) < 1 / (1 + np.exp(slope * (difficulty - ability)))).astype(float)
    >>> found = calibrate(data, "2PL")
    >>> found.converged, found.difficulty.round(1).tolist()
    (True, [-0.9, 0.0, 1.0, 0.6])
    """
    specification = model_named(model)
    data = eligible(responses, specification, names)
    if data.too_thin:
        return _reported(model, data, _Outcome(log_likelihood=float("nan"), reason=data.too_thin), errors)
    table = data.table()
    names_kept = [data.labels[j] for j in data.kept]
    if specification.common_slope:
        return _reported(model, data, _with_one_slope(model, table), errors)
    priors = Priors(
        guessing=guessing_prior if model == "3PL" else None, log_slope=slope_prior, intercept=intercept_prior
    )
    fit = fit_free_slopes(
        table,
        specification.family,
        priors,
        points=points,
        tolerance=tolerance or (LAST_DIGITS if table.categories.size <= SMALL else ENOUGH),
        most_iterations=most_iterations,
    )
    return _reported(model, data, _with_free_slopes(model, fit, names_kept), errors)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outcome:
    """A fit of either kind, and what is to be said about it."""

    log_likelihood: float
    reason: str
    fitted: Fitted | None = None
    log_prior: float = 0.0
    n_parameters: int = 0
    iterations: int = 0
    steepness: float = float("nan")
    remarks: tuple[str, ...] = ()


def _with_one_slope(model: str, table: ResponseTable) -> _Outcome:
    fitted, newton = fit_one_slope(table, rating_scale=model == "RSM", standardised=model == "1PL")
    reason, remarks = "", []
    if not newton.converged:
        reason = "Newton's method did not reach the maximum; check for items that hardly anybody answered"
    if float(np.exp(newton.parameters[-1])) <= NO_SPREAD:
        remarks.append("persons do not differ more than chance makes them: the population's spread is not known")
        if model == "1PL":
            reason = "persons do not differ more than chance makes them, so there is no slope"
    curvature = np.maximum(-np.diag(newton.at.hessian), 1e-12)
    return _Outcome(
        fitted=fitted,
        log_likelihood=newton.at.value,
        n_parameters=len(newton.parameters),
        iterations=newton.iterations,
        steepness=float((np.abs(newton.at.gradient) / np.sqrt(curvature)).max()),
        reason=reason,
        remarks=tuple(remarks),
    )


def _with_free_slopes(model: str, fit: FreeSlopeFit, names: Sequence[str]) -> _Outcome:
    fitted = fit.fitted
    remarks = [
        f"{name}: guessing is at the edge of its range"
        for name, held in zip(names, fitted.at_bound, strict=True)
        if held.any()
    ]
    remarks += [
        f"{name}: the slope is negative ({slope:.2f}); check its key"
        for name, slope in zip(names, fitted.parameters[:, 0], strict=True)
        if slope < 0
    ]
    return _Outcome(
        fitted=fitted,
        log_likelihood=fit.log_likelihood,
        log_prior=fit.log_prior,
        n_parameters=int(fitted.estimated.sum()),
        iterations=fit.iterations,
        steepness=float(fit.steepness.max(initial=0.0)),
        reason=_doubt(fit, names, model),
        remarks=tuple(remarks),
    )


def _reported(model: str, data: Eligible, outcome: _Outcome, errors: ErrorMethod) -> Calibration:
    """The fit in the shapes that were given: one row per column of the responses, thresholds at their categories."""
    items, specification, fitted = len(data.labels), model_named(model), outcome.fitted
    steps = max((int(categories[-1]) for categories in data.used if len(categories)), default=1)
    discrimination, guessing = np.full(items, np.nan), np.full(items, np.nan)
    difficulty = np.full((items, max(steps, 1)) if specification.polytomous else (items,), np.nan)
    left_out = data.left_out
    if fitted is None:
        left_out = {j: data.left_out.get(j, outcome.reason) for j in range(items)}
    else:
        kept = data.kept
        discrimination[kept] = fitted.parameters[:, 0]
        used = tuple(data.used[j] for j in kept)
        found = thresholds(fitted.family, fitted.parameters, fitted.categories)
        difficulty[kept] = spread_out(found, used, difficulty)
        guessing[kept] = expit(fitted.parameters[:, 2]) if fitted.family == "guessing" else 0.0
    return Calibration(
        model=model,
        names=data.labels,
        discrimination=discrimination,
        difficulty=difficulty,
        guessing=guessing,
        population_sd=1.0 if fitted is None else fitted.sd,
        log_likelihood=outcome.log_likelihood,
        log_prior=outcome.log_prior,
        n_parameters=outcome.n_parameters,
        converged=not outcome.reason,
        iterations=outcome.iterations,
        points=0 if fitted is None else fitted.points,
        steepness=outcome.steepness,
        persons=len(data.categories),
        unanswered=data.unanswered,
        reason=outcome.reason,
        remarks=(*data.remarks, *outcome.remarks),
        left_out=left_out,
        answered=data.answered,
        used=data.used,
        fitted=fitted,
        error_method=errors,
    )


def _doubt(fit: FreeSlopeFit, names: Sequence[str], model: str) -> str:
    """Why a fit with free slopes is not to be relied on, naming the items; empty when it is."""
    fitted: Fitted = fit.fitted
    slope = np.abs(fitted.parameters[:, 0])
    simpler = "fit a model with one slope (1PL, Rasch or PCM), or give a slope_prior"
    runaway = [name for name, a in zip(names, slope, strict=True) if a > STEEPEST_SLOPE]
    if runaway:
        return f"the data do not bound the slope of {', '.join(runaway)} (above {STEEPEST_SLOPE:g}): {simpler}"
    flat = [name for name, a in zip(names, slope, strict=True) if a < FLATTEST_SLOPE]
    if flat:
        return (
            f"{', '.join(flat)} does not go with the other items (slope near 0), so it has no difficulty: leave it out"
        )
    if not fit.converged:
        item = names[int(fit.steepness.max(axis=1).argmax())]
        remedy = "give a guessing_prior" if model == "3PL" and fitted.priors.guessing is None else simpler
        return (
            f"after {fit.iterations} iterations the gradient has not vanished (steepest: {item}, "
            f"{fit.steepness.max():.2g} standard errors); {remedy}"
        )
    return ""
