"""Classical item analysis: difficulty, discrimination, omits and alpha without the item."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import ItemCovariance, complete, item_covariance
from assess.psychometrics.ctt.biserial import biserial, latent_spread
from assess.psychometrics.ctt.scores import DIFFICULTY_SOURCE, MINIMUM_PERSONS
from assess.psychometrics.proportions import correlation, proportion
from assess.psychometrics.reliability import alpha_from
from assess.psychometrics.responses import (
    BoolArray,
    FloatArray,
    ResponseError,
    answered_any,
    as_matrix,
    as_vector,
    item_names,
)
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough

KELLEY_SHARE = 0.27

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
    biserial_total, biserial_rest
        The same two as biserial correlations: with the normal variable behind the item's categories.
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
    biserial_total: Estimate
    biserial_rest: Estimate
    discrimination: Estimate
    omitted: Estimate
    alpha_if_deleted: Estimate


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
    r_total = ΣC_j / √(C_jj ΣC), r_rest = (ΣC_j − C_jj) / √(C_jj (ΣC + C_jj − 2ΣC_j)). Where some pair of items was answered
    together by fewer than `minimum` persons, though as many answered, that total rests on next to nobody; then total and rest
    are the share of the points on each person's own items, and the method says so. Upper and lower groups are all
    persons at or above the 73rd, at or below the 27th percentile of the share of points earned; ties are kept, so the
    order of persons does not matter. Biserial: see `ctt.biserial`.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_maximum`.

    Examples
    --------
    >>> analysis = item_analysis([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]] * 10)
    >>> analysis[0].difficulty.in_words()
    '0.75 (95 % interval 0.60 to 0.86, n = 40)'
    >>> round(analysis[0].item_rest.value, 3)
    0.522
    """
    table = _Table.of(responses, maximum)
    labels = item_names(len(table.maxima), names)
    correlations = _Correlations.of(table, minimum)
    covariance = correlations.covariance
    found = []
    for j, label in enumerate(labels):
        total, rest, n = correlations.total[j], correlations.rest[j], correlations.n[j]
        how = " (own items)" if correlations.own_items else ""
        found.append(
            ItemAnalysis(
                name=label,
                difficulty=_difficulty(table, covariance, j, level=level, minimum=minimum),
                item_total=_item_total(correlations, j, rest=False, level=level, minimum=minimum),
                item_rest=_item_total(correlations, j, rest=True, level=level, minimum=minimum),
                biserial_total=biserial(
                    total, correlations.spread[j], n, what=f"item–total{how}", level=level, minimum=minimum
                ),
                biserial_rest=biserial(
                    rest, correlations.spread[j], n, what=f"item–rest{how}", level=level, minimum=minimum
                ),
                discrimination=_upper_lower(table, j, level=level, minimum=minimum),
                omitted=proportion(
                    float(table.persons - table.counts[0, j]),
                    table.persons,
                    method="share of omits",
                    level=level,
                    minimum=minimum,
                ),
                alpha_if_deleted=_alpha_without(covariance, labels, j, level=level, minimum=minimum),
            )
        )
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Table:
    """The answers (0 where missing) with sums for all persons, for the upper and for the lower group.

    `sums`, `squares` and `counts` are 3 × items, in points; `right_or_wrong` says which items have only 0 and the
    maximum.
    """

    answers: FloatArray
    seen: BoolArray | None
    maxima: FloatArray
    sums: FloatArray
    squares: FloatArray
    counts: FloatArray
    right_or_wrong: BoolArray

    @property
    def persons(self) -> int:
        return len(self.answers)

    @classmethod
    def of(cls, responses: npt.ArrayLike, maximum: npt.ArrayLike | None) -> "_Table":
        matrix = as_matrix(responses)
        whole = complete(matrix)
        rows = matrix if whole else answered_any(matrix)
        seen = None if whole else np.isfinite(rows)
        answers = rows if seen is None else np.where(seen, rows, 0.0)
        highest = answers.max(axis=0, initial=0.0)
        maxima = _maxima(highest, maximum)
        share = _share_of_points(answers, seen, maxima)
        groups = np.vstack([np.ones(len(answers)), *_kelley_groups(share)])
        sums = groups @ answers
        counts = np.tile(groups.sum(axis=1)[:, None], len(maxima)) if seen is None else groups @ seen.astype(np.float64)
        within = (answers.min(initial=0.0) >= 0) & (highest <= maxima)
        # between 0 and the maximum a score is one of the two just when its square is the maximum times it
        squares = sums * maxima
        real = np.einsum("ij,ij->j", answers, answers) if len(answers) else np.zeros(len(maxima))
        right_or_wrong = within & (np.abs(real - squares[0]) <= 1e-9 * np.maximum(squares[0], 1.0))
        others = np.flatnonzero(~right_or_wrong)
        if len(others):
            squares[:, others] = groups @ answers[:, others] ** 2
        return cls(answers, seen, maxima, sums, squares, counts, right_or_wrong)


@dataclass(frozen=True, eq=False)
class _Correlations:
    """Correlations of every item with total and rest (NaN where one does not exist), and the persons behind each.

    With `own_items` total and rest are those of each person's own items.
    """

    covariance: ItemCovariance
    total: FloatArray
    rest: FloatArray
    n: list[int]
    spread: FloatArray
    own_items: bool

    @classmethod
    def of(cls, table: _Table, minimum: int) -> "_Correlations":
        seen = table.seen
        covariance = item_covariance(table.answers if seen is None else np.where(seen, table.answers, np.nan))
        together = covariance.together
        own_items = seen is not None and together.size > 0 and bool(together.min() < minimum <= together.max())
        if own_items and seen is not None:
            total, rest, n = _with_own_items(table, seen)
        else:
            matrix = covariance.matrix
            own, with_all, whole = np.diag(matrix), matrix.sum(axis=1), float(matrix.sum())
            total = _ratio(with_all, own * whole)
            rest = _ratio(with_all - own, own * (whole + own - 2 * with_all))
            n = [int(count) for count in together.min(axis=1, initial=table.persons)]
        spread = latent_spread(table.answers, seen, table.sums[0] / table.maxima, table.counts[0], table.right_or_wrong)
        return cls(covariance, total, rest, n, spread, own_items)


def _with_own_items(table: _Table, seen: BoolArray) -> tuple[FloatArray, FloatArray, list[int]]:
    """Correlations with the share of the points a person has on the own items, and on the own other items."""
    points, possible = table.answers.sum(axis=1)[:, None], (seen @ table.maxima)[:, None]
    others = possible - table.maxima
    used = seen & (others > 0)
    rest = np.where(used, (points - table.answers) / np.where(used, others, 1.0), 0.0)
    total = np.broadcast_to(points / possible, used.shape)
    n = used.sum(axis=0)
    return _over(table.answers, total, used), _over(table.answers, rest, used), [int(count) for count in n]


def _over(first: FloatArray, second: FloatArray, used: BoolArray) -> FloatArray:
    """Column by column the correlation over the persons used."""
    count = used.sum(axis=0).clip(min=1)
    a, b = (np.where(used, part - np.where(used, part, 0.0).sum(axis=0) / count, 0.0) for part in (first, second))
    return _ratio((a * b).sum(axis=0), (a * a).sum(axis=0) * (b * b).sum(axis=0))


def _ratio(part: FloatArray, product: FloatArray) -> FloatArray:
    exists = product > 1e-24
    return np.where(exists, part / np.sqrt(np.where(exists, product, 1.0)), np.nan)


def _maxima(highest: FloatArray, maximum: npt.ArrayLike | None) -> FloatArray:
    if maximum is None:
        return np.maximum(highest, 1.0)
    maxima = as_vector(maximum, name="maximum")
    if len(maxima) != len(highest):
        raise ResponseError("names_do_not_fit", f"{len(maxima)} maxima for {len(highest)} items")
    if not (maxima > 0).all():
        raise ResponseError("not_a_maximum", "every item's maximum must be greater than 0")
    return maxima


def _share_of_points(answers: FloatArray, seen: BoolArray | None, maxima: FloatArray) -> FloatArray:
    possible = maxima.sum() if seen is None else seen @ maxima
    # rounding makes equal shares of different forms tie exactly
    return np.asarray(np.round(answers.sum(axis=1) / possible, 12))


def _kelley_groups(share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """1 for the persons of the upper, of the lower group."""
    if len(share) < 2 or share.min() == share.max():
        nobody = np.zeros(len(share))
        return nobody, nobody
    size = max(round(KELLEY_SHARE * len(share)), 1)
    ordered = np.partition(share, [size - 1, len(share) - size])
    return (share >= ordered[-size]).astype(np.float64), (share <= ordered[size - 1]).astype(np.float64)


def _difficulty(table: _Table, covariance: ItemCovariance, item: int, *, level: float, minimum: int) -> Estimate:
    method = "difficulty: mean share of the maximum score"
    n, top = int(table.counts[0, item]), float(table.maxima[item])
    if table.right_or_wrong[item]:
        return proportion(float(table.sums[0, item] / top), n, method=method, level=level, minimum=minimum)
    if n < 2:
        reason = f"{n} answer(s); at least 2 are needed for a standard error"
        return not_enough(n=n, method=method, source=DIFFICULTY_SOURCE, reason=reason, level=level)
    value = float(table.sums[0, item]) / n / top
    se = float(np.sqrt(max(covariance.matrix[item, item], 0.0) / n)) / top
    return estimated(
        value=value,
        standard_error=se,
        interval=normal_interval(value, se, level),
        n=n,
        method=method,
        source=DIFFICULTY_SOURCE,
        minimum=minimum,
        level=level,
    )


def _item_total(found: _Correlations, item: int, *, rest: bool, level: float, minimum: int) -> Estimate:
    value, n = float((found.rest if rest else found.total)[item]), found.n[item]
    method = "item–rest correlation (corrected)" if rest else "item–total correlation (uncorrected)"
    if found.own_items:
        method = f"{method[:-1]}; share of the points on each person's own {'other ' if rest else ''}items)"
    source = REST_SOURCE if rest else TOTAL_SOURCE
    if not np.isfinite(value):
        reason = "the item or the total score does not vary, or too few persons answered both"
        if found.own_items:
            reason = "the item, or the score on the other items of those who took it, does not vary"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    return correlation(value, n, method=method, source=source, level=level, minimum=minimum)


def _upper_lower(table: _Table, item: int, *, level: float, minimum: int) -> Estimate:
    method = "discrimination: upper minus lower 27 % (ties included)"
    n, top = int(table.counts[0, item]), table.maxima[item]
    counts = table.counts[1:, item]
    if counts.min() < 2:
        reason = "fewer than 2 persons in the upper or the lower group"
        return not_enough(n=n, method=method, source=KELLEY_SOURCE, reason=reason, level=level)
    sums, squares = table.sums[1:, item] / top, table.squares[1:, item] / top**2
    means = sums / counts
    variances = np.maximum(squares - sums * means, 0.0) / (counts - 1)
    value, se = float(means[0] - means[1]), float(np.sqrt((variances / counts).sum()))
    return estimated(
        value=value,
        standard_error=se,
        interval=normal_interval(value, se, level),
        n=n,
        method=method,
        source=KELLEY_SOURCE,
        minimum=minimum,
        level=level,
    )


def _alpha_without(
    covariance: ItemCovariance, labels: Sequence[str], item: int, *, level: float, minimum: int
) -> Estimate:
    matrix, together = covariance.matrix, covariance.together
    items = len(matrix) - 1
    n, reason, diagonal, total = covariance.n, "", 0.0, 0.0
    if items < 2:
        reason = "alpha needs at least 2 items"
    elif together.min() != together.max():
        kept = np.arange(len(matrix)) != item
        rest = together[np.ix_(kept, kept)]
        n = int(rest.min())
        if n < 2:
            first, second = (np.flatnonzero(kept)[place] for place in np.argwhere(rest < 2)[0])
            reason = f"{labels[first]} and {labels[second]} were answered together by fewer than 2 persons"
        diagonal, total = float(np.trace(matrix[np.ix_(kept, kept)])), float(matrix[np.ix_(kept, kept)].sum())
    elif n < 2:
        reason = "fewer than 2 persons answered"
    else:
        diagonal = float(np.trace(matrix) - matrix[item, item])
        total = float(matrix.sum() + matrix[item, item] - 2 * matrix[item].sum())
    if not reason and not total > 1e-12 * items:
        reason = "the total scores do not vary"
    return alpha_from(
        items=items,
        diagonal=diagonal,
        total=total,
        n=n,
        method="alpha if the item is deleted (pairwise)",
        reason=reason,
        level=level,
        minimum=minimum,
    )
