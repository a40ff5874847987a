"""Many wirings of one task as played, with the few questions that all checks ask of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Ints, Volts, join, tenths
from simulator_adapters.wiring.injecting import Injected
from simulator_adapters.wiring.library import Role
from simulator_adapters.wiring.parts import Component, Setting
from simulator_adapters.wiring.playing import Scene, Script
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.wires import Drawing

OFF, ON, WEAK, REVERSE, CHATTERS = range(5)
STATES = ("off", "on", "weak", "reverse", "chatters")


class Batch:
    """Candidates × scenes as they played; arrays carry these two axes first."""

    def __init__(
        self,
        circuit: Circuit,
        script: Script,
        drawings: Sequence[Drawing],
        nets: Ints,
        scene: Scene,
        injected: Injected | None = None,
    ) -> None:
        self.circuit, self.script, self.drawings, self.nets = circuit, script, drawings, nets
        self.task: WiringTask = circuit.task
        self.scene, self.injected = scene, injected
        self.shape = scene.voltages.shape[:2]

    @cached_property
    def load_index(self) -> Mapping[str, int]:
        """Column of each load and coil."""
        return {load.id: index for index, load in enumerate(self.circuit.loads)}

    @cached_property
    def joined(self) -> Ints:
        """Labels of nodes joined by wires and closed contacts, shape (candidates, scenes, n)."""
        return self.circuit.joined(self.nets[:, None], self.scene.closed)

    @cached_property
    def driven(self) -> Bools:
        """Which nodes have a path to the supply, shape (candidates, scenes, n)."""
        return self.circuit.driven(self.joined)

    @cached_property
    def across(self) -> Ints:
        """Volts across each load in tenths, shape (candidates, scenes, D)."""
        return tenths(self._load_volts)

    @cached_property
    def _load_volts(self) -> Volts:
        return self.circuit.load_volts(self.scene.voltages)

    def volts_of(self, load: str) -> Volts:
        """Voltage across a load with its sign, in volts, shape (candidates, scenes)."""
        return self._load_volts[..., self.load_index[load]]

    @cached_property
    def codes(self) -> Ints:
        """What each load and coil does, an index into `STATES`, shape (candidates, scenes, D)."""
        codes = np.full(self.across.shape, WEAK)
        codes[self.across >= self.circuit.works_from] = ON
        codes[self.across <= self.circuit.off_up_to] = OFF
        turned = [
            index
            for index, load in enumerate(self.circuit.loads)
            if len(load.load_between or ()) == 3 or load.library.polarised
        ]
        for index in turned:
            codes[..., index][(codes[..., index] == ON) & (self._load_volts[..., index].real < 0)] = REVERSE
        if len(self.circuit.coils):
            codes[..., self.circuit.coils] = np.where(self.scene.pulled, ON, OFF)
            codes[..., self.circuit.coils] = np.where(self.scene.chatters, CHATTERS, codes[..., self.circuit.coils])
        return codes

    def does(self, load: str, wanted: bool | str, *, inverted: bool = False) -> Bools:
        """Whether a load does what is wanted of it, shape (candidates, scenes)."""
        codes = self.codes[..., self.load_index[load]]
        if isinstance(wanted, str):
            return np.asarray(codes == (ON if wanted == "forward" else REVERSE))
        if wanted == inverted:
            return np.asarray(codes == OFF)
        right = codes == ON
        if not self.task.component[load].library.polarised:
            right |= codes == REVERSE  # whichever way it turns
        return np.asarray(right)

    def load_state(self, candidate: int, scene: int, name: str) -> str:
        """``on``, ``off``, ``weak``, ``reverse`` or ``chatters``."""
        return STATES[self.codes[candidate, scene, self.load_index[name]]]

    def reaches(self, labels: Ints, terminal: str, pole: str) -> Bools:
        """Whether a terminal is joined to a pole of the supply; labels of shape (…, n)."""
        own = labels[..., self.circuit.node[terminal]]
        joined = np.zeros(own.shape, dtype=bool)
        for node in self.circuit.supply[pole]:
            joined |= own == labels[..., node]
        return joined

    def reaches_in(self, candidate: int, scene: int, labels: Ints, terminal: str, pole: str) -> bool:
        """The same for one candidate and scene, as a sentence asks it."""
        return bool(self.reaches(labels[candidate, scene], terminal, pole))

    def poles_joined(self, one: str, other: str, *, labels: Ints | None = None) -> Bools:
        """Whether two poles of the supply are joined, at rest or by other labels, shape (candidates, scenes)."""
        joined = self.joined if labels is None else labels
        found = np.zeros(self.shape, dtype=bool)
        for first in self.circuit.supply[one]:
            for second in self.circuit.supply[other]:
                if first != second:
                    found |= joined[..., first] == joined[..., second]
        return found

    def joined_without(self, components: Sequence[str]) -> Ints:
        """Labels with the contacts of some components taken out."""
        return self.circuit.joined(self.nets[:, None], self.scene.closed & ~self.circuit.contacts_of(components))

    def volts_across(self, candidate: int, scene: int, name: str) -> Decimal:
        """Volts across a load, rounded to 0.1 V."""
        return _volts(int(self.across[candidate, scene, self.load_index[name]]))

    def volts_at(self, candidate: int, scene: int, *, also: Sequence[tuple[int, int]] = ()) -> dict[str, Decimal]:
        """Volts against earth of every terminal that has a path to the supply; magnitudes on three lines.

        `also` names pairs of nodes that an injected fault joins.
        """
        at = self.scene.voltages[candidate, scene]
        whole = np.rint((np.abs(at) if np.iscomplexobj(at) else at) * 10).astype(np.int64).tolist()
        labels = self.joined[candidate, scene][None].copy()
        for a, b in also:
            join(labels, labels[:, a], labels[:, b])
        driven = (self.circuit.driven(labels)[0] if also else self.driven[candidate, scene]).tolist()
        return {name: _volts(whole[i]) for name, i in self.circuit.node.items() if driven[i]}

    def amps_at(self, candidate: int, scene: int) -> dict[str, Decimal]:
        """Amperes out of each pole of the supply and through each load, rounded to 1 mA."""
        at = self.scene.voltages[candidate, scene]
        poles = {
            pole: self.circuit.supply_current(at, pole) for pole, nodes in self.circuit.supply.items() if len(nodes)
        }
        flows = {f"supply {pole}": float(amps) for pole, amps in poles.items()}
        volts = np.abs(self.circuit.load_volts(at))
        for load, across in zip(self.circuit.loads, volts, strict=True):
            flows[load.id] = float(across) / load.volts * load.load_amps
        return {name: Decimal(round(amps * 1000)).scaleb(-3) for name, amps in flows.items()}

    def of_role(self, *roles: Role) -> list[Component]:
        """Components of some roles, in the task's order."""
        return [c for c in self.task.components if c.library.role in roles]

    def names(self, components: Iterable[str]) -> str:
        """Join the names of components for a sentence."""
        return ", ".join(self.task.component[name].name for name in components)


def describe(setting: Setting) -> str:
    """Name a setting, such as ``Q1 on, S1 a``."""
    return ", ".join(f"{name} {state}" for name, state in setting.items())


def amperes(amps: float) -> str:
    """Write a current for a sentence, small ones in milliamperes.

    Examples
    --------
    >>> amperes(15.54), amperes(0.0433)
    ('15.5 A', '43 mA')
    """
    milliamperes = round(amps * 1000)
    return f"{amps:.1f} A" if milliamperes >= 1000 else f"{milliamperes} mA"


def _volts(whole: int) -> Decimal:
    return Decimal(whole).scaleb(-1)
