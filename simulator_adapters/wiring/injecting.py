"""Plays every fault into every scene in which it can do something, lets the protective devices answer, and says what
danger is left.

A fault strikes the circuit as it stands in a scene, with the coils that pull there. Devices trip, contactors follow,
and what remains is looked at: a housing that stays live, a current that nothing interrupts.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Floats, Ints, Volts, join, tenths, touching
from simulator_adapters.wiring.faults import MORE_LOAD, Fault, faults_of
from simulator_adapters.wiring.library import OVERLOAD_TRIPS_FROM, Role
from simulator_adapters.wiring.parts import FaultKind
from simulator_adapters.wiring.perturbed import Perturbed
from simulator_adapters.wiring.playing import Scene, nothing, settle
from simulator_adapters.wiring.protection import Protection

TOUCH_LIMIT = 500
"""Tenths of a volt: 50 V AC may stay on a housing (IEC 60364-4-41)."""
SHORT_AMPS = 10.0
LEAK_AMPS = 0.03


_BODY = (FaultKind.LINE_BODY, FaultKind.NEUTRAL_BODY)
_TO_EARTH = (*_BODY, FaultKind.TOUCH)


class Danger(IntEnum):
    """What may be left once the devices have answered, the worst first."""

    LIVE_PART = 0
    NOT_CLEARED = 1
    LEAK = 2
    OVERLOAD = 3


@dataclass(frozen=True)
class Injected:
    """What the faults did to each candidate.

    Attributes
    ----------
    left
        Dangers that are left, shape (candidates, faults, dangers, scenes).
    item
        Place in `voltages` and `tripped` of each candidate, scene and fault; -1 where the fault can do nothing.
    voltages, tripped
        After the devices have answered, shapes (items, n) and (items, T).
    """

    left: Bools
    item: Ints
    voltages: Volts
    tripped: Bools


class Injector:
    """The faults of a task, ready to be played."""

    def __init__(self, protection: Protection) -> None:
        self.protection = protection
        circuit = self.circuit = protection.circuit
        self.faults = faults_of(circuit)
        self._perturbed = Perturbed(circuit, self.faults)
        parts = [c for c in circuit.task.components if "PE" in c.terminals and c.library.role is not Role.SUPPLY]
        self.housings = np.array([circuit.node[f"{c.id}.PE"] for c in parts], dtype=np.int64)
        self.branches = np.array(
            [fault.branches[0][:2] if fault.branches else (0, 0) for fault in self.faults], dtype=np.int64
        ).reshape(-1, 2)
        self._siemens = np.array([fault.branches[0][2] if fault.branches else 0.0 for fault in self.faults])
        self._overload = np.array([fault.kind is FaultKind.OVERLOADED for fault in self.faults], dtype=bool)
        # What leaks away only a residual current device could switch off: without one nobody is blamed for it.
        watched = bool(np.isfinite(protection.residual).any())
        self._to_earth = np.array([watched and fault.kind in _TO_EARTH for fault in self.faults], dtype=bool)
        # Modules alone give little more than their working current into a short circuit, and stand it for ever.
        self._short = SHORT_AMPS if len(np.setdiff1d(circuit.sources, circuit.modules)) else float("inf")
        self._too_much = np.array([self._amps_too_many(fault) for fault in self.faults])

    def _amps_too_many(self, fault: Fault) -> float:
        component = self.circuit.task.component[fault.component]
        if fault.kind is not FaultKind.OVERLOADED:
            return float("inf")
        return OVERLOAD_TRIPS_FROM * component.conductance * component.volts

    def inject(self, wiring: Floats, nets: Ints, played: Scene, by_hand: Bools) -> Injected:
        """Play the faults: wires (candidates, n, n) and their labels (candidates, n), scenes, contacts closed by hand
        (scenes, K)."""
        circuit = self.circuit
        fed = circuit.through_loads(circuit.joined(nets[:, None], played.closed))
        live = touching(fed, self._live_nodes())
        does = np.stack([live[..., list(fault.nodes)].any(axis=-1) for fault in self.faults], axis=-1)
        candidate, scene, fault = np.nonzero(does)
        item = np.full(does.shape, -1)
        item[does] = np.arange(len(candidate))
        before = replace(
            nothing(self.protection, len(candidate)),
            pulled=played.pulled[candidate, scene],
            elapsed=played.elapsed[candidate, scene],
        )
        after = settle(
            self.protection,
            lambda items, closed: self._perturbed.solve(wiring, candidate[items], fault[items], closed),
            by_hand[scene],
            before,
            protected=True,
        )
        left = np.zeros((*does.shape, len(Danger)), dtype=bool)
        left[candidate, scene, fault] = self._dangers(after, fault, nets[candidate])
        return Injected(np.moveaxis(left, 1, -1), item, after.voltages, after.tripped)

    def excused(self, reference: Injected) -> Bools:
        """Dangers that the reference wiring isn't free of in every scene, shape (faults, dangers).

        Which end of a load is its line is the candidate's choice unless a rule says otherwise: a fault from one end to the
        housing is excused by the other as well.
        """
        own: Bools = np.asarray(reference.left[0].any(axis=-1))
        excused = own.copy()
        for row, fault in enumerate(self.faults):
            for other, twin in enumerate(self.faults):
                if {fault.kind, twin.kind} == set(_BODY) and fault.component == twin.component:
                    excused[row] |= own[other]
        return excused

    def _live_nodes(self) -> Ints:
        return np.setdiff1d(self.circuit.sources, np.concatenate([self.circuit.supply["N"], self.circuit.supply["PE"]]))

    def _dangers(self, after: Scene, fault: Ints, nets: Ints) -> Bools:
        left = np.zeros((len(fault), len(Danger)), dtype=bool)
        rows = np.arange(len(fault))
        a, b = self.branches[fault].T
        amps = np.abs(after.voltages[rows, a] - after.voltages[rows, b]) * self._siemens[fault]
        overloaded = self._overload[fault]
        left[:, Danger.LIVE_PART] = self._live_housing(after, nets, a, b)
        left[:, Danger.NOT_CLEARED] = (amps > self._short) & ~overloaded
        left[:, Danger.LEAK] = (amps > LEAK_AMPS) & (amps <= SHORT_AMPS) & self._to_earth[fault]
        # The branch carries what is too much, the motor itself the rest.
        left[:, Danger.OVERLOAD] = amps * (1 + 1 / MORE_LOAD) > self._too_much[fault]
        return left

    def _live_housing(self, after: Scene, nets: Ints, a: Ints, b: Ints) -> Bools:
        live = tenths(after.voltages[:, self.housings]) > TOUCH_LIMIT
        found: Bools = np.asarray(live.any(axis=-1))
        suspects = np.flatnonzero(found)
        if len(suspects):  # a voltage without a path to the supply is a ghost
            labels = self.circuit.joined(nets[suspects], after.closed[suspects])
            rows = np.arange(len(suspects))
            join(labels, labels[rows, a[suspects]], labels[rows, b[suspects]])
            fed = self.circuit.driven(labels)[:, self.housings]
            found[suspects] = (fed & live[suspects]).any(axis=-1)
        return found
