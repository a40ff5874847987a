"""An electrical test record: what was read at each circuit (IEC 60364-6) and at each string of PV modules (IEC 62446-1).

A document holds two lists, each row with a name and its fields::

    {"format": "assayer/electrical-test@1",
     "circuits": [{"name": "Kitchen sockets", "u0": {"value": "230", "unit": "V"}, "zs": {"value": "0.48", "unit": "Ω"},
                   "insulation": {"value": ">299", "unit": "MΩ"}, "polarity": "correct"}],
     "strings": [{"name": "A1", "v_oc": {"value": "412", "unit": "V", "uncertainty": "2"}}]}

Values are texts of the one number grammar, in any unit of the field's quantity; they are held in the field's own. ``>`` before a
value means that the instrument showed no more than that. Ranges are physical: beyond them an entry is a slip of the pen. Limits are
data (`electrical_limits`), verdicts are `electrical_verdicts`'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator_adapters.quantities import QuantityError, canonical_unit, convert, parse_number

FORMAT = "assayer/electrical-test@1"
MOST_ROWS = 200


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A field that holds a value.

    Attributes
    ----------
    unit
        Code of the unit table in which it is held.
    low, high
        Physical range in that unit, closed.
    places
        Decimal places to which it is rounded before any limit.
    may_exceed
        Whether the instrument may show only that it is more than its range, which is written with ``>``.
    """

    name: str
    label: str
    unit: str
    low: Decimal
    high: Decimal
    places: int
    may_exceed: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A field that holds one of a few words."""

    name: str
    label: str
    options: tuple[str, ...]


Field = Quantity | Choice


def _q(name: str, label: str, unit: str, low: str, high: str, places: int, *, may_exceed: bool = False) -> Quantity:
    return Quantity(
        name=name, label=label, unit=unit, low=Decimal(low), high=Decimal(high), places=places, may_exceed=may_exceed
    )


_INSULATION = _q("insulation", "insulation resistance", "MOhm", "0", "200000", 2, may_exceed=True)
_TEST_VOLTAGE = _q("test_voltage", "test voltage of the insulation", "V", "10", "5000", 0)
_POLARITY = Choice(name="polarity", label="polarity", options=("correct", "reversed"))

CIRCUIT_FIELDS: tuple[Field, ...] = (
    _q("u0", "nominal voltage to earth", "V", "1", "1000", 0),
    Choice(name="device", label="characteristic of the circuit breaker", options=("B", "C", "D")),
    _q("device_rating", "rating of the circuit breaker", "A", "0.5", "125", 1),
    _q("length", "length of the run", "m", "0.1", "5000", 1),
    _q("line_area", "cross-section of line and neutral", "mm2", "0.5", "630", 2),
    _q("pe_area", "cross-section of the protective conductor", "mm2", "0.5", "630", 2),
    _q("continuity_pe", "continuity of the protective conductor", "Ohm", "0", "2000", 2, may_exceed=True),
    _q("r1_r2", "R1 + R2", "Ohm", "0", "2000", 2, may_exceed=True),
    _INSULATION,
    _TEST_VOLTAGE,
    _POLARITY,
    _q("zs", "earth fault loop impedance", "Ohm", "0.001", "20000", 2, may_exceed=True),
    _q("rcd_rating", "rated residual current", "mA", "6", "30000", 0),
    Choice(name="rcd_kind", label="kind of residual current device", options=("general", "delayed")),
    _q("rcd_time_1x", "trip time at the rated residual current", "ms", "1", "2000", 0, may_exceed=True),
    _q("rcd_time_5x", "trip time at five times the rated residual current", "ms", "1", "2000", 0, may_exceed=True),
)
STRING_FIELDS: tuple[Field, ...] = (
    _q("modules", "modules in series", "1", "1", "100", 0),
    _q("module_v_oc", "open-circuit voltage of one module at STC", "V", "0.3", "300", 2),
    _q("module_i_sc", "short-circuit current of one module at STC", "A", "0.1", "40", 2),
    _q("beta", "temperature coefficient of the open-circuit voltage", "%/K", "-1", "0", 3),
    _q("alpha", "temperature coefficient of the short-circuit current", "%/K", "-0.2", "0.5", 3),
    _POLARITY,
    _q("v_oc", "open-circuit voltage", "V", "0", "1500", 1),
    _q("i_sc", "short-circuit current", "A", "0", "100", 2),
    _q("irradiance", "irradiance in the plane of the modules", "W/m2", "1", "1500", 0),
    _q("module_temperature", "temperature of the modules", "Cel", "-40", "100", 1),
    _INSULATION,
    _TEST_VOLTAGE,
)


@dataclass(frozen=True, kw_only=True)
class Value:
    """A reading in its field's unit; `exceeded` where the instrument showed only that it is more than this."""

    value: Decimal
    unit: str
    uncertainty: Decimal | None = None
    exceeded: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One circuit or string: its readings and its words, by field."""

    kind: str
    name: str
    values: Mapping[str, Value]
    choices: Mapping[str, str]

    @property
    def place(self) -> str:
        """How sentences name it."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, kw_only=True)
class ElectricalRecord:
    """A record whose every value is physically possible."""

    circuits: tuple[Row, ...]
    strings: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What can't be taken, where, and what to write instead; `field` is empty where the row or document itself is wrong."""

    place: str
    field: str
    sentence: str


_LISTS = (("circuits", "circuit", CIRCUIT_FIELDS), ("strings", "string", STRING_FIELDS))


def read_record(document: Any) -> ElectricalRecord | tuple[Problem, ...]:
    """Read a document, or say everything that is wrong with it.

    Examples
    --------
    >>> slip = {"format": FORMAT, "circuits": [{"name": "Sockets", "zs": {"value": "0.48", "unit": "V"}}]}
    >>> print(read_record(slip)[0].sentence)
    circuit Sockets, earth fault loop impedance: V measures voltage and can't be given in Ω (resistance). Write it in Ω.
    """
    reader = _Reader()
    rows = reader.rows(document)
    if reader.problems:
        return tuple(reader.problems)
    return ElectricalRecord(circuits=tuple(rows["circuit"]), strings=tuple(rows["string"]))


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def rows(self, document: Any) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {"circuit": [], "string": []}
        if not isinstance(document, Mapping) or document.get("format") != FORMAT:
            self._refuse("record", "", f"It is no record of the format {FORMAT}. Write that format.")
            return found
        if strange := sorted(set(map(str, document)) - {"format", "circuits", "strings"}):
            self._refuse("record", "", f"The field {strange[0]!r} is unknown. Known are circuits and strings.")
        for name, kind, fields in _LISTS:
            listed = document.get(name, [])
            if not isinstance(listed, list) or len(listed) > MOST_ROWS:
                self._refuse("record", "", f"{name} is no list of at most {MOST_ROWS} rows. Write one.")
                continue
            found[kind] = [row for n, raw in enumerate(listed, start=1) if (row := self._row(kind, n, raw, fields))]
            self._named_once(kind, found[kind])
        if not self.problems and not any(found.values()):
            self._refuse("record", "", "It holds neither a circuit nor a string. Enter one at least.")
        return found

    def _named_once(self, kind: str, rows: list[Row]) -> None:
        names = [row.name for row in rows]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._refuse(f"{kind} {name}", "", "This name is there twice. Give each row a name of its own.")

    def _row(self, kind: str, number: int, raw: Any, fields: tuple[Field, ...]) -> Row | None:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("name"), str) or not raw["name"].strip():
            self._refuse(f"{kind} {number}", "name", "It has no name. Name it as on the drawing.")
            return None
        name = raw["name"].strip()
        place = f"{kind} {name}"
        known = {field.name: field for field in fields}
        for stranger in sorted(set(map(str, raw)) - {"name", *known}):
            self._refuse(place, stranger, f"The field {stranger!r} is unknown. Known are {', '.join(known)}.")
        values, choices = {}, {}
        for field in fields:
            given = raw.get(field.name)
            if given is None or given == "":
                continue
            if isinstance(field, Choice):
                if given in field.options:
                    choices[field.name] = str(given)
                else:
                    options = " or ".join(field.options)
                    self._refuse(place, field.name, f"{given!r} is not one of its words. Write {options}.", field.label)
            elif (value := self._value(place, field, given)) is not None:
                values[field.name] = value
        return Row(kind=kind, name=name, values=values, choices=choices)

    def _value(self, place: str, field: Quantity, given: Any) -> Value | None:
        unit = canonical_unit(field.unit)
        shape = isinstance(given, Mapping) and set(given) <= {"value", "unit", "uncertainty"}
        if not shape or not all(isinstance(entry, str) for entry in given.values()) or "value" not in given:
            example = f'{{"value": "1.5", "unit": "{unit.label}"}}'
            self._refuse(place, field.name, f"It is no value with a unit. Write it as {example}.", field.label)
            return None
        text = given["value"].strip()
        exceeded = text.startswith(">")
        try:
            stated = canonical_unit(given.get("unit", ""))
            value = convert(parse_number(text.removeprefix(">")), stated, unit)
            rough = given.get("uncertainty")
            uncertainty = convert(parse_number(rough), stated, unit) if rough else None
        except QuantityError as problem:
            remedy = f" Write it in {unit.label}." if problem.code in ("unit_mismatch", "unknown_unit") else ""
            self._refuse(place, field.name, f"{problem.sentence}{remedy}", field.label)
            return None
        if not field.low <= value <= field.high:
            span = f"{_plain(field.low)} to {_plain(field.high)} {unit.label}".strip()
            sentence = f"{_plain(value)} {unit.label} is outside what can be read ({span}). Check value and unit."
            self._refuse(place, field.name, sentence, field.label)
        elif exceeded and not field.may_exceed:
            self._refuse(place, field.name, "A value is needed, not that it is more. Write the reading.", field.label)
        elif uncertainty is not None and not 0 <= uncertainty <= field.high:
            self._refuse(
                place, field.name, "The uncertainty is negative or beyond all readings. Correct it.", field.label
            )
        else:
            return Value(value=value, unit=unit.code, uncertainty=uncertainty, exceeded=exceeded)
        return None

    def _refuse(self, place: str, field: str, sentence: str, label: str = "") -> None:
        where = f"{place}, {label}" if label else place
        self.problems.append(Problem(place=place, field=field, sentence=f"{where}: {sentence}"))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
