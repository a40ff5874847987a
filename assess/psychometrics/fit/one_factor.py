"""One common factor by least squares (minres), for many correlation matrices at once."""

import numpy as np

from assess.psychometrics.responses import FloatArray

MINRES_SOURCE = "Harman & Jones (1966), Psychometrika 31, 351–368"
# as psych has it: a uniqueness below this is a Heywood case and is held there
LEAST_UNIQUENESS = 0.005
SWEEPS = 30
MOST_STEPS = 60
CLOSE = 1e-10


def minres_loadings(correlations: FloatArray) -> FloatArray:
    r"""Loadings λ that minimise Σ_{i<j}(r_ij − λ_iλ_j)², matrices × items.

    Parameters
    ----------
    correlations
        matrices × items × items.

    Notes
    -----
    Some sweeps of one loading at a time, λ_i = Σ_{j≠i} r_ij λ_j/Σ_{j≠i} λ_j², then Newton's method, damped where it does
    not descend. |λ| is at most √0.995. The sign is that of the larger part of the items.

    Examples
    --------
    >>> true = np.array([0.9, 0.6, 0.5, 0.4])
    >>> table = np.outer(true, true)
    >>> np.fill_diagonal(table, 1.0)
    >>> minres_loadings(table[None]).round(6).tolist()
    [[0.9, 0.6, 0.5, 0.4]]
    """
    off = correlations * (1 - np.eye(correlations.shape[-1]))
    most = np.sqrt(1 - LEAST_UNIQUENESS)
    loadings = _start(correlations, most)
    for _ in range(SWEEPS):
        for i in range(loadings.shape[1]):
            others = (loadings**2).sum(axis=1) - loadings[:, i] ** 2
            top = np.einsum("mj,mj->m", off[:, i], loadings)
            loadings[:, i] = np.clip(top / np.maximum(others, 1e-12), -most, most)
    loadings = _polished(off, loadings, most)
    sign = np.where(loadings.sum(axis=1) < 0, -1.0, 1.0)
    return loadings * sign[:, None]


def reduced_eigenvalues(correlations: FloatArray) -> FloatArray:
    """Eigenvalues of each matrix with one factor's communalities on its diagonal, largest first, matrices × items."""
    reduced = correlations.copy()
    items = np.arange(reduced.shape[-1])
    reduced[:, items, items] = minres_loadings(correlations) ** 2
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1])


def _start(correlations: FloatArray, most: float) -> FloatArray:
    """The first principal component, shortened."""
    values, vectors = np.linalg.eigh(correlations)
    first = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:] - 1, 0.1))
    return np.asarray(np.clip(first, -most, most))


def _polished(off: FloatArray, loadings: FloatArray, most: float) -> FloatArray:
    """Newton's method on ¼Σ_{i≠j}(r_ij − λ_iλ_j)², loadings at their limit held."""
    items = loadings.shape[1]
    eye = np.eye(items)
    damping = np.full(len(loadings), 1e-9)
    value = _value(off, loadings)
    for _ in range(MOST_STEPS):
        product = loadings[:, :, None] * loadings[:, None, :]
        gap = (off - product) * (1 - eye)
        gradient = -np.einsum("mij,mj->mi", gap, loadings)
        held = (np.abs(loadings) >= most) & (gradient * loadings < 0)
        gradient = np.where(held, 0.0, gradient)
        if np.abs(gradient).max(initial=0.0) < CLOSE:
            break
        curvature = (product - gap) * (1 - eye)
        squares = (loadings**2).sum(axis=1, keepdims=True) - loadings**2
        curvature += (squares + damping[:, None])[:, :, None] * eye
        free = (~held[:, :, None] & ~held[:, None, :]).astype(np.float64)
        curvature = curvature * free + held[:, :, None] * eye
        step = np.linalg.solve(curvature, -gradient[:, :, None])[:, :, 0]
        following = np.clip(loadings + step, -most, most)
        reached = _value(off, following)
        better = reached <= value + 1e-15
        loadings = np.where(better[:, None], following, loadings)
        value = np.where(better, reached, value)
        damping = np.clip(np.where(better, damping / 10, np.maximum(damping, 1e-4) * 10), 1e-12, 1e6)
    return loadings


def _value(off: FloatArray, loadings: FloatArray) -> FloatArray:
    items = loadings.shape[1]
    gap = (off - loadings[:, :, None] * loadings[:, None, :]) * (1 - np.eye(items))
    return np.asarray((gap**2).sum(axis=(1, 2)) / 4)
