"""Kappas of a complete table of more than two raters: Fleiss, Conger, Light; and unanimity."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from assess.psychometrics.agreement.jackknife import NO_VARIATION, jackknifed
from assess.psychometrics.agreement.kappa import Weights, agreement_weights, coded, contingency, kappa_of_table
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, not_enough

MINIMUM_PERSONS = 30
FLEISS_SOURCE = "Fleiss (1971), Psychological Bulletin 76, 378–382; standard error: delete-one-person jackknife"
CONGER_SOURCE = "Conger (1980), Psychological Bulletin 88, 322–328; standard error: delete-one-person jackknife"
LIGHT_SOURCE = "Light (1971), Psychological Bulletin 76, 365–377; standard error: delete-one-person jackknife"
RATED = "persons rated by all"


def fleiss_kappa(
    ratings: npt.ArrayLike,
    *,
    exact: bool = False,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Fleiss' kappa of a persons × raters table (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters, categories.
    exact
        False: chance agreement from one common distribution of marks (Fleiss), as if raters were interchangeable.
        True: from each rater's own distribution (Conger), which is Cohen's kappa when there are two.
    categories
        Every category of the scale; those that were used when not given.

    Notes
    -----
    p_o is the share of agreeing pairs of raters, averaged over persons. Fleiss: p_e = Σ_c p_c². Conger: p_e = the mean
    of Σ_c p_rc·p_sc over pairs of raters r, s. Fleiss' own variance holds only when the true kappa is 0, so the interval
    rests on a jackknife. With gaps use `pooled_kappa`.

    Examples
    --------
    >>> table = [[0, 0, 0], [1, 1, 0], [2, 2, 2], [1, 1, 1]] * 10
    >>> fleiss_kappa(table).in_words(), round(fleiss_kappa(table, exact=True).value, 3)
    ('0.74 (95 % interval 0.59 to 0.90, n = 40)', 0.75)
    """
    method = f"{'exact (Conger) ' if exact else ''}Fleiss' kappa (complete persons)"
    source = CONGER_SOURCE if exact else FLEISS_SOURCE
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    if n < 2 or k < 2:
        return _too_few(n, k, method, source, level)
    scale, codes = coded(rows, categories)
    counts = np.zeros((n, len(scale)))
    by_rater = np.zeros((k, len(scale)))
    for rater in range(k):
        counts[np.arange(n), codes[:, rater]] += 1
        by_rater[rater] = np.bincount(codes[:, rater], minlength=len(scale))
    pairs, squares = k * (k - 1), (counts**2).sum(axis=1)
    agreed = (squares - k) / pairs
    margin = counts.sum(axis=0)
    alike = float((margin**2).sum())
    without = alike - 2 * counts @ margin + squares  # the same with one person left out
    if exact:
        own = float((by_rater**2).sum())
        alike -= own
        without = without - own + 2 * by_rater[np.arange(k), codes].sum(axis=1) - k
    per_pair = pairs if exact else k**2
    value = _kappa(np.array(agreed.mean()), np.array(alike / (per_pair * n**2)))
    left_out = _kappa((agreed.sum() - agreed) / (n - 1), without / (per_pair * (n - 1) ** 2))
    return jackknifed(float(value), left_out, method=method, source=source, level=level, minimum=minimum, cases=RATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryKappa:
    """Kappa of one category against all the others together."""

    category: float
    kappa: Estimate


def fleiss_kappa_by_category(
    ratings: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> tuple[CategoryKappa, ...]:
    """Fleiss' kappa of each category that was used against all the others together.

    Examples
    --------
    >>> table = [[0, 0, 0], [1, 1, 0], [2, 2, 2], [1, 1, 1]] * 10
    >>> [round(one.kappa.value, 2) for one in fleiss_kappa_by_category(table)]
    [0.62, 0.66, 1.0]
    """
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    return tuple(
        CategoryKappa(
            category=float(category),
            kappa=fleiss_kappa((rows == category).astype(np.float64), level=level, minimum=minimum),
        )
        for category in np.unique(rows)
    )


def light_kappa(
    ratings: npt.ArrayLike,
    weights: Weights = None,
    *,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Light's kappa: the mean of Cohen's kappa over all pairs of raters (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters, categories.
    weights, categories
        As in `kappa`.

    Examples
    --------
    >>> table = [[0, 0, 0], [1, 1, 0], [2, 2, 2], [1, 1, 1]] * 10
    >>> light_kappa(table).in_words()
    '0.76 (95 % interval 0.63 to 0.89, n = 40)'
    """
    method = f"Light's kappa ({weights or 'no'} weights; complete persons)"
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    if n < 2 or k < 2:
        return _too_few(n, k, method, LIGHT_SOURCE, level)
    scale, codes = coded(rows, categories)
    agreement = agreement_weights(scale, weights)
    values, left_out = [], np.zeros(n)
    for first, second in combinations(range(k), 2):
        table = contingency(codes[:, first], codes[:, second], len(scale))
        values.append(kappa_of_table(table, agreement)[0])
        left_out += _without_a_case(table, agreement)[codes[:, first], codes[:, second]]
    if not np.isfinite(values).all():
        reason = f"{NO_VARIATION} for a pair of raters"
        return not_enough(n=n, method=method, source=LIGHT_SOURCE, reason=reason, level=level)
    return jackknifed(
        float(np.mean(values)),
        left_out / len(values),
        method=method,
        source=LIGHT_SOURCE,
        level=level,
        minimum=minimum,
        cases=RATED,
    )


def unanimity(
    ratings: npt.ArrayLike, *, within: float = 0.0, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    """Share of persons on whom all raters agree, or differ by no more than `within` (complete persons only).

    Examples
    --------
    >>> unanimity([[0, 0, 0], [1, 1, 0], [2, 2, 2], [1, 1, 1]] * 10).in_words()
    '0.75 (95 % interval 0.60 to 0.86, n = 40)'
    """
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    if rows.shape[1] < 2:
        return _too_few(len(rows), rows.shape[1], "share of persons all raters agree on", "", level)
    close = np.ptp(rows, axis=1) <= within + 1e-9
    method = (
        "share of persons all raters agree on" if within == 0 else f"share of persons all raters put within {within:g}"
    )
    return proportion(float(close.sum()), len(rows), method=method, level=level, minimum=minimum)


def _kappa(observed: FloatArray, expected: FloatArray) -> FloatArray:
    possible = expected < 1 - 1e-12
    return np.where(possible, (observed - expected) / np.where(possible, 1 - expected, 1.0), np.nan)


def _without_a_case(table: FloatArray, agreement: FloatArray) -> FloatArray:
    """Kappa of a table of counts after taking one case out of each cell, categories × categories."""
    left = float(table.sum()) - 1
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed = (float((agreement * table).sum()) - agreement) / left
    by_row, by_column = agreement @ columns, rows @ agreement
    expected = (float(rows @ by_row) - by_row[:, None] - by_column[None, :] + agreement) / left**2
    return _kappa(observed, expected)


def _too_few(n: int, k: int, method: str, source: str, level: float) -> Estimate:
    reason = f"{n} persons rated by all of {k} raters; at least 2 persons and 2 raters are needed"
    return not_enough(n=n, method=method, source=source, reason=reason, level=level)
