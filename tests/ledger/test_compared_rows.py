"""What the ledger's comparison finds: rows slipped in, salts taken away, rows that can't be read; and that it writes nothing."""

import secrets
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assess import door
from assess.ledger import actions as ledger
from assess.ledger.canonical import salted
from assess.ledger.models import Act, Leaf, Outbox
from assess.ledger.queries import compare, export_lines
from assess.management.world import cast
from assess.management.world.cast import Cast
from assess.people.models import Certificate, Erasure

SHOWN = {"kind": "first-aid", "issuer": "A school", "number": "F-1", "issued_on": date(2026, 1, 2)}


@pytest.fixture
def people(db: None) -> Cast:
    """A centre where one candidate showed a certificate; everything is in the ledger."""
    made = cast.assemble(candidates=2, assessors=1, judges=1)
    shown = {"holder_id": made.candidates[0].pk, **SHOWN}
    door.act(made.acts_as(made.director), "people.record_certificate", **shown)
    ledger.sequence()
    assert found() == []
    return made


def found() -> list[str]:
    return [f"{one.kind} {one.record}: {one.sentence}" for one in compare()[1]]


def named(kind: str, record: object) -> bool:
    """Whether this record alone differs."""
    told = found()
    return len(told) == 1 and told[0].startswith(f"{kind} {record}: ")


def erase(people: Cast) -> Erasure:
    asked = {"account_id": people.candidates[0].pk, "ground": "request of 1 November"}
    made = door.act(people.acts_as(people.director), "people.propose_erasure", **asked)
    done: Erasure = door.act(people.acts_as(people.second_director), "people.erase_person", erasure_id=made.pk)
    return done


def test_a_row_that_nobody_committed_to_was_slipped_in(people: Cast) -> None:
    row = Certificate.objects.create(holder=people.candidates[1], **SHOWN)
    assert named("certificate", row.pk)
    assert "slipped in" in found()[0]


def test_a_changed_or_deleted_certificate_is_found(people: Cast) -> None:
    row = Certificate.objects.get()
    Certificate.objects.update(expires_on=date(2040, 1, 1))
    assert named("certificate", row.pk)
    Certificate.objects.all().delete()
    assert named("certificate", row.pk)


def test_a_row_is_held_against_what_waits_as_well(people: Cast) -> None:
    shown = {"certificate_id": Certificate.objects.get().pk, "how": "original seen"}
    door.act(people.acts_as(people.proctors[0]), "people.verify_certificate", **shown)
    assert found() == []
    Certificate.objects.update(number="F-2")
    assert named("certificate", shown["certificate_id"])


@pytest.mark.slow
@pytest.mark.parametrize("change", [{}, {"expires_on": date(2040, 1, 1)}])
def test_a_salt_that_is_gone_is_a_difference(people: Cast, change: dict[str, Any]) -> None:
    row = Certificate.objects.get()
    Leaf.objects.filter(kind="certificate").update(salt=None)
    Certificate.objects.filter(pk=row.pk).update(number="F-1", **change)
    assert named("certificate", row.pk)
    assert "no erasure explains it" in found()[0]


@pytest.mark.slow
def test_a_done_erasure_explains_what_it_erased_and_nothing_else(people: Cast) -> None:
    account = people.candidates[0]
    erase(people)
    ledger.sequence()
    assert found() == []
    act = Act.objects.filter(records__icontains=str(account.pk), arguments_sha256=b"").first()
    assert act is not None and Leaf.objects.filter(kind="act", record=str(act.pk), salt=None).exists()

    other = Act.objects.filter(action="people.found_organisation").get()
    Leaf.objects.filter(kind="act", record=str(other.pk)).update(salt=None)
    assert named("act", other.pk)


def test_what_is_left_of_an_erased_row_keeps_its_salt(people: Cast) -> None:
    erase(people)
    ledger.sequence()
    row = Certificate.objects.get()
    last = Leaf.objects.filter(kind="certificate", record=str(row.pk)).order_by("-index").first()
    assert last is not None and last.salt is not None and row.number == ""
    Leaf.objects.filter(pk=last.pk).update(salt=None)
    assert named("certificate", row.pk)


def test_an_erasure_that_was_slipped_in_explains_nothing(people: Cast) -> None:
    account, director, deputy = people.candidates[0], people.director, people.second_director
    act = Act.objects.filter(records__icontains=str(account.pk)).first()
    assert act is not None
    Act.objects.filter(pk=act.pk).update(arguments_sha256=b"")
    Leaf.objects.filter(kind="act", record=str(act.pk)).update(salt=None)
    now = timezone.now()
    done = {"proposed_by": director, "proposed_at": now, "done_by": deputy, "done_at": now}
    erasure = Erasure.objects.create(account=account, ground="none", **done)
    assert sorted(one.split(": ")[0] for one in found()) == [f"act {act.pk}", f"erasure {erasure.pk}"]


def test_a_row_that_cannot_be_read_hides_nothing_else(people: Cast) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes no such value")
    broken = Act.objects.order_by("pk").first()
    row = Certificate.objects.get()
    assert broken is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assess_act SET actor = '0' WHERE id = %s", [broken.pk.hex])
    Certificate.objects.update(number="F-2")
    told = found()
    assert sorted(one.split(": ")[0] for one in told) == [f"act {broken.pk}", f"certificate {row.pk}"]
    assert "can't be read" in told[0] or "can't be read" in told[1]


def test_a_leaf_of_a_kind_that_nobody_records_is_a_difference(people: Cast) -> None:
    ledger.record(kind="wish", record_id=1, document={"wish": "a pass"})
    ledger.sequence()
    assert ["no area" in one for one in found()] == [True]


def test_verifying_writes_nothing_and_says_how_many_wait(people: Cast) -> None:
    shown = {"holder_id": people.candidates[1].pk, **SHOWN}
    door.act(people.acts_as(people.director), "people.record_certificate", **shown)
    before = Leaf.objects.count(), Outbox.objects.count()
    told = StringIO()
    call_command("verify_ledger", stdout=told)
    assert (Leaf.objects.count(), Outbox.objects.count()) == before
    assert "2 records wait for the sequencer" in told.getvalue()


def test_an_export_may_be_checked_with_a_trusted_key(people: Cast, tmp_path: Any) -> None:
    ledger.checkpoint()
    path, told = tmp_path / "ledger.jsonl", StringIO()
    path.write_text("".join(export_lines()))
    call_command("verify_ledger", str(path), stdout=told)
    assert "vouches for its own key" in told.getvalue()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", str(path), key=["did:key:another"], stdout=told)
    assert ended.value.code == 1 and "not one of those you trust" in told.getvalue()


def test_the_salt_is_of_the_record_it_was_made_for(people: Cast) -> None:
    """A leaf's commitment can't be moved to a changed row with a fresh salt: the tree holds the commitment."""
    row, salt = Certificate.objects.get(), secrets.token_bytes(16)
    Certificate.objects.update(number="F-2")
    Leaf.objects.filter(kind="certificate").update(salt=salt, commitment=salted({"number": "F-2"}, salt))
    assert any(one.startswith("leaf ") for one in found()), row


def test_a_broken_leaf_or_outbox_row_hides_nothing_else(people: Cast) -> None:
    ledger.checkpoint()
    row = Certificate.objects.get()
    Certificate.objects.update(number="F-2")
    Leaf.objects.filter(pk=1).delete()
    Outbox.objects.create(topic="ledger", payload={"kind": "act"}, created_at=timezone.now())
    kinds = sorted(one.split(" ")[0] for one in found())
    assert kinds == ["act", "certificate", "checkpoint", "leaf", "outbox"]
    assert any(one.startswith(f"certificate {row.pk}") for one in found())
