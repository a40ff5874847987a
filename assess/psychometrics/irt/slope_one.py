"""Rasch, 1PL, PCM and RSM: one slope for all items, so that the sum score says all there is to say about a person."""

import numpy as np

from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.groups import ScoreGroups, score_groups
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.newton import NewtonFit, fit_steps
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import FloatArray

# below this a population's standard deviation cannot be told from none, and its logarithm has no standard error
NO_SPREAD = 0.05


def fit_one_slope(table: ResponseTable, *, rating_scale: bool, standardised: bool) -> tuple[Fitted, NewtonFit]:
    """Fit by Newton's method over score groups.

    Parameters
    ----------
    rating_scale
        Thresholds of all items have the same distances (Andrich 1978, Psychometrika 43, 561–573).
    standardised
        Report with a population of standard deviation 1 and the common slope (1PL) instead of slope 1 and the
        population's standard deviation.
    """
    layout = StepLayout.of(table.counts - 1)
    exactly = table.frequencies[layout.item, layout.level].astype(np.float64)
    below = table.frequencies[layout.item, layout.level - 1].astype(np.float64)
    reached = _from_the_top(exactly, layout)
    start = np.append(np.log(below / exactly), 0.0)
    basis = rating_scale_basis(layout) if rating_scale else None
    if basis is not None:
        start = np.linalg.lstsq(basis, start, rcond=None)[0]
    fit = fit_steps(layout, _groups(table), reached, start, basis)
    parameters = fit.parameters if basis is None else basis @ fit.parameters
    sd = float(np.exp(parameters[-1]))
    free = len(fit.parameters) - (sd <= NO_SPREAD)
    covariance = np.zeros((len(fit.parameters), len(fit.parameters)))
    covariance[:free, :free] = np.linalg.pinv(-fit.at.hessian[:free, :free], hermitian=True)
    if basis is not None:
        covariance = basis @ covariance @ basis.T
    slope = sd if standardised else 1.0
    fitted = Fitted(
        family="partial credit",
        parameters=_rows(parameters[:-1], layout, slope),
        at_bound=np.zeros((len(table.counts), int(table.counts.max())), dtype=bool),
        table=table,
        priors=Priors(),
        points=fit.points,
        sd=1.0 if standardised else sd,
        step_covariance=covariance,
    )
    return fitted, fit


def rating_scale_basis(layout: StepLayout) -> FloatArray:
    """(steps, log sd) from (item locations, common thresholds that sum to 0, log sd).

    Step k of item j is location_j + τ_k; the last τ is minus the sum of the others. Items with fewer steps than the
    longest use the first thresholds.

    Examples
    --------
    >>> rating_scale_basis(StepLayout.of([2])).tolist()
    [[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    items, highest = len(layout.steps), int(layout.steps.max(initial=1))
    basis = np.zeros((len(layout.item) + 1, items + highest))
    rows = np.arange(len(layout.item))
    basis[rows, layout.item] = 1.0
    last = layout.level == highest
    basis[rows[~last], items + layout.level[~last] - 1] = 1.0
    basis[np.ix_(rows[last], np.arange(items, items + highest - 1))] = -1.0
    basis[-1, -1] = 1.0
    return basis


def one_slope_errors(fitted: Fitted, *, standardised: bool) -> dict[str, FloatArray]:
    """Standard errors of slope, thresholds and the population's standard deviation from the observed information."""
    covariance = fitted.step_covariance
    assert covariance is not None
    items, width = fitted.parameters.shape
    layout = StepLayout.of(fitted.categories - 1)
    slope, of_log_sd = float(fitted.parameters[0, 0]), float(np.sqrt(max(covariance[-1, -1], 0.0)))
    variance = np.diag(covariance)[:-1].copy()
    if standardised:  # b = step/sd
        steps = np.full((items, width - 1), np.nan)
        steps[:, 0] = -fitted.parameters[:, 1] / slope
        steps[:, 1:] = -np.diff(fitted.parameters[:, 1:], axis=1) / slope
        b = steps[layout.item, layout.level - 1]
        variance = variance / slope**2 + b**2 * covariance[-1, -1] - 2 * b * covariance[:-1, -1] / slope
    difficulty = np.full((items, width - 1), np.nan)
    difficulty[layout.item, layout.level - 1] = np.sqrt(np.maximum(variance, 0.0))
    return {
        "discrimination": np.full(items, slope * of_log_sd if standardised else 0.0),
        "difficulty": difficulty,
        "guessing": np.zeros(items),
        "population_sd": np.array(0.0 if standardised else fitted.sd * of_log_sd),
    }


def _groups(table: ResponseTable) -> ScoreGroups:
    if not table.complete:
        groups = score_groups(np.where(table.categories >= 0, table.categories, np.nan))
        persons = np.bincount(groups.member, weights=table.weight, minlength=len(groups.score))
        return ScoreGroups(groups.answered, groups.score, persons.astype(np.float64), groups.member, complete=False)
    scores = table.categories.sum(axis=1, dtype=np.int64)
    by_score: FloatArray = np.bincount(scores, weights=table.weight).astype(np.float64)
    occurring = np.flatnonzero(by_score)
    member = (np.cumsum(by_score > 0) - 1)[scores]
    answered = np.ones((len(occurring), table.categories.shape[1]))
    return ScoreGroups(answered, occurring.astype(np.float64), by_score[occurring], member, complete=True)


def _from_the_top(exactly: FloatArray, layout: StepLayout) -> FloatArray:
    """How many persons reached each step: exactly there or beyond, within the item."""
    beyond = layout.same_item & (layout.level[None, :] >= layout.level[:, None])
    return np.asarray(beyond @ exactly)


def _rows(steps: FloatArray, layout: StepLayout, slope: float) -> FloatArray:
    """Slope–intercept rows: d_k = −(δ_1 + … + δ_k)."""
    items, highest = len(layout.steps), int(layout.steps.max(initial=1))
    parameters = np.zeros((items, highest + 1))
    parameters[:, 0] = slope
    table = np.zeros((items, highest))
    table[layout.item, layout.level - 1] = steps
    parameters[:, 1:] = -np.cumsum(table, axis=1)
    return parameters
