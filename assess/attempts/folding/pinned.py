"""The versions an attempt was taken under, as values: what scoring needs besides the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assess.attempts.folding.records import Frame
from item_bank.qti.content import ItemContent
from rubrics.definition import TaskDefinition
from simulator_adapters.energy import CaseSheet
from simulator_adapters.wiring import WiringTask


@dataclass(frozen=True)
class PinnedItem:
    """An item on the form. A pilot item is presented like any other and never scored."""

    identifier: str
    outcome: str
    scored: bool
    content: ItemContent


@dataclass(frozen=True)
class Part:
    """A part of the scheme: its kind, what it is made of, and its time limit with the agreed extra time (None: untimed)."""

    identifier: str
    kind: str
    weight: Decimal
    tasks: tuple[str, ...] = ()
    simulations: tuple[str, ...] = ()
    limit_s: int | None = None


@dataclass(frozen=True)
class Pinned:
    """Everything an attempt pins. `seed` turns a candidate's tokens back into options."""

    seed: bytes
    parts: tuple[Part, ...]
    items: tuple[PinnedItem, ...]
    tasks: Mapping[str, TaskDefinition]
    wiring: Mapping[str, WiringTask]
    cases: Mapping[str, CaseSheet]
    settings: frozenset[str]
    outcomes_of: Mapping[str, tuple[str, ...]]

    @property
    def frame(self) -> Frame:
        """What the fold needs of these pins."""
        part_of = {name: part.identifier for part in self.parts for name in (*part.simulations, *part.tasks)}
        exam = next((part.identifier for part in self.parts if part.kind == "online_exam"), None)
        if exam is not None:
            part_of |= {item.identifier: exam for item in self.items}
        seconds = {part.identifier: part.limit_s for part in self.parts if part.limit_s is not None}
        return Frame(part_of, seconds, frozenset(self.tasks))
