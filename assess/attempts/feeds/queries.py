"""Shared reads about feeds: their keys that hold now, whose they are, what was taken already."""

import hmac
import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from assess.attempts.feeds import secrets
from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.people.models import RoleAssignment


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
    if feed_id is not None:
        return Feed.objects.filter(pk=feed_id).values_list("organisation_id", flat=True).first()
    return FeedKey.objects.filter(pk=key_id).values_list("feed__organisation_id", flat=True).first()


def is_account_of(account_id: uuid.UUID, feed_id: uuid.UUID) -> bool:
    """Whether an account is that of a feed."""
    return Feed.objects.filter(pk=feed_id, account_id=account_id).exists()
