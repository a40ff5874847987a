"""The Hofstee method: a compromise between what judges would accept and what candidates scored."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.standard_setting.compromise import below, crossing, failing_shares
from assess.standard_setting.cut import SingleCut
from assess.standard_setting.resampling import RESAMPLES, averages, blocks, draws, spread

MINIMUM_JUDGES = 8
MINIMUM_PERSONS = 30
SOURCE = "Hofstee (1983), in Anderson & Helmick (eds.), On Educational Testing, 109–127"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hofstee(SingleCut):
    """The compromise.

    Attributes
    ----------
    cut
        Where the share of failing candidates meets the judges' line; n = candidates.
    fail_rate
        Share of the candidates below the cut; None when there is no cut.
    lowest_cut, highest_cut, lowest_fail, highest_fail
        The judges' mean limits (fail rates as shares); None without judges.
    judges
        How many gave all four limits.
    """

    cut: Estimate
    fail_rate: float | None
    lowest_cut: float | None
    highest_cut: float | None
    lowest_fail: float | None
    highest_fail: float | None
    judges: int


def hofstee(
    scores: npt.ArrayLike,
    limits: npt.ArrayLike,
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
    minimum_judges: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Hofstee:
    r"""The Hofstee cut score.

    Parameters
    ----------
    scores
        Of the candidates; NaN left out.
    limits
        judges × 4: lowest and highest acceptable cut, lowest and highest acceptable share of failures (0–1). Judges
        with a gap are left out.

    Raises
    ------
    ResponseError
        `names_do_not_fit` without four columns, `not_a_limit` when a judge's lowest exceeds the highest.

    Notes
    -----
    The line runs from (lowest cut, highest fail rate) to (highest cut, lowest fail rate). The cut is the first score at
    which the share of candidates below it reaches the line. Standard error and interval by bootstrap over judges and
    candidates.

    Examples
    --------
    >>> scores = list(range(1, 101))
    >>> found = hofstee(scores, [[30, 60, 0.1, 0.6]] * 8)
    >>> round(found.cut.value, 1), found.fail_rate
    (41.4, 0.41)
    """
    given = as_vector(scores, name="scores")
    values, counts = np.unique(given[np.isfinite(given)], return_counts=True)
    table = _limits(limits)
    n, judges, method = int(counts.sum()), len(table), "Hofstee compromise"
    if len(values) < 2 or not judges:
        few = "all candidates have the same score" if n else "there are no scores"
        reason = "no judge gave all four limits" if len(values) > 1 else few
        cut = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        return Hofstee(
            cut=cut,
            fail_rate=None,
            lowest_cut=None,
            highest_cut=None,
            lowest_fail=None,
            highest_fail=None,
            judges=judges,
        )
    mean, failing = table.mean(axis=0), failing_shares(counts)
    low_cut, high_cut, low_fail, high_fail = (float(limit) for limit in mean)
    value = float(_meeting(values, failing, mean[None])[0])
    generator = np.random.default_rng(seed)
    drawn = [
        _meeting(
            values,
            failing_shares(draws(counts, generator, size)),
            averages(draws(np.ones(judges), generator, size), table),
        )
        for size in blocks(resamples, n)
    ]
    sampled = np.concatenate(drawn) if drawn else np.empty(0)
    found = spread(sampled[np.isfinite(sampled)], resamples=resamples, level=level)
    if not np.isfinite(value) or found is None:
        already = float(below(values, failing, mean[:1])[0])
        reason = (
            f"the judges' limits miss the candidates: {already:.0%} already fail at the lowest acceptable cut"
            if already > high_fail
            else "the judges' limits miss the candidates: even the highest acceptable cut fails too few"
        )
        cut = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    else:
        cut = estimated(
            value=value,
            standard_error=found[0],
            interval=found[1],
            n=n,
            method=method,
            source=SOURCE,
            minimum=minimum,
            level=level,
            cases="candidates",
        )
        if judges < minimum_judges:
            cut = doubted(cut, f"{judges} judges; at least {minimum_judges} are needed")
    return Hofstee(
        cut=cut,
        fail_rate=None if cut.value is None else float(below(values, failing, np.array([cut.value]))[0]),
        lowest_cut=low_cut,
        highest_cut=high_cut,
        lowest_fail=low_fail,
        highest_fail=high_fail,
        judges=judges,
    )


def _limits(limits: npt.ArrayLike) -> FloatArray:
    """The judges' limits, those with a gap left out, in sorted order."""
    table = as_matrix(limits, name="limits")
    if table.shape[1] != 4:
        raise ResponseError("names_do_not_fit", f"limits have 4 columns; these have {table.shape[1]}")
    whole = np.isfinite(table).all(axis=1)
    wrong = whole & ((table[:, 2] < 0) | (table[:, 3] > 1) | (table[:, 0] > table[:, 1]) | (table[:, 2] > table[:, 3]))
    if wrong.any():
        sentence = (
            f"judge {int(wrong.argmax()) + 1}: each judge gives lowest ≤ highest, and fail rates as shares from 0 to 1"
        )
        raise ResponseError("not_a_limit", sentence)
    table = table[whole]
    return table[np.lexsort(table.T)]


def _meeting(scores: FloatArray, failing: FloatArray, limits: FloatArray) -> FloatArray:
    """Where the failing share first reaches the judges' falling line; NaN when it does not within their limits."""
    low_cut, high_cut, low_fail, high_fail = limits.T
    width = high_cut - low_cut
    slope = np.divide(low_fail - high_fail, width, out=np.full(len(width), -np.inf), where=width > 0)
    met = crossing(scores, failing, low_cut, high_fail, slope)
    possible = (below(scores, failing, low_cut) <= high_fail) & (below(scores, failing, high_cut) >= low_fail)
    # NaN: the line is not reached by any score, so it is met at the highest acceptable cut
    return np.where(possible, np.clip(np.where(np.isnan(met), high_cut, met), low_cut, high_cut), np.nan)
