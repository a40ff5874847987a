r"""Beta true scores with binomial errors: Livingston–Lewis for any score, Hanson–Brennan for right-or-wrong items.

The true proportion score follows a beta distribution on [l, u]; given it, scores are binomial, or Lord's two-term
approximation of the compound binomial:

    p(x | τ) = b(x; n) − k τ(1−τ) [b(x; n−2) − 2 b(x−1; n−2) + b(x−2; n−2)]

Its factorial moments are E[x^(r) | τ] = n^(r) τ^r − k τ(1−τ) r(r−1) (n−2)^(r−2) τ^(r−2), from which the true moments
follow one after the other. Four moments give the four-parameter beta; where that leaves [0, 1] or does not exist, two
moments give the beta on [0, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.classification.quality import (
    MINIMUM_PERSONS,
    DecisionQuality,
    Figures,
    bootstrapped,
    drawn_reliability,
    known_reliability,
    no_quality,
    resampled,
)
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate

LIVINGSTON_LEWIS_SOURCE = "Livingston & Lewis (1995), Journal of Educational Measurement 32, 179–197"
HANSON_BRENNAN_SOURCE = (
    "Hanson & Brennan (1990), Journal of Educational Measurement 27, 345–359; "
    "Lord (1965), Psychometrika 30, 239–270; Hanson (1991), ACT Research Report 91-5"
)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def livingston_lewis(
    scores: npt.ArrayLike,
    reliability: Estimate | float,
    cut: float,
    minimum: float,
    maximum: float,
    *,
    effective: Literal["rounded", "exact"] = "rounded",
    level: float = LEVEL,
    needed: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = 200,
) -> DecisionQuality:
    r"""Accuracy and consistency of "score ≥ cut passes" for any kind of score with a known reliability.

    Parameters
    ----------
    scores
        One per person, from `minimum` to `maximum`; NaN persons are left out.
    reliability
        Of these scores: an estimate, whose standard error enters the intervals, or a number taken as certain.
    cut
        The lowest passing score, on the same scale.
    minimum, maximum
        The lowest and the highest score there can be.
    effective
        What becomes of the effective test length ñ, which is not a whole number. "rounded", as Livingston and Lewis and
        betafunctions: errors are binomial with ñ rounded, and the cut on that scale is rounded too (half to even).
        "exact": the binomial tail is taken as the incomplete beta function, which agrees with the binomial at whole
        numbers and makes the result continuous in the cut and in the reliability.
    needed
        Persons needed for a positive verdict.
    seed, resamples
        Of the bootstrap over persons and reliability.

    Notes
    -----
    The score behaves like one of ñ = [(μ−min)(max−μ) − rσ²] / [σ²(1−r)] right-or-wrong items, σ² with divisor n − 1. The
    moments of the true scores come from the scores on the scale 0 to ñ (not rounded); a score below r counts as 0 in
    the r-th factorial moment, as a number right would. Consistency is that of two administrations from one true score
    (Hanson 1991), not of halves. betafunctions 1.9.0 rounds the cut for accuracy and cuts it down for the second
    administration of consistency; where these differ, ours rounds in both.

    Raises
    ------
    ResponseError
        `cut_off_scale`, `scores_off_scale`, `not_a_reliability`.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> scores = rng.binomial(40, rng.beta(6, 4, size=400))
    >>> livingston_lewis(scores, 0.8, 20, 0, 40).accuracy.in_words()
    '0.88 (95 % interval 0.88 to 0.90, n = 400)'
    """
    if effective not in ("rounded", "exact"):
        raise ResponseError("no_such_option", f"effective is {effective!r}; it can be 'rounded' or 'exact'")
    known = known_reliability(reliability)
    values, reason = _checked(scores, known, minimum=minimum, maximum=maximum, cut=cut)
    method = f"Livingston–Lewis ({effective} length), cut {cut:g} on {minimum:g} to {maximum:g}"
    n, source = len(values), LIVINGSTON_LEWIS_SOURCE
    if reason or known.value is None:
        return no_quality(n=n, method=method, source=source, reason=reason, level=level)
    shares, threshold = (values - minimum) / (maximum - minimum), (cut - minimum) / (maximum - minimum)

    def figures(sample: FloatArray, r: float) -> Figures | None:
        length = effective_length(sample, r)
        if not length >= 2:
            return None
        true = _fit_beta(sample * length, length, k=0.0)
        if true is None:
            return None
        items = float(round(length)) if effective == "rounded" else length
        passing = float(round(threshold * items)) if effective == "rounded" else threshold * items
        return _figures(true, items, passing, threshold, k=0.0)

    return _quality(
        shares,
        figures,
        known,
        method=method,
        source=source,
        level=level,
        needed=needed,
        seed=seed,
        resamples=resamples,
    )


def hanson_brennan(
    scores: npt.ArrayLike,
    reliability: Estimate | float,
    cut: int,
    length: int,
    *,
    level: float = LEVEL,
    needed: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = 200,
) -> DecisionQuality:
    """Accuracy and consistency for the number right of `length` right-or-wrong items, items of unequal difficulty.

    Parameters
    ----------
    scores
        Number right of each person; NaN persons are left out.
    reliability
        Of these scores: an estimate, or a number taken as certain.
    cut, length
        The lowest passing number right, and the number of items.
    needed, seed, resamples
        As in `livingston_lewis`.

    Raises
    ------
    ResponseError
        `cut_off_scale`, `scores_off_scale`, `not_a_reliability`.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> scores = rng.binomial(40, rng.beta(6, 4, size=400))
    >>> hanson_brennan(scores, 0.82, 20, 40).consistency.in_words()
    '0.85 (95 % interval 0.84 to 0.87, n = 400)'
    """
    known = known_reliability(reliability)
    values, reason = _checked(scores, known, minimum=0.0, maximum=length, cut=cut)
    method = f"Hanson–Brennan, cut {cut} of {length}"
    n, source = len(values), HANSON_BRENNAN_SOURCE
    if reason or known.value is None:
        return no_quality(n=n, method=method, source=source, reason=reason, level=level)

    def figures(sample: FloatArray, r: float) -> Figures | None:
        k = lords_k(sample, length, r)
        true = _fit_beta(sample, length, k=k) if np.isfinite(k) else None
        if true is None:
            return None
        drawn = _figures(true, length, cut, cut / length, k=k)
        # Lord's two terms are an approximation: far from binomial errors its "probabilities" leave [0, 1]
        return drawn if all(0 <= share <= 1 for share in drawn.row()[:2]) else None

    return _quality(
        values,
        figures,
        known,
        method=method,
        source=source,
        level=level,
        needed=needed,
        seed=seed,
        resamples=resamples,
    )


def _quality(
    values: FloatArray,
    figures: Callable[[FloatArray, float], Figures | None],
    reliability: Estimate,
    *,
    method: str,
    source: str,
    level: float,
    needed: int,
    seed: int,
    resamples: int,
) -> DecisionQuality:
    """Figures of a fitted model with their interval: persons and the reliability are drawn anew for each resample."""
    found = None if reliability.value is None else figures(values, reliability.value)
    if found is None:
        reason = "the spread of the scores and their reliability do not go together: the model does not fit"
        return no_quality(n=len(values), method=method, source=source, reason=reason, level=level)
    return bootstrapped(
        found,
        lambda rng: figures(resampled(values, rng), drawn_reliability(reliability, rng)),
        n=len(values),
        method=method,
        source=source,
        level=level,
        needed=needed,
        seed=seed,
        resamples=resamples,
        doubt="" if reliability.sufficient else f"the reliability is uncertain: {reliability.reason}",
    )


def effective_length(shares: FloatArray, reliability: float) -> float:
    """Livingston and Lewis' effective test length of proportion scores.

    >>> round(effective_length(np.array([0.2, 0.4, 0.6, 0.8]), 0.8), 3)
    14.75
    """
    mean, variance = shares.mean(), shares.var(ddof=1)
    if not variance * (1 - reliability) > 0:
        return float("nan")
    return float((mean * (1 - mean) - reliability * variance) / (variance * (1 - reliability)))


def lords_k(scores: FloatArray, length: int, reliability: float) -> float:
    """Lord's k: how much unequal item difficulties reduce the binomial error variance to what the reliability says."""
    mean, variance = scores.mean(), scores.var(ddof=1)
    room = mean * (length - mean)
    denominator = 2 * (room - variance * reliability)
    if not denominator > 0:
        return float("nan")
    return float(length * ((length - 1) * variance * reliability - length * variance + room) / denominator)


@dataclass(frozen=True, slots=True)
class _Beta:
    a: float
    b: float
    low: float
    high: float

    def split(self, at: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Points, weights, and whether each point lies at or above `at`: Gauss–Legendre on both sides in probability."""
        share = float(special.betainc(self.a, self.b, np.clip((at - self.low) / (self.high - self.low), 0.0, 1.0)))
        below, above = share * (NODES + 1) / 2, share + (1 - share) * (NODES + 1) / 2
        points = self.low + (self.high - self.low) * special.betaincinv(self.a, self.b, np.concatenate([below, above]))
        weights = np.concatenate([share * WEIGHTS / 2, (1 - share) * WEIGHTS / 2])
        return points, weights, np.repeat([0.0, 1.0], len(NODES))


def _figures(true: _Beta, length: float, cut: float, threshold: float, *, k: float) -> Figures:
    points, weights, able = true.split(threshold)
    passes = _passing(points, length, cut, k)
    rate = float(weights @ passes)
    return Figures(
        false_pass=float(weights @ (passes * (1 - able))),
        false_fail=float(weights @ ((1 - passes) * able)),
        consistency=float(weights @ (passes**2 + (1 - passes) ** 2)),
        pass_rate=rate,
    )


def _passing(true: FloatArray, length: float, cut: float, k: float) -> FloatArray:
    """P(score ≥ cut | true proportion). Lord's approximation may leave [0, 1] by a hair; its moments hold unclipped."""
    passes = _tail(true, length, cut)
    if k:
        wiggle = _tail(true, length - 2, cut) - 2 * _tail(true, length - 2, cut - 1) + _tail(true, length - 2, cut - 2)
        passes = passes - k * true * (1 - true) * wiggle
    return passes


def _tail(true: FloatArray, length: float, cut: float) -> FloatArray:
    """P(binomial ≥ cut) as the incomplete beta function, also between whole numbers."""
    if cut <= 0:
        return np.ones_like(true)
    if cut > length:
        return np.zeros_like(true)
    return np.asarray(special.betainc(cut, length - cut + 1, true), dtype=np.float64)


def _fit_beta(scores: FloatArray, length: float, *, k: float) -> _Beta | None:
    n = length
    falling = np.ones((5, len(scores)))
    for r in range(1, 5):
        falling[r] = falling[r - 1] * (scores - (r - 1))
    # no number right below r has r right answers; effective scores between whole numbers are held to that
    falling[2:][scores < np.arange(2, 5)[:, None]] = 0.0
    f = falling.mean(axis=1)
    m1 = f[1] / n
    room = [n * (n - 1) + r * (r - 1) * k for r in (2, 3, 4)]  # k is negative where errors exceed the binomial
    if room[0] <= 0:
        return None
    m2 = (f[2] + 2 * k * m1) / room[0]
    variance = m2 - m1**2
    if not 0 < variance < m1 * (1 - m1):
        return None
    two = m1 * (1 - m1) / variance - 1
    on_unit = _Beta(m1 * two, (1 - m1) * two, 0.0, 1.0)
    if n <= 3 or min(room) <= 0:
        return on_unit
    m3 = (f[3] + 6 * k * (n - 2) * m2) / (n * (n - 1) * (n - 2) + 6 * k * (n - 2))
    last = (n - 2) * (n - 3)
    m4 = (f[4] + 12 * k * last * m3) / (n * (n - 1) * last + 12 * k * last)
    skew = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    kurtosis = (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / variance**2
    return _four_parameter(m1, variance, skew, kurtosis) or on_unit


def _four_parameter(mean: float, variance: float, skew: float, kurtosis: float) -> _Beta | None:
    """The beta with these four moments (Pearson), or None when its limits leave [0, 1]."""
    below = 6 + 3 * skew**2 - 2 * kurtosis
    if below == 0:
        return None
    total = 6 * (kurtosis - skew**2 - 1) / below
    under_root = (total + 2) ** 2 * skew**2 + 16 * (total + 1)
    if not (total > 0 and under_root > 0):
        return None
    root = float(np.sqrt(under_root))
    a, b = (total / 2 * (1 - sign * (total + 2) * skew / root) for sign in (1, -1))
    width = float(np.sqrt(variance)) * root / 2
    low = mean - width * a / total
    if min(a, b) <= 0 or low < 0 or low + width > 1:
        return None
    return _Beta(a, b, low, low + width)


def _checked(
    scores: npt.ArrayLike, reliability: Estimate, *, minimum: float, maximum: float, cut: float
) -> tuple[FloatArray, str]:
    values = as_vector(scores, name="scores")
    values = values[np.isfinite(values)]
    if not minimum < cut <= maximum:
        sentence = f"the cut {cut:g} lies outside the scale from {minimum:g} to {maximum:g}"
        raise ResponseError("cut_off_scale", sentence)
    if len(values) and not (minimum <= values.min() and values.max() <= maximum):
        sentence = f"scores from {values.min():g} to {values.max():g} leave the scale {minimum:g} to {maximum:g}"
        raise ResponseError("scores_off_scale", sentence)
    if len(values) < 2 or values.min() == values.max():
        return values, "fewer than 2 persons, or all scores are equal"
    if reliability.value is None:
        return values, f"the reliability is not known: {reliability.reason}"
    if not 0 < reliability.value < 1:
        return values, f"the reliability is {reliability.value:.2f}; it must lie between 0 and 1"
    return values, ""
