"""One sitting, lived through: the plan, the morning's items, the bays, the machines, the rulings, the seal."""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from assess import door
from assess.attempts import queries as attempts
from assess.attempts.actions import AttemptError
from assess.attempts.models import Attempt
from assess.management.world import machines, model
from assess.management.world.bay_records import open_bays
from assess.management.world.bays import work_in_bays
from assess.management.world.cast import Cast
from assess.management.world.devices import Device, send_all
from assess.management.world.exam import answer_items
from assess.management.world.lives import Life, open_streams
from assess.management.world.rulings import settle_open_rows
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from assess.sittings.rotation import Posted, posts


@dataclass(frozen=True)
class Day:
    """What the day left: its sitting, the attempts, the candidates refused at registration, entries in the journal."""

    sitting: Sitting
    attempts: tuple[Attempt, ...]
    refusals: tuple[tuple[str, str], ...]
    entries: int


@dataclass(frozen=True)
class Opened:
    """A sitting whose attempts are open and whose posts are filled; nobody has begun."""

    sitting: Sitting
    lives: list[Life]
    refusals: tuple[tuple[str, str], ...]
    entries: int


def open_sitting(
    cast: Cast, version: SchemeVersion, candidates: Sequence[Account], *, first_number: int, title: str
) -> Opened:
    """Plan a sitting, let the candidates of one scheme register, open their attempts and fill the posts of the day."""
    director = cast.acts_as(cast.director)
    now = timezone.now()
    sitting: Sitting = door.act(
        director,
        "sittings.plan_sitting",
        organisation_id=cast.organisation.pk,
        scheme_version_id=version.pk,
        title=title,
        site=cast.organisation.name,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=9),
    )
    stations = {
        station["identifier"]: door.act(
            director,
            "sittings.add_station",
            sitting_id=sitting.pk,
            name=station["identifier"],
            task=station["task"],
            room=station["room"],
            minutes=station["minutes"],
        )
        for station in version.document["stations"]
    }
    lives, refusals = _open_attempts(cast, version, sitting, candidates, first_number)
    entries = _plan_the_day(cast, sitting, lives, {station.task: station.name for station in stations.values()})
    return Opened(sitting, lives, tuple(refusals), entries)


def live(
    cast: Cast,
    version: SchemeVersion,
    candidates: Sequence[Account],
    *,
    first_number: int,
    morning: Callable[[Sitting], object] = lambda sitting: None,
) -> Day:
    """Let the candidates of one scheme live through their sitting; `morning` is what its assessors do before anybody begins."""
    title = f"{schemes.definition_of(version).title}, demonstration sitting"
    opened = open_sitting(cast, version, candidates, first_number=first_number, title=title)
    morning(opened.sitting)
    lives = opened.lives
    entries = opened.entries + answer_items(cast, version, lives)
    entries += open_bays(cast, lives)
    entries += work_in_bays(cast, lives)
    entries += _simulators(cast, lives)
    entries += settle_open_rows(cast, lives)
    with_seal = [{"attempt_id": life.attempt.pk} for life in lives]
    entries += _close(lives)
    door.act_on_all(cast.acts_as(cast.director), "attempts.seal_attempt", with_seal)
    return Day(opened.sitting, tuple(life.attempt for life in lives), opened.refusals, entries)


def _open_attempts(
    cast: Cast, version: SchemeVersion, sitting: Sitting, candidates: Sequence[Account], first_number: int
) -> tuple[list[Life], list[tuple[str, str]]]:
    entered, refusals = [], []
    for place, account in enumerate(candidates):
        asked = {"candidate_id": account.pk, "scheme_version_id": version.pk}
        try:
            entered.append((place, account, door.act(cast.acts_as(account), "attempts.register", **asked)))
        except AttemptError as refused:
            refusals.append((str(account), str(refused)))
    opened = door.act_on_all(
        cast.acts_as(cast.proctors[0]),
        "attempts.open_attempt",
        (
            {"registration_id": registration.pk, "sitting_id": sitting.pk, "seed": _seed(first_number + place)}
            for place, _, registration in entered
        ),
    )
    lives = [
        Life(place, model.person(first_number + place), account, attempt, attempts.pinned(attempt), {}, {}, {})
        for (place, account, _), attempt in zip(entered, opened, strict=True)
    ]
    return lives, refusals


def _seed(number: int) -> bytes:
    return hashlib.sha256(f"demonstration {model.SEED} {number}".encode()).digest()


def _plan_the_day(cast: Cast, sitting: Sitting, lives: Sequence[Life], stations: dict[str, str]) -> int:
    """The coordinator writes who holds which role of whose attempt; assessors rotate, so that all are linked."""
    coordinator = cast.acts_as(cast.proctors[0])
    device = Device.of(
        door.act(
            coordinator,
            "attempts.open_stream",
            subject_kind="sitting",
            subject_id=sitting.pk,
            role="coordinator:1",
            device="office desk",
        )
    )
    for life in lives:
        for post in _posts(cast, life, stations):
            life.posts[post.role] = post.person
            device.write(
                "assign",
                candidate=str(life.account.pk),
                role=post.role,
                person=str(post.person.pk),
                station=post.station,
                work=post.work,
            )
    entries = send_all([device])
    door.act(coordinator, "attempts.apply_plan", sitting_id=sitting.pk)
    return entries


def _posts(cast: Cast, life: Life, stations: dict[str, str]) -> list[Posted[Account]]:
    """The first proctor coordinates; the others watch over candidates in turn."""
    return posts(
        place=life.place,
        tasks=sorted(life.pinned.tasks),
        stations=stations,
        assessors=cast.assessors,
        proctors=cast.proctors[1:],
        technicians=cast.technicians,
    )


def _simulators(cast: Cast, lives: Sequence[Life]) -> int:
    """The simulator part: the candidate works, the machine measures in a stream of its own."""
    worked = machines.simulate_all([(life.who, life.pinned, life.attempt) for life in lives])
    runs = list(zip(lives, worked, strict=True))
    open_streams(
        cast,
        [
            (life, f"adapter:{n}", cast.station, run.device)
            for life, done in runs
            for n, run in enumerate(done.runs, start=1)
        ],
    )
    for life, done in runs:
        for kind, payload in done.candidate:
            life.devices["candidate"].write(kind, **payload)
        for number, run in enumerate(done.runs, start=1):
            for measured in run.measurements:
                life.devices[f"adapter:{number}"].write("measurement", **measured)
            life.devices[f"adapter:{number}"].write("run", **run.payload)
    return send_all(
        d for life in lives for role, d in life.devices.items() if role == "candidate" or role.startswith("adapter:")
    )


def _close(lives: Sequence[Life]) -> int:
    for life in lives:
        for device in life.devices.values():
            device.write("close")
    return send_all(device for life in lives for device in life.devices.values())
