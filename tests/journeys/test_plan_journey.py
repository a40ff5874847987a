"""A sitting is planned in a real browser, from an empty calendar to an assessor's day."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from assess.sittings.models import Assignment, Sitting
from tests.journeys.conftest import AT_A_DESK, LIVE, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.web.unplanned_centre import Unplanned, open_unplanned

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.fixture
def centre(transactional_db: None) -> Unplanned:
    return as_built("unplanned", open_unplanned)


@pytest.fixture
def address(centre: Unplanned) -> Iterator[str]:
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


def hours_from_now(hours: int) -> str:
    return f"{timezone.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("device", AT_A_DESK)
def test_from_an_empty_calendar_to_an_assessors_day(
    page_of: SignedIn, centre: Unplanned, address: str, shot: Shot, device: str
) -> None:
    page = page_of(centre.people.director, device)
    page.goto("/director/")
    page.get_by_role("link", name="Plan a sitting").click()
    axe_finds_nothing(page)
    page.get_by_label("Scheme").select_option(str(centre.version.pk))
    page.get_by_label("Title").fill("Autumn sitting")
    page.get_by_label("Where, in words that find it").fill("Hall 2, ground floor")
    page.get_by_label("Begins (UTC)").fill(hours_from_now(-1))
    page.get_by_label("Ends (UTC)").fill(hours_from_now(8))
    shot(page, f"plan-new-{device}")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("Autumn sitting is planned.")).to_be_visible()
    expect(page.get_by_text("Stations are there")).to_be_visible()
    axe_finds_nothing(page)

    for candidate in centre.people.candidates:
        page.get_by_label(str(candidate)).check()
    page.get_by_role("button", name="Enter the chosen").click()
    expect(page.get_by_text("3 entered.")).to_be_visible()
    page.get_by_role("button", name="Fill the posts").click()
    expect(page.get_by_text("posts of 3 candidates are filled.")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"plan-sitting-{device}")

    held = Assignment.objects.filter(sitting=Sitting.objects.get(), role__startswith="assessor:").first()
    assert held is not None and held.person is not None
    assessor = page_of(held.person, "tablet")
    assessor.goto("/assessor/")
    expect(assessor.get_by_text("Autumn sitting").first).to_be_visible()


def test_a_sitting_is_planned_by_keyboard_alone(page_of: SignedIn, centre: Unplanned, address: str) -> None:
    page = page_of(centre.people.director)
    page.goto("/director/")
    press_by_keyboard(page, "Plan a sitting")
    page.get_by_label("Scheme").focus()
    page.keyboard.type("Electric")
    page.get_by_label("Where, in words that find it").focus()
    page.keyboard.type("Hall 2")
    page.get_by_label("Begins (UTC)").fill(hours_from_now(-1))
    page.get_by_label("Ends (UTC)").fill(hours_from_now(8))
    press_by_keyboard(page, "Plan it")
    expect(page.get_by_text("Stations are there")).to_be_visible()
    page.get_by_label(str(centre.people.candidates[0])).focus()
    page.keyboard.press("Space")
    press_by_keyboard(page, "Enter the chosen")
    expect(page.get_by_text("1 candidate is entered")).to_be_visible()
    press_by_keyboard(page, "Fill the posts")
    expect(page.get_by_text("Posts are filled")).to_be_visible()
