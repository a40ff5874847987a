"""Writing registrations, attempts, streams, seals and scores."""

import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from assess.attempts import grants
from assess.attempts.append import Refused, append
from assess.attempts.batches import Refusal, read_batch
from assess.attempts.chain import StreamIdentity
from assess.attempts.forms import draw_pins
from assess.attempts.kinds import ROLE
from assess.attempts.models import Attempt, Quarantine, Registration, Score, Seal, Stream
from assess.attempts.plan import fold_plan
from assess.attempts.queries import heads_of, pinned, plan_records, score_document, stream_records
from assess.attempts.scoring import score
from assess.attempts.seals import seal_digest, seal_document
from assess.ledger import actions as ledger
from assess.ledger.canonical import digest
from assess.schemes import queries as schemes
from assess.sittings import actions as sittings
from assess.sittings.models import Sitting, Station


class AttemptError(Exception):
    """What can't be done with an attempt, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Grant:
    """What a device needs to write a stream: its identity (the chain begins with it), where it stands, and the
    token."""

    identity: StreamIdentity
    sequence: int
    head: bytes
    token: str


def register(*, candidate_id: uuid.UUID, scheme_version_id: uuid.UUID) -> Registration:
    """Enter a candidate for a scheme version, if every mandatory entry requirement is met by a verified record.

    Raises
    ------
    AttemptError
        `requirements`: names each requirement that is not met and what would meet it.
    """
    found = schemes.entry_requirements_met(scheme_version_id, candidate_id)
    unmet = [requirement["sentence"] for requirement in found if requirement["mandatory"] and not requirement["met"]]
    if unmet:
        raise AttemptError("requirements", " ".join(unmet))
    registration, made = Registration.objects.get_or_create(
        candidate_id=candidate_id,
        scheme_version_id=scheme_version_id,
        defaults={"requirements": found, "registered_at": timezone.now()},
    )
    if made:
        ledger.record_row(kind="registration", row=registration)
    return registration


def open_attempt(*, registration_id: uuid.UUID, sitting_id: uuid.UUID, seed: bytes | None = None) -> Attempt:
    """Open an attempt in a sitting: draw the form, pin every version it is taken under.

    Parameters
    ----------
    seed
        32 bytes that decide form, order and tokens; random unless an audit draws a form again.
    """
    registration = Registration.objects.select_for_update().select_related("scheme_version").get(pk=registration_id)
    sitting = Sitting.objects.get(pk=sitting_id)
    if sitting.scheme_version_id != registration.scheme_version_id:
        raise AttemptError("other-scheme", "The sitting is of another scheme version than the registration.")
    if registration.attempts.exclude(state=Attempt.State.SEALED).exists():
        raise AttemptError("attempt-open", "The candidate has an attempt that is not sealed yet. Seal it first.")
    number = registration.attempts.count() + 1
    seed = seed or secrets.token_bytes(32)
    attempt = Attempt.objects.create(
        registration=registration,
        sitting=sitting,
        number=number,
        state=Attempt.State.OPEN,
        pins=draw_pins(registration.scheme_version, seed=seed),
        seed=seed,
        created_at=timezone.now(),
    )
    ledger.record_row(kind="attempt", row=attempt)
    return attempt


def open_stream(
    *,
    actor_id: uuid.UUID,
    subject_kind: str,
    subject_id: uuid.UUID,
    role: str,
    device: str,
    takeover: bool = False,
) -> Grant:
    """Grant a device the writing of a role's stream. Asking again from the same device gives a new token for it.

    Raises
    ------
    AttemptError
        `role`; `held-elsewhere` where another device holds the open stream and no takeover was asked for.
    """
    if ROLE.fullmatch(role) is None:
        raise AttemptError("role", f"{role!r} is not a role of an attempt or a sitting.")
    if not device or len(device) > 80:
        raise AttemptError("device", "A device needs a name of at most 80 characters.")
    streams = list(Stream.objects.select_for_update().filter(subject=subject_id, role=role).order_by("epoch"))
    current = streams[-1] if streams else None
    if current is not None and current.state == Stream.State.OPEN:
        if current.device == device:
            return _grant(current)
        if not takeover:
            raise AttemptError(
                "held-elsewhere",
                f"{current.device} is writing as {role}. Close it there, or take over: what it has not sent waits as late.",
            )
        current.state = Stream.State.SUPERSEDED
        current.save(update_fields=["state"])
    key = uuid.uuid4()
    identity = StreamIdentity(
        str(key), f"{subject_kind}:{subject_id}", role, device, (current.epoch if current else 0) + 1
    )
    genesis = identity.genesis()
    stream = Stream.objects.create(
        id=key,
        subject_kind=subject_kind,
        subject=subject_id,
        role=role,
        device=device,
        epoch=identity.epoch,
        granted_to_id=actor_id,
        head_digest=genesis,
        head_receipt=genesis,
        opened_us=time.time_ns() // 1000,
    )
    return _grant(stream)


def _grant(stream: Stream) -> Grant:
    return Grant(grants.identity_of(stream), stream.head_sequence, bytes(stream.head_digest), grants.sign(stream.pk))


@dataclass(frozen=True)
class MissingStream:
    """A stream that a named person seals without: the device is lost, and from where its entries are missing."""

    stream_id: uuid.UUID
    missing_from: int
    reason: str


def seal_attempt(*, actor_id: uuid.UUID, attempt_id: uuid.UUID, missing: Sequence[MissingStream] = ()) -> Seal:
    """Seal an attempt: the set of its closed heads, one leaf of the ledger, the candidate's receipt.

    Raises
    ------
    AttemptError
        `streams-open` names each stream that is neither closed nor named as missing; `nothing-new`.
    """
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    streams = list(Stream.objects.select_for_update().filter(subject=attempt_id).order_by("role", "epoch"))
    lost = {stream.stream_id: stream for stream in missing}
    still_open = [s for s in streams if s.state == Stream.State.OPEN and s.pk not in lost]
    if still_open:
        names = ", ".join(f"{stream.role} on {stream.device}" for stream in still_open)
        raise AttemptError(
            "streams-open", f"Not closed yet: {names}. Close them, or name them as missing with a reason."
        )
    for stream in streams:
        if stream.pk in lost and stream.state == Stream.State.OPEN:
            stream.state = Stream.State.CLOSED
            stream.save(update_fields=["state"])
    reason = " ".join(stream.reason for stream in missing)
    return _seal(attempt, streams, {key: s.missing_from for key, s in lost.items()}, reason, [], actor_id, None)


def _seal(
    attempt: Attempt,
    streams: Sequence[Stream],
    missing_from: dict[uuid.UUID, int],
    reason: str,
    admitted: Sequence[str],
    sealed_by: uuid.UUID,
    countersigned_by: uuid.UUID | None,
) -> Seal:
    last = attempt.seals.aggregate(last=Max("number"))["last"] or 0
    document = seal_document(
        attempt=str(attempt.pk),
        number=last + 1,
        heads=heads_of(streams, missing_from),
        reason=reason,
        admitted=admitted,
    )
    previous = attempt.seals.filter(number=last).first()
    if previous is not None and previous.document["heads"] == document["heads"]:
        raise AttemptError("nothing-new", "Nothing was written since the last seal.")
    seal = Seal.objects.create(
        attempt=attempt,
        number=last + 1,
        document=document,
        digest=seal_digest(document),
        sealed_by_id=sealed_by,
        countersigned_by_id=countersigned_by,
        sealed_at=timezone.now(),
    )
    attempt.state = Attempt.State.SEALED
    attempt.save(update_fields=["state"])
    ledger.record_row(kind="attempt", row=attempt)
    ledger.record_row(kind="seal", row=seal)
    ledger.follow(topic="score_attempt", attempt_id=str(attempt.pk))
    return seal


def propose_admission(*, actor_id: uuid.UUID, quarantine_id: uuid.UUID, reason: str) -> Quarantine:
    """Propose to let refused entries count after all. Another person decides."""
    item = _waiting(quarantine_id)
    if not reason.strip():
        raise AttemptError("reason", "Say why these entries should count.")
    item.proposed_by_id = actor_id
    item.reason = reason
    item.save(update_fields=["proposed_by", "reason"])
    return item


def admit_quarantined(*, actor_id: uuid.UUID, quarantine_id: uuid.UUID) -> Seal:
    """Let proposed entries count: they are appended to their stream and the attempt gets a new seal, signed by two.

    Raises
    ------
    AttemptError
        `not-proposed`, `same-person`; `contradicts` where they differ from what was acknowledged, which can't be
        undone.
    """
    item = _waiting(quarantine_id)
    if item.proposed_by_id is None:
        raise AttemptError("not-proposed", "Somebody proposes the admission first, with a reason.")
    if item.proposed_by_id == actor_id:
        raise AttemptError("same-person", "Admission takes two: another person than the one who proposed it decides.")
    stream = Stream.objects.get(pk=item.stream_id)
    try:
        batch = read_batch(bytes(item.body), role=stream.role)
    except Refusal as refusal:
        raise AttemptError("unreadable", f"These bytes can't be appended: {refusal.sentence}") from None
    outcome = append([batch], server_us=item.received_us, admit=True)[0]
    if isinstance(outcome, Refused):
        raise AttemptError("contradicts", f"These entries can't be appended: {outcome.refusal.sentence}")
    item.state = Quarantine.State.ADMITTED
    item.decided_by_id = actor_id
    item.save(update_fields=["state", "decided_by"])
    attempt = Attempt.objects.select_for_update().get(pk=stream.subject)
    streams = list(Stream.objects.filter(subject=attempt.pk).order_by("role", "epoch"))
    return _seal(attempt, streams, {}, item.reason, [str(item.pk)], item.proposed_by_id, actor_id)


def reject_quarantined(*, actor_id: uuid.UUID, quarantine_id: uuid.UUID, reason: str) -> Quarantine:
    """Decide that refused entries stay out. That is against the person who wrote them, so it takes two as well."""
    item = _waiting(quarantine_id)
    if item.proposed_by_id is None or item.proposed_by_id == actor_id:
        raise AttemptError("same-person", "Rejection takes two: one person looks and proposes, another decides.")
    item.state = Quarantine.State.REJECTED
    item.decided_by_id = actor_id
    item.reason = f"{item.reason} / {reason}"
    item.save(update_fields=["state", "decided_by", "reason"])
    return item


def _waiting(quarantine_id: uuid.UUID) -> Quarantine:
    item = Quarantine.objects.select_for_update().get(pk=quarantine_id)
    if item.state != Quarantine.State.WAITING:
        raise AttemptError("decided", f"This was {item.state} already.")
    return item


def score_attempt(*, attempt_id: uuid.UUID) -> Score:
    """Score an attempt's latest seal. Scoring again what has not changed gives the score that is there."""
    attempt = Attempt.objects.select_related("registration").get(pk=attempt_id)
    seal = attempt.seals.order_by("-number").first()
    if seal is None:
        raise AttemptError("not-sealed", "An attempt is scored when it is sealed.")
    document = score_document(seal, score(pinned(attempt), stream_records(seal)))
    value = digest(document)
    last = attempt.scores.order_by("-number").first()
    if last is not None and bytes(last.digest) == value:
        return last
    made = Score.objects.create(
        attempt=attempt,
        seal=seal,
        number=1 if last is None else last.number + 1,
        document=document,
        digest=value,
        scored_at=timezone.now(),
    )
    ledger.record_row(kind="score", row=made)
    return made


def apply_plan(*, sitting_id: uuid.UUID) -> int:
    """Bring the plan of the day up to what its journal says: fold it, and ask the sitting for what is not so yet.

    Returns
    -------
    int
        How many changes were carried out. Applying it again changes nothing.
    """
    wanted = fold_plan(plan_records(sitting_id))
    stations = {station.name: station.pk for station in Station.objects.filter(sitting_id=sitting_id)}
    posts = [
        sittings.Post(candidate, role, post.person, post.work, stations.get(post.station))
        for (candidate, role), post in wanted.posts.items()
    ]
    changes = sittings.assign_all(sitting_id=sitting_id, posts=posts)
    for name in wanted.stations_out:
        if name in stations:
            sittings.take_station_out(station_id=stations[name])
    return changes
