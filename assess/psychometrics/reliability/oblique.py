"""Several common factors: minimum-residual extraction, oblimin rotation and the Schmid–Leiman transformation."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from assess.psychometrics.responses import FloatArray

SMALLEST_UNIQUENESS = 0.005
"""Uniquenesses of standardised items are kept at or above this, as psych's minres does; on the bound is a Heywood case."""
MOST_TURNS = 2_000


@dataclass(frozen=True, eq=False, kw_only=True)
class SchmidLeiman:
    """Orthogonal general and group factors of standardised items.

    Attributes
    ----------
    general, group
        Loadings on the general factor (items) and on what is left of each group factor (items × factors).
    uniquenesses
        What no factor explains of each item's variance of 1.
    factor_correlations
        Between the oblique factors, before the general factor is taken out.
    heywood
        Items (from 0) whose uniqueness stands on its bound.
    converged
        Whether extraction and rotation both reached a stationary point.
    """

    general: FloatArray
    group: FloatArray
    uniquenesses: FloatArray
    factor_correlations: FloatArray
    heywood: tuple[int, ...]
    converged: bool


def schmid_leiman(correlation: FloatArray, factors: int) -> SchmidLeiman:
    """Extract, rotate and split into a general and group factors.

    With two factors the general loadings are not identified and are set equal, √|φ| each.

    Examples
    --------
    >>> general, group = np.full(6, 0.6), np.kron(np.eye(3), np.full((2, 1), 0.5))
    >>> correlation = np.outer(general, general) + group @ group.T
    >>> np.fill_diagonal(correlation, 1.0)
    >>> schmid_leiman(correlation, 3).general.round(3).tolist()
    [0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    """
    loadings, heywood, extracted = minimum_residual(correlation, factors)
    if factors == 1:
        communality = loadings[:, 0] ** 2
        general = loadings[:, 0] * (1.0 if loadings.sum() >= 0 else -1.0)
        return SchmidLeiman(
            general=general,
            group=np.zeros((len(general), 1)),
            uniquenesses=1 - communality,
            factor_correlations=np.eye(1),
            heywood=heywood,
            converged=extracted,
        )
    pattern, among, rotated = oblimin(loadings)
    signs = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    pattern, among = pattern * signs, among * np.outer(signs, signs)
    if factors == 2:
        r = float(among[0, 1])
        second_order, second = np.sqrt(abs(r)) * np.array([1.0, np.sign(r) or 1.0]), True
    else:
        higher, _, second = minimum_residual(among, 1)
        second_order = higher[:, 0] * (1.0 if higher.sum() >= 0 else -1.0)
    return SchmidLeiman(
        general=pattern @ second_order,
        group=pattern * np.sqrt(np.maximum(1 - second_order**2, 0.0)),
        uniquenesses=1 - (loadings**2).sum(axis=1),
        factor_correlations=among,
        heywood=heywood,
        converged=extracted and rotated and second,
    )


def minimum_residual(correlation: FloatArray, factors: int) -> tuple[FloatArray, tuple[int, ...], bool]:
    """Loadings that leave the smallest squared residual correlations (unweighted least squares; Harman & Jones 1966)."""
    start = np.clip(1 / np.diag(np.linalg.pinv(correlation)), SMALLEST_UNIQUENESS, 1.0) * (
        1 - 0.5 * factors / len(correlation)
    )

    def residual(uniquenesses: FloatArray) -> tuple[float, FloatArray]:
        values, vectors = np.linalg.eigh(correlation - np.diag(uniquenesses))
        rest, directions = values[:-factors], vectors[:, :-factors]
        kept = np.minimum(values[-factors:], 0.0)  # a negative root cannot be a factor: it stays in the residual
        slope = -(directions**2) @ rest - (vectors[:, -factors:] ** 2) @ kept
        return float((rest**2).sum() + (kept**2).sum()) / 2, slope

    found = optimize.minimize(
        residual,
        np.clip(start, SMALLEST_UNIQUENESS, 1.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(SMALLEST_UNIQUENESS, 1.0)] * len(correlation),
        options={"maxiter": 1_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    values, vectors = np.linalg.eigh(correlation - np.diag(found.x))
    loadings = vectors[:, -factors:][:, ::-1] * np.sqrt(np.maximum(values[-factors:][::-1], 0.0))
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    heywood = tuple(int(item) for item in np.flatnonzero(found.x <= SMALLEST_UNIQUENESS * 1.0001))
    free = (found.x > SMALLEST_UNIQUENESS * 1.0001) & (found.x < 1.0)
    slope = residual(found.x)[1]
    return loadings, heywood, bool(np.abs(slope[free]).max(initial=0.0) < 1e-4)


def oblimin(loadings: FloatArray) -> tuple[FloatArray, FloatArray, bool]:
    """Direct oblimin with gamma 0 (quartimin) by gradient projection: pattern and factor correlations.

    Jennrich & Sampson (1966), Psychometrika 31, 313–323; Jennrich (2002), Psychometrika 67, 7–19. The rotation starts
    from varimax, and factors are of unit variance.
    """
    factors = loadings.shape[1]
    others = 1 - np.eye(factors)
    turn = varimax(loadings)
    pace, converged = 1.0, False

    def criterion(turned: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        pattern = loadings @ np.linalg.inv(turned).T
        product = pattern**2 @ others
        return float((pattern**2 * product).sum()) / 4, pattern, pattern * product

    value, pattern, slope = criterion(turn)
    for _ in range(MOST_TURNS):
        gradient = -(pattern.T @ slope @ np.linalg.inv(turn)).T
        projected = gradient - turn * (turn * gradient).sum(axis=0)
        size = float(np.sqrt((projected**2).sum()))
        if size < 1e-7:
            converged = True
            break
        pace *= 2
        for _ in range(40):
            tried = turn - pace * projected
            tried = tried / np.sqrt((tried**2).sum(axis=0))
            if abs(np.linalg.det(tried)) > 1e-8:
                after = criterion(tried)
                if after[0] < value - 0.5 * size**2 * pace:
                    break
            pace /= 2
        else:
            converged = size < 1e-5
            break
        turn, (value, pattern, slope) = tried, after
    return pattern, turn.T @ turn, converged


def varimax(loadings: FloatArray) -> FloatArray:
    """The orthogonal rotation of Kaiser's raw varimax, factors × factors."""
    items, factors = loadings.shape
    turn = np.eye(factors)
    before = 0.0
    for _ in range(MOST_TURNS):
        rotated = loadings @ turn
        left, sizes, right = np.linalg.svd(loadings.T @ (rotated**3 - rotated * (rotated**2).sum(axis=0) / items))
        turn = left @ right
        if sizes.sum() < before * (1 + 1e-12):
            break
        before = float(sizes.sum())
    return np.asarray(turn)
