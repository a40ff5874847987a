"""Shared reads of awards: the published status lists, and what stands under a credential."""

from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings

from assess.awards import status_list
from assess.awards.models import Credential, StatusChange
from assess.ledger.keys import SigningKey, signing_key

IssuingKey = Literal["credential", "demonstration"]
PURPOSES: tuple[status_list.Purpose, ...] = ("revocation", "suspension")
VALID_FOR = timedelta(days=1)


def list_url(key_purpose: str, purpose: str) -> str:
    """Where the status list stands. Demonstrations have lists of their own, as they have a key of their own."""
    return f"{settings.PUBLIC_URL}/status/{key_purpose}/{purpose}/1"


def issuing_key(*, demonstration: bool) -> SigningKey:
    return signing_key(settings.KEYS_DIR, "demonstration" if demonstration else "credential")


def status_lists(now: datetime) -> dict[str, dict[str, object]]:
    """Every status list of this installation, signed, by its address."""
    lists = {}
    for demonstration in (False, True):
        key = issuing_key(demonstration=demonstration)
        for purpose in PURPOSES:
            url = list_url(key.purpose, purpose)
            lists[url] = status_list.build(
                list_url=url,
                purpose=purpose,
                indices=_indices(purpose, demonstration=demonstration),
                valid_from=now,
                valid_until=now + VALID_FOR,
                key=key,
            )
    return lists


def _indices(purpose: status_list.Purpose, *, demonstration: bool) -> set[int]:
    mine = Credential.objects.filter(demonstration=demonstration)
    if purpose == "revocation":
        revoked = mine.filter(status_changes__kind=StatusChange.Kind.REVOKE, status_changes__confirmed_by__isnull=False)
        return set(revoked.values_list("status_index", flat=True))
    confirmed = StatusChange.objects.filter(
        credential__demonstration=demonstration, confirmed_by__isnull=False
    ).order_by("confirmed_at", "pk")
    suspended: dict[int, bool] = {}
    for index, kind in confirmed.values_list("credential__status_index", "kind"):
        if kind != StatusChange.Kind.REVOKE:
            suspended[index] = kind == StatusChange.Kind.SUSPEND
    return {index for index, standing in suspended.items() if standing}
