"""Facts under which every check of the gate passes; a test changes the one it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from assess.awards.candidate_facts import CandidateFacts, DoubleMarks, Identity, Prerequisite, Seals
from assess.awards.checks import Evidence, Statistic, Threshold
from assess.awards.decision import CutScore, Decision, DecisionRule, MustPass, PartScore, decide
from assess.awards.gate import GateCheck, GateResult, open_gate, scheme_level, window_level
from assess.awards.scheme_facts import (
    Assessor,
    BiasReview,
    ContentValidation,
    Duty,
    Frame,
    JobLink,
    KindEvidence,
    Publication,
    RaterTraining,
    SchemeFacts,
)
from assess.awards.waivers import Release, Waiver
from assess.awards.window_facts import GroupEvidence, ItemEvidence, Severity, Study, WindowFacts

TODAY = date(2026, 4, 1)
RULE = DecisionRule(parts=("bench",))
CUT = CutScore(
    part="bench",
    value=Decimal(60),
    standard_error=Decimal("1.2"),
    method="borderline regression",
    panel="panel 1",
    adopted_by="Board of examiners",
    adopted_on=date(2026, 1, 10),
    version="1",
)
SAFETY = MustPass(criterion="proves dead", part="bench", met=True)
STUDY = Evidence(kind="study", id="study-3")


def decision(percent: str, error: str | None = "2") -> Decision:
    spread = None if error is None else Decimal(error)
    score = PartScore(part="bench", percent=Decimal(percent), standard_error=spread)
    found = decide(rule=RULE, scores=[score], cuts=[CUT], must_pass=[SAFETY])
    assert isinstance(found, Decision)
    return found


def statistic(value: str | None, low: str | None, high: str | None, n: int = 240) -> Statistic:
    return Statistic(
        value=None if value is None else Decimal(value),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        n=n,
        method="coefficient alpha",
        threshold=Threshold(least=Decimal("0.70"), least_n=50, source="the scheme's adopted plan"),
        evidence=(STUDY,),
    )


GOOD = statistic("0.82", "0.79", "0.85")
SCHEME = SchemeFacts(
    sample=False,
    needed=("bench",),
    cut_scores=(CUT,),
    cut_records=(Evidence(kind="cut", id="cut-1"),),
    publication=Publication(version="1.0.0", reviewed_by=("person-3",), on=date(2026, 1, 2)),
    kind=KindEvidence(
        kind="Certification of persons",
        codes=frozenset({"job_analysis", "content_validation"}),
        asked=("Job-task analysis", "Content validation"),
    ),
    duties=(Duty(name="Right to award at this level", state="signed", evidence=(Evidence(kind="duty", id="duty-1"),)),),
    frame=Frame(name="EQF 4 with ECTS"),
    job=JobLink(tasks=22, practitioners=64, enough=True, adopted_on=date(2025, 11, 3)),
    content=ContentValidation(experts=8, judged=90, of=90),
    bias=BiasReview(reviewed=90, of=90),
    training=RaterTraining(assessors=(Assessor(name="A. Aalto", state="trained"),)),
)
WINDOW = WindowFacts(
    study=Study(number=3, candidates=240, scored=240, sittings=4, simulated=False, evidence=(STUDY,)),
    reliability=GOOD,
    decision_consistency=GOOD,
    rater_agreement=GOOD,
    items=ItemEvidence(n=240, items=30),
    groups=GroupEvidence(comparisons=("route",), n=240, judged=30),
    severity=Severity(assessors=12, would_change=2, of=240, low=0.0, high=0.03),
    alarms=(),
    incidents=(),
)
CANDIDATE = CandidateFacts(
    identity=Identity(confirmed_by="person-7", how="photo document compared at the station", on=TODAY),
    prerequisites=(Prerequisite(name="installer certificate", met=True, evidence="register entry"),),
    must_pass=(SAFETY,),
    conflicts_examined=True,
    conflicts=(),
    seals=Seals(expected=("online", "assessor:1"), sealed=("online", "assessor:1")),
    double_marks=DoubleMarks(expected=("task 1",), complete=("task 1",)),
    near_cut_reviews={},
    decision=decision("80"),
    short_texts_waiting=(),
    incidents=(),
    approved_by=("person-8", "person-9"),
)


def gate(
    *,
    scheme: SchemeFacts = SCHEME,
    window: WindowFacts = WINDOW,
    candidate: CandidateFacts = CANDIDATE,
    waivers: Sequence[Waiver] = (),
    releases: Sequence[Release] = (),
    today: date = TODAY,
) -> GateResult:
    """The gate of one candidate over these facts."""
    return open_gate(
        scheme_level(scheme, releases, today),
        window_level(window, releases, today, sample=scheme.sample),
        candidate,
        waivers=waivers,
        releases=releases,
        today=today,
        sample=scheme.sample,
    )


def found(result: GateResult, name: str) -> GateCheck:
    return next(check for check in result.checks if check.name == name)


def waiver(check: str, **changes: Any) -> Waiver:
    return replace(
        Waiver(
            check=check,
            reason="first window of a new scheme",
            people=("person-1", "person-2"),
            granted_on=TODAY,
            expires_on=date(2026, 5, 1),
        ),
        **changes,
    )


def release(check: str, **changes: Any) -> Release:
    return replace(
        Release(
            check=check,
            reason="windows are small on demand",
            people=("person-1", "person-2"),
            granted_on=TODAY,
            expires_on=date(2026, 9, 30),
        ),
        **changes,
    )
