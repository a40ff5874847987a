"""The Angoff method: judges say how likely a borderline candidate is to answer each item correctly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough
from assess.standard_setting.cut import SingleCut, alike
from assess.standard_setting.judges import judge_names
from assess.standard_setting.panel_cut import MINIMUM_JUDGES, PanelCut, panel_cut, share_of
from assess.standard_setting.panel_cut import SOURCE as ERRORS
from assess.standard_setting.resampling import RESAMPLES

Kind = Literal["probability", "yes/no"]

ORIGINAL = "Angoff (1971), in Thorndike (ed.), Educational Measurement, 508–600"
YES_NO = "Impara & Plake (1997), Journal of Educational Measurement 34, 353–366"
EXTENDED = "Hambleton & Plake (1995), Applied Measurement in Education 8, 41–55"


@dataclass(frozen=True, slots=True, kw_only=True)
class Angoff(SingleCut):
    """The result of the last round, with every round and how the panel moved between the first and the last.

    Attributes
    ----------
    cut
        The last round's, in raw points.
    cut_share
        The same as a share of the maximum.
    rounds
        Each round's cut, judges and errors.
    change
        Mean change of the judges' cuts from the first to the last round (n = judges in both); None with one round.
    spread_ratio
        SD of the judges' cuts in the last round over that of the first; None with one round or no spread.
    """

    cut: Estimate
    cut_share: Estimate
    rounds: tuple[PanelCut, ...]
    change: Estimate | None
    spread_ratio: float | None


def angoff(
    *rounds: npt.ArrayLike,
    kind: Kind = "probability",
    points: npt.ArrayLike | None = None,
    judges: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Angoff:
    r"""The cut score of an Angoff panel over one or more rounds.

    Parameters
    ----------
    rounds
        judges × items for each round, in order: the probability that a borderline candidate answers correctly or, for
        items worth more than one point, the expected points (extended Angoff). NaN = not rated. A judge keeps the same
        row. More than one round is a modified Angoff: `feedback` says what to show between rounds.
    kind
        "yes/no": ratings are 1 (would earn the item) or 0.
    points
        The maximum of each item; 1 when not given.
    empirical
        Observed proportions correct, to compare the judges with.

    Notes
    -----
    The cut is the sum of the items' mean ratings; errors as in `panel_cut`. A yes/no cut is pulled to the ends: when
    every item has p = .6 for a borderline candidate, all say yes and the cut is 100 %.

    Raises
    ------
    ResponseError
        `not_a_probability` when a rating is below 0 or above the item's points, `not_yes_or_no`, `rounds_differ` when the
        rounds are of different shape, `names_do_not_fit`, `unknown_kind`.

    Examples
    --------
    >>> ratings = [[0.5, 0.7, 0.9], [0.4, 0.6, 0.8], [0.6, 0.8, 0.7], [0.5, 0.6, 0.9]] * 2
    >>> angoff(ratings).cut.in_words()
    '2.00 (95 % interval 1.89 to 2.11, n = 8)'
    """
    if kind not in get_args(Kind):
        raise ResponseError("unknown_kind", f"there is no kind {kind!r}; kinds: {', '.join(get_args(Kind))}")
    if not rounds:
        raise ResponseError("rounds_differ", "give the ratings of at least one round")
    matrices = [as_matrix(given, name=f"round {number}") for number, given in enumerate(rounds, 1)]
    if len({matrix.shape for matrix in matrices}) > 1:
        raise ResponseError("rounds_differ", "every round has the same judges in the same rows and the same items")
    maxima = np.ones(matrices[0].shape[1]) if points is None else as_vector(points, name="points")
    names = judge_names(len(matrices[0]), judges)
    labels = item_names(matrices[0].shape[1], items)
    for number, matrix in enumerate(matrices, 1):
        _refuse_impossible(matrix, maxima, kind, number, names, labels)
    method, source = _words(kind, extended=bool((maxima != 1).any()))
    found = tuple(
        panel_cut(
            matrix,
            method=method if len(matrices) == 1 else f"{method}, round {number} of {len(matrices)}",
            source=source,
            judges=names,
            empirical=empirical,
            level=level,
            minimum=minimum,
            seed=seed,
            resamples=resamples,
        )
        for number, matrix in enumerate(matrices, 1)
    )
    last = found[-1].cut
    several = len(found) > 1
    return Angoff(
        cut=last,
        cut_share=share_of(last, float(maxima.sum()), method=f"{method.split(' in ')[0]} as a share of the maximum"),
        rounds=found,
        change=_change(found[0], found[-1], source, level, minimum) if several else None,
        spread_ratio=_spread_ratio(found[0], found[-1]) if several else None,
    )


def _words(kind: Kind, *, extended: bool) -> tuple[str, str]:
    name, source = ("yes/no Angoff cut", YES_NO) if kind == "yes/no" else ("Angoff cut", ORIGINAL)
    if extended:
        name, source = f"extended {name}", f"{source}; {EXTENDED}"
    return f"{name} in raw points", f"{source}; standard errors: {ERRORS}"


def _refuse_impossible(
    matrix: FloatArray, maxima: FloatArray, kind: Kind, number: int, judges: Sequence[str], items: Sequence[str]
) -> None:
    if len(maxima) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(maxima)} points for {matrix.shape[1]} items")
    if not (maxima > 0).all():
        item = items[int((~(maxima > 0)).argmax())]
        raise ResponseError("not_a_maximum", f"{item}: its maximum is not above 0; give the points of each item")
    rated = np.isfinite(matrix)
    impossible = rated & ((matrix < 0) | (matrix > maxima))
    if impossible.any():
        judge, item_ = np.argwhere(impossible)[0]
        sentence = (
            f"round {number}, {judges[judge]}, {items[item_]}: {matrix[judge, item_]:g} is not between 0 and "
            f"{maxima[item_]:g}; write 0.65 for 65 %"
        )
        raise ResponseError("not_a_probability", sentence)
    between = rated & (matrix != 0) & (matrix != maxima)
    if kind == "yes/no" and between.any():
        judge, item_ = np.argwhere(between)[0]
        sentence = (
            f"round {number}, {judges[judge]}, {items[item_]}: {matrix[judge, item_]:g} is neither 0 (no) nor "
            f"{maxima[item_]:g} (yes)"
        )
        raise ResponseError("not_yes_or_no", sentence)


def _paired(first: PanelCut, last: PanelCut) -> FloatArray:
    both = zip(first.judge_cuts, last.judge_cuts, strict=True)
    return np.array([(a, b) for a, b in both if a is not None and b is not None], dtype=np.float64).reshape(-1, 2)


def _change(first: PanelCut, last: PanelCut, source: str, level: float, minimum: int) -> Estimate:
    pairs = _paired(first, last)
    moves = pairs[:, 1] - pairs[:, 0]
    n, method = len(moves), "mean change of the judges' cuts between rounds"
    if n < 2:
        reason = f"{n} judge(s) rated in both rounds; at least {minimum} are needed"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    value, se = float(moves.mean()), float(moves.std(ddof=1) / np.sqrt(n))
    if se <= 1e-12 * max(1.0, float(np.abs(pairs).max())):
        reason = f"every judge moved by {value:.3g}, so the change has no standard error"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    return estimated(
        value=value,
        standard_error=se,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
        cases="judges",
    )


def _spread_ratio(first: PanelCut, last: PanelCut) -> float | None:
    pairs = _paired(first, last)
    if len(pairs) < 2 or alike(pairs[:, 0]):
        return None
    return float(pairs[:, 1].std(ddof=1) / pairs[:, 0].std(ddof=1))
