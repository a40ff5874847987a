"""Number-right scores equated through calibrated items: true scores, and observed scores of a population."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize

from assess.psychometrics.equating.concordance import Equating, no_equating
from assess.psychometrics.equating.item_curves import ItemParameters, ability_grid
from assess.psychometrics.equating.percentiles import equipercentile_function
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL

TRUE_SCORE_SOURCE = (
    "Lord (1980), Applications of item response theory, ch. 13; below the chance score: Kolen (1981), Journal of "
    "Educational Measurement 18, 1–11"
)
OBSERVED_SCORE_SOURCE = (
    "Lord & Wingersky (1984), Applied Psychological Measurement 8, 453–461; several points: Hanson (1994), An extension "
    "of the Lord-Wingersky algorithm"
)

Draws = Sequence[tuple[ItemParameters, ItemParameters]]


def lord_wingersky(items: ItemParameters, theta: npt.ArrayLike) -> FloatArray:
    """Distribution of the sum score at every ability, abilities × scores.

    Examples
    --------
    >>> from assess.psychometrics.equating.item_curves import item_parameters
    >>> lord_wingersky(item_parameters([1, 1], [0, 0]), 0.0).tolist()
    [[0.25, 0.5, 0.25]]
    """
    chances = items.probabilities(theta)
    total = np.ones((len(chances), 1))
    for item, most in enumerate(items.maxima):
        longer = np.zeros((len(total), total.shape[1] + most))
        for points in range(most + 1):
            longer[:, points : points + total.shape[1]] += total * chances[:, [item], points]
        total = longer
    return total


def abilities_of(items: ItemParameters, true_scores: npt.ArrayLike) -> FloatArray:
    """The ability at which each score is the expected one; NaN at and beyond chance and full score."""
    wanted = np.atleast_1d(np.asarray(true_scores, dtype=np.float64))
    low, high = items.lowest_true_score, float(items.maxima.sum())

    def lack(ability: float, score: float) -> float:
        return float(items.expected_scores(ability).sum()) - score

    found = np.full(len(wanted), np.nan)
    for place, score in enumerate(wanted):
        if not low < score < high:
            continue
        reach = 8.0
        while reach < 1e6 and not lack(-reach, score) < 0 < lack(reach, score):
            reach *= 2
        if lack(-reach, score) < 0 < lack(reach, score):
            found[place] = optimize.brentq(lack, -reach, reach, args=(score,), xtol=1e-12)
    return found


def true_score(x: ItemParameters, y: ItemParameters, *, draws: Draws = (), level: float = LEVEL) -> Equating:
    r"""IRT true-score equating of number-right scores.

    Parameters
    ----------
    x, y
        All items of each form, on one scale (`Linking.applied`).
    draws
        Pairs (x, y) from a bootstrap of the calibrations; their spread is the standard error. Without them there is none.

    Notes
    -----
    e(x) = T_Y(θ) where T_X(θ) = x. From 0 to the sum of guessing parameters by Kolen's line, (0, 0) to (Σg_X, Σg_Y);
    the full score goes to the full score.

    Examples
    --------
    >>> from assess.psychometrics.equating.item_curves import item_parameters
    >>> x, y = item_parameters([1, 1, 1], [0, 0, 0]), item_parameters([1, 1, 1], [1, 1, 1])
    >>> true_score(x, y).yx.round(3).tolist()
    [0.0, 0.466, 1.272, 3.0]
    """

    def equate(one: ItemParameters, other: ItemParameters) -> FloatArray:
        scores = np.arange(int(one.maxima.sum()) + 1, dtype=np.float64)
        theta = abilities_of(one, scores)
        solved = np.isfinite(theta)
        chance_x, chance_y = one.lowest_true_score, other.lowest_true_score
        yx = scores * (chance_y / chance_x if chance_x > 0 else 0.0)
        yx[solved] = other.expected_scores(theta[solved]).sum(axis=1)
        # nearer to the full score than a computer can tell
        yx[~solved & (scores > chance_x)] = other.maxima.sum()
        return yx

    return _answer(equate, x, y, "IRT true score", TRUE_SCORE_SOURCE, draws, level)


def observed_score(
    x: ItemParameters,
    y: ItemParameters,
    *,
    grid: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    draws: Draws = (),
    level: float = LEVEL,
) -> Equating:
    r"""IRT observed-score equating: equipercentile equating of the score distributions that the items imply.

    Parameters
    ----------
    x, y, draws
        As for `true_score`.
    grid, weights
        Abilities of the (synthetic) population on the items' scale, and their weights. When not given, 81 points from
        −4 to 4 with standard normal weights; a grid without weights counts every point alike.

    Notes
    -----
    f(x) = Σ_q w_q P(x|θ_q) by the recursion of Lord and Wingersky, the same for Y; then percentile ranks.
    """
    at, share = ability_grid(grid, weights)

    def equate(one: ItemParameters, other: ItemParameters) -> FloatArray:
        return equipercentile_function(share @ lord_wingersky(one, at), share @ lord_wingersky(other, at), 0.0)

    return _answer(equate, x, y, "IRT observed score", OBSERVED_SCORE_SOURCE, draws, level)


def _answer(
    equate: Callable[[ItemParameters, ItemParameters], FloatArray],
    x: ItemParameters,
    y: ItemParameters,
    method: str,
    source: str,
    draws: Draws,
    level: float,
) -> Equating:
    for name, items in (("X", x), ("Y", y)):
        if not len(items):
            reason = f"form {name} has no calibrated items"
            return no_equating(n_x=0, n_y=0, method=method, source=source, reason=reason, level=level)
    error = None
    if len(draws) >= 2:
        error = np.asarray(np.std([equate(one, other) for one, other in draws], axis=0, ddof=1))
    return Equating(
        x=np.arange(int(x.maxima.sum()) + 1, dtype=np.float64),
        yx=equate(x, y),
        standard_error=error,
        level=level,
        n_x=0,
        n_y=0,
        method=method,
        source=source,
        sufficient=error is not None,
        reason="" if error is not None else "the error of the item parameters is not known here; give `draws`",
    )
