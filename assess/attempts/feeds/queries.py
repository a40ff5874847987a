"""Shared reads about feeds: their keys that hold now, whose they are, what was taken already."""

import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from assess.attempts.feeds import secrets
from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.attempts.models import Attempt
from assess.people.models import Organisation, RoleAssignment
from assess.sittings.models import Assignment

BEHIND = timedelta(hours=12)
"""So long after its end a sitting still shows: what was measured may come in the evening."""
MOST_TO_CHOOSE = 300


def feed_in_use(feed_id: uuid.UUID) -> Feed | None:
    """A feed whose account still may write as a station; None for any other identifier."""
    found = Feed.objects.filter(pk=feed_id, account__is_active=True).select_related("account", "organisation").first()
    if found is None:
        return None
    held = RoleAssignment.objects.filter(account_id=found.account_id, role=RoleAssignment.Role.STATION, until=None)
    return found if held.exists() else None


def keys_in_force(feed_id: uuid.UUID) -> list[bytes]:
    """The keys that a feed may sign with now. A key of another installation's secret is none."""
    held = FeedKey.objects.filter(
        Q(holds_until=None) | Q(holds_until__gt=timezone.now()), feed=feed_id, revoked_at=None
    )
    keys = [(row, secrets.derived(row.pk, bytes(row.salt))) for row in held.order_by("made_at")]
    return [key for row, key in keys if hmac.compare_digest(secrets.fingerprint(key), row.fingerprint)]


def taken(feed_id: uuid.UUID, message_id: str) -> FeedMessage | None:
    """The message of this identifier that stands."""
    standing = FeedMessage.objects.filter(feed=feed_id, message_id=message_id)
    return standing.exclude(state=FeedMessage.State.CONTRADICTS).first()


def feeds_of(organisations: Sequence[uuid.UUID]) -> QuerySet[Feed]:
    """The feeds of some organisations by name, with their keys."""
    found = Feed.objects.filter(organisation__in=organisations).select_related("organisation")
    return found.prefetch_related("keys").order_by("organisation__name", "name")


def organisation_of(*, feed_id: uuid.UUID | None = None, key_id: uuid.UUID | None = None) -> uuid.UUID | None:
    """The organisation of a feed, or of the feed of a key."""
    found = Feed.objects.none()
    if feed_id is not None:
        found = Feed.objects.filter(pk=feed_id)
    elif key_id is not None:
        found = Feed.objects.filter(keys=key_id)
    return found.values_list("organisation_id", flat=True).first()


def is_account_of(account_id: uuid.UUID, feed_id: uuid.UUID) -> bool:
    """Whether an account is that of a feed."""
    return Feed.objects.filter(pk=feed_id, account_id=account_id).exists()


def posts_of(accounts: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Assignment]]:
    """The posts that feeds hold in sittings that are not over, by the feed's account."""
    held = Assignment.objects.filter(person__in=accounts, sitting__ends_at__gt=timezone.now() - BEHIND)
    found: dict[uuid.UUID, list[Assignment]] = {}
    for post in held.select_related("sitting", "candidate").order_by("sitting__starts_at", "role"):
        assert post.person_id is not None
        found.setdefault(post.person_id, []).append(post)
    return found


def last_heard(feeds: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, datetime]]:
    """How many messages of each feed were taken, and when the last one came."""
    rows = (
        FeedMessage.objects.filter(feed__in=feeds).values("feed").annotate(count=Count("pk"), last=Max("received_at"))
    )
    return {row["feed"]: (row["count"], row["last"]) for row in rows}


def attempts_to_book(organisations: Sequence[uuid.UUID]) -> list[Attempt]:
    """The open attempts of some centres' sittings that are not over."""
    found = Attempt.objects.filter(
        sitting__organisation__in=organisations, sitting__ends_at__gt=timezone.now() - BEHIND, state=Attempt.State.OPEN
    )
    return list(
        found.select_related("sitting", "registration__candidate").order_by(
            "sitting__starts_at", "registration__candidate__family_name", "pk"
        )[:MOST_TO_CHOOSE]
    )


def centres_directed(account_id: uuid.UUID) -> list[Organisation]:
    """The centres that somebody directs, by name."""
    held = RoleAssignment.objects.filter(account_id=account_id, role=RoleAssignment.Role.DIRECTOR, until=None)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("name"))
