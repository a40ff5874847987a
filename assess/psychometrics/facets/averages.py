"""Observed and fair averages: the mean of an element's ratings, and what it would be if all else were average."""

from collections.abc import Sequence

import numpy as np

from assess.psychometrics.facets.categories import scale_at
from assess.psychometrics.facets.fitted import Fitted
from assess.psychometrics.facets.records import IntArray
from assess.psychometrics.responses import BoolArray, FloatArray


def observed_averages(codes: Sequence[IntArray], sizes: Sequence[int], value: IntArray) -> tuple[FloatArray, ...]:
    """Mean rating of every element of every facet.

    >>> observed_averages([np.array([0, 0, 1])], [2], np.array([1, 2, 3]))[0].tolist()
    [1.5, 3.0]
    """
    return tuple(
        np.bincount(code, weights=value, minlength=size) / np.maximum(np.bincount(code, minlength=size), 1)
        for code, size in zip(codes, sizes, strict=True)
    )


def fair_averages(fitted: Fitted, own: Sequence[BoolArray], steps: int | None) -> tuple[FloatArray, ...]:
    """Expected rating of every element where all others are at the mean measure of their facet (Linacre 1989, ch. 5).

    Parameters
    ----------
    own
        For each facet the elements whose measures make up its mean (those that are not extreme).
    steps
        The facet whose elements have steps of their own: these take theirs. Otherwise several groups of steps are
        averaged, weighted by their numbers of ratings.
    """
    middle = [float(m[o].mean()) if o.any() else 0.0 for m, o in zip(fitted.measure, own, strict=True)]
    signs = [1.0, *(-1.0 for _ in fitted.measure[1:])]
    whole = sum(sign * mean for sign, mean in zip(signs, middle, strict=True))
    share = np.bincount(fitted.group, minlength=len(fitted.offsets)) / max(len(fitted.group), 1)
    found = []
    for f, (measure, sign) in enumerate(zip(fitted.measure, signs, strict=True)):
        distance = whole + sign * (measure - middle[f])
        if steps == f:
            found.append(scale_at(distance, fitted.offsets.T).expected)
            continue
        total = np.zeros(len(distance))
        for g in np.flatnonzero(share):
            total += share[g] * scale_at(distance, fitted.offsets[g][:, None]).expected
        found.append(total)
    return tuple(found)
