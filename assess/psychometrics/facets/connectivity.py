"""Can every person be compared with every other, whoever marked them?

In a model mark = person − rater − criterion, two persons are comparable when their difference can be estimated at all.
A shared criterion alone does not do it: two groups of persons marked by two groups of raters stay apart even when all
were marked on the same criteria, since a kind group of raters and an able group of persons look the same.

The marks are first joined into blocks (two marks that differ in one facet only belong together: Weeks & Williams
1964, Technometrics 6, 319–324). Within a block all differences are estimable. What then remains is a small linear
system: each block has one shift for its persons, raters and criteria, the shifts cancel within a mark, and an element
present in two blocks has one shift. Persons whose shift can still move against one another are in different subsets.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

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

    Any one of `criteria` is enough (the rater marked them in the larger subset); empty when marks have no criteria.
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
        The fewest further markings that would connect them all; empty when there is one subset.
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
        (person, rater) or (person, rater, criterion) for every mark given.

    Raises
    ------
    ResponseError
        `not_a_mark` when a row has neither two nor three parts, or the rows are mixed.

    Examples
    --------
    >>> design = connectivity([("Ada", "R1"), ("Ben", "R1"), ("Cy", "R2")])
    >>> design.sentence
    '2 subsets that cannot be compared with each other; 1 extra marking would connect them.'
    >>> design.extra_markings
    (ExtraMarking(person='Cy', rater='R1', criteria=()),)
    """
    rows = sorted({tuple(mark) for mark in marks})
    lengths = {len(row) for row in rows}
    if lengths - {2, 3} or len(lengths) > 1:
        raise ResponseError("not_a_mark", "every mark is (person, rater) or (person, rater, criterion), all alike")
    if not rows:
        return Connectivity(
            subsets=(), extra_markings=(), shared_persons=(), sentence="There are no marks to compare anyone by."
        )
    classes = _comparable(rows)
    subsets = _subsets(rows, classes)
    extra = _extra_markings(rows, subsets)
    return Connectivity(
        subsets=subsets, extra_markings=extra, shared_persons=_shared_persons(rows), sentence=_sentence(subsets, extra)
    )


def _comparable(rows: list[tuple[str, ...]]) -> dict[str, int]:
    """The class of each person: equal classes are comparable."""
    blocks = _blocks(rows)
    facets, count = len(rows[0]), max(blocks) + 1
    # unknown of (block, facet): its shift; one equation per block and one per element present in a further block
    home: dict[tuple[int, str], int] = {}
    equations: list[FloatArray] = []
    for block in range(count):
        equation = np.zeros(count * facets)
        equation[block * facets : (block + 1) * facets] = [1.0] + [-1.0] * (facets - 1)
        equations.append(equation)
    for row, block in zip(rows, blocks, strict=True):
        for facet, name in enumerate(row):
            first = home.setdefault((facet, name), block)
            if first != block:
                equation = np.zeros(count * facets)
                equation[first * facets + facet], equation[block * facets + facet] = 1.0, -1.0
                equations.append(equation)
    system = np.unique(np.array(equations), axis=0)
    _, singular, basis = np.linalg.svd(system, full_matrices=True)
    rank = int((singular > 1e-9 * singular[0]).sum())
    freedom = np.round(basis[rank:].T, 6)[::facets] + 0.0  # each block's person shift in every free direction
    _, of_block = np.unique(freedom, axis=0, return_inverse=True)
    return {row[0]: int(of_block.reshape(-1)[block]) for row, block in zip(rows, blocks, strict=True)}


def _blocks(rows: list[tuple[str, ...]]) -> list[int]:
    """Join marks that differ in one facet only (union–find over "all but one facet" keys)."""
    parent: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row in rows:
        for facet in range(len(row)):
            key = (facet, row[:facet] + row[facet + 1 :])
            parent[root(key)] = root(row)
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(root(row), len(numbers)) for row in rows]


def _subsets(rows: list[tuple[str, ...]], classes: dict[str, int]) -> tuple[Subset, ...]:
    persons: dict[int, set[str]] = {}
    raters: dict[int, set[str]] = {}
    for person, rater, *_ in rows:
        persons.setdefault(classes[person], set()).add(person)
        raters.setdefault(classes[person], set()).add(rater)
    found = [Subset(persons=tuple(sorted(persons[c])), raters=tuple(sorted(raters[c]))) for c in persons]
    return tuple(sorted(found, key=lambda subset: (-len(subset.persons), subset.persons)))


def _extra_markings(rows: list[tuple[str, ...]], subsets: tuple[Subset, ...]) -> tuple[ExtraMarking, ...]:
    """Let the least loaded rater of the largest subset also mark a person of another, until one subset is left.

    A mark by a rater and on a criterion that met in the largest subset ties its person to that subset, and one mark
    removes one degree of freedom at most, so no design needs fewer.
    """
    rows, extra = list(rows), []
    while len(subsets) > 1:
        largest = set(subsets[0].persons)
        load = Counter(rater for _, rater in {row[:2] for row in rows})
        marked = {row[:2] for row in rows}
        used: dict[str, set[str]] = {}
        for person, rater, *criterion in rows:
            if person in largest:
                used.setdefault(rater, set()).update(criterion)
        for subset in subsets[1:]:
            _, _, rater, person = min(((p, r) in marked, load[r], r, p) for p in subset.persons for r in used)
            load[rater] += 1
            marking = ExtraMarking(person=person, rater=rater, criteria=tuple(sorted(used[rater])))
            extra.append(marking)
            rows.append((person, rater, *marking.criteria[:1]))
            if len(rows[0]) == 3:  # with criteria one marking may join several subsets at once: look again
                break
        subsets = _subsets(rows, _comparable(rows))
    return tuple(extra)


def _shared_persons(rows: list[tuple[str, ...]]) -> tuple[tuple[str, int], ...]:
    pairs = {(person, rater) for person, rater, *_ in rows}
    times = Counter(person for person, _ in pairs)
    shared: dict[str, int] = {}
    for person, rater in pairs:
        shared[rater] = shared.get(rater, 0) + (times[person] > 1)
    return tuple(sorted(shared.items()))


def _sentence(subsets: tuple[Subset, ...], extra: tuple[ExtraMarking, ...]) -> str:
    if len(subsets) == 1:
        return f"All {len(subsets[0].persons)} persons can be compared with one another."
    markings = (
        "1 extra marking would connect them" if len(extra) == 1 else f"{len(extra)} extra markings would connect them"
    )
    return f"{len(subsets)} subsets that cannot be compared with each other; {markings}."
