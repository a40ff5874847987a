"""Kendall's coefficient of concordance: do raters put persons in the same order?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.responses import FloatArray, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

MINIMUM_PERSONS = 30
RESAMPLES = 500
SOURCE = (
    "Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10, 275–287; ties: Kendall (1948), Rank "
    "correlation methods, ch. 6; standard error: bootstrap over persons"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Kendall's W with its chi-square test of no concordance at all (k(n−1)W, n − 1 degrees of freedom)."""

    w: Estimate
    chi_square: float | None
    df: int
    p_value: float | None


def kendall_w(
    ratings: npt.ArrayLike,
    *,
    ties: bool = True,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Concordance:
    r"""Kendall's W of a persons × raters table (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters; only the order within a rater counts.
    ties
        Correct for tied ranks. Without the correction ties lower W.
    resamples, seed
        Of the bootstrap over persons.

    Notes
    -----
    With mean ranks, rank sums R_i of n persons over k raters, S = Σ(R_i − R̄)²: W = 12S/(k²(n³−n) − kΣT), T = Σ(t³−t)
    over the ties of each rater (T = 0 without the correction).

    Examples
    --------
    >>> found = kendall_w([[1, 2, 1], [2, 1, 2], [3, 3, 4], [4, 5, 3], [5, 4, 5]] * 8, resamples=100)
    >>> round(found.w.value, 3), found.df
    (0.844, 39)
    """
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    method = f"Kendall's W of {k} raters ({'ties corrected' if ties else 'ties not corrected'}; complete persons)"
    if n < 3 or k < 2:
        reason = f"{n} persons rated by all of {k} raters; at least 3 persons and 2 raters are needed"
    elif (np.ptp(rows, axis=0) == 0).all():
        reason = "every rater gave everybody the same mark, so there is no order"
    else:
        reason = ""
    if reason:
        nothing = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        return Concordance(w=nothing, chi_square=None, df=max(n - 1, 0), p_value=None)
    codes = [np.unique(column, return_inverse=True)[1] for column in rows.T]
    value = _w(codes, np.ones(n), ties=ties)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [_w(codes, rng.multinomial(n, np.full(n, 1 / n)).astype(np.float64), ties=ties) for _ in range(resamples)]
    )
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < max(resamples / 2, 2):
        reason = "W does not exist in most resamples of these persons"
        nothing = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        return Concordance(w=nothing, chi_square=None, df=n - 1, p_value=None)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    estimate = estimated(
        value=value,
        standard_error=float(drawn.std(ddof=1)),
        interval=(float(low), float(high)),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
    chi_square = k * (n - 1) * value
    return Concordance(w=estimate, chi_square=chi_square, df=n - 1, p_value=float(special.chdtrc(n - 1, chi_square)))


def _w(codes: list[npt.NDArray[np.intp]], weight: FloatArray, *, ties: bool) -> float:
    """W when person i counts `weight[i]` times: ranks come from the weighted counts of each mark."""
    n, k = float(weight.sum()), len(codes)
    rank_sums, tied = np.zeros(len(weight)), 0.0
    for code in codes:
        counts = np.bincount(code, weights=weight)
        rank_sums += (np.cumsum(counts) - (counts - 1) / 2)[code]
        tied += float((counts**3 - counts).sum())
    spread = float(weight @ (rank_sums - k * (n + 1) / 2) ** 2)
    room = k**2 * (n**3 - n) - (k * tied if ties else 0.0)
    return 12 * spread / room if room > 1e-9 * k**2 * n**3 else float("nan")
