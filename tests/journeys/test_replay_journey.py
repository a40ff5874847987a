"""Looking back at a drawing in a real browser: played, paused and scrubbed by keyboard, findings pointed out on the board."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, press_by_keyboard
from tests.snapshots import as_built
from tests.web.bench_scene import begin_bench, wiring_of
from tests.web.sample_centre import Centre, open_centre
from tests.web.test_bench_pages import LIGHT, ON, Bench
from tests.web.test_replay_pages import address

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
COLOURS = {"L": "brown", "N": "blue", "PE": "green-yellow"}


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    """A centre of today whose first candidate drew the light step by step, with the lamp switched in the neutral."""
    centre = as_built("today", partial(open_centre, scheme="MC-ECW"))
    begin_bench(centre)
    bench = Bench(centre)
    (wrong,) = (variant for variant in wiring_of(centre, LIGHT).variants if variant.id == "F1")
    wires = [
        [*wire, {"colour": COLOURS.get(wire[1].rpartition(".")[2], "brown"), "mm2": "1.5"}] for wire in wrong.wires
    ]
    for number in range(1, len(wires) + 1):
        bench.draw(wires[:number])
    bench.operate(off=True, **ON)
    bench.operate(**ON | {"S1": "off"})
    bench.operate(inject="line_body_X1", **ON | {"S1": "off"})
    bench.say("finish")
    return centre


def open_replay(page: Page, centre: Centre) -> None:
    page.goto(address(centre))
    expect(page.locator(".bench-words")).to_contain_text("Step 11 of 11")


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_drawing_is_played_back_and_its_findings_are_pointed_out(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    page = page_of(centre.people.director, device)
    open_replay(page, centre)
    words = page.locator(".bench-words")
    more = page.locator(".bench-dock .small")
    expect(more).to_contain_text("Fault: the line touches the housing of socket X1. Q1 tripped within 0.1 s.")
    expect(page.locator('[data-part="Q1"]')).to_contain_text("tripped")
    axe_finds_nothing(page)
    shot(page, f"replay-fault-{device}")

    slide = page.get_by_role("slider", name="Step")
    slide.focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("Step 1 of 11")
    expect(words).to_contain_text("SRC.L – Q1.1 laid (brown, line conductor, 1.5 mm²).")
    expect(page.locator(".wire-drawn")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".wire-drawn")).to_have_count(2)
    press_by_keyboard(page, "Play") if device == "desk" else page.get_by_role("button", name="Play").click()
    expect(words).to_contain_text("Step 4 of 11", timeout=10_000)
    expect(words).to_have_attribute("aria-live", "off")
    page.get_by_role("button", name="Pause").click()
    expect(words).to_have_attribute("aria-live", "polite")

    page.get_by_role("button", name="Show on the board switch_in_line_S1").click()
    expect(words).to_contain_text("H1.L stays joined to the line although switch S1 is open.")
    expect(more).to_have_text("Pointed out: SRC.L – Q1.1, Q1.2 – H1.L.")
    expect(page.locator(".wire-drawn.pointed")).to_have_count(2)
    expect(page.locator(".terminal.pointed")).to_have_count(4)
    axe_finds_nothing(page)
    shot(page, f"replay-pointed-{device}")
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".wire-drawn.pointed")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_replay_is_done_by_keyboard_alone_and_fits_320_pixels(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    page = page_of(centre.people.director, "phone")
    page.set_viewport_size({"width": 320, "height": 640})
    open_replay(page, centre)
    page.locator("h1").click()
    press_by_keyboard(page, "Play")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Play")).to_be_focused()
    press_by_keyboard(page, "Show on the board neutral_direct_H1.N")
    expect(page.locator(".board-view")).to_be_focused()
    page.keyboard.press("+")
    expect(page.locator(".zoom-words")).to_have_text("150 %")
    before = page.evaluate("document.querySelector('.board-view').scrollLeft")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('.board-view').scrollLeft") != before
    page.keyboard.press("0")
    axe_finds_nothing(page)
    shot(page, "replay-320")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
