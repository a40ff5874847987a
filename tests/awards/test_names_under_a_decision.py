"""Names under a decision: a look comes first where the score lies near its cut, and nobody looks at what they marked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assess import door
from assess.attempts.models import Attempt
from assess.awards.errors import AwardError
from assess.awards.models import Decision, Signature
from assess.awards.queries import result_for
from assess.people.models import Account
from assess.sittings import queries as sittings
from tests.awards.decided import Decided

pytestmark = pytest.mark.slow
REVIEW, APPROVE = "awards.review_near_cut", "awards.approve"


def near(decided: Decided) -> tuple[Decision, str]:
    """A decision with a part near its cut; where the sitting has none, its first part is made to be near."""
    row = decided.decisions[0]
    if not row.document["near_cut"]:
        row.document["near_cut"] = [row.document["lines"][0]["part"]]
        row.save(update_fields=["document"])
    return row, row.document["near_cut"][0]


def code_of(decided: Decided, account: Account, act: str, **said: object) -> str:
    with pytest.raises(AwardError) as refused:
        door.act(decided.actor(account), act, **said)
    return refused.value.code


def as_approver(decided: Decided, account: Account) -> Account:
    door.act(
        decided.actor(decided.people.director), "people.give_role",
        account_id=account.pk, organisation_id=decided.people.organisation.pk, role="approver",
    )  # fmt: skip
    return account


def test_who_assessed_a_candidate_or_is_close_to_them_does_not_review_the_result(decided: Decided) -> None:
    row, part = near(decided)
    candidate = row.attempt.registration.candidate
    said = {"decision_id": row.pk, "part": part, "comment": "Looked fine to me."}
    held = sittings.holders(row.attempt.sitting_id, candidate.pk)
    marked = next(one for one in decided.people.assessors if one.pk in held)
    door.act(
        decided.actor(decided.people.second_director), "people.declare_conflict",
        person_id=decided.people.second_director.pk, candidate_id=candidate.pk, relation="trainer",
    )  # fmt: skip

    assert code_of(decided, as_approver(decided, marked), REVIEW, **said) == "assessor"
    assert code_of(decided, decided.people.second_director, REVIEW, **said) == "conflict"
    assert not Signature.objects.exists()


def test_nobody_signs_a_result_near_its_cut_before_a_person_has_looked(decided: Decided) -> None:
    row, part = near(decided)
    approver = decided.people.approvers[0]
    assert code_of(decided, approver, APPROVE, decision_id=row.pk) == "near-cut"
    for one in row.document["near_cut"]:
        door.act(decided.actor(decided.people.director), REVIEW, decision_id=row.pk, part=one, comment="Marks agree.")

    for person in decided.people.approvers:
        door.act(decided.actor(person), APPROVE, decision_id=row.pk)

    result = result_for(Attempt.objects.get(pk=row.attempt_id))
    assert result is not None
    assert part in result.reviewed


def test_two_may_waive_the_look_and_the_candidate_is_not_told_of_one(decided: Decided) -> None:
    row, _ = near(decided)
    until = timezone.now().date() + timedelta(days=30)
    said = {
        "attempt_id": row.attempt_id,
        "check": "near-cut reviewed",
        "reason": "Sheets lost in a fire.",
        "expires_on": until,
    }
    door.act(decided.actor(decided.people.director), "awards.waive", **said)
    assert code_of(decided, decided.people.approvers[0], APPROVE, decision_id=row.pk) == "near-cut"
    door.act(decided.actor(decided.people.second_director), "awards.waive", **said)

    for person in decided.people.approvers:
        door.act(decided.actor(person), APPROVE, decision_id=row.pk)

    result = result_for(Attempt.objects.get(pk=row.attempt_id))
    assert result is not None
    assert result.reviewed == ()
