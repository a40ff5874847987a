"""How many stations and how many assessors reach a wished dependability?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from assess.psychometrics.gtheory.components import GStudy
from assess.psychometrics.gtheory.decision import (
    conditions,
    doubts,
    entering,
    few_levels,
    renested,
    unchanging_facets,
)
from assess.psychometrics.responses import FloatArray, ResponseError

Coefficient = Literal["phi", "g"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The smallest numbers of conditions that reach a wished coefficient.

    Attributes
    ----------
    best
        (facet, number): the fewest scores per person; empty when the wish cannot be reached.
    value
        The coefficient there; without a plan, the highest within the limits.
    scores_per_person
        The product of the numbers.
    choices
        Every set of numbers that reaches the wish and of which none can be lowered, fewest scores first.
    sufficient, sentence
        Whether the components behind it can be trusted, and the plan in words.
    """

    best: tuple[tuple[str, int], ...]
    value: float | None
    scores_per_person: int | None
    choices: tuple[tuple[tuple[str, int], ...], ...]
    sufficient: bool
    sentence: str


def how_many(
    study: GStudy,
    wished: float,
    facets: Sequence[str] | None = None,
    *,
    coefficient: Coefficient = "phi",
    sizes: Mapping[str, int] | None = None,
    largest: int | Mapping[str, int] = 30,
    fixed: Sequence[str] = (),
    nested: Mapping[str, str | Sequence[str]] | None = None,
) -> Plan:
    """The smallest numbers of stations, assessors, … that reach a wished dependability.

    Parameters
    ----------
    wished
        The coefficient to reach, between 0 and 1.
    facets
        The facets to vary; all of them when not given. Others keep their number in `sizes`, or else that of the study.
    largest
        The highest number to consider, for all facets or for each.
    coefficient, fixed, nested
        As in `decide`.

    Raises
    ------
    ResponseError
        As `decide`; `not_a_coefficient` when `wished` is not between 0 and 1.

    Examples
    --------
    >>> from assess.psychometrics.gtheory.study import crossed
    >>> marks = [[4, 3, 5], [2, 2, 3], [5, 3, 5], [1, 2, 2]] * 10
    >>> how_many(crossed(marks, ["j"]), 0.9).sentence
    '6 j reach Φ = 0.90; indication only: 3 levels of j; at least 5 are needed'
    """
    if not 0 < wished < 1:
        raise ResponseError("not_a_coefficient", f"the wished coefficient is {wished}; it lies between 0 and 1")
    design = study.design if nested is None else renested(study.design, nested)
    unchanging = unchanging_facets(design, fixed)
    asked = design.facets[1:] if facets is None else (facets,) if isinstance(facets, str) else tuple(facets)
    varied = [facet for facet in design.facets[1:] if facet in asked]
    kept = {facet: max(round(size), 1) for facet, size in study.sizes} | dict(sizes or {})
    limits = {f: largest if isinstance(largest, int) else largest.get(f, 30) for f in varied}
    unknown = sorted(set(asked) - set(varied))
    if unknown:
        raise ResponseError("names_do_not_fit", f"{unknown[0]!r} is not one of the facets {list(design.facets[1:])}")
    symbol = "Φ" if coefficient == "phi" else "Eρ²"
    if not study.sizes:
        return _no_plan(None, f"not enough evidence: {study.findings[0]}")
    values: dict[tuple[int, ...], float] = {}
    for numbers in product(*(range(1, limits[f] + 1) for f in varied)):
        chosen = conditions(design, kept | dict(zip(varied, numbers, strict=True)))
        universe, relative, absolute = entering(study, design, chosen, unchanging)
        values[numbers] = _plain(study, universe, absolute if coefficient == "phi" else relative)
    top = max(values.values())
    if top < wished:
        most = ", ".join(f"{limits[f]} {f}" for f in varied)
        return _no_plan(top, f"{symbol} = {wished:g} is out of reach: {most} give {top:.2f}")
    reaching = {numbers for numbers, value in values.items() if value >= wished}
    least = [n for n in reaching if not any(_one_less(n, i) in reaching for i in range(len(n)))]
    # fewest scores first; among equals the dependable one
    least.sort(key=lambda n: (np.prod(n), -values[n], n))
    reservations = doubts(study) + (few_levels(study, unchanging) if coefficient == "phi" else ())
    best = tuple(zip(varied, least[0], strict=True))
    words = " × ".join(f"{size} {facet}" for facet, size in best)
    sentence = f"{words} reach {symbol} = {values[least[0]]:.2f}"
    return Plan(
        best=best,
        value=values[least[0]],
        scores_per_person=int(np.prod([kept[f] for f in design.facets[1:] if f not in varied] + list(least[0]))),
        choices=tuple(tuple(zip(varied, numbers, strict=True)) for numbers in least),
        sufficient=not reservations,
        sentence=f"{sentence}; indication only: {'; '.join(reservations)}" if reservations else sentence,
    )


def _no_plan(value: float | None, sentence: str) -> Plan:
    return Plan(best=(), value=value, scores_per_person=None, choices=(), sufficient=False, sentence=sentence)


def _one_less(numbers: tuple[int, ...], place: int) -> tuple[int, ...]:
    return (*numbers[:place], numbers[place] - 1, *numbers[place + 1 :])


def _plain(study: GStudy, signal: FloatArray, error: FloatArray) -> float:
    components = np.array([max(source.estimate.value or 0.0, 0.0) for source in study.sources])
    s, e = float(signal @ components), float(error @ components)
    return s / (s + e) if s > 0 else 0.0
