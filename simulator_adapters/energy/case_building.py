"""The building of a retrofit case, where its author gives one: what an energy model is asked about to check the key.

A block ``building`` of the case, never shown to candidates::

    building:
      note: what is assumed, in words
      weather: NAME.epw
      degree_days: {base: 18, year: 2800}     # the case's own year; the weather file's is scaled to it
      efficiency: 0.85                        # fuel of a kWh of heat is 1 / efficiency
      zone: {floor_area: 4200, volume: 10920, air_changes: 0.5, people: 2000, lighting: 3.0}
      surfaces: [{name: top ceiling, kind: roof, area: 720, u_value: 1.0, heat_capacity: 250}, …]
      windows: [{name: south, area: 300, u_value: 2.8, g_value: 0.65, azimuth: 180}, …]
      measures: [{name: attic, roof_u: 0.2, answer: attic_kwh, saves: heating}, …]
      not_computed: {pipe: why no model of this building can say anything about it}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from simulator_adapters.energy.building import Building, BuildingError, Kind, Measure, Surface, Window, with_measures

Flow = Literal["heating", "electricity"]
T = TypeVar("T")
KNOWN = frozenset(
    {"note", "weather", "degree_days", "efficiency", "zone", "surfaces", "windows", "measures", "not_computed"}
)


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A measure of the case, and which answer's key it bears on.

    Attributes
    ----------
    answer
        The question's id; empty where the case asks for no such number.
    saves
        What that answer counts: fuel for heating, or electricity.
    """

    measure: Measure
    answer: str
    saves: Flow

    @property
    def of_windows(self) -> bool:
        """Whether it changes a window, of which the hourly model follows the sun least well."""
        return (self.measure.window_u, self.measure.window_g) != (None, None)


@dataclass(frozen=True, kw_only=True)
class CaseBuilding:
    """A case's building with its measures.

    Attributes
    ----------
    weather
        Name of an EPW file.
    base, degree_days
        Base temperature (°C) and the case's own heating degree days of a year (K·d).
    efficiency
        Heat of a kWh of fuel.
    not_computed
        Measures that no model of this building speaks about, with the reason.
    """

    note: str
    building: Building
    measures: tuple[Linked, ...]
    weather: str
    base: float
    degree_days: float
    efficiency: float
    not_computed: Mapping[str, str]

    def variants(self) -> tuple[Building, ...]:
        """The building as it is, after each measure alone, and after all."""
        alone = [with_measures(self.building, one.measure) for one in self.measures]
        return (self.building, *alone, with_measures(self.building, *(one.measure for one in self.measures)))


def read_case_building(case: Mapping[str, Any]) -> CaseBuilding | None:
    """Read the block of a case's document, numbers as a YAML file holds them; None where the case gives no building.

    Raises
    ------
    BuildingError
        Names the field, what is wrong and what to write.
    """
    given = case.get("building")
    if given is None:
        return None
    block = _mapping(given, "building")
    if strange := sorted(set(block) - KNOWN):
        raise BuildingError(f"building: the field {strange[0]!r} is unknown. Known are {', '.join(sorted(KNOWN))}.")
    days = _mapping(block.get("degree_days"), "building.degree_days")
    zone: dict[str, float | None] = {
        name: _number(value, f"building.zone.{name}") for name, value in _each(block, "zone")
    }
    allowed = {one.name for one in fields(Building)} - {"name", "surfaces", "windows"}
    if strange := sorted(set(zone) - allowed):
        raise BuildingError(
            f"building.zone: the field {strange[0]!r} is unknown. Known are {', '.join(sorted(allowed))}."
        )
    zone.setdefault("cooling_to", None)  # a block of flats is not cooled unless its author says so
    building = _made(
        Building,
        "building.zone",
        {
            "name": str(case.get("id", "building")),
            "surfaces": tuple(_surface(one, n) for n, one in _listed(block, "surfaces")),
            "windows": tuple(_part(Window, one, f"building.windows {n}") for n, one in _listed(block, "windows")),
            **zone,
        },
    )
    found = CaseBuilding(
        note=str(block.get("note", "")).strip(),
        building=building,
        measures=tuple(_linked(one, n, case) for n, one in _listed(block, "measures")),
        weather=_file(block.get("weather")),
        base=_within(days.get("base"), "building.degree_days.base", 5, 25, "°C"),
        degree_days=_within(days.get("year"), "building.degree_days.year", 100, 12_000, "K·d"),
        efficiency=_within(block.get("efficiency"), "building.efficiency", 0.3, 6, ""),
        not_computed={str(name): str(why) for name, why in _each(block, "not_computed")},
    )
    if not found.measures:
        raise BuildingError("building.measures: there is none. Name at least one measure, or leave the building out.")
    names = [one.measure.name for one in found.measures]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BuildingError(f"building.measures: {twice[0]} is there twice. Name each once.")
    if unknown := sorted({*names, *found.not_computed} - set(case.get("costs", {}) or names)):
        raise BuildingError(f"building: {unknown[0]} is no measure of the case's costs. Use the same names.")
    found.variants()
    return found


def _linked(raw: Mapping[str, Any], number: int, case: Mapping[str, Any]) -> Linked:
    place = f"building.measures {number}"
    answer, saves = str(raw.get("answer", "")), raw.get("saves", "heating")
    if saves not in ("heating", "electricity"):
        raise BuildingError(f"{place}, saves: {saves!r} is neither heating nor electricity. Write one of them.")
    asked = [str(one.get("id")) for one in case.get("answers", ())]
    if answer and answer not in asked:
        raise BuildingError(f"{place}, answer: the case asks no {answer!r}. It asks {', '.join(asked)}.")
    changes = {name: value for name, value in raw.items() if name not in ("answer", "saves")}
    return Linked(measure=_part(Measure, changes, place), answer=answer, saves=saves)


def _surface(raw: Mapping[str, Any], number: int) -> Surface:
    place = f"building.surfaces {number}"
    if raw.get("kind") not in list(Kind):
        raise BuildingError(f"{place}, kind: {raw.get('kind')!r} is none of {', '.join(Kind)}. Write one of them.")
    return _part(Surface, {**raw, "kind": Kind(raw["kind"])}, place)


def _part(made: Callable[..., T], raw: Mapping[str, Any], place: str) -> T:
    values = {
        name: value if name in ("name", "kind") else _number(value, f"{place}, {name}") for name, value in raw.items()
    }
    return _made(made, place, values)


def _made(made: Callable[..., T], place: str, values: Mapping[str, Any]) -> T:
    try:
        return made(**values)
    except TypeError as error:
        said = str(error).partition(") ")[2] or str(error)
        raise BuildingError(f"{place}: {said}. Look at the fields in the reference.") from None


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BuildingError(f"{place}: this is no mapping. Write its fields as name: value.")
    return value


def _each(block: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    return list(_mapping(block.get(name, {}), f"building.{name}").items())


def _listed(block: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    listed = block.get(name, ())
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise BuildingError(f"building.{name}: this is no list. Write one entry a line.")
    return [(n, _mapping(one, f"building.{name} {n}")) for n, one in enumerate(listed, start=1)]


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BuildingError(f"{place}: {value!r} is no number. Write digits with a point.")
    return float(value)


def _within(value: Any, place: str, low: float, high: float, unit: str) -> float:
    number = _number(value, place)
    if not low <= number <= high:  # NaN too
        raise BuildingError(f"{place}: {number:g} {unit} is outside {low:g} to {high:g}.".replace("  ", " "))
    return number


def _file(value: Any) -> str:
    if not isinstance(value, str) or not value.endswith(".epw") or "/" in value or "\\" in value:
        raise BuildingError(f"building.weather: {value!r} is no name of an EPW file. Write one such as PLACE.epw.")
    return value
