"""Release rules through the door: a director proposes, somebody else signs, one person withdraws."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assess import door
from assess.awards import queries
from assess.awards.errors import AwardError
from assess.awards.models import ReleaseRule
from assess.ledger import actions as ledger
from assess.ledger.queries import compare
from assess.management.world import releases
from tests.awards.decided import Decided


def asked(decided: Decided, **changes: Any) -> dict[str, Any]:
    return {
        "scheme_version_id": decided.version.pk,
        "check": "reliability",
        "reason": "Windows on demand are small; evidence is pooled.",
        "expires_on": timezone.now().date() + timedelta(days=60),
        **changes,
    }


def propose(decided: Decided, **changes: Any) -> ReleaseRule:
    director = decided.actor(decided.people.director)
    rule: ReleaseRule = door.act(director, "awards.releases.propose_release", **asked(decided, **changes))
    return rule


def code_of(decided: Decided, account: Any, name: str, **arguments: Any) -> str:
    with pytest.raises(AwardError) as refused:
        door.act(decided.actor(account), name, **arguments)
    return refused.value.code


def status(decided: Decided, check: str) -> str:
    return next(one.status.value for one in queries.window_gate(decided.version.pk).checks if one.name == check)


@pytest.mark.slow
def test_a_rule_counts_from_its_second_name_until_somebody_withdraws_it(decided: Decided) -> None:
    rule = propose(decided, least_n=3)
    assert status(decided, "reliability") == "not enough evidence"

    door.act(decided.actor(decided.people.board), "awards.releases.sign_release", rule_id=rule.pk)
    assert status(decided, "reliability") == "released"
    assert [one.check for one in queries.waivers_expiring(decided.version.pk, 90)] == ["reliability"]
    assert queries.waivers_expiring(decided.version.pk, 30) == []

    approver = decided.actor(decided.people.approvers[1])
    door.act(approver, "awards.releases.withdraw_release", rule_id=rule.pk, reason="The study is there.")
    assert status(decided, "reliability") == "not enough evidence"
    assert [one.withdrawn_because for one in queries.release_rules_of(decided.version.pk)] == ["The study is there."]


@pytest.mark.slow
def test_each_step_of_a_rule_is_in_the_ledger(decided: Decided) -> None:
    rule = propose(decided)
    door.act(decided.actor(decided.people.board), "awards.releases.sign_release", rule_id=rule.pk)
    ledger.sequence()
    assert compare()[1] == []
    with transaction.atomic():
        ReleaseRule.objects.update(least_n=1)
        found = [difference.sentence for difference in compare()[1]]
        transaction.set_rollback(True)
    assert len(found) == 1
    assert "assess_releaserule" in found[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"check": "colour of the cover"}, "no-such-check"),
        ({"check": "cut score adopted"}, "not-releasable"),
        ({"check": "identity confirmed"}, "not-releasable"),
        ({"check": "incidents of the window"}, "not-releasable"),
        ({"reason": " "}, "reason"),
        ({"expires_on": timezone.now().date()}, "expiry"),
        ({"expires_on": timezone.now().date() + timedelta(days=400)}, "expiry"),
        ({"least_n": -1}, "condition"),
        ({"check": "drift", "least_n": 12}, "condition"),
    ],
)
def test_what_makes_no_rule_is_refused_with_a_code(decided: Decided, changes: dict[str, Any], code: str) -> None:
    found = code_of(decided, decided.people.director, "awards.releases.propose_release", **asked(decided, **changes))

    assert found == code
    assert not ReleaseRule.objects.exists()


def test_a_rule_takes_two_people_and_each_step_once(decided: Decided) -> None:
    people = decided.people
    rule = propose(decided)
    sign, withdraw = "awards.releases.sign_release", "awards.releases.withdraw_release"
    assert code_of(decided, people.director, "awards.releases.propose_release", **asked(decided)) == "proposed"
    assert code_of(decided, people.director, sign, rule_id=rule.pk) == "same-person"
    with pytest.raises(door.Forbidden):
        door.act(decided.actor(people.approvers[0]), "awards.releases.propose_release", **asked(decided))
    with pytest.raises(door.Forbidden):
        door.act(decided.actor(people.assessors[0]), sign, rule_id=rule.pk)
    door.act(decided.actor(people.second_director), sign, rule_id=rule.pk)
    assert code_of(decided, people.board, sign, rule_id=rule.pk) == "signed"
    assert code_of(decided, people.board, withdraw, rule_id=rule.pk, reason=" ") == "reason"
    door.act(decided.actor(people.board), withdraw, rule_id=rule.pk, reason="no longer needed")
    assert code_of(decided, people.board, withdraw, rule_id=rule.pk, reason="again") == "withdrawn"
    assert code_of(decided, people.board, sign, rule_id=rule.pk) == "withdrawn"
    with pytest.raises(IntegrityError, match="a_release_takes_two"), transaction.atomic():
        ReleaseRule.objects.filter(pk=rule.pk).update(signed_by=people.director)


def test_a_proposal_whose_last_day_has_passed_is_not_signed(decided: Decided) -> None:
    rule = propose(decided)
    ReleaseRule.objects.filter(pk=rule.pk).update(expires_on=timezone.now().date() - timedelta(days=1))

    assert code_of(decided, decided.people.board, "awards.releases.sign_release", rule_id=rule.pk) == "expiry"


@pytest.mark.slow
def test_the_made_up_centre_releases_what_is_too_little_and_awards(decided: Decided) -> None:
    row = decided.passed[0]
    decided.approve(row)
    with pytest.raises(AwardError, match="The gate is shut"):
        decided.issue(row)

    rules = releases.release(decided.people, decided.version)

    credential = decided.issue(row)
    released = [one["name"] for one in credential.gate["checks"] if one["verdict"] == "released"]
    assert set(released) <= {rule.check_name for rule in rules}
    assert {"reliability", "decision consistency"} <= set(released)
    assert {rule.signed_by_id for rule in rules} == {decided.people.approvers[0].pk}
    assert releases.release(decided.people, decided.version) == [], "what is released is not released again"
