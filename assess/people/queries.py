"""Shared reads about people: roles, conflicts, certificates, accommodations."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from assess.people.models import (
    Accommodation,
    Account,
    Certificate,
    Conflict,
    Erasure,
    Holding,
    Organisation,
    RoleAssignment,
    SignInLink,
)


@dataclass(frozen=True)
class Actor:
    """Who asks: an account, its kind, and the roles it holds now."""

    id: uuid.UUID
    kind: str
    roles: frozenset[str]


def actor(account: Account) -> Actor:
    roles = RoleAssignment.objects.filter(account=account, until=None).values_list("role", flat=True)
    return Actor(account.pk, account.kind, frozenset(roles) if account.is_active else frozenset())


def accounts_by_email(addresses: Collection[str]) -> dict[str, uuid.UUID]:
    """Accounts of these addresses, which are written in lower case."""
    return {account.email.lower(): account.pk for account in Account.objects.filter(email__in=addresses)}


def has_role(account_id: uuid.UUID, role: str) -> bool:
    return RoleAssignment.objects.filter(account_id=account_id, role=role, until=None).exists()


def works_at(account_id: uuid.UUID, organisation_id: uuid.UUID, role: str) -> bool:
    """Whether an account holds a role in this very organisation now."""
    held = RoleAssignment.objects.filter(account_id=account_id, organisation_id=organisation_id, role=role, until=None)
    return held.exists()


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


def certificates_of(holder_id: uuid.UUID) -> QuerySet[Certificate]:
    """What a person says they hold, verified or not."""
    return Certificate.objects.filter(holder_id=holder_id).select_related("verified_by").order_by("-issued_on")


def certificates_waiting(director_id: uuid.UUID) -> QuerySet[Certificate]:
    """What people of a director's organisations showed and nobody has verified, the longest waiting first."""
    waiting = Certificate.objects.filter(holder__in=people_of(director_id), verified_by=None)
    return waiting.select_related("holder").order_by("issued_on", "pk")


def accommodations_of(candidate_id: uuid.UUID) -> QuerySet[Accommodation]:
    return Accommodation.objects.filter(candidate_id=candidate_id).order_by("agreed_at")


def accommodations_among(candidates: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """What was agreed for each of these candidates, in words."""
    found: dict[uuid.UUID, list[str]] = {}
    for one in Accommodation.objects.filter(candidate_id__in=candidates).order_by("agreed_at"):
        found.setdefault(one.candidate_id, []).append(one.description)
    return found


def holdings_of(holder_id: uuid.UUID) -> QuerySet[Holding]:
    """The credentials of this installation that a person holds or held."""
    return Holding.objects.filter(holder_id=holder_id).order_by("awarded_on")


def extra_time_percent(candidate_id: uuid.UUID) -> int:
    """The largest agreed extra time; two accommodations do not add up unless somebody agrees to their sum."""
    values = Accommodation.objects.filter(candidate_id=candidate_id).values_list("extra_time_percent", flat=True)
    return max(values, default=0)


def link_digest(token: str) -> bytes:
    """Under which a one-time link is kept. The token has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(b"assayer sign-in link\n" + token.encode()).digest()


def waiting_link(token: str) -> SignInLink | None:
    """The one-time link of this token, if nobody has used it yet and it has not run out."""
    waiting = SignInLink.objects.filter(used_at=None, expires_at__gt=timezone.now(), account__is_active=True)
    return waiting.select_related("account").filter(token_sha256=link_digest(token)).first()


def account_by_email(address: str) -> uuid.UUID | None:
    return Account.objects.filter(email__iexact=address).values_list("pk", flat=True).first()


def roles_held(account_id: uuid.UUID) -> QuerySet[RoleAssignment]:
    """The roles that an account holds now, with where."""
    held = RoleAssignment.objects.filter(account_id=account_id, until=None)
    return held.select_related("organisation").order_by("organisation__name", "role")


def conflicts_declared_by(account_id: uuid.UUID) -> QuerySet[Conflict]:
    """The relations to candidates that a person declared."""
    return Conflict.objects.filter(person_id=account_id).select_related("candidate").order_by("declared_at")


def organisations_of(director_id: uuid.UUID) -> list[Organisation]:
    """The organisations of which somebody is a director now."""
    held = RoleAssignment.objects.filter(account_id=director_id, role="director", until=None)
    return [one.organisation for one in held.select_related("organisation").order_by("organisation__name")]


def people_of(director_id: uuid.UUID, name: str = "") -> QuerySet[Account]:
    """The people of a director's organisations, by name; of those whose name or address holds `name`."""
    mine = RoleAssignment.objects.filter(account_id=director_id, role="director", until=None).values("organisation")
    found = Account.objects.filter(kind=Account.Kind.PERSON, role_assignments__organisation__in=mine).distinct()
    if name.strip():
        wanted = name.strip()
        found = found.filter(
            Q(given_name__icontains=wanted) | Q(family_name__icontains=wanted) | Q(email__icontains=wanted)
        )
    return found.prefetch_related("role_assignments").order_by("family_name", "given_name")


def staff_of(organisation_id: uuid.UUID, role: str) -> QuerySet[Account]:
    """Who holds a role in an organisation now, by name."""
    held = RoleAssignment.objects.filter(organisation_id=organisation_id, role=role, until=None).values("account_id")
    return Account.objects.filter(pk__in=held, is_active=True).order_by("family_name", "given_name", "email")


def account_at(director_id: uuid.UUID, account_id: uuid.UUID) -> Account | None:
    """A person of a director's organisations; None for anybody else."""
    return people_of(director_id).filter(pk=account_id).first()


def erasures_for(account_id: uuid.UUID) -> QuerySet[Erasure]:
    """Erasures of people of the organisations where somebody is director or approver now, those that wait first."""
    mine = RoleAssignment.objects.filter(account_id=account_id, role__in=("director", "approver"), until=None)
    people = RoleAssignment.objects.filter(organisation__in=mine.values("organisation")).values("account")
    found = Erasure.objects.filter(account__in=people).select_related("account", "proposed_by", "done_by")
    return found.order_by(F("done_at").desc(nulls_first=True), "proposed_at")


def done_erasures() -> dict[uuid.UUID, str]:
    """Who was erased, each with the identifier of the erasure that two people did."""
    found = Erasure.objects.filter(done_at__isnull=False, done_by__isnull=False).values_list("account_id", "pk")
    return {account: str(erasure) for account, erasure in found}


def covered_by_erasures(table: type[Model], person: str) -> Callable[[Sequence[str]], Mapping[str, str]]:
    """Which of some rows are about a person who was erased, each with the erasure; `person` leads from a row to the account."""

    def covered(records: Sequence[str]) -> Mapping[str, str]:
        done = done_erasures()
        rows = table._default_manager.filter(pk__in=records).values_list("pk", person)
        return {str(key): done[account] for key, account in rows if account in done}

    return covered
