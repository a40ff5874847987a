"""Shared reads of proctoring: the notice a candidate is given, whether they agreed, incidents and their figures."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from assess.attempts.files.media import TAKEN_BY
from assess.attempts.journal.kinds import family
from assess.attempts.models import Attempt, Media
from assess.attempts.queries import may_hold
from assess.people.models import RoleAssignment
from assess.people.queries import Actor, works_at
from assess.proctoring.levels import NOTICE, Level, level
from assess.proctoring.models import Arrangement, Consent, Incident
from assess.sittings.models import Assignment, Sitting
from assess.sittings.queries import posts_held

USUAL_NECESSITY = "A practical test is watched by people who stand beside it. Nothing more is needed."
USUAL_RETENTION_DAYS = 365
LOOK_AT_WORK = frozenset({"assessor", "marker", "adjudicator", "proctor"})
"""The families of posts whose holders see portrait and photos of the work. A technician and a machine have no need of them."""


@dataclass(frozen=True)
class Notice:
    """What a candidate is told before a sitting."""

    level: Level
    necessity: str
    retention_days: int
    version: str


def notice_for(sitting_id: uuid.UUID) -> Notice:
    held = Arrangement.objects.filter(sitting_id=sitting_id).first()
    if held is None:
        return Notice(level(0), USUAL_NECESSITY, USUAL_RETENTION_DAYS, NOTICE)
    return Notice(level(held.level), held.necessity, held.retention_days, NOTICE)


def pictures_past_their_time(now: datetime) -> dict[int, list[uuid.UUID]]:
    """The pictures whose announced time is over, by the number of days that were announced, the longest over first.

    While an incident of the attempt is open its pictures stay: people still look at them.
    """
    days = dict(Arrangement.objects.values_list("sitting_id", "retention_days"))
    kept = Media.objects.filter(erased_at=None).exclude(attempt__incidents__state=Incident.State.OPEN)
    over: dict[int, list[uuid.UUID]] = {}
    for media, sitting, ended in kept.order_by("attempt__sitting__ends_at").values_list(
        "pk", "attempt__sitting_id", "attempt__sitting__ends_at"
    ):
        announced = days.get(sitting, USUAL_RETENTION_DAYS)
        if ended + timedelta(days=announced) <= now:
            over.setdefault(announced, []).append(media)
    return over


def agreed(candidate_id: uuid.UUID, sitting_id: uuid.UUID) -> bool:
    """Whether the candidate agreed to the words and the level as they are now (or to a higher level)."""
    wanted = notice_for(sitting_id)
    given = Consent.objects.filter(candidate_id=candidate_id, sitting_id=sitting_id, notice=wanted.version)
    return given.filter(level__gte=wanted.level.number).exists()


def agreed_among(sitting_id: uuid.UUID) -> set[uuid.UUID]:
    """The candidates of a sitting who agreed to the words and the level as they are now."""
    wanted = notice_for(sitting_id)
    given = Consent.objects.filter(sitting_id=sitting_id, notice=wanted.version, level__gte=wanted.level.number)
    return set(given.values_list("candidate_id", flat=True))


LEVEL_OF = {"camera": 3, "screen": 4}
"""From which level on a candidate's device takes pictures of a kind."""


def may_send_picture(actor: Actor, attempt_id: uuid.UUID, role: str, kind: str) -> bool:
    """Whether an actor holds this role of the attempt, the role takes such pictures, and, where it is the candidate's own device,
    the sitting's level asks for them and the candidate agreed to it."""
    if kind not in TAKEN_BY.get(family(role), frozenset()) or not may_hold(actor.id, attempt_id, role):
        return False
    if kind not in LEVEL_OF:
        return True
    sitting = Attempt.objects.values_list("sitting_id", flat=True).get(pk=attempt_id)
    return notice_for(sitting).level.number >= LEVEL_OF[kind] and agreed(actor.id, sitting)


def picture_for(actor: Actor, media_id: uuid.UUID) -> tuple[Media, bool] | None:
    """A picture that this actor may look at, and whether the look is written down; None for any other.

    A candidate sees all of their own. Photos of the work and the portrait are for who judges the candidate or watches over them;
    stills of camera and screen only for who watches over the sitting, and for an approver while there is an incident.
    """
    found = Media.objects.filter(pk=media_id).select_related("attempt__registration", "attempt__sitting").first()
    if found is None:
        return None
    attempt, is_still = found.attempt, found.kind in LEVEL_OF
    candidate = attempt.registration.candidate_id
    if candidate == actor.id:
        return found, False
    if _sees_stills(actor, attempt):
        return found, is_still
    return (found, False) if not is_still and _looks_at_work(actor, attempt.sitting_id, candidate) else None


def _looks_at_work(actor: Actor, sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> bool:
    """Whether a post that an actor holds about a candidate is one of those who judge or watch over them: opening a bay is not."""
    return any(family(post) in LOOK_AT_WORK for post in posts_held(actor.id, sitting_id, candidate_id))


def _sees_stills(actor: Actor, attempt: Attempt) -> bool:
    """Whether an actor watches over an attempt's sitting, or approves at its centre while there is an incident."""
    if sitting_of(actor, attempt.sitting_id) is not None:
        return True
    approves = "approver" in actor.roles and works_at(actor.id, attempt.sitting.organisation_id, "approver")
    return approves and Incident.objects.filter(attempt=attempt).exists()


def picture_by_digest(actor: Actor, attempt_id: uuid.UUID, sent_sha256: str) -> tuple[Media, bool] | None:
    """As `picture_for`, by the digest of what a device sent: that is what its journal names."""
    kept = Media.objects.filter(attempt=attempt_id, sent_sha256=sent_sha256).order_by(
        F("erased_at").asc(nulls_first=True), "pk"
    )
    media_id = kept.values_list("pk", flat=True).first()
    return None if media_id is None else picture_for(actor, media_id)


def attempt_to_look_at(actor: Actor, attempt_id: uuid.UUID) -> Attempt | None:
    """An attempt all of whose pictures this actor may see, stills too; None for any other."""
    found = Attempt.objects.filter(pk=attempt_id).select_related("registration__candidate", "sitting").first()
    return found if found is not None and _sees_stills(actor, found) else None


def looked_at(attempt_id: uuid.UUID) -> list[Media]:
    """An attempt's pictures in the order in which they came, each with who looked at it and when (`looks`)."""
    found = Media.objects.filter(attempt_id=attempt_id).select_related("taken_by")
    return list(found.prefetch_related("looks__person").order_by("received_at", "pk"))


def sittings_of(actor: Actor) -> QuerySet[Sitting]:
    """The sittings that an actor watches over: a proctor those where they hold a post, a director those of their centres."""
    if "director" in actor.roles:
        mine = Sitting.objects.filter(
            organisation__roleassignment__account=actor.id,
            organisation__roleassignment__role="director",
            organisation__roleassignment__until=None,
        )
    elif "proctor" in actor.roles:
        held = Assignment.objects.filter(person=actor.id, role__startswith="proctor:")
        mine = Sitting.objects.filter(pk__in=held.values("sitting_id"))
    else:
        mine = Sitting.objects.none()
    return mine.select_related("scheme_version__scheme").distinct().order_by("-starts_at")


def sitting_of(actor: Actor, sitting_id: uuid.UUID) -> Sitting | None:
    """A sitting that this actor watches over; None for any other, whether it exists or not."""
    return sittings_of(actor).filter(pk=sitting_id).first()


def attempts_in(sitting_id: uuid.UUID) -> QuerySet[Attempt]:
    found = Attempt.objects.filter(sitting_id=sitting_id).select_related("registration__candidate", "sitting")
    return found.order_by("registration__candidate__family_name", "registration__candidate__given_name")


def attempts_by_sitting(sittings: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """How many attempts of each of these sittings are not sealed yet, and how many there are."""
    rows = Attempt.objects.filter(sitting_id__in=sittings).values("sitting_id")
    counted = rows.annotate(all=Count("pk"), open=Count("pk", filter=~Q(state=Attempt.State.SEALED)))
    return {row["sitting_id"]: (row["open"], row["all"]) for row in counted.order_by()}


def open_incidents(attempts: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many incidents of each attempt wait for people."""
    counts: dict[uuid.UUID, int] = {}
    for attempt in Incident.objects.filter(attempt_id__in=attempts, state="open").values_list("attempt_id", flat=True):
        counts[attempt] = counts.get(attempt, 0) + 1
    return counts


@dataclass(frozen=True)
class ReviewedShare:
    """How many incidents were raised, and how many of them a named person has looked at."""

    raised: int
    reviewed: int


def reviewed_share(sitting_id: uuid.UUID) -> ReviewedShare:
    raised = Incident.objects.filter(attempt__sitting_id=sitting_id)
    return ReviewedShare(raised.count(), raised.filter(reviews__isnull=False).distinct().count())


def incidents_of(attempt_id: uuid.UUID) -> QuerySet[Incident]:
    return Incident.objects.filter(attempt_id=attempt_id).prefetch_related("reviews__reviewer").order_by("raised_at")


def incident_of(candidate_id: uuid.UUID, incident_id: uuid.UUID) -> Incident | None:
    """An incident about this candidate; None for any other."""
    return Incident.objects.filter(pk=incident_id, attempt__registration__candidate_id=candidate_id).first()


def incident_for_review(actor: Actor, incident_id: uuid.UUID) -> Incident | None:
    """An incident that this actor may look at: of a sitting they watch over, or of their centre, as an approver."""
    found = Incident.objects.filter(pk=incident_id).select_related(
        "attempt__registration__candidate", "attempt__sitting", "raised_by"
    )
    incident = found.prefetch_related("reviews__reviewer").first()
    if incident is None:
        return None
    if sitting_of(actor, incident.attempt.sitting_id) is not None:
        return incident
    centre = incident.attempt.sitting.organisation_id
    return incident if "approver" in actor.roles and works_at(actor.id, centre, "approver") else None


def incidents_waiting(actor: Actor) -> list[Incident]:
    """Open incidents that this actor may review and has not, the longest waiting first: of sittings they watch over, or of their
    centre, as an approver. What one person upheld and waits for a second says so by its `reviews`."""
    mine = Q(attempt__sitting__in=sittings_of(actor).order_by().values("pk"))
    if "approver" in actor.roles:
        centres = RoleAssignment.objects.filter(account_id=actor.id, role="approver", until=None).values(
            "organisation_id"
        )
        mine |= Q(attempt__sitting__organisation__in=centres)
    found = Incident.objects.filter(mine, state=Incident.State.OPEN).exclude(reviews__reviewer_id=actor.id)
    found = found.select_related("attempt__registration__candidate", "attempt__sitting")
    return list(found.prefetch_related("reviews").order_by("raised_at", "pk"))


def incidents_in(sitting_id: uuid.UUID) -> QuerySet[Incident]:
    found = Incident.objects.filter(attempt__sitting_id=sitting_id).select_related(
        "attempt__registration__candidate", "raised_by"
    )
    return found.prefetch_related("reviews__reviewer").order_by("-state", "raised_at")


def blocking(attempt_id: uuid.UUID) -> tuple[str, ...]:
    """What of proctoring keeps an award back, one sentence each."""
    sentences = {
        Incident.State.OPEN: "An incident ({kind}, {on}) is open: named people review it first.",
        Incident.State.UPHELD: "An incident ({kind}, {on}) was upheld by two people.",
    }
    return tuple(
        sentences[Incident.State(one.state)].format(kind=one.kind, on=one.raised_at.date())
        for one in Incident.objects.filter(attempt_id=attempt_id, state__in=list(sentences)).order_by("raised_at")
        if one.kind == Incident.Kind.INTEGRITY
    )


def open_in_window(scheme_version_id: uuid.UUID) -> tuple[str, ...]:
    """Open incidents about integrity in sealed attempts of a scheme version, one sentence each, the oldest first."""
    found = Incident.objects.filter(
        attempt__registration__scheme_version_id=scheme_version_id,
        attempt__state=Attempt.State.SEALED,
        state=Incident.State.OPEN,
        kind=Incident.Kind.INTEGRITY,
    )
    rows = found.order_by("raised_at").values_list("attempt__sitting__title", "raised_at")
    return tuple(f"{title}, {raised.date()}." for title, raised in rows)
