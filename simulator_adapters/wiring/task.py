"""A wiring task: components, what they must do, which rules hold, and one reference wiring.

Read from an entry of the ``wiring`` list of a simulations file. Reading is strict, since a misspelt ``must_reach_pe``
would drop a safety rule without a word.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from simulator_adapters import documents
from simulator_adapters.wiring.library import KINDS, Kind, Role, kind_of

MOST_COMPONENTS = 500
MOST_STATES = 1024
MOST_MATRIX_ENTRIES = 20_000_000

Wire = tuple[str, str]
Setting = Mapping[str, str]


class TaskError(ValueError):
    """A task that can't be read: which file, which task, what is wrong and what to write instead."""

    code = "bad_wiring_task"

    def __init__(self, source: str, task: str, problem: str, remedy: str) -> None:
        super().__init__(f"{source}, {task}: {problem} {remedy}")
        self.source, self.task, self.problem, self.remedy = source, task, problem, remedy


RESTING = frozenset({"rest", "released", "off", "open", "straight"})
"""How content calls the state in which a part stands before a hand moves it."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of the task: its terminals, the contacts closed in each of its states, and its load."""

    id: str
    kind: str
    terminals: tuple[str, ...]
    states: Mapping[str, tuple[Wire, ...]] = field(default_factory=dict)
    load_between: Wire | None = None
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
    def name(self) -> str:
        """How sentences name it."""
        return f"{self.library.noun} {self.id}"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One row of a truth table or one step of a sequence: hand-set states and which loads must be on."""

    set: Setting
    expect: Mapping[str, bool]


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


@dataclass(frozen=True, kw_only=True)
class WiringTask:
    """Everything the engine needs to judge wirings of one task."""

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

    @classmethod
    def from_document(cls, entry: Mapping[str, Any], *, source: str = "simulations.yaml") -> "WiringTask":
        """Read one ``wiring`` entry.

        Raises
        ------
        TaskError
            Names file, task, problem and remedy.
        """
        return _Reader(entry, source).task()

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """Digest of everything the verdict depends on."""
        return documents.digest(documents.encode(self))

    @cached_property
    def component(self) -> Mapping[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.components}

    @cached_property
    def terminals(self) -> tuple[str, ...]:
        """Every terminal as ``component.terminal``, in the task's order."""
        return tuple(f"{c.id}.{terminal}" for c in self.components for terminal in c.terminals)

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


def wires_of_nets(nets: Sequence[Sequence[str]]) -> tuple[Wire, ...]:
    """Join the terminals of each net by a chain of wires.

    Examples
    --------
    >>> wires_of_nets([["SRC.L", "Q1.1"], ["Q1.2", "S1.1", "X1.L"]])
    (('SRC.L', 'Q1.1'), ('Q1.2', 'S1.1'), ('S1.1', 'X1.L'))
    """
    return tuple(pair for net in nets for pair in itertools.pairwise(net))


_KNOWN = {
    *("id", "kind", "credential", "outcomes", "title", "time_limit_min", "components", "reference_nets"),
    *("must_reach_pe", "truth_table", "sequence", "extra_rules", "same_rcd", "accept_inverted", "fault_variants"),
    *("accept_also", "scope_note", "review_note", "brief"),
}
_RULES = {"switch_in_line": "component", "neutral_direct": "terminals", "neutral_when_on": "terminals"}


class _Reader:
    def __init__(self, entry: Mapping[str, Any], source: str) -> None:
        self.source = source
        if not isinstance(entry, Mapping):
            raise TaskError(source, "wiring", "The entry is not a mapping.", "Write its fields as key: value.")
        self.entry = entry
        self.id = str(entry.get("id", "(no id)"))

    def task(self) -> WiringTask:
        if unknown := sorted(set(self.entry) - _KNOWN):
            self._refuse(f"The field {unknown[0]!r} is unknown.", f"Known fields are {', '.join(sorted(_KNOWN))}.")
        components = self._components()
        self.by_id = {component.id: component for component in components}
        self.terminals = {f"{c.id}.{terminal}" for c in components for terminal in c.terminals}
        if ("truth_table" in self.entry) == ("sequence" in self.entry):
            self._refuse("It has neither or both of truth_table and sequence.", "Write exactly one of them.")
        in_sequence = "sequence" in self.entry
        same_rcd = self._mapping(self.entry.get("same_rcd", {}), "same_rcd")
        task = WiringTask(
            id=self._text("id"),
            title=self._text("title"),
            components=components,
            reference=self._nets(self.entry.get("reference_nets"), "reference_nets"),
            rows=self._rows("sequence" if in_sequence else "truth_table", in_sequence),
            in_sequence=in_sequence,
            must_reach_pe=self._terminals(self.entry.get("must_reach_pe", []), "must_reach_pe"),
            rules=self._rules(),
            same_rcd=self._component(same_rcd["component"], "same_rcd") if same_rcd else "",
            same_rcd_loads=tuple(self._component(load, "same_rcd") for load in same_rcd.get("loads", [])),
            accept_inverted=self._flag("accept_inverted"),
            variants=self._variants(),
        )
        self._check_size(task)
        return task

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise TaskError(self.source, self.id, problem, remedy)

    def _text(self, name: str) -> str:
        value = self.entry.get(name)
        if not isinstance(value, str) or not value:
            self._refuse(f"The field {name!r} is missing or not text.", f"Write {name}: some text.")
        return str(value)

    def _flag(self, name: str) -> bool:
        value = self.entry.get(name, False)
        if not isinstance(value, bool):
            self._refuse(f"{name} is {value!r}.", "Write true or false.")
        return bool(value)

    def _mapping(self, value: Any, place: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self._refuse(f"{place} is not a mapping.", "Write its fields as key: value.")
        return dict(value)

    def _list(self, value: Any, place: str) -> list[Any]:
        if not isinstance(value, list):
            self._refuse(f"{place} is not a list.", "Write its entries with leading dashes.")
        return list(value)

    def _components(self) -> tuple[Component, ...]:
        entries = self._list(self.entry.get("components"), "components")
        if not 0 < len(entries) <= MOST_COMPONENTS:
            self._refuse(f"It has {len(entries)} components.", f"Give 1 to {MOST_COMPONENTS}.")
        components = tuple(self._one_component(self._mapping(entry, "a component")) for entry in entries)
        ids = [component.id for component in components]
        if doubled := [name for name in ids if ids.count(name) > 1]:
            self._refuse(f"Two components are called {doubled[0]}.", "Give each an id of its own.")
        if not any(component.library.role is Role.SUPPLY for component in components):
            self._refuse("It has no supply.", "Add a component of kind supply with terminals L, N and PE.")
        return components

    def _one_component(self, entry: Mapping[str, Any]) -> Component:
        name = str(entry.get("id", "(no id)"))
        if unknown := sorted(set(entry) - {"id", "kind", "terminals", "states", "load_between", "coil"}):
            self._refuse(f"{name}: the field {unknown[0]!r} is unknown.", "Remove it or correct its spelling.")
        kind = kind_of(str(entry.get("kind", "")))
        if kind is None:
            known = ", ".join(k.prefix for k in KINDS)
            self._refuse(f"{name}: the kind {entry.get('kind')!r} is not in the library.", f"Known kinds are {known}.")
        terminals = self._list(entry.get("terminals"), f"{name}.terminals")
        if not all(isinstance(t, str) for t in terminals) or len(set(terminals)) != len(terminals) or not terminals:
            self._refuse(f"{name}: terminals must be distinct texts.", "Quote numbers: '1', '2'.")
        if "." in name or (kind.role is Role.SUPPLY and set(terminals) - {"L", "N", "PE"}):
            self._refuse(f"{name}: an id holds no dot, and a supply has terminals L, N, PE.", "Rename it.")
        component = Component(
            id=name,
            kind=str(entry["kind"]),
            terminals=tuple(terminals),
            states=self._states(name, terminals, self._mapping(entry.get("states", {}), f"{name}.states")),
            load_between=self._pair(entry.get("load_between"), terminals, f"{name}.load_between"),
            coil=bool(entry.get("coil", False)),
        )
        if component.coil and set(component.states) != {"released", "pulled"}:
            self._refuse(f"{name}: a coil needs the states released and pulled.", "Write both.")
        if (component.load_between is None) != (kind.watts is None):
            self._refuse(
                f"{name}: a {kind.noun} {'needs' if kind.watts else 'has no'} load_between.",
                "Name the two terminals of its load, or leave the field out.",
            )
        return component

    def _states(self, name: str, terminals: list[Any], states: Mapping[str, Any]) -> dict[str, tuple[Wire, ...]]:
        read: dict[str, tuple[Wire, ...]] = {}
        for state, pairs in states.items():
            if not isinstance(state, str):
                self._refuse(f"{name}: the state {state!r} is not text.", "Quote it: 'on', 'off'.")
            place = f"{name}.states.{state}"
            contacts = (self._pair(pair, terminals, place) for pair in self._list(pairs, place))
            read[state] = tuple(contact for contact in contacts if contact is not None)
        return read

    def _pair(self, value: Any, terminals: list[Any], place: str) -> Wire | None:
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or value[0] == value[1] or set(value) - set(terminals):
            self._refuse(f"{place} is {value!r}.", "Give two different terminals of this component.")
        return (value[0], value[1])

    def _terminals(self, value: Any, place: str) -> tuple[str, ...]:
        names = self._list(value, place)
        if strange := [name for name in names if name not in self.terminals]:
            self._refuse(f"{place}: {strange[0]!r} is not a terminal.", "Write component.terminal, such as H1.L.")
        return tuple(names)

    def _component(self, value: Any, place: str) -> str:
        if value not in self.by_id:
            self._refuse(f"{place}: {value!r} is not a component.", f"Known are {', '.join(self.by_id)}.")
        return str(value)

    def _nets(self, value: Any, place: str) -> tuple[Wire, ...]:
        nets = [self._terminals(net, place) for net in self._list(value, place)]
        flat = [terminal for net in nets for terminal in net]
        if doubled := [terminal for terminal in flat if flat.count(terminal) > 1]:
            self._refuse(f"{place}: {doubled[0]} lies in two nets.", "Join the two nets into one.")
        return wires_of_nets(nets)

    def _rows(self, place: str, in_sequence: bool) -> tuple[Expectation, ...]:
        hand_set = {name: c for name, c in self.by_id.items() if c.states and not c.coil}
        current: dict[str, str] = {}
        rows = []
        for number, raw in enumerate(self._list(self.entry[place], place), start=1):
            row = self._mapping(raw, f"{place} {number}")
            given = self._mapping(row.get("set"), f"{place} {number}: set")
            for name, state in given.items():
                if name not in hand_set or state not in hand_set[name].states:
                    self._refuse(
                        f"{place} {number} sets {name} to {state!r}.",
                        "Set a switch, push, breaker or RCD to one of its own states, in quotes.",
                    )
            current = {**current, **given} if in_sequence else dict(given)
            if missing := sorted(set(hand_set) - set(current)):
                self._refuse(f"{place} {number} leaves {missing[0]} unset.", "Set each of them.")
            rows.append(Expectation(set=current, expect=self._expect(row.get("expect"), f"{place} {number}")))
        if not rows:
            self._refuse(f"{place} is empty.", "Write at least one entry.")
        return tuple(rows)

    def _expect(self, value: Any, place: str) -> dict[str, bool]:
        expect = self._mapping(value, f"{place}: expect")
        for name, on in expect.items():
            if name not in self.by_id or self.by_id[name].load_between is None or not isinstance(on, bool):
                self._refuse(f"{place} expects {name}: {on!r}.", "Name a load or coil and write true or false.")
        if not expect:
            self._refuse(f"{place} expects nothing.", "Name at least one load.")
        return dict(expect)

    def _rules(self) -> tuple[Rule, ...]:
        rules = []
        for raw in self._list(self.entry.get("extra_rules", []), "extra_rules"):
            entry = self._mapping(raw, "extra_rules")
            name = str(entry.get("rule"))
            if name not in _RULES or _RULES[name] not in entry:
                known = ", ".join(f"{rule} (with {needs})" for rule, needs in _RULES.items())
                self._refuse(f"The rule {name!r} is unknown or incomplete.", f"Known rules are {known}.")
            rules.append(
                Rule(
                    rule=name,
                    component=self._component(entry["component"], name) if "component" in entry else "",
                    terminals=self._terminals(entry.get("terminals", []), name),
                    text=str(entry.get("text", "")),
                )
            )
        return tuple(rules)

    def _variants(self) -> tuple[Variant, ...]:
        wrong = [
            Variant(
                id=str(self._mapping(raw, "fault_variants").get("id")),
                text=str(raw.get("text", "")),
                wires=self._nets(raw.get("nets"), f"fault variant {raw.get('id')}"),
            )
            for raw in self._list(self.entry.get("fault_variants", []), "fault_variants")
        ]
        wrong += [
            Variant(
                id=f"counter_example_{raw['rule']}",
                text=str(raw.get("text", "")),
                wires=self._nets(raw["counter_example_nets"], "counter_example_nets"),
            )
            for raw in self.entry.get("extra_rules", [])
            if "counter_example_nets" in raw
        ]
        return tuple(wrong)

    def _check_size(self, task: WiringTask) -> None:
        count = 1
        for component in task.hand_set:
            count *= len(component.states)
        if count > MOST_STATES:
            self._refuse(f"Its switches have {count} combinations.", f"Split it: at most {MOST_STATES} are played.")
        if task.matrix_entries > MOST_MATRIX_ENTRIES:
            self._refuse(
                f"{len(task.terminals)} terminals in {count} combinations are too much to solve.",
                f"Split it: combinations × terminals² may reach {MOST_MATRIX_ENTRIES}.",
            )
