"""The Hofstee method: a compromise between what judges would accept and what candidates scored."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

MINIMUM_JUDGES = 8
MINIMUM_PERSONS = 30
SOURCE = "Hofstee (1983), in Anderson & Helmick (eds.), On Educational Testing, 109–127"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hofstee:
    """The compromise.

    Attributes
    ----------
    cut
        Where the share of failing candidates meets the judges' line; n = candidates.
    fail_rate
        Share of the candidates below the cut; None when there is no cut.
    lowest_cut, highest_cut, lowest_fail, highest_fail
        The judges' mean limits (fail rates as shares); None without judges.
    """

    cut: Estimate
    fail_rate: float | None
    lowest_cut: float | None
    highest_cut: float | None
    lowest_fail: float | None
    highest_fail: float | None


def hofstee(
    scores: npt.ArrayLike,
    limits: npt.ArrayLike,
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
    minimum_judges: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = 1000,
) -> Hofstee:
    r"""The Hofstee cut score.

    Parameters
    ----------
    scores
        Of the candidates; NaN left out.
    limits
        judges × 4: lowest and highest acceptable cut, lowest and highest acceptable share of failures (0–1). Judges
        with a gap are left out.

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
    values = as_vector(scores, name="scores")
    values = np.sort(values[np.isfinite(values)])
    table = as_matrix(limits, name="limits")
    if table.shape[1] != 4:
        raise ResponseError("names_do_not_fit", f"limits have 4 columns; these have {table.shape[1]}")
    table = table[np.isfinite(table).all(axis=1)]
    if ((table[:, 2:] < 0) | (table[:, 2:] > 1)).any() or (table[:, 0::2] > table[:, 1::2]).any():
        raise ResponseError("not_a_limit", "each judge gives lowest ≤ highest, and fail rates as shares from 0 to 1")
    n, judges, method = len(values), len(table), "Hofstee compromise"
    if not n or not judges:
        reason = "there are no scores" if not n else "no judge gave all four limits"
        cut = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        return Hofstee(cut=cut, fail_rate=None, lowest_cut=None, highest_cut=None, lowest_fail=None, highest_fail=None)
    low_cut, high_cut, low_fail, high_fail = (float(limit) for limit in table.mean(axis=0))
    value = _meeting(values, table)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [
            _meeting(np.sort(values[rng.integers(n, size=n)]), table[rng.integers(judges, size=judges)])
            for _ in range(resamples)
        ]
    )
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(drawn) < resamples / 2:
        failing = float((values < low_cut).mean())
        reason = (
            f"the judges' limits miss the candidates: {failing:.0%} already fail at the lowest acceptable cut"
            if failing > high_fail
            else "the judges' limits miss the candidates: even the highest acceptable cut fails too few"
        )
        cut = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    else:
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        cut = estimated(
            value=value,
            standard_error=float(drawn.std(ddof=1)),
            interval=(float(low), float(high)),
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
        fail_rate=None if cut.value is None else float((values < cut.value).mean()),
        lowest_cut=low_cut,
        highest_cut=high_cut,
        lowest_fail=low_fail,
        highest_fail=high_fail,
    )


def _meeting(ordered: FloatArray, table: FloatArray) -> float:
    """Where the failing share first reaches the judges' falling line; NaN when it does not within their limits."""
    low_cut, high_cut, low_fail, high_fail = table.mean(axis=0)

    def failing(cut: npt.ArrayLike, side: Literal["left", "right"]) -> FloatArray:
        # "left" counts scores below the cut, "right" the share just above it
        return np.asarray(np.searchsorted(ordered, cut, side=side) / len(ordered), dtype=np.float64)

    def line(cut: npt.ArrayLike) -> FloatArray:
        if high_cut == low_cut:
            return np.full(np.shape(cut), low_fail)
        return np.asarray(high_fail + (np.asarray(cut) - low_cut) * (low_fail - high_fail) / (high_cut - low_cut))

    if failing(low_cut, "left") > high_fail or failing(high_cut, "left") < low_fail:
        return float("nan")
    steps = np.unique(np.concatenate([[low_cut, high_cut], ordered[(ordered >= low_cut) & (ordered <= high_cut)]]))
    reached = np.flatnonzero(failing(steps, "right") >= line(steps))
    if not len(reached):
        return float(high_cut)
    first = int(reached[0])
    # between two scores the failing share stands still, so the falling line may come down to it before the next score
    if first:
        level_share = float(failing(steps[first - 1], "right"))
        if level_share >= float(line(steps[first])) and high_fail != low_fail:
            return float(low_cut + (high_fail - level_share) * (high_cut - low_cut) / (high_fail - low_fail))
    return float(steps[first])
