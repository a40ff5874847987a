"""A credential that stands keeps its holder's name; one that does not is forgotten with the person."""

import uuid

from django.utils import timezone

from assess.awards.actions import forget_credentials
from assess.awards.models import Credential
from assess.people.erasing import register_eraser
from assess.people.models import Holding


def objections(account_id: uuid.UUID) -> list[str]:
    """A credential that is in force: whoever verifies it must be able to."""
    standing = Holding.objects.filter(holder_id=account_id).exclude(state=Holding.State.REVOKED).values("credential")
    held = Credential.objects.filter(pk__in=standing, valid_until__gt=timezone.now())
    return [
        f"Credential {one.pk} is in force until {one.valid_until:%d %B %Y}: revoke it first, if the person asks for that."
        for one in held.order_by("issued_at")
    ]


register_eraser("awards", forget_credentials, objections=objections)
