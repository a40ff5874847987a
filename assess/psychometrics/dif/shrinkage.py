"""Deltas of small samples drawn towards their common mean, with the chance of each true class."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from assess.psychometrics.dif.mantel_haenszel import MantelHaenszel
from assess.psychometrics.results import Estimate, doubted, not_enough, two_sided

# our own rule: with fewer items the spread of the true deltas is not known; with fewer persons a delta is far from normal
MINIMUM_ITEMS = 10
MINIMUM_PERSONS = 100
METHOD = "Mantel–Haenszel delta, empirical Bayes"
SOURCE = "Zwick, Thayer & Lewis (1999), Journal of Educational Measurement 36, 1–28"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPosterior:
    """The posterior of one item's true Δ.

    Attributes
    ----------
    delta
        Posterior mean and standard deviation.
    negligible, moderate, large
        Posterior probability that |true Δ| is below 1, from 1 to 1.5, above 1.5; None without a posterior.
    """

    name: str
    delta: Estimate
    negligible: float | None
    moderate: float | None
    large: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunken:
    """All items, and the normal prior that they themselves give (None with fewer than two deltas)."""

    items: tuple[ItemPosterior, ...]
    prior_mean: float | None
    prior_variance: float | None
    sentence: str


def shrunken(result: MantelHaenszel, *, minimum: int = MINIMUM_PERSONS) -> Shrunken:
    r"""Empirical Bayes estimates of Δ from a Mantel–Haenszel analysis.

    Parameters
    ----------
    result
        From `mantel_haenszel`.
    minimum
        Persons behind an item (both groups) for a positive verdict.

    Notes
    -----
    Δ̂_i ~ N(Δ_i, s_i²), Δ_i ~ N(M, τ²), M = mean Δ̂, τ² = max(Var Δ̂ − mean s², 0) with Var of divisor items − 1.
    With W_i = τ²/(s_i² + τ²): posterior mean W_i Δ̂_i + (1 − W_i)M, variance W_i s_i². The uncertainty of M and τ² is
    not in it. When τ² is 0 the items differ no more than chance makes them: every posterior is M, without a spread, and
    the verdict is negative.

    Examples
    --------
    >>> from assess.psychometrics.dif.mantel_haenszel import mantel_haenszel
    >>> item = [1] * 8 + [0] * 12 + [1] * 16 + [0] * 4 + [1] * 6 + [0] * 14 + [1] * 14 + [0] * 6
    >>> other = [1] * 9 + [0] * 11 + [1] * 12 + [0] * 8 + [1] * 8 + [0] * 12 + [1] * 15 + [0] * 5
    >>> answers, focal, matching = list(zip(item, other)), [False] * 40 + [True] * 40, ([1] * 20 + [2] * 20) * 2
    >>> found = shrunken(mantel_haenszel(answers, focal, matching=matching))
    >>> found.sentence
    '2 items have a delta; at least 10 are needed to know how true deltas spread'
    """
    known = [item.delta for item in result.items if item.delta.value is not None]
    values = np.array([delta.value for delta in known], dtype=np.float64)
    errors = np.array([delta.standard_error for delta in known], dtype=np.float64)
    if len(known) < 2:
        reason = f"{len(known)} item(s) have a delta; at least {MINIMUM_ITEMS} are needed"
        return Shrunken(
            items=tuple(_without(item.name, item.delta, item.delta.reason or reason) for item in result.items),
            prior_mean=None,
            prior_variance=None,
            sentence=reason,
        )
    mean, variance = float(values.mean()), float(max(values.var(ddof=1) - (errors**2).mean(), 0.0))
    doubt, sentence = "", f"true deltas have mean {mean:.2f} and standard deviation {variance**0.5:.2f}"
    if variance == 0:
        doubt = sentence = "the deltas differ no more than chance makes them, so each is drawn fully to their mean"
    if len(known) < MINIMUM_ITEMS:
        sentence = (
            f"{len(known)} items have a delta; at least {MINIMUM_ITEMS} are needed to know how true deltas spread"
        )
        doubt = sentence
    return Shrunken(
        items=tuple(
            _without(item.name, item.delta, item.delta.reason)
            if item.delta.value is None
            else _posterior(item.name, item.delta, mean, variance, doubt, minimum)
            for item in result.items
        ),
        prior_mean=mean,
        prior_variance=variance,
        sentence=sentence,
    )


def _posterior(name: str, delta: Estimate, mean: float, variance: float, doubt: str, minimum: int) -> ItemPosterior:
    value, error = delta.value or 0.0, delta.standard_error or 0.0
    weight = variance / (error**2 + variance)
    centre, spread = weight * value + (1 - weight) * mean, weight**0.5 * error
    reach = two_sided(delta.level) * spread
    found = replace(
        delta,
        value=centre,
        standard_error=spread,
        interval=(centre - reach, centre + reach),
        method=METHOD,
        source=SOURCE,
        sufficient=delta.n >= minimum,
        reason="" if delta.n >= minimum else f"{delta.n} persons; at least {minimum} are needed",
    )
    below = [_below(limit, centre, spread) for limit in (-1.5, -1.0, 1.0, 1.5)]
    return ItemPosterior(
        name=name,
        delta=doubted(found, doubt) if doubt else found,
        negligible=below[2] - below[1],
        moderate=below[1] - below[0] + below[3] - below[2],
        large=1 - below[3] + below[0],
    )


def _below(limit: float, centre: float, spread: float) -> float:
    return float(stats.norm.cdf((limit - centre) / spread)) if spread > 0 else float(centre < limit)


def _without(name: str, delta: Estimate, reason: str) -> ItemPosterior:
    nothing = not_enough(n=delta.n, method=METHOD, source=SOURCE, reason=reason, level=delta.level)
    return ItemPosterior(name=name, delta=nothing, negligible=None, moderate=None, large=None)
