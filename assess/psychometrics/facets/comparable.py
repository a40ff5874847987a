"""Which elements of a rating design can be compared: exactly, for any number of facets and for millions of marks.

In a model mark = person − rater − criterion − …, a direction in which the measures can move without changing any mark
gives every element a shift, and the shifts cancel within each mark. Two elements of one facet are comparable when they
have the same shift in every such direction.

Marks that agree in all facets but one show that the two elements of that facet have the same shift (Weeks & Williams
1964, Technometrics 6, 319–324). Such elements are put into one class, and the marks are read again in terms of classes
until nothing changes: a connected design has shrunk to one row by then. What is left, if anything, is a small sparse
linear system, whose free directions are found by inverse iteration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from assess.psychometrics.responses import BoolArray, FloatArray

Codes = npt.NDArray[np.int64]

MOST_DIRECTIONS = 256
SAME = 1e-6
RIDGE = 1e-7
ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Comparable:
    """The comparable elements of every facet.

    Attributes
    ----------
    group
        For each facet the group of each of its elements; elements in one group can be compared.
    shift
        For each facet, groups × directions: how each group moves in every free direction.
    exhaustive
        False when there are so many free directions that `shift` shows only some.
    """

    group: tuple[Codes, ...]
    shift: tuple[FloatArray, ...]
    exhaustive: bool


def comparable(
    codes: Sequence[npt.NDArray[np.integer]], sizes: Sequence[int], anchored: Mapping[int, BoolArray] | None = None
) -> Comparable:
    """Group the elements of every facet.

    Parameters
    ----------
    codes
        For each facet (persons are one) the element of each mark, from 0; every element occurs.
    sizes
        Number of elements of each facet.
    anchored
        For a facet, which of its elements have a fixed measure and so cannot move.

    Examples
    --------
    >>> found = comparable([np.array([0, 1, 2]), np.array([0, 0, 1])], [3, 2])
    >>> [group.tolist() for group in found.group]
    [[0, 0, 1], [0, 1]]
    """
    fixed = dict(anchored or {})
    classes = [np.arange(size) for size in sizes]
    for facet, held in fixed.items():
        classes[facet] = np.where(held, np.flatnonzero(held)[:1].sum(), classes[facet])
        classes[facet] = np.unique(classes[facet], return_inverse=True)[1].reshape(-1)
    classes, rows = _merged(classes, [np.asarray(code) for code in codes])
    counts = [int(part.max(initial=-1)) + 1 for part in classes]
    still = [(f, int(classes[f][held][0])) for f, held in fixed.items() if held.any()]
    if all(count <= 1 for count in counts):
        return Comparable(tuple(classes), tuple(np.zeros((count, 1)) for count in counts), exhaustive=True)
    shift, exhaustive = _free_directions(rows, counts, still)
    group, moves, first = [], [], 0
    for part, count in zip(classes, counts, strict=True):
        label, of_label = _alike(shift[first : first + count])
        group.append(label[part])
        moves.append(of_label)
        first += count
    return Comparable(tuple(group), tuple(moves), exhaustive)


def _merged(classes: list[Codes], codes: list[npt.NDArray[np.integer]]) -> tuple[list[Codes], list[Codes]]:
    """Classes of elements that single marks show to be comparable, and the different rows of classes that are left."""
    rows = _distinct([part[code].astype(np.int64) for part, code in zip(classes, codes, strict=True)])
    order = sorted(range(len(classes)), key=lambda f: int(classes[f].max(initial=0)))
    changed = True
    while changed:
        changed = False
        for f in order:
            count = int(classes[f].max(initial=-1)) + 1
            if count <= 1:
                continue
            label = _joined(rows[f], _combined([rows[g] for g in range(len(rows)) if g != f]), count)
            if int(label.max()) + 1 < count:
                changed = True
                classes[f] = label[classes[f]]
                rows = _distinct([*rows[:f], label[rows[f]], *rows[f + 1 :]])
    return classes, rows


def _joined(element: Codes, key: Codes, count: int) -> Codes:
    """Join the elements that share a key."""
    keys = int(key.max(initial=-1)) + 1
    graph = sparse.coo_array(
        (np.ones(len(element), dtype=np.int8), (element, key + count)), shape=(count + keys, count + keys)
    )
    label = connected_components(graph, directed=False)[1][:count]
    first = np.unique(label, return_index=True)[1]
    place = np.empty(int(label.max(initial=-1)) + 1, dtype=np.int64)
    place[label[np.sort(first)]] = np.arange(len(first))
    return np.asarray(place[label])


def _combined(parts: Sequence[Codes]) -> Codes:
    """The combination of several codes, numbered from 0 without gaps."""
    found = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        if int(part.max(initial=0)) == 0:
            continue
        found = found * (int(part.max()) + 1) + part
        largest = int(found.max(initial=0))
        if largest > 4 * len(found) + 64:
            found = np.unique(found, return_inverse=True)[1].reshape(-1)
        else:
            used = np.zeros(largest + 1, dtype=bool)
            used[found] = True
            found = (np.cumsum(used) - 1)[found]
    return found


def _distinct(rows: list[Codes]) -> list[Codes]:
    """Each combination once."""
    code = _combined(rows)
    first = np.full(int(code.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return [part[first] for part in rows]


def _free_directions(rows: list[Codes], counts: list[int], still: list[tuple[int, int]]) -> tuple[FloatArray, bool]:
    """classes × directions: random movements that leave every mark as it is, until no new direction turns up."""
    offset = np.concatenate([[0], np.cumsum(counts)[:-1]])
    unknowns, number = int(sum(counts)), len(rows[0])
    across = np.concatenate([part + start for part, start in zip(rows, offset, strict=True)])
    down = np.tile(np.arange(number), len(rows))
    values = np.ones(len(across))
    if still:
        across = np.concatenate([across, [offset[f] + element for f, element in still]])
        down = np.concatenate([down, number + np.arange(len(still))])
        values = np.ones(len(across))
    design = sparse.csr_array((values, (down, across)), shape=(number + len(still), unknowns))
    factor = splu((design.T @ design + RIDGE * sparse.eye_array(unknowns)).tocsc())
    rng = np.random.default_rng(unknowns)
    width = 8
    while True:
        moves = rng.normal(size=(unknowns, min(width, unknowns)))
        for _ in range(ROUNDS):
            moves = RIDGE * factor.solve(moves)
        if not width < MOST_DIRECTIONS or np.linalg.matrix_rank(moves, tol=SAME) < moves.shape[1]:
            return moves, bool(np.linalg.matrix_rank(moves, tol=SAME) < moves.shape[1] or width >= unknowns)
        width *= 2


def _alike(moves: FloatArray) -> tuple[Codes, FloatArray]:
    """Number the rows that are equal but for rounding; the mean of each number's rows."""
    label = np.zeros(len(moves), dtype=np.int64)
    for column in moves.T[:3]:
        order = np.argsort(column, kind="stable")
        step = np.concatenate([[0], np.cumsum(np.diff(column[order]) > SAME)])
        place = np.empty(len(column), dtype=np.int64)
        place[order] = step
        label = _combined([label, place])
    first = np.unique(label, return_index=True)[1]
    place = np.empty(len(first), dtype=np.int64)
    place[label[np.sort(first)]] = np.arange(len(first))
    return place[label], moves[np.sort(first)]
