"""What makes the points of a chart comparable: how far each lies from a base period, in standard errors of that distance.

Points stand on few and on many cases, and the base period is itself a sample. So the standard error of a distance holds the
error of the point, the error of the base, and where several base points show it, what points differ by beyond sampling.
Few cases give no point: that nothing was seen is then no finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.equating import anchor_drift
from assess.psychometrics.responses import ResponseError, as_vector

MEAN_SOURCE = (
    "Montgomery, Introduction to statistical quality control, ch. 6 (standardised charts for samples of different size); "
    "variance between points: DerSimonian & Laird (1986), Controlled Clinical Trials 7, 177–188"
)
SHARE_SOURCE = "Montgomery, Introduction to statistical quality control, ch. 7 (standardised p chart)"
CORRELATION_SOURCE = "Fisher (1921), Metron 1, 3–32"
ROBUST_SOURCE = "Huynh & Meyer (2010), Practical Assessment, Research & Evaluation 15(2)"

FEWEST_CASES = 10
FEWEST_BASE = 30
FEWEST_EXPECTED = 5.0
FEWEST_CORRELATED = 30
ALIKE = 1e-9
FEWEST_BASE_POINTS = 5
"""From so many base points on their variance beyond sampling is estimated; with fewer it is taken as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What is usual.

    Attributes
    ----------
    centre
        Mean of the base period.
    spread
        Standard deviation of single cases within points.
    between
        Standard deviation of points beyond what sampling explains; 0 where too few points could show it.
    n, points
        Cases and points in the base period.
    """

    centre: float
    spread: float
    between: float
    n: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardised:
    """A point: its distance from the base in standard errors; `z` None with the reason where there is not enough evidence."""

    value: float | None
    z: float | None
    n: int
    reason: str = ""


def base_of_means(
    means: npt.ArrayLike, variances: npt.ArrayLike, counts: npt.ArrayLike, *, least_points: int = FEWEST_BASE_POINTS
) -> Base | None:
    """The base of points that are means: of each its mean, the variance of its cases (n − 1), and their number.

    None when there are no two cases anywhere.

    Examples
    --------
    >>> base_of_means([10, 12], [4, 4], [20, 20])
    Base(centre=11.0, spread=2.0, between=0.0, n=40, points=2)
    """
    mean, variance = as_vector(means, name="means"), as_vector(variances, name="variances")
    count = as_vector(counts, name="counts")
    if not len(mean) == len(variance) == len(count):
        raise ResponseError("names_do_not_fit", "means, variances and counts differ in number")
    kept = (count > 0) & np.isfinite(mean)
    mean, variance, count = mean[kept], np.where(count[kept] > 1, np.nan_to_num(variance[kept]), 0.0), count[kept]
    free = float((count - 1).sum())
    if free < 1:
        return None
    centre = float((mean * count).sum() / count.sum())
    within = float((variance * (count - 1)).sum() / free)
    between = 0.0
    if len(mean) >= least_points and within > 0:
        weight = count / within
        middle = float((weight * mean).sum() / weight.sum())
        excess = float((weight * (mean - middle) ** 2).sum()) - (len(mean) - 1)
        between = max(0.0, excess / float(weight.sum() - (weight**2).sum() / weight.sum()))
    return Base(
        centre=centre,
        spread=float(np.sqrt(within)),
        between=float(np.sqrt(between)),
        n=int(count.sum()),
        points=len(mean),
    )


def mean_point(
    mean: float, n: int, base: Base | None, *, fewest: int = FEWEST_CASES, fewest_base: int = FEWEST_BASE
) -> Standardised:
    r"""A mean of n cases against its base.

    Notes
    -----
    t = (x̄ − x̄₀)/√(s²/n + s²/n₀ + b²(1 + 1/k)), s the spread of cases, b that of points, k the base points; z is the normal
    deviate of the same chance as t, whose degrees of freedom are n₀ − k, with b by Satterthwaite (1946, Biometrics Bulletin
    2, 110–114). So a small base period raises no more false alarms than a large one.

    Examples
    --------
    >>> usual = Base(centre=70.0, spread=10.0, between=0.0, n=100, points=4)
    >>> round(mean_point(61.0, 25, usual).z, 2), mean_point(61.0, 4, usual).reason
    (-3.86, '4 cases; at least 10 are needed')
    """
    reason = _too_few(n, fewest, None if base is None else base.n, fewest_base)
    if not np.isfinite(mean):
        return Standardised(value=None, z=None, n=n, reason=reason or "nothing was observed")
    if reason or base is None:
        return Standardised(value=mean, z=None, n=n, reason=reason)
    within, between = base.spread**2 * (1 / n + 1 / base.n), base.between**2 * (1 + 1 / base.points)
    if within + between <= 0:
        return Standardised(value=mean, z=None, n=n, reason="the base period does not vary")
    free = (within + between) ** 2 / (
        within**2 / (base.n - base.points) + (between**2 / (base.points - 1) if between else 0.0)
    )
    t = float((mean - base.centre) / np.sqrt(within + between))
    return Standardised(value=mean, z=_normal_deviate(t, free), n=n)


def _normal_deviate(t: float, free: float) -> float:
    chance = max(float(special.stdtr(free, -abs(t))), 1e-300)
    return float(np.copysign(special.ndtri(chance), t)) if t else 0.0


ADJUSTED_SOURCE = (
    "Montgomery, Introduction to statistical quality control, ch. 10 (regression control charts); Mandel (1969), Journal of "
    "Quality Technology 1, 1–9"
)
FEWEST_ON_LINE = 20


def adjusted_point(
    now: Sequence[float],
    base: Sequence[float],
    *,
    fewest: int = FEWEST_CASES,
    fewest_base: int = FEWEST_ON_LINE,
) -> Standardised:
    r"""A mean of y against what the base period's line expects at the mean of x: a regression control chart.

    Parameters
    ----------
    now, base
        n, Σy, Σy², Σx, Σx², Σxy of the point's cases and of the base period's.

    Returns
    -------
    Standardised
        `value` is mean y less what the line expects at the mean x.

    Notes
    -----
    z is the normal deviate of t = (ȳ − ȳ₀ − β(x̄ − x̄₀))/√(s²(1/n + 1/n₀ + (x̄ − x̄₀)²/S_xx)), s² the residual variance of the
    base with n₀ − 2 degrees of freedom. x holds error, so that β is a little too flat: a group that is much weaker all over
    seems to drift a little.

    Examples
    --------
    >>> base = (4, 10.0, 30.0, 4.0, 6.0, 13.0)
    >>> adjusted_point((2, 8.0, 32.0, 4.0, 8.0, 16.0), base, fewest=2, fewest_base=4).value
    0.0
    """
    n, n0 = int(now[0]), int(base[0])
    reason = _too_few(n, fewest, n0, fewest_base)
    if n < 1:
        return Standardised(value=None, z=None, n=n, reason=reason)
    if n0 < 3:
        return Standardised(value=None, z=None, n=n, reason=reason or "the base period has no line")
    y, x = now[1] / n, now[3] / n
    y0, x0 = base[1] / n0, base[3] / n0
    syy, sxx, sxy = base[2] - n0 * y0**2, base[4] - n0 * x0**2, base[5] - n0 * x0 * y0
    slope = sxy / sxx if sxx > ALIKE else 0.0
    away = y - y0 - slope * (x - x0)
    if reason:
        return Standardised(value=away, z=None, n=n, reason=reason)
    residual = max(syy - slope * sxy, 0.0) / (n0 - 2)
    variance = residual * (1 / n + 1 / n0 + ((x - x0) ** 2 / sxx if sxx > ALIKE else 0.0))
    if variance <= ALIKE:
        return Standardised(value=away, z=None, n=n, reason="the base period does not vary")
    return Standardised(value=away, z=_normal_deviate(float(away / np.sqrt(variance)), n0 - 2), n=n)


def share_point(
    count: float, n: int, base_count: float, base_n: int, *, fewest: int = FEWEST_CASES, fewest_base: int = FEWEST_BASE
) -> Standardised:
    """A share against the share of the base period, with the pooled share's standard error.

    Where either side expects fewer than 5 cases in a category the normal approximation is not trusted: no point.

    Examples
    --------
    >>> round(share_point(30, 60, 150, 200).z, 2)
    -3.68
    >>> share_point(1, 20, 2, 200).reason
    'too few cases of one kind are expected for a share to be compared'
    """
    reason = _too_few(n, fewest, base_n, fewest_base)
    value = count / n if n else None
    if reason or value is None:
        return Standardised(value=value, z=None, n=n, reason=reason)
    pooled = (count + base_count) / (n + base_n)
    if min(n, base_n) * min(pooled, 1 - pooled) < FEWEST_EXPECTED:
        reason = "too few cases of one kind are expected for a share to be compared"
        return Standardised(value=value, z=None, n=n, reason=reason)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / base_n))
    return Standardised(value=value, z=float((value - base_count / base_n) / error), n=n)


def correlation_point(
    value: float, n: int, base: float, base_n: int, *, fewest: int = FEWEST_CORRELATED
) -> Standardised:
    """A correlation against that of the base period, on Fisher's scale.

    Examples
    --------
    >>> round(correlation_point(0.1, 53, 0.5, 103).z, 2)
    -2.59
    """
    reason = _too_few(n, fewest, base_n, fewest)
    if not np.isfinite(value):
        return Standardised(value=None, z=None, n=n, reason=reason or "one of the two does not vary")
    if not reason and not (np.isfinite(base) and max(abs(value), abs(base)) < 1 - 1e-9):
        reason = "one of the correlations is perfect or unknown, so they can't be compared"
    if reason:
        return Standardised(value=value, z=None, n=n, reason=reason)
    z = (np.arctanh(value) - np.arctanh(base)) / np.sqrt(1 / (n - 3) + 1 / (base_n - 3))
    return Standardised(value=value, z=float(z), n=n)


def robust_points(
    now: npt.ArrayLike,
    base: npt.ArrayLike,
    errors: npt.ArrayLike,
    counts: Sequence[int],
    base_counts: Sequence[int],
    *,
    fewest: int = FEWEST_BASE,
) -> tuple[Standardised, ...]:
    """Difficulties of many items against the base: the robust z, from which a common shift of all drops out.

    Parameters
    ----------
    now, base
        Difficulty of each item (logits); NaN = not known.
    errors
        Standard error of each difference. Where it is larger than the robust spread of all differences it takes its place,
        since then sampling alone explains the distance: the spread of few items is itself a guess.
    counts, base_counts
        Answers behind each; with fewer than `fewest` on either side there is no point.

    Examples
    --------
    >>> found = robust_points([.1, 1, -.94, .62, 1.98, -1], [0, 1, -1, .5, 2, -2], [.2] * 6, [60] * 6, [60] * 6)
    >>> [round(point.z, 1) for point in found]
    [0.1, -0.4, -0.1, 0.2, -0.5, 4.6]
    """
    x, y = as_vector(base, name="base difficulties"), as_vector(now, name="difficulties")
    own_error = as_vector(errors, name="standard errors")
    known = np.isfinite(x + y + own_error)
    enough = known & np.array([min(a, b) >= fewest for a, b in zip(counts, base_counts, strict=True)], dtype=bool)
    drift = anchor_drift(np.where(enough, x, np.nan), np.where(enough, y, np.nan))
    shift, items = drift.shift, {item.name: item for item in drift.items}
    points = []
    for place, n in enumerate(counts):
        item = items.get(f"item {place + 1}")
        value = float(y[place]) if np.isfinite(y[place]) else None
        if item is not None and shift is not None:
            away = item.difference - shift
            spread = abs(away / item.z) if item.z else 0.0
            points.append(Standardised(value=value, z=float(away / max(spread, own_error[place])), n=n))
            continue
        reason = _too_few(n, fewest, base_counts[place], fewest)
        if not reason:
            reason = "too few items have answers to compare it with" if known[place] else "everybody earned the same"
        points.append(Standardised(value=value, z=None, n=n, reason=reason))
    return tuple(points)


def _too_few(n: int, fewest: int, base_n: int | None, fewest_base: int) -> str:
    if n < fewest:
        return f"{n} cases; at least {fewest} are needed"
    if base_n is None or base_n < fewest_base:
        return f"{base_n or 0} cases in the base period; at least {fewest_base} are needed"
    return ""
