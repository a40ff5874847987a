"""No path to an award but by every check passed, or lawfully waived or released: over random facts, and over random acts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assess import door
from assess.awards.candidate_facts import DoubleMarks, Identity, Prerequisite, Seals
from assess.awards.checks import Status
from assess.awards.gate import CHECKS
from assess.awards.gate_record import gate_document, unlawful
from assess.awards.models import Credential, ReleaseRule, Waiver
from assess.awards.scheme_facts import Duty, Frame
from assess.awards.waivers import objection
from assess.awards.window_facts import Alarm, ItemEvidence
from assess.management.world import releases
from tests.awards.decided import Decided
from tests.awards.gate_example import (
    CANDIDATE,
    CUT,
    SAFETY,
    SCHEME,
    TODAY,
    WINDOW,
    decision,
    gate,
    release,
    statistic,
    waiver,
)
from tests.effort import examples

Facts = Mapping[str, list[Any]]
OF_SCHEME: Facts = {
    "kind": [SCHEME.kind, None],
    "duties": [SCHEME.duties, None, (Duty(name="Right to award", state="expired"),)],
    "frame": [SCHEME.frame, None, Frame(name="EQF", misfits=("too few hours.",))],
    "job": [SCHEME.job, None],
    "training": [SCHEME.training, None],
    "cut_scores": [SCHEME.cut_scores, (), (replace(CUT, standard_error=None),), (replace(CUT, adopted_by=""),)],
    "sample": [True, False],
}
OF_WINDOW: Facts = {
    "reliability": [WINDOW.reliability, statistic("0.60", "0.50", "0.65"), statistic("0.72", "0.5", "0.8", n=12)],
    "items": [WINDOW.items, None, ItemEvidence(n=240, items=30, against=("K-1",))],
    "alarms": [(), None, (Alarm(what="Bay 3", sentence="Bay 3 drifts.", acknowledged=False),)],
    "incidents": [(), ("Sitting 4.",)],
}
OF_CANDIDATE: Facts = {
    "identity": [CANDIDATE.identity, Identity(confirmed_by=None)],
    "prerequisites": [CANDIDATE.prerequisites, (Prerequisite(name="certificate", met=None),)],
    "must_pass": [CANDIDATE.must_pass, None, (replace(SAFETY, met=False),)],
    "conflicts": [(), ("A trainer.",)],
    "seals": [CANDIDATE.seals, Seals(expected=("online",), sealed=())],
    "double_marks": [CANDIDATE.double_marks, DoubleMarks(expected=("task 1",), complete=())],
    "decision": [CANDIDATE.decision, decision("61"), decision("80", None), decision("50")],
    "incidents": [(), ("An incident is open.",)],
    "approved_by": [("a", "b"), ("a",), ()],
}


def drawn(facts: Facts) -> st.SearchStrategy[dict[str, Any]]:
    """Facts of which most are good, so that some gates open."""
    return st.fixed_dictionaries(
        {name: st.one_of(st.just(held[0]), st.just(held[0]), st.sampled_from(held)) for name, held in facts.items()}
    )


def exceptions(make: Callable[..., Any]) -> st.SearchStrategy[list[Any]]:
    days = st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
    people = st.sampled_from([("a", "b"), ("a", "a"), ("a",), ("b", " ")])
    one = st.builds(
        lambda check, people, begins, ends, reason: make(
            check, people=people, granted_on=begins, expires_on=ends, reason=reason
        ),
        st.sampled_from([*CHECKS, "colour of the cover"]),
        people,
        days,
        days,
        st.sampled_from(["pilot", "pilot", " "]),
    )
    return st.lists(one, max_size=8)


@pytest.mark.slow
@settings(max_examples=examples(400), suppress_health_check=[HealthCheck.too_slow])
@given(drawn(OF_SCHEME), drawn(OF_WINDOW), drawn(OF_CANDIDATE), exceptions(waiver), exceptions(release))
def test_the_gate_opens_only_where_every_check_passed_or_was_lawfully_set_aside(
    scheme: dict[str, Any], window: dict[str, Any], candidate: dict[str, Any], waivers: list[Any], rules: list[Any]
) -> None:
    bare = gate(
        scheme=replace(SCHEME, **scheme), window=replace(WINDOW, **window), candidate=replace(CANDIDATE, **candidate)
    )
    result = gate(
        scheme=replace(SCHEME, **scheme),
        window=replace(WINDOW, **window),
        candidate=replace(CANDIDATE, **candidate),
        waivers=waivers,
        releases=rules,
    )

    for before, after in zip(bare.checks, result.checks, strict=True):
        known = CHECKS[after.name]
        if before.status is Status.PASS:
            assert after == before
        elif after.clear:
            assert after.exception is not None
            assert (len(set(after.exception.people)), objection(after.exception, TODAY)) == (2, "")
            assert after.exception in (waivers if after.status is Status.WAIVED else rules)
            assert known.waivable if after.status is Status.WAIVED else known.released != "never"
            if after.status is Status.RELEASED:
                assert before.status is Status.NOT_ENOUGH_EVIDENCE
                assert known.released == "always" or scheme["sample"]
    assert result.open == all(check.clear for check in result.checks)
    assert result.open == (unlawful(gate_document(result, TODAY)) == [])


HELD_BACK = ("reliability", "duties signed")
"""The only checks of the small sitting that nobody released before the random acts begin."""
PEOPLE = ("director", "second_director", "approver", "other approver", "board", "assessor", "candidate")
SOON, PAST = timedelta(days=30), timedelta(days=-1)


@pytest.fixture
def nearly(decided: Decided) -> Decided:
    """Everything is released but two checks; one of two passed decisions has one name."""
    for rule in releases.release(decided.people, decided.version):
        if rule.check_name in HELD_BACK:
            said = {"rule_id": rule.pk, "reason": "not yet"}
            door.act(decided.actor(decided.people.board), "awards.releases.withdraw_release", **said)
    door.act(decided.actor(decided.people.approvers[0]), "awards.approve", decision_id=decided.passed[0].pk)
    return decided


ACTS = st.one_of(
    st.tuples(st.just("awards.approve"), st.integers(0, 2)),
    st.tuples(st.just("awards.issue"), st.integers(0, 2)),
    st.tuples(st.just("awards.waive"), st.sampled_from([*HELD_BACK, "seals complete", "decision approved"])),
    st.tuples(st.just("awards.releases.propose_release"), st.sampled_from([*HELD_BACK, "decision passed"])),
    st.tuples(st.just("awards.releases.sign_release"), st.just(0)),
    st.tuples(st.just("awards.releases.withdraw_release"), st.just(0)),
    st.tuples(st.just("people.declare_conflict"), st.just(0)),
)
TOGETHER = [
    ("approver", "awards.approve", 0),
    ("other approver", "awards.approve", 0),
    ("director", "awards.releases.propose_release", "reliability"),
    ("board", "awards.releases.sign_release", 0),
    ("director", "awards.releases.propose_release", "duties signed"),
    ("approver", "awards.releases.sign_release", 0),
    ("director", "awards.issue", 0),
]
"""What lawfully leads to an award; drawn paths thin it and mix it with other acts."""


@st.composite
def paths(draw: st.DrawFn) -> list[tuple[str, str, Any]]:
    noise = draw(st.lists(st.tuples(st.sampled_from(PEOPLE), ACTS), max_size=8))
    path = [one for one in TOGETHER if draw(st.integers(0, 9))]
    for who, (name, about) in noise:
        path.insert(draw(st.integers(0, len(path))), (who, name, about))
    return path


def arguments(decided: Decided, name: str, about: Any) -> dict[str, Any]:
    today = timezone.now().date()
    if name in ("awards.approve", "awards.issue"):
        ordered = [*decided.passed, *(row for row in decided.decisions if row.outcome != "passed")]
        return {"decision_id": ordered[about].pk}
    if name == "awards.waive":
        attempt = decided.passed[0].attempt_id
        return {"attempt_id": attempt, "check": about, "reason": "seen by two", "expires_on": today + SOON}
    if name == "awards.releases.propose_release":
        version = decided.version.pk
        return {"scheme_version_id": version, "check": about, "reason": "pilot", "expires_on": today + SOON}
    if name == "people.declare_conflict":
        candidate = decided.passed[0].attempt.registration.candidate_id
        return {"person_id": decided.people.approvers[1].pk, "candidate_id": candidate, "relation": "trainer"}
    rule = ReleaseRule.objects.filter(withdrawn_by=None, check_name__in=HELD_BACK).order_by("-proposed_at").first()
    chosen = {"rule_id": rule.pk if rule else decided.version.pk}
    return chosen | ({"reason": "changed our minds"} if name.endswith("withdraw_release") else {})


def walk(decided: Decided, path: list[tuple[str, str, Any]]) -> None:
    people = decided.people
    cast = dict(
        zip(
            PEOPLE,
            (
                people.director, people.second_director, *people.approvers, people.board,
                people.assessors[0], people.candidates[0],
            ),
            strict=True,
        )
    )  # fmt: skip
    for who, name, about in path:
        try:
            door.act(decided.actor(cast[who]), name, **arguments(decided, name, about))
        except (*door.REFUSALS, ReleaseRule.DoesNotExist):
            continue


@pytest.mark.slow
def test_random_acts_by_random_people_never_lead_around_the_gate(nearly: Decided) -> None:
    reached = []

    @settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(paths())
    @example(TOGETHER)
    def over(path: list[tuple[str, str, Any]]) -> None:
        with transaction.atomic():
            walk(nearly, path)
            for credential in Credential.objects.select_related("decision"):
                reached.append(credential.pk)
                assert_lawful(credential)
            transaction.set_rollback(True)

    over()
    assert reached, "some paths lead to an award, or nothing was tested"


def assert_lawful(credential: Credential) -> None:
    """It stands on a passed decision with two names and on a gate in which every exception is a row that two people signed."""
    row = credential.decision
    assert row.outcome == "passed"
    assert len(set(row.signatures.filter(purpose="approval").values_list("person", flat=True))) >= 2
    assert unlawful(credential.gate) == []
    today = date.fromisoformat(credential.gate["on"])
    for check in credential.gate["checks"]:
        exception = check["exception"]
        if exception is None:
            assert check["verdict"] == "pass"
        elif exception["kind"] == "waiver":
            waived = Waiver.objects.get(pk=exception["id"])
            assert (waived.attempt_id, waived.check_name) == (row.attempt_id, check["name"])
            assert waived.second_id not in (None, waived.first_id)
            assert waived.granted_on <= today <= waived.expires_on
        else:
            rule = ReleaseRule.objects.get(pk=exception["id"])
            assert rule.check_name == check["name"]
            assert rule.signed_by_id not in (None, rule.proposed_by_id)
            assert rule.signed_at is not None
            assert rule.signed_at.date() <= today <= rule.expires_on
