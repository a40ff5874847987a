"""Shared reads about station agents: whose key it is, where an agent stands, what it may write and run, how it is."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from assess.people.models import Account, RoleAssignment
from assess.people.queries import has_role
from assess.sittings.agents.models import AgentHealth, AgentPost, BenchPlan, StationKey
from assess.sittings.models import Assignment, Sitting, Station

ADAPTER = "adapter:"
WORK_THERE = ("director", "proctor", "technician")
"""Who looks after the benches of a centre."""


def code_digest(code: str) -> bytes:
    """Under which a one-time code is kept. However it was typed: without spaces and hyphens, in capitals."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(b"assayer station code\n" + plain.encode()).digest()


def key_in_force(public_key: str) -> StationKey | None:
    """The key of an agent that may speak now: enrolled, not revoked, of an account that still is a station."""
    if not public_key:
        return None
    held = StationKey.objects.filter(public_key=public_key, revoked_at=None, agent__is_active=True)
    found = held.select_related("agent").first()
    return found if found is not None and has_role(found.agent_id, "station") else None


def is_agent(account_id: uuid.UUID) -> bool:
    """Whether an account is one of a station agent."""
    return StationKey.objects.filter(agent_id=account_id).exists()


def runs_as(agent_id: uuid.UUID, sitting_id: uuid.UUID, candidate_id: uuid.UUID, role: str) -> bool:
    """Whether an agent may write as an adapter of a candidate: the post is its own, or is at a station where it stands."""
    post = Assignment.objects.filter(sitting_id=sitting_id, candidate_id=candidate_id, role=role)
    return has_role(agent_id, "station") and post.filter(_its_own(agent_id)).exists()


def posts_of(agent_id: uuid.UUID, sittings: Collection[uuid.UUID]) -> QuerySet[Assignment]:
    """The adapters' posts that an agent holds in some sittings, with sitting and station."""
    held = Assignment.objects.filter(_its_own(agent_id), sitting__in=sittings, role__startswith=ADAPTER)
    return held.select_related("sitting", "station").order_by("sitting__starts_at", "station__name", "role")


def _its_own(agent_id: uuid.UUID) -> Q:
    return Q(person_id=agent_id) | Q(station__agent_post__agent_id=agent_id)


def plans_at(stations: Collection[int]) -> dict[tuple[int, str], BenchPlan]:
    """The plans of some stations, by station and work."""
    return {(plan.station_id, plan.work): plan for plan in BenchPlan.objects.filter(station__in=stations)}


def sittings_of_agent(agent_id: uuid.UUID) -> QuerySet[Sitting]:
    """The sittings in which an agent stands at a station or holds a post."""
    placed = Q(stations__agent_post__agent_id=agent_id) | Q(assignments__person_id=agent_id)
    return Sitting.objects.filter(placed).distinct()


NEAR = timedelta(hours=12)
"""How long before and after a sitting its station's health is told."""


def stands_today(agent_id: uuid.UUID) -> QuerySet[AgentPost]:
    """Where an agent stands in sittings that are on, about to begin or just over."""
    now = timezone.now()
    near = AgentPost.objects.filter(agent_id=agent_id, station__out_of_use_since=None)
    return near.filter(station__sitting__starts_at__lt=now + NEAR, station__sitting__ends_at__gt=now - NEAR)


def says_the_same(agent_id: uuid.UUID, *, state: str, sentence: str, instruments: Sequence[Mapping[str, str]]) -> bool:
    """Whether an agent says what it said last: then nobody has to be told."""
    said = AgentHealth.objects.filter(agent_id=agent_id).first()
    if said is None or (said.state, said.sentence) != (state, sentence[:300]):
        return False
    return bool(said.instruments == [{name: text[:200] for name, text in one.items()} for one in instruments])


def agents_of(organisations: Collection[uuid.UUID]) -> QuerySet[Account]:
    """The station agents of some organisations, by name, with keys, places and health."""
    keyed = StationKey.objects.values("agent_id")
    found = Account.objects.filter(pk__in=keyed, role_assignments__organisation__in=organisations).distinct()
    return found.select_related("agent_health").prefetch_related(
        "station_keys__invited_by", "station_keys__revoked_by", "agent_posts__station__sitting"
    ).order_by("given_name")  # fmt: skip


def open_stations(organisations: Collection[uuid.UUID], since: datetime, until: datetime) -> QuerySet[Station]:
    """The stations in use of some organisations' sittings that are on between two moments, the earliest sitting first."""
    found = Station.objects.filter(sitting__organisation__in=organisations, out_of_use_since=None)
    found = found.filter(sitting__ends_at__gt=since, sitting__starts_at__lt=until)
    return found.select_related("sitting").order_by("sitting__starts_at", "name")


def centres_of(account_id: uuid.UUID) -> set[uuid.UUID]:
    """The organisations whose benches somebody looks after now."""
    held = RoleAssignment.objects.filter(account_id=account_id, role__in=WORK_THERE, until=None)
    return set(held.values_list("organisation_id", flat=True))


def organisation_of(name: str, key: Any) -> uuid.UUID | None:
    """The organisation of an agent (`agent_id`), of the agent of a key (`key_id`), or of a station (`station_id`)."""
    if name == "station_id":
        return Station.objects.filter(pk=key).values_list("sitting__organisation_id", flat=True).first()
    whose = Q(account__station_keys=key) if name == "key_id" else Q(account=key)
    held = RoleAssignment.objects.filter(whose, role="station").order_by("-since")
    return held.values_list("organisation_id", flat=True).first()
