"""Commissioning of a storage system as a plan: verify, write and read back, play what could happen, look again.

A document (`docs/reference/content-files.md`) holds the limits; nothing about a house or a grid is written in code. What is
verified comes first and ends the plan when it fails, so that nothing is written to another device than the one meant. Each
setting is read, written where it differs and read back. Each *what if* plays sun, house and grid for a time. At the end every
setting is read once more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from simulator_adapters.contract import OnFail, Plan, Step
from simulator_adapters.photovoltaic.models import ModelError, Point, definition, layout
from simulator_adapters.photovoltaic.settings import SpecError
from simulator_adapters.quantities import QuantityError, canonical_unit

VERSION = "1"
MOST_MINUTES = 7 * 24 * 60
MOST_LOOKS = 1000
MOST_ENTRIES = 200
_SETS = 8  # how many curve sets and curve points the check lays out

_POINT_FIELDS = {"model", "point", "index", "unit", "text", "source"}
_LIMITS = "Write low, high or both, with low at most high."


@dataclass(frozen=True, kw_only=True)
class PointLimits:
    """A point and the closed limits it must read within, in its unit."""

    model: int
    point: str
    index: tuple[int, ...]
    unit: str
    low: Decimal | None
    high: Decimal | None
    text: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """Model, point and index, such as ``714.Prt.DCW[2]``."""
        index = f"[{','.join(map(str, self.index))}]" if self.index else ""
        return f"{self.model}.{self.point}{index}"


@dataclass(frozen=True, kw_only=True)
class Setting(PointLimits):
    """A value to write; `low` and `high` are what the read-back may be."""

    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Expectation(PointLimits):
    """A point while a what-if is played: at its end, or always."""

    always: bool


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Surroundings for a time, looked at so often in it: W of sun and house, grid voltage in percent of nominal, minutes."""

    sun_w: Decimal
    load_w: Decimal
    grid_percent: Decimal
    minutes: Decimal
    looks: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What is played, and what must then hold."""

    id: str
    text: str
    phases: tuple[Phase, ...]
    expect: tuple[Expectation, ...]


@dataclass(frozen=True, kw_only=True)
class CommissioningSpec:
    """A whole commissioning."""

    id: str
    title: str
    verify: tuple[PointLimits, ...]
    settings: tuple[Setting, ...]
    what_if: tuple[WhatIf, ...]

    @classmethod
    def from_document(cls, entry: Any, *, source: str = "commissioning.yaml") -> "CommissioningSpec":
        """Read one entry of the list ``commissioning``.

        Raises
        ------
        SpecError
            Names file, entry, problem and remedy.
        """
        return _Reader(entry, source).spec()


def check_commissioning(spec: CommissioningSpec) -> list[str]:
    """Say which points no published model has, and which settings nobody can write. Empty when sound."""
    problems = []
    for one in (*spec.verify, *spec.settings, *(e for what in spec.what_if for e in what.expect)):
        place = f"{spec.id}: {one.name}"
        try:
            found = _published(one)
        except ModelError as problem:
            problems.append(f"{place}: {problem}")
            continue
        if found is None:
            problems.append(f"{place}: the model has no such point. Check name and index.")
        elif isinstance(one, Setting) and not found.writable:
            problems.append(f"{place} is read-only, so that nobody can set it. Verify it instead.")
    return problems


def commissioning_plan(spec: CommissioningSpec, *, what_if: bool = True) -> Plan:
    """Build the plan for a SunSpec session; its what-ifs need a bench with sun and house, and can be left out."""
    steps = [Step(name="identity", action="identify", on_fail=OnFail.STOP)]
    steps += [
        Step(name=f"verify {one.name}", action="setting", parameters=_parameters(one), on_fail=OnFail.STOP)
        for one in spec.verify
    ]
    steps += [
        Step(name=f"set {one.name}", action="write", parameters={**_parameters(one), "value": f"{one.value:f}"})
        for one in spec.settings
    ]
    steps += [_what_if(what) for what in spec.what_if if what_if]
    steps += [
        Step(name=f"still {one.name}", action="setting", parameters={**_parameters(one), "afresh": "true"})
        for one in spec.settings
    ]
    return Plan(name=f"commissioning/{spec.id}", version=VERSION, subject=spec.id, steps=tuple(steps))


def _published(one: PointLimits) -> Point | None:
    points = layout(definition(one.model), lambda name: _SETS)
    return next((point for point in points if (point.path, point.index) == (one.point, one.index)), None)


def _parameters(one: PointLimits) -> dict[str, str]:
    return {
        "model": str(one.model),
        "point": one.point,
        "index": json.dumps(one.index),
        "unit": one.unit,
        "low": _text(one.low),
        "high": _text(one.high),
    }


def _what_if(what: WhatIf) -> Step:
    phases = [
        {
            "sun_w": _text(phase.sun_w),
            "load_w": _text(phase.load_w),
            "grid_percent": _text(phase.grid_percent),
            "seconds": _text(phase.minutes * 60),
            "looks": phase.looks,
        }
        for phase in what.phases
    ]
    expect = [
        {
            **_parameters(one),
            "index": one.index,
            "name": one.name,
            "low": None if one.low is None else _text(one.low),
            "high": None if one.high is None else _text(one.high),
            "when": "always" if one.always else "end",
        }
        for one in what.expect
    ]
    parameters = {"phases": json.dumps(phases), "expect": json.dumps(expect)}
    return Step(name=f"what if {what.id}", action="what_if", parameters=parameters)


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


class _Reader:
    def __init__(self, entry: Any, source: str) -> None:
        self.source = source
        self.id = "(no id)"
        if not isinstance(entry, Mapping):
            self._refuse("The entry is not a mapping.", "Write its fields as key: value.")
        self.entry = entry
        self.id = str(entry.get("id", self.id))

    def spec(self) -> CommissioningSpec:
        self._known(self.entry, {"id", "title", "text", "verify", "settings", "what_if"}, "entry")
        spec = CommissioningSpec(
            id=self._word(self.entry, "id", "entry"),
            title=self._word(self.entry, "title", "entry"),
            verify=tuple(self._verified(raw, place) for raw, place in self._list(self.entry, "verify", "verify")),
            settings=tuple(self._setting(raw, place) for raw, place in self._list(self.entry, "settings", "settings")),
            what_if=tuple(self._what_if(raw, place) for raw, place in self._list(self.entry, "what_if", "what_if")),
        )
        for names in (
            [one.name for one in spec.verify],
            [one.name for one in spec.settings],
            [w.id for w in spec.what_if],
        ):
            for name in names:
                if names.count(name) > 1:
                    self._refuse(f"{name} is there twice.", "Leave one of them.")
        if not spec.settings and not spec.what_if:
            self._refuse("It sets nothing and plays nothing.", "Write settings or what_if.")
        return spec

    def _verified(self, raw: Mapping[str, Any], place: str) -> PointLimits:
        self._known(raw, _POINT_FIELDS | {"low", "high"}, place)
        low, high = self._limits(raw, place)
        if low is None or high is None:
            self._refuse(f"{place} has no {'low' if low is None else 'high'}.", "A verified point needs both limits.")
        return PointLimits(**self._point(raw, place), low=low, high=high)

    def _setting(self, raw: Mapping[str, Any], place: str) -> Setting:
        self._known(raw, _POINT_FIELDS | {"value", "tolerance", "allowed"}, place)
        value, slack = self._number(raw, "value", place), self._number(raw, "tolerance", place)
        if slack < 0:
            self._refuse(f"{place}: the tolerance is negative.", "Write it from 0 up.")
        allowed = raw.get("allowed")
        if not isinstance(allowed, Mapping):
            self._refuse(f"{place} says no allowed range.", "Write allowed: {low, high}, from the rules of the site.")
        self._known(allowed, {"low", "high"}, f"{place}, allowed")
        least, most = self._limits(allowed, f"{place}, allowed")
        if (least is not None and value < least) or (most is not None and value > most):
            span = " to ".join("any" if end is None else f"{end:f}" for end in (least, most))
            self._refuse(f"{place}: {value:f} is outside what is allowed ({span}).", "Correct the value or the range.")
        return Setting(**self._point(raw, place), value=value, low=value - slack, high=value + slack)

    def _what_if(self, raw: Mapping[str, Any], place: str) -> WhatIf:
        self._known(raw, {"id", "text", "phases", "expect"}, place)
        what = WhatIf(
            id=self._word(raw, "id", place),
            text=self._word(raw, "text", place),
            phases=tuple(self._phase(one, where) for one, where in self._list(raw, "phases", f"{place}, phases")),
            expect=tuple(self._expected(one, where) for one, where in self._list(raw, "expect", f"{place}, expect")),
        )
        if not what.phases or not what.expect:
            self._refuse(f"{place} plays nothing or expects nothing.", "Write phases and expect.")
        return what

    def _phase(self, raw: Mapping[str, Any], place: str) -> Phase:
        self._known(raw, {"sun_w", "load_w", "grid_percent", "minutes", "looks", "text"}, place)
        tops = {"sun_w": 1_000_000, "load_w": 1_000_000, "grid_percent": 150, "minutes": MOST_MINUTES}
        read = {name: self._number(raw, name, place) for name in tops}
        for name, top in tops.items():
            if not 0 <= read[name] <= top:
                self._refuse(f"{place}: {name} is {read[name]:f}.", f"Write 0 to {top}.")
        looks = raw.get("looks", 1)
        if type(looks) is not int or not 1 <= looks <= MOST_LOOKS:
            self._refuse(f"{place}: looks is {looks!r}.", f"Write a whole number from 1 to {MOST_LOOKS}.")
        return Phase(**read, looks=looks)

    def _expected(self, raw: Mapping[str, Any], place: str) -> Expectation:
        self._known(raw, _POINT_FIELDS | {"low", "high", "when"}, place)
        when = raw.get("when", "end")
        if when not in ("end", "always"):
            self._refuse(f"{place}: when is {when!r}.", "Write end or always.")
        low, high = self._limits(raw, place)
        return Expectation(**self._point(raw, place), low=low, high=high, always=when == "always")

    def _point(self, raw: Mapping[str, Any], place: str) -> dict[str, Any]:
        index = raw.get("index", [])
        if type(raw.get("model")) is not int or not isinstance(raw.get("point"), str):
            self._refuse(f"{place}: model or point is missing.", "Name both as the SunSpec models do.")
        if not isinstance(index, list) or not all(type(number) is int and number > 0 for number in index):
            self._refuse(f"{place}: the index is {index!r}.", "Write a list of whole numbers from 1.")
        try:
            unit = canonical_unit(str(raw.get("unit", ""))).code
        except QuantityError as problem:
            self._refuse(f"{place}: {problem}", "Use a unit of the unit table.")
        words = {name: str(raw.get(name, "")) for name in ("text", "source")}
        return {"model": raw["model"], "point": raw["point"], "index": tuple(index), "unit": unit, **words}

    def _limits(self, raw: Mapping[str, Any], place: str) -> tuple[Decimal | None, Decimal | None]:
        low, high = (self._number(raw, name, place) if name in raw else None for name in ("low", "high"))
        if (low is None and high is None) or (low is not None and high is not None and low > high):
            self._refuse(f"{place} has no limits in order.", _LIMITS)
        return low, high

    def _list(self, raw: Mapping[str, Any], name: str, place: str) -> list[tuple[Mapping[str, Any], str]]:
        listed = raw.get(name, [])
        if not isinstance(listed, list) or len(listed) > MOST_ENTRIES:
            self._refuse(f"{place} is no list of at most {MOST_ENTRIES} entries.", "Write them with leading dashes.")
        for number, one in enumerate(listed, start=1):
            if not isinstance(one, Mapping):
                self._refuse(f"{place} {number} is not a mapping.", "Write its fields as key: value.")
        return [(one, f"{place} {number}") for number, one in enumerate(listed, start=1)]

    def _known(self, raw: Mapping[str, Any], known: set[str], place: str) -> None:
        if strange := sorted(set(map(str, raw)) - known):
            self._refuse(f"{place}: the field {strange[0]!r} is unknown.", f"Known are {', '.join(sorted(known))}.")

    def _word(self, raw: Mapping[str, Any], name: str, place: str) -> str:
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            self._refuse(f"{place}: {name} is missing.", "Write it as text.")
        return str(raw[name])

    def _number(self, raw: Mapping[str, Any], name: str, place: str) -> Decimal:
        value = raw.get(name)
        number = (
            Decimal(str(value)) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
        )
        if number is None or not number.is_finite():
            self._refuse(f"{place}: {name} is {value!r}.", "Write a number.")
        return number

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise SpecError(self.source, self.id, problem, remedy)
