"""A settings task: which registers must read what, read from the ``sunspec`` list of a simulations file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from simulator_adapters.formulas import FormulaError, evaluate_formula
from simulator_adapters.photovoltaic.image import Key
from simulator_adapters.photovoltaic.models import ModelError, Point, definition, layout
from simulator_adapters.quantities import QuantityError, canonical_unit

_SETS = 8  # how many curve sets and curve points the check lays out


class SpecError(ValueError):
    """A settings task that can't be read: which file, which task, what is wrong and what to write instead."""

    code = "bad_settings_task"

    def __init__(self, source: str, task: str, problem: str, remedy: str) -> None:
        super().__init__(f"{source}, {task}: {problem} {remedy}")
        self.source, self.task, self.problem, self.remedy = source, task, problem, remedy


@dataclass(frozen=True, kw_only=True)
class Target:
    """A register target: what a point must read, in raw units of ten to the power of `scale`."""

    model: int
    point: str
    index: tuple[int, ...] = ()
    value: Decimal
    unit: str
    raw: int
    tol_raw: int
    scale: int = 0
    scale_point: str = ""

    @property
    def name(self) -> str:
        """Model, point and index, such as ``705.Crv.Pt.V[1,2]``."""
        index = f"[{','.join(map(str, self.index))}]" if self.index else ""
        return f"{self.model}.{self.point}{index}"

    @property
    def low(self) -> Decimal:
        """Lower limit in the target's unit."""
        return Decimal(self.raw - self.tol_raw).scaleb(self.scale)

    @property
    def high(self) -> Decimal:
        """Upper limit in the target's unit."""
        return Decimal(self.raw + self.tol_raw).scaleb(self.scale)


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A number that follows from the settings: a response at an input, or a value the candidate works out."""

    id: str
    text: str
    formula: str
    inputs: Mapping[str, Decimal]
    unit: str
    key: Decimal
    tolerance: Decimal


@dataclass(frozen=True, kw_only=True)
class SettingsSpec:
    """Everything needed to set a device up and to check a candidate's settings.

    Attributes
    ----------
    profiles
        Targets per profile; a task without profiles has the one named ``""``.
    waits
        Seconds without feed-in after a dip that each profile asks for.
    """

    id: str
    title: str
    order: str
    profiles: Mapping[str, tuple[Target, ...]]
    initial: tuple[Target, ...] = ()
    derived: tuple[Computed, ...] = ()
    responses: tuple[Computed, ...] = ()
    must_not_change: tuple[tuple[int, Key], ...] = ()
    waits: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def from_document(cls, entry: Mapping[str, Any], *, source: str = "simulations.yaml") -> "SettingsSpec":
        """Read one ``sunspec`` entry.

        Raises
        ------
        SpecError
            Names file, task, problem and remedy.
        """
        return _Reader(entry, source).spec()

    def targets(self, profile: str | None = None) -> tuple[Target, ...]:
        """Targets of a profile; None where the task has but one.

        Raises
        ------
        KeyError
            When the profile is not one of the task's.
        """
        name = next(iter(self.profiles)) if profile is None and len(self.profiles) == 1 else profile or ""
        if name not in self.profiles:
            raise KeyError(f"{self.id} has no profile {name!r}. Choose from {', '.join(self.profiles)}.")
        return self.profiles[name]

    def overrides(self) -> dict[int, dict[Key, int | str]]:
        """Raw values in which a device for this task differs from the factory's."""
        changed: dict[int, dict[Key, int | str]] = {}
        for target in self.initial:
            changed.setdefault(target.model, {})[target.point, target.index] = target.raw
            if target.scale_point:
                changed[target.model][target.scale_point, ()] = target.scale
        return changed


def check_spec(spec: SettingsSpec) -> list[str]:
    """Say what is wrong with a task: points, access, scale factors, raw ranges, formulas. Empty when sound."""
    problems = []
    for target in spec.initial:
        problems += _target_problems(spec, target, writable=False)
    for targets in spec.profiles.values():
        for target in targets:
            problems += _target_problems(spec, target, writable=True)
    known = {(t.model, (t.point, t.index)) for t in (*spec.initial, *(t for ts in spec.profiles.values() for t in ts))}
    problems += [
        f"{spec.id}: {model}.{path} must not change, but neither initial nor key says from what."
        for model, (path, index) in spec.must_not_change
        if (model, (path, index)) not in known
    ]
    for computed in (*spec.derived, *spec.responses):
        try:
            result = evaluate_formula(computed.formula, computed.inputs)
        except FormulaError as problem:
            problems.append(f"{spec.id}: {problem}")
            continue
        if abs(result - computed.key) > computed.tolerance:
            problems.append(f"{spec.id}: {computed.formula!r} gives {result}, the key says {computed.key}.")
    return problems


def _target_problems(spec: SettingsSpec, target: Target, *, writable: bool) -> list[str]:
    place = f"{spec.id}: {target.name}"
    try:
        points = layout(definition(target.model), lambda name: _SETS)
    except ModelError as problem:
        return [f"{place}: {problem}"]
    found = next((p for p in points if (p.path, p.index) == (target.point, target.index)), None)
    if found is None:
        return [f"{place}: the model has no such point. Check name and index."]
    problems = []
    if writable and not found.writable:
        problems.append(f"{place} is read-only, so that nobody can set it.")
    if isinstance(found.scale, str) and found.scale != target.scale_point:
        problems.append(f"{place} is scaled by {found.scale}, the task says {target.scale_point or 'nothing'}.")
    if Decimal(target.raw).scaleb(target.scale) != target.value:
        problems.append(f"{place}: raw {target.raw} at 10^{target.scale} is not {target.value}.")
    return problems + _range_problems(place, found, target)


def _range_problems(place: str, point: Point, target: Target) -> list[str]:
    try:
        for raw in (target.raw - target.tol_raw, target.raw + target.tol_raw) if target.raw else (target.raw,):
            point.encode(raw)
    except ModelError as problem:
        return [f"{place}: {problem}"]
    return []


class _Reader:
    def __init__(self, entry: Mapping[str, Any], source: str) -> None:
        self.source = source
        if not isinstance(entry, Mapping):
            raise SpecError(source, "sunspec", "The entry is not a mapping.", "Write its fields as key: value.")
        self.entry = entry
        self.id = str(entry.get("id", "(no id)"))

    def spec(self) -> SettingsSpec:
        known = {
            *("id", "kind", "credential", "outcomes", "title", "time_limit_min", "order", "initial", "key", "derived"),
            *("must_not_change", "procedure_note", "response_tests", "source_note", "review_note", "profiles"),
            "scenario_test",
        }
        if unknown := sorted(set(self.entry) - known):
            self._refuse(f"The field {unknown[0]!r} is unknown.", f"Known fields are {', '.join(sorted(known))}.")
        if ("key" in self.entry) == ("profiles" in self.entry):
            self._refuse("It has neither or both of key and profiles.", "Write exactly one of them.")
        profiles = self.entry.get("profiles") or {"": self.entry.get("key")}
        waits = self.entry.get("scenario_test", {}).get("expect_wait_s", {})
        if strange := sorted(set(waits) - set(profiles)):
            self._refuse(f"expect_wait_s names the profile {strange[0]!r}.", "Name one of the profiles.")
        return SettingsSpec(
            id=self.id,
            title=str(self.entry.get("title", "")),
            order=str(self.entry.get("order", "")),
            profiles={str(name): self._targets(entries, "key") for name, entries in profiles.items()},
            initial=self._targets(self.entry.get("initial", []), "initial"),
            derived=tuple(
                self._computed(raw, str(raw["id"]), "inputs", "derived") for raw in self.entry.get("derived", [])
            ),
            responses=tuple(
                self._computed(raw, f"response_{number}", "input", "response_tests")
                for number, raw in enumerate(self.entry.get("response_tests", []), start=1)
            ),
            must_not_change=tuple(
                (int(raw["model"]), (str(raw["point"]), tuple(raw.get("index", ()))))
                for raw in self.entry.get("must_not_change", [])
            ),
            waits={str(name): self._wait(rule) for name, rule in waits.items()},
        )

    def _refuse(self, problem: str, remedy: str) -> NoReturn:
        raise SpecError(self.source, self.id, problem, remedy)

    def _wait(self, rule: Any) -> Decimal:
        if not isinstance(rule, Mapping) or rule.get("op") != ">=":
            self._refuse(f"The waiting time {rule!r} is no lower limit.", "Write op: '>=' and value: seconds.")
        return self._number(rule.get("value"), "expect_wait_s")

    def _targets(self, entries: Any, place: str) -> tuple[Target, ...]:
        if not isinstance(entries, list):
            self._refuse(f"{place} is not a list.", "Write its entries with leading dashes.")
        return tuple(self._target(raw, f"{place} {number}") for number, raw in enumerate(entries, start=1))

    def _target(self, raw: Any, place: str) -> Target:
        if not isinstance(raw, Mapping):
            self._refuse(f"{place} is not a mapping.", "Write model, point, value, unit, raw and tol_raw.")
        for name in ("model", "raw", "tol_raw"):
            if type(raw.get(name)) is not int:
                self._refuse(f"{place}: {name} is {raw.get(name)!r}.", "Write a whole number.")
        if raw["tol_raw"] < 0 or not isinstance(raw.get("point"), str):
            self._refuse(f"{place}: the point or its tolerance is wrong.", "Name a point, with a tolerance from 0 up.")
        return Target(
            model=raw["model"],
            point=raw["point"],
            index=tuple(raw.get("index", ())),
            value=self._number(raw.get("value"), place),
            unit=self._unit(raw.get("unit"), place),
            raw=raw["raw"],
            tol_raw=raw["tol_raw"],
            scale=raw.get("scale_factor", 0),
            scale_point=raw.get("scale_factor_point", ""),
        )

    def _computed(self, raw: Mapping[str, Any], name: str, inputs: str, place: str) -> Computed:
        return Computed(
            id=name,
            text=str(raw.get("text", "")),
            formula=str(raw.get("formula", "")),
            inputs={key: self._number(value, place) for key, value in raw.get(inputs, {}).items()},
            unit=self._unit(raw.get("unit"), place),
            key=self._number(raw.get("key"), place),
            tolerance=self._number(raw.get("tolerance_abs"), place),
        )

    def _number(self, value: Any, place: str) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(f"{place}: {value!r} is not a number.", "Write a number.")
        return Decimal(str(value))

    def _unit(self, value: Any, place: str) -> str:
        try:
            return canonical_unit(str(value)).code
        except QuantityError as problem:
            self._refuse(f"{place}: {problem}", "Use a unit of the unit table.")
