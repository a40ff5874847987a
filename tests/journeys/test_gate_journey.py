"""The gate in a real browser: two people release what is too little, evidence fails later, and each award is looked at."""

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess.awards.models import Credential, ReleaseRule, ReviewedAward
from assess.management.world import releases
from assess.management.world.duties import record_duties
from assess.tasks import look_at_evidence_again
from tests.awards.decided import Decided, decide_a_sitting
from tests.journeys.conftest import AT_A_DESK, LIVE, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.fixture
def centre(transactional_db: None) -> Decided:
    return as_built("decided", decide_a_sitting)


@pytest.fixture
def address(centre: Decided) -> Iterator[str]:
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


@pytest.mark.parametrize("device", AT_A_DESK)
def test_from_too_little_evidence_to_a_review_of_what_was_awarded(
    page_of: SignedIn, centre: Decided, address: str, shot: Shot, device: str
) -> None:
    people = centre.people
    record_duties(people, centre.version)
    director = page_of(people.director, device)
    director.goto(f"/director/schemes/{centre.version.pk}/gate/")
    axe_finds_nothing(director)
    shot(director, f"gate-candidates-{device}")
    director.get_by_role("link", name="Scheme and window").click()
    expect(director.get_by_role("heading", name="What holds for everybody")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"gate-levels-{device}")

    director.get_by_role("link", name="Propose a release rule for “reliability”").click()
    director.get_by_label("Only from how many cases on?").fill("3")
    director.get_by_label("Why may it stand without the evidence until then?").fill("Windows on demand are small.")
    axe_finds_nothing(director)
    director.get_by_role("button", name="Propose the rule").click()
    expect(director.get_by_text("Proposed. It counts when a second person has signed it.")).to_be_visible()
    board = page_of(people.board, device)
    board.goto(f"/director/schemes/{centre.version.pk}/gate/levels/")
    board.get_by_role("button", name="Sign the release of reliability").click()
    expect(board.get_by_text("Signed. From now on it counts.")).to_be_visible()
    expect(board.get_by_text("Released for windows of at least 3").first).to_be_visible()
    axe_finds_nothing(board)

    row = centre.passed[0]
    releases.release(people, centre.version)
    centre.approve(row)
    director.goto(f"/director/decisions/{row.pk}/")
    expect(director.get_by_role("heading", name="The gate is open")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"gate-decision-{device}")
    director.get_by_role("button", name="Issue the credential").click()
    expect(director.get_by_text("Issued and signed.")).to_be_visible()

    centre.find_a_wrong_key()
    look_at_evidence_again()
    director.goto(f"/director/schemes/{centre.version.pk}/reviews/")
    axe_finds_nothing(director)
    shot(director, f"gate-reviews-{device}")
    director.get_by_role("link", name="Item evidence").click()
    axe_finds_nothing(director)
    shot(director, f"gate-review-{device}")
    deputy = page_of(people.second_director, device)
    deputy.goto(director.url)
    for page in (director, deputy):
        page.get_by_label("Keep").check()
        page.get_by_label("Why?").fill(
            "The key was right; the wording misled, and the item counted for nobody near a cut."
        )
        page.get_by_role("button", name="Put my name to it").click()
        expect(page.get_by_text("Noted.")).to_be_visible()
    expect(deputy.get_by_text("The holder was told")).to_be_visible()
    assert ReviewedAward.objects.get().outcome == "keep"
    holder = page_of(Credential.objects.get().holder, "phone")
    holder.goto(f"/candidate/attempts/{row.attempt_id}/")
    expect(holder.get_by_text("Your credential was looked at again and stands as it is.")).to_be_visible()
    axe_finds_nothing(holder)

    director.goto(f"/director/schemes/{centre.version.pk}/what-if/")
    axe_finds_nothing(director)
    director.get_by_label("To how many per cent?").fill("80")
    director.get_by_role("button", name="Move it").click()
    expect(director.get_by_role("heading", name="If the cut score of ECW-K were 80 %")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"gate-what-if-{device}")


def test_a_rule_is_proposed_by_keyboard_alone(page_of: SignedIn, centre: Decided, address: str) -> None:
    page = page_of(centre.people.director)
    page.goto(f"/director/schemes/{centre.version.pk}/gate/levels/?check=drift")
    reason = page.get_by_label("Why may it stand without the evidence until then?")
    reason.focus()
    page.keyboard.type("Nothing is monitored before the second window.")
    press_by_keyboard(page, "Propose the rule")

    expect(page.get_by_text("Proposed. It counts when a second person has signed it.")).to_be_visible()
    assert ReleaseRule.objects.get().check_name == "drift"
