"""2PL, 3PL, GPCM and GRM: every item has its own slope, so the posterior of each response pattern is needed."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logit

from assess.psychometrics.irt.ascent import Ascent, climb, climb_within
from assess.psychometrics.irt.expectation import POINTS, Grid, Indicators, points_for
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.gathering import Gathering
from assess.psychometrics.irt.landscape import Fixed, Landscape
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.models import Model
from assess.psychometrics.irt.starts import Start, starting_values
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.irt.walk import Walk
from assess.psychometrics.responses import FloatArray

# how steep the end of a climb may be, in standard errors
STEEPEST = 0.01
# EM steps on a flat likelihood before another method takes over
PATIENCE = 40
# a slope beyond these, or an item at the edge of its range, is worth a second start
SUSPICIOUS = (0.02, 10.0)
# how near to one another two starts end that found the same place, and how far the second has to climb to know: how long its
# last step, and how steep (in standard errors) it may still be
SAME, NEARLY, GENTLE = 0.3, 0.03, 0.5
# by how much the log-likelihood has to be higher to be another place
HIGHER = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeSlopeFit:
    """The maximum and how it was reached.

    Attributes
    ----------
    steepness
        |gradient|/√information of each item parameter: how far it is from the summit, in standard errors.
    steepest
        The largest of these, the groups' means and standard deviations included.
    starts
        What a second start found; empty when there was none.
    """

    fitted: Fitted
    log_likelihood: float
    log_prior: float
    iterations: int
    converged: bool
    steepness: FloatArray
    steepest: float
    starts: str

    @property
    def objective(self) -> float:
        """What is maximised: log-likelihood and log prior together."""
        return self.log_likelihood + self.log_prior

    @property
    def suspicious(self) -> bool:
        """Not converged, or with an item at the edge of its range."""
        slope = np.abs(self.fitted.parameters[~self.fitted.anchored, 0])
        odd = (slope < SUSPICIOUS[0]) | (slope > SUSPICIOUS[1])
        negative = self.fitted.parameters[~self.fitted.anchored, 0] < 0
        return bool(not self.converged or odd.any() or negative.any() or self.fitted.at_bound.any())


def fit_free_slopes(
    table: ResponseTable,
    model: Model,
    priors: Priors,
    fixed: Fixed,
    *,
    points: int | None,
    tolerance: float,
    most_iterations: int,
) -> FreeSlopeFit:
    """Accelerated EM from one start, and from a second where the model has guessing or the first end looks odd."""
    gathering = Gathering(Indicators(table))

    def fit(start: Start, *, loosely: bool = False) -> FreeSlopeFit:
        landscape = Landscape(
            gathering=gathering, family=model.family, priors=priors, fixed=fixed, as_needed=points is None
        )
        at = landscape.packed(starting_values(table, model.family, start))
        end = (NEARLY, GENTLE) if loosely else (tolerance, STEEPEST)
        return _fit(landscape, at, points=points or POINTS, end=end, most_iterations=most_iterations)

    first = fit("even")
    if model.family != "guessing" and not first.suspicious:
        return first
    if not first.suspicious and first.fitted.priors.guessing is not None:
        second = fit("classical", loosely=True)
        if np.abs(second.fitted.parameters - first.fitted.parameters).max() < SAME:
            return replace(first, starts="two starts ended at the same place")
    return _better(first, fit("classical"))


def _better(first: FreeSlopeFit, second: FreeSlopeFit) -> FreeSlopeFit:
    gain = second.objective - first.objective
    if first.converged == second.converged and abs(gain) < HIGHER:
        return replace(first, starts="two starts ended equally high")
    if (second.converged, gain > 0) > (first.converged, False):
        how = f"higher by {gain:.3g}" if gain > 0 else "where the gradient vanishes, the first did not"
        return replace(second, starts=f"the second of two starts is reported: it ended {how}")
    return replace(first, starts=f"the first of two starts is reported: the second ended lower by {-gain:.3g}")


def _fit(
    landscape: Landscape, at: FloatArray, *, points: int, end: tuple[float, float], most_iterations: int
) -> FreeSlopeFit:
    """Climb on a grid that is refined until it is fine enough for the narrowest posterior.

    `end`: how long the last step and how steep the end may be.
    """
    table, family, priors = landscape.table, landscape.family, landscape.priors
    iterations = 0
    if landscape.flat:
        # without a prior the likelihood is flat and has several tops: start from where a prior leads
        _, means, sds = landscape.unpacked(at)
        guess = float(at[2])
        held = replace(landscape, priors=replace(priors, guessing=(guess if guess > -2 else float(logit(0.15)), 0.5)))
        led = _climb(held, Grid(points), at, (1e-3, STEEPEST), most_iterations)[0]
        at, iterations = led.parameters, led.iterations
    while True:
        ascent, grid = _climb(landscape, Grid(points), at, end, most_iterations)
        at, iterations = ascent.parameters, iterations + ascent.iterations
        points = points_for(grid, ascent.visit.narrowest, landscape.widest)
        rough = not ascent.visit.exact
        if not ascent.converged or rough or points == len(grid.nodes) == ascent.visit.points:
            break
    items, means, sds = landscape.unpacked(at)
    log_prior = landscape.log_prior(items)
    fitted = Fitted(
        family=family,
        parameters=items,
        at_bound=landscape.at_bound(items),
        anchored=landscape.fixed.anchored,
        table=table,
        priors=priors,
        points=len(grid.nodes),
        means=means,
        sds=sds,
        moving=landscape.fixed.moving,
    )
    steepness = ascent.visit.steepness
    return FreeSlopeFit(
        fitted=fitted,
        log_likelihood=ascent.visit.objective - log_prior,
        log_prior=log_prior,
        iterations=iterations,
        converged=ascent.converged,
        steepness=steepness[: items.size].reshape(items.shape),
        steepest=float(steepness.max(initial=0.0)),
        starts="",
    )


def _climb(
    landscape: Landscape, grid: Grid, start: FloatArray, end: tuple[float, float], most_iterations: int
) -> tuple[Ascent, Grid]:
    """Climb by accelerated EM; where the likelihood is flat and EM crawls, within bounds by another method."""
    walk = Walk(landscape, grid, end[0])
    ascent = climb(
        walk.visit,
        start,
        admissible=landscape.admissible,
        lost=landscape.lost,
        tolerance=end[0],
        steepest=end[1],
        most_iterations=min(most_iterations, PATIENCE) if landscape.flat else most_iterations,
    )
    if landscape.flat and not ascent.converged:
        walk.exactly()
        information = walk.information(ascent.parameters)
        scale = np.where(information > 0, 1 / np.sqrt(np.clip(information, 1.0, None)), 1.0)
        further = climb_within(
            walk.visit,
            ascent.parameters,
            scale=scale,
            bounds=landscape.bounds,
            steepest=STEEPEST,
            most_iterations=most_iterations,
        )
        ascent = replace(further, iterations=ascent.iterations + further.iterations)
    return ascent, walk.final
