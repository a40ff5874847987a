"""Many-facet Rasch calibration, the entry: read, ask whether the design can answer, fit, and say what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.facets.anchors import Anchored, Anchors, anchored
from assess.psychometrics.facets.calibration import SOURCES, FacetCalibration, Method
from assess.psychometrics.facets.categories import first_offsets, free_offsets, thresholds
from assess.psychometrics.facets.cells import Cells
from assess.psychometrics.facets.comparable import Comparable, comparable
from assess.psychometrics.facets.connectivity import Connectivity, connectivity_of
from assess.psychometrics.facets.eligibility import Eligible, eligible, listed
from assess.psychometrics.facets.equations import Layout
from assess.psychometrics.facets.fit import Scatter, scatter_over_posterior
from assess.psychometrics.facets.fitted import Fitted
from assess.psychometrics.facets.joint import first_measures, fit_jointly
from assess.psychometrics.facets.marginal import NARROWEST_POPULATION, fit_marginally
from assess.psychometrics.facets.records import PERSON, Labels, Ratings, read_ratings
from assess.psychometrics.facets.uncertainty import Errors, joint_errors, marginal_errors
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import LEVEL

ErrorMethod = Literal["joint", "conditional"]

MINIMUM_RATINGS = 30
FEWEST_PERSONS = 5
INSIDE = 0.3
RATERS = ("rater", "assessor", "judge", "examiner", "marker")


def calibrate(
    ratings: npt.ArrayLike,
    *,
    person: Labels,
    facets: Mapping[str, Labels],
    method: Method = "MML",
    steps: str | Sequence[str] = (),
    anchors: Anchors | None = None,
    noncentred: str = PERSON,
    bias_correction: bool = False,
    errors: ErrorMethod = "joint",
    level: float = LEVEL,
    minimum: int = MINIMUM_RATINGS,
) -> FacetCalibration:
    r"""Calibrate persons, tasks, criteria, raters and occasions on one scale.

    Parameters
    ----------
    ratings
        One category per rating, from 0; NaN where none was given. A design in which not everybody is rated by everybody
        on everything is normal.
    person
        Whose rating it is: one label per rating.
    facets
        Name of each facet → the label of its element per rating, such as {"task": …, "criterion": …, "rater": …}. A
        larger measure makes ratings lower: difficulty, severity.
    method
        "MML": persons are a sample from a normal population, whose mean and standard deviation are estimated. "JML":
        persons are parameters too, as in the program Facets; consistent only when everybody has many ratings.
    steps
        Empty: one rating scale for all. The name of a facet: each of its elements has thresholds of its own (partial
        credit). Several names: each combination of their elements has.
    anchors
        Facet → element → measure that is kept; see `read_anchors`. An anchored facet is not centred.
    noncentred
        The facet whose mean floats; all others sum to zero. With "person" (the default) the population's mean is
        estimated; with a facet's name it is 0, and so is the mean of persons in JML.
    bias_correction
        JML only: facets and thresholds times (L − 1)/L with L ratings per person on average (Wright & Douglas 1977,
        Applied Psychological Measurement 1, 281–295), persons estimated anew. Exact for two items, else approximate.
    errors
        "joint": standard errors that count what is unknown about other facets (up to 1,500 parameters besides persons).
        "conditional": others as known, as Facets prints them.
    minimum
        Ratings of an element for a positive verdict.

    Raises
    ------
    ResponseError
        As `read_ratings`; `unknown_method`, `unknown_facet`, `not_anchors`; `anchored_persons` when persons are anchored
        and either the method is MML or no other facet floats.

    Notes
    -----
    log(P_k/P_{k−1}) = θ − Σ_f δ_f − τ_k (Linacre 1989). Ratings in categories that nobody used in between keep their
    scores. `converged` asks that every gradient is below 10⁻⁶ standard errors. Where marks do not connect all persons,
    JML refuses and names the fewest further markings; MML goes on under the assumption that persons were assigned at
    random, says so, and marks every estimate as doubtful.

    Examples
    --------
    >>> marks, person, rater = [], [], []
    >>> for p in range(60):
    ...     for r in range(3):
    ...         person, rater = [*person, p], [*rater, f"R{r}"]
    ...         marks.append(min(3, max(0, (p * 7 + r * 5) % 11 // 3 + (p % 4 > 1) - (r == 2))))
    >>> found = calibrate(marks, person=person, facets={"rater": rater})
    >>> found.converged, found.elements["rater"], found.difficulty["rater"].round(1).tolist()
    (True, ('R0', 'R1', 'R2'), [-0.2, -0.2, 0.4])
    """
    if method not in SOURCES:
        raise ResponseError("unknown_method", f"there is no method {method!r}; methods: {', '.join(SOURCES)}")
    data = read_ratings(ratings, person, facets)
    held = anchored(data, anchors)
    chosen = (steps,) if isinstance(steps, str) else tuple(steps)
    _check_origin(data, held, method, noncentred, chosen)
    kept = eligible(data, chosen, held.held, persons_bounded=method == "MML")
    design, linked = _design(data, kept, held)
    remarks = (
        *((f"{data.missing} rows have no rating",) if data.missing else ()),
        *((f"anchors that do not occur: {listed('element', held.absent)}",) if held.absent else ()),
        *kept.remarks,
    )
    job = _Job(data, kept, held, method, noncentred, errors, bias_correction)
    reason = _too_thin(job) or _inseparable(job, linked, design)
    outcome = _nothing(job) if reason else (_marginal(job) if method == "MML" else _joint(job))
    doubt = ""
    if method == "MML" and not reason and linked is not None and int(linked.group[0].max(initial=0)) > 0:
        doubt = (
            f"{design.sentence[:-1]}: the comparison rests on persons having been assigned at random; "
            f"{_remedy(design)} would make it rest on marks"
        )
    return FacetCalibration(
        method=method,
        facets=data.facets[1:],
        elements=dict(zip(data.facets, data.labels, strict=True)),
        measure=dict(zip(data.facets, outcome.measure, strict=True)),
        steps=chosen,
        step_groups=kept.groups,
        thresholds=thresholds(outcome.offsets, kept.used)
        if not reason
        else np.full(outcome.offsets[:, 1:].shape, np.nan),
        mean=outcome.mean,
        sd=outcome.sd,
        log_likelihood=outcome.log_likelihood,
        n_parameters=outcome.n_parameters,
        converged=not reason and outcome.converged,
        iterations=outcome.iterations,
        steepness=outcome.steepness,
        points=outcome.points,
        connectivity=design,
        reason=reason or outcome.reason,
        remarks=(*remarks, *outcome.remarks),
        doubt=doubt,
        missing=data.missing,
        level=level,
        minimum=minimum,
        data=data,
        fitted=outcome.fitted,
        anchored=dict(zip(data.facets, held.held, strict=True)),
        extreme=dict(zip(data.facets, kept.extreme, strict=True)),
        placed_errors=outcome.placed_errors,
        find_errors=outcome.find_errors,
        find_scatter=outcome.find_scatter,
        of_persons="expected a posteriori measures (EAP)" if method == "MML" else "maximum likelihood measures",
    )


@dataclass(frozen=True, eq=False)
class _Job:
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
    def value(self) -> npt.NDArray[np.signedinteger]:
        """The active ratings."""
        return self.data.value if self.kept.active.all() else self.data.value[self.kept.active]

    @property
    def standing(self) -> int | None:
        """The place of the facet that floats instead of the persons."""
        if self.noncentred == PERSON or self.held.held[0].any():
            return None
        return self.data.facets.index(self.noncentred)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outcome:
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


def _check_origin(data: Ratings, held: Anchored, method: Method, noncentred: str, steps: Sequence[str]) -> None:
    if noncentred not in data.facets:
        sentence = f"noncentred: {noncentred!r} is not one of the facets {', '.join(data.facets)}"
        raise ResponseError("unknown_facet", sentence)
    if PERSON in steps:
        raise ResponseError("unknown_facet", "steps: persons cannot have steps of their own; name another facet")
    if held.held[0].any() and method == "MML":
        raise ResponseError("anchored_persons", "persons are anchored: use method='JML', or anchor another facet")
    if held.held[0].any() and noncentred == PERSON:
        sentence = "persons are anchored, so another facet has to float: give noncentred=" + repr(data.facets[-1])
        raise ResponseError("anchored_persons", sentence)
    if noncentred != PERSON and held.held[data.facets.index(noncentred)].any():
        sentence = f"{noncentred} is anchored, so its mean is given; leave noncentred out"
        raise ResponseError("not_anchors", sentence)


def _design(data: Ratings, kept: Eligible, held: Anchored) -> tuple[Connectivity, Comparable | None]:
    """Who can be compared by all ratings, and by the active ones with the anchors."""
    if not len(data.value):
        return connectivity_of(data.codes[:2], data.labels[:2]), None
    named = [name for name in data.facets[1:] if name.lower() in RATERS]
    largest = max(data.facets[1:], key=lambda name: data.sizes[data.facets.index(name)])
    order = [PERSON, (named or [largest])[0]]
    order += [name for name in data.facets if name not in order]
    places = [data.facets.index(name) for name in order]
    found = comparable(data.codes, data.sizes)
    shown = Comparable(tuple(found.group[p] for p in places), tuple(found.shift[p] for p in places), found.exhaustive)
    design = connectivity_of([data.codes[p] for p in places], [data.labels[p] for p in places], shown)
    if kept.active.all() and not any(h.any() for h in held.held):
        return design, found
    return design, _among_active(data, kept, held, together=False)


def _among_active(data: Ratings, kept: Eligible, held: Anchored, *, together: bool) -> Comparable | None:
    """What the active ratings and the anchors connect; `together` takes all persons as one (a population)."""
    if not kept.active.any():
        return None
    codes, sizes, still = [], [], {}
    for f, (code, size, anchor) in enumerate(zip(data.codes, data.sizes, held.held, strict=True)):
        active = code[kept.active]
        used = np.bincount(active, minlength=size) > 0
        codes.append((np.cumsum(used) - 1)[active])
        sizes.append(int(used.sum()))
        if anchor[used].any():
            still[f] = anchor[used]
    if together:
        codes[0], sizes[0] = np.zeros_like(codes[0]), 1
    return comparable(codes, sizes, still)


def _too_thin(job: _Job) -> str:
    data, kept = job.data, job.kept
    if not len(data.value):
        return f"there are no ratings; at least {MINIMUM_RATINGS} for each element are needed"
    if len(data.labels[0]) < FEWEST_PERSONS:
        return f"{len(data.labels[0])} persons were rated; at least {MINIMUM_RATINGS} are needed"
    if not kept.active.any():
        return "no ratings are left that tell anybody apart: collect ratings in more than one category"
    if job.method == "MML":
        times = np.bincount(data.codes[0][kept.active])
        if int(times.max(initial=0)) < 2:
            return "nobody has two ratings, so persons' differences cannot be told from chance; rate some persons twice"
    return ""


def _inseparable(job: _Job, linked: Comparable | None, design: Connectivity) -> str:
    """Why the design cannot answer: subsets without a link, or facets that move together."""
    data, kept = job.data, job.kept
    if job.method == "JML" and linked is not None and int(linked.group[0].max(initial=0)) > 0:
        if design.connected:
            return (
                "without the elements that are always in the lowest or highest category, marks no longer connect all "
                "persons: use method='MML', or let more raters mark the same persons"
            )
        return f"{design.sentence[:-1]}: {_remedy(design)}; or use anchors"
    if job.method == "MML":
        linked = _among_active(data, kept, job.held, together=True)
    if linked is None:
        return ""
    for f, name in enumerate(data.facets[1:], 1):
        group = linked.group[f]
        if int(group.max(initial=0)) > 0:
            active = np.flatnonzero(np.bincount(data.codes[f][kept.active], minlength=data.sizes[f]))
            apart = [[data.labels[f][e] for e in active[group == g]] for g in (0, 1)]
            return (
                f"{name}: {listed(name, apart[0])} and {listed(name, apart[1])} cannot be compared, because another facet "
                f"changes whenever they do; leave {name} or that facet out, or collect ratings that cross them"
            )
    return ""


def _remedy(design: Connectivity) -> str:
    extra = design.extra_markings[0]
    more = (
        f" (and {len(design.extra_markings) - 1} more in connectivity.extra_markings)"
        if len(design.extra_markings) > 1
        else ""
    )
    return f"a marking of {extra.person} by {extra.rater}{more}"


def _nothing(job: _Job) -> _Outcome:
    nothing = tuple(np.full(size, np.nan) for size in job.data.sizes)
    return _Outcome(
        measure=nothing, offsets=np.zeros(job.kept.used.shape), mean=None, sd=None, log_likelihood=float("nan"), n_parameters=0,
        converged=False, iterations=0, steepness=float("nan"), points=0, reason="", remarks=(), fitted=None,
        placed_errors=nothing, find_errors=None, find_scatter=None,
    )  # fmt: skip


def _marginal(job: _Job) -> _Outcome:
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
        outcome, mean=mean, sd=sd, log_likelihood=at.log_likelihood, points=at.posterior.shape[1],
        remarks=tuple(remarks), find_errors=errors, find_scatter=partial(scatter_over_posterior, at, job.kept.active),
    )  # fmt: skip


def _joint(job: _Job) -> _Outcome:
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
    job: _Job,
    measure: list[FloatArray],
    offsets: FloatArray,
    layout: Layout,
    extra: int,
    converged: bool,
    iterations: int,
    steepness: float,
) -> _Outcome:
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
    reason = "" if converged else (
        f"after {iterations} iterations the gradient has not vanished ({steepness:.2g} standard errors); look for elements "
        "with hardly any rating, and for categories that are hardly used"
    )  # fmt: skip
    return _Outcome(
        measure=tuple(complete), offsets=offsets, mean=None, sd=None, log_likelihood=float("nan"),
        n_parameters=free + int(layout.free.sum()) + extra, converged=converged, iterations=iterations, steepness=steepness,
        points=0, reason=reason, remarks=(), fitted=replace(fitted, measure=tuple(complete)), placed_errors=tuple(placed_errors),
        find_errors=None, find_scatter=None,
    )  # fmt: skip
