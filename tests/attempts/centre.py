"""A small centre in the real database: content, people, a sitting and an attempt, built once for a module of tests."""

import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from assess.attempts import actions
from assess.attempts.journal.append import Outcome, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Attempt
from assess.management.world.cast import Cast, show_certificates
from assess.management.world.devices import Device
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.sittings import actions as sittings
from assess.sittings.models import Sitting, Station
from tests.published import published
from tests.snapshots import as_built

NOW_US = 1_800_000_000_000_000


@dataclass(frozen=True)
class Centre:
    people: Cast
    version: Any
    sitting: Sitting
    stations: tuple[Station, Station]
    attempt: Attempt

    @property
    def candidate(self) -> Account:
        return self.people.candidates[0]

    def open(self, person: Account, role: str, device: str = "tablet", **more: Any) -> Device:
        asked = {"subject_kind": "attempt", "subject_id": self.attempt.pk, "role": role, "device": device} | more
        return Device.of(actions.open_stream(actor_id=person.pk, **asked))

    def post(
        self, role: str, person: Account | None, work: str = "PT-ECW-1", station: Station | None = None
    ) -> sittings.Post:
        return sittings.Post(self.candidate.pk, role, person and person.pk, work, station and station.pk)

    def assign(self, *posts: sittings.Post) -> int:
        return sittings.assign_all(sitting_id=self.sitting.pk, posts=posts)

    def sealed(self, **more: Any) -> Any:
        return actions.seal_attempt(actor_id=self.people.director.pk, attempt_id=self.attempt.pk, **more)

    def scored(self) -> Any:
        return actions.score_attempt(attempt_id=self.attempt.pk)


def send(device: Device, *, server_us: int = NOW_US) -> Outcome:
    """Send what the device holds, in the test's own transaction."""
    (body,) = device.batches()
    return append([read_batch(body, role=device.grant.identity.role)], server_us=server_us)[0]


def closed(device: Device) -> None:
    device.write("close")
    send(device)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Centre]:
    with django_db_blocker.unblock():
        yield as_built("centre", build)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def centre(built: Centre, db: None) -> Centre:
    """The centre as it was built: whatever a test does there is undone."""
    built.attempt.refresh_from_db()
    return built


def build() -> Centre:
    return opened_by(published(candidates=2, assessors=5, judges=1))


@transaction.atomic
def opened_by(people: Cast) -> Centre:
    version = schemes.current_version("MC-ECW")
    show_certificates(people, "MC-ECW", people.candidates)
    starts = timezone.now()
    sitting = sittings.plan_sitting(
        organisation_id=people.organisation.pk,
        scheme_version_id=version.pk,
        title="A morning",
        site="here",
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=9),
    )
    bays = tuple(
        sittings.add_station(sitting_id=sitting.pk, name=name, task="PT-ECW-1", room="hall", minutes=60)
        for name in ("bay 1", "bay 2")
    )
    registration = actions.register(candidate_id=people.candidates[0].pk, scheme_version_id=version.pk)
    attempt = actions.open_attempt(registration_id=registration.pk, sitting_id=sitting.pk, seed=bytes(32))
    return Centre(people, version, sitting, (bays[0], bays[1]), attempt)


def plan_of(centre: Centre, *words: tuple[str, dict[str, str]], role: str = "coordinator:1") -> None:
    """Write words into the plan of the day."""
    grant = actions.open_stream(
        actor_id=centre.people.proctors[0].pk,
        subject_kind="sitting",
        subject_id=centre.sitting.pk,
        role=role,
        device="office desk",
    )
    device = Device.of(grant)
    for kind, payload in words:
        device.write(kind, **payload)
    send(device, server_us=time.time_ns() // 1000)
