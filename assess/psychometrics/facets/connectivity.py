"""Can every person be compared with every other, whoever marked them?

In a model mark = person − rater − criterion, two persons are comparable when their difference can be estimated at all.
A shared criterion alone does not do it: two groups of persons marked by two groups of raters stay apart even when all
were marked on the same criteria, since a kind group of raters and an able group of persons look the same. How this is
found is told in `comparable`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.facets.comparable import MOST_DIRECTIONS, SAME, Codes, Comparable, comparable
from assess.psychometrics.responses import FloatArray, ResponseError

SOURCE = "Weeks & Williams (1964), Technometrics 6, 319–324; Linacre (1989), Many-facet Rasch measurement, ch. 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """Persons who can be compared with one another, and the raters who marked them."""

    persons: tuple[str, ...]
    raters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraMarking:
    """A further marking that would join two subsets: this rater also marks this person.

    Any one of `criteria` is enough (the rater marked them in the larger subset); empty when marks have no criteria. Of
    marks with more than three parts, each is a combination such as "task 1 × safety".
    """

    person: str
    rater: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connectivity:
    """The subsets of a rating design.

    Attributes
    ----------
    subsets
        Largest first. One subset means that everybody can be compared.
    extra_markings
        The fewest further markings that would connect them all; empty when there is one subset. (More than 256 subsets of
        marks with criteria: enough markings, perhaps not the fewest.)
    shared_persons
        For each rater how many of the rater's persons another rater also marked.
    sentence
        The finding in words.
    source
        Where the criterion comes from.
    """

    subsets: tuple[Subset, ...]
    extra_markings: tuple[ExtraMarking, ...]
    shared_persons: tuple[tuple[str, int], ...]
    sentence: str
    source: str = SOURCE

    @property
    def connected(self) -> bool:
        """Whether everyone can be compared with everyone."""
        return len(self.subsets) == 1


def connectivity(marks: Iterable[Sequence[str]]) -> Connectivity:
    """Name the disconnected subsets of a rating design and the fewest further markings that would join them.

    Parameters
    ----------
    marks
        (person, rater), (person, rater, criterion), or with further parts, for every mark given.

    Raises
    ------
    ResponseError
        `not_a_mark` when a row has fewer than two parts, or the rows are mixed.

    Examples
    --------
    >>> design = connectivity([("Ada", "R1"), ("Ben", "R1"), ("Cy", "R2")])
    >>> design.sentence
    '2 subsets that cannot be compared with each other; 1 extra marking would connect them.'
    >>> design.extra_markings
    (ExtraMarking(person='Cy', rater='R1', criteria=()),)
    """
    rows = list({tuple(mark) for mark in marks})
    lengths = {len(row) for row in rows}
    if len(lengths) > 1 or (lengths and min(lengths) < 2):
        raise ResponseError("not_a_mark", "every mark is (person, rater) or (person, rater, criterion), all alike")
    if not rows:
        return connectivity_of([np.zeros(0, dtype=np.int64)] * 2, [(), ()])
    labels, codes = [], []
    for part in zip(*rows, strict=True):
        names, code = np.unique(np.array(part, dtype=object), return_inverse=True)
        labels.append(tuple(names.tolist()))
        codes.append(code.reshape(-1).astype(np.int64))
    return connectivity_of(codes, labels)


def connectivity_of(
    codes: Sequence[Codes], labels: Sequence[tuple[str, ...]], found: Comparable | None = None
) -> Connectivity:
    """The same for marks given as codes: of persons, of raters, and of what further facets there are.

    Parameters
    ----------
    codes
        One array for each facet: the place of each mark's element in `labels`.
    labels
        The names of each facet's elements, in order.
    found
        What `comparable` found, when it is known.
    """
    if not len(codes[0]):
        return Connectivity(
            subsets=(), extra_markings=(), shared_persons=(), sentence="There are no marks to compare anyone by."
        )
    if found is None:
        found = comparable(codes, [len(names) for names in labels])
    group, shift = _largest_first(found)
    subsets = _subsets(codes, labels, group)
    extra = _extra_markings(codes, labels, group, shift) if len(subsets) > 1 else ()
    fewest = len(codes) == 2 or found.exhaustive
    return Connectivity(
        subsets=subsets,
        extra_markings=extra,
        shared_persons=_shared_persons(codes, labels[1]),
        sentence=_sentence(subsets, extra, fewest),
    )


def _largest_first(found: Comparable) -> tuple[Codes, FloatArray]:
    """Persons' groups numbered by size, then by their first person; and how each moves against the first."""
    group = found.group[0]
    first = np.unique(group, return_index=True)[1]
    order = np.lexsort((first, -np.bincount(group)))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    shift = found.shift[0][order]
    return place[group], shift - shift[0]


def _subsets(codes: Sequence[Codes], labels: Sequence[tuple[str, ...]], group: Codes) -> tuple[Subset, ...]:
    persons, raters = labels[0], labels[1]
    pairs = np.unique(group[codes[0]].astype(np.int64) * len(raters) + codes[1])
    number = int(group.max()) + 1
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    marking = np.split(pairs % len(raters), np.cumsum(np.bincount(pairs // len(raters), minlength=number))[:-1])
    return tuple(
        Subset(persons=tuple(persons[p] for p in inside), raters=tuple(raters[r] for r in by))
        for inside, by in zip(members, marking, strict=True)
    )


def _extra_markings(
    codes: Sequence[Codes], labels: Sequence[tuple[str, ...]], group: Codes, shift: FloatArray
) -> tuple[ExtraMarking, ...]:
    """Let the least loaded rater of the largest subset also mark a person of another, until one subset is left.

    A mark by a rater and on a criterion that met in the largest subset ties its person to that subset: their shifts
    become equal. That removes one free direction at most, so no design needs fewer. Which other subsets are joined by
    the same marking shows when the direction is taken out of all shifts.
    """
    raters, number = len(labels[1]), int(group.max()) + 1
    pairs = np.unique(codes[0].astype(np.int64) * raters + codes[1])
    load = np.bincount(pairs % raters, minlength=raters)
    marked = set(pairs[group[pairs // raters] > 0].tolist())
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    joined = np.arange(number) == 0
    shift, follow = shift.copy(), len(codes) > 2 and number <= MOST_DIRECTIONS
    used = _used(codes, joined[group])
    extra: list[ExtraMarking] = []
    while not joined.all():
        subset = int(np.argmin(joined))
        rater, person = _free_pair(used, load, members[subset], marked, raters)
        load[rater] += 1
        extra.append(
            ExtraMarking(
                person=labels[0][person],
                rater=labels[1][rater],
                criteria=_criteria(codes, labels, joined[group], rater),
            )
        )
        direction = shift[subset] / max(float(np.linalg.norm(shift[subset])), SAME)
        joined[subset] = True
        if follow:
            shift -= np.outer(shift @ direction, direction)
            joined |= np.linalg.norm(shift, axis=1) < SAME
            used = _used(codes, joined[group])
    return tuple(extra)


def _used(codes: Sequence[Codes], inside: npt.NDArray[np.bool_]) -> Codes:
    """The raters who marked these persons."""
    return np.unique(codes[1][inside[codes[0]]]).astype(np.int64)


def _free_pair(used: Codes, load: Codes, persons: Codes, marked: set[int], raters: int) -> tuple[int, int]:
    """The least loaded rater, and the first person, who have not met."""
    order = used[np.argsort(load[used], kind="stable")].tolist()
    for rater in order:
        for person in persons.tolist():
            if person * raters + rater not in marked:
                return rater, person
    return order[0], int(persons[0])


def _criteria(
    codes: Sequence[Codes], labels: Sequence[tuple[str, ...]], inside: npt.NDArray[np.bool_], rater: int
) -> tuple[str, ...]:
    """What the rater marked these persons on."""
    if len(codes) == 2:
        return ()
    rows = (codes[1] == rater) & inside[codes[0]]
    met = np.unique(np.column_stack([code[rows] for code in codes[2:]]), axis=0)
    return tuple(" × ".join(names[c] for names, c in zip(labels[2:], row, strict=True)) for row in met.tolist())


def _shared_persons(codes: Sequence[Codes], raters: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    pairs = np.unique(codes[0].astype(np.int64) * len(raters) + codes[1])
    person, rater = pairs // len(raters), pairs % len(raters)
    shared = np.bincount(rater, weights=np.bincount(person)[person] > 1, minlength=len(raters))
    return tuple((name, int(count)) for name, count in zip(raters, shared, strict=True))


def _sentence(subsets: tuple[Subset, ...], extra: tuple[ExtraMarking, ...], fewest: bool) -> str:
    if len(subsets) == 1:
        return f"All {len(subsets[0].persons)} persons can be compared with one another."
    markings = (
        "1 extra marking would connect them" if len(extra) == 1 else f"{len(extra)} extra markings would connect them"
    )
    more = "" if fewest else " (fewer may do)"
    return f"{len(subsets)} subsets that cannot be compared with each other; {markings}{more}."
