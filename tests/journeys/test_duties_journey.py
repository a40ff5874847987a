"""Frame and duties in a real browser: a director proposes a record with its document, another person signs it, by keyboard."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assess.management.world.duties import record_duties
from assess.schemes import queries as schemes
from assess.schemes.duties import DutyState
from assess.schemes.models import DutyRecord
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
CHARTER = {"name": "charter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 the charter"}


def address_of(version_id: object) -> str:
    return f"/director/schemes/{version_id}/duties/"


def test_a_duty_is_proposed_and_signed_by_keyboard(page_of: SignedIn, centre: Centre, address: str, shot: Shot) -> None:
    page = page_of(centre.people.director)
    page.goto(address_of(centre.version.pk))
    expect(page.get_by_text("The scheme does not fit the European approach to micro-credentials yet")).to_be_visible()
    expect(page.locator(".duty-missing")).to_have_count(5)
    axe_finds_nothing(page)
    shot(page, "duties-empty-desk")
    page.get_by_label("What is stated?").first.focus()
    page.keyboard.type("Charter of the chamber, section 4: the centre may award at EQF 4.")
    page.get_by_label("Document").first.set_input_files(CHARTER)  # a file dialog is the system's, not the page's
    page.get_by_label("Holds until").first.fill(f"{timezone.now().year + 2}-01-31")
    press_by_keyboard(page, "Propose right to award at this level")
    expect(page.get_by_text("Recorded. It counts once another person has signed it.")).to_be_visible()
    expect(page.get_by_text("You proposed it: somebody else signs.")).to_be_visible()
    axe_finds_nothing(page)

    signer = page_of(centre.people.board)
    signer.goto(address_of(centre.version.pk))
    expect(signer.get_by_text("Propose a record")).to_have_count(0)
    axe_finds_nothing(signer)
    shot(signer, "duties-to-sign-desk")
    press_by_keyboard(signer, "Sign right to award at this level")
    expect(signer.get_by_text("Your name stands beside the first one.")).to_be_visible()
    expect(signer.get_by_text("Signed by two")).to_have_count(1)
    record = DutyRecord.objects.get()
    assert (record.signed_by_id, record.statement[:7]) == (centre.people.board.pk, "Charter")
    with signer.expect_download() as download:
        signer.get_by_role("link", name="charter.pdf").click()
    assert download.value.path().read_bytes() == CHARTER["buffer"]


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_scheme_whose_duties_are_signed_fits_its_frame(
    page_of: SignedIn, centre: Centre, address: str, shot: Shot, device: str
) -> None:
    for code in ("MC-ECW", "MC-PVS", "MC-CEE"):
        record_duties(centre.people, schemes.current_version(code))
    assert {duty.state for duty in schemes.duties_of(centre.version.pk)} == {DutyState.SIGNED}
    page = page_of(centre.people.approvers[0], device)
    for code, kind in (
        ("MC-ECW", "EU micro-credential"),
        ("MC-PVS", "Certification of persons"),
        ("MC-CEE", "Certificate programme"),
    ):
        page.goto(address_of(schemes.current_version(code).pk))
        expect(page.get_by_role("heading", name=kind)).to_be_visible()
        expect(page.get_by_text("It fits", exact=True)).to_be_visible()
        expect(page.get_by_text("All signed")).to_be_visible()
        page.locator("main details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        axe_finds_nothing(page)
        shot(page, f"duties-{code.lower()}-{device}")
