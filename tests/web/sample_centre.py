"""A small centre for the tests of pages: content, people, and a sitting of today that nobody has begun.

`open_centre` builds it in the real database; `centre` is the fixture that builds it once for a module of tests and undoes what
each test did. Journeys, whose server has connections of its own, build it for themselves and flush afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from assess.attempts.models import Attempt
from assess.management.world import cast, day
from assess.management.world.cast import Cast
from assess.management.world.lives import Life
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from tests.published import Gather, gather, published
from tests.snapshots import as_built


@dataclass(frozen=True)
class Centre:
    """`lives[n]` is the attempt of `people.candidates[n]`: its posts say who assesses, marks and proctors it."""

    people: Cast
    version: SchemeVersion
    sitting: Sitting
    lives: tuple[Life, ...]

    @property
    def candidate(self) -> Account:
        return self.people.candidates[0]

    @property
    def attempt(self) -> Attempt:
        return self.lives[0].attempt

    def browser(self, account: Account) -> Client:
        """A client that this person signed in with."""
        client = Client()
        client.force_login(account)
        return client


def open_centre(
    *, scheme: str = "MC-ECW", candidates: int = 2, assessors: int = 6, people_of: Gather = gather
) -> Centre:
    """Build it and leave it committed: the journal's writer and a server under test have connections of their own."""
    people = people_of(candidates=candidates, assessors=assessors, judges=1)
    with transaction.atomic():
        version = schemes.current_version(scheme)
        cast.show_certificates(people, scheme, people.candidates)
    opened = day.open_sitting(people, version, people.candidates, first_number=0, title="Today's sitting")
    return Centre(people, version, opened.sitting, tuple(opened.lives))


def today() -> Centre:
    """The centre that most tests of pages begin from."""
    return open_centre(people_of=published)


@pytest.fixture(scope="module")
def built_centre(django_db_setup: None, django_db_blocker: Any) -> Iterator[Centre]:
    with django_db_blocker.unblock():
        yield as_built("today", today)
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def centre(built_centre: Centre, db: None, tmp_path: Path) -> Iterator[Centre]:
    """The centre as it was built: whatever a test does there is undone, and its files lie in a folder of the test's own.

    The attempt has the same id in every module of a process, so what one test left on the disk would be in the next one's folder.
    """
    with override_settings(MEDIA_DIR=tmp_path / "media"):
        yield built_centre
