"""What an adapter promises: the vocabulary of OpenHTF (plan, step, measurement, limits, outcome, attachment, record).

An adapter describes itself in a manifest, finds devices without writing to them, and connects only to the serial that
was booked. A session runs a finite plan and hands back one immutable record; `abort` reaches a safe state from
anywhere.

Calls block. The clients below (Modbus, SCPI, a numeric solver) block or compute, so `async` would only move them into
a thread inside every adapter. One thread per session, a total deadline and a cancel event say the same with less, and
the caller decides where the thread lives.

Outcomes are of two sorts that never mix. PASS, FAIL and MARGINAL speak about the candidate; ERROR, TIMEOUT, ABORTED
and VOID speak about the equipment, carry no score and lead to another sitting at no cost to the candidate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from threading import Event
from typing import Any, Protocol, runtime_checkable

from simulator_adapters import documents
from simulator_adapters.measurement import Instrument, Limits, Measurement, Method, Status, Verdict, measure

__all__ = [
    "Adapter",
    "AdapterError",
    "AdapterManifest",
    "Attachment",
    "Cancelled",
    "Deadline",
    "DeadlineExceeded",
    "Engine",
    "Health",
    "HealthState",
    "IdentityMismatch",
    "Instrument",
    "Limits",
    "LinkLost",
    "Measurement",
    "Method",
    "OnFail",
    "OnTimeout",
    "Outcome",
    "Plan",
    "Repeat",
    "RunRecord",
    "Session",
    "Status",
    "Step",
    "StepRecord",
    "Verdict",
    "from_document",
    "measure",
    "to_document",
]

#: A moment on `time.monotonic()`, in seconds: the total deadline of a call, never a time per request.
Deadline = float


class AdapterError(Exception):
    """Something about the equipment, never about the candidate; `code` is for machines."""

    code = "adapter_error"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class IdentityMismatch(AdapterError):
    """Another device answers than the one that was booked."""

    code = "identity_mismatch"


class LinkLost(AdapterError):
    """The device can't be reached, or its answers can't be trusted any more."""

    code = "link_lost"


class DeadlineExceeded(AdapterError):
    """The total deadline has passed."""

    code = "deadline_exceeded"


class Cancelled(AdapterError):
    """A person or the caller stopped the run."""

    code = "cancelled"


class Outcome(StrEnum):
    """The result of a run or of one step."""

    PASS = "PASS"
    FAIL = "FAIL"
    MARGINAL = "MARGINAL"
    ERROR = "ERROR"
    TIMEOUT = "TIMEOUT"
    ABORTED = "ABORTED"
    VOID = "VOID"

    @property
    def is_candidate(self) -> bool:
        """Whether it speaks about the candidate rather than the equipment."""
        return self in (Outcome.PASS, Outcome.FAIL, Outcome.MARGINAL)

    @property
    def may_score(self) -> bool:
        """MARGINAL waits for a person; equipment outcomes never score."""
        return self in (Outcome.PASS, Outcome.FAIL)


class OnFail(StrEnum):
    """What follows a step that the candidate failed."""

    CONTINUE = "continue"
    STOP = "stop"


class OnTimeout(StrEnum):
    """What follows a step that ran out of its own time."""

    CONTINUE = "continue"
    STOP = "stop"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """Bounded polling: try a step until it passes, at most so often and so long."""

    max_attempts: int = 1
    interval_ms: int = 0
    duration_ms: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.max_attempts <= 10_000 or self.interval_ms < 0:
            raise ValueError("A repeat has 1 to 10000 attempts and an interval of 0 ms or more.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One phase of a plan: an action the session knows, with its parameters as text."""

    name: str
    action: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    on_fail: OnFail = OnFail.CONTINUE
    on_timeout: OnTimeout = OnTimeout.VOID
    repeat: Repeat = Repeat()
    timeout_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A finite list of steps about one thing under test."""

    name: str
    version: str
    subject: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"The plan {self.name!r} needs at least one step, and each step a name of its own.")


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """What became of one step."""

    name: str
    outcome: Outcome
    attempts: int
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Raw evidence beside the record, small enough to travel with it."""

    name: str
    media_type: str
    sha256: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What computed the verdicts: enough to compute them again."""

    name: str
    version: str
    model_sha256: str
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """All that a run left behind. It never changes; a re-run is another record.

    Attributes
    ----------
    subject
        What was under test, in the caller's words (a task, a bay).
    score, max_score
        Points of the run, only with outcome PASS or FAIL.
    plan_sha256
        Digest of the plan's document.
    """

    run_id: str
    adapter: str
    adapter_version: str
    plan: str
    plan_sha256: str
    subject: str
    outcome: Outcome
    sentence: str
    steps: tuple[StepRecord, ...]
    measurements: tuple[Measurement, ...]
    instrument: Instrument
    engine: Engine
    t_started: int
    t_ended: int
    score: Decimal | None = None
    max_score: Decimal | None = None
    hazards: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    format: str = "assayer/run-record@1"

    def __post_init__(self) -> None:
        if self.score is not None and not self.outcome.may_score:
            raise ValueError(f"A run that ended {self.outcome} can't carry a score.")
        if (self.score is None) != (self.max_score is None):
            raise ValueError("A score and its maximum are given together.")
        if [m.sequence for m in self.measurements] != list(range(len(self.measurements))):
            raise ValueError("Measurements are numbered 0, 1, 2, … in the order they were taken.")


class HealthState(StrEnum):
    """Whether a device can be used now."""

    OK = "ok"
    DEGRADED = "degraded"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a session knows about its device."""

    state: HealthState
    instrument: Instrument
    sentence: str


@dataclass(frozen=True, kw_only=True)
class AdapterManifest:
    """What an adapter is and takes; `config_schema` is a JSON Schema for `connect`."""

    id: str
    version: str
    kind: str
    title: str
    capabilities: tuple[str, ...]
    config_schema: Mapping[str, Any]
    limits: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in ("engine", "instrument", "feed", "upload"):
            raise ValueError(f"{self.id}: the kind {self.kind!r} is not one of engine, instrument, feed, upload.")


@runtime_checkable
class Session(Protocol):
    """A connection to one identified device or engine."""

    def health(self) -> Health:
        """State of the device, with its identity read afresh."""
        ...

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event) -> RunRecord:
        """Carry out a plan; never raises for what the equipment does, the record tells it."""
        ...

    def abort(self, reason: str) -> None:
        """Reach a safe state, from any thread and after any failure."""
        ...

    def close(self) -> None:
        """Let go of the device; harmless when called twice."""
        ...


@runtime_checkable
class Adapter(Protocol):
    """A way to reach one sort of device; entry-point group ``simulator_adapters``."""

    @property
    def manifest(self) -> AdapterManifest:
        """What it is and takes."""
        ...

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """Devices that answer in that scope; never writes to one."""
        ...

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> Session:
        """Open a session; raises `IdentityMismatch` when the serial is not the booked one."""
        ...


def to_document(record: RunRecord) -> dict[str, Any]:
    """Write a record as a JSON document whose numbers are decimal strings or integers."""
    document = documents.encode(record)
    assert isinstance(document, dict)
    return document


def from_document(document: Any) -> RunRecord:
    """Read a record back.

    Raises
    ------
    DocumentError
        Names the field that is missing, unknown or of another type.
    """
    return documents.decode(RunRecord, document)
