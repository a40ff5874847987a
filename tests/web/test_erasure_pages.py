"""Erasing a person on pages: proposed by one, done by another, refused with what stands against it."""

import pytest

from assess.people.models import Account, Erasure
from tests.web.sample_centre import Centre


@pytest.mark.slow
def test_one_proposes_on_the_persons_page_and_another_does_it(centre: Centre) -> None:
    person = centre.people.assessors[-1]
    name = str(person)
    director = centre.browser(centre.people.director)
    page = director.post(
        f"/people/{person.pk}/", {"act": "erase", "ground": "Asked for in writing on 3 November 2026."}, follow=True
    ).content.decode()
    assert "Proposed. Another director or approver does it" in page
    erasure = Erasure.objects.get(account=person)
    assert (
        "You proposed it: another director or approver does it." in director.get("/people/erasures/").content.decode()
    )
    refused = director.post("/people/erasures/", {"erasure": str(erasure.pk)}, follow=True).content.decode()
    assert "Erasing takes two" in refused
    approver = centre.browser(centre.people.approvers[0])
    waits = approver.get("/people/erasures/").content.decode()
    assert f"Erase {name} for good" in waits
    done = approver.post("/people/erasures/", {"erasure": str(erasure.pk)}, follow=True).content.decode()
    assert "Erased. It can&#x27;t be undone." in done or "Erased. It can't be undone." in done
    assert name not in done and "Erased person" in done
    found = Account.objects.get(pk=person.pk)
    assert (str(found), found.is_active, found.date_of_birth) == ("Erased person", False, None)


def test_an_open_attempt_stands_against_it_and_the_sentence_says_what_to_do(centre: Centre) -> None:
    centre.attempt.state = "open"
    centre.attempt.save()
    director = centre.browser(centre.people.director)
    page = director.post(
        f"/people/{centre.candidate.pk}/", {"act": "erase", "ground": "Asked for in writing."}, follow=True
    ).content.decode()
    assert "An attempt of this person is open: seal it first." in page
    assert not Erasure.objects.exists()


@pytest.mark.slow
def test_an_erasure_of_another_centre_is_as_what_does_not_exist(centre: Centre) -> None:
    approver = centre.browser(centre.people.approvers[0])
    assert approver.post("/people/erasures/", {"erasure": "6b1f2c0e-5a0e-4c0c-9d59-8c7d1f6f2a11"}).status_code == 404
    assert centre.browser(centre.candidate).get("/people/erasures/").status_code == 404
