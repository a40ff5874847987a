"""Can the ratings answer at all? Who is linked with whom, and which facets move together."""

import numpy as np

from assess.psychometrics.facets.anchors import Anchored
from assess.psychometrics.facets.comparable import Comparable, comparable
from assess.psychometrics.facets.connectivity import Connectivity, connectivity_of
from assess.psychometrics.facets.eligibility import Eligible, listed
from assess.psychometrics.facets.estimation import Job
from assess.psychometrics.facets.records import PERSON, Ratings

FEWEST_PERSONS = 5
MINIMUM_RATINGS = 30
RATERS = ("rater", "assessor", "judge", "examiner", "marker")


def linked_design(data: Ratings, kept: Eligible, held: Anchored) -> tuple[Connectivity, Comparable | None]:
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
    return design, among_active(data, kept, held, together=False)


def among_active(data: Ratings, kept: Eligible, held: Anchored, *, together: bool) -> Comparable | None:
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


def too_thin(job: Job) -> str:
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


def inseparable(job: Job, linked: Comparable | None, design: Connectivity) -> str:
    """Why the design cannot answer: subsets without a link, or facets that move together."""
    data, kept = job.data, job.kept
    if job.method == "JML" and linked is not None and int(linked.group[0].max(initial=0)) > 0:
        if design.connected:
            return (
                "without the elements that are always in the lowest or highest category, marks no longer connect all "
                "persons: use method='MML', or let more raters mark the same persons"
            )
        return f"{design.sentence[:-1]}: {remedy(design)}; or use anchors"
    if job.method == "MML":
        linked = among_active(data, kept, job.held, together=True)
    if linked is None:
        return ""
    for f, name in enumerate(data.facets[1:], 1):
        group = linked.group[f]
        if int(group.max(initial=0)) > 0:
            active = np.flatnonzero(np.bincount(data.codes[f][kept.active], minlength=data.sizes[f]))
            apart = [[data.labels[f][e] for e in active[group == g]] for g in (0, 1)]
            return (
                f"{listed(name, apart[0])} and {listed(name, apart[1])} cannot be compared, because another facet "
                f"changes whenever they do; leave {name} or that facet out, or collect ratings that cross them"
            )
    return ""


def remedy(design: Connectivity) -> str:
    extra = design.extra_markings[0]
    more = (
        f" (and {len(design.extra_markings) - 1} more in connectivity.extra_markings)"
        if len(design.extra_markings) > 1
        else ""
    )
    return f"a marking of {extra.person} by {extra.rater}{more}"
