"""What a record comes to: figures that a task sheet's rows ask for by name, and what of the method's conditions is not met.

A row names a figure as ``kind.figure``: ``blower_door.flow_50``, ``combustion.air_free``, ``electrical.zs``. Everything is worked
out anew from what was written down, so that whoever holds the record comes to the same digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator_adapters.energy.combustion import CombustionTest
from simulator_adapters.energy.figures import Figure
from simulator_adapters.measurement import Verdict
from simulator_adapters.quantities import canonical_unit
from simulator_adapters.records.electrical import (
    CIRCUIT_FIELDS,
    FORMAT,
    ElectricalRecord,
    Problem,
    Quantity,
    read_record,
)
from simulator_adapters.records.electrical_limits import standard_limits
from simulator_adapters.records.electrical_verdicts import verdicts
from simulator_adapters.records.energy import (
    BLOWER_DOOR,
    COMBUSTION,
    FLUE_FIELDS,
    DoorTest,
    read_blower_door,
    read_combustion,
)

DIGITS = 9
"""Significant digits to which a figure is held: far more than any row declares, and fewer than processors may differ in."""
FORMATS = {BLOWER_DOOR: "blower_door", COMBUSTION: "combustion", FORMAT: "electrical"}
DOOR_FIGURES = {
    "flow_50": ("leak at 50 Pa", "m3/h"),
    "changes_50": ("air changes at 50 Pa", "/h"),
    "cfm_50": ("leak at 50 Pa", "[cft_i]/min"),
    "exponent": ("flow exponent n", "1"),
    "coefficient": ("flow coefficient C, m³/(h·Paⁿ)", "1"),
}
FLUE_FIGURES = {"air_free": ("carbon monoxide free of air", "[ppm]"), "ratio": ("CO/CO₂", "1")}
FLUE_FIGURES |= {one.name: (one.label, one.unit) for one in FLUE_FIELDS}
CIRCUIT_FIGURES = {one.name: (one.label, one.unit) for one in CIRCUIT_FIELDS if isinstance(one, Quantity)}
FIGURES = {"blower_door": DOOR_FIGURES, "combustion": FLUE_FIGURES, "electrical": CIRCUIT_FIGURES}


class RecordError(ValueError):
    """A record that can't be used: every sentence says the place, what is wrong and what to do."""

    code = "bad_record"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(one.sentence for one in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One figure. `value` is None where the record does not carry it; `exceeded`: the instrument showed only that it is more."""

    name: str
    label: str
    unit: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    exceeded: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkedRecord:
    """Everything a record says.

    Attributes
    ----------
    objections
        What of the method's conditions is not met, or what a test failed, in sentences; empty for a record without any.
    door
        The blower-door test with its points, for the picture.
    """

    kind: str
    figures: Mapping[str, Worked]
    objections: tuple[str, ...]
    door: DoorTest | None = field(default=None, compare=False)


def work_out(document: Any) -> WorkedRecord:
    """Work a record out.

    Raises
    ------
    RecordError
        Where it can't be read, with every sentence at once.

    Examples
    --------
    >>> work_out({"format": "assayer/flight@1"})
    Traceback (most recent call last):
    ...
    simulator_adapters.records.worked.RecordError: record: It is no record known here...
    """
    kind = FORMATS.get(document.get("format", ""), "") if isinstance(document, Mapping) else ""
    if not kind:
        said = f"It is no record known here. Its format is one of {', '.join(FORMATS)}."
        raise RecordError((Problem(place="record", field="format", sentence=f"record: {said}"),))
    if kind == "blower_door":
        return _door(document)
    return _flue(document) if kind == "combustion" else _circuit(document)


def is_figure(name: str) -> bool:
    """Whether a row may ask for it.

    >>> is_figure("blower_door.flow_50"), is_figure("blower_door.colour")
    (True, False)
    """
    kind, _, figure = name.partition(".")
    return figure in FIGURES.get(kind, {})


def _door(document: Mapping[str, Any]) -> WorkedRecord:
    test = read_blower_door(document)
    if not isinstance(test, DoorTest):
        raise RecordError(test)
    found = test.found
    held: dict[str, Figure | None] = {
        "flow_50": found.flow_50, "changes_50": found.changes_50, "cfm_50": found.cfm_50,
        "exponent": found.exponent, "coefficient": found.coefficient,
    }  # fmt: skip
    figures = {name: _with_interval(name, *DOOR_FIGURES[name], figure) for name, figure in held.items()}
    return WorkedRecord(kind="blower_door", figures=figures, objections=found.objections, door=test)


def _with_interval(name: str, label: str, unit: str, figure: Figure | None) -> Worked:
    if figure is None:
        return Worked(name=name, label=label, unit=unit, value=None)
    value, low, high = (_held(one) for one in (figure.value, figure.low, figure.high))
    return Worked(name=name, label=label, unit=unit, value=value, low=low, high=high)


def _held(value: float) -> Decimal:
    """A computed figure to its digits, without an exponent.

    >>> _held(1450.123456789123), _held(0.25)
    (Decimal('1450.12346'), Decimal('0.25'))
    """
    return Decimal(f"{Decimal(f'{value:.{DIGITS}g}'):f}")


def _flue(document: Mapping[str, Any]) -> WorkedRecord:
    test = read_combustion(document)
    if not isinstance(test, CombustionTest):
        raise RecordError(test)
    figures = {}
    for name, (label, unit) in FLUE_FIGURES.items():
        value = getattr(test, name)
        figures[name] = Worked(name=name, label=label, unit=unit, value=None if value is None else _held(value))
    objections: tuple[str, ...] = ()
    if test.air_free is None:
        objections = (
            f"{test.oxygen:g} % of oxygen: the sample is nearly all air, so that CO free of air says nothing.",
        )
    return WorkedRecord(kind="combustion", figures=figures, objections=objections)


def _circuit(document: Mapping[str, Any]) -> WorkedRecord:
    record = read_record(document)
    if not isinstance(record, ElectricalRecord):
        raise RecordError(record)
    if len(record.circuits) != 1 or record.strings:
        has = f"{len(record.circuits)} circuits and {len(record.strings)} strings"
        said = f"{has}; a task's record is of one circuit. Enter that one."
        raise RecordError((Problem(place="record", field="circuits", sentence=f"record: {said}"),))
    values = record.circuits[0].values
    figures = {}
    for name, (label, unit) in CIRCUIT_FIGURES.items():
        read = values.get(name)
        figures[name] = Worked(
            name=name,
            label=label,
            unit=unit,
            value=None if read is None else Decimal(f"{read.value:f}"),
            exceeded=read is not None and read.exceeded,
        )
    judged = verdicts(record, standard_limits())
    objections = tuple(one.sentence for one in judged if one.verdict in (Verdict.FAIL, Verdict.MARGINAL))
    return WorkedRecord(kind="electrical", figures=figures, objections=objections)


def unit_label(worked: Worked) -> str:
    """The figure's unit as people write it."""
    return canonical_unit(worked.unit).label
