"""Who holds which post of whose attempt: two blind assessors a task, a third in reserve, markers, adjudicators, a proctor; a
technician who opens each bay, where some are named. Pure.

Assessors move on from candidate to candidate and from task to task, so that everybody's marks are linked to everybody's through
shared candidates; severity can't be told from a candidate's ability otherwise. Nobody rules on what they assessed, and nobody is
given a candidate to whom they declared a relation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ADJUDICATORS = 2
MARKERS = 3
"""Two mark every text blind to each other; a third stands by for where they differ."""
FEWEST = 5
"""So few assessors fill every post of one candidate: two at a bay with one in reserve, and two who rule."""

Person = TypeVar("Person")


class NoRotation(Exception):
    """The posts can't be filled; the message says whom it lacks, and for which candidate."""


@dataclass(frozen=True)
class Posted(Generic[Person]):
    """A post of a candidate: its role, who holds it, which work it is about, at which station (or none)."""

    role: str
    person: Person
    work: str
    station: str = ""


def posts(
    *,
    place: int,
    tasks: Sequence[str],
    stations: Mapping[str, str],
    assessors: Sequence[Person],
    proctors: Sequence[Person],
    too_close: Collection[Person] = (),
    name: str = "this candidate",
    technicians: Sequence[Person] = (),
) -> list[Posted[Person]]:
    """The posts of one candidate.

    Parameters
    ----------
    place
        The candidate's place in the sitting, from 0: the rotation moves on with it.
    tasks
        The practical tasks of the attempt, in order.
    stations
        Task → station where it is set.
    too_close
        People who declared a relation to the candidate; they are passed over.
    technicians
        Who opens bays: nobody opens the bay of a task that they assess.

    Raises
    ------
    NoRotation
        Where fewer than five assessors, or no proctor, may hold a post of this candidate.
    """
    pool = [one for one in assessors if one not in too_close]
    watching = [one for one in proctors if one not in too_close]
    if len(pool) < FEWEST:
        raise NoRotation(f"{name}: {len(pool)} assessors may hold a post; {FEWEST} are needed. Name more assessors.")
    if not watching:
        raise NoRotation(f"{name}: nobody is there to watch over them. Name a proctor.")
    found = [Posted("proctor:1", watching[place % len(watching)], "supervision")]
    bays, ruling = judges(len(pool), len(tasks), place)
    for index, (task, people) in enumerate(zip(tasks, bays, strict=True)):
        for number, person in zip((2 * index + 1, 2 * index + 2, 2 * len(tasks) + 1 + index), people, strict=True):
            found.append(Posted(f"assessor:{number}", pool[person], task, stations.get(task, "")))
        there = {pool[person] for person in people}
        opening = [one for one in technicians if one not in too_close and one not in there]
        if opening:
            person_there = opening[(place + index) % len(opening)]
            found.append(Posted(f"technician:{index + 1}", person_there, task, stations.get(task, "")))
    found += [Posted(f"marker:{n + 1}", pool[(place + 3 + n) % len(pool)], "short text") for n in range(MARKERS)]
    found += [Posted(f"adjudicator:{n + 1}", pool[person], "rulings") for n, person in enumerate(ruling)]
    return found


def judges(people: int, tasks: int, place: int) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Who assesses each task of a candidate (two, and a third in reserve), and which two others rule on what they saw differently.

    Where everybody would be at a bay, two are kept away from this candidate's bays, since nobody rules on what they assessed.

    >>> judges(12, 3, 0)
    ([(0, 1, 2), (2, 3, 0), (4, 5, 0)], [6, 7])
    >>> judges(6, 3, 0)
    ([(0, 1, 2), (2, 3, 0), (0, 1, 2)], [4, 5])
    """
    bays = _bays(list(range(people)), tasks, place)
    free = _free(people, bays, place)
    if len(free) < ADJUDICATORS:
        kept = {(place + n) % people for n in (people - 2, people - 1)}
        bays = _bays([one for one in range(people) if one not in kept], tasks, place)
        free = _free(people, bays, place)
    return bays, free[:ADJUDICATORS]


def _bays(pool: list[int], tasks: int, place: int) -> list[tuple[int, int, int]]:
    found = []
    for index in range(tasks):
        first = (place + index * 2) % len(pool)
        second = (first + 1 + place // len(pool) % (len(pool) - 2)) % len(pool)
        third = next(n for n in range(len(pool)) if n not in (first, second))
        found.append((pool[first], pool[second], pool[third]))
    return found


def _free(people: int, bays: list[tuple[int, int, int]], place: int) -> list[int]:
    """Who is at none of the bays, beginning at a place that moves on from candidate to candidate."""
    busy = {person for bay in bays for person in bay}
    return [one for n in range(people) if (one := (place + 6 + n) % people) not in busy]
