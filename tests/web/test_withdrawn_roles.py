"""S12: a role that was withdrawn is over with the next request, although the plan of the day still names the person."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from assess import door, tasks
from assess.attempts.journal.append import Refused, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Quarantine, Stream
from assess.management.world.devices import Device
from assess.people.actions import give_role
from assess.people.models import Account
from assess.people.queries import actor
from tests.attempts.centre import NOW_US, send
from tests.web.sample_centre import Centre


def withdraw(centre: Centre, person: Account, role: str) -> None:
    said = {"account_id": person.pk, "organisation_id": centre.people.organisation.pk, "role": role}
    door.act(actor(centre.people.director), "people.withdraw_role", **said)


def asked_for(client: Client, centre: Centre, role: str, attempt: Any) -> list[tuple[int, Any]]:
    """What the API answers about an attempt: the grant, what was written, the receipt."""
    wanted = {"subject_kind": "attempt", "subject_id": str(attempt), "role": role, "device": "tablet"}
    answers = [
        client.post("/api/streams", json.dumps(wanted), content_type="application/json"),
        client.get(f"/api/streams/attempt/{attempt}/{role}/entries"),
        client.get(f"/api/attempts/{attempt}/receipt"),
    ]
    return [(answer.status_code, answer.content) for answer in answers]


@pytest.mark.parametrize("post", ["assessor:1", "marker:1", "proctor:1"])
def test_s12_nothing_of_an_attempt_answers_any_more(centre: Centre, post: str) -> None:
    """The person keeps another role, so that the door alone would still open."""
    person = centre.lives[0].posts[post]
    client = centre.browser(person)
    assert [status for status, _ in asked_for(client, centre, post, centre.attempt.pk)] == [200, 200, 204]
    give_role(account_id=person.pk, organisation_id=centre.people.organisation.pk, role="candidate")
    withdraw(centre, person, "proctor" if post == "proctor:1" else "assessor")
    found = asked_for(client, centre, post, centre.attempt.pk)
    assert [status for status, _ in found] == [404, 404, 404]
    assert found == asked_for(client, centre, post, uuid.uuid4())


def test_s12_the_board_does_not_open_and_the_door_says_no(centre: Centre) -> None:
    proctor = centre.lives[0].posts["proctor:1"]
    client = centre.browser(proctor)
    give_role(account_id=proctor.pk, organisation_id=centre.people.organisation.pk, role="director")
    withdraw(centre, proctor, "director")
    assert client.get(f"/proctor/sittings/{centre.sitting.pk}/").status_code == 200
    withdraw(centre, proctor, "proctor")
    assert client.get(f"/proctor/sittings/{centre.sitting.pk}/").status_code == 404
    said = {"sitting_id": centre.sitting.pk, "attempt_ids": [centre.attempt.pk], "text": "x", "request_id": "1"}
    with pytest.raises(door.Forbidden):
        door.act(actor(proctor), "proctoring.message", **said)


def test_s12_what_an_open_device_still_writes_waits_for_people(centre: Centre) -> None:
    assessor = centre.lives[0].posts["assessor:1"]
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "assessor:1", "device": "tablet"}
    device = Device.of(door.act(actor(assessor), "attempts.open_stream", **asked))
    device.write("comment", text="while I was one")
    send(device)
    withdraw(centre, assessor, "assessor")
    tasks.work_outbox()
    device.write("comment", text="and after")
    outcome = append([read_batch(device.batches()[0], role="assessor:1")], server_us=NOW_US + 1)[0]
    assert isinstance(outcome, Refused) and outcome.refusal.code == "superseded"
    assert b"and after" in bytes(Quarantine.objects.get().body)
    give_role(account_id=assessor.pk, organisation_id=centre.people.organisation.pk, role="assessor")
    assert door.act(actor(assessor), "attempts.open_stream", **asked).identity.epoch == 2


def test_s12_whoever_still_may_writes_on(centre: Centre) -> None:
    """Somebody's other role goes, somebody else's stream stands, and a candidate's own is left alone."""
    assessor, proctor = centre.lives[0].posts["assessor:1"], centre.lives[0].posts["proctor:1"]
    for person, role in ((assessor, "assessor:1"), (proctor, "proctor:1"), (centre.candidate, "candidate")):
        asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": role, "device": "tablet"}
        door.act(actor(person), "attempts.open_stream", **asked)
    give_role(account_id=assessor.pk, organisation_id=centre.people.organisation.pk, role="author")
    withdraw(centre, assessor, "author")
    withdraw(centre, proctor, "proctor")
    tasks.work_outbox()
    states = dict(Stream.objects.filter(subject=centre.attempt.pk).values_list("role", "state"))
    assert states == {"assessor:1": "open", "proctor:1": "superseded", "candidate": "open"}


def test_s12_a_closed_account_is_sent_to_sign_in(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    Account.objects.filter(pk=centre.candidate.pk).update(is_active=False)
    assert client.get("/candidate/").status_code == 302
    assert client.get(f"/api/attempts/{centre.attempt.pk}/receipt").status_code == 401
