"""Which of all pairs of persons gave more identical answers than their abilities explain?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats
from scipy.sparse.csgraph import connected_components

from assess.psychometrics.forensics.counts import upper_tail
from assess.psychometrics.forensics.multiplicity import SOURCES as CONTROLS
from assess.psychometrics.forensics.multiplicity import Control, adjusted
from assess.psychometrics.forensics.options import Options, read
from assess.psychometrics.forensics.pairs import GBT_SOURCE, match_chance
from assess.psychometrics.forensics.screening import LIMITS, Screened, screen
from assess.psychometrics.forensics.similarity_rates import similarity_rates
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray, ResponseError

# honest pairs that are looked at exactly on average: far more than could be flagged, few enough to take no time
LOOKED_AT = 5000
AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The z of all pairs: how the model fits the pairs as a whole.

    Attributes
    ----------
    pairs, mean, sd
        Pairs with an item in common, and the mean and standard deviation of their z. Honest data have a mean near 0 and,
        since abilities are estimated from the same answers, a standard deviation below 1.
    above
        (limit, pairs above it, pairs a standard normal would have above it).
    """

    pairs: int
    mean: float
    sd: float
    above: tuple[tuple[float, int, float], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Similarity:
    """Flagged pairs, and what all pairs look like. Arrays have one row per flagged pair, the most unusual first.

    Attributes
    ----------
    pairs
        Two rows of the responses.
    common
        Items that both answered.
    matches, expected
        Identical answers and their expectation under the model.
    identical_right, identical_wrong, expected_wrong
        Of the matches, those on the best category (the right option) and on any other, with the expectation of the latter:
        identical wrong answers are the stronger sign.
    z, p_value, adjusted
        (matches − expected)/standard deviation; exact probability of at least so many matches; the same after the control
        of multiplicity over all pairs.
    distribution
        Of all pairs; None without pairs.
    rates
        Nominal and realised rate of false flags, power, expected number of false flags.
    level, control
        What "flagged" means: adjusted p of at most `level`.
    sufficient, reason
        Whether the calibration and the test's length allow a flag at all.
    remarks
        Sentences on what to mind.
    """

    pairs: IntArray
    common: IntArray
    matches: IntArray
    expected: FloatArray
    identical_right: IntArray
    identical_wrong: IntArray
    expected_wrong: FloatArray
    z: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    distribution: Distribution | None
    rates: ErrorRates
    level: float
    control: Control
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str
    remarks: tuple[str, ...]
    wording: str = NOT_A_FINDING

    @cached_property
    def clusters(self) -> tuple[tuple[int, ...], ...]:
        """Persons connected by flagged pairs, the largest group first."""
        if not len(self.pairs):
            return ()
        members, place = np.unique(self.pairs, return_inverse=True)
        edges = place.reshape(-1, 2)
        graph = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(members),) * 2)
        count, label = connected_components(graph, directed=False)
        groups = [tuple(int(person) for person in members[label == k]) for k in range(count)]
        return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def similarity(
    responses: npt.ArrayLike,
    calibration: Calibration,
    *,
    choices: npt.ArrayLike | None = None,
    level: float = 0.05,
    control: Control = "holm",
    copied: float = 0.5,
    simulated: int = 400,
    seed: int = 0,
    workers: int = 1,
) -> Similarity:
    r"""Compare the answers of all pairs of persons.

    Parameters
    ----------
    responses
        persons × items of the calibration, categories from 0; NaN = missing.
    calibration
        From `irt.calibrate`.
    choices
        persons × items: option chosen (0, 1, …), when known. Identical wrong options then say much more than two wrong
        answers. Wrong options are taken to be chosen in the same shares at every ability.
    level, control
        Family-wise error ("holm", "bonferroni") or false discovery rate ("fdr") over all pairs.
    copied
        The effect for which power is stated: the share of items that a simulated copier takes over from the source.
    simulated, seed
        Simulated honest persons (all their pairs are examined) and simulated copiers, each as many; 0 leaves the rates
        unknown.
    workers
        Threads.

    Raises
    ------
    ResponseError
        Those of `options.read`; `not_a_level`, `not_a_share`.

    Notes
    -----
    The number of items on which a and b gave the same answer is under the model a sum of independent trials with
    chances p_j = Σ_k P_jk(θ_a)·P_jk(θ_b); p-values are exact tails of that generalized binomial (van der Linden &
    Sotaridona 2006, with both persons' answers random). θ is EAP from the same answers; this draws expectations towards
    the observed numbers, so that the test flags fewer honest pairs than it might: `rates` says how many.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.linspace(-2, 2, 300), np.linspace(-2, 2, 40), seed=1)
    >>> answers[150, :38] = answers[120, :38]
    >>> found = similarity(answers, irt.calibrate(answers, "Rasch"), simulated=100)
    >>> found.pairs.tolist(), found.matches.tolist()
    ([[120, 150]], [40])
    """
    if not 0 < level < 1:
        raise ResponseError("not_a_level", f"level {level}; it lies between 0 and 1")
    if not 0 < copied <= 1:
        raise ResponseError(
            "not_a_share", f"copied {copied}; it is the share of items that is copied, above 0 and at most 1"
        )
    if control not in CONTROLS:
        raise ResponseError("not_a_level", f"there is no control {control!r}; controls: {', '.join(CONTROLS)}")
    options = read(responses, calibration, choices)
    persons = int((options.chosen >= 0).any(axis=1).sum())
    most = persons * (persons - 1) // 2
    limit = float(stats.norm.isf(min(max(LOOKED_AT / max(most, 1), level / max(most, 1)), 0.5)))
    screened = screen(options, limit, workers=workers)
    total = max(screened.total, 1)
    chance_of = _exact(options, screened.pairs)
    corrected = adjusted(chance_of, total, control)
    order = np.argsort(chance_of, kind="stable")
    flagged = order[corrected[order] <= level]
    pairs = np.sort(screened.pairs[flagged], axis=1)
    counts = _counts(options, pairs)
    threshold = level / total if control != "fdr" else max(float(chance_of[flagged].max(initial=0.0)), level / total)
    rates = similarity_rates(
        options, threshold=threshold, copied=copied, persons=simulated, seed=seed, pairs=screened.total
    )
    reason = _reason(options, persons, threshold if not len(flagged) else None)
    return Similarity(
        pairs=pairs,
        common=counts.common,
        matches=counts.matches,
        expected=counts.expected,
        identical_right=counts.identical_right,
        identical_wrong=counts.identical_wrong,
        expected_wrong=counts.expected_wrong,
        z=counts.z,
        p_value=chance_of[flagged],
        adjusted=corrected[flagged],
        distribution=_distribution(screened),
        rates=rates,
        level=level,
        control=control,
        n=persons,
        method=f"identical answers of all pairs, generalized binomial, {control} at {level:g}",
        source=f"{GBT_SOURCE}; {CONTROLS[control]}",
        sufficient=not reason,
        reason=reason,
        remarks=_remarks(options, screened, len(flagged), rates),
    )


def _exact(options: Options, pairs: IntArray) -> FloatArray:
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), AT_ONCE):
        part = pairs[start : start + AT_ONCE]
        matches = _same(options, part).sum(axis=1).astype(np.float64)
        found[start : start + AT_ONCE] = upper_tail(match_chance(options, part), matches)
    return found


def _same(options: Options, pairs: IntArray) -> npt.NDArray[np.bool_]:
    first, second = options.chosen[pairs[:, 0]], options.chosen[pairs[:, 1]]
    return np.asarray((first == second) & (first >= 0))


@dataclass(frozen=True, eq=False)
class _Counts:
    common: IntArray
    matches: IntArray
    expected: FloatArray
    identical_right: IntArray
    identical_wrong: IntArray
    expected_wrong: FloatArray
    z: FloatArray


def _counts(options: Options, pairs: IntArray) -> _Counts:
    same, chance = _same(options, pairs), match_chance(options, pairs)
    right = options.right[pairs[:, 0]] & same
    both = (options.chosen[pairs[:, 0]] >= 0) & (options.chosen[pairs[:, 1]] >= 0)
    theta = np.where(np.isfinite(options.theta), options.theta, 0.0)
    best = [_best(options, theta[pairs[:, side]]) for side in (0, 1)]
    matches, expected = same.sum(axis=1), chance.sum(axis=1)
    variance = (chance * (1 - chance)).sum(axis=1)
    return _Counts(
        common=both.sum(axis=1),
        matches=matches,
        expected=expected,
        identical_right=right.sum(axis=1),
        identical_wrong=(same & ~right).sum(axis=1),
        expected_wrong=(chance - np.where(both, best[0] * best[1], 0.0)).sum(axis=1),
        z=(matches - expected) / np.sqrt(np.maximum(variance, 1e-300)),
    )


def _best(options: Options, theta: FloatArray) -> FloatArray:
    """P(best category), persons × items."""
    assert options.calibration.fitted is not None
    place = options.calibration.fitted.categories - 1 if options.key is None else options.key
    chance = options.probability(theta)
    return np.asarray(np.take_along_axis(chance, place[None, :, None], axis=2)[:, :, 0])


def _distribution(screened: Screened) -> Distribution | None:
    if not screened.total:
        return None
    mean = screened.sum / screened.total
    variance = max(screened.squares / screened.total - mean**2, 0.0)
    above = [
        (float(limit), int(count), float(screened.total * stats.norm.sf(limit)))
        for limit, count in zip(LIMITS, screened.counts, strict=True)
    ]
    return Distribution(pairs=screened.total, mean=mean, sd=variance**0.5, above=tuple(above))


def _reason(options: Options, persons: int, threshold: float | None) -> str:
    """Why no flag is to be relied on, or (with a threshold) none could arise whatever was done; empty otherwise."""
    if persons < 2:
        return f"{persons} persons with answers; a pair needs 2"
    if not options.calibration.converged:
        return f"the calibration is not to be relied on: {options.calibration.reason}"
    minimum = options.calibration.specification.minimum
    if options.calibration.persons < minimum:
        return f"the items are calibrated on {options.calibration.persons} persons; at least {minimum} are needed"
    if threshold is None:
        return ""
    middle = np.array([float(np.nanmean(options.theta))])
    chance = np.log(np.maximum((options.probability(middle)[0] ** 2).sum(axis=1), 1e-300))
    if chance.sum() > np.log(threshold):
        needed = int(np.ceil(np.log(threshold) / chance.mean())) if chance.mean() < 0 else 0
        return (
            f"even {len(chance)} of {len(chance)} identical answers are not unusual enough for {persons} persons; "
            f"about {needed} such items would be needed"
        )
    return ""


def _remarks(options: Options, screened: Screened, flagged: int, rates: ErrorRates) -> tuple[str, ...]:
    found = []
    if rates.holds is False:
        found.append(
            "simulated honest pairs are flagged more often than the nominal rate: read the p-values with that in mind"
        )
    if flagged > max(LOOKED_AT // 10, 1):
        found.append(
            f"{flagged} pairs are flagged: so many point to the model or to groups taught alike before they point to persons"
        )
    if len(screened.pairs) > 20 * LOOKED_AT:
        found.append("far more pairs are unusual than the model allows; check its fit before any pair")
    unanswered = int((options.chosen < 0).all(axis=1).sum())
    if unanswered:
        found.append(f"{unanswered} persons answered no calibrated item and are in no pair")
    return tuple(found)
