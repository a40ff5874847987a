"""What a tablet needs to let somebody write down a test record without a network: fields of each kind, units and ranges. Pure."""

from collections.abc import Iterable
from typing import Any

from rubrics.definition import TaskDefinition
from simulator_adapters.quantities import UNITS, canonical_unit
from simulator_adapters.records.electrical import CIRCUIT_FIELDS, FORMAT, Field, Quantity
from simulator_adapters.records.energy import BLOWER_DOOR, COMBUSTION, DOOR_FIELDS, FLUE_FIELDS, OPTIONAL, POINT_FIELDS

TITLES = {
    "blower_door": "Blower door test",
    "combustion": "Combustion test",
    "electrical": "Electrical test of the circuit",
}
SEVERAL_UNITS = frozenset({"flow"})
"""Fields whose instruments show one of several units; the others are written in the one of the form."""


def record_forms(tasks: Iterable[TaskDefinition]) -> dict[str, Any]:
    """The forms that these tasks' rows ask for, by kind, as JSON."""
    kinds = {
        row.measurement.record.partition(".")[0]
        for task in tasks
        for row in task.criteria
        if row.measurement is not None and row.measurement.record
    }
    return {kind: {"title": TITLES[kind], **_FORMS[kind]} for kind in sorted(kinds)}


def _field(one: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": one.name, "label": one.label, "optional": one.name in OPTIONAL}
    if not isinstance(one, Quantity):
        return shown | {"options": list(one.options)}
    unit = canonical_unit(one.unit)
    same = [other.label for other in UNITS if other.quantity == unit.quantity] if one.name in SEVERAL_UNITS else []
    return shown | {
        "units": [unit.label, *(label for label in same if label != unit.label)],
        "low": str(one.low),
        "high": str(one.high),
        "may_exceed": one.may_exceed,
    }


_FORMS: dict[str, dict[str, Any]] = {
    "blower_door": {
        "format": BLOWER_DOOR,
        "fields": [_field(one) for one in DOOR_FIELDS],
        "table": [_field(one) for one in POINT_FIELDS],
    },
    "combustion": {"format": COMBUSTION, "fields": [_field(one) for one in FLUE_FIELDS], "table": []},
    "electrical": {
        "format": FORMAT,
        "fields": [_field(one) | {"optional": True} for one in CIRCUIT_FIELDS],
        "table": [],
    },
}
