"""Rasch, 1PL, PCM and RSM: one slope for all items, so that the sum score says all there is to say about a person."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.groups import ScoreGroups, score_groups
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.newton import NewtonFit, Part, curvature_factor, fit_steps
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.irt.table import ResponseTable, row_sums
from assess.psychometrics.responses import BoolArray, FloatArray

# below this a population's standard deviation cannot be told from none, and its logarithm has no standard error
NO_SPREAD = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class OneSlope:
    """What is asked of a model with one slope.

    Attributes
    ----------
    rating_scale
        Thresholds of all items have the same distances (Andrich 1978, Psychometrika 43, 561–573).
    slope
        The slope that is reported, 1 or that of the anchors; None (1PL) for the standard deviation of the first population,
        which is 1 then.
    anchored
        Which items are given, and their step difficulties (items × steps, in logits; NaN elsewhere).
    moving
        Groups whose mean is estimated; it is 0 in the others.
    equal_spread
        All groups have one standard deviation.
    sd
        The standard deviation of the first group, where it is known.
    prior
        Mean and standard deviation of a normal prior on step difficulties (in the RSM on the items' locations).
    """

    rating_scale: bool
    slope: float | None
    anchored: BoolArray
    steps: FloatArray
    moving: BoolArray
    equal_spread: bool
    sd: float | None
    prior: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Design:
    """(steps, means, log sds) = basis · parameters + offset, and which parameters hold difficulties."""

    basis: FloatArray
    offset: FloatArray
    difficulties: BoolArray
    groups: int

    def nearest(self, wanted: FloatArray) -> FloatArray:
        """The parameters that lead nearest to these (steps, means, log sds)."""
        beyond = wanted - self.offset
        if self.plain:
            return np.asarray(self.basis.T @ beyond)
        return np.linalg.lstsq(self.basis, beyond, rcond=None)[0].astype(np.float64)

    @property
    def plain(self) -> bool:
        """Whether every parameter is one step, mean or log sd."""
        return bool((np.count_nonzero(self.basis, axis=0) == 1).all() and self.basis.max(initial=0.0) <= 1)

    def part(self, group: int) -> tuple[FloatArray, FloatArray]:
        """Basis and offset of one group's (steps − its mean, log sd)."""
        steps = len(self.basis) - 2 * self.groups
        rows = [self.basis[:steps] - self.basis[steps + group], self.basis[None, steps + self.groups + group]]
        shift = self.offset[:steps] - self.offset[steps + group]
        return np.vstack(rows), np.append(shift, self.offset[steps + self.groups + group])


def fit_one_slope(table: ResponseTable, asked: OneSlope) -> tuple[Fitted, NewtonFit]:
    """Fit by Newton's method over score groups."""
    layout = StepLayout.of(table.counts - 1)
    design = design_of(layout, asked)
    groups = len(asked.moving)
    exactly = np.maximum(table.frequencies[layout.item, layout.level], 0.5)
    below = np.maximum(table.frequencies[layout.item, layout.level - 1], 0.5)
    wanted = np.concatenate([np.log(below / exactly), np.zeros(2 * groups)])
    start = design.nearest(wanted)
    precision, centre = np.zeros(len(start)), np.zeros(len(start))
    if asked.prior is not None:
        centre[design.difficulties], precision[design.difficulties] = asked.prior[0], 1 / asked.prior[1] ** 2
    parts = [Part(*_counted(table, rows, layout), *design.part(g)) for g, rows in enumerate(table.parts)]
    fit = fit_steps(layout, parts, start, precision=precision, centre=centre)
    whole = design.basis @ fit.parameters + design.offset
    steps, means, log_sds = np.split(whole, [len(whole) - 2 * groups, len(whole) - groups])
    covariance = design.basis @ _covariance(fit, design, log_sds) @ design.basis.T
    unit = float(np.exp(log_sds[0])) if asked.slope is None else asked.slope
    fitted = Fitted(
        family="partial credit",
        parameters=_rows(steps, layout, unit),
        at_bound=np.zeros((len(table.counts), int(table.counts.max())), dtype=bool),
        anchored=asked.anchored,
        table=table,
        priors=Priors(),
        points=fit.points,
        means=means / unit,
        sds=np.exp(log_sds) / unit,
        moving=np.zeros(groups, dtype=bool),
        step_covariance=covariance,
    )
    return fitted, fit


def design_of(layout: StepLayout, asked: OneSlope) -> Design:
    """Which step, mean and standard deviation depends on which free parameter.

    Examples
    --------
    Two items of one step, the first given at 0.5, one group whose mean is free: free are the second item, the mean and
    the standard deviation.

    >>> given = OneSlope(rating_scale=False, slope=1.0, anchored=np.array([True, False]), prior=None,
    ...     steps=np.array([[0.5], [np.nan]]), moving=np.array([True]), equal_spread=False, sd=None)
    >>> found = design_of(StepLayout.of([1, 1]), given)
    >>> found.basis.astype(int).tolist(), found.offset.tolist()
    ([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.5, 0.0, 0.0, 0.0])
    """
    own = asked.anchored[layout.item]
    offset = np.where(own, asked.steps[layout.item, layout.level - 1], 0.0)
    if asked.rating_scale:
        items, offset, difficulties = _rating_scale(layout, asked, offset)
    else:
        items = np.eye(len(own))[:, ~own]
        difficulties = np.ones(items.shape[1], dtype=bool)
    groups, moving = len(asked.moving), np.eye(len(asked.moving))[:, asked.moving]
    spreads = np.ones((groups, 1)) if asked.equal_spread else np.eye(groups)
    log_sds = np.zeros(groups)
    if asked.sd is not None:
        log_sds = np.log(asked.sd) * spreads[:, 0]
        spreads = spreads[:, 1:]
    blocks = [items, moving, spreads]
    basis = np.zeros((sum(len(block) for block in blocks), sum(block.shape[1] for block in blocks)))
    row = column = 0
    for block in blocks:
        basis[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    others = np.zeros(moving.shape[1] + spreads.shape[1], dtype=bool)
    return Design(
        basis=basis,
        offset=np.concatenate([offset, np.zeros(groups), log_sds]),
        difficulties=np.concatenate([difficulties, others]),
        groups=groups,
    )


def _rating_scale(layout: StepLayout, asked: OneSlope, offset: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Steps from locations and common thresholds that sum to 0; anchors, which know the thresholds, fix them."""
    basis = rating_scale_basis(layout)
    items = len(layout.steps)
    own = asked.anchored[layout.item]
    free = np.append(~asked.anchored, np.full(basis.shape[1] - items, not asked.anchored.any()))
    if asked.anchored.any():
        longest = int(np.where(asked.anchored, layout.steps, 0).argmax())
        known = asked.steps[longest, : layout.steps[longest]]
        distances = np.full(int(layout.steps.max()), 0.0)
        distances[: len(known)] = known - known.mean()
        offset = np.where(own, offset, distances[layout.level - 1])
    basis[own] = 0.0
    return basis[:, free], offset, np.arange(int(free.sum())) < int((~asked.anchored).sum())


def rating_scale_basis(layout: StepLayout) -> FloatArray:
    """Steps from (item locations, common thresholds that sum to 0).

    Step k of item j is location_j + τ_k; the last τ is minus the sum of the others. Items with fewer steps than the
    longest use the first thresholds.

    Examples
    --------
    >>> rating_scale_basis(StepLayout.of([2])).tolist()
    [[1.0, 1.0], [1.0, -1.0]]
    """
    items, highest = len(layout.steps), int(layout.steps.max(initial=1))
    basis = np.zeros((len(layout.item), items + highest - 1))
    rows = np.arange(len(layout.item))
    basis[rows, layout.item] = 1.0
    last = layout.level == highest
    basis[rows[~last], items + layout.level[~last] - 1] = 1.0
    basis[np.ix_(rows[last], np.arange(items, items + highest - 1))] = -1.0
    return basis


def one_slope_errors(fitted: Fitted, *, standardised: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Covariance of each item's slope, thresholds and guessing, standard errors of the groups' means and standard
    deviations, from the observed information."""
    covariance = fitted.step_covariance
    assert covariance is not None
    items, width = fitted.parameters.shape
    groups = len(fitted.sds)
    layout = StepLayout.of(fitted.categories - 1)
    slope = float(fitted.parameters[0, 0])
    first = len(layout.item)
    change = np.eye(len(covariance))
    change[first + groups :] *= fitted.sds[:, None]  # from log sd to sd
    change[: first + groups] /= slope
    standardised = standardised and not fitted.anchored.any()
    if standardised:  # everything is in units of the first group's standard deviation, which is the slope
        steps = np.full((items, width - 1), np.nan)
        steps[:, 0] = -fitted.parameters[:, 1] / slope
        steps[:, 1:] = -np.diff(fitted.parameters[:, 1:], axis=1) / slope
        scaled = np.concatenate([steps[layout.item, layout.level - 1], fitted.means, fitted.sds])
        change[:, first + groups] -= scaled
    of_slope = slope * np.eye(len(covariance))[first + groups] if standardised else np.zeros(len(covariance))
    every = np.vstack([of_slope, change])
    together = every @ covariance @ every.T
    own = np.zeros((items, width + 1, width + 1))
    for j in range(items):
        places = np.append(0, np.flatnonzero(layout.item == j) + 1)
        own[j, : len(places), : len(places)] = together[np.ix_(places, places)]
    error = np.sqrt(np.maximum(np.diag(together)[1 + first :], 0.0))
    return own, error[:groups], error[groups:]


def _covariance(fit: NewtonFit, design: Design, log_sds: FloatArray) -> FloatArray:
    """Inverse information of the free parameters, those of a spread that cannot be told from none taken as known."""
    covariance = np.zeros((len(fit.parameters), len(fit.parameters)))
    none = np.flatnonzero(np.exp(log_sds) <= NO_SPREAD) + len(design.basis) - design.groups
    free = np.flatnonzero(~design.basis[none].any(axis=0))
    information = -fit.at.hessian[np.ix_(free, free)]
    factor = curvature_factor(information)
    if factor is None:
        covariance[np.ix_(free, free)] = np.linalg.pinv(information, hermitian=True)
    else:
        half = lapack.dtrtri(factor)[0]
        covariance[np.ix_(free, free)] = half @ half.T
    return covariance


def _counted(table: ResponseTable, rows: slice, layout: StepLayout) -> tuple[ScoreGroups, FloatArray]:
    """One group's persons by score, and how many of them reached each step."""
    categories, weight = table.categories[rows], table.weight[rows]
    if len(table.parts) == 1:
        exactly = table.frequencies
    else:
        exactly = np.stack([weight @ (categories == k) for k in range(int(table.counts.max()))], axis=1)
    reached = _from_the_top(exactly[layout.item, layout.level].astype(np.float64), layout)
    if not table.complete:
        groups = score_groups(np.where(categories >= 0, categories, np.nan))
        persons = np.bincount(groups.member, weights=weight, minlength=len(groups.score)).astype(np.float64)
        return ScoreGroups(groups.answered, groups.score, persons, groups.member, groups.complete), reached
    scores = row_sums(categories)
    by_score: FloatArray = np.bincount(scores, weights=weight).astype(np.float64)
    occurring = np.flatnonzero(by_score)
    member = (np.cumsum(by_score > 0) - 1)[scores]
    answered = np.ones((len(occurring), categories.shape[1]))
    return ScoreGroups(answered, occurring.astype(np.float64), by_score[occurring], member, complete=True), reached


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
