"""A proctor in a real browser: confirms who somebody is, begins, pauses and extends, notes something, seals."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assess.attempts.desks.standing import standing_of
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.board import agree
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_proctor_begins_pauses_extends_and_tells(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    for number in (0, 1):
        agree(centre, number)
    page = page_of(centre.lives[0].posts["proctor:1"], device)
    page.goto("/proctor/")
    axe_finds_nothing(page)
    page.get_by_role("link", name="Open the board").click()
    axe_finds_nothing(page)
    shot(page, f"board-before-{device}")
    page.get_by_text(f"Confirm identity of {centre.candidate}").click()
    axe_finds_nothing(page)
    page.get_by_role("button", name="This is the person").click()
    expect(page.get_by_text("Identity confirmed")).to_have_count(1)
    page.get_by_role("button", name="Begin the exam (ECW-K)").click()
    expect(page.locator(".state", has_text="Works")).to_have_count(2)
    page.get_by_role("button", name="Pause").click()
    axe_finds_nothing(page)
    page.get_by_label("Why? The candidates read it.").first.fill("fire alarm")
    page.get_by_role("button", name="Pause now").click()
    expect(page.locator(".state", has_text="Paused")).to_have_count(2)
    shot(page, f"board-paused-{device}")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Resume now").click()
    expect(page.locator(".state", has_text="Works")).to_have_count(2)
    page.get_by_label(f"Choose {centre.candidate}").check()
    expect(page.locator("#chosen")).to_have_text("1 chosen.")
    page.get_by_role("button", name="Give time").click()
    page.locator("#extend-reason").fill("for the alarm")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("Time given for 1 candidates.")).to_be_visible()
    first, second = (standing_of(life.attempt).exam for life in centre.lives)
    assert first is not None and second is not None and first.window is not None and second.window is not None
    assert first.window.ends_us is not None and second.window.ends_us is not None
    assert 590_000_000 < first.window.ends_us - second.window.ends_us < 610_000_000
    axe_finds_nothing(page)
    for tab in ("Incidents", "Seals", "Level"):
        page.get_by_role("link", name=tab, exact=True).click()
        axe_finds_nothing(page)
        shot(page, f"proctor-{tab.lower()}-{device}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pause_by_keyboard_alone(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts["proctor:1"])
    page.goto(f"/proctor/sittings/{centre.sitting.pk}/")

    press_by_keyboard(page, "Begin the exam (ECW-K)")
    expect(page.locator(".state", has_text="Works")).to_have_count(2)
    press_by_keyboard(page, "Pause")
    page.keyboard.press("Tab")
    page.keyboard.type("fire alarm")
    page.keyboard.press("Enter")
    expect(page.locator(".state", has_text="Paused")).to_have_count(2)


def test_the_board_hears_of_a_change_by_itself(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts["proctor:1"])
    page.goto(f"/proctor/sittings/{centre.sitting.pk}/")
    expect(page.locator(".state", has_text="Has not agreed yet")).to_have_count(2)
    agree(centre)
    expect(page.locator(".state", has_text="Has not agreed yet")).to_have_count(1, timeout=15_000)


def test_an_incident_from_the_note_to_the_second_review(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    agree(centre)
    proctor = page_of(centre.lives[0].posts["proctor:1"])
    proctor.goto(f"/proctor/sittings/{centre.sitting.pk}/incidents/")
    proctor.get_by_text("Note something").click()
    proctor.get_by_label("About whom?").select_option(label=str(centre.candidate))
    proctor.get_by_label("Integrity").check()
    proctor.get_by_label("What did you see?").fill("A second telephone lay on the desk.")
    proctor.get_by_role("button", name="Write it down").click()
    candidate = page_of(centre.candidate, "phone")
    candidate.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    axe_finds_nothing(candidate)
    candidate.get_by_label("What do you say about it?").fill("It was off.")
    candidate.get_by_role("button", name="Send my words").click()
    expect(candidate.get_by_text("It was off.")).to_be_visible()
    for account in (centre.people.director, centre.people.approvers[0]):
        page = page_of(account)
        page.goto(proctor.url)
        if page.get_by_role("link", name=str(centre.candidate)).count() == 0:
            incident = centre.attempt.incidents.get()
            page.goto(f"/proctor/incidents/{incident.pk}/")
        else:
            page.get_by_role("link", name=str(centre.candidate)).click()
        axe_finds_nothing(page)
        shot(page, f"incident-{account.email.split('@')[0]}")
        page.get_by_label("Upheld: takes a second person").check()
        page.get_by_label("Why? The candidate reads it.").fill("Seen on the picture of the room.")
        page.get_by_role("button", name="Put my name to it").click()
        expect(page.get_by_text("Your review stands beside the incident.")).to_be_visible()
    expect(page.get_by_text("Upheld by two")).to_be_visible()
