"""All pairs of persons at once: how far each pair's number of identical answers lies above the model's expectation.

Three ideas make fifty million pairs a matter of a second. An answer is written as a contrast of its item's options, so
that one matrix product counts matches. Expectation and variance depend on two abilities only and are smooth in both, so
that ten or so products of smooth functions give them to six digits. And pairs are looked at in tiles that stay in the
processor's cache; only those far out are kept, and get their exact probability later.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.forensics.options import Options
from assess.psychometrics.irt.expectation import Floats
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray

TILE = 1024
# of a product of smooth functions that is left out, relative to the largest
NEGLIGIBLE = 1e-7
# a pair whose variance is not above this has no item in common, or nothing that could differ
LEAST = np.float32(1e-6)
LIMITS = np.array([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Factors:
    """deviation = left·rightᵀ, variance = left·rightᵀ + constant, one row per person."""

    deviation: tuple[Floats, Floats]
    variance: tuple[Floats, Floats]
    constant: float


@dataclass(eq=False)
class Screened:
    """Pairs beyond the limit, and what all pairs look like.

    Attributes
    ----------
    pairs, z
        Of the pairs above the limit; z is rounded to single precision.
    counts
        Pairs above each of LIMITS.
    total, sum, squares
        Number of pairs, Σ z and Σ z².
    """

    pairs: IntArray
    z: FloatArray
    counts: IntArray
    total: int
    sum: float
    squares: float


def factors(options: Options) -> Factors:
    """What the tiles multiply."""
    assert options.calibration.fitted is not None
    seen = options.chosen >= 0
    theta = np.where(np.isfinite(options.theta), options.theta, 0.0)
    probability = options.probability(theta)
    count = probability.shape[2]
    contrast = _contrasts(count)
    items = np.arange(probability.shape[1])
    observed = np.where(seen[:, :, None], contrast[np.maximum(options.chosen, 0)], 0.0)
    expected = np.where(seen[:, :, None], probability @ contrast, 0.0)
    first, second = np.triu_indices(count)
    double = np.where(first == second, 1.0, np.sqrt(2.0))
    squared = np.where(seen[:, :, None], probability[:, :, first] * probability[:, :, second] * double, 0.0)
    flat = [part.reshape(len(theta), part.shape[1] * part.shape[2]) for part in (observed, expected, squared)]
    constant = len(items) / count
    if seen.all():
        flat[1:] = [_fewer(part) for part in flat[1:]]
    else:
        constant = 0.0
        flat.append(seen / np.sqrt(count))
    one = [np.ascontiguousarray(part, dtype=np.float32) for part in flat]
    mean = [one[1], *one[3:]]
    return Factors(
        deviation=(np.hstack([one[0], one[1]]), np.hstack([one[0], -one[1]])),
        variance=(np.hstack([*mean, one[2]]), np.hstack([*mean, -one[2]])),
        constant=constant,
    )


def screen(options: Options, limit: float, *, workers: int = 1) -> Screened:
    """Look at every pair once; keep those with z of at least `limit`.

    z is (matches − expected)/√variance. A pair without a common item has z = 0 and does not count.
    """
    known = np.flatnonzero((options.chosen >= 0).any(axis=1))
    parts = factors(options)
    parts = Factors(
        (parts.deviation[0][known], parts.deviation[1][known]),
        (parts.variance[0][known], parts.variance[1][known]),
        parts.constant,
    )

    def run(tile: tuple[int, int]) -> Screened:
        return _tile(parts, tile[0], tile[1], np.float32(limit))

    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(run, _tiles(len(known))))
    else:
        found = [run(tile) for tile in _tiles(len(known))]
    if not found:
        none = np.zeros((0, 2), dtype=np.int64)
        return Screened(none, np.zeros(0), np.zeros(len(LIMITS), dtype=np.int64), 0, 0.0, 0.0)
    pairs = np.concatenate([part.pairs for part in found])
    return Screened(
        pairs=known[pairs],
        z=np.concatenate([part.z for part in found]),
        counts=np.sum([part.counts for part in found], axis=0),
        total=sum(part.total for part in found),
        sum=float(sum(part.sum for part in found)),
        squares=float(sum(part.squares for part in found)),
    )


def _tiles(persons: int) -> Iterator[tuple[int, int]]:
    for row in range(0, persons, TILE):
        for column in range(row, persons, TILE):
            yield row, column


def _tile(parts: Factors, row: int, column: int, limit: np.float32) -> Screened:
    rows, columns = slice(row, row + TILE), slice(column, column + TILE)
    z = parts.deviation[0][rows] @ parts.deviation[1][columns].T
    spread = parts.variance[0][rows] @ parts.variance[1][columns].T
    spread += np.float32(parts.constant)
    unknown = spread <= LEAST
    np.maximum(spread, LEAST, out=spread)
    np.sqrt(spread, out=spread)
    z /= spread
    if row == column:
        unknown |= np.tri(len(z), dtype=bool)  # each pair once: neither the lower triangle nor the diagonal
    flat = z.ravel()
    if unknown.any():
        z[unknown] = np.nan
        flat = z[~unknown]
    place = np.flatnonzero(z >= limit)
    first, second = np.divmod(place, z.shape[1])
    return Screened(
        pairs=np.column_stack([first + row, second + column]),
        z=z.ravel()[place].astype(np.float64),
        counts=np.array([np.count_nonzero(flat > value) for value in LIMITS], dtype=np.int64),
        total=len(flat),
        sum=float(flat.sum(dtype=np.float64)),
        squares=float(np.dot(flat, flat)),
    )


def _contrasts(options: int) -> FloatArray:
    """Options × (options − 1) with rows c: c_k·c_l = (k = l) − 1/options. Helmert's.

    >>> _contrasts(2).round(3).tolist()
    [[0.707], [-0.707]]
    """
    found = np.zeros((options, options - 1))
    for k in range(1, options):
        found[:k, k - 1] = 1.0
        found[k, k - 1] = -k
        found[:, k - 1] /= np.sqrt(k * (k + 1))
    return found


def _fewer(features: FloatArray) -> FloatArray:
    """The same products of rows from fewer columns: the features are smooth in one ability, so nearly of low rank."""
    gram = features.T @ features
    value, vector = np.linalg.eigh(gram)
    kept = value > NEGLIGIBLE**2 * value[-1] if len(value) else np.zeros(0, dtype=bool)
    return np.asarray(features @ vector[:, kept])
