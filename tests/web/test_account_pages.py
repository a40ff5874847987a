"""Accounts: passwords by allauth, no signing up, invitations, roles of one's own centre, declared relations."""

import re

import pytest
from django.test import Client

from assess.people.models import Account, Conflict, RoleAssignment
from tests.web.sample_centre import Centre

PASSWORD = "correct horse battery staple 7"


@pytest.fixture
def director(centre: Centre) -> Client:
    return centre.browser(centre.people.director)


def invite(client: Client, centre: Centre, **more: str) -> str:
    said = {
        "given_name": "Nadia",
        "family_name": "Petit",
        "email": "nadia@example.org",
        "role": "assessor",
        "organisation": str(centre.people.organisation.pk),
    }
    return client.post("/people/invite/", said | more, follow=True).content.decode()


@pytest.mark.slow
def test_an_invited_person_comes_in_chooses_a_password_and_comes_again(centre: Centre, director: Client) -> None:
    page = invite(director, centre)
    link = page.partition("/come-in/")[2].partition("<")[0].strip()
    client = Client()
    assert client.post(f"/come-in/{link}").headers["Location"] == "/account/"
    assert "Choose a password" in client.get("/account/").content.decode()
    set_password = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/set/", set_password).status_code == 302
    again = Client()
    answer = again.post("/account/login/", {"login": "nadia@example.org", "password": PASSWORD})
    assert (answer.status_code, "_auth_user_id" in again.session) == (302, True)


def test_nobody_signs_up_by_themselves(client: Client, db: None) -> None:
    page = client.get("/account/signup/").content.decode()
    assert "closed" in page.lower()
    client.post("/account/signup/", {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert not Account.objects.filter(email="x@example.org").exists()


def test_w09_a_wrong_address_and_a_wrong_password_look_alike(centre: Centre) -> None:
    def said(login: str) -> str:
        answer = Client().post("/account/login/", {"login": login, "password": "wrong"})
        page = answer.content.decode().partition("<main")[2].replace(login, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)

    assert said(centre.candidate.email) == said("nobody@example.org")


def test_asking_for_a_new_password_tells_nobody_who_is_known(centre: Centre) -> None:
    def goes(email: str) -> tuple[int, str]:
        answer = Client().post("/account/password/reset/", {"email": email})
        return answer.status_code, answer.headers["Location"]

    assert goes(centre.candidate.email) == goes("nobody@example.org")


@pytest.mark.slow
@pytest.mark.parametrize("email", ["no address", "", "x@"])
def test_a_mail_address_that_is_none_is_named(centre: Centre, director: Client, email: str) -> None:
    assert "is no mail address" in invite(director, centre, email=email)


@pytest.mark.slow
def test_an_address_that_is_taken_and_a_role_that_is_none_are_told(centre: Centre, director: Client) -> None:
    assert "There is an account for" in invite(director, centre, email=centre.candidate.email)
    assert "There is no role" in invite(director, centre, role="king")
    assert not Account.objects.filter(email="nadia@example.org").exists(), "all of it or nothing"


def test_roles_are_given_and_withdrawn(centre: Centre, director: Client) -> None:
    person = centre.people.author
    said = {"role": "proctor", "organisation": str(centre.people.organisation.pk)}
    director.post(f"/people/{person.pk}/", said | {"act": "give"})
    held = RoleAssignment.objects.filter(account=person, role="proctor", until=None)
    assert held.count() == 1
    director.post(f"/people/{person.pk}/", said | {"act": "withdraw"})
    assert held.count() == 0


def test_nobody_is_made_a_service(centre: Centre, director: Client) -> None:
    said = {"role": "service", "organisation": str(centre.people.organisation.pk), "act": "give"}
    assert director.post(f"/people/{centre.people.author.pk}/", said).status_code == 404


def test_a_relation_is_declared_and_no_address_is_given_away(centre: Centre) -> None:
    client = centre.browser(centre.people.assessors[0])
    client.post("/account/conflicts/", {"email": centre.candidate.email, "relation": "trainer"})
    assert Conflict.objects.get().relation == "trainer"
    page = client.post("/account/conflicts/", {"email": "nobody@example.org", "relation": "trainer"}, follow=True)
    assert "Nobody of this address takes part here" in page.content.decode()


def test_signing_out_ends_the_session(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    client.post("/sign-out/")
    assert client.get("/candidate/").status_code == 302


@pytest.mark.slow
def test_a_certificate_waits_until_a_director_says_how_they_verified_it(centre: Centre, director: Client) -> None:
    candidate = centre.browser(centre.candidate)
    shown = {"kind": "EXT-PVI", "issuer": "Made-up PV school", "issued_on": "2026-01-05"}
    candidate.post("/candidate/certificates/", shown)
    assert "Waits for the centre" in candidate.get("/candidate/").content.decode()
    assert "Made-up PV school" in director.get("/people/").content.decode()
    address = f"/people/{centre.candidate.pk}/"
    certificate = centre.candidate.certificates.get(kind="EXT-PVI")
    said = {"act": "verify", "certificate": str(certificate.pk)}
    assert (
        "Say how the certificate was verified"
        in director.post(address, said | {"how": " "}, follow=True).content.decode()
    )
    director.post(address, said | {"how": "register looked up"})
    certificate.refresh_from_db()
    assert (certificate.verified_by_id, certificate.how_verified) == (centre.people.director.pk, "register looked up")
    assert "Made-up PV school" not in director.get("/people/").content.decode()


def test_s01_a_certificate_of_somebody_else_is_not_verified_through_this_page(centre: Centre, director: Client) -> None:
    other = centre.people.candidates[1].certificates.first()
    assert other is not None
    said = {"act": "verify", "certificate": str(other.pk), "how": "original seen"}
    assert director.post(f"/people/{centre.candidate.pk}/", said).status_code == 404


@pytest.mark.parametrize(
    ("description", "percent", "sentence"),
    [
        ("A reader", "-1", "between 0 and 200"),
        ("A reader", "１", "between 0 and 200"),
        (" ", "0", "Say what is agreed"),
    ],
)
def test_s18_an_agreement_that_says_nothing_is_refused(
    centre: Centre, director: Client, description: str, percent: str, sentence: str
) -> None:
    said = {"act": "agree", "description": description, "extra_time_percent": percent}
    assert sentence in director.post(f"/people/{centre.candidate.pk}/", said, follow=True).content.decode()
    assert not centre.candidate.accommodations.exists()


def test_what_is_agreed_is_told_with_the_name_of_who_agreed(centre: Centre, director: Client) -> None:
    said = {"act": "agree", "description": "A reader sits beside", "extra_time_percent": "25"}
    page = director.post(f"/people/{centre.candidate.pk}/", said, follow=True).content.decode()
    assert "A reader sits beside, 25 % more time" in page
    assert str(centre.people.director) in page.partition("A reader sits beside, 25")[2]
