"""Gathering the lawful exceptions to a gate: waivers of one candidate, release rules of a scheme version."""

import uuid

from assess.attempts.models import Attempt
from assess.awards.models import ReleaseRule
from assess.awards.models import Waiver as WaiverRow
from assess.awards.waivers import Release, Waiver


def waivers_of(attempt: Attempt) -> list[Waiver]:
    """The waivers about one candidate, as the gate takes them."""
    rows = WaiverRow.objects.filter(attempt=attempt).select_related("first", "second")
    return [
        Waiver(
            id=str(row.pk),
            check=row.check_name,
            reason=row.reason,
            people=tuple(str(person) for person in (row.first_id, row.second_id) if person is not None),
            granted_on=row.granted_on,
            expires_on=row.expires_on,
            names=tuple(str(person) for person in (row.first, row.second) if person is not None),
        )
        for row in rows.order_by("granted_on", "pk")
    ]


def releases_of(scheme_version_id: uuid.UUID) -> tuple[Release, ...]:
    """The release rules of a scheme version that nobody has withdrawn, as the gate takes them."""
    rows = ReleaseRule.objects.filter(scheme_version_id=scheme_version_id, withdrawn_by=None)
    return tuple(
        Release(
            id=str(row.pk),
            check=row.check_name,
            reason=row.reason,
            people=tuple(str(person) for person in (row.proposed_by_id, row.signed_by_id) if person is not None),
            granted_on=(row.signed_at or row.proposed_at).date(),
            expires_on=row.expires_on,
            least_n=row.least_n,
            names=tuple(str(person) for person in (row.proposed_by, row.signed_by) if person is not None),
        )
        for row in rows.select_related("proposed_by", "signed_by").order_by("proposed_at", "pk")
    )
