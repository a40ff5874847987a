"""The dossier in a real browser: read from the first page to a claim and its records, kept as PDF, printed, left again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess import door
from tests.journeys.conftest import AT_A_DESK, LIVE, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.web.lived_centre import Lived, live_a_sitting

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.fixture
def centre(transactional_db: None) -> Lived:
    lived = as_built("lived", live_a_sitting)
    director = lived.people.acts_as(lived.people.director)
    door.act(director, "validity.studies.run_study", scheme_version_id=lived.version.pk)
    return lived


@pytest.fixture
def glance() -> Shot:
    """Keeps what the window shows, in light and dark: the whole page is longer than a picture can be."""
    folder = os.environ.get("ASSAYER_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"))

    return take


@pytest.fixture
def address(centre: Lived) -> Iterator[str]:
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_director_reads_a_claim_follows_its_record_and_goes_back(
    page_of: SignedIn, centre: Lived, address: str, glance: Shot, device: str
) -> None:
    page = page_of(centre.people.director, device)
    page.goto(f"/director/schemes/{centre.version.pk}/")
    page.get_by_role("link", name="Dossier").click()
    expect(page.get_by_role("heading", name="Can I decide, and can I defend it?")).to_be_visible()
    axe_finds_nothing(page)
    glance(page, f"dossier-front-{device}")
    page.get_by_role("link", name="5. Internal structure").click()
    claim = page.locator("#claim-structure")
    expect(claim.get_by_role("heading", name="5. Internal structure")).to_be_in_viewport()
    expect(claim.get_by_text("not enough evidence").first).to_be_visible()
    claim.scroll_into_view_if_needed()
    glance(page, f"dossier-claim-{device}")
    claim.get_by_role("link", name="study").first.click()
    expect(page.get_by_role("heading", name="Study 1 of MC-ECW")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Back to the scheme").click()
    expect(page.get_by_role("heading", name="Parts and their cut scores")).to_be_visible()


def test_the_pdf_comes_by_a_button_and_the_print_view_leaves_the_frame_out(
    page_of: SignedIn, centre: Lived, address: str, glance: Shot
) -> None:
    page = page_of(centre.people.board)
    page.goto(f"/director/schemes/{centre.version.pk}/dossier/")
    with page.expect_download() as started:
        page.get_by_role("link", name="PDF").click()
    assert started.value.suggested_filename == f"MC-ECW-{centre.version.version}-dossier.pdf"
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_role("navigation", name="This scheme")).to_be_hidden()
    expect(page.get_by_role("link", name="PDF")).to_be_hidden()
    glance(page, "dossier-print")


def test_in_the_dark_and_by_keyboard(page_of: SignedIn, centre: Lived, address: str, glance: Shot) -> None:
    page = page_of(centre.people.approvers[0], color_scheme="dark")
    page.goto(f"/director/schemes/{centre.version.pk}/dossier/")
    axe_finds_nothing(page)
    press_by_keyboard(page, "12. Monitoring")
    expect(page.locator("#claim-monitoring")).to_be_in_viewport()
