"""One candidate's wiring as played, with the few questions that all rules ask of it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Ints
from simulator_adapters.wiring.library import OFF_UP_TO, ON_FROM
from simulator_adapters.wiring.playing import Played
from simulator_adapters.wiring.task import Setting, WiringTask


class Case:
    """A view on one candidate in a played batch."""

    def __init__(self, circuit: Circuit, played: Played, candidate: int) -> None:
        self.circuit = circuit
        self.task: WiringTask = circuit.task
        self.settings = played.settings
        self.rows = played.rows
        self.voltages = played.voltages[candidate]
        self.across = played.across[candidate]
        self.closed = played.closed[candidate]
        self.pulled = played.pulled[candidate]
        self.chatters = played.chatters[candidate]
        self.nets = played.nets[candidate]
        self.joined = played.joined[candidate]

    @cached_property
    def load_index(self) -> Mapping[str, int]:
        """Column of each load and coil."""
        return {load.id: index for index, load in enumerate(self.circuit.loads)}

    @cached_property
    def coil_index(self) -> Mapping[str, int]:
        """Column of each coil."""
        return {self.circuit.loads[load].id: index for index, load in enumerate(self.circuit.coils)}

    def reaches(self, labels: Ints, terminal: str, pole: str) -> Bools:
        """Per scene, whether a terminal is joined to a pole of the supply; labels of shape (…, n)."""
        own = labels[..., self.circuit.node[terminal], None]
        joined: Bools = (own == labels[..., self.circuit.supply[pole]]).any(axis=-1)
        return joined

    def poles_joined(self, one: str, other: str) -> Bools:
        """Per scene, whether two poles of the supply are joined."""
        first = self.joined[:, self.circuit.supply[one], None]
        second = self.joined[:, None, self.circuit.supply[other]]
        joined: Bools = (first == second).any(axis=(-1, -2))
        return joined

    def joined_without(self, components: Sequence[str]) -> Ints:
        """Labels per scene with the contacts of some components taken out."""
        return self.circuit.joined(self.nets, self.closed & ~self.circuit.contacts_of(components))

    def load_state(self, scene: int, name: str) -> str:
        """``on``, ``off``, ``weak`` or ``chatters``."""
        coil = self.coil_index.get(name)
        if coil is not None:
            if self.chatters[scene, coil]:
                return "chatters"
            return "on" if self.pulled[scene, coil] else "off"
        tenths = int(self.across[scene, self.load_index[name]])
        return "on" if tenths >= ON_FROM else "off" if tenths <= OFF_UP_TO else "weak"

    def volts_across(self, scene: int, name: str) -> Decimal:
        """Volts across a load, rounded to 0.1 V."""
        return _volts(int(self.across[scene, self.load_index[name]]))

    def volts_at(self, scene: int) -> dict[str, Decimal]:
        """Volts against earth of every terminal that has a path to the supply."""
        tenths = np.rint(self.voltages[scene] * 10).astype(np.int64).tolist()
        driven = self.driven[scene].tolist()
        return {name: _volts(tenths[i]) for name, i in self.circuit.node.items() if driven[i]}

    @cached_property
    def driven(self) -> Bools:
        """Per scene, which nodes have a path to the supply."""
        return self.circuit.driven(self.joined)

    def describe(self, setting: Setting) -> str:
        """Name a setting, such as ``Q1 on, S1 a``."""
        return ", ".join(f"{name} {state}" for name, state in setting.items())

    @staticmethod
    def first(fails: Bools) -> int | None:
        """Index of the first scene that fails."""
        return int(np.argmax(fails)) if fails.any() else None

    def names(self, components: Iterable[str]) -> str:
        """Join the names of components for a sentence."""
        return ", ".join(self.task.component[name].name for name in components)


def _volts(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)
