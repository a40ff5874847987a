"""Reviews of awards: evidence that fails later is looked at by people, credential by credential; nothing happens by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assess import door
from assess.awards import queries
from assess.awards.errors import AwardError
from assess.awards.models import AwardReview, Credential, ReviewedAward
from assess.ledger import actions as ledger
from assess.ledger.queries import compare
from assess.management.world import releases
from assess.management.world.duties import record_duties
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.schemes.models import DutyRecord
from assess.tasks import look_at_evidence_again
from assess.validity.studies.models import Study
from tests.awards.decided import Decided

pytestmark = pytest.mark.slow

OPEN, DECIDE = "awards.reviews.open_reviews", "awards.reviews.decide_reviewed"


@pytest.fixture
def awarded(decided: Decided) -> Decided:
    """Two credentials, issued while every duty was signed."""
    record_duties(decided.people, decided.version)
    releases.release(decided.people, decided.version)
    for row in decided.passed:
        decided.approve(row)
        decided.issue(row)
    return decided


def look(decided: Decided) -> list[AwardReview]:
    service = actor(service_account(name="follow-up"))
    found: list[AwardReview] = door.act(service, OPEN, scheme_version_id=decided.version.pk)
    return found


def say(decided: Decided, account: Any, row: ReviewedAward, outcome: str, **more: Any) -> ReviewedAward:
    said = {"reviewed_id": row.pk, "outcome": outcome, "reason": "looked at the key", **more}
    found: ReviewedAward = door.act(decided.actor(account), DECIDE, **said)
    return found


def test_nothing_is_opened_while_nothing_fails(awarded: Decided) -> None:
    assert look(awarded) == []


def test_evidence_that_fails_later_opens_one_review_of_what_it_touches(awarded: Decided) -> None:
    item = awarded.find_a_wrong_key()

    (review,) = look(awarded)

    assert (review.check_name, review.level) == ("item evidence", "window")
    assert review.sentence == f"Works against the other items, so look for a wrong key: {item}."
    study = Study.objects.get(number=2)
    assert review.evidence == [{"kind": "study", "id": str(study.pk)}]
    assert {row.credential_id for row in review.awards.all()} == set(Credential.objects.values_list("pk", flat=True))
    assert look(awarded) == [], "the same failing is reviewed once"
    assert {queries.state_of(one) for one in Credential.objects.all()} == {"active"}, "nothing happens by itself"
    assert [(one.touched, one.waiting) for one in queries.reviews_open(awarded.version.pk)] == [(2, 2)]  # type: ignore[attr-defined]


def test_a_record_that_ran_out_since_casts_no_doubt_on_what_was_awarded(awarded: Decided) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    DutyRecord.objects.filter(scheme_version=awarded.version).update(valid_until=yesterday)

    assert queries.scheme_gate(awarded.version.pk).blocking[0] == "duties signed"
    assert look(awarded) == []


def test_evidence_is_looked_at_again_without_anybody_asking(awarded: Decided) -> None:
    look_at_evidence_again()
    assert not AwardReview.objects.exists()
    awarded.find_a_wrong_key()
    look_at_evidence_again()
    look_at_evidence_again()
    assert AwardReview.objects.count() == 1


def test_two_directors_decide_each_and_the_holder_is_told(awarded: Decided) -> None:
    awarded.find_a_wrong_key()
    (review,) = look(awarded)
    kept, revoked = review.awards.order_by("pk")
    first, second = awarded.people.director, awarded.people.second_director

    assert say(awarded, first, revoked, "revoke").decided_by_id is None
    assert say(awarded, first, revoked, "revoke").decided_by_id is None, "the same person twice is one"
    assert queries.state_of(revoked.credential) == "active"
    done = say(awarded, second, revoked, "revoke")
    say(awarded, second, kept, "keep")
    say(awarded, first, kept, "keep", notice="The item counted for nobody near a cut.")

    assert queries.state_of(revoked.credential) == "revoked"
    assert done.notice == "Your credential has been revoked. You may appeal. looked at the key"
    assert done.noticed_at is not None
    kept.refresh_from_db()
    assert (
        kept.notice
        == "Your credential was looked at again and stands as it is. The item counted for nobody near a cut."
    )
    assert queries.state_of(kept.credential) == "active"
    assert queries.reviews_open(awarded.version.pk) == []
    ledger.sequence()
    assert compare()[1] == []


def test_who_disagrees_proposes_something_else_which_waits_in_turn(awarded: Decided) -> None:
    awarded.find_a_wrong_key()
    row = look(awarded)[0].awards.all()[0]
    first, second = awarded.people.director, awarded.people.second_director

    say(awarded, first, row, "revoke")
    changed = say(awarded, second, row, "suspend")
    assert (changed.outcome, changed.proposed_by_id, changed.decided_by_id) == ("suspend", second.pk, None)
    say(awarded, first, row, "suspend")
    assert queries.state_of(row.credential) == "suspended"
    with pytest.raises(AwardError, match="have decided") as refused:
        say(awarded, first, row, "keep")
    assert refused.value.code == "decided"


def test_what_is_no_decision_is_refused(awarded: Decided) -> None:
    awarded.find_a_wrong_key()
    row = look(awarded)[0].awards.all()[0]
    for changes, code in (({"outcome": "forget"}, "outcome"), ({"reason": " "}, "reason")):
        said = {"reviewed_id": row.pk, "outcome": "keep", "reason": "read", **changes}
        with pytest.raises(AwardError) as refused:
            door.act(awarded.actor(awarded.people.director), DECIDE, **said)
        assert refused.value.code == code
    with pytest.raises(door.Forbidden):
        say(awarded, awarded.people.approvers[0], row, "keep")
    with pytest.raises(IntegrityError, match="a_reviewed_award_takes_two"), transaction.atomic():
        ReviewedAward.objects.filter(pk=row.pk).update(
            outcome="keep", reason="x", proposed_by=awarded.people.director, decided_by=awarded.people.director,
            decided_at=timezone.now(), notice="x", noticed_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.slow
def test_a_changed_review_is_found_in_the_ledger(awarded: Decided) -> None:
    awarded.find_a_wrong_key()
    look(awarded)
    ledger.sequence()
    before = {difference.sentence for difference in compare()[1]}
    for table, change in (
        (AwardReview, {"sentence": "nothing"}),
        (ReviewedAward, {"outcome": "keep"}),
        (Credential, {"gate": {}}),
    ):
        with transaction.atomic():
            table.objects.update(**change)  # type: ignore[attr-defined]
            found = {difference.sentence for difference in compare()[1]} - before
            transaction.set_rollback(True)
        assert any(table._meta.db_table in sentence for sentence in found), table
