"""Accounts in a real browser: signing in, a second factor, inviting somebody; readable by everybody."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import WIDTHS, SignedIn, axe_finds_nothing
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
PASSWORD = "correct horse battery staple 7"


@pytest.mark.parametrize("device", WIDTHS)
def test_signing_in_with_a_password(page_of: SignedIn, centre: Centre, shot, device: str) -> None:
    centre.people.director.set_password(PASSWORD)
    centre.people.director.save()
    page = page_of(None, device)
    page.goto("/sign-in/?next=/director/")
    axe_finds_nothing(page)
    shot(page, f"sign-in-{device}")
    page.get_by_label("Mail address").fill(centre.people.director.email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What needs you today")).to_be_visible()
    for path in ("/account/", "/account/2fa/", "/account/password/change/", "/people/"):
        page.goto(path)
        axe_finds_nothing(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shot(page, f"account{path.replace('/', '-')}{device}")


def test_a_director_invites_and_the_link_brings_the_person_in(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.people.director)
    page.goto("/people/")
    page.get_by_text("Invite somebody").click()
    page.get_by_label("Given name").fill("Nadia")
    page.get_by_label("Mail address").fill("nadia@example.org")
    page.get_by_label("Role").select_option("assessor")
    page.get_by_role("button", name="Invite").click()
    axe_finds_nothing(page)
    link = page.locator("p.code").inner_text()
    new = page_of(None, "phone")
    new.goto(link)
    axe_finds_nothing(new)
    new.get_by_role("button", name="Come in").click()
    expect(new.get_by_role("link", name="Choose a password")).to_be_visible()
    axe_finds_nothing(new)
