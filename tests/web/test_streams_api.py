"""Grants over HTTP: for whose stream it is, on one device at a time; for everybody else nothing is there."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from assess.attempts import actions
from assess.people.models import Account
from tests.web.sample_centre import Centre


def asked(client: Client, centre: Centre, role: str = "candidate", **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"subject_kind": "attempt", "subject_id": str(centre.attempt.pk), "role": role, "device": "tablet A"} | more
    response = client.post("/api/streams", json.dumps(body), content_type="application/json")
    return response.status_code, response.json()


def entries(client: Client, centre: Centre, role: str = "candidate") -> tuple[int, dict[str, Any]]:
    response = client.get(f"/api/streams/attempt/{centre.attempt.pk}/{role}/entries")
    return response.status_code, response.json()


def test_a_candidate_is_granted_their_own_stream_and_again_on_the_same_device(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    status, grant = asked(client, centre)
    assert (status, grant["role"], grant["epoch"], grant["sequence"], len(grant["head"])) == (
        200,
        "candidate",
        1,
        0,
        64,
    )
    assert asked(client, centre)[1]["stream"] == grant["stream"]


def test_a_second_device_is_told_who_writes_and_may_take_over(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    asked(client, centre)
    status, answer = asked(client, centre, device="tablet B")
    assert (status, answer["code"], "tablet A is writing" in answer["sentence"]) == (409, "held-elsewhere", True)
    status, grant = asked(client, centre, device="tablet B", takeover=True)
    assert (status, grant["epoch"]) == (200, 2)


def strangers(centre: Centre) -> list[Account]:
    held = {person.pk for person in centre.lives[0].posts.values()}
    return [
        centre.people.candidates[1],
        centre.people.author,
        next(one for one in centre.people.proctors if one.pk not in held),
        centre.people.board,
    ]


def test_s01_somebody_elses_attempt_answers_as_one_that_does_not_exist(centre: Centre) -> None:
    for account in strangers(centre):
        client = centre.browser(account)
        unknown = asked(client, centre, subject_id=str(uuid.uuid4()))
        assert asked(client, centre) == unknown
        assert unknown[0] == 404
        assert entries(client, centre) == (404, unknown[1])
        assert client.get(f"/api/attempts/{centre.attempt.pk}/receipt").json() == unknown[1]


@pytest.mark.slow
@pytest.mark.parametrize("role", ["assessor:1", "proctor:1", "adapter:1", "coordinator:1", "nobody", "candidate:2"])
def test_a_candidate_gets_no_other_role_of_their_attempt(centre: Centre, role: str) -> None:
    client = centre.browser(centre.candidate)
    assert asked(client, centre, role)[0] == 404
    assert entries(client, centre, role)[0] == 404


def test_a_stranger_without_an_account_gets_nothing(centre: Centre) -> None:
    assert asked(Client(), centre)[0] == 401


def test_w02_a_grant_needs_the_token_of_the_page(centre: Centre) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(centre.candidate)
    assert asked(client, centre)[0] == 403


@pytest.mark.slow
def test_many_are_answered_one_by_one(centre: Centre) -> None:
    assessor = centre.lives[0].posts["assessor:1"]
    wanted = [
        {"subject_kind": "attempt", "subject_id": str(centre.attempt.pk), "role": role}
        for role in ("assessor:1", "candidate")
    ]
    body = json.dumps({"device": "tablet A", "wanted": wanted})
    response = centre.browser(assessor).post("/api/streams/many", body, content_type="application/json")
    first, second = response.json()["answers"]
    assert (first["role"], second["code"]) == ("assessor:1", "no-subject")


def test_s02_fields_that_nobody_asked_for_change_nothing(centre: Centre) -> None:
    status, grant = asked(centre.browser(centre.candidate), centre, epoch=7, granted_to="x", state="closed", sequence=9)
    assert (status, grant["epoch"], grant["sequence"]) == (200, 1, 0)


def test_a_receipt_comes_with_the_seal(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    address = f"/api/attempts/{centre.attempt.pk}/receipt"
    assert client.get(address).status_code == 204
    seal = actions.seal_attempt(actor_id=centre.people.director.pk, attempt_id=centre.attempt.pk)
    assert client.get(address).json() == json.loads(json.dumps(seal.receipt))
    assert asked(client, centre)[1]["code"] == "sealed"
