"""How sure variance components are: covariances of the estimates, and intervals for sums and differences of mean squares."""

import numpy as np
from scipy import sparse, stats

from assess.psychometrics.gtheory.anova import Layout, Table
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import normal_interval

# up to here the covariance matrix of all scores is written out; beyond it the estimates are simulated
LARGEST = 3_200
DRAWS = 400
SEED = 20_260


def covariance_balanced(table: Table) -> FloatArray:
    """Components are C·MS, and a mean square has the unbiased variance estimate 2·MS²/(df + 2) (Brennan 2001, 6.1.1)."""
    weights = np.linalg.inv(table.expected)
    return np.asarray((weights * (2 * table.mean_squares**2 / (table.df + 2))) @ weights.T)


def covariance_unbalanced(layout: Layout, components: FloatArray, coefficients: FloatArray) -> FloatArray:
    r"""Covariances of components from quadratic forms, all effects normal with the estimated variances.

    Notes
    -----
    Cov(y′Ay, y′By) = 2 tr(AVBV) (Searle, Casella & McCulloch 1992, Variance components, app. S.5). A is the projection
    on the levels of an effect less the one on the mean. More than 3 200 scores: 400 seeded draws instead (the standard
    errors are then known to 4 %).
    """
    positive = np.maximum(components, 0.0)
    forms = _forms_simulated(layout, positive) if len(layout.scores) > LARGEST else _forms(layout, positive)
    weights = np.linalg.inv(coefficients)
    return np.asarray(weights @ forms @ weights.T)


def _forms(layout: Layout, components: FloatArray) -> FloatArray:
    size = len(layout.scores)
    spread = np.zeros((size, size))
    for codes, component in zip(layout.groups, components, strict=True):
        spread += component * (codes[:, None] == codes[None, :])
    rows = np.arange(size)
    projections = [np.full((1, size), size**-0.5)] + [
        sparse.csr_matrix((count[codes] ** -0.5, (codes, rows)), shape=(len(count), size))
        for codes, count in zip(layout.groups, layout.counts, strict=True)
    ]
    norms = np.zeros((len(projections), len(projections)))
    for a, one in enumerate(projections):
        carried = one @ spread
        for b, other in enumerate(projections[: a + 1]):
            norms[a, b] = norms[b, a] = float(((other @ carried.T) ** 2).sum())
    centred: FloatArray = norms[1:, 1:] - norms[:1, 1:] - norms[1:, :1] + norms[0, 0]
    return 2 * centred


def _forms_simulated(layout: Layout, components: FloatArray) -> FloatArray:
    rng = np.random.default_rng(SEED)
    drawn = np.zeros((DRAWS, len(components)))
    for draw in range(DRAWS):
        scores = np.zeros(len(layout.scores))
        for codes, levels, component in zip(layout.groups, layout.levels, components, strict=True):
            scores += component**0.5 * rng.standard_normal(levels)[codes]
        drawn[draw] = layout.forms(scores)
    return np.atleast_2d(np.cov(drawn, rowvar=False))


def satterthwaite(value: float, se: float, level: float) -> tuple[float, float]:
    """The chi-square interval with 2(value/se)² degrees of freedom; below 1 of them (or a negative value) value ± z·se."""
    if value <= 0 or se <= 0 or 2 * (value / se) ** 2 < 1:
        return normal_interval(value, se, level)
    df = 2 * (value / se) ** 2
    low, high = stats.chi2.ppf([0.5 + level / 2, 0.5 - level / 2], df)
    return float(df * value / low), float(df * value / high)


def modified_large_sample(weights: FloatArray, table: Table, level: float) -> tuple[float, float]:
    r"""The interval of Ting, Burdick, Graybill, Jeyaratnam & Lu (1990) for Σ weight·MS, signs free.

    Notes
    -----
    Exact for one mean square; holds its level well for differences, also with few degrees of freedom.
    """
    used = np.abs(weights) > 1e-12 * np.abs(weights).max()
    parts, df = (weights * table.mean_squares)[used], table.df[used]
    value, tail = float(parts.sum()), (1 - level) / 2
    below = _reach(parts, df, tail)
    above = _reach(-parts, df, tail)
    return value - below, value + above


def _reach(parts: FloatArray, df: FloatArray, tail: float) -> float:
    """How far the lower limit lies below: positive parts may be too large, negative parts too small."""
    plus, minus = parts > 0, parts < 0
    up, down = parts[plus], -parts[minus]
    n_up, n_down = df[plus], df[minus]
    g = 1 - n_up / stats.chi2.ppf(1 - tail, n_up)
    h = n_down / stats.chi2.ppf(tail, n_down) - 1
    variance = float((g**2 * up**2).sum() + (h**2 * down**2).sum())
    for q in range(len(up)):
        for r in range(len(down)):
            f = stats.f.ppf(1 - tail, n_up[q], n_down[r])
            variance += ((f - 1) ** 2 - g[q] ** 2 * f**2 - h[r] ** 2) / f * up[q] * down[r]
        for s in range(q + 1, len(up)):
            both = n_up[q] + n_up[s]
            joint = (1 - both / stats.chi2.ppf(1 - tail, both)) ** 2 * both**2 / (n_up[q] * n_up[s])
            star = joint - g[q] ** 2 * n_up[q] / n_up[s] - g[s] ** 2 * n_up[s] / n_up[q]
            variance += star / max(len(up) - 1, 1) * up[q] * up[s]
    return float(np.sqrt(max(variance, 0.0)))
