"""Reads one entry of the ``wiring`` list of a simulations file, strictly: a misspelt ``must_reach_pe`` would drop a
safety rule without a word, and every refusal names file, task, problem and remedy.
"""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from simulator_adapters.wiring.library import KINDS, Kind, Role, kind_of
from simulator_adapters.wiring.parts import (
    Choices,
    Component,
    Expectation,
    FaultKind,
    Rule,
    TaskError,
    Variant,
    Wire,
)

MOST_COMPONENTS = 500
MOST_STATES = 1024
MOST_MATRIX_ENTRIES = 20_000_000
MOST_SIZES = 20
SIZES_MM2 = (0.2, 300.0)
LONGEST_WAIT_S = 86_400

_NAME = re.compile(r"[^\s.\x00-\x1f\x7f]{1,40}\Z")
_KNOWN = {
    *("id", "kind", "credential", "outcomes", "title", "time_limit_min", "components", "reference_nets"),
    *("must_reach_pe", "truth_table", "sequence", "extra_rules", "same_rcd", "accept_inverted", "fault_variants"),
    *("accept_also", "scope_note", "review_note", "brief", "conductors", "injectable"),
}
_RULES = {"switch_in_line": "component", "neutral_direct": "terminals", "neutral_when_on": "terminals"}
_DIRECTIONS = ("forward", "reverse")
_SUPPLY_TERMINALS = {"L", "L1", "L2", "L3", "N", "PE"}
_SOURCES = (Role.SUPPLY, Role.BATTERY, Role.MODULE)


def wires_of_nets(nets: Sequence[Sequence[str]]) -> tuple[Wire, ...]:
    """Join the terminals of each net by a chain of wires.

    Examples
    --------
    >>> wires_of_nets([["SRC.L", "Q1.1"], ["Q1.2", "S1.1", "X1.L"]])
    (('SRC.L', 'Q1.1'), ('Q1.2', 'S1.1'), ('S1.1', 'X1.L'))
    """
    return tuple(pair for net in nets for pair in itertools.pairwise(net))


class TaskReader:
    """Turns an entry into the fields of a `WiringTask`, or raises `TaskError`."""

    def __init__(self, entry: object, source: str) -> None:
        self.source = source
        if not isinstance(entry, Mapping):
            raise TaskError(source, "wiring", "The entry is not a mapping.", "Write its fields as key: value.")
        self.entry = entry
        self.id = str(entry.get("id", "(no id)"))[:60]

    def fields(self) -> dict[str, Any]:
        """Everything a task consists of, by the names of its fields."""
        if unknown := sorted(str(name) for name in self.entry if name not in _KNOWN):
            self._refuse(f"The field {unknown[0][:40]!r} is unknown.", f"Known fields are {', '.join(sorted(_KNOWN))}.")
        components = self._components()
        self.by_id = {component.id: component for component in components}
        self.terminals = {f"{c.id}.{terminal}" for c in components for terminal in c.terminals}
        if ("truth_table" in self.entry) == ("sequence" in self.entry):
            self._refuse("It has neither or both of truth_table and sequence.", "Write exactly one of them.")
        in_sequence = "sequence" in self.entry
        same_rcd = self._mapping(self.entry.get("same_rcd", {}), "same_rcd")
        rows = self._rows("sequence" if in_sequence else "truth_table", in_sequence)
        self._check_size(components, len(rows))
        return {
            "id": self._text("id"),
            "title": self._text("title"),
            "components": components,
            "reference": self._nets(self.entry.get("reference_nets"), "reference_nets"),
            "rows": rows,
            "in_sequence": in_sequence,
            "must_reach_pe": self._terminals(self.entry.get("must_reach_pe", []), "must_reach_pe"),
            "rules": self._rules(),
            "same_rcd": self._component(same_rcd.get("component"), "same_rcd") if same_rcd else "",
            "same_rcd_loads": tuple(
                self._component(load, "same_rcd") for load in self._list(same_rcd.get("loads", []), "same_rcd.loads")
            ),
            "accept_inverted": self._flag("accept_inverted"),
            "variants": self._variants(),
            "choices": self._choices(),
            "injectable": self._injectable(),
        }

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
            self._refuse(f"{name} is {_shown(value)}.", "Write true or false.")
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
        ids = [component.id.casefold() for component in components]
        if len(set(ids)) < len(ids):
            doubled = next(c.id for c, name in zip(components, ids, strict=True) if ids.count(name) > 1)
            self._refuse(f"Two components are called {doubled}.", "Give each an id of its own; capitals make none.")
        if not any(component.library.role in _SOURCES for component in components):
            self._refuse("It has no supply.", "Add a component of kind supply with terminals L, N and PE.")
        return components

    def _one_component(self, entry: Mapping[str, Any]) -> Component:
        name = str(entry.get("id", "(no id)"))[:60]
        if unknown := sorted(
            {str(key) for key in entry} - {"id", "kind", "terminals", "states", "load_between", "coil"}
        ):
            self._refuse(f"{name}: the field {unknown[0][:40]!r} is unknown.", "Remove it or correct its spelling.")
        kind = kind_of(str(entry.get("kind", ""))[:80])
        if kind is None:
            known = ", ".join(k.names[0] for k in KINDS)
            told = _shown(entry.get("kind"))
            self._refuse(f"{name}: the kind {told} is not in the library.", f"Known kinds are {known}.")
        if not _NAME.match(name):
            self._refuse(f"{name!r}: an id holds no dot or space and has at most 40 signs.", "Rename it.")
        if "terminals" not in entry:
            entry = {**_as_in_library(kind), **entry}
        terminals = self._list(entry.get("terminals"), f"{name}.terminals")
        if not all(isinstance(t, str) for t in terminals) or len(set(terminals)) != len(terminals) or not terminals:
            self._refuse(f"{name}: terminals must be distinct texts.", "Quote numbers: '1', '2'.")
        if not all(_NAME.match(t) for t in terminals):
            self._refuse(f"{name}: a terminal holds no dot or space and has at most 40 signs.", "Rename it.")
        if kind.role is Role.SUPPLY and set(terminals) - _SUPPLY_TERMINALS:
            self._refuse(f"{name}: a supply has terminals L (or L1, L2, L3), N, PE.", "Rename its terminals.")
        if kind.role in (Role.BATTERY, Role.MODULE) and set(terminals) != {"+", "-"}:
            self._refuse(f"{name}: a {kind.noun} has the terminals + and -.", "Rename its terminals.")
        component = Component(
            id=name,
            kind=str(entry["kind"])[:80],
            terminals=tuple(terminals),
            states=self._states(name, terminals, self._mapping(entry.get("states", {}), f"{name}.states")),
            load_between=self._load(entry.get("load_between"), terminals, kind, f"{name}.load_between"),
            coil=self._coil(entry.get("coil", False), name),
        )
        self._check_component(component, kind)
        return component

    def _check_component(self, component: Component, kind: Kind) -> None:
        name = component.id
        if component.coil and set(component.states) != {"released", "pulled"}:
            self._refuse(f"{name}: a coil needs the states released and pulled.", "Write both.")
        if component.coil and component.load_between is None:
            self._refuse(f"{name}: a coil needs load_between.", "Name the two terminals of its coil.")
        if (component.load_between is None) != (kind.watts is None):
            self._refuse(
                f"{name}: a {kind.noun} {'needs' if kind.watts else 'has no'} load_between.",
                "Name the two terminals of its load, or leave the field out.",
            )
        if kind.role in (Role.BREAKER, Role.RCD, Role.RCBO, Role.OVERLOAD) and len(component.states) < 2:
            self._refuse(f"{name}: a {kind.noun} needs two states.", "Write one for set and one for tripped.")
        if component.load_between and not (0 < component.watts <= 1e6 and 1 <= component.volts <= 1000):
            self._refuse(f"{name}: {component.kind!r} is out of range.", "Give up to 1000 kW and 1 to 1000 V.")
        if not (0.1 <= component.amps <= 6300 and 0.001 <= component.residual_amps <= 30):
            self._refuse(f"{name}: {component.kind!r} is out of range.", "Give 0.1 to 6300 A and 1 to 30000 mA.")

    def _coil(self, value: Any, name: str) -> bool:
        if not isinstance(value, bool):
            self._refuse(f"{name}.coil is {_shown(value)}.", "Write true or false.")
        return bool(value)

    def _load(self, value: Any, terminals: list[Any], kind: Kind, place: str) -> tuple[str, ...] | None:
        if kind.role is Role.MOTOR and isinstance(value, list) and len(value) == 3:
            if len({str(end) for end in value}) < 3 or not all(end in terminals for end in value):
                self._refuse(f"{place} is {_shown(value)}.", "Give three different terminals of this component.")
            return tuple(value)
        return self._pair(value, terminals, place)

    def _states(self, name: str, terminals: list[Any], states: Mapping[str, Any]) -> dict[str, tuple[Wire, ...]]:
        read: dict[str, tuple[Wire, ...]] = {}
        for state, pairs in states.items():
            if not isinstance(state, str):
                self._refuse(f"{name}: the state {_shown(state)} is not text.", "Quote it: 'on', 'off'.")
            place = f"{name}.states.{state[:40]}"
            contacts = (self._pair(pair, terminals, place) for pair in self._list(pairs, place))
            read[state] = tuple(contact for contact in contacts if contact is not None)
        return read

    def _pair(self, value: Any, terminals: list[Any], place: str) -> Wire | None:
        if value is None:
            return None
        if (
            not isinstance(value, list)
            or len(value) != 2
            or value[0] == value[1]
            or not all(end in terminals for end in value)
        ):
            self._refuse(f"{place} is {_shown(value)}.", "Give two different terminals of this component.")
        return (value[0], value[1])

    def _terminals(self, value: Any, place: str) -> tuple[str, ...]:
        names = self._list(value, place)
        if strange := [name for name in names if not isinstance(name, str) or name not in self.terminals]:
            told = _shown(strange[0])
            self._refuse(f"{place}: {told} is not a terminal.", "Write component.terminal, such as H1.L.")
        return tuple(names)

    def _component(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in self.by_id:
            self._refuse(f"{place}: {_shown(value)} is not a component.", f"Known are {', '.join(self.by_id)}.")
        return value

    def _nets(self, value: Any, place: str) -> tuple[Wire, ...]:
        nets = [self._terminals(net, place) for net in self._list(value, place)]
        seen: set[str] = set()
        for terminal in itertools.chain.from_iterable(nets):
            if terminal in seen:
                self._refuse(f"{place}: {terminal} lies in two nets.", "Join the two nets into one.")
            seen.add(terminal)
        return wires_of_nets(nets)

    def _rows(self, place: str, in_sequence: bool) -> tuple[Expectation, ...]:
        hand_set = {name: c for name, c in self.by_id.items() if c.states and not c.coil}
        current: dict[str, str] = {}
        rows = []
        for number, raw in enumerate(self._list(self.entry[place], place), start=1):
            row = self._mapping(raw, f"{place} {number}")
            given = self._mapping(row.get("set"), f"{place} {number}: set")
            for name, state in given.items():
                if name not in hand_set or not isinstance(state, str) or state not in hand_set[name].states:
                    self._refuse(
                        f"{place} {number} sets {str(name)[:40]} to {_shown(state)}.",
                        "Set a switch, push, breaker or RCD to one of its own states, in quotes.",
                    )
            current = {**current, **given} if in_sequence else dict(given)
            if missing := sorted(set(hand_set) - set(current)):
                self._refuse(f"{place} {number} leaves {missing[0]} unset.", "Set each of them.")
            expect = self._expect(row.get("expect"), f"{place} {number}")
            wait = self._wait(row.get("wait_s", 0), in_sequence, f"{place} {number}")
            rows.append(Expectation(set=current, expect=expect, wait_s=wait))
        if not rows:
            self._refuse(f"{place} is empty.", "Write at least one entry.")
        return tuple(rows)

    def _wait(self, value: Any, in_sequence: bool, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_WAIT_S:
            self._refuse(f"{place}: wait_s is {_shown(value)}.", f"Give whole seconds up to {LONGEST_WAIT_S}.")
        if value and not in_sequence:
            self._refuse(f"{place} waits.", "Only the steps of a sequence can wait; write a sequence.")
        return int(value)

    def _expect(self, value: Any, place: str) -> dict[str, bool | str]:
        expect = self._mapping(value, f"{place}: expect")
        for name, on in expect.items():
            component = self.by_id.get(name) if isinstance(name, str) else None
            if component is None or component.load_between is None:
                self._refuse(
                    f"{place} expects {_shown(name)}: {_shown(on)}.", "Name a load or coil and write true or false."
                )
            turns = len(component.load_between) == 3
            if not isinstance(on, bool) and not (turns and isinstance(on, str) and on in _DIRECTIONS):
                self._refuse(f"{place} expects {name}: {_shown(on)}.", "Name a load or coil and write true or false.")
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
                self._refuse(f"The rule {name[:40]!r} is unknown or incomplete.", f"Known rules are {known}.")
            rules.append(
                Rule(
                    rule=name,
                    component=self._component(entry["component"], name) if "component" in entry else "",
                    terminals=self._terminals(entry.get("terminals", []), name),
                    text=str(entry.get("text", "")),
                )
            )
        return tuple(rules)

    def _choices(self) -> Choices:
        if "conductors" not in self.entry:
            return Choices()
        given = self._mapping(self.entry["conductors"], "conductors")
        if unknown := sorted(str(name) for name in given if name not in ("sizes", "lengths")):
            self._refuse(f"conductors: the field {unknown[0][:40]!r} is unknown.", "Write sizes or lengths.")
        lengths = given.get("lengths", False)
        if not isinstance(lengths, bool):
            self._refuse(f"conductors.lengths is {_shown(lengths)}.", "Write true or false.")
        if "sizes" not in given:
            return Choices(length_asked=lengths)
        sizes = [self._size(value) for value in self._list(given["sizes"], "conductors.sizes")]
        if not 0 < len(sizes) <= MOST_SIZES or sizes != sorted(set(sizes)):
            self._refuse("conductors.sizes is empty, too long or out of order.", f"Give 1 to {MOST_SIZES}, rising.")
        return Choices(sizes=tuple(sizes), size_asked=True, length_asked=lengths)

    def _size(self, value: Any) -> Decimal:
        low, high = SIZES_MM2
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not low <= value <= high:
            self._refuse(f"conductors.sizes holds {_shown(value)}.", f"Give sizes in mm², {low:g} to {high:g}.")
        return Decimal(f"{value:g}")

    def _injectable(self) -> tuple[str, ...]:
        names = self._list(self.entry.get("injectable", []), "injectable")
        known = {*FaultKind, *(f"{kind}_{component}" for kind in FaultKind for component in self.by_id)}
        if strange := [name for name in names if not isinstance(name, str) or name not in known]:
            kinds = ", ".join(FaultKind)
            remedy = f"Write {kinds}, or one of them with a component: touch_X1."
            self._refuse(f"injectable: {_shown(strange[0])} is no fault.", remedy)
        return tuple(names)

    def _variants(self) -> tuple[Variant, ...]:
        wrong = []
        for raw in self._list(self.entry.get("fault_variants", []), "fault_variants"):
            entry = self._mapping(raw, "fault_variants")
            name, text = str(entry.get("id")), str(entry.get("text", ""))
            wrong.append(Variant(id=name, text=text, wires=self._nets(entry.get("nets"), f"fault variant {name}")))
        for raw in self.entry.get("extra_rules", []):
            if "counter_example_nets" in raw:
                nets = self._nets(raw["counter_example_nets"], "counter_example_nets")
                name = f"counter_example_{raw['rule']}"
                wrong.append(Variant(id=name, text=str(raw.get("text", "")), wires=nets))
        return tuple(wrong)

    def _check_size(self, components: tuple[Component, ...], rows: int) -> None:
        count = math.prod(len(c.states) for c in components if c.states and not c.coil)
        if count > MOST_STATES:
            self._refuse(f"Its switches have {count} combinations.", f"Split it: at most {MOST_STATES} are played.")
        terminals = len(self.terminals)
        if (rows + count) * terminals**2 > MOST_MATRIX_ENTRIES:
            self._refuse(
                f"{terminals} terminals in {count} combinations are too much to solve.",
                f"Split it: combinations × terminals² may reach {MOST_MATRIX_ENTRIES}.",
            )


def _as_in_library(kind: Kind) -> dict[str, Any]:
    taken: dict[str, Any] = {
        "terminals": list(kind.terminals),
        "states": {state: [list(pair) for pair in pairs] for state, pairs in kind.states.items()},
        "coil": kind.role in (Role.COIL, Role.TIMER),
    }
    return taken | ({"load_between": list(kind.load)} if kind.load else {})


def _shown(value: object) -> str:
    """A strange value in a sentence, cut to a length that can be read."""
    shown = repr(value) if isinstance(value, str | int | float | bool) or value is None else f"a {type(value).__name__}"
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
