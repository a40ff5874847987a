"""Feeds in a real browser: a director adds one by keyboard, sees its secret once, books it and reads its state on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assess.attempts.feeds.models import Feed
from tests.journeys.conftest import SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey


def test_a_director_adds_a_feed_and_books_it(
    page_of: SignedIn, centre: Centre, shot: Callable[[Page, str], None]
) -> None:
    page = page_of(centre.people.director)
    page.goto("/stations/feeds/")
    expect(page.get_by_role("heading", name="No feeds yet")).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_label("What people call it").fill("Loop simulator")
    page.get_by_label("Serial of its device").fill("LZ-0042")
    press_by_keyboard(page, "Make its key")
    expect(page.get_by_text("whsec_")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "feed-secret-desk")
    page.get_by_role("link", name="Back to the feeds").click()
    page.get_by_text("Book Loop simulator for a candidate").click()
    press_by_keyboard(page, "Book it")
    expect(page.get_by_text("Its messages name attempt")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "feeds-desk")
    phone = page_of(centre.people.director, "phone", color_scheme="dark")
    phone.goto("/stations/feeds/")
    expect(phone.get_by_role("heading", name="Loop simulator")).to_be_visible()
    axe_finds_nothing(phone)
    shot(phone, "feeds-phone")
    assert Feed.objects.count() == 1
