"""Marginal maximum likelihood calibration, the entry for all models: the fit, and what to say about it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from assess.psychometrics.irt.anchors import Anchors, by_column
from assess.psychometrics.irt.calibration import Calibration, spread_out
from assess.psychometrics.irt.eligibility import Eligible, eligible
from assess.psychometrics.irt.fitted import Fitted, thresholds
from assess.psychometrics.irt.free_slopes import FreeSlopeFit, fit_free_slopes
from assess.psychometrics.irt.known_item import KnownItem, rows_of
from assess.psychometrics.irt.landscape import Fixed
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.models import Model, model_named
from assess.psychometrics.irt.populations import Grouping, grouping
from assess.psychometrics.irt.slope_one import NO_SPREAD, OneSlope, fit_one_slope
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.irt.uncertainty import ErrorMethod
from assess.psychometrics.responses import BoolArray, ResponseError, item_names

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
    anchors: Anchors | None = None,
    groups: npt.ArrayLike | None = None,
    reference: object = None,
    equal_spread: bool = False,
    population_sd: float | None = None,
    difficulty_prior: tuple[float, float] | None = None,
    guessing_prior: tuple[float, float] | None = GUESSING_PRIOR,
    slope_prior: tuple[float, float] | None = None,
    intercept_prior: tuple[float, float] | None = None,
    errors: ErrorMethod = "auto",
    points: int | None = None,
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
    anchors
        Items (by name) whose parameters are known, from `anchors_of` an earlier calibration, say: they are kept, and the
        scale is theirs, so that the mean and the standard deviation of every population are estimated.
    groups
        A label for each person. Every item has the same parameters in all groups (`split_items` gives some of them a column
        for each group); means and standard deviations of the groups are estimated, but for the scale that the reference
        group has: mean 0, and where slopes are free standard deviation 1.
    reference
        The label of the reference group; by default the first in order.
    equal_spread
        Of models with one slope: all groups have the same standard deviation.
    population_sd
        Of Rasch, PCM and RSM: the standard deviation of ability (in the reference group) when it is known; it is not
        estimated then.
    difficulty_prior
        Of models with one slope: mean and standard deviation of a normal prior on the step difficulties in logits (in the
        RSM on the items' locations), for small samples.
    guessing_prior
        Mean and standard deviation of a normal prior on the logit of the 3PL's guessing parameter; None for none. The
        default has its middle at 0.15 and 95 % between 0.06 and 0.33.
    slope_prior, intercept_prior
        Of models with free slopes: normal priors on the logarithm of the slope and on the intercepts d = −a·b.
    errors
        "oakes", "cross-product", or "auto": Oakes unless that would take long.
    points
        Quadrature points on ±6 standard deviations to begin with, refined when they lie too far apart. By default 61; of large
        tables fewer, when no posterior is narrower than their spacing.
    tolerance
        The longest change of a parameter in the last step, in logits; by default 1e-7, and 1e-5 for large tables.

    Raises
    ------
    ResponseError
        `unknown_model`, `not_dichotomous` (more than two categories in a model for right or wrong), `not_a_table`,
        `not_finite`, `not_a_category`, `names_do_not_fit`; `no_such_item`, `not_an_item`, `anchors_disagree`;
        `groups_do_not_fit`, `no_such_group`; `not_a_prior`, `not_a_population`.

    Notes
    -----
    The log-likelihood is Σ_n log ∫ Π_j P(x_nj | θ) φ(θ) dθ. Models with free slopes: EM with Anderson acceleration;
    with one slope: Newton's method over score groups. `converged` asks for a vanishing gradient, not only for small
    steps. Items that everybody answered alike are left out; a category nobody used is joined with the next lower one;
    both are said in `remarks`. The 3PL, and any fit that looks odd, gets a second start; `starts` says what it found.

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
    if population_sd is not None and not (np.isfinite(population_sd) and population_sd > NO_SPREAD):
        raise ResponseError("not_a_population", f"a standard deviation of {population_sd:g} is none that can be known")
    for prior in (difficulty_prior, guessing_prior, slope_prior, intercept_prior):
        _refuse_prior(prior)
    data, known, by = _checked(responses, specification, names, anchors or {}, groups, reference)
    if data.too_thin:
        return _reported(model, data, by, known, _Outcome(log_likelihood=float("nan"), reason=data.too_thin), errors)
    table = data.table(by.member if len(by.labels) > 1 else None)
    names_kept = [data.labels[j] for j in data.kept]
    given = [known.get(j) for j in data.kept]
    anchored = np.array([item is not None for item in given])
    moving = np.arange(len(by.labels)) > (-1 if anchored.any() else 0)
    if specification.common_slope:
        asked = _one_slope(
            specification, given, moving, table, equal=equal_spread, sd=population_sd, prior=difficulty_prior
        )
        return _reported(model, data, by, known, _with_one_slope(model, table, asked), errors)
    priors = Priors(
        guessing=guessing_prior if model == "3PL" else None, log_slope=slope_prior, intercept=intercept_prior
    )
    width = int(table.counts.max()) + (specification.family == "guessing")
    fit = fit_free_slopes(
        table,
        specification,
        priors,
        Fixed(anchored=anchored, parameters=rows_of(given, specification, width), moving=moving),
        points=points,
        tolerance=tolerance or (LAST_DIGITS if table.categories.size <= SMALL else ENOUGH),
        most_iterations=most_iterations,
    )
    return _reported(model, data, by, known, _with_free_slopes(model, fit, names_kept), errors)


def _refuse_prior(prior: tuple[float, float] | None) -> None:
    if prior is not None and not (np.isfinite(prior).all() and prior[1] > 0):
        raise ResponseError("not_a_prior", f"{prior} is not a mean and a standard deviation greater than 0")


def _checked(
    responses: npt.ArrayLike,
    model: Model,
    names: Sequence[str] | None,
    anchors: Anchors,
    groups: npt.ArrayLike | None,
    reference: object,
) -> tuple[Eligible, dict[int, KnownItem], Grouping]:
    """What can be used, the anchors by column, and the groups that have answered something."""
    given = np.asarray(responses)
    known = {}
    if anchors and given.ndim == 2:
        known = by_column(anchors, item_names(given.shape[1], names), model)
    data = eligible(responses, model, names, {j: len(item.thresholds) + 1 for j, item in known.items()})
    by = grouping(groups, len(given), reference)
    used = np.flatnonzero(np.bincount(by.member[data.persons], minlength=1))
    if len(used) in (0, len(by.labels)):
        return data, known, by
    silent = [label for number, label in enumerate(by.labels) if number not in used]
    remark = f"nobody of the group {', '.join(silent)} answered an item that can be calibrated"
    place = np.searchsorted(used, by.member)
    found = Grouping(tuple(by.labels[number] for number in used), np.minimum(place, len(used) - 1).astype(np.int64))
    return replace(data, remarks=(*data.remarks, remark)), known, found


def _one_slope(
    model: Model,
    given: Sequence[KnownItem | None],
    moving: BoolArray,
    table: ResponseTable,
    *,
    equal: bool,
    sd: float | None,
    prior: tuple[float, float] | None,
) -> OneSlope:
    steps = np.full((len(given), int(table.counts.max()) - 1), np.nan)
    slope: float | None = 1.0 if model.fixed_slope else None
    for j, item in enumerate(given):
        if item is not None:
            slope = item.discrimination
            steps[j, : len(item.thresholds)] = slope * np.array(item.thresholds)
    return OneSlope(
        rating_scale=model.name == "RSM",
        slope=slope,
        anchored=np.isfinite(steps[:, 0]),
        steps=steps,
        moving=moving,
        equal_spread=equal,
        sd=sd if model.fixed_slope else None,
        prior=prior,
    )


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
    starts: str = ""
    remarks: tuple[str, ...] = ()


def _with_one_slope(model: str, table: ResponseTable, asked: OneSlope) -> _Outcome:
    fitted, newton = fit_one_slope(table, asked)
    reason, remarks = "", []
    if not newton.converged:
        reason = "Newton's method did not reach the maximum; check for items that hardly anybody answered"
    if (fitted.sds * (float(fitted.parameters[0, 0]) if asked.slope is None else 1.0) <= NO_SPREAD).any():
        remarks.append("persons do not differ more than chance makes them: the population's spread is not known")
        if asked.slope is None:
            reason = "persons do not differ more than chance makes them, so there is no slope"
    curvature = np.maximum(-np.diag(newton.at.hessian), 1e-12)
    return _Outcome(
        fitted=fitted,
        log_likelihood=newton.at.value - newton.log_prior,
        log_prior=newton.log_prior,
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
        n_parameters=int(fitted.estimated.sum() + 2 * fitted.moving.sum()),
        iterations=fit.iterations,
        steepness=fit.steepest,
        starts=fit.starts,
        reason=_doubt(fit, names, model),
        remarks=tuple(remarks),
    )


def _reported(
    model: str, data: Eligible, by: Grouping, known: Container[int], outcome: _Outcome, errors: ErrorMethod
) -> Calibration:
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
        groups=by.labels,
        group_sizes=np.bincount(by.member[data.persons], minlength=len(by.labels)),
        means=np.zeros(len(by.labels)) if fitted is None else fitted.means,
        sds=np.ones(len(by.labels)) if fitted is None else fitted.sds,
        log_likelihood=outcome.log_likelihood,
        log_prior=outcome.log_prior,
        n_parameters=outcome.n_parameters,
        converged=not outcome.reason,
        iterations=outcome.iterations,
        points=0 if fitted is None else fitted.points,
        steepness=outcome.steepness,
        starts=outcome.starts,
        persons=len(data.categories),
        unanswered=data.unanswered,
        reason=outcome.reason,
        remarks=(*data.remarks, *outcome.remarks),
        left_out=left_out,
        anchored=np.array([j in known for j in range(items)]),
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
    if (fitted.sds <= NO_SPREAD).any():
        return "persons of one group do not differ more than chance makes them: leave that group out, or join it with another"
    if not fit.converged:
        item = names[int(fit.steepness.max(axis=1).argmax())]
        remedy = "give a guessing_prior" if model == "3PL" and fitted.priors.guessing is None else simpler
        return (
            f"after {fit.iterations} iterations the gradient has not vanished (steepest: {item}, "
            f"{fit.steepness.max():.2g} standard errors); {remedy}"
        )
    return ""
