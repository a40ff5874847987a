"""Shared reads about people: roles, conflicts, certificates, accommodations."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from assess.people.models import Accommodation, Account, Certificate, Conflict, Holding, RoleAssignment


@dataclass(frozen=True)
class Actor:
    """Who asks: an account, its kind, and the roles it holds now."""

    id: uuid.UUID
    kind: str
    roles: frozenset[str]


def actor(account: Account) -> Actor:
    roles = RoleAssignment.objects.filter(account=account, until=None).values_list("role", flat=True)
    return Actor(account.pk, account.kind, frozenset(roles) if account.is_active else frozenset())


def has_role(account_id: uuid.UUID, role: str) -> bool:
    return RoleAssignment.objects.filter(account_id=account_id, role=role, until=None).exists()


def has_conflict(person_id: uuid.UUID, candidate_id: uuid.UUID) -> bool:
    return Conflict.objects.filter(person_id=person_id, candidate_id=candidate_id).exists()


def conflicts_among(people: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(person, candidate) of every relation that these people declared."""
    return set(Conflict.objects.filter(person_id__in=people).values_list("person_id", "candidate_id"))


def roles_of(people: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """The roles that people hold now."""
    held: dict[uuid.UUID, set[str]] = {}
    for person, role in RoleAssignment.objects.filter(account_id__in=people, until=None).values_list(
        "account_id", "role"
    ):
        held.setdefault(person, set()).add(role)
    return held


def conflicts_of(candidate_id: uuid.UUID) -> QuerySet[Conflict]:
    return Conflict.objects.filter(candidate_id=candidate_id).select_related("person")


def verified_certificates(holder_id: uuid.UUID) -> QuerySet[Certificate]:
    return Certificate.objects.filter(holder_id=holder_id, verified_by__isnull=False).order_by("issued_on")


def holdings_of(holder_id: uuid.UUID) -> QuerySet[Holding]:
    """The credentials of this installation that a person holds or held."""
    return Holding.objects.filter(holder_id=holder_id).order_by("awarded_on")


def extra_time_percent(candidate_id: uuid.UUID) -> int:
    """The largest agreed extra time; two accommodations do not add up unless somebody agrees to their sum."""
    values = Accommodation.objects.filter(candidate_id=candidate_id).values_list("extra_time_percent", flat=True)
    return max(values, default=0)
