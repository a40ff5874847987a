"""Agreement when few persons are marked twice and each by another pair of raters.

Every two marks of one person are a pair. A person with m marks gives m(m−1) ordered pairs, each of weight 1/(m−1), so
that every mark counts once and a linking panel of sixteen does not outweigh the ordinary double marking. Which rater
comes first means nothing here, so chance agreement comes from one common distribution of marks. With a complete table
this is Fleiss' kappa.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from assess.psychometrics.agreement.jackknife import jackknifed
from assess.psychometrics.agreement.kappa import Weights, agreement_weights, coded, share_of_agreement
from assess.psychometrics.ctt import mean
from assess.psychometrics.responses import FloatArray, as_matrix, item_names
from assess.psychometrics.results import LEVEL, Estimate, not_enough

MINIMUM_PERSONS = 30
POOLED_SOURCE = (
    "Fleiss (1971), Psychological Bulletin 76, 378–382; missing marks and weights: Gwet (2014), Handbook of "
    "inter-rater reliability, ch. 2–3; standard error: delete-one-person jackknife"
)
PAIR_SOURCE = "mean of paired differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterPair:
    """Two raters over the persons both marked. `difference` is first minus second."""

    first: str
    second: str
    shared: int
    exact: Estimate
    adjacent: Estimate
    difference: Estimate


def rater_pairs(
    ratings: npt.ArrayLike, *, raters: Sequence[str] | None = None, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> tuple[RaterPair, ...]:
    """Every two raters with at least one person in common.

    Parameters
    ----------
    ratings
        persons × raters (or persons-and-criteria × raters), NaN = not marked.
    """
    matrix = as_matrix(ratings, name="ratings")
    names = item_names(matrix.shape[1], raters)
    seen = np.isfinite(matrix)
    together = seen.T.astype(np.int64) @ seen.astype(np.int64)
    pairs = []
    for a, b in combinations(range(matrix.shape[1]), 2):
        if not together[a, b]:
            continue
        both = matrix[seen[:, a] & seen[:, b]]
        first, second = both[:, a], both[:, b]
        pairs.append(
            RaterPair(
                first=names[a],
                second=names[b],
                shared=len(both),
                exact=share_of_agreement(first, second, level=level, minimum=minimum),
                adjacent=share_of_agreement(first, second, within=1, level=level, minimum=minimum),
                difference=mean(
                    first - second,
                    method="mean difference over shared cases",
                    source=PAIR_SOURCE,
                    level=level,
                    minimum=minimum,
                ),
            )
        )
    return tuple(pairs)


def pooled_share_of_agreement(
    ratings: npt.ArrayLike, *, within: float = 0.0, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    """Share of mark pairs within `within` of each other, pooled over all pairs of raters.

    Examples
    --------
    >>> nan = float("nan")
    >>> pooled_share_of_agreement([[1, 1, nan], [nan, 2, 1], [0, nan, 0], [2, 2, nan]] * 10).in_words()
    '0.75 (95 % interval 0.61 to 0.89, n = 40)'
    """
    marks = _Marks.of(ratings, categories=None)
    method = f"share of mark pairs agreeing within {within:g}, pooled over raters (persons marked more than once)"
    if marks.persons < 2:
        return _too_few(marks, method, level)
    close = (np.abs(marks.scale[:, None] - marks.scale[None, :]) <= within + 1e-9).astype(np.float64)
    agreed = marks.per_person_sum(close)
    weight = marks.counts.sum(axis=1)
    left_out = (agreed.sum() - agreed) / (weight.sum() - weight)
    value = float(agreed.sum() / weight.sum())
    return jackknifed(value, left_out, method=method, source=POOLED_SOURCE, level=level, minimum=minimum, lowest=0.0)


def pooled_kappa(
    ratings: npt.ArrayLike,
    *,
    weights: Weights = None,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Kappa over all pairs of raters that share persons; Fleiss' kappa when the table is complete.

    Parameters
    ----------
    ratings
        persons × raters, NaN = not marked. Persons with one mark are not used.
    weights, categories
        As in `kappa`.

    Examples
    --------
    >>> nan = float("nan")
    >>> pooled_kappa([[1, 1, nan], [nan, 2, 1], [0, nan, 0], [2, 2, nan]] * 10, weights="quadratic").in_words()
    '0.79 (95 % interval 0.66 to 0.93, n = 40)'
    """
    marks = _Marks.of(ratings, categories=categories)
    method = f"pooled kappa ({weights or 'no'} weights) over pairs of raters (persons marked more than once)"
    if marks.persons < 2:
        return _too_few(marks, method, level)
    agreement = agreement_weights(marks.scale, weights)
    agreed = marks.per_person_sum(agreement)

    def statistic(observed: FloatArray, counts: FloatArray) -> FloatArray:
        total = counts.sum(axis=-1)
        margin = counts / total[..., None]
        expected = ((margin @ agreement) * margin).sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = (observed / total - expected) / (1 - expected)
        return np.where(expected < 1 - 1e-12, value, np.nan)

    value = float(statistic(agreed.sum(), marks.counts.sum(axis=0)))
    left_out = statistic(agreed.sum() - agreed, marks.counts.sum(axis=0) - marks.counts)
    return jackknifed(value, left_out, method=method, source=POOLED_SOURCE, level=level, minimum=minimum)


@dataclass(frozen=True, eq=False)
class _Marks:
    """Counts of each category per person (persons marked at least twice only)."""

    scale: FloatArray
    counts: FloatArray

    @property
    def persons(self) -> int:
        return len(self.counts)

    @classmethod
    def of(cls, ratings: npt.ArrayLike, *, categories: Sequence[float] | None) -> "_Marks":
        matrix = as_matrix(ratings, name="ratings")
        seen = np.isfinite(matrix)
        kept = seen.sum(axis=1) > 1
        matrix, seen = matrix[kept], seen[kept]
        scale, codes = coded(matrix, categories)
        rows = np.nonzero(seen)[0]
        cells = np.bincount(rows * len(scale) + codes[seen], minlength=len(matrix) * len(scale))
        counts = cells.reshape(len(matrix), len(scale)).astype(np.float64)
        return cls(scale=scale, counts=counts)

    def per_person_sum(self, weight: FloatArray) -> FloatArray:
        """Σ weight over each person's ordered pairs of marks, every pair divided by m − 1."""
        pairs = ((self.counts @ weight) * self.counts).sum(axis=1) - self.counts @ np.diag(weight)
        return np.asarray(pairs / (self.counts.sum(axis=1) - 1))


def _too_few(marks: _Marks, method: str, level: float) -> Estimate:
    reason = f"{marks.persons} person(s) were marked more than once"
    return not_enough(n=marks.persons, method=method, source=POOLED_SOURCE, reason=reason, level=level)
