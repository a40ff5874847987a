"""Solves small changes of few networks: each fault adds a conductance or two to a network that many faults share.

Notes
-----
With the network's inverse Z and the fault's conductances g between nodes marked by the columns of U, the voltages are
V = V₀ − Z·U·(diag(1/g) + Uᵀ·Z·U)⁻¹·Uᵀ·V₀ (Sherman, Morrison, Woodbury). A fault only adds conductance, so that nothing cancels;
contacts that open make another network instead.
"""

from collections.abc import Sequence

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, Ints, Volts
from simulator_adapters.wiring.faults import Fault, conductances

_MATRIX_ENTRIES_AT_ONCE = 2_000_000


class Perturbed:
    """The faults of a task as changes of its network.

    Attributes
    ----------
    ends
        Nodes of each fault's conductances, shape (F, k, 2); the second is the number of nodes where it is earth.
    siemens
        The conductances, shape (F, k); 0 where a fault has fewer than k.
    """

    def __init__(self, circuit: Circuit, faults: Sequence[Fault]) -> None:
        self.circuit, self.faults = circuit, faults
        changes = [
            [*fault.branches, *((node, circuit.size, siemens) for node, siemens in fault.to_earth)] for fault in faults
        ]
        most = max((len(one) for one in changes), default=1)
        self.ends = np.full((len(faults), most, 2), circuit.size)
        self.siemens = np.zeros((len(faults), most))
        for row, one in enumerate(changes):
            for column, (a, b, siemens) in enumerate(one):
                self.ends[row, column], self.siemens[row, column] = (a, b), siemens

    def solve(self, wiring: Floats, candidate: Ints, fault: Ints, closed: Bools) -> Volts:
        """Node voltages of items: a candidate's wires with some contacts closed, under one fault each.

        Parameters
        ----------
        wiring
            Conductances of each candidate's wires, shape (candidates, n, n).
        candidate, fault
            Of each item, shape (m,).
        closed
            Contacts closed in each item, shape (m, K).

        Returns
        -------
        ndarray
            Volts, shape (m, n).
        """
        if len(self.circuit.modules):  # their currents bend: nothing is shared
            added = np.array([conductances(self.circuit, self.faults[place]) for place in fault])
            return self.circuit.voltages(wiring[candidate] + added, closed)
        keys = np.concatenate([candidate[:, None].astype(np.int64).view(np.uint8), np.packbits(closed, axis=1)], axis=1)
        whole = np.ascontiguousarray(keys).view(np.dtype((np.void, keys.shape[1])))[:, 0]
        _, first, network = np.unique(whole, return_index=True, return_inverse=True)
        volts = np.empty((len(candidate), self.circuit.size), dtype=complex if self.circuit.phases == 3 else float)
        at_once = max(1, _MATRIX_ENTRIES_AT_ONCE // self.circuit.size**2)
        for start in range(0, len(first), at_once):
            chosen = first[start : start + at_once]
            inverse, healthy = self.circuit.inverse(wiring[candidate[chosen]], closed[chosen])
            for items in _pieces(np.flatnonzero((network >= start) & (network < start + at_once)), self.circuit.size):
                volts[items] = self._changed(inverse, healthy, network[items] - start, fault[items])
        return volts

    def _changed(self, inverse: Floats, healthy: Volts, network: Ints, fault: Ints) -> Volts:
        ends, siemens = self.ends[fault], self.siemens[fault]
        # One more row and column of nothing stands for earth, and for what a fault doesn't have.
        columns = _column(inverse, network, ends[..., 0]) - _column(inverse, network, ends[..., 1])
        before = healthy[network]
        across = _at(before, ends[..., 0]) - _at(before, ends[..., 1])
        rows = np.arange(len(fault))[:, None, None]
        padded = np.concatenate([columns, np.zeros((*columns.shape[:-1], 1))], axis=-1)
        inner = padded[rows, np.arange(ends.shape[1])[None, :, None], ends[:, None, :, 0]]
        inner = inner - padded[rows, np.arange(ends.shape[1])[None, :, None], ends[:, None, :, 1]]
        there = siemens != 0
        diagonal = np.where(there, 1 / np.where(there, siemens, 1.0), 1.0)
        places = np.arange(ends.shape[1])
        inner[:, places, places] += diagonal
        flows = np.linalg.solve(inner.astype(across.dtype), across[..., None])[..., 0]
        changed: Volts = before - (columns * flows[..., None]).sum(axis=1)
        return changed


def _pieces(items: Ints, size: int) -> list[Ints]:
    """Items in pieces whose voltages fit a few megabytes."""
    each = max(1, _MATRIX_ENTRIES_AT_ONCE // (4 * size))
    return [items[start : start + each] for start in range(0, len(items), each)]


def _column(inverse: Floats, network: Ints, nodes: Ints) -> Floats:
    """Columns of each item's inverse (which is symmetric), nothing for earth: shape (m, k, n)."""
    size = inverse.shape[-1]
    found: Floats = inverse[network[:, None], np.minimum(nodes, size - 1)]
    found[nodes == size] = 0.0
    return found


def _at(volts: Volts, nodes: Ints) -> Volts:
    """Voltages at nodes of each item, 0 for earth: shape (m, k)."""
    size = volts.shape[-1]
    found = volts[np.arange(len(volts))[:, None], np.minimum(nodes, size - 1)]
    return np.where(nodes == size, 0.0, found)
