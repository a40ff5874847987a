"""What the rules say about one wiring, in words a candidate understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Sort(StrEnum):
    """Whether a finding is about behaviour or about danger."""

    BEHAVIOUR = "behaviour"
    SAFETY = "safety"


class Hazard(StrEnum):
    """Critical hazards; one of them caps the score to 0."""

    MISSING_PROTECTIVE_CONDUCTOR = "missing_protective_conductor"
    NEUTRAL_NOT_DIRECT = "neutral_not_direct"
    NEUTRAL_MISSING_WHEN_ON = "neutral_missing_when_on"
    SWITCH_NOT_IN_LINE = "switch_not_in_line"
    BYPASSES_RCD = "bypasses_rcd"
    RCD_UNBALANCED = "rcd_unbalanced"
    NO_OVERCURRENT_PROTECTION = "no_overcurrent_protection"
    SHORT_CIRCUIT_LINE_NEUTRAL = "short_circuit_line_neutral"
    SHORT_CIRCUIT_LINE_EARTH = "short_circuit_line_earth"
    NEUTRAL_JOINED_TO_EARTH = "neutral_joined_to_earth"
    CURRENT_IN_PROTECTIVE_CONDUCTOR = "current_in_protective_conductor"
    LIVE_EXPOSED_PART = "live_exposed_part"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One invariant and whether the wiring meets it.

    Attributes
    ----------
    name
        Stable name, such as ``row_2`` or ``protective_conductor_H1.PE``.
    points
        1 for what the task asks for, 0 for the safety checks that hold everywhere.
    state
        Hand-set states of the first scene that fails; empty when passed or when it fails in every state.
    voltages
        Volts against earth at that scene, rounded to 0.1 V; nodes without a path to the supply are left out.
    """

    name: str
    sort: Sort
    passed: bool
    points: int
    sentence: str
    hazard: Hazard | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    voltages: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One row of the truth table or step of the sequence as it played.

    Attributes
    ----------
    loads
        ``on``, ``off``, ``weak`` (neither) or ``chatters`` for each load and coil.
    across
        Volts across each load and coil, rounded to 0.1 V.
    """

    state: Mapping[str, str]
    loads: Mapping[str, str]
    expected: Mapping[str, bool]
    across: Mapping[str, Decimal]
    voltages: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class WiringResult:
    """The verdict on one wiring.

    Attributes
    ----------
    works
        The behaviour asked for in every row or step, and nothing chatters.
    safe
        No hazard in any state.
    inverted
        The behaviour was read with all results inverted, as the task allows.
    """

    task: str
    works: bool
    safe: bool
    hazards: tuple[Hazard, ...]
    met: int
    total: int
    score: Decimal
    inverted: bool
    findings: tuple[Finding, ...]
    scenes: tuple[Scene, ...]
