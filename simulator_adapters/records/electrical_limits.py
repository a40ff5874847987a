"""The limits of electrical tests as data: `electrical_limits.toml`, or a task's own document of the same form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator_adapters import documents

FORMAT = "assayer/electrical-limits@1"


class LimitsError(ValueError):
    """Limits that can't be read; the message names file and field."""

    code = "bad_limits"


@dataclass(frozen=True, kw_only=True)
class ContinuityLimits:
    """Resistance of copper in Ω/km by cross-section in mm², per cent more, and an allowance in Ω."""

    source: str
    seen: str
    more_percent: Decimal
    allowance: Decimal
    ohm_per_km: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class LoopLimits:
    """Share of U0/Ia that a loop may have, Ia as multiples of the rating, and V that may stay on what one touches."""

    source: str
    seen: str
    share: Decimal
    touch_voltage: Decimal
    trip_multiple: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class TripTimes:
    """Closed limits of the trip time in ms, at one and five times the rated residual current."""

    low_1x: Decimal
    high_1x: Decimal
    low_5x: Decimal
    high_5x: Decimal


@dataclass(frozen=True, kw_only=True)
class ResidualCurrentLimits:
    """Trip times of general and of delayed (selective) devices."""

    source: str
    seen: str
    general: TripTimes
    delayed: TripTimes


@dataclass(frozen=True, kw_only=True)
class InsulationClass:
    """Up to which voltage (V) it holds, with which test voltage (V), and the least resistance (MΩ)."""

    up_to: Decimal
    test_voltage: Decimal
    low: Decimal


@dataclass(frozen=True, kw_only=True)
class InsulationLimits:
    """Classes of rising voltage."""

    source: str
    seen: str
    classes: tuple[InsulationClass, ...]

    def __post_init__(self) -> None:
        tops = [one.up_to for one in self.classes]
        if not tops or tops != sorted(set(tops)):
            raise ValueError("the classes need rising values of up_to")

    def at(self, volts: Decimal) -> InsulationClass | None:
        """The class of a voltage; None above the highest."""
        return next((one for one in self.classes if volts <= one.up_to), None)


@dataclass(frozen=True, kw_only=True)
class StringLimits:
    """Per cent from the expected and from the strings' mean; W/m² from which a translation counts; `a` and the factor on V_oc."""

    source: str
    seen: str
    deviation_percent: Decimal
    spread_percent: Decimal
    least_irradiance: Decimal
    irradiance_factor: Decimal
    voltage_factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Required:
    """Fields without which a circuit or string is not fully tested."""

    circuit: tuple[str, ...]
    string: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ElectricalLimits:
    """Everything that verdicts need besides the record."""

    continuity: ContinuityLimits
    loop: LoopLimits
    rcd: ResidualCurrentLimits
    circuit_insulation: InsulationLimits
    string_insulation: InsulationLimits
    string: StringLimits
    required: Required
    format: str

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"its format is {self.format!r}, not {FORMAT!r}")


def read_limits(document: Any, *, source: str = "limits") -> ElectricalLimits:
    """Read a document of limits.

    Raises
    ------
    LimitsError
        Names source and field.
    """
    try:
        return documents.decode(ElectricalLimits, document)
    except documents.DocumentError as problem:
        raise LimitsError(f"{source}, {problem}. Correct it there.") from problem


@lru_cache(maxsize=1)
def standard_limits() -> ElectricalLimits:
    """The limits that come with this package."""
    path = Path(__file__).with_suffix(".toml")
    return read_limits(tomllib.loads(path.read_text(encoding="utf-8")), source=path.name)
