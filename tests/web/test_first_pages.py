"""The first page, coming in by a one-time link, how pages look, and pages about errors."""

import pytest
from django.test import Client

from assess import door
from assess.management.world.personas import personas
from assess.people.actions import PeopleError, service_account
from assess.people.models import SignInLink
from assess.people.queries import actor
from tests.web.sample_centre import Centre


def way_in(centre: Centre, account: object) -> str:
    installer = actor(service_account(name="installation"))
    _, token = door.act(installer, "people.make_sign_in_link", account_id=account.pk)  # type: ignore[attr-defined]
    return f"/come-in/{token}"


def test_a_stranger_reads_what_this_is(client: Client, db: None) -> None:
    page = client.get("/")
    assert "Can this person wire the circuit" in page.content.decode()
    assert "Main" not in page.content.decode(), "no navigation for a stranger"


def test_a_link_shows_whose_it_is_and_is_used_up_only_by_the_button(centre: Centre) -> None:
    path = way_in(centre, centre.candidate)
    client = Client()
    assert f"Come in as {centre.candidate}" in client.get(path).content.decode()
    assert f"Come in as {centre.candidate}" in client.get(path).content.decode()
    assert client.post(path).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(centre.candidate.pk)


def test_a_link_works_once(centre: Centre) -> None:
    path = way_in(centre, centre.candidate)
    Client().post(path)
    second = Client().post(path)
    assert (second.status_code, "This link is over" in second.content.decode()) == (410, True)


def test_an_unknown_and_a_used_link_look_alike(centre: Centre) -> None:
    path = way_in(centre, centre.candidate)
    Client().post(path)

    def said(address: str) -> str:
        return Client().get(address).content.decode().partition("<main")[2]

    assert said(path) == said("/come-in/nothing")


def test_the_session_key_changes_when_somebody_comes_in(centre: Centre) -> None:
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    client.post(way_in(centre, centre.candidate))
    assert client.cookies["sessionid"].value != before


def test_only_the_digest_of_a_link_is_kept(centre: Centre) -> None:
    token = way_in(centre, centre.candidate).rsplit("/", 1)[-1]
    kept = [bytes(link.token_sha256) for link in SignInLink.objects.all()]
    assert all(token.encode() not in one for one in kept) and len(kept[0]) == 32


def test_a_way_into_a_demonstration_is_for_made_up_people_only(centre: Centre) -> None:
    centre.candidate.simulated = False
    centre.candidate.save(update_fields=["simulated"])
    installer = actor(service_account(name="installation"))
    with pytest.raises(PeopleError, match="is a real person"):
        door.act(
            installer,
            "people.make_sign_in_link",
            account_id=centre.candidate.pk,
            purpose=SignInLink.Purpose.DEMONSTRATION,
        )
    centre.candidate.simulated = True


@pytest.mark.slow
def test_each_start_of_a_demonstration_makes_a_way_in_for_every_persona(centre: Centre) -> None:
    more = {"email": "assessor7@demonstration.invalid", "given_name": "Pavel", "simulated": True}
    door.act(actor(service_account(name="installation")), "people.open_account", **more)
    ways = list(personas(first_today=2))
    assert [way.account.email.partition("@")[0] for way in ways] == [
        "candidate2", "candidate1", "assessor1", "assessor4", "assessor7", "technician1", "proctor2", "director1",
        "approver2", "deputy1", "board1",
    ]  # fmt: skip
    assert all("Come in as" in Client().get(way.path).content.decode() for way in ways)


def test_the_look_is_kept_in_a_cookie_and_applied_by_the_server(client: Client, db: None) -> None:
    chosen = {"theme": "dark", "contrast": "high", "reading": "spaced", "size": "larger", "next": "/"}
    assert client.post("/look/", chosen).headers["Location"] == "/"
    page = client.get("/").content.decode()
    assert 'data-theme="dark" data-contrast="high" data-reading="spaced" data-size="larger"' in page


def test_the_look_never_leads_to_another_site(client: Client, db: None) -> None:
    assert client.post("/look/", {"next": "https://elsewhere.example/"}).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/nothing-here", "/candidate/nothing-here"])
def test_a_page_that_does_not_exist_says_what_to_do(client: Client, db: None, path: str) -> None:
    page = client.get(path)
    assert (page.status_code, "Check the address" in page.content.decode()) == (404, True)
