"""A stranger checks a credential: by file, by text, by keyboard alone; what is wrong is told, and nothing is kept of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assess.awards import builders
from tests.awards.award_example import CREDENTIAL_KEY, FACTS
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing

pytestmark = pytest.mark.journey
DOCUMENT = json.dumps(builders.issue(FACTS, key=CREDENTIAL_KEY, created=datetime(2026, 3, 1, 12, 5, tzinfo=UTC)))
Shot = Callable[[Page, str], None]


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_file_a_changed_one_and_nothing_at_all(page_of: SignedIn, shot: Shot, tmp_path: Path, device: str) -> None:
    page = page_of(None, device)
    page.goto("/verify/")
    axe_finds_nothing(page)
    shot(page, f"verify-form-{device}")
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_contain_text("Paste the credential's text, or choose its file.")
    axe_finds_nothing(page)

    whole, changed = tmp_path / "whole.json", tmp_path / "changed.json"
    whole.write_text(DOCUMENT)
    changed.write_text(DOCUMENT.replace("fstelle", "fstella", 1))
    assert whole.read_bytes() != changed.read_bytes()
    page.get_by_label("The credential's file").set_input_files(whole)
    page.get_by_role("button", name="Check it").click()
    # It was issued elsewhere: its own site would have to say that it was not taken back.
    expect(page.get_by_role("heading", name="Whether this credential is valid is not known")).to_be_visible()
    why = page.get_by_role("complementary")
    expect(why.locator("li", has_text="Nothing in it was changed").get_by_label("Met:", exact=True)).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_role("link", name="Check another one").click()
    page.get_by_label("The credential's file").set_input_files(changed)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", name="This credential is not valid")).to_be_visible()
    expect(why.get_by_label("Not met:").first).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"verify-changed-{device}")
    assert page.context.cookies() == []


def test_a_text_by_keyboard_alone(page_of: SignedIn) -> None:
    page = page_of(None)
    page.goto("/verify/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.insert_text(DOCUMENT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Check it"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This credential is")).to_be_visible()
    assert page.context.cookies() == []
