"""Loading the content into the real database: once, twice, and changed."""

import dataclasses
import uuid

import pytest
from django.db import IntegrityError, transaction

from assess.ledger.canonical import salted
from assess.ledger.models import Outbox
from assess.ledger.registry import KINDS
from assess.schemes.actions import load_content_plan
from assess.schemes.commitments import item_document, task_document, version_document
from assess.schemes.errors import SchemeError
from assess.schemes.models import BlueprintVersion, ExternalCredential, SchemeVersion, SimulationVersion, Stack
from item_bank.models import EnemySet, Item, ItemVersion, Outcome
from item_bank.models import Review as ItemReview
from rubrics.models import TaskReview, TaskVersion
from tests.snapshots import as_built

LOADER, REVIEWER = uuid.UUID(int=1), uuid.UUID(int=2)
REASON = "every key worked, every net solved, by a second reader"
COUNTS = {
    "outcomes": 18,
    "items": 90,
    "tasks": 9,
    "external credentials": 13,
    "blueprint versions": 3,
    "simulation versions": 10,
    "stacks": 3,
    "scheme versions": 3,
}
pytestmark = pytest.mark.django_db


def load(plan, reason=REASON):
    return load_content_plan(plan=plan, loaded_by=LOADER, reviewed_by=REVIEWER, reason=reason)


@pytest.fixture
def loaded(transactional_db, plan):
    return as_built("content", lambda: load(plan))


def changed_scheme(plan, **changes):
    first = plan.schemes[0]
    document = {**first.document, **changes}
    replaced = dataclasses.replace(first, document=document, version=document["version"])
    return dataclasses.replace(plan, schemes=(replaced, *plan.schemes[1:]))


@pytest.mark.slow
def test_everything_goes_in_and_is_published(plan):
    report = load(plan)
    assert dict(report.created) == COUNTS
    assert not report.unchanged
    assert (Outcome.objects.count(), Item.objects.count(), EnemySet.objects.count()) == (18, 90, len(plan.enemies))
    assert set(ItemVersion.objects.values_list("state", flat=True)) == {"operational"}
    assert set(TaskVersion.objects.values_list("state", flat=True)) == {"published"}
    for table in (SchemeVersion, BlueprintVersion, SimulationVersion, Stack, ExternalCredential):
        assert set(table.objects.values_list("state", flat=True)) == {"published"}


def test_every_version_names_its_reviewer_and_what_was_reviewed(loaded):
    assert ItemReview.objects.filter(reviewer=REVIEWER, comment=REASON).count() == 90
    assert TaskReview.objects.filter(reviewer=REVIEWER, comment=REASON).count() == 9
    for table in (SchemeVersion, BlueprintVersion, SimulationVersion, Stack, ExternalCredential):
        facts = set(table.objects.values_list("imported_by", "reviewed_by", "review_comment"))
        assert facts == {(LOADER, REVIEWER, REASON)}


@pytest.mark.slow
def test_loading_twice_changes_nothing(loaded, plan):
    committed = Outbox.objects.count()
    report = load(plan, "again")
    assert dict(report.unchanged) == COUNTS
    assert (dict(report.created), report.new) == ({}, [])
    assert Outbox.objects.count() == committed
    assert SchemeVersion.objects.filter(review_comment=REASON).count() == 3


def test_each_published_version_is_committed_to_the_ledger(loaded):
    kinds = [row["kind"] for row in Outbox.objects.values_list("payload", flat=True)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "item_version": 90,
        "task_version": 9,
        "scheme_version": 3,
        "blueprint_version": 3,
        "simulation_version": 10,
        "stack_version": 3,
        "external_credential_version": 13,
    }


@pytest.mark.slow
def test_a_committed_document_is_the_same_when_built_from_the_row(loaded):
    for payload in Outbox.objects.values_list("payload", flat=True):
        document = KINDS[payload["kind"]].build([payload["record"]])[payload["record"]]
        assert salted(document, bytes.fromhex(payload["salt"])).hex() == payload["commitment"]


def test_draft_content_is_marked_as_sample(loaded):
    assert set(SchemeVersion.objects.values_list("sample", flat=True)) == {True}
    assert set(SimulationVersion.objects.values_list("sample", flat=True)) == {True}
    assert set(TaskVersion.objects.values_list("sample", flat=True)) == {True}


@pytest.mark.slow
def test_finished_content_is_no_sample(plan):
    load(dataclasses.replace(plan, sample=frozenset({"MC-ECW", "MC-PVS"})))
    assert dict(SchemeVersion.objects.values_list("scheme__code", "sample")) == {
        "MC-CEE": False,
        "MC-ECW": True,
        "MC-PVS": True,
    }


@pytest.mark.slow
def test_a_changed_scheme_with_a_new_version_stands_beside_the_old(loaded, plan):
    report = load(changed_scheme(plan, title="Wiring", version="1.2.0"))
    assert (dict(report.created), report.new) == ({"scheme versions": 1}, ["MC-ECW 1.2.0"])
    rows = SchemeVersion.objects.filter(scheme__code="MC-ECW")
    assert [(row.number, row.version, row.document["title"]) for row in rows] == [
        (1, "1.1.0", "Electric circuit wiring"),
        (2, "1.2.0", "Wiring"),
    ]


@pytest.mark.slow
def test_a_changed_scheme_under_the_same_version_is_refused_and_nothing_is_written(loaded, plan):
    with pytest.raises(SchemeError) as caught:
        load(changed_scheme(plan, title="Wiring"))
    assert caught.value.code == "version_taken"
    assert caught.value.sentence == (
        "MC-ECW 1.1.0 is published with another content; raise its version in credentials.yaml."
    )
    assert SchemeVersion.objects.count() == 3


@pytest.mark.parametrize(("reviewer", "reason", "code"), [(LOADER, REASON, "two_people"), (REVIEWER, "  ", "reason")])
def test_a_load_needs_two_people_and_a_reason(plan, reviewer, reason, code):
    with pytest.raises(SchemeError) as caught:
        load_content_plan(plan=plan, loaded_by=LOADER, reviewed_by=reviewer, reason=reason)
    assert (caught.value.code, Outcome.objects.count()) == (code, 0)


def test_the_database_itself_refuses_a_version_published_by_its_importer(loaded):
    row = SchemeVersion.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        SchemeVersion.objects.filter(pk=row.pk).update(reviewed_by=row.imported_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        SchemeVersion.objects.filter(pk=row.pk).update(review_comment="")


def test_documents_for_the_ledger_hold_reviewer_and_sample_mark(loaded):
    document = version_document(SchemeVersion.objects.first())
    assert (document["reviewed_by"], document["sample"]) == (str(REVIEWER), True)
    assert task_document(TaskVersion.objects.first())["reviews"][0][:3] == [str(REVIEWER), "accepted", REASON]
    assert item_document(ItemVersion.objects.first())["author"] == str(LOADER)
