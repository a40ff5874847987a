"""The evidence in a real browser: a director runs a study, a board adopts a cut, two people approve, a stranger verifies."""

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess.awards.models import Credential, Decision
from assess.management.world import releases
from assess.site.process import _worker_and_beat
from assess.validity.studies.models import StudyRun
from tests.journeys.conftest import AT_A_DESK, LIVE, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.web.lived_centre import Lived, live_a_sitting

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.fixture
def centre(transactional_db: None) -> Lived:
    return as_built("lived", live_a_sitting)


@pytest.fixture
def address(centre: Lived) -> Iterator[str]:
    with (
        serving() as url,
        override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE),
        _worker_and_beat(),
    ):
        yield url


@pytest.mark.parametrize("device", AT_A_DESK)
def test_from_a_study_to_a_credential_that_a_stranger_verifies(
    page_of: SignedIn, centre: Lived, address: str, shot: Shot, device: str
) -> None:
    scheme = f"/director/schemes/{centre.version.pk}/"
    board = page_of(centre.people.board, device)
    board.goto("/director/")
    axe_finds_nothing(board)
    board.goto(f"{scheme}cuts/")
    axe_finds_nothing(board)
    shot(board, f"director-cuts-{device}")
    board.get_by_role("link", name="Read it and decide").click()
    axe_finds_nothing(board)
    board.get_by_label("In the name of which board?").fill("Board of the centre")
    board.get_by_role("button", name="Adopt", exact=True).click()
    expect(board.get_by_text("Adopted. Decisions from its first day on are made under it.")).to_be_visible()

    director = page_of(centre.people.director, device)
    director.goto("/director/")
    axe_finds_nothing(director)
    expect(director.get_by_text("scored attempts wait for the rule")).to_be_visible()
    shot(director, f"director-home-{device}")
    director.goto(scheme)
    axe_finds_nothing(director)
    director.get_by_role("button", name="Run a study").click()
    expect(director.get_by_text("The study is under way.")).to_be_visible()
    expect(director.locator("#runs .state", has_text="Done")).to_be_visible(timeout=60_000)
    shot(director, f"director-scheme-{device}")
    director.get_by_role("link", name="Read it").click()
    expect(director.get_by_role("heading", name="Study 1 of MC-ECW")).to_be_visible()
    expect(director.get_by_text("not enough evidence").first).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"director-study-{device}")

    director.goto(f"{scheme}gate/")
    director.get_by_role("button", name="Apply the rule").click()
    expect(director.get_by_text("The rule was applied to")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"director-gate-{device}")
    decision = Decision.objects.filter(outcome="passed", document__near_cut=[]).order_by("pk").first()
    assert decision is not None
    releases.release(centre.people, centre.version)  # what a small cohort can't show; all else has to hold by itself
    for account in (centre.people.approvers[0], centre.people.approvers[1]):
        page = page_of(account, device)
        page.goto(f"/director/decisions/{decision.pk}/")
        axe_finds_nothing(page)
        page.get_by_role("button", name="Put my name to it").click()
        expect(page.get_by_text("Your name stands under it.")).to_be_visible()
    director.goto(f"/director/decisions/{decision.pk}/")
    shot(director, f"director-decision-{device}")
    director.get_by_role("button", name="Issue the credential").click()
    expect(director.get_by_text("Issued and signed.")).to_be_visible()
    credential = Credential.objects.get()

    candidate = page_of(credential.holder, "phone")
    candidate.goto(f"/candidate/attempts/{decision.attempt_id}/")
    expect(candidate.get_by_role("heading", name="You passed")).to_be_visible()
    axe_finds_nothing(candidate)
    shot(candidate, f"candidate-result-{device}")

    stranger = page_of(None, device)
    stranger.goto(f"/verify/{credential.pk}/")
    expect(stranger.get_by_role("heading", name="This credential is valid")).to_be_visible()
    axe_finds_nothing(stranger)
    shot(stranger, f"verify-{device}")
    assert stranger.context.cookies() == []
    for path in ("/director/credentials/", f"/director/credentials/{credential.pk}/", "/director/ledger/"):
        director.goto(path)
        axe_finds_nothing(director)
        assert director.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shot(director, f"director-{path.strip('/').split('/')[1]}-{device}")


def test_a_study_and_an_approval_by_keyboard_alone(page_of: SignedIn, centre: Lived, address: str) -> None:
    page = page_of(centre.people.director)
    page.goto(f"/director/schemes/{centre.version.pk}/")

    press_by_keyboard(page, "Run a study")
    expect(page.locator("#runs .state", has_text="Done")).to_be_visible(timeout=60_000)
    assert StudyRun.objects.get().state == "done"
    press_by_keyboard(page, "Read it")
    expect(page.get_by_role("heading", name="Study 1 of MC-ECW")).to_be_visible()
