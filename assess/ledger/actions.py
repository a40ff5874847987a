"""Writing to the ledger: outbox rows in the caller's transaction, leaves by the one sequencer, signed checkpoints.

Acts and the records they make are put in the outbox by whoever does them; nobody but `sequence` touches the tree.
Work that must follow an act is an outbox row as well: `follow` writes it, `due` hands it out, `settle` ends it.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from assess.ledger import checkpoint as notes
from assess.ledger import leaves
from assess.ledger.canonical import salted
from assess.ledger.keys import signing_key
from assess.ledger.merkle import CompactRange
from assess.ledger.models import Act, Change, Checkpoint, Leaf, Outbox
from assess.ledger.rows import row_document

_log = structlog.get_logger(__name__)
SEQUENCER_LOCK = 71_629_162
GROUP = 1000


def record_row(*, kind: str, row: models.Model) -> None:
    """Commit to a row as it stands, in the transaction that made or changed it."""
    row.refresh_from_db()
    record(kind=kind, record_id=row.pk, document=row_document(row))


def record(*, kind: str, record_id: object, document: Mapping[str, Any]) -> None:
    """Put a record's commitment in the outbox, in the transaction that makes the record."""
    _outbox_row(kind, record_id, document).save()


def record_rows(*, kind: str, rows: Iterable[models.Model]) -> None:
    """Commit to many rows of one table as they stand, in the transaction that made or changed them."""
    keys = {row.pk: type(row) for row in rows}
    if not keys:
        return
    held = next(iter(keys.values()))._default_manager.filter(pk__in=keys).order_by("pk")
    Outbox.objects.bulk_create((_outbox_row(kind, row.pk, row_document(row)) for row in held), batch_size=500)


def _outbox_row(kind: str, record_id: object, document: Mapping[str, Any]) -> Outbox:
    salt = secrets.token_bytes(16)
    payload = {
        "kind": kind,
        "record": str(record_id),
        "salt": salt.hex(),
        "commitment": salted(document, salt).hex(),
    }
    return Outbox(topic="ledger", payload=payload, created_at=timezone.now())


def follow(*, topic: str, **ids: str) -> Outbox:
    """Put work that must follow this transaction in the outbox, and send it on its way once that is committed.

    The message only hurries it: when the broker is gone the row waits and the sweep sends it again.
    """
    row = Outbox.objects.create(topic=topic, payload=ids, created_at=timezone.now())
    transaction.on_commit(lambda: _send(row.pk))
    return row


def follow_later(*, topic: str, **ids: str) -> Outbox:
    """The same, left to the sweep: for a transaction that must never wait for the broker."""
    return Outbox.objects.create(topic=topic, payload=ids, created_at=timezone.now())


def note_changes(*, topics: Collection[str]) -> None:
    """Count one more change of each topic in the act's own transaction, and tell who listens once it is committed."""
    for topic in sorted(topics):
        counted, made = Change.objects.get_or_create(topic=topic, defaults={"number": 1})
        if not made:
            Change.objects.filter(pk=counted.pk).update(number=F("number") + 1)
    if topics:
        transaction.on_commit(lambda: tell(topics))


def tell(topics: Collection[str]) -> None:
    """Tell the publisher of this process that topics changed. It never fails an act: a page finds out by itself, later."""
    if settings.LIVE_PUBLISHER:
        import_string(settings.LIVE_PUBLISHER)(topics)


def _send(outbox_id: int) -> None:
    try:
        current_app.send_task("assess.tasks.follow", args=[outbox_id], retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("the broker did not take a task; the sweep will send it", outbox=outbox_id, error=str(error))


def settle(*, outbox_id: int, error: str = "") -> None:
    """End a piece of work, or note why it could not be done this time; it is then handed out again."""
    row = Outbox.objects.select_for_update().get(pk=outbox_id)
    row.tries += 1
    row.last_error = error
    if not error:
        row.done_at = timezone.now()
    row.save(update_fields=["tries", "last_error", "done_at"])


def sequence() -> int:
    """Turn what waits in the outbox into leaves. Returns how many. Only one sequencer works at a time."""
    done = 0
    while True:
        with transaction.atomic():
            if not _alone():
                return done
            waiting = list(Outbox.objects.filter(topic="ledger", done_at=None).order_by("pk")[:GROUP])
            if not waiting:
                return done
            last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
            index = -1 if last is None else last
            Leaf.objects.bulk_create(_leaf(row, index + place) for place, row in enumerate(waiting, start=1))
            Outbox.objects.filter(pk__in=[row.pk for row in waiting]).delete()
            done += len(waiting)


def checkpoint(*, at: datetime | None = None) -> Checkpoint | None:
    """Sign size and root of the tree as it stands; nothing where it has not grown since the last one."""
    moment = at or timezone.now()
    with transaction.atomic():
        if not _alone():
            return None
        hashes = [bytes(value) for value in Leaf.objects.order_by("index").values_list("leaf_hash", flat=True)]
        if not hashes or Checkpoint.objects.filter(size=len(hashes)).exists():
            return None
        tree = CompactRange()
        for value in hashes:
            tree.append(value)
        root = tree.root()
        text = notes.sign(
            notes.Checkpoint(origin=settings.LEDGER_ORIGIN, size=len(hashes), root=root, time=moment),
            key=signing_key(settings.KEYS_DIR, "ledger"),
        )
        return Checkpoint.objects.create(size=len(hashes), root=root, text=text, at=moment)


def erase_salts(*, kind: str, record_id: object) -> int:
    """Erase what could tie a leaf to its record's content. The tree stays whole; the leaf no longer says anything.

    What still waits for the sequencer loses its salt before it becomes a leaf.
    """
    waiting = Outbox.objects.filter(topic="ledger", payload__kind=kind, payload__record=str(record_id), done_at=None)
    for row in waiting:
        row.payload["salt"] = None
        row.save(update_fields=["payload"])
    return len(waiting) + Leaf.objects.filter(kind=kind, record=str(record_id)).update(salt=None)


def forget_arguments(*, record: str) -> int:
    """Drop the digests of what acts on a record were told, which could be searched for a name, with the salts of their leaves.

    Acts are found by the records they made: the account that was opened, the certificate that was recorded.
    """
    found = list(Act.objects.filter(records__icontains=record))
    for act in found:
        Act.objects.filter(pk=act.pk).update(arguments_sha256=b"")
        erase_salts(kind="act", record_id=act.pk)
    return len(found)


def _leaf(row: Outbox, index: int) -> Leaf:
    stated = leaves.Leaf(
        index=index,
        kind=row.payload["kind"],
        record=row.payload["record"],
        commitment=bytes.fromhex(row.payload["commitment"]),
    )
    return Leaf(
        index=index,
        kind=stated.kind,
        record=stated.record,
        commitment=stated.commitment,
        salt=None if row.payload["salt"] is None else bytes.fromhex(row.payload["salt"]),
        leaf_hash=stated.hash,
        at=row.created_at,
    )


def _alone() -> bool:
    """SQLite's write transaction is exclusive by itself; PostgreSQL gives one sequencer the advisory lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])
