"""The twelve claims: nothing recorded is said and never guessed; sound evidence supports; each weak piece shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from assess.validity.dossier.argument import argument
from assess.validity.dossier.argument.consequences import wrong
from assess.validity.dossier.argument.items import _of_forms
from assess.validity.dossier.claims import Bearing, Claim, Verdict
from assess.validity.dossier.facts import Facts
from assess.validity.job.evidence import Gap
from assess.validity.raters.evidence import RaterTraining, State
from tests.validity.dossier.dossier_facts import bare, check, cut, full, trained

KEYS = [
    "scope",
    "job",
    "content",
    "responding",
    "structure",
    "assessors",
    "relations",
    "consequences",
    "cut",
    "awarding",
    "security",
    "monitoring",
]


def claims(facts: Facts) -> dict[str, Claim]:
    return {claim.key: claim for claim in argument(facts)}


def bearing(facts: Facts, claim: str, evidence: str) -> Bearing:
    return next(piece.bearing for piece in claims(facts)[claim].evidence if piece.key == evidence)


def test_where_nothing_is_recorded_every_claim_says_so() -> None:
    found = argument(bare())
    assert [claim.key for claim in found] == KEYS
    assert {claim.verdict for claim in found} == {Verdict.NOT_ENOUGH}
    for claim in found:
        assert any(piece.sentence.startswith("Nothing is recorded yet") for piece in claim.evidence), claim.key
        assert claim.weak_points and claim.remedies and claim.limits, claim.key
        assert not any(piece.records for piece in claim.evidence if piece.bearing is Bearing.LACKING), claim.key


@pytest.mark.slow
def test_sound_evidence_supports_all_but_what_nobody_can_record_here() -> None:
    found = claims(full())
    assert {key: str(found[key].verdict) for key in KEYS} == {
        "scope": "supported",
        "job": "supported",
        "content": "supported with limits",
        "responding": "supported with limits",
        "structure": "supported with limits",
        "assessors": "supported",
        "relations": "not enough evidence",
        "consequences": "supported with limits",
        "cut": "supported",
        "awarding": "supported",
        "security": "supported",
        "monitoring": "supported",
    }
    assert [piece.key for piece in found["structure"].evidence if piece.bearing is not Bearing.SUPPORTS] == ["groups"]
    assert bearing(full(), "relations", "parts") is Bearing.SUPPORTS
    assert bearing(full(), "relations", "outside") is Bearing.LACKING
    assert bearing(full(), "consequences", "appeals") is Bearing.LACKING


@pytest.mark.slow
@pytest.mark.parametrize("made", [bare, full])
def test_keys_of_evidence_are_unique_and_every_rule_is_said(made: Callable[[], Facts]) -> None:
    for claim in argument(made()):
        keys = [piece.key for piece in claim.evidence]
        assert len(keys) == len(set(keys)), claim.key
        assert all(piece.rule and piece.sentence for piece in claim.evidence)
        for piece in claim.evidence:
            if piece.bearing is not Bearing.SUPPORTS:
                assert piece.weakness, (claim.key, piece.key)


def test_what_supports_a_claim_names_its_record() -> None:
    without = {
        (claim.key, piece.key)
        for claim in argument(full())
        for piece in claim.evidence
        if piece.bearing is Bearing.SUPPORTS and not piece.records
    }
    # there is none of a kind of record, and a follower counts them in the ledger; or it is the ledger itself
    assert without == {("awarding", "exceptions"), ("awarding", "reviews"), ("security", "ledger")}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("fail", Verdict.CONTRADICTED),
        ("not enough evidence", Verdict.NOT_ENOUGH),
        ("released", Verdict.NOT_ENOUGH),
        ("waived", Verdict.NOT_ENOUGH),
    ],
)
def test_the_gates_verdict_on_reliability_is_the_claims(status: str, expected: Verdict) -> None:
    checks = tuple(
        check(name, status if name == "reliability" else "pass")
        for name in ("reliability", "decision consistency", "rater agreement")
    )
    assert claims(replace(full(), checks=checks))["structure"].verdict is expected


def test_two_names_never_make_evidence_of_a_figure_below_what_is_asked() -> None:
    given = full()
    set_aside = replace(check("decision consistency", "waived"), least=0.95)
    below = replace(given, checks=(check("reliability"), set_aside, check("rater agreement")))
    assert bearing(below, "structure", "decision-consistency") is Bearing.CONTRADICTS
    assert claims(below)["structure"].verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (("0.62", "0.82"), Bearing.SUPPORTS),
        (("0.35", "0.62"), Bearing.LIMITS),
        (("-0.26", "0.39"), Bearing.LACKING),
    ],
)
def test_a_part_that_must_be_passed_has_to_tell_candidates_apart(interval: tuple[str, str], expected: Bearing) -> None:
    given = full()
    assert given.study is not None
    parts = given.study.document["parts"]
    blunt = [{**parts["parts"][0], "reliability": {**parts["parts"][0]["reliability"], "interval": list(interval)}}]
    document = {**given.study.document, "parts": {**parts, "parts": [*blunt, parts["parts"][1]]}}
    study = replace(given.study, document=document)
    assert bearing(replace(given, study=study), "structure", "parts") is expected


def test_wrong_decisions_are_told_of_those_concerned() -> None:
    given = full()
    assert given.study is not None
    parts = given.study.document["parts"]
    share = {**parts["decision"]["false_pass"], "value": "0.0541", "interval": ["0.0429", "0.0625"]}
    passing = {**share, "value": "0.4913", "interval": ["0.3942", "0.5925"]}
    decision = {"false_pass": share, "false_fail": share, "pass_rate": passing}
    study = replace(given.study, document={**given.study.document, "parts": {**parts, "decision": decision}})
    found = wrong(replace(given, study=study), "false_pass")
    assert found is not None
    assert (found["value"], found["interval"]) == ("0.1101", ["0.0724", "0.1585"])
    assert bearing(replace(given, study=study), "consequences", "false-pass") is Bearing.LACKING


def test_weights_that_mostly_differ_and_harm_that_nothing_tests_contradict_the_claim_about_the_job() -> None:
    given = full()
    weight = given.job.weights[0]
    off = replace(weight, verdict="differs", difference="0.2")
    assert (
        bearing(replace(given, job=replace(given.job, weights=(off, weight, weight))), "job", "weights")
        is Bearing.LIMITS
    )
    assert (
        bearing(replace(given, job=replace(given.job, weights=(off, weight))), "job", "weights") is Bearing.CONTRADICTS
    )
    assert given.job.analysis is not None
    for harm, expected in (("2.5", Bearing.LIMITS), ("4.5", Bearing.CONTRADICTS)):
        statement = replace(given.job.analysis.statements[0], figures={"harm": {"value": harm}})
        coverage = replace(given.job.coverage, gaps=(Gap("untested", "T1", "Nothing tests it."),))
        job = replace(given.job, analysis=replace(given.job.analysis, statements=(statement,)), coverage=coverage)
        assert bearing(replace(given, job=job), "job", "coverage") is expected


def test_who_signs_exceptions_and_approves_under_them_limits_the_claim_about_awards() -> None:
    given = full()
    same = replace(given, decisions=replace(given.decisions, approvers=1, approve_own_exceptions=1))
    assert bearing(same, "awarding", "names") is Bearing.LIMITS
    crowded = replace(given, decisions=replace(given.decisions, near_cut=46, reviewers=1))
    assert bearing(crowded, "awarding", "near-cut") is Bearing.LIMITS
    assert bearing(given, "awarding", "near-cut") is Bearing.SUPPORTS


def test_advice_about_forms_knows_what_they_share() -> None:
    given = replace(full(), common_items=8)
    told = _of_forms(replace(given, security=replace(given.security, form_length=20)))
    assert told == "Forms have 8 of 20 items in common, which is enough: pool sittings until they can be linked."
    assert "at least a fifth" in _of_forms(replace(given, security=replace(given.security, form_length=60)))


def test_an_award_without_two_names_contradicts_the_claim_about_awards() -> None:
    given = full()
    bad = replace(given, decisions=replace(given.decisions, awards_without_two_names=1))
    assert claims(bad)["awarding"].verdict is Verdict.CONTRADICTED


def test_a_cut_past_its_time_or_without_a_board_is_lacking() -> None:
    expired = replace(cut("online"), until=date(2026, 1, 1))
    assert bearing(replace(full(), cuts=(expired, cut("bay"))), "cut", "cut-online") is Bearing.LACKING
    waiting = replace(cut("online"), board="", adopted_on=None)
    assert bearing(replace(full(), cuts=(waiting, cut("bay"))), "cut", "cut-online") is Bearing.LACKING
    assert bearing(replace(full(), cuts=(cut("bay"),)), "cut", "cut-online") is Bearing.LACKING


def test_an_untrained_assessor_limits_and_none_trained_is_lacking() -> None:
    lapsed = replace(trained(0), state=State.EXPIRED)
    some, none = (RaterTraining(assessors=who) for who in ((lapsed, trained(1)), (lapsed,)))
    assert bearing(replace(full(), training=some), "assessors", "training") is Bearing.LIMITS
    assert bearing(replace(full(), training=none), "assessors", "training") is Bearing.LACKING


def test_claims_on_made_up_people_say_so() -> None:
    given = full()
    assert given.study is not None
    simulated = claims(replace(given, study=replace(given.study, simulated=True)))
    assert simulated["structure"].simulated
    assert not claims(given)["structure"].simulated


def test_an_old_study_limits_monitoring() -> None:
    given = full()
    assert given.study is not None
    old = replace(given, study=replace(given.study, run_on=date(2025, 11, 1)))
    assert bearing(old, "monitoring", "study") is Bearing.LIMITS


def test_without_a_sitting_after_the_base_periods_nothing_is_followed_over_time() -> None:
    given = full()
    assert given.looks is not None
    assert bearing(given, "monitoring", "charts") is Bearing.SUPPORTS
    assert bearing(replace(given, looks=replace(given.looks, later=0)), "monitoring", "charts") is Bearing.LIMITS
    assert bearing(replace(given, looks=replace(given.looks, points=0)), "monitoring", "charts") is Bearing.LACKING
