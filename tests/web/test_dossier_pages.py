"""The dossier in the application: read with a way back, kept as files, closed to whoever has no part in it."""

import json
import uuid

import pytest
from django.urls import resolve, reverse

from assess.validity.dossier.claims import Record
from assess.validity.dossier.shown import ADDRESSES, address_of
from tests.web.sample_centre import Centre

FILES = {
    "dossier.pdf": ("application/pdf", b"%PDF-"),
    "dossier.html": ("text/html", b"<!doctype html>"),
    "dossier.json": ("application/json", b"{"),
    "evidence.jsonl": ("application/x-ndjson", b"{"),
}


@pytest.mark.slow
def test_the_page_has_a_way_back_and_offers_its_files(centre: Centre) -> None:
    client = centre.browser(centre.people.director)
    page = client.get(reverse("director-dossier", args=[centre.version.pk])).content.decode()
    assert 'aria-label="This scheme"' in page and reverse("director-scheme", args=[centre.version.pk]) in page
    for name in FILES:
        assert reverse("director-dossier-file", args=[centre.version.pk, name]) in page
    assert "Can I decide, and can I defend it?" in page
    assert "No, not yet: evidence is lacking for" in page
    assert 'id="claim-structure"' in page and "Nothing is recorded yet" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_its_name_says_and_is_handed_over_as_one(centre: Centre, name: str) -> None:
    kind, opening = FILES[name]
    response = centre.browser(centre.people.board).get(reverse("director-dossier-file", args=[centre.version.pk, name]))
    assert response.headers["Content-Type"].startswith(kind)
    assert response.content.startswith(opening)
    assert response.headers["Content-Disposition"] == f'attachment; filename="MC-ECW-{centre.version.version}-{name}"'
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.slow
def test_the_kept_page_lets_in_its_own_style_and_nothing_else(centre: Centre) -> None:
    client = centre.browser(centre.people.director)
    response = client.get(reverse("director-dossier-file", args=[centre.version.pk, "dossier.html"]))
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.slow
def test_claims_for_machines_name_the_scheme_version(centre: Centre) -> None:
    client = centre.browser(centre.people.director)
    held = json.loads(client.get(reverse("director-dossier-file", args=[centre.version.pk, "dossier.json"])).content)
    assert held["scheme"]["record"]["id"] == str(centre.version.pk)
    assert [claim["verdict"] for claim in held["claims"]][:3] == ["not enough evidence"] * 3


@pytest.mark.parametrize("kind", ADDRESSES)
def test_the_page_of_a_record_is_a_page_of_the_application(kind: str) -> None:
    address = address_of(Record(kind=kind, id=str(uuid.UUID(int=7))))
    assert resolve(address).view_name.startswith("director-")


def test_nobody_else_reads_it_and_no_other_file_is_there(centre: Centre) -> None:
    address = reverse("director-dossier-file", args=[centre.version.pk, "dossier.pdf"])
    assert centre.browser(centre.candidate).get(address).status_code == 404
    other = reverse("director-dossier-file", args=[centre.version.pk, "other.txt"])
    assert centre.browser(centre.people.director).get(other).status_code == 404
