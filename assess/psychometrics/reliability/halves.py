"""Split halves: odd against even items, and the best, the worst and the mean of all ways to halve a test."""

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import ItemCovariance, Missing, item_covariance
from assess.psychometrics.proportions import correlation
from assess.psychometrics.reliability.coefficient_alpha import MINIMUM_PERSONS, alpha_from, lacking
from assess.psychometrics.reliability.composites import SPEARMAN_BROWN_SOURCE, spearman_brown
from assess.psychometrics.reliability.intervals import bootstrapped, resampled
from assess.psychometrics.responses import FloatArray, answered_any, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, not_enough

RULON_SOURCE = (
    "Rulon (1939), Harvard Educational Review 9, 99–103; Guttman (1945), Psychometrika 10, 255–282; "
    "interval: Feldt (1965)"
)
SPLITS_SOURCE = "Guttman (1945), Psychometrika 10, 255–282; standard errors: bootstrap over persons"

MOST_ITEMS_IN_FULL = 16
SPLITS = 2_000
RESAMPLES = 200


@dataclass(frozen=True, eq=False, kw_only=True)
class SplitHalf:
    """What halving a test says about its reliability.

    Attributes
    ----------
    spearman_brown
        Odd against even items, their correlation carried to full length.
    flanagan_rulon
        Odd against even items, 2·(1 − (V₁ + V₂)/V): halves may differ in variance.
    best, worst, mean
        Of Flanagan and Rulon's coefficient over the splits; `best` is Guttman's λ4 and, being picked, leans on chance.
    coefficients
        The coefficient of every split; all splits in lexicographic order when `exact`, else a seeded sample.
    best_half, worst_half
        The items (from 0) of one half of these splits.
    """

    spearman_brown: Estimate
    flanagan_rulon: Estimate
    best: Estimate
    worst: Estimate
    mean: Estimate
    coefficients: FloatArray
    exact: bool
    best_half: tuple[int, ...]
    worst_half: tuple[int, ...]


def split_half(
    responses: npt.ArrayLike,
    *,
    missing: Missing = "pairwise",
    standardised: bool = False,
    splits: int = SPLITS,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> SplitHalf:
    r"""Split-half reliabilities.

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    standardised
        Work on correlations (items of equal weight and variance), as psych::splitHalf does unless told otherwise.
    splits
        How many splits are sampled above 16 items; up to 16 every split is taken.
    resamples, seed
        Of the bootstrap over persons behind best, worst and mean, and of the sample of splits.

    Notes
    -----
    A split A|B has the coefficient 4·C_AB/V with C_AB the sum of covariances across the halves and V the variance of
    the sum. An even number k of items has ½·C(k, k/2) splits. An odd number has C(k, (k−1)/2), all of them counted
    here; psych 2.2.9 takes the first half of that list only, so its mean differs for odd k.

    Examples
    --------
    >>> answers = np.array([[1, 1, 1, 1], [1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0]] * 10)
    >>> found = split_half(answers)
    >>> found.flanagan_rulon.in_words()
    '0.80 (95 % interval 0.65 to 0.89, n = 50)'
    >>> found.coefficients.round(2).tolist()
    [0.88, 0.8, 0.4]
    """
    matrix = as_matrix(responses)
    items = matrix.shape[1]
    covariance = item_covariance(matrix, missing)
    n, method = covariance.n, f"split half ({missing}{', standardised items' if standardised else ''})"
    reason = lacking(covariance).replace("alpha", "halving") or _constant(covariance, standardised=standardised)
    if reason:
        return _nothing(n, method, reason, level)
    exact = items <= MOST_ITEMS_IN_FULL
    halves = all_halves(items) if exact else _sampled_halves(items, splits, seed)
    used = _used(covariance.matrix, standardised=standardised)
    coefficients = halves_coefficients(used, halves)
    if not np.isfinite(coefficients).all():
        return _nothing(n, method, "the sum of the standardised items does not vary", level)
    rows = complete_rows(matrix) if missing == "listwise" else answered_any(matrix)

    def again(sample: FloatArray) -> npt.ArrayLike:
        drawn = item_covariance(sample, missing)
        if lacking(drawn) or _constant(drawn, standardised=standardised):
            return np.full(3, np.nan)
        found = halves_coefficients(_used(drawn.matrix, standardised=standardised), halves)
        return [found.max(), found.min(), found.mean()]

    drawn = resampled(rows, again, resamples=resamples, seed=seed)
    how = f"all {len(halves)} splits" if exact else f"{len(halves)} sampled splits"
    best, worst, mean = (
        bootstrapped(
            float(value),
            drawn[:, column],
            n=n,
            method=f"{word} of {how} ({missing})",
            source=SPLITS_SOURCE,
            level=level,
            minimum=minimum,
        )
        for column, (word, value) in enumerate(
            [("best", coefficients.max()), ("worst", coefficients.min()), ("mean", coefficients.mean())]
        )
    )
    odd = (np.arange(items) % 2 == 0).astype(np.float64)
    return SplitHalf(
        spearman_brown=_spearman_brown(used, odd, n=n, level=level, minimum=minimum),
        flanagan_rulon=_flanagan_rulon(used, odd, n=n, level=level, minimum=minimum),
        best=best,
        worst=worst,
        mean=mean,
        coefficients=coefficients,
        exact=exact,
        best_half=tuple(int(item) for item in np.flatnonzero(halves[int(coefficients.argmax())])),
        worst_half=tuple(int(item) for item in np.flatnonzero(halves[int(coefficients.argmin())])),
    )


def _nothing(n: int, method: str, reason: str, level: float) -> SplitHalf:
    nothing = not_enough(n=n, method=method, source=SPLITS_SOURCE, reason=reason, level=level)
    return SplitHalf(
        spearman_brown=nothing,
        flanagan_rulon=nothing,
        best=nothing,
        worst=nothing,
        mean=nothing,
        coefficients=np.zeros(0),
        exact=True,
        best_half=(),
        worst_half=(),
    )


def all_halves(items: int) -> FloatArray:
    """Every split into halves, splits × items: 1 for the items of one half.

    >>> all_halves(4).tolist()
    [[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]]
    """
    half = items // 2
    chosen = np.array(list(combinations(range(items), half)), dtype=np.intp)
    if items % 2 == 0:
        chosen = chosen[: comb(items, half) // 2]  # the second half of the list holds the complements
    halves = np.zeros((len(chosen), items))
    np.put_along_axis(halves, chosen, 1.0, axis=1)
    return halves


def halves_coefficients(covariance: FloatArray, halves: FloatArray) -> FloatArray:
    """4·C_AB/V of every split; NaN when the sum does not vary."""
    if not covariance.sum() > 1e-12 * len(covariance):
        return np.full(len(halves), np.nan)
    across = ((halves @ covariance) * (1 - halves)).sum(axis=1)
    return np.asarray(4 * across / covariance.sum())


def _sampled_halves(items: int, splits: int, seed: int) -> FloatArray:
    order = np.random.default_rng(seed).random((splits, items)).argsort(axis=1)
    return (order < items // 2).astype(np.float64)


def _used(covariance: FloatArray, *, standardised: bool) -> FloatArray:
    if not standardised:
        return covariance
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def _constant(covariance: ItemCovariance, *, standardised: bool) -> str:
    constant = np.flatnonzero(~(np.diag(covariance.matrix) > 0))
    if standardised and len(constant):
        return f"item {constant[0] + 1} does not vary and cannot be standardised; leave it out"
    return ""


def _spearman_brown(covariance: FloatArray, half: FloatArray, *, n: int, level: float, minimum: int) -> Estimate:
    method = "odd–even halves, Spearman–Brown"
    first, second = half @ covariance @ half, (1 - half) @ covariance @ (1 - half)
    if not min(first, second) > 0:
        reason = "the scores of one half do not vary"
        return not_enough(n=n, method=method, source=SPEARMAN_BROWN_SOURCE, reason=reason, level=level)
    r = float(half @ covariance @ (1 - half) / np.sqrt(first * second))
    halves = correlation(r, n, method=method, source=SPEARMAN_BROWN_SOURCE, level=level, minimum=minimum)
    return replace(spearman_brown(halves, ratio=2), method=method)


def _flanagan_rulon(covariance: FloatArray, half: FloatArray, *, n: int, level: float, minimum: int) -> Estimate:
    """Alpha of two parts, the halves."""
    variances = float(half @ covariance @ half + (1 - half) @ covariance @ (1 - half))
    estimate = alpha_from(
        items=2,
        diagonal=variances,
        total=float(covariance.sum()),
        n=n,
        method="odd–even halves, Flanagan–Rulon",
        level=level,
        minimum=minimum,
    )
    return replace(estimate, source=RULON_SOURCE)
