"""A centre with content and people, before any sitting: where the job behind a scheme is studied."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assess import door
from assess.management.world import cast
from assess.management.world.cast import Cast
from assess.people.models import Account, Certificate
from assess.schemes import actions as scheme_actions
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.schemes.plan import ContentPlan
from assess.validity.job.definition import JobDefinition, read_jobs
from tests.attempts.scenes import content
from tests.snapshots import as_built

JOBS = Path(settings.ROOT) / "assess" / "content" / "job_tasks.yaml"


@dataclass(frozen=True)
class Guild:
    """`act(account, action, …)` asks the door in that person's name."""

    people: Cast
    version: SchemeVersion

    def act(self, account: Account, action: str, **arguments: Any) -> Any:
        return door.act(self.people.acts_as(account), f"validity.job.{action}", **arguments)

    def certify(self, account: Account, *, days: int = 400) -> Certificate:
        """A certificate that a proctor verified and that holds for so many days."""
        today = timezone.now().date()
        shown: Certificate = door.act(
            self.people.acts_as(self.people.director),
            "people.record_certificate",
            holder_id=account.pk,
            kind="EVD-EXPERT",
            issuer="Guild",
            issued_on=today - timedelta(days=900),
            expires_on=today + timedelta(days=days),
        )
        verified: Certificate = door.act(
            self.people.acts_as(self.people.proctors[0]),
            "people.verify_certificate",
            certificate_id=shown.pk,
            how="asked the guild",
        )
        return verified

    def browser(self, account: Account) -> Client:
        """A client that this person signed in with."""
        client = Client()
        client.force_login(account)
        return client

    @property
    def job(self) -> JobDefinition:
        return read_jobs(JOBS)[self.version.scheme.code]


def one_scheme(code: str = "MC-ECW") -> ContentPlan:
    """The sample content of one scheme."""
    plan = content()
    scheme = next(one for one in plan.schemes if one.identifier == code)
    outcomes = {one.identifier for one in scheme.outcomes}
    items = tuple(entry for entry in plan.items if entry.outcome in outcomes)
    names = {entry.content.identifier for entry in items}
    return replace(
        plan,
        schemes=(scheme,),
        blueprints=tuple(one for one in plan.blueprints if one.credential == code),
        stations=tuple(one for one in plan.stations if one.credential == code),
        tasks=tuple(one for one in plan.tasks if one.credential == code),
        items=items,
        enemies=tuple(one for one in plan.enemies if set(one.items) <= names),
        simulations=tuple(one for one in plan.simulations if one.credential == code),
        stacks=(),
    )


def gather() -> Guild:
    with transaction.atomic():
        people = cast.assemble(candidates=2, assessors=2, judges=8)
        scheme_actions.load_content_plan(
            plan=one_scheme(), loaded_by=people.author.pk, reviewed_by=people.reviewer.pk, reason="second reader"
        )
    return Guild(people, schemes.current_version("MC-ECW"))


@pytest.fixture(scope="module")
def built_guild(django_db_setup: None, django_db_blocker: Any) -> Iterator[Guild]:
    with django_db_blocker.unblock():
        yield as_built("guild", gather)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def guild(built_guild: Guild, db: None) -> Guild:
    """The centre as it was built: whatever a test does there is undone."""
    return built_guild
