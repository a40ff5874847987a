"""Which ratings can be calibrated: who has steps of its own, which categories were used, who is always at an end.

An element (a person, a rater) whose ratings are all in the lowest or all in the highest category has no finite measure.
Its ratings are kept out of the calibration; that can make others extreme, so it is repeated until nobody is left. When
the population of persons is modelled, persons are not taken out: their distribution bounds them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assess.psychometrics.facets.records import PERSON, Code, IntArray, Ratings
from assess.psychometrics.responses import BoolArray, ResponseError

End = Literal["lowest", "highest"]
COMMON = ""
MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Eligible:
    """The ratings to calibrate.

    Attributes
    ----------
    active
        Which ratings take part.
    group, groups
        For each rating the group of elements it shares its steps with, and the groups' names ("" for all together).
    steps
        The facets whose elements have steps of their own.
    used
        groups × categories: does it occur among the active ratings?
    extreme
        For each facet its elements at an end, and at which.
    remarks
        Sentences on unused categories and on what was left out.
    """

    active: BoolArray
    group: IntArray
    groups: tuple[str, ...]
    steps: tuple[str, ...]
    used: BoolArray
    extreme: tuple[Mapping[int, End], ...]
    remarks: tuple[str, ...]


def eligible(ratings: Ratings, steps: Sequence[str], held: Sequence[BoolArray], *, persons_bounded: bool) -> Eligible:
    """Decide what is calibrated.

    Parameters
    ----------
    steps
        Facets whose elements (or combinations of elements) have steps of their own; empty for one rating scale.
    held
        For each facet which elements are anchored: they are never taken out.
    persons_bounded
        Whether a population bounds the persons.

    Raises
    ------
    ResponseError
        `unknown_facet` when `steps` names none of the facets.
    """
    group, groups = _step_groups(ratings, steps)
    number, categories, value = len(groups), ratings.categories, ratings.value
    active = np.ones(len(value), dtype=bool)
    extreme: tuple[dict[int, End], ...] = tuple({} for _ in ratings.facets)
    remarks: list[str] = []
    while True:
        used = _used(group[active], value[active], number, categories)
        lowest, highest = used.argmax(axis=1), categories - 1 - used[:, ::-1].argmax(axis=1)
        alike = used.any(axis=1) & (lowest == highest)
        if alike.any() and number > 1:
            # everybody got the same: these ratings say nothing about anyone
            active &= ~alike[group]
            remarks += [
                f"{_named(steps, groups[g])}: every rating is {lowest[g]}, so it tells nobody apart; left out"
                for g in np.flatnonzero(alike)[:MOST_NAMED]
            ]
            continue
        found = False
        for f in range(len(ratings.facets)):
            if f == 0 and persons_bounded:
                continue
            ends = _at_an_end(ratings.codes[f], ratings.sizes[f], value, active, lowest[group], highest[group])
            for end, elements in ends.items():
                elements &= ~held[f]
                if elements.any():
                    found = True
                    extreme[f].update(dict.fromkeys(np.flatnonzero(elements).tolist(), end))
                    active &= ~elements[ratings.codes[f]]
        if not found:
            break
    return Eligible(
        active=active,
        group=group,
        groups=groups,
        steps=tuple(steps),
        used=used,
        extreme=extreme,
        remarks=(*remarks, *_extreme_remarks(ratings, extreme), *_unused(ratings, group, groups, steps)),
    )


def _step_groups(ratings: Ratings, steps: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    unknown = [name for name in steps if name not in ratings.facets]
    if unknown:
        sentence = f"steps: {unknown[0]!r} is not one of the facets {', '.join(ratings.facets[1:])}"
        raise ResponseError("unknown_facet", sentence)
    if not steps:
        return np.zeros(len(ratings.value), dtype=Code), (COMMON,)
    places = [ratings.facets.index(name) for name in steps]
    if len(places) == 1:
        return ratings.codes[places[0]], ratings.labels[places[0]]
    together = np.zeros(len(ratings.value), dtype=np.int64)
    for place in places:
        together = together * ratings.sizes[place] + ratings.codes[place]
    first, group = np.unique(together, return_index=True, return_inverse=True)[1:]
    names = [":".join(ratings.labels[place][ratings.codes[place][at]] for place in places) for at in first]
    return group.reshape(-1).astype(Code), tuple(names)


def _used(group: IntArray, value: IntArray, number: int, categories: int) -> BoolArray:
    return np.bincount(group * categories + value, minlength=number * categories).reshape(number, categories) > 0


def _at_an_end(
    code: IntArray, size: int, value: IntArray, active: BoolArray, lowest: IntArray, highest: IntArray
) -> dict[End, BoolArray]:
    code, value, lowest, highest = code[active], value[active], lowest[active], highest[active]
    rated = np.bincount(code, minlength=size) > 0
    above = np.bincount(code[value > lowest], minlength=size) > 0
    below = np.bincount(code[value < highest], minlength=size) > 0
    return {"lowest": rated & ~above, "highest": rated & ~below & above}


def _extreme_remarks(ratings: Ratings, extreme: Sequence[Mapping[int, End]]) -> list[str]:
    found = []
    for name, labels, ends in zip(ratings.facets, ratings.labels, extreme, strict=True):
        for end in ("lowest", "highest"):
            which = [labels[element] for element, at in ends.items() if at == end]
            if which:
                found.append(
                    f"{listed(name, which)}: every rating that is left is in the {end} category, so there is no finite "
                    "measure; kept out of the calibration"
                )
    return found


def _unused(ratings: Ratings, group: IntArray, groups: tuple[str, ...], steps: Sequence[str]) -> list[str]:
    """Categories that a group of steps, or an element of a facet, never used though others did."""
    categories, found = ratings.categories, []
    used = _used(group, ratings.value, len(groups), categories)
    for g in np.flatnonzero(~used.all(axis=1) & used.any(axis=1)):
        top = int(np.flatnonzero(used[g])[-1])
        between = [k for k in range(top) if not used[g, k]]
        if between:
            found.append(
                f"{_named(steps, groups[g])} never used {_numbered(between)}: the thresholds beside have no estimate; "
                "the scores are kept as they are"
            )
    for f, name in enumerate(ratings.facets[1:], 1):
        if name in steps or ratings.sizes[f] > 200:
            continue
        by_element = _used(ratings.codes[f], ratings.value, ratings.sizes[f], categories)
        for e in np.flatnonzero((~by_element & used.any(axis=0)).any(axis=1)):
            never = [k for k in range(categories) if not by_element[e, k] and used[:, k].any()]
            found.append(f"{name} {ratings.labels[f][e]} never used {_numbered(never)}")
    return found


def _numbered(categories: Sequence[int]) -> str:
    return ("category " if len(categories) == 1 else "categories ") + ", ".join(map(str, categories))


def _named(steps: Sequence[str], group: str) -> str:
    return f"{':'.join(steps)} {group}" if steps else "the rating scale"


def listed(facet: str, names: Sequence[str]) -> str:
    """A few names and how many there are.

    >>> listed("rater", ["R1"]), listed("rater", [str(n) for n in range(8)])
    ('rater R1', '8 elements of rater (0, 1, 2, 3, 4 …)')
    """
    if len(names) == 1:
        return f"{facet} {names[0]}"
    shown = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    return f"{len(names)} {'persons' if facet == PERSON else 'elements of ' + facet} ({shown})"
