"""W03: signing in makes a new session, signing out ends that one, and two devices of one person have one each."""

from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from assess import door
from assess.people.models import Account
from assess.people.queries import actor
from tests.web.sample_centre import Centre

PASSWORD = "correct horse battery staple 7"
COOKIE = settings.SESSION_COOKIE_NAME


def with_session(key: str) -> Client:
    client = Client()
    client.cookies = SimpleCookie({COOKIE: key})
    return client


def signed_in(client: Client) -> bool:
    return bool(client.get("/account/").status_code == 200)


@pytest.fixture
def candidate(centre: Centre) -> Account:
    account = centre.candidate
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    return account


def by_password(client: Client, centre: Centre) -> None:
    assert client.post("/account/login/", {"login": centre.candidate.email, "password": PASSWORD}).status_code == 302


def by_link(client: Client, centre: Centre) -> None:
    said = {"account_id": centre.candidate.pk}
    _, token = door.act(actor(centre.people.director), "people.make_sign_in_link", **said)
    assert client.post(f"/come-in/{token}").status_code == 302


@pytest.mark.parametrize("come_in", [by_password, by_link])
def test_w03_a_session_that_somebody_planted_before_the_sign_in_opens_nothing(
    centre: Centre, candidate: Account, come_in: object
) -> None:
    planted = SessionStore()
    planted["known to"] = "somebody else"
    planted.create()
    assert planted.session_key is not None
    client = with_session(planted.session_key)
    come_in(client, centre)  # type: ignore[operator]
    assert signed_in(client)
    assert client.cookies[COOKIE].value != planted.session_key
    assert not signed_in(with_session(planted.session_key))


def test_w03_another_person_on_the_same_device_gets_a_session_of_their_own(centre: Centre, candidate: Account) -> None:
    client = centre.browser(centre.people.director)
    before = client.cookies[COOKIE].value
    by_link(client, centre)
    assert client.cookies[COOKIE].value != before
    assert client.get("/candidate/").status_code == 200 and client.get("/director/").status_code == 404
    assert not signed_in(with_session(before))


def test_w03_signing_out_ends_the_session_itself_and_no_other(centre: Centre, candidate: Account) -> None:
    tablet, desk = Client(), Client()
    by_password(tablet, centre)
    by_password(desk, centre)
    copied = tablet.cookies[COOKIE].value
    tablet.post("/sign-out/")
    assert not signed_in(tablet) and not signed_in(with_session(copied))
    assert signed_in(desk)


def test_w03_a_changed_password_ends_the_sessions_of_all_other_devices(centre: Centre, candidate: Account) -> None:
    tablet, desk = Client(), Client()
    by_password(tablet, centre)
    by_password(desk, centre)
    new = {"oldpassword": PASSWORD, "password1": f"{PASSWORD} new", "password2": f"{PASSWORD} new"}
    assert desk.post("/account/password/change/", new).status_code == 302
    assert signed_in(desk) and not signed_in(tablet)


def test_w03_a_link_lets_one_device_in(centre: Centre) -> None:
    said = {"account_id": centre.candidate.pk}
    _, token = door.act(actor(centre.people.director), "people.make_sign_in_link", **said)
    assert [Client().post(f"/come-in/{token}").status_code for _ in range(2)] == [302, 410]


def test_w03_the_cookie_is_read_by_no_script_and_sent_to_no_other_site(centre: Centre, candidate: Account) -> None:
    client = Client()
    by_password(client, centre)
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
