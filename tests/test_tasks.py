"""What must follow an act: a row first, a task second; a lost broker loses nothing, a task twice does nothing twice."""

import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from assess import tasks
from assess.ledger import actions as ledger
from assess.ledger.models import Checkpoint, Leaf, Outbox
from assess.people.models import Account, Organisation

NAME = {"name": "A centre that follows"}


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic whose act founds an organisation: small, and seen at once."""
    monkeypatch.setitem(tasks.TOPICS, "found", "people.found_organisation")
    return "found"


def founded() -> int:
    return Organisation.objects.filter(**NAME).count()


@pytest.mark.django_db
def test_work_is_done_once_however_often_its_task_comes(topic: str) -> None:
    row = ledger.follow(topic=topic, **NAME)
    tasks.follow(row.pk)
    tasks.follow(row.pk)
    row.refresh_from_db()
    assert founded() == 1
    assert (row.tries, row.last_error, row.done_at is not None) == (1, "", True)


@pytest.mark.django_db
def test_task_acts_as_a_named_service_account(topic: str) -> None:
    tasks.follow(ledger.follow(topic=topic, **NAME).pk)
    service = Account.objects.get(email="follow-up@service.invalid")
    assert (service.kind, service.has_usable_password()) == ("service", False)


@pytest.mark.django_db
def test_work_that_fails_waits_with_its_reason_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tasks.TOPICS, "adopt", "validity.cut_scores.adopt_cut_score")
    row = ledger.follow(topic="adopt", cut_score_id="x", board="y")
    tasks.follow(row.pk)
    row.refresh_from_db()
    assert (row.tries, row.done_at) == (1, None)
    assert row.last_error.startswith("Forbidden: validity.cut_scores.adopt_cut_score needs one of the roles board")
    assert tasks.work_outbox() == 1


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_gone_loses_nothing(topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **options: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr("assess.ledger.actions.current_app.send_task", gone)
    with transaction.atomic():
        row = ledger.follow(topic=topic, **NAME)
    assert Outbox.objects.get(pk=row.pk).done_at is None
    sent: list[int] = []
    monkeypatch.setattr(tasks.follow, "delay", sent.append)
    tasks.sweep_outbox()
    assert sent == [], "a row that is seconds old may still be on its way"
    Outbox.objects.filter(pk=row.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=1))
    tasks.sweep_outbox()
    assert sent == [row.pk]
    tasks.follow(row.pk)
    assert founded() == 1


@pytest.mark.django_db(transaction=True)
def test_work_of_a_transaction_that_failed_is_never_sent(topic: str) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ledger.follow(topic=topic, **NAME)
        raise RuntimeError
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_sweep_brings_records_into_the_tree_and_signs_it(tmp_path: Any) -> None:
    with override_settings(KEYS_DIR=tmp_path):
        ledger.record(kind="test", record_id="1", document={"a": 1})
        ledger.record(kind="test", record_id="2", document={"a": 2})
        tasks.sweep_outbox()
        tasks.sweep_outbox()
    assert list(Leaf.objects.order_by("index").values_list("index", "record")) == [(0, "1"), (1, "2")]
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [2]
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_erased_salt_leaves_the_tree_whole(tmp_path: Any) -> None:
    with override_settings(KEYS_DIR=tmp_path):
        ledger.record(kind="test", record_id="1", document={"name": "a person"})
        tasks.sweep_outbox()
        before = bytes(Leaf.objects.get().leaf_hash)
        assert ledger.erase_salts(kind="test", record_id="1") == 1
    leaf = Leaf.objects.get()
    assert (leaf.salt, bytes(leaf.leaf_hash)) == (None, before)
