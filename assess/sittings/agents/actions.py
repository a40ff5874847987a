"""Writing station agents: invited, enrolled, placed, given plans, revoked; and what they say of themselves."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people import actions as people
from assess.people.models import Account, RoleAssignment
from assess.sittings import actions as sittings
from assess.sittings.actions import SittingError
from assess.sittings.agents.models import AgentHealth, AgentPost, BenchPlan, StationKey, StationRequest
from assess.sittings.agents.plans import read_bench_plan
from assess.sittings.agents.queries import code_digest, stands_today
from assess.sittings.models import Station, StationHealth

CODE_HOURS = 24
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of the code: no letter that is read as a digit. Twenty of them hold a hundred random bits."""
REMEMBERED = timedelta(minutes=15)
"""How long a nonce is kept: longer than a signed request is good for."""
MOST_INSTRUMENTS = 50


def invite_agent(*, actor_id: uuid.UUID, organisation_id: uuid.UUID, name: str) -> tuple[StationKey, str]:
    """Open the account of a station agent, and give its one-time code: good for 24 hours, shown once, kept nowhere.

    Raises
    ------
    SittingError
        `name`: an agent needs one by which people find the bench.
    """
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise SittingError("name", "Write a name of 1 to 80 characters by which people find the bench, such as Bay 6.")
    agent = people.open_account(email=f"{uuid.uuid4().hex}@station.invalid", given_name=name, kind=Account.Kind.SERVICE)
    people.give_role(account_id=agent.pk, organisation_id=organisation_id, role=RoleAssignment.Role.STATION)
    return _invited(actor_id, agent.pk)


def renew_code(*, actor_id: uuid.UUID, agent_id: uuid.UUID) -> tuple[StationKey, str]:
    """Another one-time code for an agent: its computer was replaced, or the code ran out. A key that is in force stays so until it
    is revoked.

    Raises
    ------
    SittingError
        `no-such-agent`.
    """
    earlier = StationKey.objects.filter(agent_id=agent_id).select_related("agent").first()
    if earlier is None:
        raise SittingError("no-such-agent", "There is no station of this identifier.")
    held = RoleAssignment.objects.filter(account_id=agent_id, role=RoleAssignment.Role.STATION).order_by("-since")
    last = held.first()
    if last is not None and last.until is not None:
        people.give_role(account_id=agent_id, organisation_id=last.organisation_id, role=RoleAssignment.Role.STATION)
    return _invited(actor_id, agent_id)


def _invited(actor_id: uuid.UUID, agent_id: uuid.UUID) -> tuple[StationKey, str]:
    plain = "".join(secrets.choice(_LETTERS) for _ in range(20))
    now = timezone.now()
    key = StationKey.objects.create(
        agent_id=agent_id,
        code_sha256=code_digest(plain),
        invited_by_id=actor_id,
        invited_at=now,
        code_expires_at=now + timedelta(hours=CODE_HOURS),
    )
    ledger.record_row(kind="station_key", row=key)
    return key, "-".join(plain[start : start + 5] for start in range(0, 20, 5))


def enrol_agent(*, code: str, public_key: str) -> StationKey:
    """Bind a public key to the account of whom the code was given to. Of two who bring a code, one comes in; the same station that
    asks again (its answer was lost) is told the same.

    Raises
    ------
    SittingError
        `code`: unknown, used, run out or withdrawn; which of them is not told. `key-taken`: the key speaks for another station.
    """
    found = StationKey.objects.select_for_update().filter(code_sha256=code_digest(code), revoked_at=None).first()
    if found is not None and public_key and found.public_key == public_key:
        return found
    now = timezone.now()
    if found is None or found.public_key or found.code_expires_at < now:
        raise SittingError(
            "code", "This code is unknown, was used or has run out. Ask a director for a new one; it is good for a day."
        )
    found.public_key, found.enrolled_at = public_key, now
    try:
        with transaction.atomic():
            found.save(update_fields=["public_key", "enrolled_at"])
    except IntegrityError:
        raise SittingError(
            "key-taken", "This key speaks for another station. Give each station a folder of its own."
        ) from None
    ledger.record_row(kind="station_key", row=found)
    return found


def revoke_key(*, actor_id: uuid.UUID, key_id: uuid.UUID, reason: str) -> StationKey:
    """Revoke a key, or a code that was not used yet: with the next request it is nobody's. Where the agent has no other key, its
    role ends and with it its open streams; what it still holds waits for people.

    Raises
    ------
    SittingError
        `reason`, `revoked`.
    """
    key = StationKey.objects.select_for_update().get(pk=key_id)
    if not reason.strip():
        raise SittingError("reason", "Say why the key is revoked: the computer was lost, replaced, taken out of use.")
    if key.revoked_at is not None:
        raise SittingError("revoked", "This key was revoked already.")
    key.revoked_by_id, key.revoked_at, key.revoked_because = actor_id, timezone.now(), reason.strip()[:200]
    key.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    ledger.record_row(kind="station_key", row=key)
    if not StationKey.objects.filter(agent_id=key.agent_id, revoked_at=None, public_key__gt="").exists():
        for held in RoleAssignment.objects.filter(account_id=key.agent_id, role="station", until=None):
            people.withdraw_role(account_id=key.agent_id, organisation_id=held.organisation_id, role=held.role)
    return key


def place_agent(*, actor_id: uuid.UUID, station_id: int, agent_id: uuid.UUID | None) -> Station:
    """Say which agent stands at a station of a sitting; None: none does. It writes as the adapters that are posted there.

    Raises
    ------
    SittingError
        `no-such-agent`, `station-out`, `another-place` where it stands at another station of a sitting at the same time.
    """
    station = Station.objects.select_for_update(of=("self",)).select_related("sitting").get(pk=station_id)
    if agent_id is None:
        AgentPost.objects.filter(station=station).delete()
        return station
    if not StationKey.objects.filter(agent_id=agent_id, revoked_at=None).exists():
        raise SittingError("no-such-agent", "There is no station of this identifier whose key is in force.")
    if station.out_of_use_since is not None:
        raise SittingError("station-out", f"{station} is out of use. Choose another station.")
    sitting = station.sitting
    elsewhere = AgentPost.objects.filter(
        agent_id=agent_id, station__sitting__starts_at__lt=sitting.ends_at, station__sitting__ends_at__gt=sitting.starts_at
    ).exclude(station=station)  # fmt: skip
    other = elsewhere.select_related("station__sitting").first()
    if other is not None:
        raise SittingError(
            "another-place",
            f"It stands at {other.station} of {other.station.sitting} at that time. Take it away there first.",
        )
    AgentPost.objects.update_or_create(
        station=station, defaults={"agent_id": agent_id, "placed_by_id": actor_id, "placed_at": timezone.now()}
    )
    return station


def plan_bench(
    *,
    actor_id: uuid.UUID,
    station_id: int,
    work: str,
    adapter: str,
    serial: str,
    profile: str = "",
    document: Mapping[str, Any],
) -> BenchPlan:
    """Give a station the plan that it runs for a task or simulation; the one before is replaced.

    Raises
    ------
    SittingError
        `work`, `adapter`, `serial`, `plan`: each names what is wrong with it.
    """
    station = Station.objects.select_for_update().get(pk=station_id)
    checked = read_bench_plan(work=work, adapter=adapter, serial=serial, document=document)
    plan, _ = BenchPlan.objects.update_or_create(
        station=station,
        work=work,
        defaults={
            "adapter": adapter,
            "serial": serial.strip(),
            "profile": profile.strip()[:40],
            "document": checked,
            "made_by_id": actor_id,
            "made_at": timezone.now(),
        },
    )
    ledger.record_row(kind="bench_plan", row=plan)
    return plan


def report_health(
    *,
    actor_id: uuid.UUID,
    state: str,
    sentence: str,
    clock_offset_ms: int | None,
    unsent: int,
    kept: int,
    instruments: Sequence[Mapping[str, str]],
) -> AgentHealth:
    """Note what an agent says of itself, and how the stations are where it stands today.

    Raises
    ------
    SittingError
        `health`: a state that does not exist, words that can't be shown, or more instruments than a bench has.
    """
    if state not in StationHealth.State.values or len(instruments) > MOST_INSTRUMENTS:
        raise SittingError(
            "health",
            f"The state is one of {', '.join(StationHealth.State.values)}, of at most {MOST_INSTRUMENTS} instruments.",
        )
    now = timezone.now()
    said, _ = AgentHealth.objects.update_or_create(
        agent_id=actor_id,
        defaults={
            "seen_at": now,
            "changed_at": now,
            "state": state,
            "sentence": sentence[:300],
            "clock_offset_ms": clock_offset_ms,
            "unsent": unsent,
            "kept": kept,
            "instruments": [{name: text[:200] for name, text in one.items()} for one in instruments],
        },
    )
    answering = [one["serial"] for one in instruments if one.get("state") == "ok" and one.get("serial")]
    for post in stands_today(actor_id):
        sittings.report_health(
            actor_id=actor_id, station_id=post.station_id, state=state, sentence=sentence, serials=answering
        )
    return said


def note_contact(*, agent_id: uuid.UUID, clock_offset_ms: int | None, unsent: int, kept: int) -> None:
    """Note that an agent was heard and is as it said before: no page has to be told, no act is written."""
    now = timezone.now()
    AgentHealth.objects.filter(agent_id=agent_id).update(
        seen_at=now, clock_offset_ms=clock_offset_ms, unsent=unsent, kept=kept
    )
    stations = [post.station_id for post in stands_today(agent_id)]
    StationHealth.objects.filter(station__in=stations, said_by_id=agent_id).update(at=now)


def note_request(*, key_id: uuid.UUID, nonce: str) -> bool:
    """Note the nonce of a signed request. False: it came before, so this is a copy."""
    now = timezone.now()
    StationRequest.objects.filter(at__lt=now - REMEMBERED).delete()
    try:
        with transaction.atomic():
            StationRequest.objects.create(key_id=key_id, nonce=nonce, at=now)
    except IntegrityError:
        return False
    return True
