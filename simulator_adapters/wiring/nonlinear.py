"""Circuits with PV modules: Newton's method on the node voltages, many circuits at once.

Every module's current falls with its voltage, so that the equations have one solution; steps that would make matters
worse are halved.
"""

import numpy as np
from numpy.typing import NDArray

from simulator_adapters.wiring.photovoltaics import USUAL_MODULE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_ROUNDS = 200
_MOST_HALVINGS = 30
_ENOUGH_AMPS = 1e-9


def solve_with_modules(matrix: Floats, injected: Floats, modules: Ints) -> Floats:
    """Node voltages of circuits with PV modules.

    Parameters
    ----------
    matrix
        Conductances of everything else, shape (…, n, n).
    injected
        Currents of other sources, shape (n,).
    modules
        Nodes of each module's positive and negative terminal, shape (M, 2).

    Returns
    -------
    ndarray
        Volts, shape (…, n).
    """
    size = matrix.shape[-1]
    flat = matrix.reshape(-1, size, size)
    volts = np.zeros((len(flat), size))
    restless = np.arange(len(flat))
    left = _left(flat, injected, modules, volts)
    for _ in range(_MOST_ROUNDS):
        restless = restless[np.abs(left[restless]).max(axis=-1) > _ENOUGH_AMPS]
        if not len(restless):
            break
        here, now, wrong = flat[restless], volts[restless], left[restless]
        across = now[:, modules[:, 0]] - now[:, modules[:, 1]]
        slopes = _stamped(size, modules, USUAL_MODULE.conductance(across))
        step = -np.linalg.solve(here + slopes, wrong[..., None])[..., 0]
        size_of = np.linalg.norm(wrong, axis=-1)
        share = np.ones(len(restless))
        for _ in range(_MOST_HALVINGS):
            tried = now + share[:, None] * step
            after = _left(here, injected, modules, tried)
            worse = ~(np.linalg.norm(after, axis=-1) < size_of)
            if not worse.any():
                break
            share = np.where(worse, share / 2, share)
        volts[restless], left[restless] = tried, after
    return volts.reshape(*matrix.shape[:-1])


def module_currents(volts: Floats, modules: Ints) -> Floats:
    """Amperes out of each module's positive terminal, shape (…, n) to (…, M)."""
    return USUAL_MODULE.current(volts[..., modules[:, 0]] - volts[..., modules[:, 1]])


def _left(matrix: Floats, injected: Floats, modules: Ints, volts: Floats) -> Floats:
    """Currents at each node that don't add up to nothing, shape (m, n)."""
    left: Floats = (matrix @ volts[..., None])[..., 0] - injected
    amps = module_currents(volts, modules)
    for place, (plus, minus) in enumerate(modules):
        left[:, plus] -= amps[:, place]
        left[:, minus] += amps[:, place]
    return left


def _stamped(size: int, modules: Ints, siemens: Floats) -> Floats:
    laid = np.zeros((len(siemens), size, size))
    for place, (plus, minus) in enumerate(modules):
        laid[:, plus, plus] += siemens[:, place]
        laid[:, minus, minus] += siemens[:, place]
        laid[:, plus, minus] -= siemens[:, place]
        laid[:, minus, plus] -= siemens[:, place]
    return laid
