"""Records of a blower-door test and of a combustion test, as they are written on site.

A document holds texts of the one number grammar, in any unit of the field's quantity::

    {"format": "assayer/blower-door@1", "volume": {"value": "210", "unit": "m³"}, "inside": {"value": "20", "unit": "°C"},
     "outside": {"value": "4", "unit": "°C"}, "zero_before": {"value": "-1.2", "unit": "Pa"},
     "zero_after": {"value": "-0.8", "unit": "Pa"}, "direction": "depressurised",
     "points": [{"pressure": {"value": "60", "unit": "Pa"}, "flow": {"value": "1640", "unit": "m³/h"}}, …]}

    {"format": "assayer/combustion@1", "carbon_monoxide": {"value": "80", "unit": "ppm"}, "oxygen": {"value": "7", "unit": "%"}, …}

Ranges are physical: beyond them an entry is a slip of the pen. What a test comes to, and which conditions of its method are
not met, is `energy.blower_door`'s and `energy.combustion`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator_adapters.energy.blower_door import RANGES as DOOR_RANGES
from simulator_adapters.energy.blower_door import BlowerDoorError, Point, Tightness, tightness
from simulator_adapters.energy.combustion import RANGES as FLUE_RANGES
from simulator_adapters.energy.combustion import CombustionError, CombustionTest
from simulator_adapters.quantities import QuantityError, canonical_unit, convert, parse_number
from simulator_adapters.records.electrical import Choice, Field, Problem, Quantity

BLOWER_DOOR = "assayer/blower-door@1"
COMBUSTION = "assayer/combustion@1"
MOST_POINTS = 60


def _q(name: str, label: str, unit: str, span: tuple[float, float, str], places: int) -> Quantity:
    low, high = Decimal(str(span[0])), Decimal(str(span[1]))
    return Quantity(name=name, label=label, unit=unit, low=low, high=high, places=places)


DOOR_FIELDS: tuple[Field, ...] = (
    _q("volume", "volume of the building", "m3", DOOR_RANGES["volume"], 1),
    _q("inside", "temperature inside", "Cel", DOOR_RANGES["temperature inside"], 1),
    _q("outside", "temperature outside", "Cel", DOOR_RANGES["temperature outside"], 1),
    _q("zero_before", "pressure without the fan, before", "Pa", DOOR_RANGES["zero-flow pressure"], 1),
    _q("zero_after", "pressure without the fan, after", "Pa", DOOR_RANGES["zero-flow pressure"], 1),
    Choice(name="direction", label="which way the fan blew", options=("depressurised", "pressurised")),
)
POINT_FIELDS: tuple[Quantity, ...] = (
    _q("pressure", "pressure", "Pa", DOOR_RANGES["pressure"], 1),
    _q("flow", "flow", "m3/h", DOOR_RANGES["flow"], 0),
)
FLUE_FIELDS: tuple[Quantity, ...] = (
    _q("carbon_monoxide", "carbon monoxide in the flue gas", "[ppm]", FLUE_RANGES["carbon_monoxide"], 0),
    _q("ambient_carbon_monoxide", "carbon monoxide in the room", "[ppm]", FLUE_RANGES["ambient_carbon_monoxide"], 0),
    _q("oxygen", "oxygen in the flue gas", "%", FLUE_RANGES["oxygen"], 1),
    _q("carbon_dioxide", "carbon dioxide in the flue gas", "%", FLUE_RANGES["carbon_dioxide"], 1),
    _q("draft", "draft", "Pa", FLUE_RANGES["draft"], 1),
    _q("spillage", "time until spillage stops", "s", FLUE_RANGES["spillage"], 0),
    _q("flue", "temperature of the flue gas", "Cel", FLUE_RANGES["flue"], 0),
    _q("room", "temperature of the room", "Cel", FLUE_RANGES["room"], 1),
)
OPTIONAL = frozenset({"carbon_dioxide"})


@dataclass(frozen=True, kw_only=True)
class DoorTest:
    """A blower-door record whose every value is physically possible, and what it says."""

    points: tuple[Point, ...]
    zero_flow: tuple[float, float]
    depressurised: bool
    found: Tightness


def read_blower_door(document: Mapping[str, Any]) -> DoorTest | tuple[Problem, ...]:
    """Read a blower-door record and work it out, or say everything that is wrong with it."""
    reader = _Reader("blower-door record")
    reader.known(document, {"format", "points", *(field.name for field in DOOR_FIELDS)})
    values = {
        field.name: reader.value(reader.place, field, document.get(field.name))
        for field in DOOR_FIELDS
        if isinstance(field, Quantity)
    }
    direction = document.get("direction", "depressurised")
    if direction not in ("depressurised", "pressurised"):
        reader.refuse(
            reader.place, "direction", f"{direction!r} is not one of its words. Write depressurised or pressurised."
        )
    rows = document.get("points")
    points: list[Point] = []
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not 1 <= len(rows) <= MOST_POINTS:
        reader.refuse(
            reader.place, "points", f"It holds no list of 1 to {MOST_POINTS} points. Enter pressure and flow of each."
        )
        rows = ()
    for number, raw in enumerate(rows, start=1):
        place = f"point {number}"
        if not isinstance(raw, Mapping):
            reader.refuse(place, "", "It is no point. Enter pressure and flow.")
            continue
        found = [reader.value(place, field, raw.get(field.name)) for field in POINT_FIELDS]
        if None not in found:
            points.append(Point(pressure=float(found[0] or 0), flow=float(found[1] or 0)))
    if reader.problems:
        return tuple(reader.problems)
    held = {name: float(value) for name, value in values.items() if value is not None}
    zero = (held["zero_before"], held["zero_after"])
    try:
        worked = tightness(
            points,
            volume=held["volume"],
            zero_flow=zero,
            inside=held["inside"],
            outside=held["outside"],
            depressurised=direction == "depressurised",
        )
    except BlowerDoorError as error:
        return (Problem(place=reader.place, field="", sentence=f"{reader.place}: {error}"),)
    return DoorTest(points=tuple(points), zero_flow=zero, depressurised=direction == "depressurised", found=worked)


def read_combustion(document: Mapping[str, Any]) -> CombustionTest | tuple[Problem, ...]:
    """Read a combustion record, or say everything that is wrong with it."""
    reader = _Reader("combustion record")
    reader.known(document, {"format", *(field.name for field in FLUE_FIELDS)})
    found = {
        field.name: reader.value(reader.place, field, document.get(field.name))
        for field in FLUE_FIELDS
        if field.name not in OPTIONAL or document.get(field.name)
    }
    if reader.problems:
        return tuple(reader.problems)
    try:
        return CombustionTest(**{name: float(value) for name, value in found.items() if value is not None})
    except CombustionError as error:
        return (Problem(place=reader.place, field="", sentence=f"{reader.place}: {error}"),)


class _Reader:
    """Gathers everything that is wrong, each with its place."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.problems: list[Problem] = []

    def known(self, document: Mapping[str, Any], names: set[str]) -> None:
        for stranger in sorted(set(map(str, document)) - names):
            self.refuse(
                self.place, stranger, f"The field {stranger!r} is unknown. Known are {', '.join(sorted(names))}."
            )

    def value(self, place: str, field: Quantity, given: Any) -> Decimal | None:
        """A value in its field's unit; None where it can't be taken, which is then said."""
        unit = canonical_unit(field.unit)
        if given is None or (isinstance(given, Mapping) and not str(given.get("value", "")).strip()):
            self.refuse(place, field.name, f"There is none. Enter it in {unit.label}.", field.label)
            return None
        whole = isinstance(given, Mapping) and set(given) == {"value", "unit"}
        if not whole or not all(isinstance(one, str) for one in given.values()):
            example = f'{{"value": "1.5", "unit": "{unit.label}"}}'
            self.refuse(place, field.name, f"It is no value with a unit. Write it as {example}.", field.label)
            return None
        try:
            value = convert(parse_number(given["value"]), canonical_unit(given["unit"]), unit)
        except QuantityError as problem:
            remedy = f" Write it in {unit.label}." if problem.code in ("unit_mismatch", "unknown_unit") else ""
            self.refuse(place, field.name, f"{problem.sentence}{remedy}", field.label)
            return None
        if not field.low <= value <= field.high:
            span = f"{field.low:f} to {field.high:f} {unit.label}"
            said = f"{value:f} {unit.label} is outside what can be read ({span}). Check value and unit."
            self.refuse(place, field.name, said, field.label)
            return None
        return value

    def refuse(self, place: str, field: str, sentence: str, label: str = "") -> None:
        where = f"{place}, {label}" if label else place
        self.problems.append(Problem(place=place, field=field, sentence=f"{where}: {sentence}"))
