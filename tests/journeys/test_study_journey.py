"""A study in a real browser: asked for, stopped while it waits, asked for again, its steps told, read on one page, and kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess.site.process import _worker_and_beat
from assess.validity.datasets.queries import assessors_in, body_of
from assess.validity.studies.models import Study, StudyRun
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
    """No worker yet: what is asked for waits."""
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_director_asks_for_a_study_stops_it_asks_again_and_reads_it(
    page_of: SignedIn, centre: Lived, address: str, shot: Shot, device: str, tmp_path: Path
) -> None:
    page = page_of(centre.people.director, device)
    page.goto(f"/director/schemes/{centre.version.pk}/")
    press_by_keyboard(page, "Run a study")
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    expect(page.get_by_role("progressbar", name="How far the study is")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"study-waits-{device}")
    press_by_keyboard(page, "Stop it")
    expect(page.locator("#runs .state", has_text="Stopped")).to_be_visible()
    expect(page.get_by_text("stopped it. Nothing was concluded.")).to_be_visible()
    run = StudyRun.objects.get()
    assert (run.state, run.stopped_by_id, run.study) == ("stopped", centre.people.director.pk, None)

    page.get_by_role("button", name="Run a study").click()
    with _worker_and_beat():
        expect(page.locator("#runs .state", has_text="Done")).to_be_visible(timeout=60_000)
    axe_finds_nothing(page)
    shot(page, f"study-done-{device}")
    press_by_keyboard(page, "Read it")
    expect(page.get_by_role("heading", name="Study 1 of MC-ECW")).to_be_visible()
    expect(page.get_by_role("heading", name="On one page")).to_be_visible()
    expect(page.get_by_role("heading", name="What you cannot rely on, or not yet")).to_be_visible()
    expect(page.get_by_role("heading", name="The data")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"study-read-{device}")
    study = Study.objects.get()
    for one in assessors_in(study.dataset):
        assert one.name in page.get_by_role("region", name="Who the assessors are").inner_text()
    assert page.get_by_text(study.dataset_sha256).first.is_visible()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Frozen data").click()
    assert kept.value.suggested_filename == "MC-ECW-study-1-dataset.json"
    kept.value.save_as(tmp_path / "dataset.json")
    assert (tmp_path / "dataset.json").read_bytes() == body_of(study.dataset)


def test_a_board_reads_a_study_and_stops_none(page_of: SignedIn, centre: Lived, address: str) -> None:
    director = page_of(centre.people.director)
    director.goto(f"/director/schemes/{centre.version.pk}/")
    director.get_by_role("button", name="Run a study").click()
    expect(director.get_by_role("button", name="Stop it")).to_be_visible()
    board = page_of(centre.people.board)
    board.goto(f"/director/schemes/{centre.version.pk}/")
    expect(board.get_by_text("Waits for a worker")).to_be_visible()
    expect(board.get_by_role("button", name="Stop it")).to_have_count(0)
    expect(board.get_by_role("button", name="Run a study")).to_have_count(0)


@pytest.mark.parametrize("device", ("phone", "desk"))
def test_an_attempt_is_left_out_and_a_person_erased_by_two(
    page_of: SignedIn, centre: Lived, address: str, shot: Shot, device: str
) -> None:
    director, approver = page_of(centre.people.director, device), page_of(centre.people.approvers[0], device)
    person = centre.people.candidates[2]
    director.goto(f"/director/schemes/{centre.version.pk}/")
    director.get_by_role("link", name="What is in the data").click()
    director.get_by_label("Candidate").fill(person.family_name)
    press_by_keyboard(director, "Find")
    director.get_by_text(f"{person}, ").click()
    director.get_by_label("What happened?").fill("The bench lost its power for twenty minutes.")
    axe_finds_nothing(director)
    press_by_keyboard(director, "Leave it out")
    expect(director.get_by_text("Left out from the next study on, under your name.")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, f"study-data-{device}")

    director.goto(f"/people/{person.pk}/")
    director.get_by_text("Propose it").click()
    director.get_by_label("On what ground?").fill("Asked for in writing on 3 November 2026.")
    axe_finds_nothing(director)
    press_by_keyboard(director, "Propose to erase")
    expect(director.get_by_text("Another director or approver does it, on the page of erasures.")).to_be_visible()
    approver.goto("/people/erasures/")
    axe_finds_nothing(approver)
    shot(approver, f"erasure-waits-{device}")
    press_by_keyboard(approver, f"Erase {person} for good")
    expect(approver.get_by_text("Erased. It can't be undone.")).to_be_visible()
    expect(approver.get_by_role("heading", name="Erased person")).to_be_visible()
    approver.get_by_text("What was erased").click()
    axe_finds_nothing(approver)
    shot(approver, f"erasure-done-{device}")
    director.goto(f"/director/schemes/{centre.version.pk}/data/")
    expect(director.get_by_text("The person was erased.")).to_be_visible()
    assert person.family_name not in director.get_by_role("main").inner_text()
