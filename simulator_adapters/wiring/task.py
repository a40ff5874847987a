"""A wiring task: components, what they must do, which rules hold, and one reference wiring.

Read from an entry of the ``wiring`` list of a simulations file.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from simulator_adapters import documents
from simulator_adapters.wiring.parts import Choices, Component, Expectation, Rule, Setting, Variant, Wire
from simulator_adapters.wiring.reading import TaskReader


@dataclass(frozen=True, kw_only=True)
class WiringTask:
    """Everything the engine needs to judge wirings of one task; `choices` and `injectable` are for the bench alone."""

    id: str
    title: str
    components: tuple[Component, ...]
    reference: tuple[Wire, ...]
    rows: tuple[Expectation, ...]
    in_sequence: bool
    must_reach_pe: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    same_rcd: str = ""
    same_rcd_loads: tuple[str, ...] = ()
    accept_inverted: bool = False
    variants: tuple[Variant, ...] = ()
    choices: Choices = field(default_factory=Choices)
    injectable: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, entry: Mapping[str, Any], *, source: str = "simulations.yaml") -> "WiringTask":
        """Read one ``wiring`` entry.

        Raises
        ------
        TaskError
            Names file, task, problem and remedy.
        """
        return cls(**TaskReader(entry, source).fields())

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """Digest of everything the verdict depends on."""
        decides = (one.name for one in fields(self) if one.name not in ("choices", "injectable"))
        return documents.digest({name: documents.encode(getattr(self, name)) for name in decides})

    @cached_property
    def component(self) -> Mapping[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.components}

    @cached_property
    def terminals(self) -> tuple[str, ...]:
        """Every terminal as ``component.terminal``, in the task's order."""
        return tuple(f"{c.id}.{terminal}" for c in self.components for terminal in c.terminals)

    @cached_property
    def node(self) -> Mapping[str, int]:
        """Place of each terminal in that order."""
        return {terminal: index for index, terminal in enumerate(self.terminals)}

    @cached_property
    def hand_set(self) -> tuple[Component, ...]:
        """Components whose state a hand sets: all with states but those a coil moves."""
        return tuple(c for c in self.components if c.states and not c.coil)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every combination of hand-set states."""
        names = [c.id for c in self.hand_set]
        return tuple(
            dict(zip(names, states, strict=True)) for states in itertools.product(*(c.states for c in self.hand_set))
        )

    @property
    def matrix_entries(self) -> int:
        """Size of what the solver holds for one candidate: scenes × terminals²."""
        return (len(self.rows) + len(self.settings)) * len(self.terminals) ** 2

    def public_document(self) -> dict[str, Any]:
        """What a candidate's drawing page may know: each part as one sees it on the bench, and no key.

        That is its terminals, the states a hand can set, and what is printed on its housing: the contacts of each state and
        the terminals of its load or coil. How parts are to be joined, and what then must work, stays here.
        """
        by_hand = {component.id for component in self.hand_set}
        return {
            "id": self.id,
            "title": self.title,
            "conductors": {
                "sizes": [f"{size:f}" for size in self.choices.sizes],
                "size_asked": self.choices.size_asked,
                "length_asked": self.choices.length_asked,
            },
            "components": [
                {
                    "id": c.id,
                    "kind": c.kind,
                    "role": c.library.role.value,
                    "terminals": list(c.terminals),
                    "states": list(c.at_rest) if c.id in by_hand else [],
                    "contacts": {state: [list(pair) for pair in pairs] for state, pairs in c.states.items()},
                    "load": list(c.load_between or ()),
                }
                for c in self.components
            ],
        }
