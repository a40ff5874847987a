"""The twelve claims: nothing recorded is said and never guessed; sound evidence supports; each weak piece shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from assess.validity.dossier.argument import argument
from assess.validity.dossier.claims import Bearing, Claim, Verdict
from assess.validity.dossier.facts import Facts
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


def test_sound_evidence_supports_all_but_what_nobody_can_record_here() -> None:
    found = claims(full())
    assert {key: str(found[key].verdict) for key in KEYS} == {
        "scope": "supported",
        "job": "supported",
        "content": "supported",
        "responding": "supported",
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
    # counted over all records of a kind; the list of records says under which leaf each stands
    assert without == {
        ("awarding", "exceptions"),
        ("awarding", "reviews"),
        ("consequences", "objections"),
        ("security", "incidents"),
        ("security", "instruments"),
        ("security", "ledger"),
        ("security", "pool"),
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("fail", Verdict.CONTRADICTED),
        ("not enough evidence", Verdict.NOT_ENOUGH),
        ("released", Verdict.WITH_LIMITS),
    ],
)
def test_the_gates_verdict_on_reliability_is_the_claims(status: str, expected: Verdict) -> None:
    checks = tuple(
        check(name, status if name == "reliability" else "pass")
        for name in ("reliability", "decision consistency", "rater agreement")
    )
    assert claims(replace(full(), checks=checks))["structure"].verdict is expected


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


def test_one_look_alone_follows_nothing_over_time() -> None:
    given = full()
    assert given.looks is not None
    assert bearing(given, "monitoring", "charts") is Bearing.SUPPORTS
    assert bearing(replace(given, looks=replace(given.looks, looks=1)), "monitoring", "charts") is Bearing.LIMITS
    assert bearing(replace(given, looks=replace(given.looks, points=0)), "monitoring", "charts") is Bearing.LACKING
