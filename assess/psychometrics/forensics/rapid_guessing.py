"""Answers that came too fast for the item to have been read, and how much of a test a person worked on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.forensics.response_times import fit_times
from assess.psychometrics.forensics.time_mixture import crossing
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_matrix, item_names
from assess.psychometrics.results import Estimate, not_enough

Threshold = Literal["normative", "mixture", "cumulative"]
SOURCES: dict[Threshold, str] = {
    "normative": "Wise & Ma (2012), annual meeting of the National Council on Measurement in Education",
    "mixture": "Schnipke & Scrams (1997), Journal of Educational Measurement 34, 213–232",
    "cumulative": "Guo, Rios, Haberman, Liu, Wang & Paek (2016), Applied Measurement in Education 29, 173–183",
}
EFFORT_SOURCE = "Wise & Kong (2005), Applied Measurement in Education 18, 163–183"
MINIMUM = 100
# of the cumulative method: fewer answers than this say nothing of the share that is right
FEWEST = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class RapidGuessing:
    """Thresholds, rapid answers and each person's effort.

    Attributes
    ----------
    threshold
        Of each item, in the unit of the times; NaN where `reasons` says why there is none.
    rapid
        persons × items: faster than the threshold.
    effort
        Response-time effort of each person: the share of the timed answers that were not rapid; NaN without any.
    counted
        Timed answers of each person to items with a threshold.
    flagged
        Rows of persons with an effort below the limit.
    right_when_rapid, right_otherwise
        The share of right answers among rapid ones (near chance if they are guesses) and among the others; None without
        answers.
    reasons
        One sentence per item; empty where there is a threshold.
    rates
        Of persons flagged; no rate of false flags is built into the rule.
    """

    threshold: FloatArray
    rapid: BoolArray
    effort: FloatArray
    counted: IntArray
    flagged: IntArray
    right_when_rapid: Estimate | None
    right_otherwise: Estimate | None
    reasons: tuple[str, ...]
    rates: ErrorRates
    limit: float
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str
    wording: str = NOT_A_FINDING

    def effort_of(self, person: int) -> Estimate:
        """One person's response-time effort, with Wilson's interval; n counts timed answers."""
        n = int(self.counted[person])
        return proportion(n * float(np.nan_to_num(self.effort[person])), n, method="response-time effort", minimum=10)


def rapid_guessing(
    times: npt.ArrayLike,
    *,
    method: Threshold = "normative",
    right: npt.ArrayLike | None = None,
    chance: npt.ArrayLike = 0.25,
    share: float = 0.10,
    longest: float = 10.0,
    limit: float = 0.90,
    guessed: float = 0.25,
    guess_time: float = 2.0,
    simulated: int = 1000,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> RapidGuessing:
    """Find rapid answers and persons who worked on too little of the test.

    Parameters
    ----------
    times
        persons × items, in seconds; NaN = missing.
    method
        - "normative": `share` of the item's mean time, at most `longest` (Wise & Ma: 10 %, 10 seconds).
        - "mixture": where two normal curves of log time, rapid and solving, cross; no threshold where one curve fits as
          well.
        - "cumulative": the longest time up to which answers are right no more often than by chance; needs `right`.
    right
        persons × items, 1 = right.
    chance
        Of a right guess, one number or one per item.
    limit
        Persons with less effort are flagged.
    guessed, guess_time
        The effect for which power is stated: the share of items that a person guesses, in how many seconds (median).
    simulated, seed
        Persons without and with the effect, from the lognormal model of the answers that are not rapid.

    Raises
    ------
    ResponseError
        `not_a_table`, `not_finite`, `names_do_not_fit`; `not_answers` (`right` missing or of another shape); `not_a_share`;
        `unknown_method`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> times = np.exp(rng.normal(3.5, 0.4, size=(200, 20)))
    >>> times[3, :8] = 1.0
    >>> found = rapid_guessing(times, simulated=200)
    >>> found.flagged.tolist(), found.effort[3].tolist(), found.threshold[0].round(1).tolist()
    ([3], 0.6, 3.6)
    """
    matrix = as_matrix(times, name="times")
    labels = item_names(matrix.shape[1], names)
    matrix = np.where(matrix > 0, matrix, np.nan)
    correct = None if right is None else as_matrix(right, name="right")
    if correct is not None and correct.shape != matrix.shape:
        raise ResponseError("not_answers", f"right has shape {correct.shape}, times {matrix.shape}")
    if method not in SOURCES:
        raise ResponseError("unknown_method", f"there is no method {method!r}; methods: {', '.join(SOURCES)}")
    if method == "cumulative" and correct is None:
        raise ResponseError("not_answers", "the cumulative method needs to know which answers were right")
    if not (0 < share < 1 and 0 < limit <= 1 and 0 < guessed <= 1 and guess_time > 0):
        raise ResponseError("not_a_share", "share, limit and guessed are shares; guess_time is above 0")
    by_chance = np.broadcast_to(np.asarray(chance, dtype=np.float64), (len(labels),))
    found = [
        _threshold(
            matrix[:, j], None if correct is None else correct[:, j], method, float(by_chance[j]), share, longest
        )
        for j in range(len(labels))
    ]
    threshold = np.array([value for value, _ in found], dtype=np.float64)
    reasons = tuple(f"{label}: {why}" if why else "" for label, (_, why) in zip(labels, found, strict=True))
    timed = np.isfinite(matrix) & np.isfinite(threshold)
    rapid = timed & (np.nan_to_num(matrix, nan=np.inf) < np.nan_to_num(threshold))
    effort, counted = _effort(rapid, timed)
    persons = int(np.isfinite(matrix).any(axis=1).sum())
    reason = ""
    if not np.isfinite(threshold).any():
        reason = f"no item has a threshold: {next((why for _, why in found if why), 'there are no items')}"
    elif persons < MINIMUM:
        reason = f"{persons} persons with times; at least {MINIMUM} are needed"
    effect = f"{100 * guessed:.0f} % of the items are guessed in {guess_time:g} seconds"
    return RapidGuessing(
        threshold=threshold,
        rapid=rapid,
        effort=effort,
        counted=counted,
        flagged=np.flatnonzero(np.nan_to_num(effort, nan=1.0) < limit),
        right_when_rapid=_right(correct, rapid, "rapid answers"),
        right_otherwise=_right(correct, timed & ~rapid, "other answers"),
        reasons=reasons,
        rates=_rates(matrix, threshold, rapid, limit, guessed, guess_time, effect, simulated, seed, persons),
        limit=limit,
        n=persons,
        method=f"rapid guessing, {method} thresholds; response-time effort below {limit:g}",
        source=f"{SOURCES[method]}; {EFFORT_SOURCE}",
        sufficient=not reason,
        reason=reason,
    )


def _threshold(
    times: FloatArray, right: FloatArray | None, method: Threshold, chance: float, share: float, longest: float
) -> tuple[float, str]:
    own = np.isfinite(times)
    if own.sum() < 2:
        return np.nan, f"{int(own.sum())} times; at least {FEWEST} are needed"
    if method == "normative":
        return min(share * float(times[own].mean()), longest), ""
    if own.sum() < FEWEST:
        return np.nan, f"{int(own.sum())} times; at least {FEWEST} are needed"
    if method == "mixture":
        return crossing(np.log(times[own]))
    assert right is not None
    own &= np.isfinite(right)
    order = np.argsort(times[own], kind="stable")
    ascending, correct = times[own][order], (right[own][order] == 1).astype(np.float64)
    so_far = np.cumsum(correct) / np.arange(1, len(correct) + 1)
    guessing = np.flatnonzero((so_far <= chance) & (np.arange(len(so_far)) + 1 >= FEWEST))
    if not len(guessing):
        return np.nan, "the fastest answers are right more often than by chance, so none is taken for a guess"
    last = int(guessing[-1])
    if last + 1 == len(ascending):
        return np.nan, "all answers together are right no more often than by chance, so times cannot tell guesses"
    return float((ascending[last] + ascending[last + 1]) / 2), ""


def _effort(rapid: BoolArray, timed: BoolArray) -> tuple[FloatArray, IntArray]:
    counted = np.asarray(timed.sum(axis=1), dtype=np.int64)
    share = 1 - rapid.sum(axis=1) / np.maximum(counted, 1)
    return np.where(counted > 0, share, np.nan), counted


def _right(correct: FloatArray | None, which: BoolArray, what: str) -> Estimate | None:
    if correct is None:
        return None
    known = which & np.isfinite(correct)
    return proportion(float((correct[known] == 1).sum()), int(known.sum()), method=f"share right among {what}")


def _rates(
    times: FloatArray,
    threshold: FloatArray,
    rapid: BoolArray,
    limit: float,
    guessed: float,
    guess_time: float,
    effect: str,
    simulated: int,
    seed: int,
    persons: int,
) -> ErrorRates:
    none = not_enough(n=0, method="simulated rate", source=EFFORT_SOURCE, reason="no persons were simulated")
    false = power = none
    model = fit_times(np.where(rapid, np.nan, times)) if simulated > 0 else None
    if model is not None and model.converged:
        rng = np.random.default_rng(seed)
        speed = rng.normal(scale=model.population_sd, size=(simulated, 1))
        logs = model.intensity - speed + rng.normal(size=(simulated, len(threshold))) / model.discrimination
        guess = rng.random(logs.shape).argsort(axis=1).argsort(axis=1) < max(round(guessed * logs.shape[1]), 1)
        quick = np.where(guess, np.log(guess_time) + rng.normal(scale=0.3, size=logs.shape), logs)
        flags = [_below(np.exp(value), threshold, limit) for value in (logs, quick)]
        false, power = (
            proportion(float(flag.sum()), simulated, method="share of simulated persons flagged", minimum=MINIMUM)
            for flag in flags
        )
    return ErrorRates(
        nominal=None,
        realised=false,
        threshold=None,
        effect=effect,
        power=power,
        cases=persons,
        cases_name="persons",
    )


def _below(times: FloatArray, threshold: FloatArray, limit: float) -> BoolArray:
    timed = np.isfinite(times) & np.isfinite(threshold)
    rapid = timed & (np.nan_to_num(times, nan=np.inf) < np.nan_to_num(threshold))
    return np.asarray(np.nan_to_num(_effort(rapid, timed)[0], nan=1.0) < limit)
