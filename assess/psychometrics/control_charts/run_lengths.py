r"""How many points a chart runs on average before it signals, without and with a shift; and the limits that give a wanted run.

Points are independent and standard normal; a shift δ moves their mean by δ standard errors. Run lengths of EWMA and CUSUM
are solutions of integral equations, by Gauss–Legendre quadrature.
"""

from functools import lru_cache

import numpy as np
from scipy import optimize, special

from assess.psychometrics.responses import FloatArray, ResponseError

SHEWHART_SOURCE = (
    "Shewhart (1931), Economic control of quality of manufactured product; Montgomery, Introduction to statistical "
    "quality control, ch. 5"
)
EWMA_SOURCE = (
    "Roberts (1959), Technometrics 1, 239–250; Lucas & Saccucci (1990), Technometrics 32, 1–12; run length: "
    "Crowder (1987), Technometrics 29, 401–407"
)
CUSUM_SOURCE = (
    "Page (1954), Biometrika 41, 100–115; Lucas (1976), Journal of Quality Technology 8, 1–12; run length: Goel & Wu "
    "(1971), Technometrics 13, 221–230"
)
NODES = 121
LONGEST = 1e7
"""No wanted run length is longer than this."""


def shewhart_run_length(limit: float, shift: float = 0.0) -> float:
    """Average run length of a chart that signals when |z| > `limit`: one over the chance of a signal.

    Examples
    --------
    >>> [round(shewhart_run_length(3.0, shift), 1) for shift in (0.0, 1.0, 2.0)]
    [370.4, 43.9, 6.3]
    """
    _positive(limit, "limit")
    return float(1 / (special.ndtr(-limit - shift) + special.ndtr(-limit + shift)))


def shewhart_limit(run_length: float) -> float:
    """The limit whose average run length without a shift is this.

    >>> round(shewhart_limit(370.398), 3)
    3.0
    """
    _long_enough(run_length)
    return float(-special.ndtri(0.5 / run_length))


@lru_cache(maxsize=1024)
def ewma_run_length(weight: float, limit: float, shift: float = 0.0) -> float:
    r"""Average run length of E_t = λz_t + (1 − λ)E_{t−1}, E_0 = 0, that signals when |E_t| > L√(λ/(2 − λ)).

    Parameters
    ----------
    weight
        λ, above 0 and up to 1 (with 1 it is the Shewhart chart).
    limit
        L.

    Notes
    -----
    L(u) = 1 + λ⁻¹ ∫ L(y) φ((y − (1 − λ)u)/λ − δ) dy over (−h, h), h = L√(λ/(2 − λ)) (Crowder 1987).

    Examples
    --------
    >>> [round(ewma_run_length(0.1, 2.814, shift), 1) for shift in (0.0, 1.0)]
    [499.6, 10.3]
    """
    _weight(weight)
    _positive(limit, "limit")
    if weight == 1:
        return shewhart_run_length(limit, shift)
    half = limit * np.sqrt(weight / (2 - weight))
    node, share = _nodes(-half, half)

    def kernel(start: FloatArray) -> FloatArray:
        away = (node[None, :] - (1 - weight) * start[:, None]) / weight - shift
        return np.asarray(share * np.exp(-(away**2) / 2) / (np.sqrt(2 * np.pi) * weight))

    at_nodes = np.linalg.solve(np.eye(len(node)) - kernel(node), np.ones(len(node)))
    return float(1 + kernel(np.zeros(1))[0] @ at_nodes)


@lru_cache(maxsize=1024)
def cusum_run_length(reference: float, decision: float, shift: float = 0.0) -> float:
    r"""Average run length of the two-sided CUSUM: C⁺ = max(0, C⁺ + z − k), C⁻ = max(0, C⁻ − z − k), signal above h.

    Parameters
    ----------
    reference, decision
        k and h, in standard errors.

    Notes
    -----
    Of one side: L(u) = 1 + L(0)Φ(k − δ − u) + ∫₀ʰ L(y) φ(y + k − δ − u) dy; of both: 1/L = 1/L⁺ + 1/L⁻ (Van Dobben de Bruyn
    1968, Cumulative sum tests).

    Examples
    --------
    >>> [round(cusum_run_length(0.5, 5.0, shift), 1) for shift in (0.0, 1.0)]
    [465.4, 10.4]
    """
    _positive(reference, "reference")
    _positive(decision, "decision")
    sides = [_one_side(reference, decision, shift), _one_side(reference, decision, -shift)]
    return float(1 / sum(1 / side for side in sides))


def _one_side(reference: float, decision: float, shift: float) -> float:
    node, share = _nodes(0.0, decision)
    start = np.concatenate([[0.0], node])
    down = special.ndtr(reference - shift - start)
    away = node[None, :] + reference - shift - start[:, None]
    kernel = np.column_stack([down, share * np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi)])
    return float(np.linalg.solve(np.eye(len(start)) - kernel, np.ones(len(start)))[0])


@lru_cache(maxsize=256)
def ewma_limit(weight: float, run_length: float) -> float:
    """The limit L whose average run length without a shift is this.

    >>> round(ewma_limit(0.2, 500.0), 2)
    2.96
    """
    _weight(weight)
    _long_enough(run_length)
    return float(optimize.brentq(lambda limit: np.log(ewma_run_length(weight, limit) / run_length), 0.1, 6.0))


@lru_cache(maxsize=256)
def cusum_limit(reference: float, run_length: float) -> float:
    """The decision interval h whose average run length without a shift is this.

    >>> round(cusum_limit(0.5, 370.0), 2)
    4.77
    """
    _positive(reference, "reference")
    _long_enough(run_length)
    # Siegmund (1985): the run grows as exp(2kh); a little beyond where that passes what is wanted
    beyond = float(np.log(16 * max(reference, 1.0) ** 2 * run_length) / (2 * reference)) + 2
    return float(
        optimize.brentq(lambda decision: np.log(cusum_run_length(reference, decision) / run_length), 0.05, beyond)
    )


@lru_cache(maxsize=1)
def _legendre() -> tuple[FloatArray, FloatArray]:
    node, weight = np.polynomial.legendre.leggauss(NODES)
    return np.asarray(node), np.asarray(weight)


def _nodes(low: float, high: float) -> tuple[FloatArray, FloatArray]:
    node, weight = _legendre()
    return (high + low) / 2 + (high - low) / 2 * node, (high - low) / 2 * weight


def _weight(weight: float) -> None:
    if not 0.02 <= weight <= 1:
        raise ResponseError("not_a_weight", f"weight is {weight:g}; an EWMA takes 0.02 to 1")


def _positive(value: float, name: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ResponseError("not_a_limit", f"{name} is {value:g}; it must be above 0")


def _long_enough(run_length: float) -> None:
    if not 3 <= run_length <= LONGEST:
        raise ResponseError("not_a_run_length", f"run length {run_length:g}; it can be 3 to {LONGEST:g} points")
