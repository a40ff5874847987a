"""What the argument is made from: the records of one scheme version, gathered by `assess.awards.dossier`, as plain values. Pure.

A list may be empty and a record may be None; a claim then says that nothing is recorded. People of the awarding body who signed for
something stand by name, as on the document they signed; candidates, assessors and judges never do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assess.schemes.declarations import Declared
from assess.schemes.duties import Duty
from assess.schemes.framing import FrameReport
from assess.validity.dossier.claims import Record
from assess.validity.job.evidence import JobEvidence, nothing_recorded
from assess.validity.monitoring.evidence import Alarm, Severity
from assess.validity.raters.evidence import RaterTraining

NORMAL = 1.96
Estimated = Mapping[str, Any]
"""An estimate as `report.written.estimate` puts it into a document."""


@dataclass(frozen=True, kw_only=True)
class EscoFact:
    """A skill of the ESCO classification."""

    uri: str
    label: str


@dataclass(frozen=True, kw_only=True)
class OutcomeFact:
    """A learning outcome; `esco` is empty when no exact match exists."""

    id: str
    statement: str
    esco: tuple[EscoFact, ...]


@dataclass(frozen=True, kw_only=True)
class PartFact:
    """A part of the assessment; `weight` is its share of the overall score."""

    id: str
    title: str
    weight: str
    supervision: str


@dataclass(frozen=True, kw_only=True)
class SchemeFact:
    """One version of a credential scheme, the review that published it, and what kind of document it leads to."""

    record: Record
    code: str
    title: str
    version: str
    awarding_body: str
    eqf_level: str
    ects: str
    hours: str
    sample: bool
    declared: Declared | None = None
    validity_months: int = 0
    prerequisites: tuple[str, ...] = ()
    outcomes: tuple[OutcomeFact, ...] = ()
    parts: tuple[PartFact, ...] = ()
    rules: tuple[str, ...] = ()
    published_on: date | None = None
    review_comment: str = ""


@dataclass(frozen=True, kw_only=True)
class LooksFact:
    """Monitoring between studies: the base period, how many looks there were, the latest, and the points it put on charts.

    `points` and `charts` count those that carry a value; `empty` counts points of too few cases to say anything. `later` counts
    sittings in them that the base period does not hold: without one, nothing was followed over time.
    """

    base: Record | None
    looks: int
    latest: Record
    points: int
    charts: int
    empty: int = 0
    later: int = 0


@dataclass(frozen=True, kw_only=True)
class StudyFact:
    """A stored study; `document` is what `analysis.analyse` returned."""

    record: Record
    number: int
    run_on: date
    candidates: int
    dataset: Record | None
    document: Mapping[str, Any]
    simulated: bool
    sittings: int = 0
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RelationFact:
    """How two parts of the assessment go together, over the frozen scores of the study."""

    first: str
    second: str
    found: Estimated


@dataclass(frozen=True, kw_only=True)
class MeetingFact:
    """A cut-score meeting; `dissents` counts judges who put their dissent on record."""

    record: Record
    part: str
    method: str
    state: str
    judges: int
    minutes: bool
    dissents: int = 0
    simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class CutFact:
    """A cut score, per cent: `recommended` by the meeting, `value` as the board set it.

    `board` is empty while no board has adopted it. `judges` is None where no panel of judges set it. `interval` (95 %) is
    that of the meeting's own record, moved with the cut where the board set another; None where the record has none.
    """

    record: Record
    part: str
    value: str
    recommended: str
    standard_error: str | None
    method: str
    panel: str
    judges: int | None
    held_on: date
    board: str
    adopted_on: date | None
    until: date | None
    reason: str
    simulated: bool
    interval: tuple[float, float] | None = None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The 95 % interval: of the meeting's record, or else by the normal distribution; None where the error isn't known."""
        if self.interval is not None:
            return self.interval
        if self.standard_error is None:
            return None
        reach = NORMAL * float(self.standard_error)
        return max(float(self.value) - reach, 0.0), min(float(self.value) + reach, 100.0)


@dataclass(frozen=True, kw_only=True)
class CheckFact:
    """One check of the gate of the scheme or the window, as it stands today; `least` is the least a statistic may be."""

    name: str
    level: str
    status: str
    protects_against: str
    threshold: str
    source: str
    value: str
    sentence: str
    least: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A sentence and in how many cases it was the reason."""

    sentence: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CheckCounts:
    """One check of the gate over all candidates."""

    name: str
    level: str
    protects_against: str
    passed: int
    failed: int
    not_enough_evidence: int
    waived: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class GateFact:
    """The gate over all candidates: to how many it was put, for how many it is open, and each check."""

    candidates: int
    opened: int
    checks: tuple[CheckCounts, ...]


@dataclass(frozen=True, kw_only=True)
class SiteFact:
    """Decisions at one site."""

    site: str
    decided: int
    passed: int


@dataclass(frozen=True, kw_only=True)
class DecisionsFact:
    """What was decided and awarded. `undecided` counts results that still wait for something.

    `approvers` and `reviewers` count the people who approved decisions and who reviewed results near a cut; `near_cut` counts
    decided results that lie near one. `approve_own_exceptions` counts people who signed an exception and approved decisions too.
    """

    decided: int
    passed: int
    undecided: int
    with_two_names: int
    awards: int
    suspended: int
    revoked: int
    awards_without_two_names: int
    sites: tuple[SiteFact, ...]
    refusals: tuple[Reason, ...]
    records: tuple[Record, ...]
    approvers: int = 0
    near_cut: int = 0
    reviewers: int = 0
    approve_own_exceptions: int = 0


@dataclass(frozen=True, kw_only=True)
class ExceptionFact:
    """A named exception: a waiver of one check, or a release rule; `waits` while the second name is missing."""

    record: Record
    what: str
    check: str
    reason: str
    roles: tuple[str, ...]
    granted_on: date
    expires_on: date
    waits: bool


@dataclass(frozen=True, kw_only=True)
class SecurityFact:
    """The record of the sittings: attempts, seals, quarantine, incidents, identity, instruments, the item pool.

    `attempts` are those that are sealed and those whose sitting is over.
    """

    sittings: int
    first: date | None
    last: date | None
    attempts: int
    sealed: int
    scored: int
    quarantined: int
    incidents: tuple[Record, ...]
    incidents_open: int
    incidents_upheld: int
    instruments: tuple[Record, ...]
    instruments_lapsed: tuple[str, ...]
    pool: tuple[Record, ...]
    form_length: int
    conflicts_declared: int
    seals: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerFact:
    """The latest checkpoint: size and root of the tree, when and with which key it was signed."""

    size: int
    root: str
    signed_at: str
    key: str


@dataclass(frozen=True, kw_only=True)
class WorkFact:
    """How often an automated function worked for this version, and how often a person set its answer aside."""

    function: str
    worked: int
    set_aside: int | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the argument about one scheme version is made from, as it stood on one day.

    `common_items` were presented to everybody in the study; `reach_every_cut` is the share of the study's candidates whose scores
    reach every cut, must-pass criteria aside.
    """

    on: date
    scheme: SchemeFact
    duties: tuple[Duty, ...] = ()
    frame: FrameReport | None = None
    job: JobEvidence = field(default_factory=nothing_recorded)
    bias_reviews: tuple[Record, ...] = ()
    study: StudyFact | None = None
    relations: tuple[RelationFact, ...] = ()
    common_items: int | None = None
    reach_every_cut: Estimated | None = None
    training: RaterTraining = field(default_factory=lambda: RaterTraining(assessors=()))
    severity: tuple[Severity, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    looks: LooksFact | None = None
    meetings: tuple[MeetingFact, ...] = ()
    cuts: tuple[CutFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    gate: GateFact
    decisions: DecisionsFact
    exceptions: tuple[ExceptionFact, ...] = ()
    reviews_open: tuple[str, ...] = ()
    reviews: tuple[Record, ...] = ()
    security: SecurityFact
    ledger: LedgerFact | None = None
    work: tuple[WorkFact, ...] = ()
