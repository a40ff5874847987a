"""The candidate level: each check shuts the gate by itself, and what protects people can be neither waived nor released."""

from dataclasses import replace
from typing import Any

import pytest

from assess.awards.candidate_checks import CANDIDATE_CHECKS
from assess.awards.candidate_facts import DoubleMarks, Identity, Prerequisite, Seals
from assess.awards.decision import Undecidable
from tests.awards.gate_example import CANDIDATE, SAFETY, TODAY, decision, found, gate, release, waiver

FAIL, LACK = "fail", "not enough evidence"
UNWAIVABLE = {
    "identity confirmed",
    "prerequisites met",
    "safety must-pass",
    "no conflict of interest",
    "seals complete",
    "decision passed",
    "decision approved",
}


@pytest.mark.parametrize(
    ("name", "status", "changes"),
    [
        ("identity confirmed", FAIL, {"identity": Identity(confirmed_by=None)}),
        ("identity confirmed", FAIL, {"identity": Identity(confirmed_by="person-7")}),
        ("prerequisites met", FAIL, {"prerequisites": (Prerequisite(name="certificate", met=False),)}),
        ("prerequisites met", LACK, {"prerequisites": (Prerequisite(name="certificate", met=None),)}),
        ("safety must-pass", FAIL, {"must_pass": (replace(SAFETY, met=False),)}),
        ("safety must-pass", LACK, {"must_pass": (replace(SAFETY, met=None),)}),
        ("safety must-pass", LACK, {"must_pass": None}),
        ("no conflict of interest", FAIL, {"conflicts": ("Person 4 trained this candidate.",)}),
        ("no conflict of interest", LACK, {"conflicts_examined": False}),
        ("seals complete", FAIL, {"seals": Seals(expected=("online",), sealed=())}),
        ("seals complete", FAIL, {"seals": Seals(expected=("online",), sealed=("online",), quarantined=1)}),
        ("seals complete", LACK, {"seals": Seals(expected=(), sealed=())}),
        ("incidents reviewed", FAIL, {"incidents": ("An incident is open.",)}),
        ("double marks reconciled", FAIL, {"double_marks": DoubleMarks(expected=("task 1",), complete=())}),
        (
            "double marks reconciled",
            FAIL,
            {"double_marks": DoubleMarks(expected=("task 1",), complete=("task 1",), unreconciled=("task 1",))},
        ),
        ("short texts settled", FAIL, {"short_texts_waiting": ("K-07",)}),
        ("short texts settled", LACK, {"short_texts_waiting": None}),
        ("near-cut reviewed", FAIL, {"decision": decision("61")}),
        ("near-cut reviewed", LACK, {"decision": decision("80", None)}),
        ("decision passed", FAIL, {"decision": decision("50")}),
        ("decision approved", LACK, {"approved_by": ("person-8",)}),
        ("decision approved", LACK, {"approved_by": ("person-8", "person-8 ")}),
    ],
)
def test_each_check_of_a_candidate_shuts_the_gate_by_itself(name: str, status: str, changes: dict[str, Any]) -> None:
    result = gate(candidate=replace(CANDIDATE, **changes))

    assert (found(result, name).status, found(result, name).level) == (status, "candidate")
    assert result.blocking == (name,)


def test_no_decision_is_not_a_decision() -> None:
    waiting = Undecidable(reasons=("The score of bench is pending: two markers.",))

    result = gate(candidate=replace(CANDIDATE, decision=waiting))

    assert result.blocking == ("near-cut reviewed", "decision passed")
    assert found(result, "decision passed").sentence == "The score of bench is pending: two markers."


def test_a_near_cut_score_passes_once_a_person_has_reviewed_it() -> None:
    result = gate(candidate=replace(CANDIDATE, decision=decision("61"), near_cut_reviews={"bench": "person-9"}))

    assert result.open
    assert found(result, "near-cut reviewed").sentence == "Near the cut and reviewed: bench."


@pytest.mark.parametrize("name", sorted(UNWAIVABLE))
def test_what_protects_people_can_be_neither_waived_nor_released(name: str) -> None:
    broken = replace(
        CANDIDATE,
        identity=Identity(confirmed_by=None),
        prerequisites=(Prerequisite(name="certificate", met=None),),
        must_pass=(replace(SAFETY, met=None),),
        conflicts_examined=False,
        seals=Seals(expected=(), sealed=()),
        decision=decision("50"),
        approved_by=(),
    )

    result = gate(
        candidate=broken,
        waivers=[waiver(held) for held in CANDIDATE_CHECKS],
        releases=[release(held) for held in CANDIDATE_CHECKS],
        today=TODAY,
    )

    assert set(result.blocking) == UNWAIVABLE
    assert f"The waiver of {name!r} does not count: this check can't be waived." in result.refused
