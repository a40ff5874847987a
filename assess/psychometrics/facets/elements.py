"""One row of a facet's table: an element with its measure, averages and fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.facets.fit import MeanSquares
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One person, rater, task, …

    Attributes
    ----------
    facet, name
        What it is.
    measure
        In logits, n counting ratings: ability of a person, severity or difficulty of anything else.
    observed_average
        Mean of its ratings.
    fair_average
        What its mean rating would be if everything else were average; None without a measure.
    infit, outfit, infit_z, outfit_z
        Mean squares and their deviates; None without calibrated ratings.
    extreme
        "lowest" or "highest" when all its ratings that are left lie there; else empty.
    displacement
        Of an anchored element: how far the ratings would move it from its anchor.
    """

    facet: str
    name: str
    measure: Estimate
    observed_average: float
    fair_average: float | None
    infit: float | None
    outfit: float | None
    infit_z: float | None
    outfit_z: float | None
    extreme: str
    displacement: Estimate | None


def elements(
    facet: str,
    names: Sequence[str],
    *,
    measures: Sequence[Estimate],
    observed: FloatArray,
    fair: FloatArray,
    squares: MeanSquares | None,
    extreme: Mapping[int, str],
    displaced: Mapping[int, Estimate],
) -> tuple[Element, ...]:
    """The rows of a facet's table; a figure that is NaN becomes None."""
    nothing = np.full(len(names), np.nan)
    columns = [nothing] * 4 if squares is None else [squares.infit, squares.outfit, squares.infit_z, squares.outfit_z]
    figures = [[number if np.isfinite(number) else None for number in column.tolist()] for column in (*columns, fair)]
    return tuple(
        Element(
            facet=facet,
            name=name,
            measure=measures[e],
            observed_average=float(observed[e]),
            fair_average=figures[4][e],
            infit=figures[0][e],
            outfit=figures[1][e],
            infit_z=figures[2][e],
            outfit_z=figures[3][e],
            extreme=extreme.get(e, ""),
            displacement=displaced.get(e),
        )
        for e, name in enumerate(names)
    )
