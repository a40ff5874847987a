"""Injected faults: what can break inside a component, one thing at a time, at its own terminals and never on a conductor.

Conductors looped through a terminal stay joined, so that a protective conductor that goes on from housing to housing is
as good as one for each. A broken protective conductor at a load parts its housing from everything and is harmless while
nothing else fails, hence only the supply's own poles are broken here: then a housing that hangs on the neutral shows.
"""

from dataclasses import dataclass

import numpy as np

from simulator_adapters.wiring.circuit import Circuit, Floats, stamp
from simulator_adapters.wiring.library import SOURCE_RESISTANCE, Role
from simulator_adapters.wiring.parts import Component, FaultKind

FAULT_OHMS = 0.1
LEAK_OHMS = 2000.0
PERSON_OHMS = 1000.0
MORE_LOAD = 0.5
"""An overloaded motor takes half as much again as its rating."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One injected fault.

    Attributes
    ----------
    branches
        Conductances in siemens between pairs of nodes; the first is the one whose current has to cease.
    to_earth
        Conductances from nodes to earth, such as a person's; negative where a pole of the supply is taken away.
    sentence
        What is wrong, as the beginning of a sentence.
    """

    kind: FaultKind
    component: str
    sentence: str
    branches: tuple[tuple[int, int, float], ...] = ()
    to_earth: tuple[tuple[int, float], ...] = ()

    @property
    def name(self) -> str:
        return f"fault_{self.kind}_{self.component}"

    def is_called(self, name: str) -> bool:
        """Whether a task that names a kind of fault, or a kind and a component, means this one."""
        return name in (self.kind.value, f"{self.kind}_{self.component}")

    @property
    def nodes(self) -> tuple[int, ...]:
        """Nodes one of which must be live for the fault to do anything."""
        return tuple(node for a, b, _ in self.branches for node in (a, b)) or tuple(node for node, _ in self.to_earth)


def faults_of(circuit: Circuit) -> tuple[Fault, ...]:
    """Every fault that is injected into a task."""
    found: list[Fault] = []
    for component in circuit.task.components:
        if component.load_between is not None:
            found += _of_load(circuit, component)
        if component.library.role is Role.SUPPLY:
            found += _of_supply(circuit, component)
    return tuple(found)


def conductances(circuit: Circuit, fault: Fault) -> Floats:
    """What the fault adds to the conductance matrix, shape (n, n)."""
    added = np.zeros((circuit.size, circuit.size))
    for a, b, siemens in fault.branches:
        added += stamp(circuit.size, [(a, b)]) * siemens
    for node, siemens in fault.to_earth:
        added[node, node] += siemens
    return added


def _of_load(circuit: Circuit, load: Component) -> list[Fault]:
    ends = [circuit.node[f"{load.id}.{end}"] for end in load.load_between or ()]
    bolted, name = 1 / FAULT_OHMS, load.name
    if load.coil:
        told = f"the coil of {name} is shorted"
        return [_fault(FaultKind.LINE_NEUTRAL, load, told, (ends[0], ends[1], bolted))]
    shorted = f"the conductors inside {name} touch each other"
    found = [_fault(FaultKind.LINE_NEUTRAL, load, shorted, (ends[0], ends[1], bolted))]
    if "PE" in load.terminals:
        body = circuit.node[f"{load.id}.PE"]
        found += [
            _fault(FaultKind.LINE_BODY, load, f"the line touches the housing of {name}", (ends[0], body, bolted)),
            _fault(
                FaultKind.TOUCH,
                load,
                f"a person holds the housing of {name} while its insulation leaks",
                (ends[0], body, 1 / LEAK_OHMS),
                to_earth=((body, 1 / PERSON_OHMS),),
            ),
        ]
        if len(ends) == 2:
            told = f"the neutral touches the housing of {name}"
            found.append(_fault(FaultKind.NEUTRAL_BODY, load, told, (ends[1], body, bolted)))
    if load.library.role is Role.MOTOR:
        more = load.conductance * MORE_LOAD
        pairs = [(a, b, more) for place, a in enumerate(ends) for b in ends[place + 1 :]]
        found.append(_fault(FaultKind.OVERLOADED, load, f"{name} is overloaded", *pairs))
    return found


def _of_supply(circuit: Circuit, supply: Component) -> list[Fault]:
    poles = {"N": (FaultKind.BROKEN_NEUTRAL, "neutral"), "PE": (FaultKind.BROKEN_PE, "protective conductor")}
    return [
        _fault(
            kind,
            supply,
            f"the {words} breaks at {supply.name}",
            to_earth=((circuit.node[f"{supply.id}.{pole}"], -1 / SOURCE_RESISTANCE[pole]),),
        )
        for pole, (kind, words) in poles.items()
        if pole in supply.terminals
    ]


def _fault(
    kind: FaultKind,
    component: Component,
    sentence: str,
    *branches: tuple[int, int, float],
    to_earth: tuple[tuple[int, float], ...] = (),
) -> Fault:
    return Fault(kind=kind, component=component.id, sentence=sentence, branches=branches, to_earth=to_earth)
