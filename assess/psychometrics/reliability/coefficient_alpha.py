"""Coefficient alpha, the Kuder–Richardson formulas, and the standard error of measurement."""

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.covariance import ItemCovariance, Missing, item_covariance
from assess.psychometrics.reliability.intervals import (
    BOOTSTRAP_SOURCE,
    CONTRADICTION,
    RESAMPLES,
    ROUNDING,
    IntervalKind,
    bootstrapped,
    on_log_scale,
    resampled,
)
from assess.psychometrics.responses import FloatArray, answered_any, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

# Below this the F and normal approximations of the intervals are not to be relied on (Yurdugül 2008 finds a bias of
# alpha below 30 persons even with one strong factor).
MINIMUM_PERSONS = 30

ALPHA_SOURCE = "Cronbach (1951), Psychometrika 16, 297–334; interval: Feldt (1965), Psychometrika 30, 357–370"
SEM_SOURCE = (
    "Lord & Novick (1968), Statistical theories of mental test scores, ch. 7; chi-square interval of a variance"
)
KR_SOURCE = "Kuder & Richardson (1937), Psychometrika 2, 151–160"
NEGATIVE = "alpha is negative: some items work against the others; look for a reversed key"


def alpha(
    responses: npt.ArrayLike,
    *,
    missing: Missing = "pairwise",
    interval: IntervalKind = "analytic",
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Coefficient alpha with Feldt's interval.

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    missing
        "pairwise" uses everyone who answered both items of a pair, "listwise" only complete persons.
    interval
        "analytic" is Feldt's; "bootstrap" draws persons with replacement, `resamples` times, seeded with `seed`.

    Notes
    -----
    With k items, covariances C, total variance V = ΣC: α = k/(k−1)·(1 − tr C / V). (1−α)/(1−α̂) follows F with n−1 and
    (n−1)(k−1) degrees of freedom. The standard error is the one of that F law. In pairwise use n is the smallest
    number of persons behind any pair of items. A negative alpha is reported as it is, with a negative verdict.

    Examples
    --------
    >>> alpha([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]] * 10).in_words()
    '0.75 (95 % interval 0.58 to 0.86, n = 40)'
    """
    matrix = as_matrix(responses)
    method = f"coefficient alpha ({missing})"
    estimate = alpha_of(item_covariance(matrix, missing), method=method, level=level, minimum=minimum)
    if interval == "analytic" or estimate.value is None:
        return estimate
    rows = complete_rows(matrix) if missing == "listwise" else answered_any(matrix)

    def drawn_alpha(sample: FloatArray) -> float:
        covariance = item_covariance(sample, missing)
        if lacking(covariance):
            return float("nan")
        return coefficient(len(covariance.matrix), float(np.trace(covariance.matrix)), float(covariance.matrix.sum()))

    drawn = resampled(rows, drawn_alpha, resamples=resamples, seed=seed)[:, 0]
    source = f"{ALPHA_SOURCE.split(';')[0]}; {BOOTSTRAP_SOURCE}"
    again = bootstrapped(
        estimate.value, drawn, n=estimate.n, method=method, source=source, level=level, minimum=minimum
    )
    return doubted(again, NEGATIVE) if estimate.value < 0 and again.value is not None else again


def alpha_of(
    covariance: ItemCovariance, *, method: str, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    """Alpha and Feldt's interval from item covariances."""
    return alpha_from(
        items=len(covariance.matrix),
        diagonal=float(np.trace(covariance.matrix)),
        total=float(covariance.matrix.sum()),
        n=covariance.n,
        method=method,
        reason=lacking(covariance),
        level=level,
        minimum=minimum,
    )


def alpha_from(
    *,
    items: int,
    diagonal: float,
    total: float,
    n: int,
    method: str,
    reason: str = "",
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    """Alpha and Feldt's interval from the sum of the item variances and the variance of the total.

    Examples
    --------
    >>> round(alpha_from(items=3, diagonal=5 / 6, total=5 / 3, n=40, method="alpha").value, 4)
    0.75
    """
    if reason:
        return not_enough(n=n, method=method, source=ALPHA_SOURCE, reason=reason, level=level)
    value = coefficient(items, diagonal, total)
    if value > 1 + ROUNDING:
        return not_enough(n=n, method=method, source=ALPHA_SOURCE, reason=CONTRADICTION, level=level)
    value = min(value, 1.0)
    df = (n - 1.0, (n - 1.0) * (items - 1))
    tail = (1 - level) / 2
    estimate = estimated(
        value=value,
        # the delta-method standard error that the F law implies
        standard_error=float((1 - value) * np.sqrt(2 / df[0] + 2 / df[1])),
        interval=tuple(1 - (1 - value) * float(special.fdtri(*df, p)) for p in (1 - tail, tail)),  # type: ignore[arg-type]
        n=n,
        method=method,
        source=ALPHA_SOURCE,
        minimum=minimum,
        level=level,
    )
    return doubted(estimate, NEGATIVE) if value < 0 and estimate.value is not None else estimate


def coefficient(items: int, diagonal: float, total: float) -> float:
    """The bare figure."""
    return items / (items - 1) * (1 - diagonal / total)


def lacking(covariance: ItemCovariance) -> str:
    """Why these covariances give no coefficient; empty when they do."""
    if len(covariance.matrix) < 2:
        return "alpha needs at least 2 items"
    if covariance.n < 2:
        pair = covariance.never_together
        if pair is None or int(covariance.together.max()) < 2:
            return "fewer than 2 persons answered"
        if pair[0] == pair[1]:
            return f"item {pair[0] + 1} was answered by fewer than 2 persons"
        return f"items {pair[0] + 1} and {pair[1] + 1} were answered together by fewer than 2 persons"
    if not covariance.matrix.sum() > 1e-12 * len(covariance.matrix):
        return "the total scores do not vary"
    return ""


def kr20(
    responses: npt.ArrayLike, *, missing: Missing = "pairwise", level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    """Kuder–Richardson formula 20: alpha of right-or-wrong items.

    Anything but 0 and 1 gives "not enough evidence": use `alpha`.

    Examples
    --------
    >>> kr20([[1, 2], [0, 1]]).reason
    'KR-20 is for right-or-wrong items (0 and 1); use alpha'
    """
    matrix = as_matrix(responses)
    method = f"KR-20 ({missing})"
    if not _right_or_wrong(matrix):
        reason = "KR-20 is for right-or-wrong items (0 and 1); use alpha"
        source = f"{KR_SOURCE}; interval: Feldt (1965)"
        return not_enough(n=len(matrix), method=method, source=source, reason=reason, level=level)
    return alpha_of(item_covariance(matrix, missing), method=method, level=level, minimum=minimum)


def kr21(responses: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
    r"""Kuder–Richardson formula 21: the reliability if all items were equally difficult (complete persons only).

    Notes
    -----
    k/(k−1)·(1 − M(k−M)/(kV)) with the mean M and the variance V of the number right, divisor n as in formula 20, so
    that formula 21 never exceeds formula 20. The standard error is distribution-free (influence function of mean and
    variance); the interval is symmetric in log(1 − r).

    Examples
    --------
    >>> kr21([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]] * 10).in_words()
    '0.60 (95 % interval 0.30 to 0.77, n = 40)'
    """
    matrix = as_matrix(responses)
    method, source = "KR-21 (listwise)", f"{KR_SOURCE}; standard error: influence function"
    rows = complete_rows(matrix)
    n, k = rows.shape
    scores = rows.sum(axis=1)
    if not _right_or_wrong(matrix):
        reason = "KR-21 is for right-or-wrong items (0 and 1); use alpha"
    elif k < 2 or n < 2:
        reason = f"{n} persons answered all of {k} items; at least 2 persons and 2 items are needed"
    elif scores.min() == scores.max():
        reason = "the total scores do not vary"
    else:
        reason = ""
    if reason:
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    mean, variance = float(scores.mean()), float(scores.var())
    room = mean * (k - mean) / (k * variance)
    influence = room * ((scores - mean) ** 2 / variance - 1) - (k - 2 * mean) * (scores - mean) / (k * variance)
    se = k / (k - 1) * float(influence.std(ddof=1)) / float(np.sqrt(n))
    value = k / (k - 1) * (1 - room)
    estimate = on_log_scale(value, se, n=n, method=method, source=source, level=level, minimum=minimum)
    if value < 0 and estimate.value is not None:
        return doubted(estimate, "KR-21 is negative: the scores vary less than guessing alone would make them")
    return estimate


def standard_error_of_measurement(
    responses: npt.ArrayLike, *, missing: Missing = "pairwise", level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    r"""SEM of the sum score, SD·√(1−α), in score points.

    Notes
    -----
    SD²·(1−α) is k times the person × item mean square, so the interval is that of a variance with (n−1)(k−1) degrees
    of freedom.

    Examples
    --------
    >>> standard_error_of_measurement([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]] * 10).in_words()
    '0.57 (95 % interval 0.49 to 0.67, n = 40)'
    """
    covariance = item_covariance(as_matrix(responses), missing)
    method = f"standard error of measurement from alpha ({missing})"
    k, n = len(covariance.matrix), covariance.n
    reason = lacking(covariance)
    if reason:
        return not_enough(n=n, method=method, source=SEM_SOURCE, reason=reason, level=level)
    total, diagonal = float(covariance.matrix.sum()), float(np.trace(covariance.matrix))
    value = float(np.sqrt(max(total - k / (k - 1) * (total - diagonal), 0.0)))
    df = (n - 1) * (k - 1)
    tail = (1 - level) / 2
    low, high = (value * float(np.sqrt(df / special.chdtri(df, 1 - p))) for p in (1 - tail, tail))
    return estimated(
        value=value,
        standard_error=value / float(np.sqrt(2 * df)),
        interval=(low, high),
        n=n,
        method=method,
        source=SEM_SOURCE,
        minimum=minimum,
        level=level,
    )


def _right_or_wrong(matrix: FloatArray) -> bool:
    return bool(np.isin(matrix[np.isfinite(matrix)], (0.0, 1.0)).all())
