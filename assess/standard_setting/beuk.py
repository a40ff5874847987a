"""The Beuk method: the judges' minimum score is weighed against the pass rate they expect, by how much they agree on each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.standard_setting.compromise import below, crossing, failing_shares
from assess.standard_setting.cut import SingleCut, alike
from assess.standard_setting.hofstee import MINIMUM_JUDGES, MINIMUM_PERSONS
from assess.standard_setting.resampling import RESAMPLES, averages, blocks, draws, spread

SOURCE = "Beuk (1984), Journal of Educational Measurement 21, 147–152; standard error: bootstrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beuk(SingleCut):
    """The compromise.

    Attributes
    ----------
    cut
        n = candidates.
    pass_rate
        Share of the candidates at or above the cut; None when there is no cut.
    wished_cut, wished_pass_rate
        The judges' means; None without judges.
    slope
        SD of the judges' pass rates over SD of their cuts: how much pass rate they trade for a score point.
    judges
        How many gave both.
    """

    cut: Estimate
    pass_rate: float | None
    wished_cut: float | None
    wished_pass_rate: float | None
    slope: float | None
    judges: int


def beuk(
    scores: npt.ArrayLike,
    wishes: npt.ArrayLike,
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
    minimum_judges: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Beuk:
    r"""The Beuk cut score.

    Parameters
    ----------
    scores
        Of the candidates; NaN left out.
    wishes
        judges × 2: the lowest score that should pass, on the scale of the scores, and the expected share of candidates
        who pass (0–1). Judges with a gap are left out.

    Raises
    ------
    ResponseError
        `names_do_not_fit` without two columns, `not_a_share` for a pass rate outside 0–1.

    Notes
    -----
    The line through the judges' means with slope SD(pass rates)/SD(cuts), in the plane of cut and pass rate, rises; the
    share of candidates at or above a cut falls. The cut is where they meet, on the stair as in `crossing`. When all
    judges agree on the cut it is the cut; when they agree on the pass rate, the score that gives it. Standard error and
    interval by bootstrap over judges and candidates.

    Examples
    --------
    >>> wishes = [[50, 0.7], [55, 0.6], [60, 0.8], [65, 0.9]] * 2
    >>> found = beuk(list(range(1, 101)), wishes)
    >>> round(found.value, 2), found.pass_rate
    (47.0, 0.54)
    """
    given = as_vector(scores, name="scores")
    values, counts = np.unique(given[np.isfinite(given)], return_counts=True)
    table = _wishes(wishes)
    n, judges, method = int(counts.sum()), len(table), "Beuk compromise"
    failing = failing_shares(counts) if n else np.empty((1, 0))
    reason = _lacking(len(values), table, minimum_judges)
    mean = table.mean(axis=0) if judges else np.full(2, np.nan)
    slope = None
    if reason:
        cut = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    else:
        spreads = table.std(axis=0, ddof=1)
        slope = float(spreads[1] / spreads[0]) if spreads[0] > 0 else None
        value = float(_meeting(values, failing, mean[None], spreads[None])[0])
        found = spread(_resampled(values, counts, table, seed, resamples), resamples=resamples, level=level)
        if not np.isfinite(value) or found is None:
            reason = "the judges' line does not meet the candidates' pass rates in most resamples of judges"
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
            if not values[0] <= value <= values[-1]:
                cut = doubted(cut, "the cut lies outside the scores that were seen")
    return Beuk(
        cut=cut,
        pass_rate=None if cut.value is None else float(1 - below(values, failing, np.array([cut.value]))[0]),
        wished_cut=float(mean[0]) if judges else None,
        wished_pass_rate=float(mean[1]) if judges else None,
        slope=slope,
        judges=judges,
    )


def _wishes(wishes: npt.ArrayLike) -> FloatArray:
    table = as_matrix(wishes, name="wishes")
    if table.shape[1] != 2:
        raise ResponseError("names_do_not_fit", f"wishes have 2 columns; these have {table.shape[1]}")
    wrong = np.isfinite(table[:, 1]) & ((table[:, 1] < 0) | (table[:, 1] > 1))
    if wrong.any():
        judge = int(wrong.argmax())
        sentence = f"judge {judge + 1}: pass rate {table[judge, 1]:g} is not between 0 and 1; write 0.7 for 70 %"
        raise ResponseError("not_a_share", sentence)
    table = table[np.isfinite(table).all(axis=1)]
    return table[np.lexsort(table.T)]


def _lacking(distinct: int, table: FloatArray, minimum: int) -> str:
    if distinct < 2:
        return "all candidates have the same score" if distinct else "there are no scores"
    if len(table) < 2:
        return f"{len(table)} judge(s) gave a cut and a pass rate; at least {minimum} are needed"
    if alike(table[:, 0]) and alike(table[:, 1]):
        return (
            f"all {len(table)} judges gave the same cut and pass rate, so nothing says which of the two to give way; "
            f"ask at least {minimum} who judge on their own"
        )
    return ""


def _resampled(
    values: FloatArray, counts: npt.NDArray[np.int64], table: FloatArray, seed: int, resamples: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    found, judges = [np.empty(0)], len(table)
    apart = table - table.mean(axis=0)
    for size in blocks(resamples, int(counts.sum())):
        failing = failing_shares(draws(counts, generator, size))
        weights = draws(np.ones(judges), generator, size)
        drawn = weights.sum(axis=1)[:, None]
        shift, square = averages(weights, apart), averages(weights, apart**2)
        variance = np.maximum(square - shift**2, 0.0) * drawn / np.maximum(drawn - 1, 1)
        dust = 1e-18 * np.maximum(1.0, (table**2).max(axis=0))
        spreads = np.sqrt(np.where(variance > dust, variance, 0.0))
        found.append(_meeting(values, failing, table.mean(axis=0) + shift, spreads))
    cuts = np.concatenate(found)
    return cuts[np.isfinite(cuts)]


def _meeting(scores: FloatArray, failing: FloatArray, means: FloatArray, spreads: FloatArray) -> FloatArray:
    """In the plane of cut and *fail* rate, where the judges' line falls; NaN where the judges agree on everything."""
    cut, passing = spreads.T
    slope = -np.divide(passing, cut, out=np.full(len(cut), np.inf), where=cut > 0)
    met = crossing(scores, failing, means[:, 0], 1 - means[:, 1], slope)
    return np.where((cut > 0) | (passing > 0), met, np.nan)
