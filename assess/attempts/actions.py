"""Writing registrations, attempts, streams, seals and scores."""

import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from assess.attempts.conditions import AttemptError as AttemptError  # the error of these actions
from assess.attempts.conditions import (
    MissingStream,
    check_apart,
    check_carried_out,
    check_closed,
    check_missing,
    check_no_relation,
    check_not_own,
)
from assess.attempts.engine_jobs import due_of
from assess.attempts.files import shelf
from assess.attempts.files.evidence import MOST_OF_A_ROLE as MOST_OF_A_RUN
from assess.attempts.files.evidence import EvidenceRefused, read_evidence
from assess.attempts.files.media import MOST_OF_A_ROLE, TAKEN_BY, Picture
from assess.attempts.folding.plan import fold_plan
from assess.attempts.forms import draw_pins
from assess.attempts.journal import grants
from assess.attempts.journal.append import Refused, append
from assess.attempts.journal.batches import Refusal, read_batch
from assess.attempts.journal.chain import StreamIdentity
from assess.attempts.journal.kinds import ROLE, family, order
from assess.attempts.journal.receipts import sign_receipt
from assess.attempts.journal.seals import seal_digest, seal_document, still_missing
from assess.attempts.journal.words import without_words
from assess.attempts.models import Attempt, Entry, Evidence, Media, Quarantine, Registration, Resit, Score, Seal, Stream
from assess.attempts.queries import (
    accounts_among,
    heads_of,
    may_hold,
    names_evidence,
    pinned,
    plan_records,
    pledged,
    score_document,
    stream_records,
    work_of,
)
from assess.attempts.scoring.attempt import score
from assess.ledger import actions as ledger
from assess.ledger.canonical import digest
from assess.ledger.keys import signing_key
from assess.people.queries import extra_time_percent
from assess.schemes import queries as schemes
from assess.sittings import actions as sittings
from assess.sittings.models import Sitting, Station


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
    """Open an attempt in a sitting: draw the form, pin every version it is taken under and the extra time agreed.

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
        pins=draw_pins(
            registration.scheme_version, seed=seed, extra_time_percent=extra_time_percent(registration.candidate_id)
        ),
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
    """Grant a device the writing of a role's stream. Asking again from the same device gives the same person a new token.

    Raises
    ------
    AttemptError
        `role`, `device`, `no-subject`; `held-elsewhere` where another device or person holds the open stream and no
        takeover was asked for; `sealed` where a candidate would write on after the seal; `two-roles` where one person
        would write as two of those who have to be two; `conflict` where they declared a relation to the candidate.
    """
    if ROLE.fullmatch(role) is None:
        raise AttemptError("role", f"{role!r} is not a role of an attempt or a sitting.")
    if not device.isprintable() or not 0 < len(device) <= 80:
        raise AttemptError("device", "A device needs a name of 1 to 80 printable characters.")
    attempt = _lock_subject(subject_kind, subject_id)
    if role == "candidate" and attempt is not None and attempt.state == Attempt.State.SEALED:
        raise AttemptError(
            "sealed", "The attempt is sealed. What the device still holds, it sends with the grant it has."
        )
    if attempt is not None:
        check_no_relation(attempt, role, actor_id)
    streams = list(Stream.objects.filter(subject=subject_id, role=role).order_by("epoch").select_for_update())
    current = streams[-1] if streams else None
    if current is not None and current.state == Stream.State.OPEN:
        if current.device == device and current.granted_to_id == actor_id:
            return _grant(current)
        if not takeover:
            raise AttemptError(
                "held-elsewhere",
                f"{current.device} is writing as {role}. Close it there, or take over: what it has not sent waits as late.",
            )
    if attempt is not None:
        check_apart(attempt, role, actor_id)
    if current is not None and current.state == Stream.State.OPEN:
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


def _lock_subject(subject_kind: str, subject_id: uuid.UUID) -> Attempt | None:
    """Hold the attempt (or the sitting) while one of its streams opens, so that two never open the same role."""
    if subject_kind == "attempt":
        attempt = Attempt.objects.select_for_update().filter(pk=subject_id).first()
        if attempt is not None:
            return attempt
    elif subject_kind == "sitting" and Sitting.objects.select_for_update().filter(pk=subject_id).exists():
        return None
    raise AttemptError("no-subject", f"There is no {subject_kind} {subject_id} to write about.")


def seal_attempt(*, actor_id: uuid.UUID, attempt_id: uuid.UUID, missing: Sequence[MissingStream] = ()) -> Seal:
    """Seal an attempt: the set of its closed heads, one leaf of the ledger, the candidate's receipt.

    Raises
    ------
    AttemptError
        `streams-open` names each stream that is neither closed nor named as missing; `runs-awaited` while a machine carries out
        what was just made; `nothing-new`; `not-missing` where a stream is not of this attempt, was closed by its device, or is
        there from the sequence named.
    """
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    streams = _locked_streams(attempt_id)
    lost = {stream.stream_id: stream for stream in missing}
    check_missing(streams, lost)
    check_closed(stream for stream in streams if stream.pk not in lost)
    due = due_of(attempt)
    if not missing:
        check_carried_out(attempt, due)
    for stream in streams:
        if stream.pk in lost and stream.state == Stream.State.OPEN:
            stream.state = Stream.State.CLOSED
            stream.save(update_fields=["state"])
    reason = " ".join(stream.reason for stream in missing)
    seal = _seal(attempt, streams, {key: s.missing_from for key, s in lost.items()}, reason, [], actor_id, None)
    if due:
        ledger.follow(topic="run_what_was_made", attempt_id=str(attempt.pk))
    return seal


def _locked_streams(attempt_id: uuid.UUID) -> list[Stream]:
    """The attempt's streams, locked in the order of ids as the journal's writer locks them, and given in that of roles."""
    streams = Stream.objects.select_for_update().filter(subject=attempt_id).order_by("pk")
    return sorted(streams, key=lambda stream: (order(stream.role), stream.epoch))


def _seal(
    attempt: Attempt,
    streams: Sequence[Stream],
    missing_from: dict[uuid.UUID, int],
    reason: str,
    admitted: Sequence[str],
    sealed_by: uuid.UUID,
    countersigned_by: uuid.UUID | None,
) -> Seal:
    previous = attempt.seals.order_by("-number").first()
    still = {} if previous is None else still_missing(previous.document, {str(s.pk): s.head_sequence for s in streams})
    document = seal_document(
        attempt=str(attempt.pk),
        number=1 if previous is None else previous.number + 1,
        heads=heads_of(streams, {uuid.UUID(key): at for key, at in still.items()} | missing_from, work_of(attempt)),
        reason=reason,
        admitted=admitted,
    )
    if previous is not None and previous.document["heads"] == document["heads"]:
        raise AttemptError("nothing-new", "Nothing was written since the last seal.")
    now = timezone.now()
    seal = Seal.objects.create(
        attempt=attempt,
        number=document["number"],
        document=document,
        digest=seal_digest(document),
        sealed_by_id=sealed_by,
        countersigned_by_id=countersigned_by,
        sealed_at=now,
        receipt=sign_receipt(document, sealed_at=now, key=signing_key(settings.KEYS_DIR, "ledger")),
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
    check_not_own(item, actor_id)
    item.proposed_by_id = actor_id
    item.reason = reason
    item.save(update_fields=["proposed_by", "reason"])
    return item


def admit_quarantined(*, actor_id: uuid.UUID, quarantine_id: uuid.UUID) -> Seal:
    """Let proposed entries count: they are appended to their stream and the attempt gets a new seal, signed by two.

    Raises
    ------
    AttemptError
        `not-proposed`, `same-person`, `own-entries`; `streams-open` while the attempt still runs; `other-stream` where
        they belong to another stream than the grant they came with; `unreadable`; `contradicts` where they differ from what
        was acknowledged, which can't be undone.
    """
    item = _waiting(quarantine_id)
    if item.proposed_by_id is None:
        raise AttemptError("not-proposed", "Somebody proposes the admission first, with a reason.")
    if item.proposed_by_id == actor_id:
        raise AttemptError("same-person", "Admission takes two: another person than the one who proposed it decides.")
    check_not_own(item, actor_id)
    attempt = Attempt.objects.select_for_update().filter(pk=item.stream.subject).first()
    if attempt is None:
        raise AttemptError("no-subject", "Only an attempt is sealed; write the plan of the day anew instead.")
    check_closed(_locked_streams(attempt.pk))
    try:
        batch = read_batch(bytes(item.body), role=item.stream.role)
    except Refusal as refusal:
        raise AttemptError("unreadable", f"These bytes can't be appended: {refusal.sentence}") from None
    if batch.stream != str(item.stream_id):
        raise AttemptError("other-stream", "These entries are of another stream; their device sends them there.")
    outcome = append([batch], server_us=item.received_us, admit=True)[0]
    if isinstance(outcome, Refused):
        raise AttemptError("contradicts", f"These entries can't be appended: {outcome.refusal.sentence}")
    item.state = Quarantine.State.ADMITTED
    item.decided_by_id = actor_id
    item.save(update_fields=["state", "decided_by"])
    return _seal(attempt, _locked_streams(attempt.pk), {}, item.reason, [str(item.pk)], item.proposed_by_id, actor_id)


def reject_quarantined(*, actor_id: uuid.UUID, quarantine_id: uuid.UUID, reason: str) -> Quarantine:
    """Decide that refused entries stay out. That is against the person who wrote them, so it takes two: the first is noted,
    the second decides."""
    item = _waiting(quarantine_id)
    if not reason.strip():
        raise AttemptError("reason", "Say why these entries should stay out.")
    if item.objected_by_id is None:
        item.objected_by_id = actor_id
    elif item.objected_by_id == actor_id:
        raise AttemptError("same-person", "Rejection takes two: another person than the one who objected decides.")
    else:
        item.state = Quarantine.State.REJECTED
        item.decided_by_id = actor_id
    item.reason = " / ".join(said for said in (item.reason, reason) if said)
    item.save(update_fields=["state", "objected_by", "decided_by", "reason"])
    return item


def _waiting(quarantine_id: uuid.UUID) -> Quarantine:
    item = Quarantine.objects.select_for_update().get(pk=quarantine_id)
    if item.state != Quarantine.State.WAITING:
        raise AttemptError("decided", f"This was {item.state} already.")
    return item


def score_attempt(*, attempt_id: uuid.UUID) -> Score:
    """Score an attempt's latest seal. Scoring again what has not changed gives the score that is there."""
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
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
    if document["again"] or attempt.resits.filter(state__in=Resit.UNDER_WAY).exists():
        ledger.follow(topic="offer_resits", attempt_id=str(attempt.pk))
    if _last_of_the_sitting(attempt):
        ledger.follow(topic="look_at_drift", scheme_version_id=str(attempt.registration.scheme_version_id))
    return made


def _last_of_the_sitting(attempt: Attempt) -> bool:
    """Whether every attempt of the sitting that was begun is sealed and scored now; one that was only planned is awaited by
    nobody."""
    others = Attempt.objects.filter(sitting_id=attempt.sitting_id)
    waits = Q(state=Attempt.State.OPEN) | Q(state=Attempt.State.SEALED, scores=None)
    return not others.filter(waits).exists()


def apply_plan(*, sitting_id: uuid.UUID) -> int:
    """Bring the plan of the day up to what its journal says: fold it, and ask the sitting for what is not so yet.

    A post that went to another person ends the stream of the one who held it: what that device still holds waits as late.

    Returns
    -------
    int
        How many changes were carried out. Applying it again changes nothing.

    Raises
    ------
    AttemptError
        `no-such-station` names the post and the station that the sitting does not have.
    sittings.SittingError
        As `sittings.actions.assign_all`; then nothing is changed, and another `assign` of the same post mends it.
    """
    wanted = fold_plan(plan_records(sitting_id))
    stations = {station.name: station.pk for station in Station.objects.filter(sitting_id=sitting_id)}
    accounts = accounts_among({candidate for candidate, _ in wanted.posts})
    posts = []
    for (candidate, role), post in wanted.posts.items():
        if post.station and post.station not in stations:
            raise AttemptError(
                "no-such-station", f"{role} of {candidate}: this sitting has no station {post.station!r}."
            )
        if candidate in accounts:
            posts.append(sittings.Post(candidate, role, post.person, post.work, stations.get(post.station)))
    changes = sittings.assign_all(sitting_id=sitting_id, posts=posts)
    _end_streams_of_moved(sitting_id, posts)
    for name in wanted.stations_out:
        if name in stations:
            sittings.take_station_out(station_id=stations[name])
    return changes


def _end_streams_of_moved(sitting_id: uuid.UUID, posts: Sequence[sittings.Post]) -> None:
    holders = {(post.candidate_id, post.role): post.person_id for post in posts if post.person_id is not None}
    candidates = dict(Attempt.objects.filter(sitting_id=sitting_id).values_list("pk", "registration__candidate_id"))
    open_now = Stream.objects.filter(subject__in=candidates, state=Stream.State.OPEN, granted_to__isnull=False)
    moved = [
        stream.pk
        for stream in open_now
        if holders.get((candidates[stream.subject], stream.role), stream.granted_to_id) != stream.granted_to_id
    ]
    for stream in Stream.objects.select_for_update().filter(pk__in=moved, state=Stream.State.OPEN).order_by("pk"):
        stream.state = Stream.State.SUPERSEDED
        stream.save(update_fields=["state"])


def end_streams_of(*, account_id: uuid.UUID) -> list[Stream]:
    """End a person's open streams of roles that they may no longer write as, after a role of theirs was withdrawn.

    What their devices still hold comes with the grants they have and waits for people, like after a takeover.
    """
    open_now = Stream.objects.filter(granted_to=account_id, state=Stream.State.OPEN).exclude(role="candidate")
    over = [
        stream.pk
        for stream in open_now
        if stream.granted_to_id is not None and not may_hold(stream.granted_to_id, stream.subject, stream.role)
    ]
    ended = list(Stream.objects.select_for_update().filter(pk__in=over, state=Stream.State.OPEN).order_by("pk"))
    for stream in ended:
        stream.state = Stream.State.SUPERSEDED
        stream.save(update_fields=["state"])
    return ended


def keep_media(
    *, actor_id: uuid.UUID, attempt_id: uuid.UUID, role: str, kind: str, picture: Picture, taken_device_ms: int
) -> Media:
    """Keep a picture of an attempt. The same bytes from the same role are kept once, however often they come. A portrait
    replaces the one before, which is erased.

    Raises
    ------
    AttemptError
        `kind` where the role does not take such pictures; `sealed` where the attempt is sealed and its journal does not
        name this picture; `replaced` where it is a portrait that another one replaced; `too-many`; `disk-full`.
    """
    if kind not in TAKEN_BY.get(family(role), frozenset()):
        raise AttemptError("kind", f"{role} does not send a picture of the kind {kind[:20]!r}.")
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    mine = Media.objects.filter(attempt=attempt, role=role)
    known = mine.filter(sent_sha256=picture.sent_sha256).first()
    if known is not None and known.kind == Media.Kind.PORTRAIT and known.erased_at is not None:
        raise AttemptError("replaced", "Another picture replaced this one, and it was erased. Take a new one to give.")
    if known is not None:
        return known
    if attempt.state == Attempt.State.SEALED and not pledged(attempt_id, role, picture.sent_sha256):
        raise AttemptError("sealed", "The attempt is sealed, and its journal names no such picture. It is not kept.")
    if mine.count() >= MOST_OF_A_ROLE:
        raise AttemptError("too-many", f"{MOST_OF_A_ROLE} pictures are kept of one role of an attempt, no more.")
    media = Media(
        attempt=attempt,
        role=role,
        taken_by_id=actor_id,
        kind=kind,
        sent_sha256=picture.sent_sha256,
        sha256=picture.sha256,
        mime=picture.mime,
        size=len(picture.body),
        width=picture.width,
        height=picture.height,
        taken_device_ms=taken_device_ms,
        received_at=timezone.now(),
    )
    try:
        shelf.put(attempt_id, media.file_name, picture.body)
    except shelf.Full:
        raise AttemptError(
            "disk-full", "There is no room for pictures just now. Answers and marks are saved; tell the centre."
        ) from None
    earlier = list(mine.filter(kind=Media.Kind.PORTRAIT, erased_at=None).values_list("pk", flat=True))
    media.save(force_insert=True)
    ledger.record_row(kind="media", row=media)
    if kind == Media.Kind.PORTRAIT:
        erase_media(media_ids=earlier, because="The candidate gave another portrait.")
    return media


def erase_media(*, media_ids: Sequence[uuid.UUID], because: str) -> list[Media]:
    """Erase pictures whose time is over. That there was one, its digests and why it is gone stay.

    A file that two rows of an attempt name goes with the last of them.
    """
    if not because.strip():
        raise AttemptError("reason", "Say why these pictures are erased.")
    wanted = Media.objects.filter(pk__in=media_ids, erased_at=None)
    list(Attempt.objects.select_for_update().filter(media__in=wanted).order_by("pk"))
    erased = list(wanted.select_for_update().order_by("pk"))
    for media in erased:
        media.erased_at = timezone.now()
        media.erased_because = because[:200]
        media.save(update_fields=["erased_at", "erased_because"])
        ledger.record_row(kind="media", row=media)
        if not Media.objects.filter(attempt=media.attempt_id, sha256=media.sha256, erased_at=None).exists():
            shelf.remove(media.attempt_id, media.file_name)
    return erased


def keep_evidence(
    *, actor_id: uuid.UUID, attempt_id: uuid.UUID, role: str, name: str, media_type: str, sha256: str, data: bytes
) -> Evidence:
    """Keep raw evidence of a run beside its attempt. The same bytes under the same name are kept once, however often they come.

    Raises
    ------
    AttemptError
        `too-large`, `empty`, `bad-name`, `bad-type`, `bad-evidence`; `role` where it is no machine's; `sealed` where the attempt is
        sealed and its journal does not name these bytes; `erased`; `too-many`; `disk-full`.
    """
    if family(role) != "adapter":
        raise AttemptError("role", f"Raw evidence belongs to a run of a machine; {role[:24]} is none.")
    try:
        piece = read_evidence(name=name, media_type=media_type, sha256=sha256, data=data)
    except EvidenceRefused as refused:
        raise AttemptError(refused.code, str(refused)) from None
    attempt = Attempt.objects.select_for_update().filter(pk=attempt_id).first()
    if attempt is None:
        raise AttemptError("no-subject", f"There is no attempt {attempt_id} to keep evidence of.")
    mine = Evidence.objects.filter(attempt=attempt, role=role)
    known = mine.filter(name=name, sha256=sha256).first()
    if known is not None and known.erased_at is not None:
        raise AttemptError("erased", "These bytes were here and were erased. They are not kept again.")
    if known is not None:
        return known
    if attempt.state == Attempt.State.SEALED and not names_evidence(attempt_id, role, sha256):
        raise AttemptError("sealed", "The attempt is sealed, and its journal names no such evidence. It is not kept.")
    if mine.count() >= MOST_OF_A_RUN:
        raise AttemptError(
            "too-many", f"{MOST_OF_A_RUN} pieces of evidence are kept of one role of an attempt, no more."
        )
    row = Evidence(
        attempt=attempt,
        role=role,
        name=name,
        media_type=media_type,
        sha256=sha256,
        size=len(data),
        proof=piece.proof,
        sentence=piece.sentence,
        signed_by=piece.signed_by,
        kept_by_id=actor_id,
        kept_at=timezone.now(),
    )
    try:
        shelf.put(attempt_id, row.file_name, data)
    except shelf.Full:
        raise AttemptError("disk-full", "There is no room for raw evidence just now. Send it again later.") from None
    row.save(force_insert=True)
    ledger.record_row(kind="evidence", row=row)
    return row


def erase_evidence(*, evidence_ids: Sequence[uuid.UUID], because: str) -> list[Evidence]:
    """Erase the bytes of raw evidence. That it was there, its digest and why it is gone stay."""
    if not because.strip():
        raise AttemptError("reason", "Say why this evidence is erased.")
    wanted = Evidence.objects.filter(pk__in=evidence_ids, erased_at=None)
    list(Attempt.objects.select_for_update().filter(evidence__in=wanted).order_by("pk"))
    erased = list(wanted.select_for_update().order_by("pk"))
    for row in erased:
        row.erased_at = timezone.now()
        row.erased_because = because[:200]
        row.save(update_fields=["erased_at", "erased_because"])
        ledger.record_row(kind="evidence", row=row)
        if not Evidence.objects.filter(attempt=row.attempt_id, sha256=row.sha256, erased_at=None).exists():
            shelf.remove(row.attempt_id, row.file_name)
    return erased


def forget_person(*, account_id: uuid.UUID) -> dict[str, int]:
    """Erase pictures, raw evidence, words and records of a person's attempts. What was measured, marked and scored stays, under
    nobody's name.

    Words leave the journal; the chain keeps their digests, which cover far more than words, so nothing can be guessed from them.
    """
    because = "Erased with the person."
    attempts = list(Attempt.objects.filter(registration__candidate_id=account_id).values_list("pk", flat=True))
    pictures = Media.objects.filter(attempt__in=attempts, erased_at=None).values_list("pk", flat=True)
    erased = erase_media(media_ids=list(pictures), because=because)
    raw = Evidence.objects.filter(attempt__in=attempts, erased_at=None).values_list("pk", flat=True)
    evidence = erase_evidence(evidence_ids=list(raw), because=because)
    words = 0
    for entry in Entry.objects.filter(stream__subject__in=attempts):
        payload = without_words(entry.kind, entry.payload)
        if payload is not None:
            Entry.objects.filter(pk=entry.pk).update(payload=payload)
            words += 1
    refused = Quarantine.objects.filter(stream__subject__in=attempts).update(body=b"", sentence=because)
    for registration in Registration.objects.filter(candidate_id=account_id):
        registration.requirements = [_without_numbers(one) for one in registration.requirements]
        registration.save(update_fields=["requirements"])
        ledger.erase_salts(kind="registration", record_id=registration.pk)
        ledger.record_row(kind="registration", row=registration)
    return {
        "pictures": len(erased),
        "raw evidence": len(evidence),
        "words in journals": words,
        "refused entries": refused,
    }


def _without_numbers(requirement: dict[str, Any]) -> dict[str, Any]:
    """A requirement as it was checked, without the number of what met it."""
    kinds = [reference.split(" ", 1)[0] for reference in requirement["by"]]
    return {**requirement, "by": kinds, "sentence": "Erased with the person."}
