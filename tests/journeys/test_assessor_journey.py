"""An assessor in a real browser: scores without a network, reloads, is killed, comes back; two devices give one record."""

import contextlib
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from assess.attempts.desks.duties import day_of
from assess.attempts.models import Entry, Stream
from tests.journeys.conftest import (
    FLAGS,
    IN_HAND,
    SignedIn,
    axe_finds_nothing,
    chromium,
    kept_for_offline,
    press_by_keyboard,
    sign_in,
)
from tests.web.board import at_the_board
from tests.web.energised import energised
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
ROLE = "assessor:1"


@pytest.fixture(autouse=True)
def _energised(centre: Centre, address: str) -> None:
    """The technician has opened the bays and given permission: rows that need a live circuit are open."""
    energised(centre)


def sheet_address(centre: Centre) -> str:
    return f"/assessor/sheet/#{centre.attempt.pk}/{ROLE}"


def written(centre: Centre) -> list[tuple[str, dict[str, Any]]]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=ROLE)
    return [(row.kind, json.loads(row.payload)) for row in rows.order_by("stream__epoch", "sequence")]


def mark_row(page: Page, row: Any) -> None:
    if row.locator(".taps-levels").count():
        row.locator("button.tap-level").nth(2).click()
    elif row.locator(".readings").count():
        for field in row.locator(".readings input").all():
            field.fill("1,2")
        row.get_by_role("button", name="Take the reading").click()
    else:
        row.get_by_role("button", name="Done", exact=True).click()


def mark_all(page: Page, first: int = 0, last: int | None = None) -> None:
    count = page.locator(".sheet-row").count()
    for place in range(first, count if last is None else last):
        mark_row(page, page.locator(".sheet-row").nth(place))
        expect(page.locator(".sheet-row").nth(place)).to_have_class(re.compile("marked"))


def ready(page: Page) -> None:
    page.goto("/assessor/")
    expect(page.locator("#ready")).to_contain_text("Ready to work without network", timeout=20_000)
    kept_for_offline(page, "/assessor/", "/assessor/sheet/")


@pytest.mark.parametrize("device", IN_HAND)
def test_a_whole_sheet_from_the_person_to_the_close(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    page = page_of(centre.lives[0].posts[ROLE], device)
    ready(page)
    axe_finds_nothing(page)
    shot(page, f"assessor-day-{device}")
    page.goto(sheet_address(centre))
    expect(page.get_by_role("heading", name=str(centre.candidate))).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"assessor-person-{device}")
    page.get_by_role("button", name="This is the person").click()
    expect(page.locator(".sheet-row").first).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"assessor-sheet-{device}")
    mark_row(page, page.locator(".sheet-row").first)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sheet-row").first).not_to_have_class(re.compile("marked"))
    page.get_by_role("button", name="Lock the rows").click()
    expect(page.locator("#end-words")).to_contain_text("not marked yet")
    mark_all(page)
    expect(page.locator("#left")).to_have_text("All marked")
    shot(page, f"assessor-marked-{device}")
    page.get_by_role("button", name="Lock the rows").click()
    expect(page.get_by_role("heading", name="Your overall impression")).to_be_visible()
    axe_finds_nothing(page)
    page.locator("#ratings button").nth(3).click()
    page.get_by_role("button", name="Worked calmly and in order.").click()
    page.get_by_role("button", name="Close this sheet").click()
    page.get_by_role("button", name="Close it").click()
    expect(page.locator("#closed-words")).to_have_text("Safe on the server.", timeout=15_000)
    axe_finds_nothing(page)
    kinds = [kind for kind, _ in written(centre)]
    assert kinds[:2] == ["identity", "begin"]
    assert kinds[-4:] == ["lock", "global_rating", "comment", "close"]
    assert ("mark", {"task": "PT-ECW-1", "criterion": "PT-ECW-1.01", "mark": {"undone": True}}) in written(centre)


def test_what_is_sealed_stands_below_what_is_to_do(page_of: SignedIn, centre: Centre) -> None:
    first, second = (
        {person for role, person in life.posts.items() if role.startswith("assessor:")} for life in centre.lives
    )
    assessor = min(first & second, key=str)
    over = centre.lives[1].attempt
    at_the_board(centre, "begin", attempt_ids=[over.pk])
    centre.browser(centre.people.director).post(
        f"/proctor/sittings/{centre.sitting.pk}/seals/{over.pk}/", {"reason": "absent"}
    )
    posts = day_of(assessor.pk)["posts"]
    sealed = sum(post["sealed"] for post in posts)
    assert 0 < sealed < len(posts)
    page = page_of(assessor, "tablet")
    page.goto("/assessor/")
    expect(page.locator("#posts h3:visible")).to_have_count(len(posts) - sealed)
    page.get_by_text(f"Sealed sheets ({sealed})").click()
    expect(page.locator("#posts h3:visible")).to_have_count(len(posts))
    axe_finds_nothing(page)
    page.get_by_role("button", name="Open the sheet").first.click()
    expect(page.locator("#find-words")).to_have_text("Type the code that stands on the candidate's badge.")


def test_targets_are_large_enough_for_gloves(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    expect(page.locator(".sheet-row").first).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a.button")]
          .filter((button) => button.offsetParent)
          .map((button) => [button.textContent.trim(), button.getBoundingClientRect()])
          .filter(([, box]) => box.height < 56 || box.width < 56)
          .map(([words]) => words)"""
    )
    assert small == []


@pytest.fixture
def tablet(playwright: Any, tmp_path: Path, address: str, centre: Centre) -> Iterator[Callable[[], BrowserContext]]:
    """A tablet with a disk of its own: it can be killed and started again."""
    running: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "tablet"),
            executable_path=chromium(),
            args=FLAGS,
            base_url=address,
            viewport={"width": 820, "height": 1180},
        )
        context.set_default_timeout(15_000)
        running.append(context)
        return context

    yield start
    for context in running:
        with contextlib.suppress(PlaywrightError):  # one was killed
            context.close()


def kill(disk: Path) -> None:
    """End the browser on this disk as the power button does: no page hears of it."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={disk}".encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
    for lock in disk.glob("Singleton*"):
        lock.unlink()


def test_scored_offline_reloaded_killed_and_nothing_lost(
    tablet: Callable[[], BrowserContext], centre: Centre, address: str, tmp_path: Path
) -> None:
    context = tablet()
    sign_in(context, centre.lives[0].posts[ROLE], address)
    page = context.new_page()
    ready(page)
    context.set_offline(True)
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    mark_all(page, 0, 4)
    page.reload()
    expect(page.locator("#left")).to_have_text("8 unmarked")
    expect(page.locator("#hold")).to_contain_text("permission to energise can't be seen here")
    page.get_by_role("button", name="I was told at the bay…").click()
    page.get_by_label("Who gave it?").fill("the technician")
    page.get_by_role("button", name="I was told so").click()
    mark_all(page, 4, 8)
    expect(page.locator("#saved")).to_contain_text("kept on this device")
    kill(tmp_path / "tablet")
    again = tablet()
    again.set_offline(True)
    page = again.new_page()
    page.goto(f"{address}/assessor/sheet/#{centre.attempt.pk}/{ROLE}")
    expect(page.locator("#left")).to_have_text("4 unmarked")
    mark_all(page, 8)
    page.get_by_role("button", name="Lock the rows").click()
    again.set_offline(False)
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=30_000)
    marks = [said["criterion"] for kind, said in written(centre) if kind == "mark"]
    assert marks == [criterion.identifier for criterion in centre.lives[0].pinned.tasks["PT-ECW-1"].criteria]


def test_a_half_typed_reading_outlives_a_mark_in_another_row(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE], "tablet")
    page.goto(sheet_address(centre))
    page.get_by_role("button", name="This is the person").click()
    half = page.locator(".sheet-row .readings input").first
    half.fill("1,")
    mark_row(page, page.locator(".sheet-row").first)
    expect(page.locator(".sheet-row").first).to_have_class(re.compile("marked"))
    expect(half).to_have_value("1,")


def test_two_devices_with_clocks_ten_minutes_apart_give_one_record(page_of: SignedIn, centre: Centre) -> None:
    assessor = centre.lives[0].posts[ROLE]
    first = page_of(assessor, "tablet")
    first.add_init_script("{ const now = Date.now; Date.now = () => now() + 600000; }")
    first.goto(sheet_address(centre))
    first.get_by_role("button", name="This is the person").click()
    mark_all(first, 0, 6)
    expect(first.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    second = page_of(assessor, "tablet")
    second.goto(sheet_address(centre))
    expect(second.get_by_role("heading", name="This sheet can't be opened here")).to_be_visible()
    axe_finds_nothing(second)
    second.get_by_role("button", name="Go on here instead").click()
    expect(second.locator("#left")).to_have_text("6 unmarked")
    mark_row(second, second.locator(".sheet-row").nth(0))
    mark_all(second, 6)
    second.get_by_role("button", name="Lock the rows").click()
    second.locator("#ratings button").nth(2).click()
    second.get_by_role("button", name="Close this sheet").click()
    second.get_by_role("button", name="Close it").click()
    expect(second.locator("#closed-words")).to_have_text("Safe on the server.", timeout=15_000)
    said = written(centre)
    criteria = [criterion.identifier for criterion in centre.lives[0].pinned.tasks["PT-ECW-1"].criteria]
    assert [one["criterion"] for kind, one in said if kind == "mark"] == [*criteria[:6], criteria[0], *criteria[6:]]
    epochs = Stream.objects.filter(subject=centre.attempt.pk, role=ROLE).order_by("epoch")
    assert [stream.state for stream in epochs] == ["superseded", "closed"]


def test_a_sheet_by_keyboard_alone(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts[ROLE])
    page.goto(sheet_address(centre))
    expect(page.get_by_role("button", name="This is the person")).to_be_visible()

    press_by_keyboard(page, "This is the person")
    expect(page.locator(".sheet-row").first).to_be_visible()
    press_by_keyboard(page, "Done")
    expect(page.locator(".sheet-row").first).to_have_class(re.compile("marked"))
    assert page.evaluate("document.activeElement.textContent") == "Done", "the focus stays where the person is"
    press_by_keyboard(page, "Next unmarked")
    assert page.evaluate("document.activeElement.closest('[data-criterion]').dataset.criterion") == "PT-ECW-1.02"
    press_by_keyboard(page, "SAFETY STOP")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Safety stop")).to_be_visible()
    page.locator("#safety-reason").focus()
    page.keyboard.type("about to touch a live part")
    press_by_keyboard(page, "Stop the task")
    expect(page.locator("#trouble-words")).to_contain_text("Safety stop written down")
    expect(page.locator("#saved")).to_have_text("Safe on the server", timeout=15_000)
    assert written(centre)[-1] == (
        "safety_stop",
        {"task": "PT-ECW-1", "code": "other", "reason": "about to touch a live part"},
    )
