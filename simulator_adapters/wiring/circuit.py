"""The batched nodal solver: one conductance matrix per candidate and state, solved at once.

Every terminal is a node; the star point of the supply (earth) is the reference. Supplies stand in Norton form, so the
matrix stays plain nodal and a short circuit is a number instead of a singular matrix. Every node leaks 1 nS to
earth and an open contact 1 GΩ: one leak model everywhere, or floating nodes differ by ghost voltages.

Arrays carry any leading axes (candidate × state, or one axis of candidate, state and injected fault together); the last
axis is the node, contact or coil. On three lines the voltages are phasors: the network is resistive, so one real
matrix with two right-hand sides gives both their parts.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator_adapters.wiring.library import (
    BATTERY_RESISTANCE,
    CONTACT_RESISTANCE,
    LEAK_CONDUCTANCE,
    LINES,
    NOMINAL_VOLTAGE,
    OFF_UP_TO,
    OPEN_CONDUCTANCE,
    SOURCE_RESISTANCE,
    WIRE_RESISTANCE,
    Role,
)
from simulator_adapters.wiring.nonlinear import solve_with_modules
from simulator_adapters.wiring.parts import Component, Setting
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.wires import Conductor, Drawing

Floats = NDArray[np.float64]
Volts = NDArray[Any]
"""Real volts, or complex ones on three lines."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

COPPER = 0.0178
"""Resistivity in Ω·mm²/m at 20 °C."""
USUAL_MM2 = 2.5
USUAL_METRES = WIRE_RESISTANCE * USUAL_MM2 / COPPER

_ANGLE = {"L": 0.0, "L1": 0.0, "L2": -2 * np.pi / 3, "L3": 2 * np.pi / 3}


class Circuit:
    """A task's components as arrays, without any candidate's wires.

    Attributes
    ----------
    node
        Index of each terminal.
    contacts
        Pairs of nodes that some state of a component joins, shape (K, 2).
    loads
        Components with a load or coil, in the task's order.
    load_pairs
        Pairs of nodes that a load's resistors join, shape (R, 2): one for a load of two terminals, three for a delta.
    coils
        Indices into `loads` of the coils; `delays` are the seconds after which each of them acts.
    works_from, off_up_to
        Limits of each load in tenths of a volt.
    lines, supply
        Nodes of every line, and of the poles ``L`` (any line), ``N`` and ``PE``.
    sources
        Nodes of every pole of every supply, battery and module.
    modules
        Nodes of the positive and negative terminal of each PV module, shape (M, 2).
    phases
        1, or 3 where a supply has several lines.
    """

    def __init__(self, task: WiringTask) -> None:
        self.task = task
        self.node = task.node
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
        self._load_terminals = [[self.node[f"{c.id}.{end}"] for end in c.load_between or ()] for c in self.loads]
        self.load_pairs = np.array(
            [pair for ends in self._load_terminals for pair in itertools.combinations(ends, 2)], dtype=np.int64
        ).reshape(-1, 2)
        self.coils = np.array([i for i, c in enumerate(self.loads) if c.coil], dtype=np.int64)
        self.delays = np.array([self.loads[i].seconds for i in self.coils])
        self._pick_up = _tenths([self.loads[i].library.pick_up * self.loads[i].volts for i in self.coils])
        self._drop_out = _tenths([self.loads[i].library.drop_out * self.loads[i].volts for i in self.coils])
        self.works_from = _tenths([load.library.works_from * load.volts for load in self.loads])
        self.off_up_to = _tenths([OFF_UP_TO * load.volts for load in self.loads])
        self._coil_contacts = np.array(
            [[self.closed_in(self.loads[i], state) for state in ("released", "pulled")] for i in self.coils],
            dtype=bool,
        ).reshape(len(self.coils), 2, len(self.contacts))
        self.lines = self._poles(LINES)
        self.supply = {"L": self.lines, "N": self._poles(("N",)), "PE": self._poles(("PE",))}
        self.phases = 3 if set(self._line_names()) & {"L2", "L3"} else 1
        self.sources = self._sources()
        self.modules = self._nodes([(f"{c.id}.+", f"{c.id}.-") for c in self._of_role(Role.MODULE)])
        self._fixed = self._fixed_conductances()
        self._injected = self._injected_currents()
        self._contact_stamps = np.zeros((len(self.contacts), self.size**2))
        for index, pair in enumerate(self.contacts):
            self._contact_stamps[index] = stamp(self.size, [pair]).ravel()

    def _nodes(self, wires: Sequence[tuple[str, str]]) -> Ints:
        return np.array([[self.node[a], self.node[b]] for a, b in wires], dtype=np.int64).reshape(-1, 2)

    def _of_role(self, role: Role) -> list[Component]:
        return [c for c in self.task.components if c.library.role is role]

    def _line_names(self) -> list[str]:
        return [name for c in self._of_role(Role.SUPPLY) for name in c.terminals if name in LINES]

    def _poles(self, names: Sequence[str]) -> Ints:
        found = [f"{c.id}.{name}" for c in self._of_role(Role.SUPPLY) for name in c.terminals if name in names]
        return np.array([self.node[terminal] for terminal in found], dtype=np.int64)

    def _fixed_conductances(self) -> Floats:
        fixed: Floats = np.eye(self.size) * LEAK_CONDUCTANCE
        for supply in self._of_role(Role.SUPPLY):
            for name in supply.terminals:
                at = self.node[f"{supply.id}.{name}"]
                fixed[at, at] += 1 / SOURCE_RESISTANCE[name]
        for battery in self._of_role(Role.BATTERY):
            fixed = fixed + self._stamp_of(battery.id, "+", "-") / BATTERY_RESISTANCE
        for component, ends in zip(self.loads, self._load_terminals, strict=True):
            fixed = fixed + stamp(self.size, list(itertools.combinations(ends, 2))) * component.conductance
        return fixed

    def _stamp_of(self, name: str, a: str, b: str) -> Floats:
        return stamp(self.size, [(self.node[f"{name}.{a}"], self.node[f"{name}.{b}"])])

    def _injected_currents(self) -> Floats:
        injected = np.zeros((self.size, 2))
        for supply in self._of_role(Role.SUPPLY):
            for name in set(supply.terminals) & set(LINES):
                amps = NOMINAL_VOLTAGE / SOURCE_RESISTANCE[name]
                injected[self.node[f"{supply.id}.{name}"]] += amps * np.cos(_ANGLE[name]), amps * np.sin(_ANGLE[name])
        for battery in self._of_role(Role.BATTERY):
            amps = battery.volts / BATTERY_RESISTANCE
            injected[self.node[f"{battery.id}.+"], 0] += amps
            injected[self.node[f"{battery.id}.-"], 0] -= amps
        return injected if self.phases == 3 else injected[:, :1]

    def closed_in(self, component: Component, state: str) -> Bools:
        """Contacts of a component closed in one of its states, shape (K,)."""
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
                closed[row] |= self.closed_in(self.task.component[name], state)
        return closed

    def closed_by_coils(self, acting: Bools) -> Bools:
        """Contacts that coils close, from which of them act: shape (…, Q) to (…, K)."""
        chosen: Bools = np.where(acting[..., None], self._coil_contacts[:, 1], self._coil_contacts[:, 0])
        return np.asarray(chosen.any(axis=-2))

    def nets(self, drawings: Sequence[Drawing]) -> Ints:
        """Label each node with the smallest node its wires join it to, shape (drawings, n)."""
        most = max((len(drawing.ends) for drawing in drawings), default=0)
        ends = np.zeros((len(drawings), most, 2), dtype=np.int64)  # a wire from node 0 to itself joins nothing
        for row, drawing in enumerate(drawings):
            if drawing.ends:
                ends[row, : len(drawing.ends)] = drawing.ends
        labels = np.tile(np.arange(self.size), (len(drawings), 1))
        rows = np.arange(len(drawings))
        for a, b in np.moveaxis(ends, (1, 2), (0, 1)):
            join(labels, labels[rows, a], labels[rows, b])
        return labels

    def wire_conductances(self, drawings: Sequence[Drawing], nets: Ints) -> Floats:
        """Conductances of the wires of each drawing, shape (drawings, n, n).

        Where nothing is known of size and length, each net is laid as a star of equal legs: any two of its terminals
        then lie one wire resistance apart, so that every tree over the same terminals gives the same voltages to the
        last bit. Star-mesh transformation: a star of m legs of conductance g equals m(m-1)/2 branches of g/m.
        Otherwise every conductor stands as drawn, ρ·l/A each.
        """
        same: Floats = (nets[:, :, None] == nets[:, None, :]).astype(np.float64)
        same *= (-2 / WIRE_RESISTANCE) / same.sum(axis=-1, keepdims=True)
        diagonal = np.arange(self.size)
        same[:, diagonal, diagonal] += 2 / WIRE_RESISTANCE
        for row, drawing in enumerate(drawings):
            if any(conductor.mm2 or conductor.metres for conductor in drawing.conductors):
                same[row] = self._as_drawn(drawing)
        return same

    def _as_drawn(self, drawing: Drawing) -> Floats:
        laid = np.zeros((self.size, self.size))
        for pair, conductor in zip(drawing.ends, drawing.conductors, strict=True):
            laid += stamp(self.size, [pair]) / ohms(conductor)
        return laid

    def conductances(self, closed: Bools) -> Floats:
        """Conductances of everything but the wires, from which contacts are closed: (…, K) to (…, n, n)."""
        contact = np.where(closed, 1 / CONTACT_RESISTANCE, OPEN_CONDUCTANCE)
        stamped: Floats = (contact @ self._contact_stamps).reshape(*closed.shape[:-1], self.size, self.size)
        stamped += self._fixed
        return stamped

    def voltages(self, wiring: Floats, closed: Bools) -> Volts:
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
        matrix = self.conductances(closed) + wiring
        if len(self.modules):
            return solve_with_modules(matrix, self._injected[:, 0], self.modules)
        injected = np.broadcast_to(self._injected, (*matrix.shape[:-1], self._injected.shape[-1]))
        solved = np.linalg.solve(matrix, injected)
        return solved[..., 0] + 1j * solved[..., 1] if self.phases == 3 else solved[..., 0]

    def inverse(self, wiring: Floats, closed: Bools) -> tuple[Floats, Volts]:
        """The inverse of the conductances, in ohms, shape (…, n, n), and the voltages."""
        inverse: Floats = np.linalg.inv(self.conductances(closed) + wiring).astype(np.float64, copy=False)
        solved = inverse @ self._injected
        return inverse, solved[..., 0] + 1j * solved[..., 1] if self.phases == 3 else solved[..., 0]

    def joined(self, nets: Ints, closed: Bools) -> Ints:
        """Label nodes joined by wires and closed contacts, shapes (…, n) and (…, K) to (…, n)."""
        return merge(nets, self.contacts, closed)

    def through_loads(self, joined: Ints) -> Ints:
        """The same labels with all that loads connect joined as well."""
        every = np.ones((*joined.shape[:-1], len(self.load_pairs)), dtype=bool)
        return merge(joined, self.load_pairs, every)

    def driven(self, joined: Ints) -> Bools:
        """Which nodes have a path to a supply through conductors, closed contacts or loads, shape (…, n)."""
        return touching(self.through_loads(joined), self.sources)

    def _sources(self) -> Ints:
        batteries = [
            f"{c.id}.{end}" for role in (Role.BATTERY, Role.MODULE) for c in self._of_role(role) for end in "+-"
        ]
        found = [self.node[terminal] for terminal in batteries]
        return np.concatenate([*self.supply.values(), np.array(found, dtype=np.int64)])

    def supply_current(self, voltages: Volts, pole: str) -> Floats:
        """Current out of the supply at one pole in amperes, the largest over all its nodes, shape (…)."""
        currents = [
            np.abs(_source(name) - voltages[..., self.node[f"{c.id}.{name}"]]) / SOURCE_RESISTANCE[name]
            for c in self._of_role(Role.SUPPLY)
            for name in c.terminals
            if name == pole or (pole == "L" and name in LINES)
        ]
        if not currents:
            return np.zeros(voltages.shape[:-1])
        largest: Floats = np.max(currents, axis=0)
        return largest

    def contact_currents(self, voltages: Volts, closed: Bools) -> Volts:
        """Current through each contact in amperes, from its first terminal to its second; 0 where open, shape (…, K)."""
        across = voltages[..., self.contacts[:, 0]] - voltages[..., self.contacts[:, 1]]
        return np.where(closed, across / CONTACT_RESISTANCE, 0.0)

    def load_volts(self, voltages: Volts) -> Volts:
        """Voltage across each load in volts, shape (…, D): first terminal against second.

        On a delta it is the line voltage of the stronger of the two sequences, negative where the phases come round
        the other way (symmetrical components, Fortescue 1918).
        """
        first = np.array([ends[0] for ends in self._load_terminals], dtype=np.int64)
        second = np.array([ends[1] for ends in self._load_terminals], dtype=np.int64)
        across = voltages[..., first] - voltages[..., second]
        for index, ends in enumerate(self._load_terminals):
            if len(ends) == 3:
                across[..., index] = _turning(*(voltages[..., end] for end in ends))
        return across

    def pulls(self, voltages: Volts, pulled: Bools) -> Bools:
        """Which coils pull at these voltages, after those that pulled before; shapes (…, n) and (…, Q) to (…, Q)."""
        at_coils = tenths(self.load_volts(voltages)[..., self.coils])
        now: Bools = (at_coils >= self._pick_up) | (pulled & (at_coils >= self._drop_out))
        return now


def tenths(volts: Volts) -> Ints:
    """Magnitudes in tenths of a volt, half to even: what limits are compared with."""
    rounded: Ints = np.rint(np.abs(volts) * 10).astype(np.int64)
    return rounded


def ohms(conductor: Conductor) -> float:
    """Resistance of a conductor in ohms; what is not known of it is as usual.

    Examples
    --------
    >>> round(ohms(Conductor(mm2=1.5, metres=12)), 4), round(ohms(Conductor()), 4)
    (0.1424, 0.01)
    """
    return COPPER * (conductor.metres or USUAL_METRES) / (conductor.mm2 or USUAL_MM2)


def stamp(size: int, pairs: Sequence[Any] | Ints) -> Floats:
    """Conductance matrix of resistors of 1 S between pairs of nodes."""
    laid = np.zeros((size, size))
    for a, b in pairs:
        laid[a, a] += 1
        laid[b, b] += 1
        laid[a, b] -= 1
        laid[b, a] -= 1
    return laid


def merge(labels: Ints, pairs: Ints, active: Bools) -> Ints:
    """Labels with the active pairs of nodes joined: shapes (…, n), (P, 2), (…, P) to (…, n)."""
    shape = np.broadcast_shapes(labels.shape[:-1], active.shape[:-1])
    merged = np.array(np.broadcast_to(labels, (*shape, labels.shape[-1])), order="C")
    flat = merged.reshape(-1, merged.shape[-1])
    wanted = np.broadcast_to(active, (*shape, active.shape[-1])).reshape(len(flat), -1)
    for index, (a, b) in enumerate(pairs):
        one = flat[:, a]
        join(flat, one, np.where(wanted[:, index], flat[:, b], one))
    return merged


def touching(labels: Ints, nodes: Ints) -> Bools:
    """Which nodes carry the label of one of some nodes, shape (…, n)."""
    found = np.zeros(labels.shape, dtype=bool)
    for node in nodes:
        found |= labels == labels[..., node, None]
    return found


def join(labels: Ints, one: Ints, other: Ints) -> None:
    """Give each row's nodes with the higher of two labels the lower; in place."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    np.copyto(labels, low[:, None], where=labels == high[:, None])


def _tenths(limits: Sequence[float]) -> Ints:
    return tenths(np.array(limits, dtype=float))


def _source(name: str) -> complex:
    return complex(NOMINAL_VOLTAGE * np.exp(1j * _ANGLE[name])) if name in LINES else 0.0


def _turning(u: Volts, v: Volts, w: Volts) -> Floats:
    turn = np.exp(2j * np.pi / 3)
    forward = np.abs(u + turn * v + turn**2 * w) / 3
    reverse = np.abs(u + turn**2 * v + turn * w) / 3
    stronger: Floats = np.where(forward >= reverse, forward, -reverse) * np.sqrt(3)
    return stronger
