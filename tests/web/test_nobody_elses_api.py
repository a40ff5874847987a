"""S01 for the HTTP API: each operation, asked for by each kind of person, about somebody's records and about none.

The operations are those that the API has; one that is missing from the table fails here. A stranger learns from none of them
whether a record exists: status and body are the same.
"""

import itertools
import json
import re
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from assess.api.http import api
from assess.attempts.models import Media
from assess.people.models import Account
from tests.web.board import agree
from tests.web.sample_centre import Centre
from tests.web.test_nobody_elses import ASSESSOR, DIRECTOR, OWNER, PROCTOR, TECHNICIAN, people
from tests.web.test_pictures_api import photo

__all__ = ["people"]
NOBODY = frozenset[str]()
WRITERS = frozenset({OWNER, ASSESSOR, PROCTOR, TECHNICIAN})
"""Who writes into the attempt's journal, and so is shown the receipt of its seal."""
LOOKERS = frozenset({OWNER, ASSESSOR, PROCTOR, DIRECTOR})
"""Who sees portrait and photos: the candidate, who judges or watches over them. Opening their bay gives no picture of them."""
MAY: dict[tuple[str, str], frozenset[str] | None] = {
    ("POST", "/streams"): frozenset({OWNER}),
    ("POST", "/streams/many"): frozenset({OWNER}),
    ("GET", "/streams/{subject_kind}/{subject_id}/{role}/entries"): frozenset({OWNER}),
    ("GET", "/attempts/{attempt_id}/receipt"): WRITERS,
    ("POST", "/attempts/{attempt_id}/media"): NOBODY,  # a candidate's device takes photos of nothing
    ("GET", "/attempts/{attempt_id}/media/{sha256}"): LOOKERS,
    ("GET", "/media/{media_id}"): LOOKERS,
    # signed by a station's key, see test_stations_api
    ("POST", "/stations/enrol"): None,
    ("GET", "/stations/bookings"): None,
    ("POST", "/stations/streams"): None,
    ("POST", "/stations/evidence"): None,
    ("POST", "/stations/seals"): None,
    ("POST", "/stations/health"): None,
    ("POST", "/stations/handed-in"): None,
    # signed by a feed's key, see test_feeds_api; a file is taken where a signed message declared its bytes
    ("POST", "/feeds/{feed_id}"): None,
    ("PUT", "/feeds/{feed_id}/files/{message_id}"): None,
    ("POST", "/verify"): None,
    ("GET", "/ledger"): None,
}
"""Operation → who gets something else than what does not exist, about the role `candidate`. None: open to anybody, about nobody."""


def operations() -> list[tuple[str, str]]:
    return sorted(
        (method, path)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    )


def test_every_operation_is_in_the_table() -> None:
    assert operations() == sorted(MAY)


@pytest.fixture
def real(centre: Centre) -> dict[str, str]:
    """What there is of the first candidate: an attempt, and a photo that an assessor took."""
    agree(centre)
    sent = f"/api/attempts/{centre.attempt.pk}/media?role=assessor:1&kind=photo&taken_ms=1"
    assessor = centre.browser(centre.lives[0].posts["assessor:1"])
    assert assessor.post(sent, photo(), content_type="image/jpeg").status_code == 200
    media = Media.objects.get()
    attempt = str(centre.attempt.pk)
    return {
        "attempt_id": attempt, "subject_id": attempt, "media_id": str(media.pk), "sha256": media.sent_sha256,
        "subject_kind": "attempt", "role": "candidate",
    }  # fmt: skip


def unknown(real: dict[str, str]) -> dict[str, str]:
    """The same names of records that do not exist."""
    nothing = str(uuid.uuid4())
    return real | {"attempt_id": nothing, "subject_id": nothing, "media_id": nothing, "sha256": "0" * 64}


def ask(client: Client, method: str, path: str, names: dict[str, str]) -> HttpResponse:
    address = "/api" + re.sub(r"{(\w+)}", lambda match: names[match[1]], path)
    if method == "GET":
        return client.get(address)  # type: ignore[return-value]
    wanted = {"subject_kind": "attempt", "subject_id": names["subject_id"], "role": "candidate"}
    body: Any = {"device": "x", "wanted": [wanted]} if path.endswith("many") else wanted | {"device": "x"}
    if path.endswith("media"):
        return client.post(f"{address}?role=candidate&kind=photo", photo(), content_type="image/jpeg")  # type: ignore[return-value]
    return client.post(address, json.dumps(body), content_type="application/json")  # type: ignore[return-value]


def said(response: HttpResponse) -> tuple[int, bytes, int]:
    return response.status_code, response.content, len(response.headers)


def test_s01_who_may_not_gets_what_there_is_of_a_record_that_does_not_exist(
    centre: Centre, people: dict[str, Account], real: dict[str, str]
) -> None:
    wrong = []
    clients = {who: centre.browser(account) for who, account in people.items()}
    about = {operation: may for operation, may in MAY.items() if may is not None}
    for (who, client), (operation, may) in itertools.product(clients.items(), about.items()):
        found, nothing = said(ask(client, *operation, real)), said(ask(client, *operation, unknown(real)))
        hidden = b'"no-subject"' in nothing[1]
        if not hidden or (found != nothing) != (who in may):
            wrong.append(f"{who} {operation}: {found[:2]} and of nothing {nothing[:2]}")
    assert wrong == []


def test_s01_a_stranger_learns_nothing_before_signing_in(real: dict[str, str]) -> None:
    for operation, may in MAY.items():
        if may is not None:
            answers = {said(ask(Client(), *operation, names)) for names in (real, unknown(real))}
            assert {status for status, *_ in answers} == {401} and len(answers) == 1, operation


@pytest.mark.parametrize("name", ["1", "0", "-1", "%2e%2e", "x" * 36, "'or 1=1--", "00000000000000000000000000000000"])
def test_s01_a_number_or_a_guess_names_no_record(centre: Centre, real: dict[str, str], name: str) -> None:
    client = centre.browser(centre.people.candidates[1])
    for path in (
        f"/candidate/attempts/{name}/",
        f"/candidate/attempts/{name}/form",
        f"/api/media/{name}",
        f"/proctor/{name}/",
    ):
        assert client.get(path).status_code in (404, 422)
    assert real["attempt_id"] not in client.get(f"/api/attempts/{name}/receipt").content.decode()
