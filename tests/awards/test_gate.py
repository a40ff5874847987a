"""The gate: every check every time, no statistic taken for more than it shows, no waiver by one person."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.awards.decision import CutScore, Decision, DecisionRule, MustPass, PartScore, Undecidable, decide
from assess.awards.gate import CHECKS, GateCheck, GateResult, Status, Waiver, open_gate
from assess.awards.gate_facts import (
    DoubleMarks,
    GateFacts,
    Identity,
    Prerequisite,
    Publication,
    Seals,
    Statistic,
    Threshold,
)

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


def _decision(percent: str, error: str | None = "2") -> Decision:
    spread = None if error is None else Decimal(error)
    score = PartScore(part="bench", percent=Decimal(percent), standard_error=spread)
    found = decide(rule=RULE, scores=[score], cuts=[CUT], must_pass=[SAFETY])
    assert isinstance(found, Decision)
    return found


def _statistic(value: str | None, low: str | None, high: str | None, n: int = 240) -> Statistic:
    return Statistic(
        value=None if value is None else Decimal(value),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        n=n,
        method="coefficient alpha",
        threshold=Threshold(least=Decimal("0.70"), least_n=50, source="the scheme's adopted plan"),
    )


GOOD = _statistic("0.82", "0.79", "0.85")
FACTS = GateFacts(
    rule=RULE,
    identity=Identity(confirmed_by="person-7", how="photo document compared at the station", on=TODAY),
    prerequisites=(Prerequisite(name="installer certificate", met=True, evidence="register entry"),),
    must_pass=(SAFETY,),
    conflicts_examined=True,
    conflicts=(),
    seals=Seals(expected=("online", "assessor:1"), sealed=("online", "assessor:1")),
    double_marks=DoubleMarks(expected=("task 1",), complete=("task 1",)),
    near_cut_reviews={},
    decision=_decision("80"),
    short_texts_waiting=(),
    incidents=(),
    reliability=GOOD,
    decision_consistency=GOOD,
    rater_agreement=GOOD,
    cut_scores=(CUT,),
    publication=Publication(version="1.0.0", reviewed_by=("person-3",), on=date(2026, 1, 2)),
)
UNWAIVABLE = {
    "identity confirmed",
    "prerequisites met",
    "safety must-pass",
    "no conflict of interest",
    "seals complete",
    "decision passed",
}


def _check(result: GateResult, name: str) -> GateCheck:
    return next(check for check in result.checks if check.name == name)


def _waiver(check: str, **changes: object) -> Waiver:
    fields: dict[str, object] = {
        "check": check,
        "reason": "first window of a new scheme",
        "people": ("person-1", "person-2"),
        "granted_on": TODAY,
        "expires_on": TODAY + timedelta(days=30),
    }
    return Waiver(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_gate_opens_when_every_check_passes() -> None:
    result = open_gate(FACTS, [], TODAY)

    assert result == replace(result, open=True, blocking=(), refused_waivers=())
    assert [check.name for check in result.checks] == list(CHECKS)
    assert {check.status for check in result.checks} == {Status.PASS}
    assert all(check.protects_against and check.sentence for check in result.checks)


@pytest.mark.parametrize(
    ("name", "status", "changes"),
    [
        ("identity confirmed", "fail", {"identity": Identity(confirmed_by=None)}),
        ("identity confirmed", "fail", {"identity": Identity(confirmed_by="person-7")}),
        ("prerequisites met", "fail", {"prerequisites": (Prerequisite(name="certificate", met=False),)}),
        ("prerequisites met", "not enough evidence", {"prerequisites": (Prerequisite(name="certificate", met=None),)}),
        ("safety must-pass", "fail", {"must_pass": (replace(SAFETY, met=False),)}),
        ("safety must-pass", "not enough evidence", {"must_pass": (replace(SAFETY, met=None),)}),
        ("no conflict of interest", "fail", {"conflicts": ("Person 4 trained this candidate.",)}),
        ("no conflict of interest", "not enough evidence", {"conflicts_examined": False}),
        ("seals complete", "fail", {"seals": Seals(expected=("online",), sealed=())}),
        ("seals complete", "fail", {"seals": Seals(expected=("online",), sealed=("online",), quarantined=1)}),
        ("seals complete", "not enough evidence", {"seals": Seals(expected=(), sealed=())}),
        ("double marks reconciled", "fail", {"double_marks": DoubleMarks(expected=("task 1",), complete=())}),
        (
            "double marks reconciled",
            "fail",
            {"double_marks": DoubleMarks(expected=("task 1",), complete=("task 1",), unreconciled=("task 1",))},
        ),
        ("near-cut reviewed", "fail", {"decision": _decision("61")}),
        ("near-cut reviewed", "not enough evidence", {"decision": _decision("80", None)}),
        ("decision passed", "fail", {"decision": _decision("50")}),
        ("short texts settled", "fail", {"short_texts_waiting": ("K-07",)}),
        ("incidents reviewed", "fail", {"incidents": ("An incident is open.",)}),
        ("cut score in force", "fail", {"cut_scores": ()}),
        ("cut score in force", "fail", {"cut_scores": (replace(CUT, adopted_on=date(2026, 4, 2)),)}),
        ("cut score in force", "not enough evidence", {"cut_scores": (replace(CUT, standard_error=None),)}),
        ("cut score in force", "not enough evidence", {"cut_scores": (replace(CUT, panel=""),)}),
        ("cut score adopted", "fail", {"cut_scores": (replace(CUT, adopted_by=" "),)}),
        ("content published", "fail", {"publication": Publication(version="2", reviewed_by=(), on=TODAY)}),
        (
            "content published",
            "fail",
            {"publication": Publication(version="2", reviewed_by=("person-3",), on=TODAY + timedelta(days=1))},
        ),
        ("reliability", "fail", {"reliability": _statistic("0.60", "0.52", "0.69")}),
        ("reliability", "not enough evidence", {"reliability": _statistic("0.72", "0.66", "0.78")}),
        ("reliability", "not enough evidence", {"reliability": _statistic("0.90", "0.85", "0.95", n=49)}),
        ("decision consistency", "not enough evidence", {"decision_consistency": _statistic(None, None, None)}),
        ("rater agreement", "fail", {"rater_agreement": _statistic("0.69", None, None)}),
    ],
)
def test_each_check_shuts_the_gate_by_itself(name: str, status: str, changes: dict[str, object]) -> None:
    result = open_gate(replace(FACTS, **changes), [], TODAY)  # type: ignore[arg-type]

    assert _check(result, name).status == status
    assert not result.open
    assert name in result.blocking
    assert set(result.blocking) <= {name, "cut score adopted"}


def test_no_decision_is_not_a_decision() -> None:
    waiting = Undecidable(reasons=("The score of bench is pending: two markers.",))

    result = open_gate(replace(FACTS, decision=waiting), [], TODAY)

    assert result.blocking == ("near-cut reviewed", "decision passed")
    assert _check(result, "decision passed").sentence == "The score of bench is pending: two markers."


def test_a_near_cut_score_passes_once_a_person_has_reviewed_it() -> None:
    result = open_gate(replace(FACTS, decision=_decision("61"), near_cut_reviews={"bench": "person-9"}), [], TODAY)

    assert result.open
    assert _check(result, "near-cut reviewed").sentence == "Near the cut and reviewed: bench."


def test_a_statistic_is_shown_with_interval_threshold_and_source() -> None:
    check = _check(open_gate(FACTS, [], TODAY), "reliability")

    assert check.value == "0.82 (95 % 0.79 to 0.85; coefficient alpha, n = 240)"
    assert check.threshold == "≥ 0.70, n ≥ 50"
    assert check.source == "the scheme's adopted plan"


@given(
    st.decimals("0.4", "1", places=2),
    st.decimals(0, "0.3", places=2),
    st.decimals(0, "0.3", places=2),
    st.integers(0, 100),
)
def test_a_statistic_passes_only_with_its_whole_interval_and_enough_cases(
    value: Decimal, below: Decimal, above: Decimal, n: int
) -> None:
    statistic = _statistic(str(value), str(value - below), str(value + above), n)

    status = _check(open_gate(replace(FACTS, reliability=statistic), [], TODAY), "reliability").status

    least = Decimal("0.70")
    assert (status is Status.PASS) == (n >= 50 and value - below >= least)
    assert (status is Status.FAIL) == (n >= 50 and value + above < least)


def test_a_waiver_by_two_people_opens_the_gate_and_stays_visible() -> None:
    weak = replace(FACTS, reliability=_statistic("0.72", "0.66", "0.78"))
    waiver = _waiver("reliability")

    result = open_gate(weak, [waiver], TODAY)
    check = _check(result, "reliability")

    assert result.open
    assert (check.status, check.waived) == (Status.WAIVED, waiver)
    assert check.sentence == (
        "0.72 (95 % 0.66 to 0.78; coefficient alpha, n = 240): the interval holds 0.70, so either is possible. "
        "Waived until 2026-05-01 by person-1 and person-2: first window of a new scheme"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"people": ("person-1",)}, "it needs two different people"),
        ({"people": ("person-1", "person-1 ")}, "it needs two different people"),
        ({"people": ("person-1", " ")}, "it needs two different people"),
        ({"reason": " "}, "it gives no reason"),
        ({"expires_on": TODAY - timedelta(days=1)}, "it expired on 2026-03-31"),
        ({"granted_on": TODAY + timedelta(days=1)}, "it is only granted on 2026-04-02"),
        ({"check": "colour of the cover"}, "there is no such check"),
    ],
)
def test_a_waiver_that_lacks_something_does_not_count_and_is_told(changes: dict[str, object], told: str) -> None:
    weak = replace(FACTS, reliability=_statistic("0.60", "0.52", "0.69"))
    waiver = replace(_waiver("reliability"), **changes)  # type: ignore[arg-type]

    result = open_gate(weak, [waiver], TODAY)

    assert result.blocking == ("reliability",)
    assert result.refused_waivers == (f"The waiver of {waiver.check!r} does not count: {told}.",)


def test_a_waiver_counts_on_its_last_day_and_the_first_that_counts_is_taken() -> None:
    weak = replace(FACTS, reliability=_statistic("0.60", "0.52", "0.69"))
    waivers = [_waiver("reliability", people=("person-1",)), _waiver("reliability", expires_on=TODAY)]

    assert _check(open_gate(weak, waivers, TODAY), "reliability").waived == waivers[1]


@pytest.mark.parametrize("name", sorted(UNWAIVABLE))
def test_what_protects_people_cannot_be_waived(name: str) -> None:
    broken = replace(
        FACTS,
        identity=Identity(confirmed_by=None),
        prerequisites=(Prerequisite(name="certificate", met=False),),
        must_pass=(replace(SAFETY, met=False),),
        conflicts=("Person 4 trained this candidate.",),
        seals=Seals(expected=("online",), sealed=()),
        decision=_decision("50"),
    )

    result = open_gate(broken, [_waiver(held) for held in CHECKS], TODAY)

    assert name in result.blocking
    assert set(result.blocking) == UNWAIVABLE
    assert f"The waiver of {name!r} does not count: this check can't be waived." in result.refused_waivers


def test_a_waiver_of_a_check_that_passes_changes_nothing() -> None:
    check = _check(open_gate(FACTS, [_waiver("reliability")], TODAY), "reliability")

    assert (check.status, check.waived) == (Status.PASS, None)
