"""The Angoff method: judges say how likely a borderline candidate is to answer each item correctly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough
from assess.standard_setting.judges import Panel, item_means, panel

# Fewer than eight judges leave a standard error that no board can act on; 10 to 15 are the usual advice
# (Hurtz & Hertz 1999, Educational and Psychological Measurement 59, 885–897)
MINIMUM_JUDGES = 8
SOURCE = (
    "Angoff (1971), in Thorndike (ed.), Educational Measurement, 508–600; standard errors: Brennan (2001), "
    "Generalizability Theory, judges × items design"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AngoffRound:
    """One round.

    Attributes
    ----------
    cut
        In raw points; the standard error is that of the mean over judges, the items taken as fixed. n = judges.
    judge_cuts
        Each judge's own cut in raw points; None for a judge without a rating.
    se_judges_and_items
        Standard error in raw points when the items, too, are a sample of possible items; None with missing ratings.
    panel
        Severity of each judge and consistency of the panel.
    """

    cut: Estimate
    judge_cuts: tuple[float | None, ...]
    se_judges_and_items: float | None
    panel: Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Angoff:
    """The result of the last round, with every round and how the panel moved between the first and the last.

    Attributes
    ----------
    cut
        The last round's, in raw points.
    cut_share
        The same as a share of the maximum.
    change
        Mean change of the judges' cuts from the first to the last round (n = judges in both); None with one round.
    spread_ratio
        SD of the judges' cuts in the last round over that of the first; None with one round or no spread.
    """

    cut: Estimate
    cut_share: Estimate
    rounds: tuple[AngoffRound, ...]
    change: Estimate | None
    spread_ratio: float | None


def angoff(
    *rounds: npt.ArrayLike,
    points: npt.ArrayLike | None = None,
    judges: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
) -> Angoff:
    r"""The cut score of an Angoff panel over one or more rounds.

    Parameters
    ----------
    rounds
        judges × items for each round, in order: the probability that a borderline candidate answers correctly or, for
        items worth more than one point, the expected points. NaN = not rated. A judge keeps the same row.
    points
        The maximum of each item; 1 when not given.
    empirical
        Observed proportions correct, to compare the judges with.

    Notes
    -----
    The cut is the sum of the items' mean ratings. A judge's own cut is the cut plus the judge's mean deviation times
    the number of items, which is the plain sum when nothing is missing. The standard error is SD/√judges, the interval
    Student's.

    Raises
    ------
    ResponseError
        `not_a_probability` when a rating is below 0 or above the item's points, `rounds_differ` when the rounds are of
        different shape.

    Examples
    --------
    >>> ratings = [[0.5, 0.7, 0.9], [0.4, 0.6, 0.8], [0.6, 0.8, 0.7], [0.5, 0.6, 0.9]] * 2
    >>> angoff(ratings).cut.in_words()
    '2.00 (95 % interval 1.89 to 2.11, n = 8)'
    """
    if not rounds:
        raise ResponseError("rounds_differ", "give the ratings of at least one round")
    matrices = [as_matrix(given, name=f"round {number}") for number, given in enumerate(rounds, 1)]
    if len({matrix.shape for matrix in matrices}) > 1:
        raise ResponseError("rounds_differ", "every round has the same judges in the same rows and the same items")
    maxima = np.ones(matrices[0].shape[1]) if points is None else as_vector(points, name="points")
    for number, matrix in enumerate(matrices, 1):
        _refuse_impossible(matrix, maxima, number)
    found = tuple(
        _round(matrix, judges=judges, empirical=empirical, level=level, minimum=minimum) for matrix in matrices
    )
    last = found[-1].cut
    return Angoff(
        cut=last,
        cut_share=_share(last, float(maxima.sum())),
        rounds=found,
        change=_change(found[0], found[-1], level, minimum) if len(found) > 1 else None,
        spread_ratio=_spread_ratio(found[0], found[-1]) if len(found) > 1 else None,
    )


def _refuse_impossible(matrix: FloatArray, maxima: FloatArray, number: int) -> None:
    if len(maxima) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(maxima)} points for {matrix.shape[1]} items")
    wrong = np.isfinite(matrix) & ((matrix < 0) | (matrix > maxima))
    if wrong.any():
        judge, item = np.argwhere(wrong)[0]
        sentence = (
            f"round {number}, judge {judge + 1}, item {item + 1}: {matrix[judge, item]:g} is not between 0 and "
            f"{maxima[item]:g}; write 0.65 for 65 %"
        )
        raise ResponseError("not_a_probability", sentence)


def _round(
    matrix: FloatArray,
    *,
    judges: Sequence[str] | None,
    empirical: npt.ArrayLike | None,
    level: float,
    minimum: int,
) -> AngoffRound:
    method = "Angoff cut in raw points"
    described = panel(matrix, judges=judges, empirical=empirical, level=level)
    means = item_means(matrix)
    items = len(means)
    deviations = [judge.deviation for judge in described.judges]
    present = sum(deviation is not None for deviation in deviations)
    unrated = int(np.isnan(means).sum())
    if unrated or present < 2:
        reason = (
            f"{unrated} item(s) were rated by nobody"
            if unrated
            else f"{present} judge(s); at least {minimum} are needed"
        )
        cut = not_enough(n=present, method=method, source=SOURCE, reason=reason, level=level)
        return AngoffRound(
            cut=cut, judge_cuts=tuple(None for _ in deviations), se_judges_and_items=None, panel=described
        )
    value = float(means.sum())
    own = tuple(None if deviation is None else value + items * deviation for deviation in deviations)
    cuts = np.array([judge_cut for judge_cut in own if judge_cut is not None])
    se = float(cuts.std(ddof=1) / np.sqrt(present))
    reach = float(stats.t.ppf(0.5 + level / 2, present - 1)) * se
    cut = estimated(
        value=value,
        standard_error=se,
        interval=(value - reach, value + reach),
        n=present,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="judges",
    )
    parts = described.components
    wide = None
    if parts is not None:
        variance = max(parts.judges, 0.0) / present + max(parts.items, 0.0) / items + parts.residual / (present * items)
        wide = items * float(np.sqrt(variance))
    return AngoffRound(cut=cut, judge_cuts=own, se_judges_and_items=wide, panel=described)


def _share(cut: Estimate, maximum: float) -> Estimate:
    method = "Angoff cut as a share of the maximum"
    if cut.value is None or cut.standard_error is None or cut.interval is None:
        return not_enough(n=cut.n, method=method, source=SOURCE, reason=cut.reason, level=cut.level)
    low, high = cut.interval
    return Estimate(
        value=cut.value / maximum,
        standard_error=cut.standard_error / maximum,
        interval=(low / maximum, high / maximum),
        level=cut.level,
        n=cut.n,
        method=method,
        source=SOURCE,
        sufficient=cut.sufficient,
        reason=cut.reason,
    )


def _paired(first: AngoffRound, last: AngoffRound) -> FloatArray:
    both = zip(first.judge_cuts, last.judge_cuts, strict=True)
    return np.array([(a, b) for a, b in both if a is not None and b is not None], dtype=np.float64).reshape(-1, 2)


def _change(first: AngoffRound, last: AngoffRound, level: float, minimum: int) -> Estimate:
    pairs = _paired(first, last)
    moves = pairs[:, 1] - pairs[:, 0]
    n, method = len(moves), "mean change of the judges' cuts between rounds"
    if n < 2:
        reason = f"{n} judge(s) rated in both rounds; at least {minimum} are needed"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value, se = float(moves.mean()), float(moves.std(ddof=1) / np.sqrt(n))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    return estimated(
        value=value,
        standard_error=se,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="judges",
    )


def _spread_ratio(first: AngoffRound, last: AngoffRound) -> float | None:
    pairs = _paired(first, last)
    if len(pairs) < 2 or pairs[:, 0].min() == pairs[:, 0].max():
        return None
    return float(pairs[:, 1].std(ddof=1) / pairs[:, 0].std(ddof=1))
