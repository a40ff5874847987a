"""Appending batches to streams inside the caller's transaction: the one place where journal rows are written.

The stream's row is the guard. It is read (and on PostgreSQL locked, in the order of ids, so that two writers can't
deadlock), the batch is checked against its head, entries are inserted and the head is moved, all in one transaction:
whoever loses a race reads the winner's head and is answered by it.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assess.attempts.journal.batches import Batch, Refusal
from assess.attempts.journal.chain import ChainedEntry, entry_digest, next_receipt
from assess.attempts.models import Entry, Stream
from assess.ledger import actions as ledger

QUARANTINE_LIMIT = 200


@dataclass(frozen=True)
class Acknowledgement:
    """The highest contiguous sequence on disk, with its digest. `appended` counts what was new in this batch."""

    stream: str
    sequence: int
    digest: bytes
    server_us: int
    appended: int


@dataclass(frozen=True)
class Refused:
    """A batch that was not appended, and where the stream stands, so that the device can go on from there."""

    refusal: Refusal
    sequence: int | None = None
    digest: bytes | None = None


@dataclass(frozen=True)
class Unreadable:
    """Bytes that came with a good grant but could not be read as a batch: they are kept, with the reason."""

    stream: str
    body: bytes
    refusal: Refusal


Outcome = Acknowledgement | Refused


@dataclass
class _Head:
    role: str
    device: str
    state: str
    sequence: int
    digest: bytes
    receipt: bytes
    contact_us: int
    moved: bool = False


def append(batches: Sequence[Batch | Unreadable], *, server_us: int, admit: bool = False) -> list[Outcome]:
    """Append each batch to its stream, in order, within the transaction that the caller holds.

    Parameters
    ----------
    admit
        Two people let the batch out of quarantine: a stream that is closed or superseded takes it after all.

    Returns
    -------
    list of Outcome
        One for each batch, in order. A refusal leaves the stream as it was; refused content waits in quarantine.
    """
    appender = _Appender(server_us, admit)
    appender.read_heads({batch.stream for batch in batches})
    outcomes = [appender.take(batch) for batch in batches]
    appender.write()
    return outcomes


class _Appender:
    def __init__(self, server_us: int, admit: bool) -> None:
        self.server_us = server_us
        self.admit = admit
        self.heads: dict[str, _Head] = {}
        self.new: dict[str, dict[int, bytes]] = {}
        self.rows: list[tuple[Any, ...]] = []
        self.kept: list[tuple[Any, ...]] = []
        self.ended: list[str] = []
        self.uuid = _uuid_as_stored()

    def read_heads(self, streams: set[str]) -> None:
        ids = [self.uuid(uuid.UUID(stream)) for stream in sorted(streams)]
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        marks = ", ".join(["%s"] * len(ids))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, role, device, state, head_sequence, head_digest, head_receipt, last_contact_us"
                f" FROM assess_stream WHERE id IN ({marks}) ORDER BY id{lock}",
                ids,
            )
            for key, role, device, state, sequence, digest, receipt, contact in cursor.fetchall():
                stream = str(key if isinstance(key, uuid.UUID) else uuid.UUID(key))
                self.heads[stream] = _Head(role, device, state, sequence, bytes(digest), bytes(receipt), contact or 0)

    def take(self, batch: Batch | Unreadable) -> Outcome:
        head = self.heads.get(batch.stream)
        if head is None:
            return Refused(Refusal("no-such-stream", "This stream does not exist here. Ask for a new grant.", 404))
        if isinstance(batch, Unreadable):
            return self._refuse(batch.stream, batch.refusal, batch.body)
        if batch.device != head.device:
            refusal = Refusal(
                "wrong-device",
                f"This stream was opened for {head.device}, not for {batch.device[:80]}.",
                403,
                kept=True,
            )
            return self._refuse(batch.stream, refusal, batch.body)
        first = batch.entries[0].sequence
        if first > head.sequence + 1:
            return Refused(
                Refusal(
                    "gap", f"Entry {head.sequence + 1} comes next; this batch begins at {first}. Send from there.", 409
                ),
                head.sequence,
                head.digest,
            )
        fresh = [entry for entry in batch.entries if entry.sequence > head.sequence]
        known = batch.entries[: len(batch.entries) - len(fresh)]
        if not self.admit and any(entry.kind == "close" for entry in fresh[:-1]):
            return self._refuse(batch.stream, _not_open("closed"), batch.body)
        fork = self._forked(batch.stream, known) or self._unchained(head, fresh)
        if fork is not None:
            return self._refuse(batch.stream, fork, batch.body)
        if fresh and head.state != "open" and not self.admit:
            return self._refuse(batch.stream, _not_open(head.state), batch.body)
        self._append(batch.stream, head, fresh)
        return Acknowledgement(batch.stream, head.sequence, head.digest, self.server_us, len(fresh))

    def _forked(self, stream: str, known: Sequence[ChainedEntry]) -> Refusal | None:
        """What came before must be the same as what is on disk: then it is a repeat, else a fork."""
        if not known:
            return None
        stored = self.new.get(stream, {})
        if any(entry.sequence not in stored for entry in known):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT sequence, digest FROM assess_entry WHERE stream_id = %s AND sequence BETWEEN %s AND %s",
                    [self.uuid(uuid.UUID(stream)), known[0].sequence, known[-1].sequence],
                )
                stored = stored | {sequence: bytes(digest) for sequence, digest in cursor.fetchall()}
        for entry in known:
            if stored.get(entry.sequence) != entry.digest:
                return _fork(entry.sequence)
        return None

    def _unchained(self, head: _Head, fresh: Sequence[ChainedEntry]) -> Refusal | None:
        previous = head.digest
        for entry in fresh:
            expected = entry_digest(
                previous,
                sequence=entry.sequence,
                kind=entry.kind,
                payload=entry.payload,
                device_ms=entry.device_ms,
                monotonic_ms=entry.monotonic_ms,
            )
            if expected != entry.digest:
                return _fork(entry.sequence)
            previous = expected
        return None

    def _append(self, stream: str, head: _Head, fresh: Sequence[ChainedEntry]) -> None:
        key = self.uuid(uuid.UUID(stream))
        new = self.new.setdefault(stream, {})
        # A clock that was set back between two processes turns no stream around. What is admitted keeps when it first came.
        server_us = self.server_us if self.admit else max(self.server_us, head.contact_us)
        if fresh:
            head.contact_us = server_us
        for entry in fresh:
            head.receipt = next_receipt(head.receipt, entry.digest, server_us)
            head.sequence, head.digest, head.moved = entry.sequence, entry.digest, True
            new[entry.sequence] = entry.digest
            self.rows.append(
                (
                    key,
                    entry.sequence,
                    entry.kind,
                    entry.payload,
                    entry.device_ms,
                    entry.monotonic_ms,
                    server_us,
                    entry.digest,
                    head.receipt,
                )
            )
            if entry.kind == "close":
                head.state = "closed"
            if head.role == "candidate" and entry.kind in ("finish", "close") and stream not in self.ended:
                self.ended.append(stream)

    def _refuse(self, stream: str, refusal: Refusal, body: bytes) -> Refused:
        head = self.heads[stream]
        if refusal.kept:
            self.kept.append(
                (
                    self.uuid(uuid.uuid4()),
                    self.uuid(uuid.UUID(stream)),
                    refusal.code,
                    _storable(refusal.sentence),
                    body,
                    hashlib.sha256(body).digest(),
                    self.server_us,
                )
            )
        return Refused(refusal, head.sequence, head.digest)

    def write(self) -> None:
        moved = [
            (head.sequence, head.digest, head.receipt, head.state, head.contact_us, self.uuid(uuid.UUID(stream)))
            for stream, head in self.heads.items()
            if head.moved
        ]
        with connection.cursor() as cursor:
            if self.rows:
                cursor.executemany(
                    "INSERT INTO assess_entry (stream_id, sequence, kind, payload, device_ms, monotonic_ms, server_us,"
                    " digest, receipt) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    self.rows,
                )
            if moved:
                cursor.executemany(
                    "UPDATE assess_stream SET head_sequence = %s, head_digest = %s, head_receipt = %s, state = %s,"
                    " last_contact_us = %s WHERE id = %s",
                    moved,
                )
            for stream in self.ended:
                self._have_it_run(stream)
            for row in self.kept:
                # A device that is refused tries again: the same bytes are kept once, and a flood is bounded.
                cursor.execute(
                    "INSERT INTO assess_quarantine (id, stream_id, code, sentence, body, body_sha256, received_us,"
                    " state, reason) SELECT %s, %s, %s, %s, %s, %s, %s, 'waiting', ''"
                    " WHERE (SELECT COUNT(*) FROM assess_quarantine WHERE stream_id = %s) < %s"
                    " ON CONFLICT DO NOTHING",
                    [*row, row[1], QUARANTINE_LIMIT],
                )

    def _have_it_run(self, stream: str) -> None:
        """Whatever a candidate made at the simulator is carried out by a machine once they handed it in: the outbox holds that from
        the same transaction on, and the journal never waits for the broker."""
        subject = Stream.objects.filter(pk=stream).values("subject")
        made = Entry.objects.filter(
            stream__subject__in=subject, stream__role="candidate", kind__in=("wiring", "setting")
        )
        if made.exists():
            attempt = Stream.objects.values_list("subject", flat=True).get(pk=stream)
            ledger.follow_later(topic="run_what_was_made", attempt_id=str(attempt))


def _fork(sequence: int) -> Refusal:
    return Refusal(
        "fork",
        f"Entry {sequence} is not the one that was acknowledged, or does not follow from it. The journal keeps what it has;"
        " what was sent waits for a person.",
        409,
        kept=True,
    )


def _not_open(state: str) -> Refusal:
    if state == "superseded":
        return Refusal(
            "superseded",
            "Another device has taken over. What this one still holds is kept as late and waits for a person.",
            409,
            kept=True,
        )
    return Refusal("closed", "The stream is closed. What came later is kept and waits for a person.", 409, kept=True)


def _storable(sentence: str) -> str:
    """A sentence may quote what a device sent; no database takes half a surrogate pair, and PostgreSQL no NUL."""
    return sentence.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _uuid_as_stored() -> Any:
    """SQLite holds a UUID as 32 hexadecimal digits, PostgreSQL as itself."""
    return (lambda value: value) if connection.features.has_native_uuid_field else (lambda value: value.hex)
