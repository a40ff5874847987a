"""The Mantel–Haenszel procedure: is an item harder for one group than for matched persons of another?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.dif.matching import NEEDED, Groups, Strata, incomparable, too_few
from assess.psychometrics.dif.purification import Purification, purified
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import LEVEL, Estimate, not_enough, two_sided

EtsClass = Literal["A", "B", "C"]

SOURCE = (
    "Holland & Thayer (1988), in Wainer & Braun (eds), Test validity, 129–145; "
    "variance: Phillips & Holland (1987), Biometrics 43, 425–431"
)
ETS_SCALE = -2.35
ODDS_RATIO = "Mantel–Haenszel common odds ratio, reference : focal"
DELTA = "Mantel–Haenszel delta (ETS)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOdds:
    """The Mantel–Haenszel figures of one item.

    Attributes
    ----------
    name
        The item.
    chi_square, p_value
        Of the hypothesis that matched persons have the same odds (1 degree of freedom); None when `reason` says why.
    odds_ratio
        α, the common odds ratio reference : focal; above 1 the item favours the reference group.
    delta
        Δ = −2.35 ln α; below 0 the item favours the reference group.
    ets_class
        A negligible, B moderate, C large; None when there is no Δ.
    reason
        Why there is no statistic; empty when there is one.
    """

    name: str
    chi_square: float | None
    p_value: float | None
    odds_ratio: Estimate
    delta: Estimate
    ets_class: EtsClass | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MantelHaenszel:
    """All items, in order, and how the matching score was purified (None when it was not)."""

    items: tuple[ItemOdds, ...]
    purification: Purification | None

    @property
    def chi_square(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.chi_square is None else item.chi_square for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.p_value is None else item.p_value for item in self.items])


def mantel_haenszel(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    continuity: bool = True,
    *,
    purify: bool = False,
    rounds: int = 20,
    significance: float = 0.05,
    matching: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    needed: tuple[int, int] = NEEDED,
) -> MantelHaenszel:
    r"""Mantel–Haenszel DIF of right-or-wrong items, matched on the total score.

    Parameters
    ----------
    responses
        persons × items, 0 and 1; NaN = missing. An item not answered adds nothing to the total and leaves the person
        out of that item's tables. Items with more categories count in the total; they are studied by `mantel`.
    focal
        True for persons of the focal group.
    continuity
        Subtract ½ from the difference, as Holland and Thayer do (literally: also from a difference below ½).
    purify, rounds, significance
        Take items with p < significance out of the total score of the others until the set no longer changes, at most
        so many times. The studied item always counts.
    matching
        Another matching variable, one per person (NaN leaves the person out).
    needed
        Persons in the smaller group and in both together for a positive verdict.

    Returns
    -------
    MantelHaenszel
        `chi_square` and `p_value` as arrays, `items` with everything else.

    Raises
    ------
    ResponseError
        As `Groups.of`.

    Notes
    -----
    At score k: A, B reference right and wrong, C, D focal, T all. χ² = (|Σ(A − E A)| − ½)²/Σ Var A with
    Var A = n_R n_F m_1 m_0/(T²(T−1)); α = Σ(AD/T)/Σ(BC/T); Var ln α = Σ(U V/T²)/(2(ΣAD/T)²), U = AD + αBC,
    V = A + D + α(B + C). Levels with one group only say nothing.
    ETS: C when |Δ| ≥ 1.5 and |Δ| is significantly above 1 (one-sided 5 %); A when |Δ| < 1 or p ≥ .05; otherwise B
    (Zieky 1993, in Holland & Wainer (eds), Differential item functioning, 337–347).

    Examples
    --------
    >>> focal = [False] * 40 + [True] * 40
    >>> item = [1] * 8 + [0] * 12 + [1] * 16 + [0] * 4 + [1] * 6 + [0] * 14 + [1] * 14 + [0] * 6
    >>> found = mantel_haenszel([[x] for x in item], focal, matching=([1] * 20 + [2] * 20) * 2)
    >>> found.chi_square.round(2).tolist(), round(found.items[0].odds_ratio.value, 2)
    ([0.53], 1.62)
    >>> found.items[0].delta.reason
    '40 persons in the smaller group; at least 200 are needed'
    """
    groups = Groups.of(responses, focal, names, matching)
    nobody = incomparable(groups)
    if nobody:
        return MantelHaenszel(items=tuple(_without(name, nobody, level) for name in groups.names), purification=None)
    answers = groups.values
    graded = groups.graded

    def flagged(anchor: BoolArray) -> BoolArray:
        _, p_value = _test(groups.strata(answers, anchor), continuity)
        return np.asarray((p_value < significance) & ~graded)

    purification = purified(flagged, groups.names, rounds) if purify else None
    anchor = None if purification is None else purification.anchor
    return MantelHaenszel(
        items=_items(groups.names, groups.strata(answers, anchor), graded, continuity, level, needed),
        purification=purification,
    )


def _test(strata: Strata, continuity: bool) -> tuple[FloatArray, FloatArray]:
    together = strata.reference + strata.focal
    right = strata.reference_sum + strata.focal_sum
    size = np.maximum(together, 2.0)  # one person alone adds nothing: n_R·n_F is 0
    difference = (strata.reference_sum - strata.reference * right / size) * strata.both
    spread = strata.reference * strata.focal * right * (together - right) / (size**2 * (size - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_square = (np.abs(difference.sum(axis=0)) - (0.5 if continuity else 0.0)) ** 2 / spread.sum(axis=0)
    chi_square = np.where(spread.sum(axis=0) > 0, chi_square, np.nan)
    return chi_square, stats.chi2.sf(chi_square, 1)


def log_odds(strata: Strata) -> tuple[FloatArray, FloatArray]:
    """ln α and its variance for every item; not finite where a product of counts is 0 throughout."""
    both, size = strata.both, np.maximum(strata.reference + strata.focal, 1.0)
    a, c = strata.reference_sum * both, strata.focal_sum * both
    b, d = (strata.reference - strata.reference_sum) * both, (strata.focal - strata.focal_sum) * both
    with np.errstate(divide="ignore", invalid="ignore"):
        top, bottom = (a * d / size).sum(axis=0), (b * c / size).sum(axis=0)
        alpha = top / bottom
        u, v = a * d + alpha * b * c, a + d + alpha * (b + c)
        variance = (u * v / size**2).sum(axis=0) / (2 * top**2)
        logs: FloatArray = np.log(alpha)
    return logs, variance


def _items(
    names: tuple[str, ...],
    strata: Strata,
    graded: BoolArray,
    continuity: bool,
    level: float,
    needed: tuple[int, int],
) -> tuple[ItemOdds, ...]:
    chi_square, p_value = _test(strata, continuity)
    logs, variances = log_odds(strata)
    reference, focal = strata.compared
    met = (reference + focal) > 0
    reach = two_sided(level)
    found = []
    for j, name in enumerate(names):
        n = int(reference[j] + focal[j])
        reason = _lacking(name, bool(graded[j]), bool(met[j]), float(chi_square[j]))
        if reason:
            found.append(_without(name, reason, level, n))
            continue
        statistic, p = float(chi_square[j]), float(p_value[j])
        if not (np.isfinite(logs[j]) and variances[j] > 0):
            one_sided = (
                f"{name}: matched persons of one group were all right or all wrong, so the odds ratio is not finite"
            )
            found.append(replace(_without(name, one_sided, level, n), chi_square=statistic, p_value=p, reason=""))
            continue
        log, se = float(logs[j]), float(variances[j]) ** 0.5
        few = too_few(int(reference[j]), int(focal[j]), needed)
        ratio, delta, width = float(np.exp(log)), ETS_SCALE * log, abs(ETS_SCALE) * se
        limits = (float(np.exp(log - reach * se)), float(np.exp(log + reach * se)))
        found.append(
            ItemOdds(
                name=name,
                chi_square=statistic,
                p_value=p,
                odds_ratio=_estimate(ODDS_RATIO, ratio, ratio * se, limits, n, level, few),
                delta=_estimate(DELTA, delta, width, (delta - reach * width, delta + reach * width), n, level, few),
                ets_class=ets_class(delta, width, p < 0.05),
                reason="",
            )
        )
    return tuple(found)


def _estimate(
    method: str, value: float, se: float, interval: tuple[float, float], n: int, level: float, few: str
) -> Estimate:
    return Estimate(
        value=value,
        standard_error=se,
        interval=interval,
        level=level,
        n=n,
        method=method,
        source=SOURCE,
        sufficient=not few,
        reason=few,
    )


def ets_class(delta: float, se: float, significant: bool) -> EtsClass:
    """The class of a Δ with its standard error; `significant` says whether it differs from 0.

    >>> ets_class(-1.8, 0.2, True), ets_class(-1.8, 0.6, True), ets_class(1.2, 0.7, False)
    ('C', 'B', 'A')
    """
    if abs(delta) < 1 or not significant:
        return "A"
    return "C" if abs(delta) >= 1.5 and abs(delta) - 1.6448536269514722 * se > 1 else "B"


def _lacking(name: str, graded: bool, met: bool, chi_square: float) -> str:
    if graded:
        return f"{name} has part points; Mantel's test of mean scores is for such items"
    if not met:
        return f"{name}: at no score did persons of both groups answer it; widen the levels or the sample"
    if not np.isfinite(chi_square):
        return f"{name}: wherever the groups meet, everybody answered alike; it cannot show a difference"
    return ""


def _without(name: str, reason: str, level: float, n: int = 0) -> ItemOdds:
    odds, delta = (
        not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level) for method in (ODDS_RATIO, DELTA)
    )
    return ItemOdds(
        name=name, chi_square=None, p_value=None, odds_ratio=odds, delta=delta, ets_class=None, reason=reason
    )
