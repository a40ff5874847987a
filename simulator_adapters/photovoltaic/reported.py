"""What a SunSpec device reports about itself, model by model, in words: for whoever stands before it.

Only what the device says is here: no target, no limit, no verdict.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simulator_adapters.contract import Deadline
from simulator_adapters.photovoltaic.client import SunSpecClient
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError, Point, definition

_HIDDEN = ("ID", "L", "Pad")
_UNITS = {
    "Pct": "%",
    "VNomPct": "% of nominal voltage",
    "Secs": "s",
    "DeptRef": "% of reference",
    "%WHRtg": "% of capacity",
    "Var": "var",
    "C": "°C",
}


@dataclass(frozen=True, kw_only=True)
class Register:
    """A point as the device reports it: its value in its own unit, as text; `symbol` names the state of an enumeration."""

    point: str
    index: tuple[int, ...]
    value: str
    unit: str
    symbol: str
    writable: bool


@dataclass(frozen=True, kw_only=True)
class ReportedModel:
    """A model with the points that the device implements; scale factors are worked into the values."""

    model: int
    title: str
    registers: tuple[Register, ...]


def reported(client: SunSpecClient, *, deadline: Deadline) -> tuple[ReportedModel, ...]:
    """Read every model of a device, each in one sample.

    Raises
    ------
    ModelError
        When a model's registers don't fit it.
    LinkLost, DeadlineExceeded
        When the device is no longer there.
    """
    return tuple(_model(client.block(number, deadline=deadline)) for number in client.models)


def _model(block: ModelBlock) -> ReportedModel:
    group = definition(block.model)
    return ReportedModel(
        model=block.model, title=str(group.get("label") or group.get("name", "")), registers=tuple(_registers(block))
    )


def _registers(block: ModelBlock) -> Iterator[Register]:
    symbols = _symbols(block.model)
    for (path, index), point in block.points.items():
        raw = block.raw(path, index)
        if raw is None or path in _HIDDEN or point.type in ("sunssf", "pad"):
            continue
        value = _value(block, point, raw)
        if value is None:
            continue
        yield Register(
            point=path,
            index=index,
            value=value,
            unit=_UNITS.get(point.units, point.units),
            symbol=symbols.get(path, {}).get(raw, "") if isinstance(raw, int) else "",
            writable=point.writable,
        )


def _value(block: ModelBlock, point: Point, raw: int | str) -> str | None:
    """A raw value in the point's unit; None where its scale factor is missing, so that nobody reads a value that is none."""
    if isinstance(raw, str):
        return raw
    try:
        scale = block.scale(point)
    except ModelError:
        return None
    return None if scale is None else f"{Decimal(raw).scaleb(scale):f}"


@lru_cache(maxsize=64)
def _symbols(model: int) -> Mapping[str, Mapping[int, str]]:
    """The published names of the states of a model's enumerations, by path."""
    return dict(_named(definition(model), ()))


def _named(group: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Mapping[int, str]]]:
    for point in group["points"]:
        states = point.get("symbols")
        if states and point["type"].startswith("enum"):
            yield ".".join((*path, point["name"])), {state["value"]: state["name"] for state in states}
    for inner in group.get("groups", []):
        yield from _named(inner, (*path, inner["name"]))
