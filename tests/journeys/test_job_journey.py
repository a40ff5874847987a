"""The job in a real browser: a survey is checked and taken, a practitioner and an expert rate on a phone, a board adopts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from assess.management.world.job import study_the_job, survey_text
from assess.validity.job.models import ContentPanel, JobAnalysis
from assess.validity.job.queries import job_evidence
from tests.journeys.conftest import AT_A_DESK, LIVE, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.journeys.server import serving
from tests.snapshots import as_built
from tests.validity.job.job_scene import JOBS, Guild, gather

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]


@pytest.fixture
def guild(transactional_db: None) -> Guild:
    return as_built("guild", gather)


@pytest.fixture
def address(guild: Guild) -> Iterator[str]:
    with serving() as url, override_settings(PUBLIC_URL=url, CSRF_TRUSTED_ORIGINS=[url], LIVE_PUBLISHER=LIVE):
        yield url


def test_a_job_is_asked_about_and_adopted(
    page_of: SignedIn, guild: Guild, address: str, shot: Shot, tmp_path: Path
) -> None:
    here = f"/director/schemes/{guild.version.pk}/job/"
    director = page_of(guild.people.director)
    director.goto(here)
    axe_finds_nothing(director)
    shot(director, "job-empty")
    director.get_by_label("The list of job tasks, as YAML").set_input_files(JOBS)
    director.get_by_role("button", name="Open an analysis").click()
    expect(director.get_by_text("Analysis 1 is open")).to_be_visible()

    wrong = tmp_path / "wrong.csv"
    wrong.write_text(survey_text(guild.job).replace("R03,", "Anna Maier,", 1).replace(",yes,4,", ",yes,7,", 1))
    director.get_by_label("The survey, as CSV").set_input_files(wrong)
    director.get_by_role("button", name="Check it").click()
    expect(director.get_by_text("Write a label such as R07: no name is kept here.")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, "job-checked")
    right = tmp_path / "right.csv"
    right.write_text(survey_text(guild.job))
    director.get_by_label("The survey, as CSV").set_input_files(right)
    director.get_by_role("button", name="Import it").click()
    expect(director.get_by_text("Taken: 42 respondents")).to_be_visible()

    analysis = JobAnalysis.objects.get()
    phone = page_of(guild.people.judges[0], "phone")
    phone.goto("/expert/")
    axe_finds_nothing(phone)
    shot(phone, "expert-start")
    press_by_keyboard(phone, f"Begin: {guild.job.title}")
    for group in ("region", "years", "setting"):
        phone.locator(f"input[name={group}]").first.focus()
        phone.keyboard.press("Space")
    axe_finds_nothing(phone)
    shot(phone, "expert-about")
    press_by_keyboard(phone, "Go on")
    expect(phone.get_by_role("heading", name=guild.job.statements[0].words)).to_be_visible()
    for group in ("done", "importance", "frequency", "harm", "learned"):
        phone.locator(f"input[name={group}]").first.focus()
        phone.keyboard.press("Space")
    axe_finds_nothing(phone)
    shot(phone, "expert-statement")
    press_by_keyboard(phone, "Save and go on")
    expect(phone.get_by_role("heading", name=guild.job.statements[1].words)).to_be_visible()
    phone.get_by_label("No", exact=True).check()
    expect(phone.get_by_text("How important is it to do this well?")).to_be_hidden()
    phone.get_by_role("button", name="Save and go on").click()
    expect(phone.get_by_text("2 of 22 rated")).to_be_visible()
    assert analysis.respondents.get(account=guild.people.judges[0]).ratings.count() == 2

    director.get_by_role("button", name="Close it and put the rules to it").click()
    expect(director.get_by_text("Closed: the ratings are frozen")).to_be_visible()
    board = page_of(guild.people.board)
    board.goto(here)
    axe_finds_nothing(board)
    shot(board, "job-for-the-board")
    for ruling in board.locator(".job-ruling").all():
        ruling.get_by_label("Drop it").check()
        ruling.get_by_label("Why?").fill("Done by who runs a business.")
    board.get_by_label("In the name of which board?").fill("Board of the guild")
    board.get_by_role("button", name="Adopt the analysis").click()
    expect(board.get_by_text("Adopted. Weights, coverage and the gate rest on it from now on.")).to_be_visible()
    axe_finds_nothing(board)
    assert job_evidence(guild.version.pk).analysis is not None


@pytest.mark.parametrize("device", AT_A_DESK)
def test_the_job_and_the_panel_are_read(page_of: SignedIn, guild: Guild, address: str, shot: Shot, device: str) -> None:
    study_the_job(guild.people, guild.version)
    director = page_of(guild.people.director, device)
    for name in ("job", "content"):
        director.goto(f"/director/schemes/{guild.version.pk}/{name}/")
        axe_finds_nothing(director)
        shot(director, f"job-{name}-{device}")
    director.goto(f"/director/schemes/{guild.version.pk}/content/?show=all")
    axe_finds_nothing(director)


def test_an_expert_rates_and_a_reader_finds_something(
    page_of: SignedIn, guild: Guild, address: str, shot: Shot
) -> None:
    director = page_of(guild.people.director)
    here = f"/director/schemes/{guild.version.pk}/content/"
    director.goto(here)
    axe_finds_nothing(director)
    director.get_by_role("button", name="Open a content panel").click()
    expert = guild.people.judges[0]
    guild.certify(expert)
    director.get_by_label("Mail address of the account").fill(expert.email)
    director.get_by_role("button", name="Seat this expert").click()
    expect(director.get_by_text("Seated.")).to_be_visible()
    axe_finds_nothing(director)
    shot(director, "content-open")
    panel = ContentPanel.objects.get()

    phone = page_of(expert, "phone")
    phone.goto(f"/expert/panels/{panel.pk}/")
    phone.get_by_label("Essential").check()
    phone.get_by_label("4 highly relevant").check()
    axe_finds_nothing(phone)
    shot(phone, "expert-element")
    press_by_keyboard(phone, "Save and go on")
    expect(phone.get_by_text(f"1 of {len(panel.elements)} rated")).to_be_visible()

    phone.goto(f"/expert/bias/{guild.version.pk}/")
    axe_finds_nothing(phone)
    phone.get_by_role("link", name="A1", exact=True).click()
    phone.get_by_text("I hold something against ECW-001").click()
    phone.get_by_label("What kind of concern?").first.select_option("language")
    phone.get_by_label("In your words").first.fill("“Point of isolation” is not used here.")
    axe_finds_nothing(phone)
    shot(phone, "expert-bias")
    phone.get_by_role("button", name="I have read all").click()
    expect(phone.get_by_text("hold something against 1.")).to_be_visible()

    director.goto(here)
    expect(director.get_by_text("Open concerns block")).to_be_visible()
    director.get_by_label("What was done about it?").select_option("kept")
    director.get_by_label("Why?").fill("The standard calls it so.")
    axe_finds_nothing(director)
    shot(director, "content-concern")
    director.get_by_role("button", name="Resolve the concern about ECW-001").click()
    expect(director.get_by_text("Resolved, with your name and your reason.")).to_be_visible()
