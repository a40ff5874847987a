"""Product-moment correlations of items, each pair over the persons who answered both."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray


@dataclass(frozen=True, eq=False)
class PairwiseCorrelation:
    """Correlations (items × items, 1 on the diagonal) and the number of persons behind each.

    A pair is NaN where fewer than two persons answered both, or where one of the two does not vary among them.
    """

    matrix: FloatArray
    together: npt.NDArray[np.int64]


def pairwise_correlation(values: FloatArray) -> PairwiseCorrelation:
    """Correlations of the columns; means and variances are those of the persons who have both values (NaN = missing).

    Examples
    --------
    >>> pairwise_correlation(np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 2.0], [4.0, np.nan]])).matrix.round(3).tolist()
    [[1.0, 0.756], [0.756, 1.0]]
    """
    seen = np.isfinite(values)
    if seen.all():
        together = np.full((values.shape[1], values.shape[1]), float(len(values)))
        centred = values - values.mean(axis=0) if len(values) else values
        products = centred.T @ centred
        squares = np.broadcast_to(np.diag(products)[:, None], products.shape)
    else:
        mask = seen.astype(np.float64)
        centre = np.where(seen, values, 0.0).sum(axis=0) / np.maximum(mask.sum(axis=0), 1.0)
        centred = np.where(seen, values - centre, 0.0)
        together = mask.T @ mask
        # sums[j, k] and squares[j, k]: item j over the persons who also answered k
        sums, squares = centred.T @ mask, (centred**2).T @ mask
        count = np.maximum(together, 1.0)
        products = centred.T @ centred - sums * sums.T / count
        squares = np.maximum(squares - sums**2 / count, 0.0)
    scale = np.sqrt(squares * squares.T)
    moves = squares > 1e-12 * np.maximum(together, 1.0)
    varies = (together >= 2) & moves & moves.T
    matrix = np.divide(products, scale, out=np.full(products.shape, np.nan), where=varies)
    matrix[np.diag_indices(len(matrix))] = 1.0
    return PairwiseCorrelation(matrix=np.clip(matrix, -1.0, 1.0), together=np.rint(together).astype(np.int64))


def positive_definite(correlations: FloatArray, least: float = 1e-10) -> FloatArray:
    """The matrix with eigenvalues below `least` raised to it, scaled back to 1 on the diagonal; itself when none is.

    Pairs estimated apart from each other need not make a correlation matrix. Source: Knol & Berger (1991), Multivariate
    Behavioral Research 26, 457–477.

    Examples
    --------
    >>> bent = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    >>> bool(np.linalg.eigvalsh(positive_definite(bent))[0] > 0), positive_definite(np.eye(2)).tolist()
    (True, [[1.0, 0.0], [0.0, 1.0]])
    """
    values, vectors = np.linalg.eigh(correlations)
    if values[0] >= least:
        return correlations
    bent = (vectors * np.maximum(values, least)) @ vectors.T
    scale = np.sqrt(np.diag(bent))
    return np.asarray(bent / np.outer(scale, scale))
