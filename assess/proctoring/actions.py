"""Writing what proctoring is: levels, consent, what a proctor does at the board, incidents and their reviews."""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assess.attempts import actions as attempts
from assess.attempts.conditions import MissingStream
from assess.attempts.folding.windows import resit_part
from assess.attempts.journal import clock, grants
from assess.attempts.journal.append import Refused, append
from assess.attempts.journal.batches import Batch
from assess.attempts.journal.chain import DeviceChain
from assess.attempts.models import Attempt, Entry, Media, Resit, Seal, Stream
from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from assess.people.queries import has_conflict
from assess.proctoring.incident_document import incident_document
from assess.proctoring.levels import HIGHEST, NOTICE
from assess.proctoring.models import Arrangement, Consent, Incident, Look, Review
from assess.proctoring.queries import notice_for
from assess.sittings import actions as sittings
from assess.sittings.models import Assignment, Sitting
from assess.sittings.rotation import Posted

BOARD = "proctor's board"
"""The device under whose name the server writes what a proctor does at the board."""
HOURS_TO_REPLY = 24
LONGEST_EXTENSION_S = 4 * 3600


class ProctoringError(Exception):
    """What can't be done about a sitting's supervision, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def set_level(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, level: int, necessity: str, retention_days: int
) -> Arrangement:
    """Say how closely a sitting is watched and why. Whoever agreed to less is asked again before their exam opens."""
    if not 0 <= level <= HIGHEST:
        raise ProctoringError("level", f"Levels 0 to {HIGHEST} can be set.")
    if not necessity.strip():
        raise ProctoringError("necessity", "Say why this level is needed: the candidates read it.")
    if not 1 <= retention_days <= 3650:
        raise ProctoringError("retention", "Pictures are kept for 1 to 3650 days.")
    if Attempt.objects.filter(sitting_id=sitting_id, state=Attempt.State.SEALED).exists():
        raise ProctoringError("sealed", "Attempts of this sitting are sealed: its level stays as it was.")
    held, _ = Arrangement.objects.update_or_create(
        sitting=Sitting.objects.get(pk=sitting_id),
        defaults={
            "level": level,
            "necessity": necessity.strip(),
            "retention_days": retention_days,
            "set_by_id": actor_id,
            "set_at": timezone.now(),
        },
    )
    ledger.record_row(kind="arrangement", row=held)
    return held


def accept_notice(*, actor_id: uuid.UUID, sitting_id: uuid.UUID, level: int, notice: str) -> Consent:
    """The candidate agrees to what is recorded at the level they were shown, in the words they were shown."""
    if not Attempt.objects.filter(sitting_id=sitting_id, registration__candidate_id=actor_id).exists():
        raise ProctoringError("no-such-sitting", "You have no attempt in this sitting.")
    now = notice_for(sitting_id)
    if (level, notice) != (now.level.number, NOTICE):
        raise ProctoringError("changed", "What is recorded was changed meanwhile. Read it again.")
    consent, made = Consent.objects.get_or_create(
        candidate_id=actor_id, sitting_id=sitting_id, level=level, notice=notice, defaults={"given_at": timezone.now()}
    )
    if made:
        ledger.record_row(kind="consent", row=consent)
    return consent


def begin(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, attempt_ids: Sequence[uuid.UUID], part: str, request_id: str
) -> list[Attempt]:
    """Begin a part's time for these attempts. Beginning again changes nothing: the first begin counts."""
    return [
        _say(actor_id, attempt, "begin", {"part": part, "limit_s": _limit(attempt, part)}, request_id)
        for attempt in _attempts(sitting_id, attempt_ids)
    ]


def pause(
    *,
    actor_id: uuid.UUID,
    sitting_id: uuid.UUID,
    attempt_ids: Sequence[uuid.UUID],
    part: str,
    reason: str,
    request_id: str,
) -> list[Attempt]:
    """Let a part's time stand still, all at the same moment."""
    _reason(reason)
    return _say_to_all(actor_id, sitting_id, attempt_ids, "pause", {"part": part, "reason": reason.strip()}, request_id)


def resume(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, attempt_ids: Sequence[uuid.UUID], part: str, request_id: str
) -> list[Attempt]:
    """Let a part's time run on, all from the same moment."""
    return _say_to_all(actor_id, sitting_id, attempt_ids, "resume", {"part": part}, request_id)


def extend(
    *,
    actor_id: uuid.UUID,
    sitting_id: uuid.UUID,
    attempt_ids: Sequence[uuid.UUID],
    part: str,
    seconds: int,
    reason: str,
    request_id: str,
) -> list[Attempt]:
    """Give time. Nobody takes any away."""
    _reason(reason)
    if not 0 < seconds <= LONGEST_EXTENSION_S:
        raise ProctoringError("seconds", f"Give between 1 second and {LONGEST_EXTENSION_S // 3600} hours.")
    said = {"part": part, "seconds": seconds, "reason": reason.strip()}
    return _say_to_all(actor_id, sitting_id, attempt_ids, "extend", said, request_id)


def identify(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, attempt_id: uuid.UUID, confirmed: bool, how: str, request_id: str
) -> list[Attempt]:
    """Say whether this is the person, and how that was seen."""
    if not how.strip():
        raise ProctoringError("how", "Say how it was seen: which document was compared with the person.")
    said = {"confirmed": confirmed, "how": how.strip(), "by": str(actor_id)}
    return _say_to_all(actor_id, sitting_id, [attempt_id], "identity", said, request_id)


def message(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, attempt_ids: Sequence[uuid.UUID], text: str, request_id: str
) -> list[Attempt]:
    """Tell candidates something; their pages show it as a sentence."""
    if not 0 < len(text.strip()) <= 500:
        raise ProctoringError("text", "A message has between 1 and 500 characters.")
    return _say_to_all(actor_id, sitting_id, attempt_ids, "message", {"text": text.strip()}, request_id)


def plan_posts(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, posts: Sequence[tuple[uuid.UUID, Posted[uuid.UUID]]]
) -> Sitting:
    """Write who holds which post of which candidate into the plan of the day, and bring the sitting up to it: all or none.

    Raises
    ------
    AttemptError
        `no-such-station`.
    sittings.SittingError
        As `sittings.actions.assign_all`; then nothing is written.
    """
    grant = attempts.open_stream(
        actor_id=actor_id,
        subject_kind="sitting",
        subject_id=sitting_id,
        role=_coordinator(actor_id, sitting_id),
        device=BOARD,
    )
    chain = DeviceChain(grant.identity, grant.sequence, grant.head)
    now_us = clock.now_us()
    for candidate, post in posts:
        said = {"candidate": str(candidate), "role": post.role, "person": str(post.person)}
        _append(chain, "assign", said | {"station": post.station, "work": post.work}, now_us)
    attempts.apply_plan(sitting_id=sitting_id)
    return Sitting.objects.get(pk=sitting_id)


def _coordinator(actor_id: uuid.UUID, sitting_id: uuid.UUID) -> str:
    """The coordinator's role in which the actor has the last word: the highest that was written, or one above another person's."""
    rows = Stream.objects.filter(subject_kind="sitting", subject=sitting_id, role__startswith="coordinator:")
    last = max(rows, key=lambda row: (int(row.role.partition(":")[2]), row.epoch), default=None)
    if last is None:
        return "coordinator:1"
    number = int(last.role.partition(":")[2])
    theirs = last.state == Stream.State.OPEN and (last.device, last.granted_to_id) != (BOARD, actor_id)
    return f"coordinator:{number + 1 if theirs else number}"


def raise_incident(*, actor_id: uuid.UUID, attempt_id: uuid.UUID, kind: str, words: str) -> Incident:
    """Note that something was noticed. It informs; named people review it, and the candidate may reply."""
    if kind not in Incident.Kind.values:
        raise ProctoringError("kind", f"An incident is one of: {', '.join(Incident.Kind.values)}.")
    if not words.strip():
        raise ProctoringError("words", "Say what you saw, not what you think of it.")
    incident = Incident.objects.create(
        attempt_id=attempt_id, kind=kind, words=words.strip(), raised_by_id=actor_id, raised_at=timezone.now()
    )
    _record(incident)
    return incident


def reply_to_incident(*, actor_id: uuid.UUID, incident_id: uuid.UUID, text: str) -> Incident:
    """The candidate's own words about an incident, once, while it is open."""
    incident = _open(incident_id)
    if incident.attempt.registration.candidate_id != actor_id:
        raise ProctoringError("no-such-incident", "There is no such incident about you.")
    if incident.reply:
        raise ProctoringError("replied", "You have replied already. Tell the centre if something is missing.")
    if not 0 < len(text.strip()) <= 4000:
        raise ProctoringError("text", "A reply has between 1 and 4000 characters.")
    incident.reply, incident.replied_at = text.strip(), timezone.now()
    incident.save(update_fields=["reply", "replied_at"])
    _record(incident)
    return incident


def review_incident(*, actor_id: uuid.UUID, incident_id: uuid.UUID, finding: str, words: str) -> Review:
    """One named person's finding. Nothing or technical closes it; upheld takes two, after the candidate had their say.

    Raises
    ------
    ProctoringError
        `finding`, `words`; `reviewed` by the same person; `own`, `conflict`; `say-first` while the candidate may still
        reply; `disagree` where a second person finds otherwise than the first, who upheld: it is then closed.
    """
    incident = _open(incident_id)
    candidate = incident.attempt.registration.candidate_id
    if finding not in Review.Finding.values:
        raise ProctoringError("finding", f"A finding is one of: {', '.join(Review.Finding.values)}.")
    if not words.strip():
        raise ProctoringError("words", "Say why, in words that the candidate can read.")
    if actor_id == candidate or has_conflict(actor_id, candidate):
        raise ProctoringError("conflict", "You are too close to this candidate to review it. Ask somebody else.")
    if incident.reviews.filter(reviewer_id=actor_id).exists():
        raise ProctoringError("reviewed", "You have reviewed this already. A second review is another person's.")
    waits = incident.raised_at + timedelta(hours=HOURS_TO_REPLY)
    if finding == Review.Finding.UPHELD and not incident.reply and timezone.now() < waits:
        raise ProctoringError(
            "say-first", f"The candidate may reply until {waits:%Y-%m-%d %H:%M} UTC. It can be upheld after that."
        )
    review = Review.objects.create(
        incident=incident, reviewer_id=actor_id, finding=finding, words=words.strip(), at=timezone.now()
    )
    upheld = incident.reviews.filter(finding=Review.Finding.UPHELD).count()
    if finding != Review.Finding.UPHELD:
        incident.state = Incident.State.CLOSED
    elif upheld >= 2:
        incident.state = Incident.State.UPHELD
    incident.save(update_fields=["state"])
    _record(incident)
    return review


def look_at_still(*, actor_id: uuid.UUID, media_id: uuid.UUID) -> Look:
    """Write down that somebody looked at a still of a candidate's camera or screen; the candidate sees it."""
    look = Look.objects.create(media=Media.objects.get(pk=media_id), person_id=actor_id, at=timezone.now())
    ledger.record_row(kind="look", row=look)
    return look


def seal(
    *, actor_id: uuid.UUID, sitting_id: uuid.UUID, attempt_id: uuid.UUID, missing: Sequence[MissingStream] = ()
) -> Seal:
    """Close what was written at the board, which the server holds and of which nothing can be missing, and seal the attempt; what
    markers and adjudicators wrote after a seal gives the next one.

    Raises
    ------
    AttemptError
        As `attempts.actions.seal_attempt`.
    """
    (attempt,) = _attempts(sitting_id, [attempt_id], may_be_sealed=True)
    boards = Stream.objects.filter(subject=attempt.pk, device=BOARD, state=Stream.State.OPEN).order_by("pk")
    for stream in boards:
        chain = DeviceChain(grants.identity_of(stream), stream.head_sequence, bytes(stream.head_digest))
        _append(chain, "close", {}, clock.now_us())
    return attempts.seal_attempt(actor_id=actor_id, attempt_id=attempt.pk, missing=missing)


def _open(incident_id: uuid.UUID) -> Incident:
    held = Incident.objects.select_for_update(of=("self",)).select_related("attempt__registration")
    incident = held.filter(pk=incident_id).first()
    if incident is None:
        raise ProctoringError("no-such-incident", "There is no such incident.")
    if incident.state != Incident.State.OPEN:
        raise ProctoringError("decided", f"This incident is {incident.state} already.")
    return incident


def _reason(reason: str) -> None:
    if not reason.strip():
        raise ProctoringError("reason", "Say why: the candidates read it.")


def _attempts(sitting_id: uuid.UUID, attempt_ids: Sequence[uuid.UUID], *, may_be_sealed: bool = False) -> list[Attempt]:
    """Those attempts, locked in the order of ids.

    Raises
    ------
    ProctoringError
        `no-such-attempt` where one is not of this sitting; `sealed` where one can no longer be written about.
    """
    wanted = set(attempt_ids)
    held = Attempt.objects.select_for_update(of=("self",)).select_related("registration").order_by("pk")
    found = list(held.filter(sitting_id=sitting_id, pk__in=wanted))
    if len(found) != len(wanted):
        raise ProctoringError("no-such-attempt", "One of these candidates has no attempt in this sitting.")
    if not may_be_sealed and any(attempt.state == Attempt.State.SEALED for attempt in found):
        raise ProctoringError("sealed", "One of these attempts is sealed. Load the board again.")
    return found


def _say_to_all(
    actor_id: uuid.UUID,
    sitting_id: uuid.UUID,
    attempt_ids: Sequence[uuid.UUID],
    kind: str,
    payload: dict[str, Any],
    request_id: str,
) -> list[Attempt]:
    now_us = clock.now_us()
    return [
        _say(actor_id, attempt, kind, payload, request_id, now_us) for attempt in _attempts(sitting_id, attempt_ids)
    ]


def _limit(attempt: Attempt, part: str) -> int:
    limits = {one["part"]: one["limit_s"] for one in attempt.pins["parts"]}
    again = Resit.objects.filter(attempt=attempt, state=Resit.State.OPENED)
    limits |= {resit_part(one.part, one.work): one.limit_s for one in again}
    if limits.get(part) is None:
        raise ProctoringError("part", f"{part} is no timed part of this attempt.")
    return int(limits[part])


def _say(
    actor_id: uuid.UUID,
    attempt: Attempt,
    kind: str,
    payload: dict[str, Any],
    request_id: str,
    now_us: int | None = None,
) -> Attempt:
    """One entry in the actor's own stream of an attempt. The same request says it once, however often it comes."""
    now_us = now_us or clock.now_us()
    grant = attempts.open_stream(
        actor_id=actor_id,
        subject_kind="attempt",
        subject_id=attempt.pk,
        role=_role(actor_id, attempt),
        device=BOARD,
    )
    stream = uuid.UUID(grant.identity.stream)
    mark = canonical({"request": request_id}).decode()[1:-1]
    if Entry.objects.filter(stream_id=stream, kind=kind, payload__contains=mark).exists():
        return attempt
    chain = DeviceChain(grant.identity, grant.sequence, grant.head)
    _append(chain, kind, payload | {"request": request_id}, now_us)
    return attempt


def _append(chain: DeviceChain, kind: str, said: dict[str, Any], now_us: int) -> None:
    entry = chain.add(kind, said, device_ms=now_us // 1000, monotonic_ms=time.monotonic_ns() // 1_000_000)
    batch = Batch(chain.identity.stream, chain.identity.device, (entry,), (said,), b"")
    outcome = append([batch], server_us=now_us)[0]
    if isinstance(outcome, Refused):
        raise ProctoringError(outcome.refusal.code, outcome.refusal.sentence)


def _role(actor_id: uuid.UUID, attempt: Attempt) -> str:
    """The proctor's post that the actor holds in an attempt; whoever steps in takes the next free one."""
    candidate = attempt.registration.candidate_id
    posts = Assignment.objects.filter(
        sitting_id=attempt.sitting_id, candidate_id=candidate, role__startswith="proctor:"
    )
    held = dict(posts.values_list("role", "person_id"))
    mine = next((role for role, person in sorted(held.items()) if person == actor_id), None)
    if mine is not None:
        return mine
    number = 1 + max((int(role.partition(":")[2]) for role in held), default=0)
    role = f"proctor:{number}"
    sittings.assign(
        sitting_id=attempt.sitting_id, candidate_id=candidate, role=role, person_id=actor_id, work="supervision"
    )
    return role


def forget_incidents(*, account_id: uuid.UUID) -> dict[str, int]:
    """Erase the words of incidents of a person's attempts. Of which kind they were, and what was found, stays."""
    because = "Erased with the person."
    mine = Incident.objects.filter(attempt__registration__candidate_id=account_id)
    replied = mine.exclude(reply="").update(reply=because)
    Review.objects.filter(incident__in=mine).update(words=because)
    erased = mine.update(words=because)
    for incident in mine:
        ledger.erase_salts(kind="incident", record_id=incident.pk)
        _record(incident)
    return {"words of incidents": erased, "replies": replied}


def _record(incident: Incident) -> None:
    incident.refresh_from_db()
    ledger.record(kind="incident", record_id=incident.pk, document=incident_document(incident))
