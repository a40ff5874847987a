"""Classical item analysis and the distribution of scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import ItemCovariance, item_covariance
from assess.psychometrics.proportions import correlation, proportion
from assess.psychometrics.reliability import alpha_of
from assess.psychometrics.responses import FloatArray, ResponseError, answered_any, as_matrix, as_vector, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough

MINIMUM_PERSONS = 30
KELLEY_SHARE = 0.27

DIFFICULTY_SOURCE = "Crocker & Algina (1986), Introduction to classical and modern test theory, ch. 14"
TOTAL_SOURCE = "Lord & Novick (1968), ch. 15; interval: Fisher (1921), Metron 1, 3–32"
REST_SOURCE = "Henrysson (1963), Psychometrika 28, 211–218; interval: Fisher (1921), Metron 1, 3–32"
KELLEY_SOURCE = "Kelley (1939), Journal of Educational Psychology 30, 17–24"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnalysis:
    """What classical test theory says about one item.

    Attributes
    ----------
    name
        The item.
    difficulty
        Mean score as a share of the maximum: for right-or-wrong items the proportion correct.
    item_total
        Correlation with the total score, the item included; for right-or-wrong items the point-biserial correlation.
    item_rest
        The same with the item taken out of the total (corrected).
    discrimination
        Mean share of the maximum in the upper group minus that in the lower group (27 % each, ties included).
    omitted
        Share of the persons without an answer.
    alpha_if_deleted
        Coefficient alpha of the remaining items.
    """

    name: str
    difficulty: Estimate
    item_total: Estimate
    item_rest: Estimate
    discrimination: Estimate
    omitted: Estimate
    alpha_if_deleted: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDistribution:
    """The sum scores of the persons who answered every item."""

    mean: Estimate
    sd: float | None
    lowest: float | None
    median: float | None
    highest: float | None
    skewness: float | None
    scores: tuple[float, ...]
    counts: tuple[int, ...]
    n: int
    incomplete: int


def item_analysis(
    responses: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    maximum: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> tuple[ItemAnalysis, ...]:
    r"""Difficulty, discrimination, omits and alpha-if-deleted of every item.

    Parameters
    ----------
    responses
        persons × items, scores from 0; NaN = missing. Persons without any answer are left out.
    names
        Item names for the result.
    maximum
        Highest score of each item; the highest seen (at least 1) when not given.

    Notes
    -----
    Correlations come from pairwise covariances C, so that forms drawn at random from a bank are handled alike:
    r_total = ΣC_j / √(C_jj ΣC), r_rest = (ΣC_j − C_jj) / √(C_jj (ΣC + C_jj − 2ΣC_j)). Upper and lower groups are all
    persons at or above the 73rd, at or below the 27th percentile of the share of points earned; ties are kept, so the
    order of persons does not matter.

    Examples
    --------
    >>> analysis = item_analysis([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]] * 10)
    >>> analysis[0].difficulty.in_words()
    '0.75 (95 % interval 0.60 to 0.86, n = 40)'
    >>> round(analysis[0].item_rest.value, 3)
    0.522
    """
    matrix = answered_any(as_matrix(responses))
    labels = item_names(matrix.shape[1], names)
    maxima = _maxima(matrix, maximum)
    covariance = item_covariance(matrix)
    share = _share_of_points(matrix, maxima)
    upper, lower = _kelley_groups(share)
    return tuple(
        ItemAnalysis(
            name=labels[j],
            difficulty=_difficulty(matrix[:, j], maxima[j], level=level, minimum=minimum),
            item_total=_item_total(covariance, j, rest=False, level=level, minimum=minimum),
            item_rest=_item_total(covariance, j, rest=True, level=level, minimum=minimum),
            discrimination=_upper_lower(matrix[:, j] / maxima[j], upper, lower, level=level, minimum=minimum),
            omitted=proportion(
                float(np.isnan(matrix[:, j]).sum()), len(matrix), method="share of omits", level=level, minimum=minimum
            ),
            alpha_if_deleted=_alpha_without(covariance, j, level=level, minimum=minimum),
        )
        for j in range(matrix.shape[1])
    )


def score_distribution(
    responses: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> ScoreDistribution:
    """How the sum scores spread.

    Examples
    --------
    >>> distribution = score_distribution([[1, 1], [1, 0], [0, 0], [1, 1]])
    >>> dict(zip(distribution.scores, distribution.counts))
    {0.0: 1, 1.0: 1, 2.0: 2}
    """
    matrix = as_matrix(responses)
    complete = np.isfinite(matrix).all(axis=1) if matrix.shape[1] else np.zeros(len(matrix), dtype=np.bool_)
    totals = matrix[complete].sum(axis=1)
    n = len(totals)
    values, counts = np.unique(totals, return_counts=True)
    sd = float(totals.std(ddof=1)) if n > 1 else None
    deviations = totals - totals.mean() if n else totals
    varies = sd is not None and sd > 0
    return ScoreDistribution(
        mean=mean(totals, method="mean sum score (complete persons)", level=level, minimum=minimum),
        sd=sd,
        lowest=float(totals.min()) if n else None,
        median=float(np.median(totals)) if n else None,
        highest=float(totals.max()) if n else None,
        skewness=float((deviations**3).mean() / totals.std() ** 3) if varies else None,
        scores=tuple(float(value) for value in values),
        counts=tuple(int(count) for count in counts),
        n=n,
        incomplete=len(matrix) - n,
    )


def mean(
    values: FloatArray,
    *,
    method: str,
    source: str = DIFFICULTY_SOURCE,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    """A mean with its standard error; needs two values."""
    seen = values[np.isfinite(values)]
    n = len(seen)
    if n < 2:
        reason = f"{n} answer(s); at least 2 are needed for a standard error"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    value, se = float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(n))
    interval = normal_interval(value, se, level)
    return estimated(
        value=value,
        standard_error=se,
        interval=interval,
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )


def _maxima(matrix: FloatArray, maximum: npt.ArrayLike | None) -> FloatArray:
    if maximum is None:
        seen = np.where(np.isfinite(matrix), matrix, 0.0)
        return np.asarray(seen.max(axis=0, initial=1.0), dtype=np.float64)
    maxima = as_vector(maximum, name="maximum")
    if len(maxima) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(maxima)} maxima for {matrix.shape[1]} items")
    if not (maxima > 0).all():
        raise ResponseError("not_a_maximum", "every item's maximum must be greater than 0")
    return maxima


def _share_of_points(matrix: FloatArray, maxima: FloatArray) -> FloatArray:
    seen = np.isfinite(matrix)
    earned = np.where(seen, matrix, 0.0).sum(axis=1)
    # rounding makes equal shares of different forms tie exactly
    return np.asarray(np.round(earned / (seen @ maxima), 12))


def _kelley_groups(share: FloatArray) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    if len(share) < 2 or share.min() == share.max():
        nobody = np.zeros(len(share), dtype=np.bool_)
        return nobody, nobody
    size = max(round(KELLEY_SHARE * len(share)), 1)
    ordered = np.sort(share)
    return share >= ordered[-size], share <= ordered[size - 1]


def _difficulty(answers: FloatArray, maximum: float, *, level: float, minimum: int) -> Estimate:
    seen = answers[np.isfinite(answers)]
    method = "difficulty: mean share of the maximum score"
    if np.isin(seen, (0.0, maximum)).all():
        return proportion(float((seen == maximum).sum()), len(seen), method=method, level=level, minimum=minimum)
    return mean(seen / maximum, method=method, level=level, minimum=minimum)


def _item_total(covariance: ItemCovariance, item: int, *, rest: bool, level: float, minimum: int) -> Estimate:
    method = "item–rest correlation (corrected)" if rest else "item–total correlation (uncorrected)"
    source = REST_SOURCE if rest else TOTAL_SOURCE
    matrix = covariance.matrix
    n = int(covariance.together[item].min())
    own, with_all, total = matrix[item, item], matrix[item].sum(), matrix.sum()
    spread = own * (total + own - 2 * with_all if rest else total)
    if not spread > 1e-24:
        reason = "the item or the total score does not vary, or too few persons answered both"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    value = float((with_all - own if rest else with_all) / np.sqrt(spread))
    return correlation(value, n, method=method, source=source, level=level, minimum=minimum)


def _upper_lower(
    shares: FloatArray,
    upper: npt.NDArray[np.bool_],
    lower: npt.NDArray[np.bool_],
    *,
    level: float,
    minimum: int,
) -> Estimate:
    method = "discrimination: upper minus lower 27 % (ties included)"
    seen = np.isfinite(shares)
    high, low = shares[upper & seen], shares[lower & seen]
    n = int(seen.sum())
    if len(high) < 2 or len(low) < 2:
        reason = "fewer than 2 persons in the upper or the lower group"
        return not_enough(n=n, method=method, source=KELLEY_SOURCE, reason=reason, level=level)
    value = float(high.mean() - low.mean())
    se = float(np.sqrt(high.var(ddof=1) / len(high) + low.var(ddof=1) / len(low)))
    interval = normal_interval(value, se, level)
    return estimated(
        value=value,
        standard_error=se,
        interval=interval,
        n=n,
        method=method,
        source=KELLEY_SOURCE,
        minimum=minimum,
        level=level,
    )


def _alpha_without(covariance: ItemCovariance, item: int, *, level: float, minimum: int) -> Estimate:
    kept = np.arange(len(covariance.matrix)) != item
    together = covariance.together[np.ix_(kept, kept)]
    without = ItemCovariance(
        matrix=covariance.matrix[np.ix_(kept, kept)],
        together=together,
        n=int(together.min()) if together.size else 0,
    )
    return alpha_of(without, method="alpha if the item is deleted (pairwise)", level=level, minimum=minimum)
