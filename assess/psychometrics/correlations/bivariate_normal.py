"""The standard bivariate normal distribution, for whole arrays."""

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.responses import FloatArray

# beyond this a normal variable leaves nothing: 1 − Φ is below 1e-300
FAR = 37.0


def density(h: npt.ArrayLike, k: npt.ArrayLike, correlation: npt.ArrayLike) -> FloatArray:
    """φ₂(h, k; ρ); 0 at infinite places.

    Examples
    --------
    >>> density(0.0, 0.0, 0.0).round(4)
    np.float64(0.1592)
    """
    x, y, rho = _arrays(h, k, correlation)
    rest = 1 - rho**2
    exponent = -(x**2 - 2 * rho * x * y + y**2) / (2 * rest)
    value = np.exp(np.maximum(exponent, -700.0)) / (2 * np.pi * np.sqrt(rest))
    return np.where((np.abs(x) < FAR) & (np.abs(y) < FAR), value, 0.0)[()]


def below(h: npt.ArrayLike, k: npt.ArrayLike, correlation: npt.ArrayLike) -> FloatArray:
    r"""P(X ≤ h, Y ≤ k) for |ρ| < 1.

    Notes
    -----
    Owen (1956), Annals of Mathematical Statistics 27, 1075–1090: ½Φ(h) + ½Φ(k) − T(h, (k − ρh)/(h√(1 − ρ²))) −
    T(k, (h − ρk)/(k√(1 − ρ²))), less ½ when h and k have different signs. Exact to about 1e-15.

    Examples
    --------
    >>> below(0.0, 0.0, 0.5).round(6), below(np.inf, -1.0, 0.5).round(6)
    (np.float64(0.333333), np.float64(0.158655))
    """
    x, y, rho = _arrays(h, k, correlation)
    # T is continuous in h, so a place of exactly 0 is one just above it
    x, y = np.where(x == 0, 1e-300, x), np.where(y == 0, 1e-300, y)
    root = np.sqrt(1 - rho**2)
    with np.errstate(over="ignore"):
        first, second = (y / x - rho) / root, (x / y - rho) / root
    apart = np.where(np.sign(x) == np.sign(y), 0.0, 0.5)
    value = (special.ndtr(x) + special.ndtr(y)) / 2 - special.owens_t(x, first) - special.owens_t(y, second) - apart
    return np.asarray(np.clip(value, 0.0, 1.0))[()]


def _arrays(
    h: npt.ArrayLike, k: npt.ArrayLike, correlation: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    x, y, rho = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (h, k, correlation)))
    return np.clip(x, -FAR, FAR), np.clip(y, -FAR, FAR), rho
