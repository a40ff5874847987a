"""The batched nodal solver: one conductance matrix per candidate and state, solved at once.

Every terminal is a node; the star point of the supply (earth) is the reference. Supplies stand in Norton form, so the
matrix stays plain nodal and a short circuit is a number instead of a singular matrix. Every node leaks 1 nS to
earth and an open contact 1 GΩ: one leak model everywhere, or floating nodes differ by ghost voltages.

Arrays carry any leading axes (candidate × state now, × injected fault when a task asks for it); the last axis is the
node, contact or coil.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator_adapters.wiring.library import (
    CONTACT_RESISTANCE,
    LEAK_CONDUCTANCE,
    NOMINAL_VOLTAGE,
    OPEN_CONDUCTANCE,
    SOURCE_RESISTANCE,
    WIRE_RESISTANCE,
    Role,
)
from simulator_adapters.wiring.task import Component, Setting, Wire, WiringTask

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Circuit:
    """A task's components as arrays, without any candidate's wires.

    Attributes
    ----------
    node
        Index of each terminal.
    contacts
        Pairs of nodes that some state of a component joins, shape (K, 2).
    loads
        Components with a load, in the task's order; `load_nodes` holds their two nodes, shape (D, 2).
    coils
        Indices into `loads` of the coils.
    """

    def __init__(self, task: WiringTask) -> None:
        self.task = task
        self.node = {terminal: index for index, terminal in enumerate(task.terminals)}
        self.size = len(self.node)
        pairs = {
            (component.id, contact): None
            for component in task.components
            for contacts in component.states.values()
            for contact in contacts
        }
        self._contact = {key: index for index, key in enumerate(pairs)}
        self.contacts = self._nodes([(f"{name}.{a}", f"{name}.{b}") for name, (a, b) in pairs])
        self.loads = tuple(c for c in task.components if c.load_between is not None)
        self.load_nodes = self._nodes(
            [(f"{c.id}.{c.load_between[0]}", f"{c.id}.{c.load_between[1]}") for c in self.loads if c.load_between]
        )
        self.coils = np.array([i for i, c in enumerate(self.loads) if c.coil], dtype=np.int64)
        self._coil_contacts = np.array(
            [[self._closed_in(self.loads[i], state) for state in ("released", "pulled")] for i in self.coils],
            dtype=bool,
        ).reshape(len(self.coils), 2, len(self.contacts))
        self.supply = {pole: self._poles(pole) for pole in SOURCE_RESISTANCE}
        self._fixed = self._fixed_conductances()
        self._injected = np.zeros(self.size)
        self._injected[self.supply["L"]] = NOMINAL_VOLTAGE / SOURCE_RESISTANCE["L"]
        self._contact_stamps = np.stack(
            [_stamp(self.size, [pair]) for pair in self.contacts] or [np.zeros((self.size, self.size))]
        )[: len(self.contacts)].reshape(len(self.contacts), self.size**2)

    def _nodes(self, wires: Sequence[Wire]) -> Ints:
        return np.array([[self.node[a], self.node[b]] for a, b in wires], dtype=np.int64).reshape(-1, 2)

    def _poles(self, pole: str) -> Ints:
        supplies = (c.id for c in self.task.components if c.library.role is Role.SUPPLY)
        return np.array([self.node[f"{s}.{pole}"] for s in supplies if f"{s}.{pole}" in self.node], dtype=np.int64)

    def _fixed_conductances(self) -> Floats:
        fixed: Floats = np.eye(self.size) * LEAK_CONDUCTANCE
        for pole, resistance in SOURCE_RESISTANCE.items():
            fixed[self.supply[pole], self.supply[pole]] += 1 / resistance
        for component, pair in zip(self.loads, self.load_nodes, strict=True):
            fixed = fixed + _stamp(self.size, [pair]) * component.library.conductance
        return fixed

    def _closed_in(self, component: Component, state: str) -> Bools:
        closed = np.zeros(len(self._contact), dtype=bool)
        for contact in component.states[state]:
            closed[self._contact[component.id, contact]] = True
        return closed

    def contacts_of(self, components: Sequence[str]) -> Bools:
        """Mark the contacts of some components, shape (K,)."""
        return np.array([name in components for name, _ in self._contact], dtype=np.bool_)

    def closed_by_hand(self, settings: Sequence[Setting]) -> Bools:
        """Contacts that hands close in each setting, shape (settings, K)."""
        closed = np.zeros((len(settings), len(self._contact)), dtype=bool)
        for row, setting in enumerate(settings):
            for name, state in setting.items():
                closed[row, self._closed_in(self.task.component[name], state)] = True
        return closed

    def closed_by_coils(self, pulled: Bools) -> Bools:
        """Contacts that coils close, from which of them are pulled: shape (…, Q) to (…, K)."""
        chosen: Bools = np.where(pulled[..., None], self._coil_contacts[:, 1], self._coil_contacts[:, 0])
        return np.asarray(chosen.any(axis=-2))

    def nets(self, wires: Sequence[Wire]) -> Ints:
        """Label each node with the smallest node its wires join it to, shape (n,)."""
        parent = list(range(self.size))
        for a, b in wires:
            low, high = sorted((_root(parent, self.node[a]), _root(parent, self.node[b])))
            parent[high] = low
        return np.array([_root(parent, index) for index in range(self.size)], dtype=np.int64)

    def net_conductances(self, nets: Ints) -> Floats:
        """Conductances of each net laid as a star of equal legs, shape (…, n) to (…, n, n).

        Any two terminals of a net then lie one wire resistance apart, so that every tree over the same terminals
        gives the same voltages to the last bit. Star-mesh transformation: a star of m legs of conductance g equals
        m(m-1)/2 branches of g/m.
        """
        same = (nets[..., :, None] == nets[..., None, :]).astype(float)
        members = same.sum(axis=-1, keepdims=True)
        laid: Floats = (np.eye(self.size) - same / members) * (2 / WIRE_RESISTANCE)
        return laid

    def wire_conductances(self, wires: Sequence[Wire]) -> Floats:
        """Conductances of wires exactly as drawn, shape (n, n)."""
        drawn: Floats = _stamp(self.size, self._nodes(wires)) / WIRE_RESISTANCE
        return drawn

    def voltages(self, wiring: Floats, closed: Bools) -> Floats:
        """Solve for the node voltages against earth.

        Parameters
        ----------
        wiring
            Conductances of the wires (and of injected faults) in siemens, shape (…, n, n).
        closed
            Which contacts are closed, shape (…, K).

        Returns
        -------
        ndarray
            Volts, shape (…, n).
        """
        contact = np.where(closed, 1 / CONTACT_RESISTANCE, OPEN_CONDUCTANCE)
        stamped = (contact @ self._contact_stamps).reshape(*closed.shape[:-1], self.size, self.size)
        matrix = self._fixed + wiring + stamped
        injected = np.broadcast_to(self._injected[:, None], (*matrix.shape[:-1], 1))
        solved: Floats = np.linalg.solve(matrix, injected)[..., 0].astype(np.float64)
        return solved

    def joined(self, nets: Ints, closed: Bools) -> Ints:
        """Label nodes joined by wires and closed contacts, shapes (…, n) and (…, K) to (…, n)."""
        return _merge(nets, self.contacts, closed)

    def driven(self, joined: Ints) -> Bools:
        """Which nodes have a path to the supply through conductors, closed contacts or loads, shape (…, n)."""
        reached = _merge(joined, self.load_nodes, np.ones((*joined.shape[:-1], len(self.load_nodes)), dtype=bool))
        poles = np.concatenate(list(self.supply.values()))
        fed: Bools = (reached[..., :, None] == reached[..., None, poles]).any(axis=-1)
        return fed

    def decivolts_across_loads(self, voltages: Floats) -> Ints:
        """Voltage magnitude across each load in tenths of a volt, half to even, shape (…, D)."""
        across = np.abs(voltages[..., self.load_nodes[:, 0]] - voltages[..., self.load_nodes[:, 1]])
        tenths: Ints = np.rint(across * 10).astype(np.int64)
        return tenths

    def supply_current(self, voltages: Floats, pole: str) -> Floats:
        """Current out of the supply at one pole in amperes, the largest over all supplies, shape (…)."""
        source = NOMINAL_VOLTAGE if pole == "L" else 0.0
        currents = np.abs(source - voltages[..., self.supply[pole]]) / SOURCE_RESISTANCE[pole]
        largest: Floats = currents.max(axis=-1)
        return largest

    def residual_current(self, voltages: Floats, closed: Bools, component: str) -> Floats:
        """Sum of the currents through all poles of a residual current device in amperes, shape (…)."""
        own = self.contacts_of([component])
        a, b = self.contacts[own, 0], self.contacts[own, 1]
        currents = (voltages[..., a] - voltages[..., b]) / CONTACT_RESISTANCE
        summed: Floats = np.abs(np.where(closed[..., own], currents, 0.0).sum(axis=-1))
        return summed


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _merge(labels: Ints, pairs: Ints, active: Bools) -> Ints:
    shape = np.broadcast_shapes(labels.shape[:-1], active.shape[:-1])
    merged = np.array(np.broadcast_to(labels, (*shape, labels.shape[-1])))
    for index, (a, b) in enumerate(pairs):
        low = np.minimum(merged[..., a], merged[..., b])
        high = np.maximum(merged[..., a], merged[..., b])
        join = active[..., index] & (low != high)
        merged = np.where(join[..., None] & (merged == high[..., None]), low[..., None], merged)
    return merged


def _stamp(size: int, pairs: Sequence[Any] | Ints) -> Floats:
    stamp = np.zeros((size, size))
    for a, b in pairs:
        stamp[a, a] += 1
        stamp[b, b] += 1
        stamp[a, b] -= 1
        stamp[b, a] -= 1
    return stamp
