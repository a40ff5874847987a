"""Retrofit cases in a real browser: an author has a key computed again by keyboard, watches it, and reads the pictures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assess import tasks
from assess.schemes.computations import queries as computations
from simulator_adapters.energy.energyplus import available
from tests.journeys.conftest import SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.mark.skipif(not available(), reason="EnergyPlus is not installed (the extra [energyplus])")
def test_an_author_computes_a_building_and_a_year_of_bills(
    page_of: SignedIn, centre: Centre, address: str, shot: Shot
) -> None:
    page = page_of(centre.people.author)
    page.goto("/author/cases/")
    expect(page.get_by_text("Not computed yet")).to_have_count(3)
    axe_finds_nothing(page)
    shot(page, "cases-desk")
    page.get_by_role("link", name="Block of 24 flats: three measures").click()
    expect(page.get_by_role("heading", name="Not computed yet")).to_be_visible()
    press_by_keyboard(page, "Compute the key again")
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "case-under-way-desk")
    tasks.work_outbox()
    # The page notices by itself that the computation has ended.
    expect(page.get_by_text("Key and computation disagree.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("img", name="What each measure saves")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "case-building-desk")
    phone = page_of(centre.people.director, "phone")
    for name in ("SIM-RET-1", "SIM-RET-3"):
        found = computations.case_called(name)
        assert found is not None
        phone.goto(f"/author/cases/{found.pk}/")
        if name == "SIM-RET-3":
            press_by_keyboard(phone, "Compute the key again")
            expect(phone.get_by_text("Waits for a worker")).to_be_visible()
            tasks.work_outbox()
            expect(phone.get_by_role("img", name="Bills against degree days")).to_be_visible(timeout=15_000)
        axe_finds_nothing(phone)
        shot(phone, f"case-{name.lower()}-phone")
