"""How often `similarity` flags honest pairs, and how often copiers: measured on simulated persons."""

import numpy as np

from assess.psychometrics.forensics.counts import upper_tail
from assess.psychometrics.forensics.options import Options
from assess.psychometrics.forensics.pairs import GBT_SOURCE, match_chance
from assess.psychometrics.forensics.screening import screen
from assess.psychometrics.forensics.words import ErrorRates
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, estimated, normal_interval, not_enough

# rarer flags than these cannot be counted among simulated pairs; the realised rate is read here
NOMINAL = 0.01
# no pair with a smaller z has a tail of 0.01
BELOW_ANY_FLAG = 1.3
MINIMUM = 100


def similarity_rates(
    options: Options, *, threshold: float, copied: float, persons: int, seed: int, pairs: int
) -> ErrorRates:
    """Simulate honest persons from the calibrated population, and copiers.

    The realised rate is of p ≤ 0.01 in all pairs of `persons` honest persons; its error is that of a mean over pairs of
    persons (a U-statistic: four times the variance of the persons' own rates over their number). Copiers take the stated
    share of items, drawn at random, from a source, and are measured with what they copied; power is at `threshold`.
    """
    effect = f"{100 * copied:.0f} % of the items are copied"
    method = "share of simulated honest pairs with p ≤ 0.01"
    ready = options.calibration.fitted is not None and len(options.chosen) > 0
    if persons < 2 or not ready or not (options.chosen >= 0).any():
        reason = "no persons were simulated"
        nothing = not_enough(n=0, method=method, source=GBT_SOURCE, reason=reason)
        power = not_enough(n=0, method="power", source=GBT_SOURCE, reason=reason)
        return _rates(nothing, power, threshold, effect, pairs)
    rng = np.random.default_rng(seed)
    honest = _drawn(options, persons, rng)
    realised = _realised(honest, method)
    source = _drawn(options, persons, rng)
    copier = _drawn(options, persons, rng)
    taken = rng.random(copier.chosen.shape).argsort(axis=1).argsort(axis=1) < round(copied * copier.chosen.shape[1])
    taken &= (copier.chosen >= 0) & (source.chosen >= 0)
    mixed = options.with_choices(np.vstack([np.where(taken, source.chosen, copier.chosen), source.chosen]))
    both = np.column_stack([np.arange(persons), persons + np.arange(persons)])
    caught = int((p_values(mixed, both) <= threshold).sum())
    power = proportion(caught, persons, method=f"power: {effect}", minimum=MINIMUM)
    return _rates(realised, power, threshold, effect, pairs)


def p_values(options: Options, pairs: IntArray) -> FloatArray:
    """Exact probability of at least so many identical answers; 1 for a pair without a common item."""
    first, second = options.chosen[pairs[:, 0]], options.chosen[pairs[:, 1]]
    matches = ((first == second) & (first >= 0)).sum(axis=1)
    return upper_tail(match_chance(options, pairs), matches.astype(np.float64))


def _drawn(options: Options, persons: int, rng: np.random.Generator) -> Options:
    theta = rng.normal(scale=options.calibration.population_sd, size=persons)
    answered = np.flatnonzero((options.chosen >= 0).any(axis=1))
    return options.redrawn(theta, rng.choice(answered, persons), rng)


def _realised(honest: Options, method: str) -> Estimate:
    persons = len(honest.chosen)
    screened = screen(honest, BELOW_ANY_FLAG)
    pairs = screened.pairs[p_values(honest, screened.pairs) <= NOMINAL]
    total = max(screened.total, 1)
    own = np.bincount(pairs.ravel(), minlength=persons) / max(persons - 1, 1)
    rate = len(pairs) / total
    spread = 4 * float(own.var(ddof=1)) / persons if persons > 2 else 0.0
    error = float(np.sqrt(max(spread, rate * (1 - rate) / total, 1 / total**2)))
    low, high = normal_interval(rate, error)
    return estimated(
        value=rate,
        standard_error=error,
        interval=(max(low, 0.0), min(high, 1.0)),
        n=persons,
        method=method,
        source=GBT_SOURCE,
        minimum=MINIMUM,
        cases="simulated persons",
    )


def _rates(realised: Estimate, power: Estimate, threshold: float, effect: str, pairs: int) -> ErrorRates:
    return ErrorRates(
        nominal=NOMINAL,
        realised=realised,
        threshold=threshold,
        effect=effect,
        power=power,
        cases=pairs,
        cases_name="pairs",
    )
