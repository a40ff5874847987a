"""The page of feeds: a secret shown once, a booking, rows, keys; and the message that then arrives."""

import json
import re
import time

import pytest
from django.test import Client

from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.sittings.models import Assignment
from simulator_adapters.feeds.webhooks import key_of, sign
from tests.web.sample_centre import Centre
from tests.web.station_agent import ROW, WORK

PAGE = "/stations/feeds/"


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def said(client: Client, **form: str) -> str:
    return client.post(PAGE, form, follow=True).content.decode()


@pytest.mark.slow
def test_a_director_makes_a_feed_books_it_and_its_message_arrives(centre: Centre) -> None:
    client = centre.browser(centre.people.director)
    assert f'href="{PAGE}"' in client.get("/stations/").content.decode()
    assert f'href="{PAGE}"' not in centre.browser(centre.people.proctors[0]).get("/stations/").content.decode()
    assert "No feeds yet" in page(client)
    shown = said(client, act="make", name="Loop", serial="LZ-1", organisation=str(centre.people.organisation.pk))
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert found is not None
    assert found[0] not in page(client)  # once, and never again
    feed = Feed.objects.get()
    book = {"act": "book", "feed": str(feed.pk), "attempt": str(centre.attempt.pk), "work": WORK}
    told = said(client, **book)
    role = Assignment.objects.get(person=feed.account).role
    assert f"Booked as {role}" in told
    assert f'of attempt <span class="code">{centre.attempt.pk}</span>' in page(client)
    assert "The rows are no JSON" in said(client, act="rows", feed=str(feed.pk), rows="{")
    assert "answer for these rows" in said(client, act="rows", feed=str(feed.pk), rows=json.dumps({"bonding": ROW}))
    assert "Not heard yet" in page(client)
    body = json.dumps(
        {
            "attempt": str(centre.attempt.pk),
            "role": role,
            "device": {"serial": "LZ-1"},
            "readings": [{"name": "bonding", "value": "0.14", "unit": "Ω"}],
        }
    ).encode()
    now = int(time.time())
    headers = {
        "webhook-id": "one",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(key_of(found[0]), message_id="one", timestamp=now, body=body),
    }
    answer = Client().post(f"/api/feeds/{feed.pk}", body, content_type="application/json", headers=headers)
    assert (answer.status_code, FeedMessage.objects.count()) == (200, 1)
    assert "1 message, the last" in page(client)
    assert "whsec_" in said(client, act="renew", feed=str(feed.pk))
    key = FeedKey.objects.order_by("made_at")[0]
    assert "Say why the key is revoked" in said(client, act="revoke", key=str(key.pk), reason=" ")
    assert "Revoked. It signs nothing" in said(client, act="revoke", key=str(key.pk), reason="seen by others")
    assert "seen by others" in page(client)


@pytest.mark.slow
def test_what_is_not_of_their_centre_is_not_done(centre: Centre) -> None:
    client = centre.browser(centre.people.director)
    nothing = "6b1f0000-0000-4000-8000-000000000000"
    assert "directors of that centre" in said(client, act="make", name="x", serial="1", organisation=nothing)
    assert "Choose a feed with a key in force" in said(client, act="book", feed=nothing, attempt=nothing, work=WORK)
    assert "directors of that centre" in said(client, act="renew", feed="no identifier")
    assert "Choose what is to be done" in said(client, act="erase everything")
    assert centre.browser(centre.people.proctors[0]).get(PAGE).status_code == 404
    assert Feed.objects.count() == 0
