"""Many-facet Rasch calibration, the entry: read, ask whether the design can answer, fit, and say what came of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assess.psychometrics.facets.anchors import Anchored, Anchors, anchored
from assess.psychometrics.facets.calibration import SOURCES, FacetCalibration, Method
from assess.psychometrics.facets.categories import thresholds
from assess.psychometrics.facets.eligibility import eligible, listed
from assess.psychometrics.facets.estimation import ErrorMethod, Job, jointly, marginally, nothing
from assess.psychometrics.facets.identification import MINIMUM_RATINGS, inseparable, linked_design, remedy, too_thin
from assess.psychometrics.facets.records import PERSON, Labels, Ratings, read_ratings
from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import LEVEL


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
    design, linked = linked_design(data, kept, held)
    remarks = (
        *((f"{data.missing} rows have no rating",) if data.missing else ()),
        *((f"anchors that do not occur: {listed('element', held.absent)}",) if held.absent else ()),
        *kept.remarks,
    )
    job = Job(data, kept, held, method, noncentred, errors, bias_correction)
    reason = too_thin(job) or inseparable(job, linked, design)
    outcome = nothing(job) if reason else (marginally(job) if method == "MML" else jointly(job))
    doubt = ""
    if method == "MML" and not reason and linked is not None and int(linked.group[0].max(initial=0)) > 0:
        doubt = (
            f"{design.sentence[:-1]}: the comparison rests on persons having been assigned at random; "
            f"{remedy(design)} would make it rest on marks"
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
