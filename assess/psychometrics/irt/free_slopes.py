"""2PL, 3PL, GPCM and GRM: every item has its own slope, so the posterior of each response pattern is needed."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logit

from assess.psychometrics.irt.ascent import Ascent, Visit, climb, climb_within
from assess.psychometrics.irt.expectation import Grid, Indicators, Precision, expect, moments, points_for
from assess.psychometrics.irt.families import Family, by_ability, free, log_probabilities
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.maximisation import LOGIT_GUESSING, Priors, admissible, improve
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import BoolArray, FloatArray

POINTS = 61
STEEPEST = 0.01
# tables of more cells begin in single precision, until a step is shorter than NEAR
LARGE = 20_000
NEAR = 3e-3
# EM steps on a flat likelihood before another method takes over
PATIENCE = 40
# beyond these no data bound a parameter
SLOPES = (-20.0, 20.0)
INTERCEPTS = (-80.0, 80.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeSlopeFit:
    """The maximum and how it was reached.

    Attributes
    ----------
    steepness
        |gradient|/√information of each parameter: how far it is from the summit, in standard errors.
    """

    fitted: Fitted
    log_likelihood: float
    log_prior: float
    iterations: int
    converged: bool
    steepness: FloatArray


def fit_free_slopes(
    table: ResponseTable, family: Family, priors: Priors, *, points: int, tolerance: float, most_iterations: int
) -> FreeSlopeFit:
    """Accelerated EM on a grid that is refined until it is fine enough for the narrowest posterior."""
    indicators = Indicators(table)
    parameters, iterations = starting_values(table, family), 0
    if family == "guessing" and priors.guessing is None:
        # without a prior the likelihood is flat and has several tops: start from where a prior leads
        held = replace(priors, guessing=(float(logit(0.15)), 0.5))
        first, _ = _climb(indicators, family, held, Grid(points), parameters, 1e-3, most_iterations)
        parameters, iterations = first.parameters, first.iterations
    while True:
        ascent, grid = _climb(indicators, family, priors, Grid(points), parameters, tolerance, most_iterations)
        parameters, iterations = ascent.parameters, iterations + ascent.iterations
        logs = log_probabilities(family, parameters, table.counts, grid.nodes)
        points = points_for(grid, float(moments(indicators, logs, grid)[1].min(initial=1.0)))
        if not ascent.converged or points == len(grid.nodes):
            break
    log_prior = float(priors.log_density(family, parameters, _exists(table, family, parameters)).sum())
    fitted = Fitted(
        family=family,
        parameters=parameters,
        at_bound=_at_bound(family, parameters),
        table=table,
        priors=priors,
        points=len(grid.nodes),
        sd=1.0,
    )
    return FreeSlopeFit(
        fitted=fitted,
        log_likelihood=ascent.visit.objective - log_prior,
        log_prior=log_prior,
        iterations=iterations,
        converged=ascent.converged,
        steepness=ascent.visit.steepness,
    )


def starting_values(table: ResponseTable, family: Family) -> FloatArray:
    """Slope 1 and intercepts from the shares of each category, a little spread out for the ability integrated over."""
    items, highest = len(table.counts), int(table.counts.max())
    parameters = np.zeros((items, highest + (family == "guessing")))
    parameters[:, 0] = 1.0
    for j, count in enumerate(table.counts):
        share = table.frequencies[j, :count] + 0.5
        if family == "graded":
            reached = np.cumsum(share[::-1])[::-1][1:] / share.sum()
            parameters[j, 1:count] = 1.2 * logit(reached)
        else:
            parameters[j, 1:count] = 1.2 * np.log(share[1:] / share[0])
    if family == "guessing":
        parameters[:, 2] = logit(0.15)
    return parameters


def _climb(
    indicators: Indicators,
    family: Family,
    priors: Priors,
    grid: Grid,
    start: FloatArray,
    tolerance: float,
    most_iterations: int,
) -> tuple[Ascent, Grid]:
    """Climb; the grid is refined on the way when the information at some ability asks for it."""
    categories = indicators.table.counts
    exists = _exists(indicators.table, family, start)

    flat = family == "guessing" and priors.guessing is None
    precision: Precision = np.float32 if indicators.chosen.size > LARGE else np.float64

    def visit(parameters: FloatArray) -> Visit:
        nonlocal precision, grid
        now = precision
        logs = log_probabilities(family, parameters, categories, grid.nodes)
        expected = expect(indicators, logs, grid, now)
        step = improve(family, parameters, categories, expected.counts, grid.nodes, priors)
        log_prior = float(priors.log_density(family, parameters, exists).sum())
        # at a bound the gradient may point out of the range
        inward = np.where(parameters < 0, step.gradient > 0, step.gradient < 0)
        counted = (exists > 0) & (~_at_bound(family, parameters) | inward)
        steepness = np.where(counted, np.abs(step.gradient) / np.sqrt(np.maximum(step.information, 1e-12)), 0.0)
        longest = float(np.abs(step.parameters - parameters).max())
        if longest < NEAR:
            precision = np.float64
        if longest < 10 * NEAR:
            peopled = expected.counts.sum(axis=1).max(axis=0) > 0.5
            information = by_ability(family, parameters, categories, grid.nodes[peopled]).information.sum(axis=0)
            finer = points_for(grid, float(1 / np.sqrt(1 + information.max(initial=0.0))))
            grid = grid if finer == len(grid.nodes) else Grid(finer)
        return Visit(
            objective=expected.log_likelihood + log_prior,
            target=step.parameters,
            gradient=step.gradient * exists,
            steepness=steepness,
            exact=now is np.float64,
        )

    ascent = climb(
        visit,
        start,
        admissible=lambda parameters: admissible(family, parameters, categories),
        tolerance=tolerance,
        steepest=STEEPEST,
        most_iterations=min(most_iterations, PATIENCE) if flat else most_iterations,
    )
    if flat and not ascent.converged:
        precision = np.float64
        logs = log_probabilities(family, ascent.parameters, categories, grid.nodes)
        counts = expect(indicators, logs, grid).counts
        information = improve(family, ascent.parameters, categories, counts, grid.nodes, priors).information
        scale = np.where(exists > 0, 1 / np.sqrt(np.clip(information, 1.0, None)), 1.0)
        further = climb_within(
            visit,
            ascent.parameters,
            scale=scale,
            bounds=_bounds(family, start),
            steepest=STEEPEST,
            most_iterations=most_iterations,
        )
        ascent = replace(further, iterations=ascent.iterations + further.iterations)
    return ascent, grid


def _exists(table: ResponseTable, family: Family, parameters: FloatArray) -> FloatArray:
    return free(family, table.counts, parameters.shape[1]).astype(np.float64)


def _bounds(family: Family, like: FloatArray) -> tuple[FloatArray, FloatArray]:
    low, high = np.full(like.shape, INTERCEPTS[0]), np.full(like.shape, INTERCEPTS[1])
    low[:, 0], high[:, 0] = SLOPES
    if family == "guessing":
        low[:, 2], high[:, 2] = LOGIT_GUESSING
    return low, high


def _at_bound(family: Family, parameters: FloatArray) -> BoolArray:
    held = np.zeros(parameters.shape, dtype=bool)
    if family == "guessing":
        low, high = LOGIT_GUESSING
        held[:, 2] = (parameters[:, 2] <= low) | (parameters[:, 2] >= high)
    return held
