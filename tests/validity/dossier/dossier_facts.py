"""Facts of a made-up scheme version: bare (nothing recorded) and full (everything there, and sound)."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import numpy as np

from assess.psychometrics.results import Estimate, estimated
from assess.schemes.declarations import Declared
from assess.schemes.duties import DUTIES, Duty, DutyState
from assess.schemes.framing import FrameReport, Sizing
from assess.schemes.kinds import CERTIFICATION
from assess.validity.datasets.arrays import PartScores, Ratings, Responses
from assess.validity.dossier import facts
from assess.validity.dossier.claims import Record
from assess.validity.dossier.relating import relations
from assess.validity.job.evidence import (
    Analysis,
    BiasState,
    Cell,
    ContentValidation,
    Coverage,
    ElementVerdict,
    JobEvidence,
    Row,
    Statement,
    Weight,
)
from assess.validity.monitoring.evidence import Severity
from assess.validity.raters.evidence import AssessorTraining, RaterTraining, State
from assess.validity.report.written import Document, estimate
from assess.validity.studies.analysis import analyse

ON = date(2026, 11, 26)
PERSONS, ITEMS = 200, 16
NOTHING_DECIDED = facts.DecisionsFact(
    decided=0,
    passed=0,
    undecided=3,
    with_two_names=0,
    awards=0,
    suspended=0,
    revoked=0,
    awards_without_two_names=0,
    sites=(),
    refusals=(),
    records=(),
)
NOTHING_DONE = facts.SecurityFact(
    sittings=0,
    first=None,
    last=None,
    attempts=0,
    sealed=0,
    scored=0,
    quarantined=0,
    incidents=(),
    incidents_open=0,
    incidents_upheld=0,
    instruments=(),
    instruments_lapsed=(),
    pool=(),
    form_length=0,
    conflicts_declared=0,
    seals=(),
)


def bare() -> facts.Facts:
    """A scheme version of which nothing is recorded but itself."""
    return facts.Facts(
        on=ON,
        scheme=facts.SchemeFact(
            record=Record(kind="scheme_version", id="version-1", digest="aa11"),
            code="MC-X",
            title="Charge points <safely>",
            version="2",
            awarding_body="Academy",
            eqf_level="4",
            ects="4",
            hours="100",
            sample=False,
            parts=(
                facts.PartFact(id="online", title="online exam", weight="0.40", supervision="onsite"),
                facts.PartFact(id="bay", title="practical", weight="0.60", supervision="onsite"),
            ),
        ),
        gate=facts.GateFact(candidates=0, opened=0, checks=()),
        decisions=NOTHING_DECIDED,
        security=NOTHING_DONE,
    )


def full() -> facts.Facts:
    """The same version with sound evidence throughout, except what nobody can have recorded here."""
    given = bare()
    scheme = replace(
        given.scheme,
        declared=Declared(CERTIFICATION, "kept apart", "every five years, as rules change", "", "", "", (), True),
        outcomes=(facts.OutcomeFact(id="LO-1", statement="Fits a charge point.", esco=(esco(),)),),
        published_on=date(2026, 3, 1),
        validity_months=60,
    )
    study = facts.StudyFact(
        record=Record(kind="study", id="study-1", digest="cc33", on=date(2026, 11, 1)),
        number=3,
        run_on=date(2026, 11, 1),
        candidates=PERSONS,
        dataset=Record(kind="dataset", id="dataset-1", digest="bb22"),
        document=document(),
        simulated=False,
    )
    return replace(
        given,
        scheme=scheme,
        duties=tuple(signed(code) for code in CERTIFICATION.duties),
        frame=FrameReport("ects", "the ECTS frame", True, ("It fits.",), (), Sizing(None, None, None, ""), "4", ()),
        job=job(),
        bias_reviews=(Record(kind="bias_review", id="review-1"),),
        study=study,
        relations=relations(part_scores()),
        training=RaterTraining(assessors=tuple(trained(number) for number in range(3))),
        severity=tuple(severity(number) for number in range(3)),
        looks=facts.LooksFact(
            base=Record(kind="base_period", id="base-1"),
            looks=4,
            latest=Record(kind="monitoring_look", id="look-4", on=date(2026, 11, 20)),
            points=12,
            charts=6,
            later=2,
        ),
        meetings=(
            facts.MeetingFact(
                record=Record(kind="meeting", id="meeting-1"),
                part="online",
                method="Angoff",
                state="adopted",
                judges=12,
                minutes=True,
            ),
        ),
        cuts=(cut("online"), cut("bay")),
        checks=tuple(check(name) for name in ("reliability", "decision consistency", "rater agreement")),
        gate=facts.GateFact(candidates=60, opened=50, checks=(counts(),)),
        decisions=replace(
            NOTHING_DECIDED,
            decided=60,
            passed=50,
            undecided=0,
            with_two_names=60,
            awards=50,
            records=(Record(kind="decision", id="decision-1"),),
        ),
        security=replace(
            NOTHING_DONE,
            sittings=3,
            attempts=60,
            sealed=60,
            scored=60,
            incidents=tuple(Record(kind="incident", id=f"incident-{number}") for number in (1, 2)),
            instruments=tuple(Record(kind="instrument", id=f"M-{number}") for number in range(4)),
            pool=tuple(Record(kind="item_version", id=f"item-{number}") for number in range(120)),
            form_length=20,
            seals=(Record(kind="seal", id="seal-1"),),
        ),
        ledger=facts.LedgerFact(size=4096, root="ee55", signed_at="2026-11-26T00:00:00+00:00", key="did:key:z6Mk"),
    )


def esco() -> facts.EscoFact:
    return facts.EscoFact(uri="http://data.europa.eu/esco/skill/1", label="test electrical equipment")


def signed(code: str) -> Duty:
    meaning, at = DUTIES[code], datetime(2026, 2, 1, tzinfo=UTC)
    return Duty(
        code,
        meaning.name,
        meaning.protects,
        meaning.asks,
        DutyState.SIGNED,
        record_id=uuid.UUID(int=7),
        number=1,
        proposed_by="Ada",
        proposed_at=at,
        signed_by="Ben",
        signed_at=at,
        valid_until=date(2029, 1, 31),
    )


def figure(value: float = 0.85, reach: float = 0.03) -> Estimate:
    return estimated(
        value=value,
        standard_error=reach / 2,
        interval=(value - reach, value + reach),
        n=100,
        method="m",
        source="s",
        minimum=30,
    )


def job() -> JobEvidence:
    statement = Statement("T1", "task", "Fit a charge point.", ("LO-1",), True, "keep", "It is kept.", {})
    analysis = Analysis(
        id="analysis-1",
        number=1,
        title="Charge points",
        state="adopted",
        statements=(statement,),
        practitioners=40,
        enough=True,
        reliability=estimate(figure()),
        dataset_sha256="dd44",
        run_by="Ada",
        adopted_by="Ben",
        board="Board",
        adopted_on=date(2026, 1, 15),
        remark="",
        simulated=False,
    )
    weight = Weight("outcome", "LO-1", "LO-1", estimate(figure()), "1.0", "0.0", "0.1", "agrees", "It agrees.")
    element = ElementVerdict(
        "I1",
        "item",
        "",
        "LO-1",
        estimate(figure()),
        "0.5",
        estimate(figure()),
        estimate(figure()),
        estimate(figure()),
        "0.01",
        "accept",
        "It is accepted.",
        True,
    )
    return JobEvidence(
        analysis=analysis,
        waiting=None,
        weights=(weight,),
        coverage=Coverage(("LO-1",), (Row("T1", "task", "Fit.", (Cell("LO-1", ("I1",), (), ()),)),), ()),
        content=ContentValidation(
            "panel-1", 1, 8, date(2026, 2, 1), "ff66", (element,), (), estimate(figure()), estimate(figure()), False
        ),
        bias=BiasState(2, 1, (), (), 1, False),
        lacking=(),
        holding=(),
    )


def trained(number: int) -> AssessorTraining:
    return AssessorTraining(
        assigned=True,
        assessor=uuid.UUID(int=number),
        name=f"Person {number}",
        state=State.TRAINED,
        trained_on=date(2026, 9, 1),
        until=date(2027, 9, 1),
        agreement=figure(),
        coefficients={},
        trainer="Ada",
        calibrated_on=None,
        record=uuid.UUID(int=100 + number),
        simulated=False,
        sentence="Trained.",
    )


def severity(number: int) -> Severity:
    return Severity(
        assessor=uuid.UUID(int=number),
        name=f"Person {number}",
        severity=figure(0.1 * number),
        observed_average=2.0,
        fair_average=2.0,
        infit=1.0,
        outfit=1.0,
        marks=100,
        persons=20,
        shared_persons=15,
        would_change=(),
        simulated=False,
        sentence="As the others.",
    )


def cut(part: str) -> facts.CutFact:
    return facts.CutFact(
        record=Record(kind="cut", id=f"cut-{part}"),
        part=part,
        value="55.00",
        recommended="55.00",
        standard_error="0.90",
        method="modified Angoff",
        panel="Panel 7",
        judges=12,
        held_on=date(2026, 3, 1),
        board="Scheme board",
        adopted_on=date(2026, 3, 12),
        until=date(2028, 3, 12),
        reason="",
        simulated=False,
    )


def check(name: str, status: str = "pass") -> facts.CheckFact:
    return facts.CheckFact(
        name=name,
        level="window",
        status=status,
        protects_against="harm",
        threshold="≥ 0.70, n ≥ 30",
        source="board",
        value="0.85",
        sentence="It is enough.",
    )


def counts() -> facts.CheckCounts:
    return facts.CheckCounts(
        name="identity confirmed",
        level="candidate",
        protects_against="somebody else's work",
        passed=60,
        failed=0,
        not_enough_evidence=0,
        waived=0,
        reasons=(),
    )


@cache
def document() -> Document:
    """A study of plain Rasch answers, of two assessors who agree, and of two parts."""
    rng = np.random.default_rng(5)
    ability = rng.normal(size=PERSONS)
    chance = 1 / (1 + np.exp(-1.6 * (ability[:, None] - np.linspace(-1.5, 1.5, ITEMS))))
    responses = Responses(
        matrix=(rng.random(chance.shape) < chance).astype(float),
        items=tuple(f"I{number}" for number in range(ITEMS)),
        maxima=np.ones(ITEMS),
        part="online",
    )
    rows = [
        (f"P{person:03}", rater, criterion, float(np.clip(np.round(1.5 + ability[person] + rng.normal(0, 0.4)), 0, 3)))
        for person in range(40)
        for rater in ("a", "b")
        for criterion in "wxyz"
    ]
    persons, raters, criteria, marks = zip(*rows, strict=True)
    ratings = Ratings(
        persons=persons, raters=raters, criteria=criteria, tasks=("task",) * len(rows), values=np.array(marks)
    )
    cuts: dict[str, tuple[Decimal, Decimal | None]] = {
        part: (Decimal(55), Decimal("0.9")) for part in ("online", "bay", "overall")
    }
    return analyse(
        title="Study 3",
        responses=responses,
        ratings=ratings,
        task_scores=ratings,
        parts=part_scores(),
        cuts=cuts,
        seed=1,
    )


def part_scores() -> PartScores:
    rng = np.random.default_rng(6)
    ability = rng.normal(size=(PERSONS, 1))
    components = {
        part: (
            np.clip(60 + 9 * ability + 8 * rng.normal(size=(PERSONS, 1)) + 9 * rng.normal(size=(PERSONS, 15)), 0, 100)
            / 100
        )
        for part in ("online", "bay")
    }
    return PartScores(
        parts=("online", "bay"),
        matrix=np.column_stack([100 * components[part].mean(axis=1) for part in ("online", "bay")]),
        components={
            part: Responses(
                matrix=values, items=tuple(f"{part}{number}" for number in range(15)), maxima=np.ones(15), part=part
            )
            for part, values in components.items()
        },
        weights={"online": 0.4, "bay": 0.6},
    )
