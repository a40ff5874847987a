"""The scheme level: what has to stand before anybody sits down. What nobody recorded is never taken for a pass."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from assess.awards.checks import Level
from assess.awards.gate import CHECKS
from assess.awards.scheme_checks import SCHEME_CHECKS
from assess.awards.scheme_facts import (
    Assessor,
    BiasReview,
    ContentValidation,
    Duty,
    Frame,
    KindEvidence,
    Publication,
    RaterTraining,
)
from tests.awards.gate_example import CUT, SCHEME, TODAY, found, gate, release

FAIL, LACK = "fail", "not enough evidence"
JOB, CONTENT = SCHEME.job, SCHEME.content
assert JOB is not None
assert CONTENT is not None
KIND = KindEvidence(
    kind="Certificate programme", codes=frozenset({"content_validation"}), asked=("Content validation",)
)


def trained(*states: str) -> RaterTraining:
    return RaterTraining(
        assessors=tuple(Assessor(name=f"Assessor {place}", state=state) for place, state in enumerate(states))
    )


@pytest.mark.parametrize(
    ("name", "status", "changes"),
    [
        ("evidence of the kind", LACK, {"kind": None}),
        ("evidence of the kind", LACK, {"kind": replace(KIND, missing=("Content validation",))}),
        ("duties signed", LACK, {"duties": None}),
        ("duties signed", LACK, {"duties": ()}),
        ("duties signed", LACK, {"duties": (Duty(name="Right to award", state="missing"),)}),
        ("duties signed", LACK, {"duties": (Duty(name="Right to award", state="proposed"),)}),
        ("duties signed", FAIL, {"duties": (Duty(name="Right to award", state="expired"),)}),
        ("frame sound", LACK, {"frame": None}),
        ("frame sound", FAIL, {"frame": Frame(name="EQF", misfits=("5 ECTS are not 90 hours.",))}),
        ("frame sound", LACK, {"frame": Frame(name="EQF", waits=("The signed record shows it.",))}),
        ("job-task link", LACK, {"job": None}),
        ("job-task link", LACK, {"job": replace(JOB, practitioners=9)}),
        ("job-task link", LACK, {"job": replace(JOB, enough=False)}),
        ("job-task link", LACK, {"job": replace(JOB, gaps=("T-07",))}),
        ("content validation", LACK, {"content": None}),
        ("content validation", LACK, {"content": ContentValidation(experts=8, judged=0, of=90)}),
        ("content validation", LACK, {"content": replace(CONTENT, judged=89)}),
        ("content validation", LACK, {"content": replace(CONTENT, experts=4)}),
        ("content validation", LACK, {"content": replace(CONTENT, unsure=("ECW-003",))}),
        ("content validation", FAIL, {"content": replace(CONTENT, rejected=("ECW-003",))}),
        ("bias review", LACK, {"bias": None}),
        ("bias review", LACK, {"bias": BiasReview(reviewed=80, of=90)}),
        ("bias review", FAIL, {"bias": BiasReview(reviewed=90, of=90, unsettled=("ECW-011",))}),
        ("content published", FAIL, {"publication": Publication(version="2", reviewed_by=(), on=TODAY)}),
        (
            "content published",
            FAIL,
            {"publication": Publication(version="2", reviewed_by=("person-3",), on=TODAY + timedelta(days=1))},
        ),
        ("rater training", LACK, {"training": None}),
        ("rater training", LACK, {"training": trained()}),
        ("rater training", LACK, {"training": trained("trained", "unsure")}),
        ("rater training", FAIL, {"training": trained("trained", "untrained")}),
        ("rater training", FAIL, {"training": trained("trained", "lapsed")}),
        ("cut score in force", FAIL, {"needed": ("bench", "overall")}),
        ("cut score in force", FAIL, {"cut_scores": (replace(CUT, adopted_on=date(2026, 4, 2)),)}),
        ("cut score in force", LACK, {"cut_scores": (replace(CUT, standard_error=None),)}),
        ("cut score in force", LACK, {"cut_scores": (replace(CUT, panel=""),)}),
        ("cut score adopted", FAIL, {"cut_scores": (replace(CUT, adopted_by=" "),)}),
    ],
)
def test_each_check_of_a_scheme_shuts_the_gate_by_itself(name: str, status: str, changes: dict[str, Any]) -> None:
    result = gate(scheme=replace(SCHEME, **changes))

    assert (found(result, name).status, found(result, name).level) == (status, "scheme")
    assert result.blocking == (name,)


def test_without_any_cut_score_neither_is_in_force_nor_adopted() -> None:
    assert gate(scheme=replace(SCHEME, cut_scores=())).blocking == ("cut score in force", "cut score adopted")


def test_a_kind_that_is_not_asked_for_a_job_analysis_passes_without_one() -> None:
    result = gate(scheme=replace(SCHEME, kind=KIND, job=None))

    assert result.open
    assert found(result, "job-task link").sentence == "Certificate programme: this kind of scheme is not asked for it."


def test_what_has_to_hold_before_a_sitting_is_told_apart_from_what_has_to_hold_before_an_award() -> None:
    """A borderline regression needs a sitting before there is a cut, and an assessor is assigned when there is one."""
    assert not gate(scheme=replace(SCHEME, duties=None)).opens
    assert gate(scheme=replace(SCHEME, cut_scores=(), training=None)).opens
    assert {name for name, check in SCHEME_CHECKS.items() if not check.opens} == {
        "rater training",
        "cut score in force",
        "cut score adopted",
    }


def test_only_sample_content_is_released_from_the_duties_of_its_awarding_body() -> None:
    owing = replace(SCHEME, duties=None)
    rule = release("duties signed")

    real, sample = gate(scheme=owing, releases=[rule]), gate(scheme=replace(owing, sample=True), releases=[rule])

    assert real.blocking == ("duties signed",)
    assert real.refused == (
        "The release of 'duties signed' does not count: only sample content can be released from this check.",
    )
    assert sample.open
    assert found(sample, "duties signed").exception == rule


def test_every_check_of_the_scheme_says_what_it_protects_against_and_where_it_was_computed() -> None:
    result = gate()

    assert all(check.protects_against and check.sentence for check in result.of(Level.SCHEME))
    assert [record.id for record in found(result, "cut score in force").evidence] == ["cut-1"]
    assert found(result, "cut score in force").value == "bench 60 % ± 1.2"
    assert CHECKS["job-task link"].cases == "practitioners"


def test_training_claims_a_trainers_word_and_shows_the_lowest_agreement() -> None:
    training = replace(trained("trained", "trained"), lowest="0.82 (95 % interval 0.69 to 0.90, n = 50)")
    told = found(gate(scheme=replace(SCHEME, training=training)), "rater training")

    assert told.sentence == "A trainer put the training of all 2 assessors in force, and it holds today."
    assert told.value.endswith("lowest exact agreement with the reference 0.82 (95 % interval 0.69 to 0.90, n = 50)")
