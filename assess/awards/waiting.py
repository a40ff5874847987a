"""Which decisions wait for what, over many schemes at once, without reading a decision's document.

A desk asks this at every look, so it costs two queries however many candidates there are.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from assess.attempts.models import Score
from assess.awards.models import Decision, Signature, StatusChange, Waiver
from assess.awards.queries import APPROVALS


@dataclass(frozen=True)
class Standing:
    """Where the latest decision on an attempt stands. `near` names the parts whose closeness to the cut nobody reviewed yet."""

    decision_id: uuid.UUID
    attempt_id: uuid.UUID
    scheme_version_id: uuid.UUID
    candidate_id: uuid.UUID
    sitting_id: uuid.UUID
    outcome: str
    near: tuple[str, ...]
    names: frozenset[uuid.UUID]
    decided_at: datetime
    credential_id: uuid.UUID | None

    @property
    def decided(self) -> bool:
        return self.outcome != "undecidable"

    @property
    def waits_for_names(self) -> bool:
        return self.decided and len(self.names) < APPROVALS

    @property
    def waits_for_issue(self) -> bool:
        """Passed, with its names, and not issued: the gate is all that is between."""
        return (
            self.outcome == "passed" and not self.near and len(self.names) >= APPROVALS and self.credential_id is None
        )


def standings(scheme_version_ids: Collection[uuid.UUID]) -> list[Standing]:
    """The latest decision on each attempt of these scheme versions, the longest waiting first."""
    rows = Decision.objects.filter(attempt__registration__scheme_version__in=scheme_version_ids).order_by("number")
    latest = {
        row["attempt_id"]: row
        for row in rows.values(
            "attempt_id",
            "pk",
            "outcome",
            "document__near_cut",
            "decided_at",
            "attempt__registration__scheme_version_id",
            "attempt__registration__candidate_id",
            "attempt__sitting_id",
            "credential__pk",
        )
    }
    names, reviewed = _signatures(scheme_version_ids)
    found = [
        Standing(
            decision_id=row["pk"],
            attempt_id=row["attempt_id"],
            scheme_version_id=row["attempt__registration__scheme_version_id"],
            candidate_id=row["attempt__registration__candidate_id"],
            sitting_id=row["attempt__sitting_id"],
            outcome=row["outcome"],
            near=tuple(part for part in row["document__near_cut"] or () if part not in reviewed.get(row["pk"], ())),
            names=frozenset(names.get(row["pk"], ())),
            decided_at=row["decided_at"],
            credential_id=row["credential__pk"],
        )
        for row in latest.values()
    ]
    return sorted(found, key=lambda one: (one.decided_at, str(one.decision_id)))


def _signatures(
    scheme_version_ids: Collection[uuid.UUID],
) -> tuple[dict[uuid.UUID, set[uuid.UUID]], dict[uuid.UUID, set[str]]]:
    names: dict[uuid.UUID, set[uuid.UUID]] = {}
    reviewed: dict[uuid.UUID, set[str]] = {}
    rows = Signature.objects.filter(decision__attempt__registration__scheme_version__in=scheme_version_ids)
    for decision, person, purpose, part in rows.values_list("decision_id", "person_id", "purpose", "part"):
        if purpose == "approval":
            names.setdefault(decision, set()).add(person)
        else:
            reviewed.setdefault(decision, set()).add(part)
    return names, reviewed


def scored_and_undecided(scheme_version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many attempts of each scheme version have a latest score that no decision is about."""
    later = Score.objects.filter(attempt=OuterRef("attempt"), number__gt=OuterRef("number"))
    waiting = Score.objects.filter(~Exists(later), decisions=None).filter(
        attempt__registration__scheme_version__in=scheme_version_ids
    )
    rows = waiting.values_list("attempt__registration__scheme_version").annotate(count=Count("pk")).order_by()
    return dict(rows)


def waivers_proposed(scheme_version_ids: Collection[uuid.UUID], *, today: datetime) -> list[Waiver]:
    """Waivers that one person asked for and that wait for a second."""
    rows = Waiver.objects.filter(scheme_version__in=scheme_version_ids, second=None, expires_on__gte=today.date())
    return list(rows.select_related("first").order_by("granted_on", "pk"))


def status_changes_proposed() -> list[StatusChange]:
    """Credentials that one person wants suspended, revoked or reinstated, and that wait for a second."""
    rows = StatusChange.objects.filter(confirmed_by=None).select_related("credential__holder", "proposed_by")
    return list(rows.order_by("proposed_at", "pk"))
