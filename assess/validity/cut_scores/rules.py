"""What a meeting comes to: the cut in per cent of the part's points, its standard error, and every step, as a document. Pure.

Nobody types a cut: it follows from what judges rated, or from what candidates scored and how assessors saw them. The statistics
are those of `assess.standard_setting`; here they are given what the record holds, and put into words that are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate
from assess.validity.cut_scores.forms import Element, Method

HUNDREDTH = Decimal("0.01")
Values = Mapping[str, Mapping[str, str]]
"""Judge → element → value."""


class NoCut(Exception):
    """The ratings or scores do not give a cut; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Impressions:
    """Performances of tasks: the score of each in per cent, and the assessors' overall impression.

    `maxima` are the points of each task of the part; `borderline` is the impression that means "could be either side".
    """

    tasks: tuple[str, ...]
    percent: FloatArray
    ratings: FloatArray
    borderline: float
    maxima: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """All that a cut follows from.

    Attributes
    ----------
    rounds
        For each round that counts, what every judge gave.
    judges
        In the order of their invitation; `excluded` are those among them whom a named person left out.
    scores
        The part's scores of candidates in per cent, for compromises with them.
    difficulties
        Element → difficulty in logits, for the ordered booklet.
    works
        Element → the score in per cent of that work, which the judges did not see.
    empirical
        Element → the mean share of its points that candidates earned, where enough of them had it.
    """

    method: Method
    elements: tuple[Element, ...] = ()
    judges: tuple[str, ...] = ()
    rounds: tuple[Values, ...] = ()
    excluded: frozenset[str] = frozenset()
    scores: FloatArray = field(default_factory=lambda: np.empty(0))
    difficulties: Mapping[str, float] = field(default_factory=dict)
    works: Mapping[str, float] = field(default_factory=dict)
    empirical: Mapping[str, float] = field(default_factory=dict)
    impressions: Impressions | None = None

    def table(self, turn: int, elements: Sequence[Element]) -> FloatArray:
        """judges × elements of one round; NaN = not rated."""
        rows = [self.rounds[turn].get(judge, {}) for judge in self.judges]
        cells = [[float(row[one.identifier]) if one.identifier in row else np.nan for one in elements] for row in rows]
        return np.array(cells, dtype=float).reshape(len(self.judges), len(elements))

    def without_excluded(self) -> "Given":
        kept = tuple(judge for judge in self.judges if judge not in self.excluded)
        return replace(self, judges=kept, excluded=frozenset())


@dataclass(frozen=True)
class FoundCut:
    """A cut in per cent, its standard error, the method in words, and how it was found."""

    value: Decimal
    standard_error: Decimal
    method: str
    document: Mapping[str, Any]


def percent(value: float | Decimal | None, *, what: str) -> Decimal:
    """A value in per cent as it is kept: rounded to hundredths, half to even.

    Raises
    ------
    NoCut
        When there is no value, or it is none between 0 and 100.
    """
    if value is None:
        raise NoCut(f"{what}.")
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not 0 <= number <= 100:
        raise NoCut(f"The cut lies outside the scale: {number:.2f} % of the points.")
    return number.quantize(HUNDREDTH, ROUND_HALF_EVEN)


def of_estimate(found: Estimate, *, method: str, document: Mapping[str, Any]) -> FoundCut:
    """The cut that an estimate in per cent makes.

    Raises
    ------
    NoCut
        With the estimate's reason, where it has no value.
    """
    value = percent(found.value, what=f"{found.method}: {found.reason}")
    error = Decimal(repr(found.standard_error)).quantize(HUNDREDTH, ROUND_HALF_EVEN)
    return FoundCut(value, error, method, {**estimate_document(found), **document})


def estimate_document(found: Estimate, *, places: int = 2) -> dict[str, Any]:
    """An estimate as a record keeps it: texts of digits, words, and the verdict."""

    def digits(number: float | None) -> str | None:
        return None if number is None else f"{number:.6f}"

    return {
        "value": digits(found.value),
        "standard_error": digits(found.standard_error),
        "interval": None if found.interval is None else [digits(limit) for limit in found.interval],
        "n": found.n,
        "what": found.method,
        "source": found.source,
        "words": found.in_words(places),
        "sufficient": found.sufficient,
        "reason": found.reason,
    }


def scaled(found: Estimate, factor: float) -> Estimate:
    """The same estimate on another scale."""
    if found.value is None or found.standard_error is None or found.interval is None:
        return found
    low, high = found.interval
    return replace(
        found,
        value=found.value * factor,
        standard_error=found.standard_error * factor,
        interval=(low * factor, high * factor),
    )
