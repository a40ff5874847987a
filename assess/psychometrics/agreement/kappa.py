"""Agreement of two markers on the same cases: shares of agreement, Cohen's kappa and its weighted forms."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough

Weights = Literal["linear", "quadratic"] | None

MINIMUM_CASES = 30
KAPPA_SOURCE = (
    "Cohen (1960), Educational and Psychological Measurement 20, 37–46, and Cohen (1968), Psychological Bulletin 70, "
    "213–220; standard error: Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323–327"
)


def share_of_agreement(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    within: float = 0.0,
    level: float = LEVEL,
    minimum: int = MINIMUM_CASES,
) -> Estimate:
    """Share of the cases on which two markers differ by no more than `within` (0 = exact, 1 = adjacent).

    Examples
    --------
    >>> share_of_agreement([0, 1, 2, 3] * 10, [0, 1, 2, 1] * 10).in_words()
    '0.75 (95 % interval 0.60 to 0.86, n = 40)'
    """
    a, b = _both(first, second)
    name = "exact agreement" if within == 0 else f"agreement within {within:g} (adjacent)"
    # a hair of tolerance: 0.3 − 0.2 is a difference of 0.1
    agreed = np.abs(a - b) <= within + 1e-9
    return proportion(float(agreed.sum()), len(a), method=f"share of {name}", level=level, minimum=minimum)


def kappa(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    weights: Weights = None,
    *,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int | None = None,
) -> Estimate:
    r"""Cohen's kappa, unweighted or with linear or quadratic weights.

    Parameters
    ----------
    a, b
        The two markers' categories for the same cases; cases that either left out are not used.
    weights
        None counts exact agreement only, as Cohen's first kappa. "quadratic" suits ordered scales: a difference of two
        steps counts four times a difference of one; "linear" twice.
    categories
        Every category of the scale. When not given, those that were used; for weighted kappa say the whole scale if
        the categories are not evenly spaced numbers.
    minimum
        Cases needed for a positive verdict; when not given the larger of 30 and twice the squared number of
        categories (Cicchetti 1981, Applied Psychological Measurement 5, 101–104).

    Notes
    -----
    κ = (p_o − p_e)/(1 − p_e) with p = Σ w_ij p_ij, w_ij = 1 − (|i−j|/range)^{1 or 2} by the categories' values: a
    category that nobody used still keeps its neighbours apart. irr and scikit-learn count the used categories instead,
    which is the same when none is skipped.

    Where all n cases agree the error of Fleiss, Cohen and Everitt is 0, and its interval a point that says nothing of how few they
    were. The lower limit is then (π − p_e)/(1 − p_e) with π = (α/2)^{1/n}, the exact lower limit of n agreements out of n (Clopper
    & Pearson 1934); a disagreement that was not seen is taken as a whole one.

    Raises
    ------
    ResponseError
        `names_do_not_fit` when the markers have different numbers of cases, `not_a_category`, `no_such_weights`.

    Examples
    --------
    >>> first, second = [0, 1, 2, 2, 1, 0] * 10, [0, 1, 2, 1, 1, 0] * 10
    >>> kappa(first, second, weights="quadratic").in_words()
    '0.86 (95 % interval 0.77 to 0.94, n = 60)'
    """
    first, second = _both(a, b)
    n = len(first)
    method = "Cohen's kappa" if weights is None else f"Cohen's kappa with {weights} weights"
    scale, codes = coded(np.column_stack([first, second]), categories)
    needed = max(MINIMUM_CASES, 2 * len(scale) ** 2) if minimum is None else minimum
    agreement = agreement_weights(scale, weights)
    if n < 2:
        reason = f"{n} case(s) marked by both; at least {needed} are needed"
        return not_enough(n=n, method=method, source=KAPPA_SOURCE, reason=reason, level=level)
    value, se = kappa_of_table(contingency(codes[:, 0], codes[:, 1], len(scale)), agreement)
    if not np.isfinite(value):
        reason = "both markers used one and the same category throughout, so chance agreement is complete"
        return not_enough(n=n, method=method, source=KAPPA_SOURCE, reason=reason, level=level)
    low, high = (
        normal_interval(value, se, level)
        if value < 1 - 1e-12
        else (_all_agree(codes, len(scale), agreement, level), 1.0)
    )
    return estimated(
        value=value,
        standard_error=se,
        interval=(max(low, -1.0), min(high, 1.0)),
        n=n,
        method=method,
        source=KAPPA_SOURCE,
        minimum=needed,
        level=level,
        cases="cases marked by both",
    )


def _all_agree(codes: npt.NDArray[np.intp], categories: int, agreement: FloatArray, level: float) -> float:
    """The lower limit of a kappa of 1.

    >>> codes = np.array([[0, 0], [1, 1]] * 10)
    >>> round(_all_agree(codes, 2, np.eye(2), 0.95), 2)
    0.66
    """
    table = contingency(codes[:, 0], codes[:, 1], categories) / len(codes)
    expected = float(table.sum(axis=1) @ agreement @ table.sum(axis=0))
    least = ((1 - level) / 2) ** (1 / len(codes))
    return float((least - expected) / (1 - expected))


def kappa_of_table(counts: FloatArray, agreement: FloatArray) -> tuple[float, float]:
    """Kappa and its standard error from a square table of counts; NaN when chance agreement is complete.

    >>> value, se = kappa_of_table(np.array([[106.0, 10, 4], [22, 28, 10], [2, 12, 6]]), np.eye(3))
    >>> round(value, 3), round(se, 4)
    (0.429, 0.0537)
    """
    n = float(counts.sum())
    table = counts / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float((agreement * table).sum()), float(rows @ agreement @ columns)
    if not expected < 1 - 1e-12:
        return float("nan"), float("nan")
    # Fleiss, Cohen & Everitt, formula 13: the mean weight of each row and column against the other margin
    by_row, by_column = agreement @ columns, agreement.T @ rows
    spread = agreement * (1 - expected) - (by_row[:, None] + by_column[None, :]) * (1 - observed)
    middle = observed * expected - 2 * expected + observed
    variance = (float((table * spread**2).sum()) - middle**2) / (n * (1 - expected) ** 4)
    return (observed - expected) / (1 - expected), float(np.sqrt(max(variance, 0.0)))


def coded(marks: FloatArray, categories: Sequence[float] | None) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """The scale in ascending order, and each mark's place on it (0 where there is no mark).

    Raises
    ------
    ResponseError
        `not_a_category` for a mark that is not on the scale.
    """
    seen = np.isfinite(marks)
    used, places = np.unique(marks[seen], return_inverse=True)
    scale = used if categories is None else np.unique(np.asarray(categories, dtype=np.float64))
    if categories is not None:
        strange = np.setdiff1d(used, scale)
        if len(strange):
            raise ResponseError("not_a_category", f"{strange[0]:g} is not one of the categories {scale.tolist()}")
        places = np.searchsorted(scale, used)[places]
    codes = np.zeros(marks.shape, dtype=np.intp)
    codes[seen] = places
    return scale, codes


def agreement_weights(scale: FloatArray, weights: Weights) -> FloatArray:
    """How much credit a pair of categories gets: 1 on the diagonal, 0 for the widest disagreement.

    Examples
    --------
    >>> agreement_weights(np.array([0.0, 1.0, 2.0]), "quadratic")[0].tolist()
    [1.0, 0.75, 0.0]

    Raises
    ------
    ResponseError
        `no_such_weights`.
    """
    if weights is None:
        return np.eye(len(scale))
    if weights not in ("linear", "quadratic"):
        raise ResponseError("no_such_weights", f"weights is {weights!r}; it can be None, 'linear' or 'quadratic'")
    distance = np.abs(scale[:, None] - scale[None, :])
    widest = distance.max(initial=0.0) or 1.0
    return np.asarray(1 - (distance / widest) ** (1 if weights == "linear" else 2))


def contingency(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], categories: int) -> FloatArray:
    """How often each pair of category numbers occurs, categories × categories.

    >>> contingency(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    counts = np.bincount(rows * categories + columns, minlength=categories**2)
    return np.asarray(counts.reshape(categories, categories), dtype=np.float64)


def _both(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    a, b = as_vector(first, name="marks of the first marker"), as_vector(second, name="marks of the second marker")
    if len(a) != len(b):
        raise ResponseError("names_do_not_fit", f"the first marker has {len(a)} cases, the second {len(b)}")
    seen = np.isfinite(a) & np.isfinite(b)
    return a[seen], b[seen]
