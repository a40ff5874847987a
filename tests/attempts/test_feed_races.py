"""The same signed message in several processes at once: it is there once, and every sender gets the same answer."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from assess.attempts.feeds import actions
from assess.attempts.feeds.models import Feed, FeedMessage
from assess.attempts.models import Entry
from tests.attempts.centre import Centre, build
from tests.attempts.test_attempt_races import AT_ONCE, at_once
from tests.snapshots import as_built

WORK = "PT-ECW-1"


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    return as_built("centre", build)


@pytest.fixture
def feed(centre: Centre) -> Feed:
    with transaction.atomic():
        made, _, _ = actions.make_feed(
            actor_id=centre.people.director.pk,
            organisation_id=centre.people.organisation.pk,
            name="Loop",
            serial="7",
            rows={},
        )
        centre.assign(centre.post("adapter:1", made.account, WORK))
    return made


def message(centre: Centre, feed: Feed, *, name: str, value: str = "0.14") -> Callable[[], FeedMessage]:
    document: dict[str, Any] = {
        "attempt": str(centre.attempt.pk),
        "role": "adapter:1",
        "device": {"serial": "7"},
        "readings": [{"name": "bonding", "value": value, "unit": "Ω"}],
    }

    def take() -> FeedMessage:
        return actions.take_message(
            actor_id=feed.account_id,
            feed_id=feed.pk,
            message_id=name,
            sent_at=datetime.now(UTC),
            document=document,
            body=json.dumps(document).encode(),
        )

    return take


def runs(centre: Centre) -> int:
    return Entry.objects.filter(stream__subject=centre.attempt.pk, kind="run").count()


def test_one_message_at_once_is_taken_once_and_answered_alike(centre: Centre, feed: Feed) -> None:
    found = at_once(*[message(centre, feed, name="one")] * AT_ONCE)
    assert {one.pk if isinstance(one, FeedMessage) else one for one in found} == {FeedMessage.objects.get().pk}
    assert runs(centre) == 1


@pytest.mark.slow
def test_different_messages_at_once_are_all_taken(centre: Centre, feed: Feed) -> None:
    found = at_once(*(message(centre, feed, name=uuid.uuid4().hex) for _ in range(AT_ONCE)))
    assert all(isinstance(one, FeedMessage) for one in found)
    assert (FeedMessage.objects.count(), runs(centre)) == (AT_ONCE, AT_ONCE)
