"""The director's desk in a real browser: what needs each person today, and every line leads to where it is done."""

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess import door
from assess.people.queries import actor
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
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


def decided(centre: Lived) -> None:
    """A study, and the rule applied to everybody; nobody has signed yet."""
    director = actor(centre.people.director)
    board = actor(centre.people.board)
    for cut in centre.version.cut_scores.filter(adopted_at=None):
        door.act(board, "validity.cut_scores.adopt_cut_score", cut_score_id=cut.pk, board="Board of the centre")
    door.act(director, "validity.studies.run_study", scheme_version_id=centre.version.pk)
    door.act_on_all(director, "awards.decide", [{"attempt_id": one.pk} for one in centre.attempts])


@pytest.mark.parametrize("device", AT_A_DESK)
def test_each_person_sees_what_waits_for_them(
    page_of: SignedIn, centre: Lived, address: str, shot: Shot, device: str
) -> None:
    board = page_of(centre.people.board, device)
    board.goto("/director/")
    expect(board.get_by_text("cut score waits for the board")).to_be_visible()
    axe_finds_nothing(board)

    decided(centre)
    director = page_of(centre.people.director, device)
    director.goto("/director/")
    expect(director.get_by_role("heading", name="What needs you today")).to_be_visible()
    expect(director.get_by_role("heading", name="Schemes at a glance")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"desk-home-{device}")
    director.get_by_text("wait for your name").click()
    expect(director.get_by_role("heading", name="The gate, candidate by candidate")).to_be_visible()


def test_from_the_desk_to_a_decision_by_keyboard_alone(page_of: SignedIn, centre: Lived, address: str) -> None:
    decided(centre)
    page = page_of(centre.people.approvers[0])
    page.goto("/director/")
    line = page.get_by_role("link", name="for your name").text_content()
    assert line is not None
    press_by_keyboard(page, line.strip())
    expect(page.get_by_role("heading", name="The gate, candidate by candidate")).to_be_visible()
