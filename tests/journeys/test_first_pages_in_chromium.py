"""The first pages in a real browser: readable by everybody, at every width, by keyboard."""

import pytest

from tests.journeys.conftest import WIDTHS, SignedIn, axe_finds_nothing

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("device", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/look/", "/sign-in/", "/nothing-here"])
def test_nothing_keeps_anybody_out(page_of: SignedIn, shot, device: str, path: str) -> None:
    page = page_of(None, device)
    page.goto(path)
    axe_finds_nothing(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"
    shot(page, f"first{path.replace('/', '-')}{device}")


def test_the_look_is_chosen_by_keyboard(page_of: SignedIn, address: str) -> None:
    page = page_of(None)
    page.goto("/look/")
    page.get_by_label("As my device").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    axe_finds_nothing(page)
