"""Verification for anybody: no account, no cookie, nothing kept; a sentence for everything that is wrong."""

import io
import json
import uuid
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assess.awards import builders
from assess.ledger.models import Act, Outbox
from tests.awards.award_example import CREDENTIAL_KEY, FACTS

pytestmark = pytest.mark.django_db
CREATED = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
DOCUMENT = json.dumps(builders.issue(FACTS, key=CREDENTIAL_KEY, created=CREATED))


def checked(text: str) -> str:
    return Client().post("/verify/", {"text": text}).content.decode()


def test_no_cookie_is_set_and_nothing_is_kept() -> None:
    client = Client()
    before = (Act.objects.count(), Outbox.objects.count())
    for response in (client.get("/verify/"), client.post("/verify/", {"text": DOCUMENT})):
        assert "Set-Cookie" not in response.headers and not response.cookies
        assert response.headers["Cache-Control"] == "no-store"
    assert (Act.objects.count(), Outbox.objects.count()) == before


def test_a_credential_of_elsewhere_is_told_apart_by_its_checks() -> None:
    page = checked(DOCUMENT)
    assert "Whether this credential is valid is not known" in page, "its status list can't be had here"
    assert "Nothing in it was changed" in page


def test_c01_one_changed_byte_is_seen() -> None:
    changed = DOCUMENT.replace("fstelle", "fstella", 1)
    assert changed != DOCUMENT
    page = checked(changed)
    assert "This credential is not valid" in page
    assert 'aria-label="Not met:"' in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["{", "[]", "null", "\u0000", '{"a": 1, "a": 2}', "1e309", "<script>alert(1)</script>"]
)
def test_what_is_no_credential_gets_a_sentence(text: str) -> None:
    page = checked(text)
    assert "This credential is not valid" in page
    assert "<script>alert" not in page


def test_nothing_at_all_asks_for_something() -> None:
    response = Client().post("/verify/", {"text": " "})
    assert (response.status_code, "Paste the credential" in response.content.decode()) == (400, True)


def test_a_file_is_read_like_a_text_and_too_large_is_told() -> None:
    sent = SimpleUploadedFile("c.json", DOCUMENT.encode())
    assert "Nothing in it was changed" in Client().post("/verify/", {"file": sent}).content.decode()
    huge = SimpleUploadedFile("c.json", io.BytesIO(b" " * 3_000_000).read())
    assert Client().post("/verify/", {"file": huge}).status_code == 413


def test_c05_an_unknown_link_says_nothing() -> None:
    response = Client().get(f"/verify/{uuid.uuid4()}/")
    assert (response.status_code, "There is no such page" in response.content.decode()) == (404, True)
