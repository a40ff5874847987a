"""Is the odds ratio of an item the same at every score? Breslow and Day's test, a sign of non-uniform DIF."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.dif.mantel_haenszel import log_odds
from assess.psychometrics.dif.matching import NEEDED, Groups, Strata, incomparable, too_few
from assess.psychometrics.responses import FloatArray

SOURCE = (
    "Breslow & Day (1980), Statistical methods in cancer research I, IARC, 4.4; Tarone (1985), Biometrika 72, 91–95; "
    "trend: Penfield (2003), Alberta Journal of Educational Research 49, 231–243"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHomogeneity:
    """Tests of one item; the figures are None when `reason` says why.

    Attributes
    ----------
    chi_square, df, p_value
        Breslow–Day; df is the number of scores at which both groups and both answers occur, less 1.
    tarone
        The same with Tarone's correction, which makes it right for the Mantel–Haenszel odds ratio.
    trend, trend_p_value
        Odds ratios rising or falling with the score (1 degree of freedom).
    n
        Persons at the scores used.
    sufficient, reason
        The verdict; expected counts below 5 in most levels make the test (not the trend) unreliable.
    """

    name: str
    chi_square: float | None
    df: int
    p_value: float | None
    tarone: float | None
    trend: float | None
    trend_p_value: float | None
    n: int
    sufficient: bool
    reason: str
    source: str = SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class BreslowDay:
    """All items, in order."""

    items: tuple[ItemHomogeneity, ...]

    @property
    def chi_square(self) -> FloatArray:
        """One per item; NaN exactly where there is none, with the item's `reason`."""
        return np.array([np.nan if item.chi_square is None else item.chi_square for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """One per item; NaN exactly where there is none, with the item's `reason`."""
        return np.array([np.nan if item.p_value is None else item.p_value for item in self.items])


def breslow_day(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    *,
    matching: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    needed: tuple[int, int] = NEEDED,
) -> BreslowDay:
    r"""Homogeneity of the odds ratio of right-or-wrong items over the levels of the total score.

    Parameters
    ----------
    responses, focal, matching, needed
        As in `mantel_haenszel`.

    Raises
    ------
    ResponseError
        As `Groups.of`.

    Notes
    -----
    At level k the expected count a_k solves a(n_F − m + a)/((n_R − a)(m − a)) = α, the Mantel–Haenszel odds ratio;
    v_k = 1/(1/a + 1/b + 1/c + 1/d). BD = Σ (A_k − a_k)²/v_k with K − 1 degrees of freedom; Tarone subtracts
    (Σ(A_k − a_k))²/Σv_k; trend = (Σ s_k(A_k − a_k))²/(Σ s_k²v_k − (Σ s_k v_k)²/Σv_k). Only levels with both groups and
    both answers count.

    Examples
    --------
    >>> focal = [False] * 40 + [True] * 40
    >>> item = [1] * 8 + [0] * 12 + [1] * 16 + [0] * 4 + [1] * 12 + [0] * 8 + [1] * 12 + [0] * 8
    >>> found = breslow_day([[x] for x in item], focal, matching=([1] * 20 + [2] * 20) * 2)
    >>> round(found.items[0].chi_square, 2), found.items[0].df
    (3.5, 1)
    """
    groups = Groups.of(responses, focal, names, matching)
    nobody = incomparable(groups)
    if nobody:
        return BreslowDay(items=tuple(_without(name, nobody) for name in groups.names))
    strata = groups.strata(groups.values)
    graded = groups.graded
    logs, _ = log_odds(strata)
    return BreslowDay(
        items=tuple(
            _without(name, f"{name} has more than the categories 0 and 1")
            if graded[j]
            else _tested(strata, j, name, float(logs[j]), needed)
            for j, name in enumerate(groups.names)
        )
    )


def _tested(strata: Strata, item: int, name: str, log: float, needed: tuple[int, int]) -> ItemHomogeneity:
    score = strata.level[:, item]
    n_r, n_f = strata.reference[:, item], strata.focal[:, item]
    a, right = strata.reference_sum[:, item], strata.reference_sum[:, item] + strata.focal_sum[:, item]
    used = (n_r > 0) & (n_f > 0) & (right > 0) & (right < n_r + n_f)
    score, n_r, n_f, a, right = (part[used] for part in (score, n_r, n_f, a, right))
    n, df = int((n_r + n_f).sum()), len(score) - 1
    if not np.isfinite(log):
        return _without(name, f"{name}: the common odds ratio is not finite, so nothing can be compared with it", n)
    if df < 1:
        return _without(name, f"{name}: {len(score)} score(s) with both groups and both answers; 2 are needed", n)
    expected = _expected(float(np.exp(log)), n_r, n_f, right)
    cells = np.array([expected, n_r - expected, right - expected, n_f - right + expected])
    variance = 1 / (1 / cells).sum(axis=0)
    difference = a - expected
    statistic = float((difference**2 / variance).sum())
    spread = float((score**2 * variance).sum() - (score * variance).sum() ** 2 / variance.sum())
    trend = float((score * difference).sum() ** 2 / spread)
    reason = too_few(int(n_r.sum()), int(n_f.sum()), needed)
    thin = int((cells.min(axis=0) < 5).sum())
    if not reason and 2 * thin > len(score):
        reason = f"{thin} of {len(score)} scores have an expected count below 5; read the trend, or join scores"
    return ItemHomogeneity(
        name=name,
        chi_square=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        tarone=statistic - float(difference.sum() ** 2 / variance.sum()),
        trend=trend,
        trend_p_value=float(stats.chi2.sf(trend, 1)),
        n=n,
        sufficient=not reason,
        reason=reason,
    )


def _expected(alpha: float, n_r: FloatArray, n_f: FloatArray, right: FloatArray) -> FloatArray:
    """The count of right reference answers that the margins and the odds ratio imply (the stable root)."""
    if abs(alpha - 1) < 1e-12:
        return n_r * right / (n_r + n_f)
    square, linear = 1 - alpha, n_f - right + alpha * (n_r + right)
    constant = -alpha * n_r * right
    root = np.sqrt(linear**2 - 4 * square * constant)
    pivot = -(linear + np.where(linear >= 0, root, -root)) / 2
    low, high = np.maximum(0, right - n_f), np.minimum(n_r, right)
    first, second = pivot / square, constant / pivot
    return np.where((second > low) & (second < high), second, first)


def _without(name: str, reason: str, n: int = 0) -> ItemHomogeneity:
    return ItemHomogeneity(
        name=name,
        chi_square=None,
        df=0,
        p_value=None,
        tarone=None,
        trend=None,
        trend_p_value=None,
        n=n,
        sufficient=False,
        reason=reason,
    )
