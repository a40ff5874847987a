"""The duties before a scheme opens: proposed by one, signed by another, until a day; nothing of it can be changed unseen."""

import dataclasses
import hashlib
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assess import door
from assess.ledger import actions as ledger
from assess.ledger.queries import compare
from assess.management.world import cast
from assess.management.world.duties import record_duties
from assess.people.queries import actor
from assess.schemes import actions, queries
from assess.schemes.duties import DutyState
from assess.schemes.errors import SchemeError
from assess.schemes.models import DutyDocument, DutyRecord
from tests.attempts.scenes import content
from tests.snapshots import as_built

PDF = b"%PDF-1.7 the charter"
NEXT_YEAR = timezone.now().date() + timedelta(days=365)


def build():
    with transaction.atomic():
        people = cast.assemble(candidates=1, assessors=1, judges=1)
        plan = dataclasses.replace(content(), items=(), enemies=(), tasks=(), simulations=(), blueprints=(), stacks=())
        actions.load_content_plan(
            plan=plan, loaded_by=people.author.pk, reviewed_by=people.reviewer.pk, reason="second reader"
        )
    return people


@pytest.fixture
def people(transactional_db):
    return as_built("duties", build)


@pytest.fixture
def version(people):
    return queries.current_version("MC-ECW")


def propose(people, version, **changes):
    asked = {
        "scheme_version_id": version.pk,
        "duty": "right_to_award",
        "statement": "Charter of the chamber, section 4.",
        "valid_until": NEXT_YEAR,
        "document_name": "charter.pdf",
        "document": PDF,
    }
    return door.act(actor(people.director), "schemes.record_duty", **{**asked, **changes})


def sign(account, record, **changes):
    return door.act(actor(account), "schemes.sign_duty", record_id=record.pk, **changes)


def state(version, duty="right_to_award", today=None):
    return next(one for one in queries.duties_of(version.pk, today) if one.code == duty)


def test_a_new_scheme_has_every_duty_of_its_kind_and_none_is_met(people, version):
    found = queries.duties_of(version.pk)
    assert [duty.code for duty in found] == [
        "right_to_award",
        "policy_alignment",
        "outcomes_unit",
        "quality_basis",
        "ownership",
    ]
    assert {duty.state for duty in found} == {DutyState.MISSING}
    certification = queries.current_version("MC-PVS")
    assert {"impartiality", "automation"} <= {duty.code for duty in queries.duties_of(certification.pk)}


def test_a_record_is_proposed_signed_and_runs_out(people, version):
    record = propose(people, version)
    proposed = state(version)
    assert (proposed.state, proposed.names, proposed.met) == (DutyState.PROPOSED, (str(people.director),), False)

    sign(people.approvers[0], record, comment="Read the charter.")
    signed = state(version)
    assert (signed.state, signed.record_id, signed.number) == (DutyState.SIGNED, record.pk, 1)
    assert signed.names == (str(people.director), str(people.approvers[0]))
    assert signed.document_sha256 == hashlib.sha256(PDF).hexdigest()
    assert state(version, today=NEXT_YEAR).met
    expired = state(version, today=NEXT_YEAR + timedelta(days=1))
    assert (expired.state, expired.record_id) == (DutyState.EXPIRED, record.pk)
    assert "Propose a new one" in expired.sentence


def test_a_later_proposal_waits_beside_the_record_that_holds(people, version):
    first = propose(people, version)
    sign(people.board, first)
    second = propose(people, version, statement="Charter as amended.")
    assert (state(version).record_id, state(version).waiting_id) == (first.pk, second.pk)
    sign(people.board, second)
    assert (state(version).record_id, state(version).waiting_id) == (second.pk, None)


def test_a_withdrawn_record_closes_the_duty_and_revives_no_earlier_one(people, version):
    first = propose(people, version)
    sign(people.board, first)
    second = propose(people, version, valid_until=NEXT_YEAR - timedelta(days=90))
    sign(people.board, second)
    assert state(version, today=NEXT_YEAR).state is DutyState.EXPIRED

    door.act(actor(people.board), "schemes.withdraw_duty", record_id=second.pk, reason="The charter was repealed.")
    found = state(version)
    assert (found.state, found.record_id, found.met) == (DutyState.EXPIRED, second.pk, False)
    assert f"was withdrawn (by {people.board}: The charter was repealed.)" in found.sentence
    with pytest.raises(SchemeError) as caught:
        door.act(actor(people.director), "schemes.withdraw_duty", record_id=second.pk, reason="again")
    assert caught.value.code == "withdrawn"


def test_a_withdrawal_says_why_and_a_withdrawn_proposal_is_signed_by_nobody(people, version):
    record = propose(people, version)
    with pytest.raises(SchemeError) as caught:
        door.act(actor(people.director), "schemes.withdraw_duty", record_id=record.pk, reason=" ")
    assert caught.value.code == "reason"
    door.act(actor(people.director), "schemes.withdraw_duty", record_id=record.pk, reason="Wrong file.")
    with pytest.raises(SchemeError) as caught:
        sign(people.board, record)
    assert caught.value.code == "withdrawn"
    assert state(version).state is DutyState.EXPIRED


def test_two_people_stand_by_a_record(people, version):
    record = propose(people, version)
    with pytest.raises(SchemeError) as caught:
        sign(people.director, record)
    assert caught.value.code == "own_proposal"
    record.signed_by, record.signed_at = people.director, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


def test_a_record_is_signed_once_and_only_while_it_is_the_latest(people, version):
    record = propose(people, version)
    sign(people.second_director, record)
    with pytest.raises(SchemeError) as caught:
        sign(people.board, record)
    assert caught.value.code == "signed"
    older = propose(people, version)
    propose(people, version)
    with pytest.raises(SchemeError) as caught:
        sign(people.board, older)
    assert caught.value.code == "superseded"


def test_a_proposal_that_ran_out_is_signed_by_nobody(people, version):
    record = propose(people, version)
    DutyRecord.objects.filter(pk=record.pk).update(valid_until=timezone.now().date() - timedelta(days=1))
    assert state(version).state is DutyState.EXPIRED
    with pytest.raises(SchemeError) as caught:
        sign(people.board, record)
    assert caught.value.code == "ran_out"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"duty": "impartiality"}, "duty"),
        ({"statement": "  "}, "statement"),
        ({"valid_until": date.min}, "valid_until"),
        ({"valid_until": date.max}, "valid_until"),
        ({"document": b""}, "document"),
        ({"document": b"\x00\x01"}, "document"),
    ],
)
def test_what_is_no_record_is_refused_and_leaves_nothing(people, version, changes, code):
    with pytest.raises(SchemeError) as caught:
        propose(people, version, **changes)
    assert caught.value.code == code
    assert (DutyRecord.objects.count(), DutyDocument.objects.count()) == (0, 0)


def test_who_may_propose_and_sign(people, version):
    with pytest.raises(door.Forbidden):
        door.act(actor(people.assessors[0]), "schemes.record_duty", scheme_version_id=version.pk)
    with pytest.raises(door.Forbidden):
        sign(people.judges[0], propose(people, version))


@pytest.mark.slow
def test_a_change_behind_our_back_is_found_by_the_ledger(people, version):
    record = propose(people, version)
    sign(people.board, record)
    ledger.sequence()
    assert compare()[1] == []
    for table, key, change in (
        (DutyDocument, record.document_id, {"body": b"%PDF-1.7 another charter"}),
        (DutyRecord, record.pk, {"valid_until": NEXT_YEAR + timedelta(days=365)}),
        (DutyRecord, record.pk, {"signed_by": people.approvers[0]}),
    ):
        before = table.objects.filter(pk=key).values(*change).get()
        table.objects.filter(pk=key).update(**change)
        assert [str(key) in str(one) for one in compare()[1]] == [True], change
        table.objects.filter(pk=key).update(**before)
    assert compare()[1] == []


def test_the_frame_of_the_scheme_is_sound_once_the_duties_are_met(people, version):
    assert not queries.frame_report(version.pk).sound
    record_duties(people, version)
    report = queries.frame_report(version.pk)
    assert report.sound
    assert report.frame == "council-2022"
    assert {duty.state for duty in queries.duties_of(version.pk)} == {DutyState.SIGNED}
    assert all(duty.simulated for duty in queries.duties_of(version.pk))
    assert len(queries.frames_beside(version.pk)) == 8
