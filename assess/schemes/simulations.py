"""Simulations as content: wiring tasks, SunSpec set-ups and numeric case sheets, read and checked; pure.

Every number that follows from others is worked out again: a raw register value from its scale factor, an answer from its formula, a
regression from its bills. The wiring tasks are played with their reference and their wrong variants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from assess.schemes.definition import canonical
from item_bank.formula import FormulaError, evaluate
from rubrics.documents import Node, number_text, parse_number
from simulator_adapters.energy.building import BuildingError
from simulator_adapters.energy.case_building import read_case_building
from simulator_adapters.photovoltaic.models import ModelError, Point, definition, layout
from simulator_adapters.quantities import UnknownUnit, canonical_unit
from simulator_adapters.wiring import TaskError, WiringTask, check_task

# The last digit an author wrote may be rounded; formulas are compared at half of it.
RELATIVE_SLIP = Decimal("0.00002")


@dataclass(frozen=True)
class SimulationDefinition:
    """One simulation; `document` is the canonical entry that the adapters read."""

    identifier: str
    kind: str
    credential: str
    outcomes: tuple[str, ...]
    title: str
    time_limit_min: int
    document: Mapping[str, Any]


def read_simulation(node: Node, group: str) -> SimulationDefinition:
    """Read and check one entry of the group `wiring`, `sunspec` or `retrofit`; mistakes go to the node's list."""
    kind = node.choice("kind", (KIND_OF_GROUP[group],))
    simulation = SimulationDefinition(
        identifier=node.text("id"),
        kind=kind,
        credential=node.text("credential"),
        outcomes=node.texts("outcomes", least=1),
        title=node.text("title"),
        time_limit_min=node.integer("time_limit_min", low=1, high=600),
        document=canonical(node.value),
    )
    _CHECKS[group](node)
    return simulation


def for_adapters(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a stored document the plain numbers that the adapters' readers expect, as a YAML file would hold them.

    Each of them turns the shortest form of a number back into the same decimal, so nothing is lost on the way.

    Examples
    --------
    >>> for_adapters({"id": "1.0", "answers": [{"text": "7", "low": "4.20", "inputs": {"n": 3}}]})
    {'id': '1.0', 'answers': [{'text': '7', 'low': 4.2, 'inputs': {'n': 3}}]}
    """
    return {key: _numbers(value, key in NUMBER_FIELDS) for key, value in document.items()}


NUMBER_FIELDS = frozenset(
    {
        *("facts", "data", "after", "costs", "inputs", "input", "expected", "low", "high", "value", "key"),
        *("tolerance_abs", "sizes", "building"),
    }
)


def _numbers(value: Any, numeric: bool) -> Any:
    if isinstance(value, Mapping):
        # Under `facts` every field may be a number; under a list of registers or answers, those named above.
        return {
            key: _numbers(entry, key in NUMBER_FIELDS or (numeric and "id" not in value))
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [_numbers(entry, numeric) for entry in value]
    if not numeric or not isinstance(value, str):
        return value
    number = parse_number(value)
    return value if number is None else float(number)


def _check_wiring(node: Node) -> None:
    try:
        task = WiringTask.from_document(dict(node.value))
        for sentence in check_task(task):
            node.problem("", sentence)
    except TaskError as error:
        node.problem("", f"{error.problem} {error.remedy}")


def _check_settings(node: Node) -> None:
    node.text("order")
    targets = node.nodes("key")
    if node.has("profiles"):
        profiles = node.node("profiles")
        targets += [entry for name in profiles.value for entry in profiles.nodes(name, least=1)]
    if not targets:
        node.problem("key", "names no register; list the registers that must hold the ordered values.")
    for entry in node.nodes("initial"):
        _check_register(entry, written=False)
    for target in targets:
        _check_register(target, written=True)
    for derived in node.nodes("derived"):
        _check_answer(derived, "key", "tolerance_abs")
    for entry in node.nodes("must_not_change"):
        entry.integer("model", low=1, high=65_535)
        entry.text("point")
        entry.finish()
    for test in node.nodes("response_tests"):
        _check_unit(test, "unit")


def _check_register(node: Node, *, written: bool) -> None:
    """Check a register's value against its raw form, and its name, scale and access against the published model."""
    model, point = node.integer("model", low=1, high=65_535), node.text("point")
    value, raw = node.number("value"), node.integer("raw", low=-(2**31), high=2**32 - 1)
    node.integer("tol_raw", low=0, high=65_535)
    scale = node.integer("scale_factor", low=-10, high=10, default=0)
    named = node.optional_text("scale_factor_point")
    for place in node.raw("index") or ():
        if not isinstance(place, int) or isinstance(place, bool) or place < 1:
            node.problem("index", f"holds {place!r}; places are whole numbers from 1.")
    _check_unit(node, "unit")
    node.finish()
    if Fraction(raw) * Fraction(10) ** scale != Fraction(value):
        said = f"is {raw}, which with scale factor {scale} does not mean {number_text(value)}"
        node.problem("raw", f"{said}; correct one of them.")
    try:
        published = _published_points(model)
    except ModelError as error:
        node.problem("model", str(error))
        return
    found = published.get(point)
    if found is None:
        node.problem("point", f"is {point}, which model {model} does not have; write it as published.")
        return
    if (found.scale or "") != named:
        node.problem("scale_factor_point", f"is {named!r}, but {model}.{point} is scaled by {found.scale!r}.")
    if written and not found.writable:
        node.problem(
            "point", f"is {point}, which model {model} publishes as read-only; order a setting that can be written."
        )
    bits = 16 * found.size
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if found.type.startswith("int") else (0, 2**bits - 1)
    if not low <= raw <= high:
        node.problem("raw", f"is {raw}, outside the {found.type} of {model}.{point} ({low} to {high}).")


@lru_cache(maxsize=64)
def _published_points(model: int) -> Mapping[str, Point]:
    return {point.path: point for point in layout(definition(model), lambda _: 1)}


def _check_case(node: Node) -> None:
    answers = node.nodes("answers", least=1)
    fitted = _regression(node) if node.has("data") else {}
    for answer in answers:
        _check_answer(answer, "expected", None, fitted)
    _check_building(node)
    if node.has("ranking_key"):
        ranked, costs = node.texts("ranking_key"), node.node("costs").value
        if set(ranked) != set(costs):
            node.problem("ranking_key", f"ranks {', '.join(ranked)}, but costs are given for {', '.join(costs)}.")


def _check_building(node: Node) -> None:
    """Check the building of a case sheet, where it gives one, against the ranges of what an energy model may be asked about."""
    if not node.has("building"):
        return
    try:
        read_case_building(for_adapters(canonical(node.value)))
    except BuildingError as error:
        node.problem("building", str(error))


def _check_answer(node: Node, key: str, tolerance: str | None, fitted: Mapping[str, Decimal] | None = None) -> None:
    """Check one numeric answer: unit known, key inside its band, key equal to its formula."""
    node.text("id")
    node.text("text")
    _check_unit(node, "unit")
    value = node.number(key)
    slack = node.number(tolerance) if tolerance else Decimal(0)
    low = value - slack if tolerance else node.number("low")
    high = value + slack if tolerance else node.number("high")
    if not low < value < high:
        node.problem(
            key, f"is {number_text(value)}, not inside {number_text(low)} to {number_text(high)}; correct the band."
        )
    check_formula(node, "formula", value, fitted)
    node.finish()


def check_formula(node: Node, key: str, value: Decimal, fitted: Mapping[str, Decimal] | None = None) -> None:
    """Work a node's formula out from its `inputs` and report a value that differs by more than the digits written."""
    formula = node.text(key)
    given = node.node("inputs").value if node.has("inputs") else {}
    node.raw("inputs")
    inputs = {name: number for name, entry in given.items() if (number := parse_number(entry)) is not None}
    if len(inputs) < len(given):
        node.problem("inputs", "hold something that is no plain number; write digits.")
        return
    known = {**(fitted or {}), **inputs}
    try:
        exact = known[formula] if formula in known else evaluate(formula, known)
    except FormulaError as error:
        node.problem(key, str(error))
        return
    half_a_digit = Decimal(1).scaleb(-places_of(value)) / 2
    if abs(exact - value) > max(half_a_digit, abs(exact) * RELATIVE_SLIP):
        node.problem(
            key, f"gives {exact:.7g}, but {number_text(value)} is written; correct the value, formula or inputs."
        )


def places_of(value: Decimal) -> int:
    """Digits after the point.

    Examples
    --------
    >>> places_of(Decimal("0.429")), places_of(Decimal(300))
    (3, 0)
    """
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _regression(node: Node) -> dict[str, Decimal]:
    """Least squares of consumption on degree days: slope, intercept and the sums that fit and scatter are judged by."""
    data = node.node("data")
    columns = [[parse_number(entry) for entry in data.raw(name) or ()] for name in ("hdd_kd", "gas_kwh")]
    days, use = ([Fraction(entry) for entry in column if entry is not None] for column in columns)
    if len(days) != len(use) or len(days) < 3:
        data.problem("", "needs as many plain numbers in hdd_kd as in gas_kwh, and at least three.")
        return {}
    size = len(days)
    none = Fraction(0)
    mean_days, mean_use = sum(days, none) / size, sum(use, none) / size
    spread = sum(((day - mean_days) ** 2 for day in days), none)
    if not spread:
        data.problem("hdd_kd", "holds the same value throughout, so no slope exists; check the months.")
        return {}
    slope = sum(((day - mean_days) * (one - mean_use) for day, one in zip(days, use, strict=True)), none) / spread
    base = mean_use - slope * mean_days
    errors = sum(((one - base - slope * day) ** 2 for day, one in zip(days, use, strict=True)), none)
    total = sum(((one - mean_use) ** 2 for one in use), none)
    found = {
        "ols slope": slope,
        "ols intercept": base,
        "sse": errors,
        "sst": total,
        "mean": mean_use,
        "n": Fraction(size),
    }
    return {name: Decimal(value.numerator) / Decimal(value.denominator) for name, value in found.items()}


def _check_unit(node: Node, key: str) -> None:
    unit = node.raw(key)
    if not isinstance(unit, str):
        node.problem(key, "is missing; name the unit, or write '' for a pure number.")
        return
    check_unit(node, key, unit)


def check_unit(node: Node, key: str, unit: str) -> None:
    """Report a unit that the one alias table does not know."""
    try:
        canonical_unit(unit)
    except UnknownUnit as error:
        node.problem(key, f"{error.sentence} Use a spelling of the unit table, or add the unit there.")


KIND_OF_GROUP = {"wiring": "wiring_netlist", "sunspec": "sunspec_settings", "retrofit": "retrofit_case"}
_CHECKS: dict[str, Callable[[Node], None]] = {
    "wiring": _check_wiring,
    "sunspec": _check_settings,
    "retrofit": _check_case,
}
