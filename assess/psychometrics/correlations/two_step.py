"""The second step of polychoric correlations: the correlation that makes each two-way table most likely, and its error."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.correlations import bivariate_normal
from assess.psychometrics.responses import BoolArray, FloatArray

# the largest correlation that is looked for; one that ends here is on its way to 1
HIGHEST = 0.9999
MOST_STEPS = 100
CLOSE = 1e-13
LEAST_PROBABILITY = 1e-15


@dataclass(frozen=True, eq=False)
class PairTables:
    """Two-way tables of many pairs, padded to the same number of categories.

    Attributes
    ----------
    counts
        pairs × categories × categories.
    rows, columns
        Where the categories of the first and the second item begin and end on the normal scale, pairs × (categories + 1),
        from −∞ to ∞; padded with ∞.
    """

    counts: FloatArray
    rows: FloatArray
    columns: FloatArray

    def probability(self, correlation: FloatArray) -> FloatArray:
        """Of each cell, given each pair's correlation."""
        corners = bivariate_normal.below(self.rows[:, :, None], self.columns[:, None, :], correlation[:, None, None])
        return np.maximum(_cells(corners), LEAST_PROBABILITY)

    def slope(self, correlation: FloatArray) -> FloatArray:
        """Derivative of each cell's probability by the correlation."""
        return _cells(
            bivariate_normal.density(self.rows[:, :, None], self.columns[:, None, :], correlation[:, None, None])
        )


def most_likely(tables: PairTables) -> FloatArray:
    """The correlation of each table: Fisher scoring, halving a bracket where it leads out of it.

    Examples
    --------
    >>> half = np.array([[-np.inf, 0.0, np.inf]])
    >>> most_likely(PairTables(np.array([[[100.0, 50.0], [50.0, 100.0]]]), half, half)).round(6).tolist()
    [0.5]
    """
    pairs = len(tables.counts)
    low, high, found = np.full(pairs, -HIGHEST), np.full(pairs, HIGHEST), np.zeros(pairs)
    active = np.arange(pairs)
    n = tables.counts.sum(axis=(1, 2))
    for _ in range(MOST_STEPS):
        if not len(active):
            break
        part = PairTables(tables.counts[active], tables.rows[active], tables.columns[active])
        at = found[active]
        probability, slope = part.probability(at), part.slope(at)
        score = (part.counts * slope / probability).sum(axis=(1, 2))
        information = n[active] * (slope**2 / probability).sum(axis=(1, 2))
        low[active], high[active] = np.where(score > 0, at, low[active]), np.where(score > 0, high[active], at)
        step = at + score / np.maximum(information, 1e-300)
        inside = (step > low[active]) & (step < high[active])
        following = np.where(inside, step, (low[active] + high[active]) / 2)
        found[active] = following
        active = active[np.abs(following - at) > CLOSE]
    return found


def standard_error(tables: PairTables, correlation: FloatArray) -> FloatArray:
    """Standard error of each correlation, the thresholds being estimated from the same table's margins.

    A person's influence on ρ̂ is (s_ab − Σ_m B_m·([a ≤ m] − C_m) − the same for columns)/A, with s = P'/P, A = ΣP'²/P, C the
    cumulative share and B_m = Σ_b (s_mb − s_{m+1,b})·P(Y = b | X = τ_m); the variance is its mean square over n.
    """
    probability, slope = tables.probability(correlation), tables.slope(correlation)
    score = slope / probability
    information = (slope**2 / probability).sum(axis=(1, 2))
    n = tables.counts.sum(axis=(1, 2))
    share = tables.counts / np.maximum(n, 1.0)[:, None, None]
    influence = score - _through_thresholds(tables.rows, tables.columns, correlation, score)
    influence -= _through_thresholds(tables.columns, tables.rows, correlation, score.swapaxes(1, 2)).swapaxes(1, 2)
    mean = (share * influence).sum(axis=(1, 2), keepdims=True)
    square = (share * (influence - mean) ** 2).sum(axis=(1, 2))
    return np.asarray(np.sqrt(square / np.maximum(n, 1.0)) / np.maximum(information, 1e-300))


def _through_thresholds(
    rows: FloatArray, columns: FloatArray, correlation: FloatArray, score: FloatArray
) -> FloatArray:
    """Σ_m B_m·([a ≤ m] − C_m) for each row category a, pairs × categories × 1."""
    inner = rows[:, 1:-1]
    real: BoolArray = np.isfinite(inner)
    place = np.where(real, inner, 0.0)[:, :, None]
    rho = correlation[:, None, None]
    at = (np.clip(columns, -bivariate_normal.FAR, bivariate_normal.FAR)[:, None, :] - rho * place) / np.sqrt(1 - rho**2)
    given = np.diff(special.ndtr(at), axis=2)  # P(Y = b | X = τ_m)
    weight = np.where(real, ((score[:, :-1] - score[:, 1:]) * given).sum(axis=2), 0.0)
    categories = rows.shape[1] - 1
    reached = np.arange(categories)[:, None] <= np.arange(categories - 1)
    below = reached[None] - special.ndtr(inner)[:, None, :]
    return np.asarray((below * weight[:, None, :]).sum(axis=2, keepdims=True))


def _cells(corners: FloatArray) -> FloatArray:
    return np.asarray(np.diff(np.diff(corners, axis=1), axis=2))


def places(cumulative: npt.ArrayLike) -> FloatArray:
    """Φ⁻¹ of cumulative shares; ±∞ at 0 and 1."""
    return np.asarray(special.ndtri(np.clip(np.asarray(cumulative, dtype=np.float64), 0.0, 1.0)))
