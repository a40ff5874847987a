"""Log-linear presmoothing: distributions that keep the first moments of the data and lose their roughness."""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError

SOURCE = "Holland & Thayer (2000), Journal of Educational and Behavioral Statistics 25, 133–183"

STEPS = 100
# relative difference of every fitted and observed moment at which a fit is done
EXACT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """A log-linear fit.

    Attributes
    ----------
    shares
        Fitted shares in the shape of the counts; they sum to 1.
    root
        C with C·Cᵀ the large-sample covariance of the (flattened) shares, cells × parameters.
    likelihood_ratio, degrees_of_freedom, aic
        G² = 2Σ n ln(n/m) against the saturated model, its degrees of freedom, and G² + 2·(parameters + 1).
    converged
        Whether the fitted moments equal the observed ones.
    """

    shares: FloatArray
    root: FloatArray
    likelihood_ratio: float
    degrees_of_freedom: int
    aic: float
    converged: bool

    @property
    def doubt(self) -> str:
        """Why the fit is not to be relied on; empty when it is."""
        return "" if self.converged else "the presmoothing did not converge; take a lower degree"


def unsmoothed(counts: FloatArray) -> Smoothed:
    """The observed shares, in the same form: a saturated fit."""
    shares = counts / counts.sum()
    flat = shares.ravel()
    root = (np.diag(np.sqrt(flat)) - np.outer(flat, np.sqrt(flat))) / np.sqrt(counts.sum())
    free = int(np.count_nonzero(flat))
    return Smoothed(shares, root, likelihood_ratio=0.0, degrees_of_freedom=0, aic=2.0 * free, converged=True)


def log_linear(counts: FloatArray, degree: int) -> Smoothed:
    """Smooth one distribution, keeping its first `degree` moments.

    Parameters
    ----------
    counts
        Persons with each score of the scale.
    degree
        Highest power of the score; at least 1, less than the number of different scores seen.

    Raises
    ------
    ResponseError
        `not_a_degree`; `degree_too_high` when the scores seen cannot determine so many moments.

    Examples
    --------
    >>> rough = np.array([1.0, 4, 2, 8, 5, 9, 3, 2])
    >>> smooth = log_linear(rough, 2)
    >>> scores = np.arange(8)
    >>> bool(np.isclose(smooth.shares @ scores, rough @ scores / rough.sum()))
    True
    """
    _allowed(degree, counts, "scores")
    return _fitted(counts, _powers(len(counts), degree))


def log_linear_joint(counts: FloatArray, degrees: tuple[int, int], cross: int = 1) -> Smoothed:
    """Smooth a joint distribution of form score (rows) and anchor score (columns).

    Parameters
    ----------
    counts
        Persons with each pair of scores.
    degrees
        Moments kept of the form score and of the anchor score.
    cross
        Products xᵖvᵠ kept for p, q ≤ `cross`; 1 keeps the covariance, 0 makes the two independent.

    Raises
    ------
    ResponseError
        `not_a_degree`, `degree_too_high`.
    """
    _allowed(degrees[0], counts.sum(axis=1), "form scores")
    _allowed(degrees[1], counts.sum(axis=0), "anchor scores")
    if not 0 <= cross <= min(degrees):
        sentence = f"cross degree {cross}; it is at least 0 and not above the degrees {degrees[0]} and {degrees[1]}"
        raise ResponseError("not_a_degree", sentence)
    height, width = counts.shape
    form = np.repeat(_powers(height, degrees[0]), width, axis=0)
    anchor = np.tile(_powers(width, degrees[1]), (height, 1))
    products = [form[:, [p]] * anchor[:, [q]] for p in range(cross) for q in range(cross)]
    return _fitted(counts, np.column_stack([form, anchor, *products]))


def _allowed(degree: int, counts: FloatArray, what: str) -> None:
    if degree < 1:
        raise ResponseError("not_a_degree", f"degree {degree}; presmoothing keeps at least 1 moment")
    seen = int(np.count_nonzero(counts))
    if degree >= seen:
        sentence = f"presmoothing of degree {degree} needs at least {degree + 1} different {what}; there are {seen}"
        raise ResponseError("degree_too_high", sentence)


def _powers(length: int, degree: int) -> FloatArray:
    """Orthogonal polynomials over the scale: they span the powers, and a computer can tell them apart."""
    position = np.linspace(-1.0, 1.0, length) if length > 1 else np.zeros(1)
    raw = np.vander(position, degree + 1, increasing=True)
    basis, _ = np.linalg.qr(raw)
    return np.asarray(basis[:, 1:] * np.sqrt(length))


def _fitted(counts: FloatArray, basis: FloatArray) -> Smoothed:
    """Newton's method for the multinomial likelihood; each step is halved until the likelihood does not fall."""
    flat, n = counts.ravel(), float(counts.sum())
    observed = flat / n
    target = basis.T @ observed
    weights = np.zeros(basis.shape[1])

    def shares_of(candidate: FloatArray) -> tuple[FloatArray, float]:
        exponent = basis @ candidate
        top = exponent.max()
        mass = np.exp(exponent - top)
        total = mass.sum()
        return mass / total, float(target @ candidate - top - np.log(total))

    shares, likelihood = shares_of(weights)
    converged = False
    for _ in range(STEPS):
        gap = target - basis.T @ shares
        converged = bool(np.abs(gap).max() <= EXACT)
        if converged:
            break
        centred = basis - basis.T @ shares
        information = centred.T @ (centred * shares[:, None])
        step = _solved(information, gap)
        length = 1.0
        while length > 1e-8:
            proposed, reached = shares_of(weights + length * step)
            # a hair of tolerance: near the optimum the likelihood is flat to rounding
            if reached >= likelihood - 1e-13:
                break
            length /= 2
        weights, shares, likelihood = weights + length * step, proposed, reached
    expected = n * shares
    present = flat > 0
    ratio = 2 * float(flat[present] @ np.log(flat[present] / expected[present]))
    parameters = basis.shape[1]
    return Smoothed(
        shares=shares.reshape(counts.shape),
        root=_root(shares, basis, n),
        likelihood_ratio=max(ratio, 0.0),
        degrees_of_freedom=len(flat) - parameters - 1,
        aic=ratio + 2 * (parameters + 1),
        converged=converged,
    )


def _root(shares: FloatArray, basis: FloatArray, n: float) -> FloatArray:
    """C = D(√p)·Q/√n, with Q·R the decomposition of (D(√p) − √p·pᵀ)·basis (Holland & Thayer)."""
    scale = np.sqrt(shares)[:, None]
    orthogonal, _ = np.linalg.qr(scale * (basis - basis.T @ shares))
    return np.asarray(scale * orthogonal / np.sqrt(n))


def _solved(information: FloatArray, gap: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(information, gap))
    except np.linalg.LinAlgError:  # moments that the counts do not tell apart: the shortest step
        return np.asarray(np.linalg.lstsq(information, gap, rcond=None)[0])
