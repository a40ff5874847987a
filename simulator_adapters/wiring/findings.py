"""What the rules say about one wiring, in words a candidate understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Sort(StrEnum):
    """Whether a finding is about behaviour, about danger, or about how neatly the work was done."""

    BEHAVIOUR = "behaviour"
    SAFETY = "safety"
    WORKMANSHIP = "workmanship"


class Hazard(StrEnum):
    """Critical hazards; one of them caps the score to 0."""

    MISSING_PROTECTIVE_CONDUCTOR = "missing_protective_conductor"
    NEUTRAL_NOT_DIRECT = "neutral_not_direct"
    NEUTRAL_MISSING_WHEN_ON = "neutral_missing_when_on"
    SWITCH_NOT_IN_LINE = "switch_not_in_line"
    BYPASSES_RCD = "bypasses_rcd"
    RCD_UNBALANCED = "rcd_unbalanced"
    NO_OVERCURRENT_PROTECTION = "no_overcurrent_protection"
    BYPASSES_OVERLOAD_RELAY = "bypasses_overload_relay"
    CONDUCTOR_TOO_THIN = "conductor_too_thin"
    SHORT_CIRCUIT_LINE_NEUTRAL = "short_circuit_line_neutral"
    SHORT_CIRCUIT_LINE_EARTH = "short_circuit_line_earth"
    SHORT_CIRCUIT_LINES = "short_circuit_lines"
    SHORT_CIRCUIT_CHANGING_OVER = "short_circuit_changing_over"
    SHORT_CIRCUIT_BATTERY = "short_circuit_battery"
    NEUTRAL_JOINED_TO_EARTH = "neutral_joined_to_earth"
    CURRENT_IN_PROTECTIVE_CONDUCTOR = "current_in_protective_conductor"
    LIVE_EXPOSED_PART = "live_exposed_part"
    LIVE_WHEN_OFF = "live_when_off"
    POLES_SWAPPED = "poles_swapped"
    OVERVOLTAGE = "overvoltage"
    MODULE_REVERSED = "module_reversed"
    EARTH_FAULT_NOT_CLEARED = "earth_fault_not_cleared"
    NEUTRAL_FAULT_NOT_CLEARED = "neutral_fault_not_cleared"
    SHORT_CIRCUIT_NOT_CLEARED = "short_circuit_not_cleared"
    TOUCH_NOT_PROTECTED = "touch_not_protected"
    OVERLOAD_NOT_CLEARED = "overload_not_cleared"
    BREAK_LEAVES_PART_LIVE = "break_leaves_part_live"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One invariant and whether the wiring meets it.

    Attributes
    ----------
    name
        Stable name, such as ``row_2``, ``protective_conductor_H1.PE`` or ``fault_touch_X1``.
    points
        1 for what the task asks for, 0 for the safety checks that hold everywhere.
    state
        Hand-set states of the first scene that fails; empty when passed or when it fails in every state.
    voltages
        Volts against earth at that scene, rounded to 0.1 V; nodes without a path to the supply are left out.
    currents
        Amperes at that scene, rounded to 1 mA: out of each pole of the supply, and through each load.
    """

    name: str
    sort: Sort
    passed: bool
    points: int
    sentence: str
    hazard: Hazard | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    voltages: Mapping[str, Decimal] = field(default_factory=dict)
    currents: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One row of the truth table or step of the sequence as it played.

    Attributes
    ----------
    loads
        ``on``, ``off``, ``weak`` (neither) or ``chatters`` for each load and coil; a motor on three lines that turns the
        other way is ``reverse``.
    across
        Volts across each load and coil, rounded to 0.1 V.
    """

    state: Mapping[str, str]
    loads: Mapping[str, str]
    expected: Mapping[str, bool | str]
    across: Mapping[str, Decimal]
    voltages: Mapping[str, Decimal]
