"""S18 on pages: numbers, days and texts that make no sense are refused with a sentence and change nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assess import door
from assess.attempts.models import Stream
from assess.people.actions import give_role
from assess.people.models import Certificate
from assess.people.queries import actor
from assess.proctoring.models import Arrangement
from assess.schemes.queries import evidence_kinds
from assess.validity.cut_scores.models import CutScore
from assess.web.director.cuts import TableProblem, read_ratings
from tests.web.board import agree, at_the_board
from tests.web.sample_centre import Centre

SENSELESS = ["-1", "NaN", "Infinity", "1e309", "1001", "１", "٣", "0x1", "1_0", " ", "1,5"]


@pytest.mark.parametrize("number", SENSELESS)
def test_s18_a_rating_that_is_no_number_of_points_is_named_by_row_and_column(number: str) -> None:
    with pytest.raises(TableProblem, match=r"Row 3, column 3: .* is no number of points|Row 3 has"):
        read_ratings(f"round,judge,A\nmax,,1\n1,x@y.example,{number}\n")


@pytest.mark.parametrize("turn", ["0", "-1", "１", "10", "1.0", "NaN", ""])
def test_s18_a_round_that_is_none_is_named(turn: str) -> None:
    with pytest.raises(TableProblem, match=r"Row 3, column 1: .* is no round"):
        read_ratings(f"round,judge,A\nmax,,1\n{turn},x@y.example,0.5\n")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("max,,1\n1,x@y.example,1.5\n", "Row 3, column 3: 1.5 is more than the 1 points of the item"),
        ("max,,0\n1,x@y.example,0\n", "Row 2, column 3: an item is worth more than 0 points"),
    ],
)
def test_s18_a_rating_above_what_the_item_is_worth_is_named(table: str, words: str) -> None:
    with pytest.raises(TableProblem, match=words):
        read_ratings(f"round,judge,A\n{table}")


@pytest.mark.slow
def test_a_cut_score_that_waits_stands_on_the_boards_first_page(centre: Centre) -> None:
    judges = [account.pk for account in centre.people.assessors[:5]]
    for judge in judges:
        give_role(account_id=judge, organisation_id=centre.people.organisation.pk, role="judge")
    rounds = [[["0.5", "0.6"], ["0.4", "0.7"], ["0.5", "0.5"], ["0.6", "0.6"], ["0.3", "0.6"]]]
    client = centre.browser(centre.people.board)
    assert "for the board" not in client.get("/director/").content.decode()
    said = {"part": "ECW-K", "panel": "us", "items": ("A", "B"), "points": (Decimal(1), Decimal(1)), "rounds": rounds}
    door.act(
        actor(centre.people.director),
        "validity.cut_scores.hold_angoff_meeting",
        scheme_version_id=centre.version.pk,
        judge_ids=judges,
        **said,
    )
    assert "cut score waits for the board: ECW-K" in client.get("/director/").content.decode()


def test_s18_a_table_that_makes_no_sense_holds_no_meeting(centre: Centre) -> None:
    table = SimpleUploadedFile("ratings.csv", "round,judge,A\nmax,,１\n1,x@y.example,1e309\n".encode())
    client = centre.browser(centre.people.director)
    page = client.post(f"/director/schemes/{centre.version.pk}/cuts/", {"part": "ECW-K", "ratings": table}, follow=True)
    assert "Row 2, column 3: &#x27;１&#x27; is no number of points" in page.content.decode()
    assert not CutScore.objects.exists()


@pytest.mark.parametrize("day", ["", "2026-02-30", "-2026-01-01", "２０２６-０１-０１", "1e309", "99999-01-01", "NaN"])
def test_s18_a_day_that_is_none_records_no_certificate(centre: Centre, day: str) -> None:
    said = {"kind": next(iter(evidence_kinds())), "issuer": "x"}
    client, before = centre.browser(centre.candidate), Certificate.objects.count()
    assert client.post("/candidate/certificates/", said | {"issued_on": day}).status_code == 400
    assert Certificate.objects.count() == before
    assert client.post("/candidate/certificates/", said | {"issued_on": "2026-01-01"}).status_code == 302
    assert Certificate.objects.count() == before + 1


@pytest.mark.parametrize("days", ["0", "-30", "３０", "1e309", "99999999999", "NaN", ""])
def test_s18_a_retention_that_is_none_sets_no_level(centre: Centre, days: str) -> None:
    said = {"level": "1", "necessity": "remote", "retention_days": days}
    address = f"/proctor/sittings/{centre.sitting.pk}/level/"
    page = centre.browser(centre.people.director).post(address, said, follow=True).content.decode()
    assert "kept for 1 to 3650 days" in page
    assert not Arrangement.objects.exists()


@pytest.mark.parametrize("number", ["-1", "NaN", "1e309", "１", "99999999999999999999"])
def test_s18_a_page_number_that_is_none_shows_a_page(centre: Centre, number: str) -> None:
    assert centre.browser(centre.people.director).get(f"/director/credentials/?page={number}").status_code == 200


def test_s18_a_text_that_no_database_keeps_is_refused_before_it_is_asked(centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    director = centre.browser(centre.people.director)
    said = {"act": "message", "text": "a\0b", "request": "1"}
    assert director.post(f"/proctor/sittings/{centre.sitting.pk}/say/", said).status_code == 400
    assert director.get("/people/?name=%00").status_code == 400


@pytest.mark.parametrize("device", ["", "x" * 81, "seat\0four", "seat\n4", "\u202eseat", "\ud800"])
def test_s18_a_device_without_a_readable_name_gets_no_stream(centre: Centre, device: str) -> None:
    wanted: dict[str, Any] = {"subject_kind": "attempt", "subject_id": str(centre.attempt.pk), "role": "candidate"}
    client = centre.browser(centre.candidate)
    answer = client.post("/api/streams", json.dumps(wanted | {"device": device}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "device")
    assert not Stream.objects.filter(role="candidate").exists()


@pytest.mark.parametrize("fields", [{"takeover": "１"}, {"role": 1e309}, {"subject_id": -1}])
def test_s18_fields_of_another_kind_open_no_stream(centre: Centre, fields: dict[str, Any]) -> None:
    wanted = {"subject_kind": "attempt", "subject_id": str(centre.attempt.pk), "role": "candidate", "device": "x"}
    client = centre.browser(centre.candidate)
    answer = client.post("/api/streams", json.dumps(wanted | fields), content_type="application/json")
    assert answer.status_code == 422
    assert not Stream.objects.filter(role="candidate").exists()
