"""What a wiring task is made of: components, what they must do, rules, wrong wirings; and the error of a bad task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from simulator_adapters.wiring.library import NOMINAL_VOLTAGE, Kind, Role, kind_of, rating_of

Wire = tuple[str, str]
Setting = Mapping[str, str]


class TaskError(ValueError):
    """A task that can't be read: which file, which task, what is wrong and what to write instead."""

    code = "bad_wiring_task"

    def __init__(self, source: str, task: str, problem: str, remedy: str) -> None:
        super().__init__(f"{source}, {task}: {problem} {remedy}")
        self.source, self.task, self.problem, self.remedy = source, task, problem, remedy


class FaultKind(StrEnum):
    """What can break inside a component."""

    LINE_BODY = "line_body"
    NEUTRAL_BODY = "neutral_body"
    LINE_NEUTRAL = "line_neutral"
    TOUCH = "touch"
    OVERLOADED = "overloaded"
    BROKEN_NEUTRAL = "broken_neutral"
    BROKEN_PE = "broken_pe"


USUAL_SIZES = tuple(map(Decimal, ("1.5", "2.5", "4", "6", "10")))


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a candidate chooses of each conductor beside its ends and its colour; nothing of it decides a verdict.

    Attributes
    ----------
    sizes
        The sizes in mm² that lie ready at the bench.
    size_asked, length_asked
        No conductor is laid before its size was chosen, or without its length in metres.
    """

    sizes: tuple[Decimal, ...] = USUAL_SIZES
    size_asked: bool = False
    length_asked: bool = False


RESTING = frozenset({"rest", "released", "off", "open", "straight", "ready"})
"""How content calls the state in which a part stands before a hand moves it."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of the task: its terminals, the contacts closed in each of its states, and its load."""

    id: str
    kind: str
    terminals: tuple[str, ...]
    states: Mapping[str, tuple[Wire, ...]] = field(default_factory=dict)
    load_between: tuple[str, ...] | None = None
    coil: bool = False

    @cached_property
    def library(self) -> Kind:
        """The library's entry; reading the task has checked that there is one."""
        kind = kind_of(self.kind)
        assert kind is not None
        return kind

    @property
    def at_rest(self) -> tuple[str, ...]:
        """Its states, the one of rest first. A stored document does not keep the order in which they were written."""
        return tuple(sorted(self.states, key=lambda state: (state not in RESTING, bool(self.states[state]), state)))

    @property
    def tripped(self) -> str:
        """The state in which a protective device stands once it has tripped: named so, or the one with fewest contacts."""
        return "tripped" if "tripped" in self.states else min(self.states, key=lambda state: len(self.states[state]))

    @property
    def name(self) -> str:
        """How sentences name it."""
        return f"{self.library.noun} {self.id}"

    @cached_property
    def volts(self) -> float:
        """Rated voltage of its load, coil or battery in volts."""
        return rating_of(self.kind).volts or self.library.volts or NOMINAL_VOLTAGE

    @cached_property
    def watts(self) -> float:
        """Rated power of its load or coil in watts; 0 without one."""
        return (rating_of(self.kind).watts or self.library.watts or 0.0) if self.load_between else 0.0

    @cached_property
    def conductance(self) -> float:
        """Conductance between any two terminals of its load in siemens; three terminals are a delta."""
        pairs = 3 if len(self.load_between or ()) == 3 else 1
        return self.watts / pairs / self.volts**2

    @cached_property
    def amps(self) -> float:
        """Rating or setting of a protective device in amperes: breaker B16 unless the kind says otherwise."""
        return self.rated_amps or 16.0

    @property
    def rated_amps(self) -> float | None:
        """The rating that its kind names, None without one."""
        return rating_of(self.kind).amps

    @property
    def load_amps(self) -> float:
        """Rated current of its load in amperes; on three lines the current in each."""
        return self.watts / self.volts / (3**0.5 if len(self.load_between or ()) == 3 else 1)

    @cached_property
    def residual_amps(self) -> float:
        """Residual current at which it trips, in amperes: 30 mA unless the kind says otherwise."""
        return (rating_of(self.kind).milliamps or 30.0) / 1000

    @cached_property
    def seconds(self) -> float:
        """How long a timer waits after its coil is energised; 0 for what isn't one."""
        return (rating_of(self.kind).seconds or self.library.seconds) if self.library.role is Role.TIMER else 0.0


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One row of a truth table or one step of a sequence: hand-set states and what loads must do.

    `expect` says on or off, or for a motor on three lines ``forward`` or ``reverse``. `wait_s` passes before one looks.
    """

    set: Setting
    expect: Mapping[str, bool | str]
    wait_s: int = 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A safety rule beyond behaviour, with the author's own words for the candidate."""

    rule: str
    component: str = ""
    terminals: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A wrong wiring the task must detect."""

    id: str
    text: str
    wires: tuple[Wire, ...]
