"""Pages of training and monitoring without a browser: what an assessor may not see yet, and what a form says back."""

import pytest
from django.test import Client

from assess import door
from assess.people.models import Account
from assess.people.queries import actor
from assess.validity.raters.models import BlindMarks
from tests.attempts.centre import Centre, built, centre
from tests.validity.raters.test_rater_training import exemplar, mark, session

__all__ = ["built", "centre"]
SECRET = "The lock is seen at forty seconds."


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.slow
def test_an_assessor_sees_neither_reference_nor_reasons_before_the_last_sheet(centre: Centre) -> None:
    first, second = (exemplar(centre, task, because={f"{task}.01": SECRET}) for task in ("PT-ECW-1", "PT-ECW-2"))
    opened = session(centre, first, second)
    anna = centre.people.assessors[0]
    client = browser(anna)
    for one in (first, second):
        page = client.get(f"/assessor/training/{opened.pk}/{one.pk}/").content.decode()
        assert one.title in page
        assert SECRET not in page
        assert " checked>" not in page
        assert client.get(f"/director/exemplars/{one.pk}/").status_code == 404
    mark(anna, opened, first)
    answered = client.get(f"/assessor/training/{opened.pk}/")
    assert answered.headers["Location"] == f"/assessor/training/{opened.pk}/{second.pk}/"
    mark(anna, opened, second)
    assert SECRET in client.get(f"/assessor/training/{opened.pk}/").content.decode()
    other = browser(centre.people.assessors[1])
    assert other.get(f"/assessor/training/{opened.pk}/").status_code == 404


@pytest.mark.slow
def test_a_sheet_with_a_row_left_out_names_the_row_and_keeps_what_was_chosen(centre: Centre) -> None:
    one = exemplar(centre)
    opened = session(centre, one)
    client = browser(centre.people.assessors[0])
    address = f"/assessor/training/{opened.pk}/{one.pk}/"
    page = client.post(address, {"mark-PT-ECW-1.01": "yes", "mark-PT-ECW-1.10": "not_seen"}).content.decode()
    assert "PT-ECW-1.02 has no mark" in page
    assert page.count(" checked>") == 2
    marks = {f"mark-{row}": "not_seen" for row in one.reference}
    assert client.post(address, marks).headers["Location"] == f"/assessor/training/{opened.pk}/"
    assert BlindMarks.objects.get().marks["PT-ECW-1.10"] == {"level": None}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["9", "x", "yes\x00"])
def test_a_mark_that_is_none_is_refused(centre: Centre, wrong: str) -> None:
    one = exemplar(centre)
    opened = session(centre, one)
    client = browser(centre.people.assessors[0])
    marks = {f"mark-{row}": wrong for row in one.reference}
    assert client.post(f"/assessor/training/{opened.pk}/{one.pk}/", marks).status_code in (200, 400)
    assert not BlindMarks.objects.exists()


def test_the_own_severity_waits_until_no_candidate_is_before_the_assessor(centre: Centre) -> None:
    anna = centre.people.assessors[0]
    assert "Nothing yet" in browser(anna).get("/assessor/severity/").content.decode()
    centre.assign(centre.post("assessor:1", anna))
    centre.open(anna, "assessor:1")
    assert "You have candidates today." in browser(anna).get("/assessor/severity/").content.decode()


@pytest.mark.slow
def test_a_base_period_without_a_block_is_refused_in_words(centre: Centre) -> None:
    client = browser(centre.people.director)
    address = f"/director/schemes/{centre.version.pk}/monitoring/"
    page = client.post(address, {"act": "base", "because": "Quiet days."}, follow=True).content.decode()
    assert "Choose blocks of attempts that are sealed and scored." in page
    assert client.post(address, {"act": "nothing"}).status_code == 404
    assert browser(centre.people.board).post(address, {"act": "look"}, follow=True).status_code == 200


def test_a_panel_member_who_is_no_director_reaches_the_exemplar_and_nothing_else(centre: Centre) -> None:
    one = exemplar(centre, agreed=False)
    client = browser(centre.people.reviewer)
    assert client.post(f"/director/exemplars/{one.pk}/", {"act": "sign"}, follow=True).status_code == 200
    assert one.signatures.get().person == centre.people.reviewer
    assert client.get(f"/director/schemes/{centre.version.pk}/training/").status_code == 404
    with pytest.raises(door.Forbidden):
        door.act(actor(centre.people.reviewer), "validity.raters.withdraw_exemplar", exemplar_id=one.pk, because="x")
