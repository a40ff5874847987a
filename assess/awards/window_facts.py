"""What the gate's window level looks at: evidence pooled over all sittings of a scheme version.

The caller gathers it from the latest study and the monitors; nothing here is computed. `None` means that nobody has
established it, and is never taken for a pass.
"""

from dataclasses import dataclass

from .checks import Evidence, Statistic


@dataclass(frozen=True, kw_only=True)
class Study:
    """The latest study: how many candidates it froze, of how many that are scored by now, over how many sittings."""

    number: int
    candidates: int
    scored: int
    sittings: int
    simulated: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class ItemEvidence:
    """How the scored items work: `against` names those whose answers work against the rest, interval and all; `unsure` those of
    which that cannot be told, `reason` why not for most of them. `n` is the number of persons."""

    n: int
    items: int
    against: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class GroupEvidence:
    """Differential item functioning over every comparison of groups that was made; `comparisons` says what they are told apart by.

    `large` names items of ETS class C with enough evidence, `judged` is the number of items that could be judged, `reason` why
    none could.
    """

    comparisons: tuple[str, ...]
    n: int
    judged: int
    large: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Severity:
    """How many outcomes hang on the assessors' severity: `would_change` of `of` candidates, with a 95 % interval of the share."""

    assessors: int
    would_change: int
    of: int
    low: float
    high: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A drift alarm that is open. Who acknowledged it looked at it; the alarm stands until what drifted was dealt with."""

    what: str
    sentence: str
    acknowledged: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What control charts hold so far: of `charts` with a point, how many have one with enough evidence."""

    charts: int
    measured: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WindowFacts:
    """Everything the window level looks at. `alarms` is None while nothing is monitored; `incidents` holds a sentence each."""

    study: Study | None
    reliability: Statistic
    decision_consistency: Statistic
    rater_agreement: Statistic
    incidents: tuple[str, ...]
    items: ItemEvidence | None = None
    groups: GroupEvidence | None = None
    severity: Severity | None = None
    alarms: tuple[Alarm, ...] | None = None
    watched: Watched | None = None
