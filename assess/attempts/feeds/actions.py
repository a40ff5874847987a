"""Writing feeds: made, given rows, keys made and revoked; and what a feed sends, kept as evidence and written into the journal.

Each message is a run: its readings, the record and the close, in an epoch of its own of the role for which the feed is posted.
So no seal ever waits for a sender, and a second message with the same identifier but another content stands beside the first as
what it is: a contradiction, of which people decide.
"""

import hashlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from assess.attempts.actions import keep_evidence, open_stream
from assess.attempts.conditions import AttemptError
from assess.attempts.feeds import secrets
from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.attempts.journal import clock
from assess.attempts.journal.append import Refused, append
from assess.attempts.journal.batches import MAX_PAYLOAD, Batch
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.models import Attempt
from assess.attempts.queries import runs_as, work_of
from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from assess.people import actions as people
from assess.people.models import Account, RoleAssignment
from assess.sittings.models import Instrument as Registered
from rubrics import queries as rubrics
from simulator_adapters import documents
from simulator_adapters.contract import Instrument, Measurement, RunRecord, to_document
from simulator_adapters.feeds.messages import Message, MessageRefused, Reading, read_message
from simulator_adapters.feeds.recording import Received, record_of
from simulator_adapters.quantities import QuantityError, canonical_unit
from simulator_adapters.short_clocks import with_short_clocks

MOST_KEYS = 2
"""So many keys hold at once: one takes over from the other."""
OVERLAP_HOURS = 24
MOST_CONTRADICTIONS = 5
MOST_ROWS = 200


def make_feed(
    *, actor_id: uuid.UUID, organisation_id: uuid.UUID, name: str, serial: str, rows: Mapping[str, str]
) -> tuple[Feed, FeedKey, str]:
    """Make a feed, with its first key. The last value is the key's secret, shown once and kept nowhere.

    Raises
    ------
    AttemptError
        `name`, `serial`, `rows`: each names what is wrong with it.
    """
    name, serial = name.strip(), serial.strip()
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise AttemptError("name", "Write a name of 1 to 60 characters by which people know the sender.")
    if not 0 < len(serial) <= 80:
        raise AttemptError("serial", "Write the serial of the device that is booked: another one makes a run void.")
    if Feed.objects.filter(organisation_id=organisation_id, name=name).exists():
        raise AttemptError("name", f"A feed of this centre is called {name!r} already. Choose another name.")
    account = people.open_account(email=f"{uuid.uuid4().hex}@feed.invalid", given_name=name, kind=Account.Kind.SERVICE)
    people.give_role(account_id=account.pk, organisation_id=organisation_id, role=RoleAssignment.Role.STATION)
    feed = Feed.objects.create(
        account=account,
        organisation_id=organisation_id,
        name=name,
        serial=serial,
        rows=_checked_rows(rows),
        made_by_id=actor_id,
        made_at=timezone.now(),
    )
    ledger.record_row(kind="feed", row=feed)
    key, secret = _new_key(actor_id, feed.pk)
    return feed, key, secret


def set_rows(*, feed_id: uuid.UUID, rows: Mapping[str, str]) -> Feed:
    """Say which criterion each reading of a feed answers for; what came before keeps what it was taken for.

    Raises
    ------
    AttemptError
        `rows`.
    """
    feed = Feed.objects.select_for_update().get(pk=feed_id)
    feed.rows = _checked_rows(rows)
    feed.save(update_fields=["rows"])
    ledger.record_row(kind="feed", row=feed)
    return feed


def _checked_rows(rows: Mapping[str, str]) -> dict[str, str]:
    texts = all(isinstance(one, str) and 0 < len(one) <= 80 for pair in rows.items() for one in pair)
    if not texts or len(rows) > MOST_ROWS:
        raise AttemptError(
            "rows", f'Write {{"reading": "criterion", …}}, texts of 1 to 80 characters, at most {MOST_ROWS}.'
        )
    return dict(rows)


def renew_key(*, actor_id: uuid.UUID, feed_id: uuid.UUID, overlap_hours: int = OVERLAP_HOURS) -> tuple[FeedKey, str]:
    """Make another key. The one before holds for some hours more, so that no message is lost while the sender changes over.

    Raises
    ------
    AttemptError
        `overlap` outside 0 to 720 hours.
    """
    if not 0 <= overlap_hours <= 720:
        raise AttemptError("overlap", "The earlier key may hold for 0 to 720 hours more.")
    feed = Feed.objects.select_for_update().get(pk=feed_id)
    now = timezone.now()
    until = now + timedelta(hours=overlap_hours)
    held = list(FeedKey.objects.select_for_update().filter(feed=feed, revoked_at=None).order_by("-made_at"))
    held = [key for key in held if key.holds_until is None or key.holds_until > now]
    for number, key in enumerate(held):
        ends = until if number < MOST_KEYS - 1 else now
        if key.holds_until is None or key.holds_until > ends:
            key.holds_until = ends
            key.save(update_fields=["holds_until"])
            ledger.record_row(kind="feed_key", row=key)
    return _new_key(actor_id, feed.pk)


def revoke_key(*, actor_id: uuid.UUID, key_id: uuid.UUID, reason: str) -> FeedKey:
    """Revoke a key at once: with the next message it signs nothing.

    Raises
    ------
    AttemptError
        `reason`, `revoked`.
    """
    key = FeedKey.objects.select_for_update().get(pk=key_id)
    if not reason.strip():
        raise AttemptError(
            "reason", "Say why the key is revoked: it was seen by others, or its sender is no longer used."
        )
    if key.revoked_at is not None:
        raise AttemptError("revoked", "This key was revoked already.")
    key.revoked_by_id, key.revoked_at, key.revoked_because = actor_id, timezone.now(), reason.strip()[:200]
    key.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    ledger.record_row(kind="feed_key", row=key)
    return key


def _new_key(actor_id: uuid.UUID, feed_id: uuid.UUID) -> tuple[FeedKey, str]:
    key_id, salt = uuid.uuid4(), secrets.new_salt()
    key = secrets.derived(key_id, salt)
    row = FeedKey.objects.create(
        id=key_id,
        feed_id=feed_id,
        salt=salt,
        fingerprint=secrets.fingerprint(key),
        made_by_id=actor_id,
        made_at=timezone.now(),
    )
    ledger.record_row(kind="feed_key", row=row)
    return row, secrets.handed_over(key)


def take_message(
    *, actor_id: uuid.UUID, feed_id: uuid.UUID, message_id: str, sent_at: datetime, document: Any, body: bytes
) -> FeedMessage:
    """Take a message whose signature held. The same message again is the first one, whoever of two processes had it.

    Raises
    ------
    AttemptError
        `bad_message`, `no_readings`, `too_many_readings`, `named_twice`; `no-subject` where the feed is not posted as this role of
        the attempt; `not-a-task`; `too-many` contradictions; whatever the journal or the evidence has against it.
    """
    feed = Feed.objects.select_for_update().get(pk=feed_id)
    sha256 = hashlib.sha256(body).hexdigest()
    earlier = list(FeedMessage.objects.filter(feed=feed, message_id=message_id).order_by("received_at"))
    same = next((one for one in earlier if one.sha256 == sha256), None)
    if same is not None:
        return same
    if len(earlier) > MOST_CONTRADICTIONS:
        raise AttemptError("too-many", f"{message_id} came with {len(earlier)} contents already. Look at the sender.")
    message = _read(document)
    attempt, work = _booked(feed, message)
    row = FeedMessage(
        feed=feed,
        message_id=message_id,
        sha256=sha256,
        sent_at=sent_at,
        received_at=timezone.now(),
        attempt=attempt,
        role=message.role,
        state=_state(message, earlier),
        answer={},
    )
    if message.declared is not None:
        if earlier:
            raise AttemptError("contradicts", f"{message_id} announced another file. Announce this one under its own.")
        row.announced = document
        row.answer = {"state": "awaits_file", "length": message.declared.length, "sha256": message.declared.sha256}
    else:
        name = f"message-{row.pk.hex}.json"
        run = _run_id(feed, message_id)
        row.answer = _written(feed, row, work, run, message, message.readings, (name, "application/json", body))
    return _kept(row)


def take_file(
    *, actor_id: uuid.UUID, feed_id: uuid.UUID, message_id: str, data: bytes, readings: Sequence[Reading]
) -> FeedMessage:
    """Take the file that a message announced: the bytes as evidence, what its rows come to into the journal.

    Parameters
    ----------
    readings
        What the rows come to (`simulator_adapters.feeds.recording.readings_of_rows`); read before, so that no lock is held
        meanwhile.

    Raises
    ------
    AttemptError
        `not-announced`; as `take_message`.
    """
    feed = Feed.objects.select_for_update().get(pk=feed_id)
    row = FeedMessage.objects.filter(feed=feed, message_id=message_id).select_related("attempt").first()
    if row is None or row.announced is None:
        raise AttemptError("not-announced", "No message of this identifier announced a file. Announce it first.")
    if row.state == FeedMessage.State.TAKEN:
        return row
    message = _read(row.announced)
    _, work = _booked(feed, message)
    name = f"log-{row.pk.hex}.csv"
    run = _run_id(feed, message_id)
    row.answer = _written(feed, row, work, run, message, readings, (name, "text/csv", data))
    row.state = FeedMessage.State.TAKEN
    row.save(update_fields=["answer", "state"])
    ledger.record_row(kind="feed_message", row=row)
    return row


def _read(document: Any) -> Message:
    try:
        return read_message(document)
    except MessageRefused as refused:
        raise AttemptError(refused.code, str(refused)) from None


def _state(message: Message, earlier: Sequence[FeedMessage]) -> FeedMessage.State:
    if earlier:
        return FeedMessage.State.CONTRADICTS
    return FeedMessage.State.TAKEN if message.declared is None else FeedMessage.State.AWAITS_FILE


def _kept(row: FeedMessage) -> FeedMessage:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AttemptError("at-work", "The same message is just being taken. Send it again in a moment.") from None
    ledger.record_row(kind="feed_message", row=row)
    return row


def _run_id(feed: Feed, message_id: str) -> str:
    """Of one identifier there is one run, so that two contents of it contradict each other where they are read."""
    return hashlib.sha256(f"{feed.pk.hex}\n{message_id}".encode()).hexdigest()[:32]


def _booked(feed: Feed, message: Message) -> tuple[Attempt, str]:
    """The attempt that the feed is posted at in this role, and the task that the post is about."""
    nothing = AttemptError("no-subject", "There is no such attempt and role for which this feed is posted.")
    try:
        attempt_id = uuid.UUID(message.attempt)
    except ValueError:
        raise nothing from None
    if not runs_as(feed.account_id, attempt_id, message.role):
        raise nothing
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("registration").get(pk=attempt_id)
    work = work_of(attempt)[message.role]
    if work not in {pin["task"] for pin in attempt.pins["tasks"]}:
        raise AttemptError(
            "not-a-task", f"{work} is no practical task of this attempt; a feed reads for rows of a task."
        )
    return attempt, work


def _written(
    feed: Feed,
    row: FeedMessage,
    work: str,
    run_id: str,
    message: Message,
    readings: Sequence[Reading],
    raw: tuple[str, str, bytes],
) -> dict[str, Any]:
    """Keep the raw bytes, write the run, and say what the sender is answered."""
    name, media_type, data = raw
    sha256 = hashlib.sha256(data).hexdigest()
    registered = Registered.objects.filter(serial=message.device.serial).first()
    received = Received(
        run_id=run_id,
        feed=feed.name,
        work=work,
        booked=feed.serial,
        instrument=Instrument(
            id=message.device.model or feed.name,
            serial=message.device.serial,
            firmware=message.device.firmware,
            calibration_due=None if registered is None else registered.calibration_due,
            calibration_certificate="" if registered is None else registered.certificate,
        ),
        raw=name,
        raw_type=media_type,
        raw_sha256=sha256,
        at=row.received_at,
        announced=row.announced,
    )
    record = record_of(received, readings)
    evidence = {"name": name, "sha256": sha256}
    _append(feed, row, [*_entries(feed, row, work, record), ("run", _run(work, record, evidence)), ("close", {})])
    keep_evidence(
        actor_id=feed.account_id,
        attempt_id=row.attempt_id,
        role=row.role,
        name=name,
        media_type=media_type,
        sha256=sha256,
        data=data,
    )
    return {"state": "taken", "run": run_id, "outcome": record.outcome.value, "sentence": record.sentence}


def _run(work: str, record: RunRecord, evidence: Mapping[str, str]) -> dict[str, Any]:
    return {
        "simulation": work,
        "outcome": record.outcome.value,
        "record": to_document(with_short_clocks(record)),
        "evidence": [evidence],
    }


def _entries(feed: Feed, row: FeedMessage, work: str, record: RunRecord) -> list[tuple[str, dict[str, Any]]]:
    units = _units(row.attempt, work)
    return [("measurement", _measurement(one, feed, row, work, record, units)) for one in record.measurements]


def _measurement(
    one: Measurement, feed: Feed, row: FeedMessage, work: str, record: RunRecord, units: Mapping[str, str]
) -> dict[str, Any]:
    payload: dict[str, Any] = {"simulation": work, "run": record.run_id, "measurement": documents.encode(one)}
    criterion = feed.rows.get(one.name)
    if criterion not in units:
        return payload
    payload |= {"task": work, "criterion": criterion}
    if one.value is not None and _same_unit(units[criterion], one.unit):
        measured = (one.t_device or row.received_at).astimezone(UTC).date()
        payload["mark"] = {
            "readings": [{"value": f"{one.value:f}"}],
            "unit": units[criterion],
            "measured_on": measured.isoformat(),
            "entered_by": "adapter",
        }
    return payload


def _units(attempt: Attempt, work: str) -> dict[str, str]:
    """The criteria of a task that are measured, with the unit they are read in."""
    pin = next(pin for pin in attempt.pins["tasks"] if pin["task"] == work)
    task = rubrics.definitions([pin["hash"]])[pin["hash"]]
    return {one.identifier: one.measurement.reading_unit for one in task.criteria if one.measurement is not None}


def _same_unit(wanted: str, code: str) -> bool:
    try:
        return canonical_unit(wanted).code == code
    except QuantityError:
        return False


def _append(feed: Feed, row: FeedMessage, said: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write entries into an epoch of their own of the feed's role."""
    device = f"feed {feed.name}"
    grant = open_stream(
        actor_id=feed.account_id, subject_kind="attempt", subject_id=row.attempt_id, role=row.role, device=device
    )
    chain = DeviceChain(grant.identity, grant.sequence, grant.head)
    sent_ms, now_us = int(row.sent_at.timestamp() * 1000), clock.now_us()
    for kind, words in said:
        if len(canonical(words)) > MAX_PAYLOAD:
            raise AttemptError("too-large", "The readings do not fit into one record. Send them in several messages.")
        chain.add(kind, words, device_ms=sent_ms, monotonic_ms=time.monotonic_ns() // 1_000_000)
    entries = tuple(json.loads(entry.payload) for entry in chain.pending)
    batch = Batch(chain.identity.stream, device, tuple(chain.pending), entries, b"")
    outcome = append([batch], server_us=now_us)[0]
    if isinstance(outcome, Refused):
        raise AttemptError(outcome.refusal.code, outcome.refusal.sentence)
