"""Fit a many-facet model by either method and bring it into the shapes of the data."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from assess.psychometrics.facets.anchors import Anchored
from assess.psychometrics.facets.calibration import Method
from assess.psychometrics.facets.categories import first_offsets, free_offsets, thresholds
from assess.psychometrics.facets.cells import Cells
from assess.psychometrics.facets.eligibility import Eligible, listed
from assess.psychometrics.facets.equations import Layout
from assess.psychometrics.facets.fit import Scatter, scatter_over_posterior
from assess.psychometrics.facets.fitted import Fitted
from assess.psychometrics.facets.joint import first_measures, fit_jointly
from assess.psychometrics.facets.marginal import NARROWEST_POPULATION, fit_marginally
from assess.psychometrics.facets.records import PERSON, IntArray, Ratings
from assess.psychometrics.facets.uncertainty import Errors, joint_errors, marginal_errors
from assess.psychometrics.responses import BoolArray, FloatArray

ErrorMethod = Literal["joint", "conditional"]

INSIDE = 0.3
FARTHEST = 15.0


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be fitted, and how."""

    data: Ratings
    kept: Eligible
    held: Anchored
    method: Method
    noncentred: str
    errors: ErrorMethod
    bias_correction: bool

    def layout(self, first: int) -> Layout:
        """The parameters of the facets from `first` on, one row per active rating."""
        data, kept = self.data, self.kept
        everything = bool(kept.active.all())
        codes = tuple(code if everything else code[kept.active] for code in data.codes)
        rated = [np.bincount(code, minlength=size) > 0 for code, size in zip(codes, data.sizes, strict=True)]
        still = [h | ~r for h, r in zip(self.held.held, rated, strict=True)]
        floats = self.noncentred if self.held.held[0].any() else PERSON
        centred = [not h.any() and name != floats for h, name in zip(self.held.held, data.facets, strict=True)]
        return Layout(
            codes=codes[first:],
            sizes=data.sizes[first:],
            signs=(1, *(-1 for _ in data.facets[1:]))[first:],
            group=kept.group if everything else kept.group[kept.active],
            free=free_offsets(kept.used),
            held=tuple(still[first:]),
            centred=tuple(centred[first:]),
        )

    @property
    def value(self) -> IntArray:
        """The active ratings."""
        return self.data.value if self.kept.active.all() else self.data.value[self.kept.active]

    @property
    def standing(self) -> int | None:
        """The place of the facet that floats instead of the persons."""
        if self.noncentred == PERSON or self.held.held[0].any():
            return None
        return self.data.facets.index(self.noncentred)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    measure: tuple[FloatArray, ...]
    offsets: FloatArray
    mean: float | None
    sd: float | None
    log_likelihood: float
    n_parameters: int
    converged: bool
    iterations: int
    steepness: float
    points: int
    reason: str
    remarks: tuple[str, ...]
    fitted: Fitted | None
    placed_errors: tuple[FloatArray, ...]
    find_errors: Callable[[], Errors] | None
    find_scatter: Callable[[], Scatter] | None


def nothing(job: Job) -> Outcome:
    nothing = tuple(np.full(size, np.nan) for size in job.data.sizes)
    return Outcome(
        measure=nothing, offsets=np.zeros(job.kept.used.shape), mean=None, sd=None, log_likelihood=float("nan"), n_parameters=0,
        converged=False, iterations=0, steepness=float("nan"), points=0, reason="", remarks=(), fitted=None,
        placed_errors=nothing, find_errors=None, find_scatter=None,
    )  # fmt: skip


def marginally(job: Job) -> Outcome:
    layout = job.layout(1)
    person = job.data.codes[0] if job.kept.active.all() else job.data.codes[0][job.kept.active]
    offsets = first_offsets(layout.group, job.value, job.kept.used)
    cells = Cells.of(layout, person, job.data.sizes[0], job.value)
    begin = np.concatenate(
        [
            *(np.where(h, m, 0.0) for h, m in zip(layout.held, job.held.measure[1:], strict=True)),
            offsets[layout.free],
            [0.0, 0.0],
        ]
    )
    _, summit = fit_marginally(cells, offsets, begin)
    at = summit.at
    blocks, offsets, mean, sd = at.model.apart(at.parameters)
    rated = np.bincount(person, minlength=job.data.sizes[0]) > 0
    measure = [np.where(rated, at.mean, np.nan), *(block.copy() for block in blocks)]
    for f, still in enumerate(layout.held, 1):
        measure[f][still & ~job.held.held[f]] = np.nan
    if job.standing is not None:
        measure[0], measure[job.standing] = measure[0] - mean, measure[job.standing] - mean
        mean = 0.0
    remarks = []
    if at.parameters[-1] <= NARROWEST_POPULATION:
        remarks.append("persons do not differ more than chance makes them: the population's spread is not known")
    outcome = _finished(
        job, measure, offsets, layout, 2 - (job.standing is not None), summit.converged, summit.iterations, at.steepness
    )
    standing = None if job.standing is None else job.standing - 1
    spread = at.spread

    def errors() -> Errors:
        found = marginal_errors(at, job.kept.used, standing=standing, joint=job.errors == "joint")
        return replace(found, blocks=(spread, *found.blocks))

    return replace(
        outcome, mean=mean, sd=sd, log_likelihood=at.log_likelihood, points=at.nodes,
        remarks=tuple(remarks), find_errors=errors, find_scatter=partial(scatter_over_posterior, at, job.kept.active),
    )  # fmt: skip


def jointly(job: Job) -> Outcome:
    layout, value = job.layout(0), job.value
    offsets = first_offsets(layout.group, value, job.kept.used)
    begin = first_measures(layout, value, job.kept.used, offsets, list(job.held.measure))
    model, summit = fit_jointly(layout, value, offsets, begin)
    at = summit.at
    blocks, _ = layout.apart(summit.parameters)
    offsets = model.offsets(summit.parameters)
    measure = [block.copy() for block in blocks]
    for f, still in enumerate(layout.held):
        measure[f][still & ~job.held.held[f]] = np.nan
    shrunk, remarks = 1.0, []
    if job.bias_correction:
        per_person = len(value) / max(int((~layout.held[0]).sum()), 1)
        shrunk = (per_person - 1) / per_person
        measure[1:] = [np.where(h, m, m * shrunk) for m, h in zip(measure[1:], job.held.held[1:], strict=True)]
        offsets = np.where(np.isfinite(offsets), offsets * shrunk, offsets)
        remarks.append(f"facets and thresholds times {shrunk:.4f} against the bias of joint estimation; persons anew")
    if job.standing is not None:
        mean = float(np.nanmean(measure[0]))
        measure[0], measure[job.standing] = measure[0] - mean, measure[job.standing] - mean
    outcome = _finished(job, measure, offsets, layout, 0, summit.converged, summit.iterations, at.steepness)
    if job.bias_correction:
        assert outcome.fitted is not None
        own = ~layout.held[0]
        anew = outcome.fitted.placed(0, own, INSIDE)[0]
        measure = [np.where(own, anew, outcome.measure[0]), *outcome.measure[1:]]
        outcome = replace(outcome, measure=tuple(measure), fitted=replace(outcome.fitted, measure=tuple(measure)))

    def errors() -> Errors:
        found = joint_errors(at, job.kept.used, standing=job.standing, joint=job.errors == "joint")
        return replace(
            found,
            blocks=(found.blocks[0], *(b * shrunk for b in found.blocks[1:])),
            thresholds=found.thresholds * shrunk,
        )

    return replace(outcome, log_likelihood=at.log_likelihood, remarks=tuple(remarks), find_errors=errors)


def _finished(
    job: Job,
    measure: list[FloatArray],
    offsets: FloatArray,
    layout: Layout,
    extra: int,
    converged: bool,
    iterations: int,
    steepness: float,
) -> Outcome:
    """Place the extreme elements, and gather what both methods report."""
    fitted = Fitted(job.data.codes, job.data.value, job.kept.group, tuple(measure), offsets, job.kept.active)
    complete, placed_errors = list(measure), []
    for f, ends in enumerate(job.kept.extreme):
        errors = np.full(job.data.sizes[f], np.nan)
        if ends:
            which: BoolArray = np.zeros(job.data.sizes[f], dtype=bool)
            which[list(ends)] = True
            place, found = fitted.placed(f, which, INSIDE)
            complete[f] = np.where(which, place, measure[f])
            errors = np.where(which, found, np.nan)
        placed_errors.append(errors)
    free = sum(int((~held).sum()) - (c and not held.all()) for held, c in zip(layout.held, layout.centred, strict=True))
    reason = _unbounded(job, complete, offsets) or ("" if converged else
        f"after {iterations} iterations the gradient has not vanished ({steepness:.2g} standard errors); look for elements "
        "with hardly any rating, and for categories that are hardly used"
    )  # fmt: skip
    return Outcome(
        measure=tuple(complete), offsets=offsets, mean=None, sd=None, log_likelihood=float("nan"),
        n_parameters=free + int(layout.free.sum()) + extra, converged=not reason, iterations=iterations, steepness=steepness,
        points=0, reason=reason, remarks=(), fitted=replace(fitted, measure=tuple(complete)), placed_errors=tuple(placed_errors),
        find_errors=None, find_scatter=None,
    )  # fmt: skip


def _unbounded(job: Job, measure: list[FloatArray], offsets: FloatArray) -> str:
    """Which measures and thresholds ran away, so that the maximum lies at infinity; empty when none did."""
    found = []
    for f, (name, labels) in enumerate(zip(job.data.facets, job.data.labels, strict=True)):
        beyond = (np.abs(measure[f]) > FARTHEST) & ~job.held.held[f]
        away = [labels[e] for e in np.flatnonzero(beyond) if e not in job.kept.extreme[f]]
        if away:
            found.append(listed(name, away))
    with np.errstate(invalid="ignore"):
        steep = (np.abs(thresholds(offsets, job.kept.used)) > FARTHEST).any(axis=1)
    groups = [job.kept.groups[g] for g in np.flatnonzero(steep)]
    if groups:
        found.append(f"thresholds of {listed(':'.join(job.kept.steps), groups)}" if job.kept.steps else "thresholds")
    if not found:
        return ""
    return (
        f"the data do not bound {', '.join(found)} (beyond {FARTHEST:g} logits): some ratings are ordered without a "
        "single exception; collect more ratings, join categories, or give anchors"
    )
