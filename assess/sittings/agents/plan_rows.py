"""The measurements of a task as a plan sees them: unit, places and limits of each, and whether an instrument can fill it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rubrics.definition import Criterion, TaskDefinition
from rubrics.measurement import Limit, MeasurementSpec
from simulator_adapters.quantities import UNITS, QuantityError, canonical_unit

WORKSHEET = "worksheet"
REGISTER = "SunSpec "
"""How a row says that it is a register: `SunSpec 802.SoCRsvMin`."""


@dataclass(frozen=True)
class Row:
    """A measurement of a task as a plan sees it; `cannot` says why no instrument can fill it, and is empty where one can."""

    criterion: str
    text: str
    quantity: str
    unit: str
    limits: str
    instrument: str
    by_machine: bool
    code: str = ""
    places: int = 0
    low: str = ""
    high: str = ""
    cannot: str = ""

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """Code and label of every unit in which an instrument may answer for this row."""
        return tuple((unit.code, unit.label or "no unit") for unit in UNITS if unit.quantity == self.measures)

    @property
    def measures(self) -> str:
        """The quantity of its unit, as the unit table names it; empty where no instrument fills the row."""
        return canonical_unit(self.code).quantity if self.code else ""


def rows_of(task: TaskDefinition) -> tuple[Row, ...]:
    """The measurements of a task in its order."""
    return tuple(_row(one, one.measurement) for one in task.criteria if one.measurement is not None)


def suggested_adapter(rows: Sequence[Row], *, settings: bool = False) -> str:
    """Registers, and the settings of a device, are read by `sunspec`; all else by `scpi`."""
    return "sunspec" if settings or any(row.instrument.startswith(REGISTER) for row in rows) else "scpi"


def _row(criterion: Criterion, spec: MeasurementSpec) -> Row:
    unit = spec.reading_unit
    shown = f"{spec.limit} {spec.unit}".replace("<=", "at most").replace(">=", "at least").strip()
    row = Row(
        criterion=criterion.identifier,
        text=criterion.text,
        quantity=spec.quantity,
        unit=unit,
        limits=shown,
        instrument=spec.instrument,
        by_machine=spec.source == "simulator_adapter",
    )
    try:
        code = canonical_unit(unit).code
    except QuantityError:
        return replace(row, cannot=f"It is given in {unit}, which no instrument answers in. People enter it.")
    if spec.instrument == WORKSHEET:
        return replace(row, cannot="It is worked out on a worksheet, not measured. People enter it.")
    if spec.deviation is not None:
        return replace(
            row, cannot="It compares a reading with a true value, and an instrument gives one. People enter both."
        )
    if spec.places != 1:
        return replace(row, cannot=f"It is read at {spec.places} places, and a plan reads one. People enter them.")
    low, high = _ends(spec.limit, spec.decimal_places)
    return replace(row, code=code, places=spec.decimal_places, low=low, high=high)


def _ends(limit: Limit, places: int) -> tuple[str, str]:
    """Lower and upper end as a step writes them, with the row's places; an end that is not limited is empty."""

    def written(value: Decimal) -> str:
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) else 0
        return f"{value:.{max(places, digits)}f}"

    low = "" if limit.op == "<=" else written(limit.value)
    high = written(limit.value) if limit.op == "<=" else "" if limit.upper is None else written(limit.upper)
    return low, high
