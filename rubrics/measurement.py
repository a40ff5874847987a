"""What a measurement criterion declares: quantity, unit, instrument, limit, expected value, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rubrics.documents import Node, number_text

OPERATORS = ("<=", ">=", "between")
SOURCES = ("assessor_entry", "simulator_adapter")


@dataclass(frozen=True)
class Limit:
    """`op` is `<=`, `>=` or `between`; `upper` is None unless it is `between`. The bounds belong to the inside."""

    op: str
    value: Decimal
    upper: Decimal | None = None

    def holds(self, value: Decimal) -> bool:
        """Say whether a rounded value lies inside.

        Examples
        --------
        >>> Limit("between", Decimal("1.08"), Decimal("1.32")).holds(Decimal("1.32"))
        True
        """
        if self.op == "<=":
            return value <= self.value
        if self.op == ">=":
            return value >= self.value
        return self.value <= value <= (self.value if self.upper is None else self.upper)

    def __str__(self) -> str:
        if self.upper is not None:
            return f"{number_text(self.value)} to {number_text(self.upper)}"
        return f"{self.op} {number_text(self.value)}"


@dataclass(frozen=True)
class Tolerance:
    """How far a reading may lie from what it is compared with: absolute in the unit, or in percent of it."""

    amount: Decimal
    percent: bool = False


@dataclass(frozen=True)
class Deviation:
    """The limit holds for the distance of a reading from the true value, not for the reading itself.

    `quantity` and `unit` are those of the reading; `percent` says whether the distance is a share of the true value.
    """

    quantity: str
    unit: str
    percent: bool


@dataclass(frozen=True)
class MeasurementSpec:
    """The declaration of one measurement.

    `decimal_places` is what values are rounded to (half to even) before a limit is applied: declared, or else the
    most digits that the limit, the expected value or its tolerance is written with. `tolerance` is the allowed
    distance from a true (reference) reading and from `expected`. `places` is the number of points measured; all of
    them must be inside. A worksheet or a register has no calibration. `record` names the figure of a test record
    (``kind.figure``) from which the reading may be worked out; empty where it is read as it is.
    """

    quantity: str
    unit: str
    instrument: str
    limit: Limit
    source: str
    decimal_places: int
    expected: Decimal | None = None
    tolerance: Tolerance | None = None
    expected_formula: str = ""
    inputs: Mapping[str, Decimal] = field(default_factory=dict)
    deviation: Deviation | None = None
    places: int = 1
    calibrated: bool = True
    may_be_negative: bool = False
    record: str = ""

    @property
    def reading_unit(self) -> str:
        """The unit in which a reading is entered."""
        return self.unit if self.deviation is None else self.deviation.unit


def read_measurement(node: Node) -> MeasurementSpec:
    """Read the `measurement` field of a criterion; mistakes go to the node's list."""
    limit = _read_limit(node.node("limit"))
    expected, tolerance = _read_expected(node)
    unit = node.raw("unit")
    if not isinstance(unit, str):
        node.problem("unit", "is missing; name the unit, or write '' for a pure number.")
    declared = [limit.value, limit.upper, expected, tolerance.amount if tolerance and not tolerance.percent else None]
    spec = MeasurementSpec(
        quantity=node.text("quantity"),
        unit=str(unit or ""),
        instrument=node.text("instrument"),
        limit=limit,
        source=node.choice("source", SOURCES),
        decimal_places=node.integer(
            "decimal_places", low=0, high=9, default=max(_places(value) for value in declared if value is not None)
        ),
        expected=expected,
        tolerance=tolerance,
        expected_formula=node.optional_text("expected_formula"),
        inputs=_read_inputs(node),
        deviation=_read_deviation(node.node("deviation")) if node.has("deviation") else None,
        places=node.integer("places", low=1, high=100, default=1),
        calibrated=node.flag("calibrated", True),
        may_be_negative=node.flag("may_be_negative", False),
        record=node.optional_text("record"),
    )
    node.finish()
    if spec.expected is not None and not spec.limit.holds(spec.expected):
        node.problem(
            "expected.value", f"is {spec.expected}, outside its own limit {spec.limit}; correct the one that is wrong."
        )
    if spec.record and (spec.deviation is not None or spec.places != 1):
        node.problem("record", "gives one figure and no true value; take it away, or the deviation or the places.")
    if spec.deviation is not None and (spec.expected is not None or limit.op != "<="):
        node.problem(
            "deviation",
            "is limited from above (op '<=') and has no expected value; its true value comes with the reading.",
        )
    return spec


def measurement_document(spec: MeasurementSpec) -> dict[str, Any]:
    """Write the canonical `measurement` field."""
    limit: dict[str, Any] = {"op": spec.limit.op, "value": number_text(spec.limit.value)}
    if spec.limit.upper is not None:
        limit["upper"] = number_text(spec.limit.upper)
    document: dict[str, Any] = {
        "quantity": spec.quantity,
        "unit": spec.unit,
        "instrument": spec.instrument,
        "limit": limit,
        "source": spec.source,
        "decimal_places": spec.decimal_places,
        "places": spec.places,
        "calibrated": spec.calibrated,
        "may_be_negative": spec.may_be_negative,
    }
    if spec.expected is not None:
        document["expected"] = {"value": number_text(spec.expected)}
    if spec.tolerance is not None:
        document["tolerance"] = {"amount": number_text(spec.tolerance.amount), "percent": spec.tolerance.percent}
    if spec.expected_formula:
        document["expected_formula"] = spec.expected_formula
    if spec.record:
        document["record"] = spec.record
    if spec.inputs:
        document["inputs"] = {name: number_text(value) for name, value in spec.inputs.items()}
    if spec.deviation is not None:
        document["deviation"] = {
            "quantity": spec.deviation.quantity,
            "unit": spec.deviation.unit,
            "percent": spec.deviation.percent,
        }
    return document


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _read_limit(node: Node) -> Limit:
    op = node.choice("op", OPERATORS)
    value, upper = node.number("value"), node.optional_number("upper")
    if (op == "between") != (upper is not None):
        node.problem("upper", "belongs to the operator 'between' and to no other; add it or take it away.")
    if upper is not None and upper <= value:
        node.problem("upper", f"is {upper}, not above the lower bound {value}; put the smaller number in 'value'.")
    node.finish()
    return Limit(op=op, value=value, upper=upper)


def _read_expected(node: Node) -> tuple[Decimal | None, Tolerance | None]:
    """Read `expected` {value, tol_abs} and `tolerance` {amount, percent}; a tolerance stands in one of them."""
    value, tolerance = None, None
    if node.has("expected"):
        expected = node.node("expected")
        value, amount = expected.number("value"), expected.optional_number("tol_abs")
        expected.finish()
        tolerance = None if amount is None else Tolerance(amount)
    if node.has("tolerance"):
        stated = node.node("tolerance")
        if tolerance is not None:
            node.problem("tolerance", "stands twice (expected.tol_abs too); keep one.")
        tolerance = Tolerance(stated.number("amount", above=Decimal(0)), stated.flag("percent", False))
        stated.finish()
    return value, tolerance


def _read_inputs(node: Node) -> Mapping[str, Decimal]:
    if not node.has("inputs"):
        node.raw("inputs")
        return {}
    inputs = node.node("inputs")
    return {name: inputs.number(name) for name in inputs.value}


def _read_deviation(node: Node) -> Deviation:
    unit = node.raw("unit")
    if not isinstance(unit, str):
        node.problem("unit", "is missing; name the unit of the reading that is compared.")
    deviation = Deviation(quantity=node.text("quantity"), unit=str(unit or ""), percent=node.flag("percent"))
    node.finish()
    return deviation
