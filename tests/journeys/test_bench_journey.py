"""A candidate at the simulator in a real browser: draws, loses the network, energises, measures, hands in, is scored."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from assess.management.world.benches import Job, run
from assess.schemes.simulations import for_adapters
from simulator_adapters.contract import Outcome, Verdict
from tests.attempts.scenes import content
from tests.journeys.conftest import AT_A_DESK, SignedIn, axe_finds_nothing, eventually, kept_for_offline
from tests.snapshots import as_built
from tests.web.bench_scene import at_the_bench, begin_bench, bench_address, folded, scored, wiring_of, written
from tests.web.sample_centre import Centre, open_centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
SAFE = "Safe on the server"
LIGHT = [
    ("SRC.L", "Q1.1", "BN"), ("Q1.2", "S1.1", "BN"), ("S1.2", "H1.L", "BK"), ("Q1.2", "X1.L", "BN"), ("SRC.N", "H1.N", "BU"),
    ("H1.N", "X1.N", "BU"), ("SRC.PE", "H1.PE", "GNYE"), ("H1.PE", "X1.PE", "GNYE"),
]  # fmt: skip
"""A right wiring of SIM-WIRE-1, with the letters of the conductors' colours."""
COLOURS = {"BN": "brown", "BK": "black", "BU": "blue", "GNYE": "green-yellow"}
DRAWN = [[a, b, {"colour": COLOURS[code]}] for a, b, code in LIGHT]


@pytest.fixture
def centre(transactional_db: None, request: pytest.FixtureRequest) -> Centre:
    """A centre of today for the scheme that the test names."""
    scheme = getattr(request, "param", "MC-ECW")
    return as_built("today" if scheme == "MC-ECW" else f"today, {scheme}", partial(open_centre, scheme=scheme))


def open_bench(page: Page, centre: Centre, title: str = "One-way light and unswitched socket") -> None:
    page.goto(bench_address(centre))
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=15_000)


def terminal(page: Page, name: str) -> Locator:
    return page.locator(f'[data-terminal="{name}"]')


@contextmanager
def chosen_from(page: Page) -> Iterator[None]:
    """The choice of colour and size, which is folded away on a narrow page."""
    folded_away = page.locator(".choice-open").is_visible()
    if folded_away:
        page.locator(".choice-open").click()
    yield
    if folded_away:
        page.locator(".choice-open").click()


def draw(page: Page, wires: list[tuple[str, str, str]]) -> None:
    size = page.get_by_label("Size of the next conductor")
    if size.locator("option").first.text_content() == "Size?" and not size.input_value():
        with chosen_from(page):
            size.select_option("4")
    for a, b, colour in wires:
        swatch = page.locator(".swatch", has_text=re.compile(f"^{colour}"))
        if not swatch.locator("input").is_checked():
            with chosen_from(page):
                swatch.click()
        terminal(page, a).click()
        terminal(page, b).click()
        expect(page.locator(".bench-words")).to_have_text(f"{a} is joined to {b}.")


def words(page: Page) -> Locator:
    return page.locator(".bench-words")


def board(page: Page, title: str) -> None:
    """Go to another of the part's tasks."""
    page.get_by_role("navigation", name="Tasks").get_by_role("button", name=re.compile(re.escape(title))).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def hand_in(page: Page, sentence: str) -> None:
    press(page, "Look over and hand in")
    expect(page.locator("#hand-in-words")).to_have_text(sentence)
    press(page, "Hand in")
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)


def drawn_in_the_journal(centre: Centre, simulation: str = "SIM-WIRE-1") -> object:
    stands = folded(centre).wirings[simulation].stands
    return None if stands is None else stands.payload["wires"]


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_circuit_is_drawn_with_the_network_cut_energised_measured_and_scored_as_drawn(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre)
    expect(page.locator(".wire-drawn")).to_have_count(0)
    axe_finds_nothing(page)
    shot(page, f"bench-empty-{device}")

    draw(page, LIGHT[:3])
    terminal(page, "H1.L").click()
    terminal(page, "S1.2").click()
    expect(words(page)).to_have_text("H1.L and S1.2 are joined already.")
    draw(page, [("X1.L", "S1.2", "BN")])
    press(page, "Undo")
    expect(page.locator(".wire-listed")).to_have_count(3)
    press(page, "Redo")
    expect(page.locator(".wire-listed")).to_have_count(4)
    press(page, "Remove X1.L to S1.2")
    expect(page.locator(".wire-listed")).to_have_count(3)
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    kept_for_offline(page, "/candidate/", "/bench/tasks")
    kept_for_offline(page, "/candidate/", "/bench/routing.js")

    page.context.set_offline(True)
    draw(page, LIGHT[3:])
    expect(page.locator("#saved")).to_contain_text("kept on this device")
    press(page, "Switch on")
    expect(words(page)).to_contain_text("Switching on needs the network, and there is none.")
    axe_finds_nothing(page)
    page.reload()
    expect(page.get_by_role("heading", name="One-way light and unswitched socket")).to_be_visible(timeout=20_000)
    expect(words(page)).to_have_text("Your drawing is as you left it.")
    expect(page.locator(".wire-drawn")).to_have_count(len(LIGHT))
    press(page, "Undo")
    expect(page.locator(".wire-listed")).to_have_count(len(LIGHT) - 1)
    press(page, "Redo")
    expect(page.locator(".wire-letters")).to_have_text([code for _, _, code in LIGHT])
    shot(page, f"bench-drawn-offline-{device}")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=30_000)
    assert drawn_in_the_journal(centre) == DRAWN

    press(page, "Turn on (Q1)")
    press(page, "Turn on (S1)")
    press(page, "Switch on")
    expect(words(page)).to_have_text("H1 is on, X1 is on.")
    expect(page.locator('[data-part="H1"]')).to_have_attribute("data-load", "on")
    terminal(page, "H1.L").click()
    terminal(page, "H1.N").click()
    expect(page.locator(".meter")).to_have_text("H1.L to H1.N: 228.2 V")
    axe_finds_nothing(page)
    shot(page, f"bench-live-{device}")
    press(page, "Turn off (S1)")
    expect(words(page)).to_have_text("S1 is off. H1 is off, X1 is on.")
    expect(page.locator(".meter")).to_have_text("H1.L to H1.N: 0.0 V")
    expect(page.locator(".wire-listed button").first).to_be_disabled()
    press(page, "Switch off")
    expect(words(page)).to_have_text("Switched off. You can draw again.")

    board(page, "Charge point behind RCD and contactor with start-stop hold-in")
    axe_finds_nothing(page)
    shot(page, f"bench-charge-{device}")
    hand_in(page, "3 tasks are not begun.")
    axe_finds_nothing(page)
    assert drawn_in_the_journal(centre) == DRAWN
    assert (scored(centre, "SIM-WIRE-1").share, scored(centre, "SIM-WIRE-1").hazards) == (Decimal(1), ())
    assert scored(centre, "SIM-WIRE-2").sentences == ("SIM-WIRE-2: nothing was wired.",)


def test_the_same_wiring_by_keyboard_alone(page_of: SignedIn, centre: Centre) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate)
    open_bench(page, centre)
    order: list[str] = page.evaluate("[...document.querySelectorAll('.terminal')].map((one) => one.dataset.terminal)")

    def focused(what: str) -> str:
        return str(page.evaluate(f"(() => {{ const at = document.activeElement; return String({what} ?? ''); }})()"))

    def tab_to(what: str, wanted: str, key: str = "Tab") -> None:
        for _ in range(60):
            if focused(what) == wanted:
                return
            page.keyboard.press(key)
        raise AssertionError(f"{wanted!r} is never reached by {key}")

    def walk_to(name: str) -> None:
        steps = order.index(name) - order.index(focused("at.dataset.terminal"))
        for _ in range(abs(steps)):
            page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
        assert focused("at.dataset.terminal") == name

    tab_to("at.dataset.terminal", "SRC.L")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(words(page)).to_have_text("You let go of SRC.L.")
    for a, b, _ in LIGHT:
        walk_to(a)
        page.keyboard.press("Enter")
        walk_to(b)
        page.keyboard.press(" ")
        expect(words(page)).to_have_text(f"{a} is joined to {b}.")
    page.keyboard.press("ArrowUp")
    assert focused("at.className").startswith("terminal")
    page.keyboard.press("Control+z")
    expect(page.locator(".wire-listed")).to_have_count(len(LIGHT) - 1)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".wire-listed")).to_have_count(len(LIGHT))
    tab_to("at.value", "brown")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="green-yellow")).to_be_checked()
    tab_to("at.textContent.trim()", "Remove H1.PE to X1.PE")
    page.keyboard.press("Enter")
    assert focused("at.textContent.trim()") == "Remove SRC.PE to H1.PE", "the focus goes to what is next"
    tab_to("at.dataset.terminal", "X1.PE", "Shift+Tab") if focused("at.dataset.terminal") else tab_to(
        "at.classList.contains('terminal')", "true", "Shift+Tab"
    )
    walk_to("H1.PE")
    page.keyboard.press("Enter")
    walk_to("X1.PE")
    page.keyboard.press("Enter")
    for part in ("Q1", "S1"):
        tab_to("at.textContent.trim()", f"Turn on ({part})", "Shift+Tab" if part == "Q1" else "Tab")
        page.keyboard.press("Enter")
    tab_to("at.textContent.trim()", "Switch on")
    page.keyboard.press("Enter")
    expect(words(page)).to_have_text("H1 is on, X1 is on.")
    assert focused("at.textContent.trim()") == "Switch off", "the focus stays where it was"
    tab_to("at.textContent.trim()", "Look over and hand in")
    page.keyboard.press("Enter")
    tab_to("at.id", "hand-in-yes")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)
    brown = [[a, b, {"colour": "brown"}] for a, b, _ in LIGHT[:-1]]
    assert drawn_in_the_journal(centre) == [*brown, DRAWN[-1]]
    assert scored(centre, "SIM-WIRE-1").share == 1


def test_a_conductor_is_pulled_with_the_mouse(page_of: SignedIn, centre: Centre) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate)
    open_bench(page, centre)
    terminal(page, "SRC.L").drag_to(terminal(page, "Q1.1"))
    expect(words(page)).to_have_text("SRC.L is joined to Q1.1.")
    terminal(page, "SRC.N").drag_to(page.locator(".part-head").first)
    expect(page.locator(".wire-drawn")).to_have_count(1)
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    assert drawn_in_the_journal(centre) == [["SRC.L", "Q1.1", {"colour": "brown"}]]


def test_a_short_trips_the_breaker_and_a_pause_switches_the_circuit_off(
    page_of: SignedIn, centre: Centre, shot: Shot
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate)
    open_bench(page, centre)
    draw(page, [("SRC.L", "Q1.1", "BN"), ("Q1.2", "SRC.N", "BU")])
    press(page, "Switch on")
    press(page, "Turn on (Q1)")
    expect(words(page)).to_have_text("Q1 is set to on. Q1 tripped. Find out why before you set it on again.")
    expect(page.locator('[data-part="Q1"] .part-state')).to_have_text("tripped, off")
    axe_finds_nothing(page)
    shot(page, "bench-tripped")
    at_the_bench(centre, "pause", reason="fire alarm")
    expect(page.get_by_text("Your time stands still")).to_be_visible(timeout=15_000)
    expect(words(page)).to_have_text("It was switched off. Your drawing is kept.")
    terminal(page, "SRC.PE").click(force=True)
    expect(words(page)).to_have_text("It was switched off. Your drawing is kept.")
    expect(page.get_by_role("button", name="Switch on")).to_be_disabled()
    axe_finds_nothing(page)
    at_the_bench(centre, "resume")
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled(timeout=15_000)
    draw(page, [("SRC.PE", "H1.PE", "GNYE")])


def test_a_start_push_makes_the_contactor_hold(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate)
    open_bench(page, centre)
    board(page, "Charge point behind RCD and contactor with start-stop hold-in")
    draw(page, [(a, b, "BN") for a, b in wiring_of(centre, "SIM-WIRE-4").reference])
    press(page, "Turn on (RCD)")
    press(page, "Turn on (Q1)")
    press(page, "Switch on")
    expect(words(page)).to_have_text("K1 is off, EV is off.")
    press(page, "Press (S1)")
    expect(words(page)).to_have_text("S1 is pressed. K1 is on, EV is on.")
    press(page, "Let go (S1)")
    expect(words(page)).to_have_text("S1 is at rest. K1 is on, EV is on.")
    shot(page, "bench-holds")
    press(page, "Press (S0)")
    expect(words(page)).to_have_text("S0 is pressed. K1 is off, EV is off.")


def choose(page: Page, label: str, value: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).select_option(value)


@pytest.mark.parametrize("device", AT_A_DESK)
def test_conductors_are_laid_changed_and_measured_by_the_list_alone_with_size_and_colour(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre)
    with chosen_from(page):
        page.locator(".swatch", has_text=re.compile("^BU")).click()
        choose(page, "Size of the next conductor", "2.5")
    for a, b in (("SRC.L", "Q1.1"), ("SRC.N", "H1.N")):
        choose(page, "From", a)
        choose(page, "To", b)
        press(page, "Lay the conductor")
        expect(words(page)).to_have_text(f"{a} is joined to {b}.")
    expect(page.locator(".wire-letters")).to_have_text(["BU 2.5", "BU 2.5"])
    press(page, "Change SRC.L to Q1.1")
    colour = page.get_by_label("Colour of SRC.L to Q1.1")
    colour.focus()
    colour.select_option("brown")
    expect(words(page)).to_have_text("SRC.L to Q1.1 is now brown, line conductor, 2.5 mm².")
    expect(colour).to_be_focused()
    choose(page, "Size of SRC.L to Q1.1", "1.5")
    axe_finds_nothing(page)
    shot(page, f"bench-list-{device}")
    expect(page.locator(".wire-name").first).to_have_text("SRC.L – Q1.1 BN · 1.5 mm², brown, line conductor, 1.5 mm²")
    choose(page, "From", "SRC.L")
    choose(page, "To", "SRC.L")
    press(page, "Lay the conductor")
    expect(words(page)).to_have_text("Choose two different terminals.")
    press(page, "Switch on")
    expect(words(page)).to_have_text("H1 is off, X1 is off.")
    choose(page, "From", "SRC.L")
    choose(page, "To", "SRC.N")
    press(page, "Measure between them")
    expect(words(page)).to_have_text("SRC.L to SRC.N: 230.0 V")
    page.get_by_text("Voltages against earth").click()
    expect(page.get_by_role("row", name="SRC.L 230.0")).to_be_visible()
    axe_finds_nothing(page)
    press(page, "Switch off")
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    assert drawn_in_the_journal(centre) == [
        ["SRC.L", "Q1.1", {"colour": "brown", "mm2": "1.5"}],
        ["SRC.N", "H1.N", {"colour": "blue", "mm2": "2.5"}],
    ]
    page.reload()
    expect(page.locator(".wire-letters")).to_have_text(["BN 1.5", "BU 2.5"], timeout=15_000)


def test_where_a_task_asks_for_sizes_none_is_laid_without_and_one_too_thin_is_judged_by_the_engine(
    page_of: SignedIn, centre: Centre
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate)
    open_bench(page, centre)
    board(page, "Charge point behind RCD and contactor with start-stop hold-in")
    terminal(page, "SRC.L").click()
    terminal(page, "RCD.1").click()
    expect(words(page)).to_have_text("Choose the size of the conductor first.")
    choose(page, "Size of the next conductor", "1.5")
    terminal(page, "RCD.1").click()
    expect(words(page)).to_have_text("SRC.L is joined to RCD.1.")
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    assert "conductor_too_thin" in scored(centre, "SIM-WIRE-4").hazards


@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_fault_is_injected_and_what_trips_and_what_stays_live_is_seen(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre)
    draw(page, [one for one in LIGHT if one[1] != "X1.PE"])
    expect(page.get_by_label("Fault to inject")).to_be_hidden()
    press(page, "Turn on (Q1)")
    press(page, "Switch on")
    expect(words(page)).to_have_text("H1 is off, X1 is on.")
    choose(page, "Fault to inject", "line_body_X1")
    press(page, "Inject")
    expect(words(page)).to_contain_text(
        "Fault: the line touches the housing of socket X1. Nothing tripped. X1.PE stands at 229.0 V against earth."
    )
    expect(page.locator('[data-part="X1"] .part-state')).to_contain_text("fault")
    axe_finds_nothing(page)
    shot(page, f"bench-fault-live-{device}")
    press(page, "Mend")
    expect(words(page)).to_have_text("H1 is off, X1 is on.")
    choose(page, "Fault to inject", "line_body_H1")
    press(page, "Turn on (S1)")
    press(page, "Inject")
    expect(words(page)).to_contain_text("Fault: the line touches the housing of lamp H1. Q1 tripped within 0.1 s.")
    expect(words(page)).to_contain_text("A flowed through the fault. Every housing stands near 0 V against earth.")
    expect(page.locator('[data-part="Q1"] .part-state')).to_have_text("tripped, off")
    shot(page, f"bench-fault-tripped-{device}")
    page.context.set_offline(True)
    press(page, "Inject")
    expect(words(page)).to_contain_text("Injecting a fault needs the server, and there is no network.")
    expect(page.get_by_label("Fault to inject")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text(SAFE, timeout=30_000)
    assert [said["inject"] for said in written(centre, "operate")] == [
        "", "line_body_X1", "", "", "line_body_H1",
    ]  # fmt: skip
    assert scored(centre, "SIM-WIRE-1").hazards[0] == "missing_protective_conductor"


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_the_board_is_zoomed_by_buttons_keys_wheel_and_fingers_and_the_focus_follows(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre)
    draw(page, LIGHT)
    zoom = page.locator(".zoom-words")
    view = page.locator(".board-view")
    expect(zoom).to_have_text("100 %")
    press(page, "Zoom in")
    expect(zoom).to_have_text("150 %")
    terminal(page, "SRC.L").focus()
    page.keyboard.press("+")
    expect(zoom).to_have_text("200 %")
    axe_finds_nothing(page)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    box, frame = page.locator(":focus").bounding_box(), view.bounding_box()
    assert box is not None and frame is not None
    assert frame["x"] <= box["x"] + 2 and box["x"] + box["width"] <= frame["x"] + frame["width"] + 2
    shot(page, f"bench-zoomed-{device}")
    eventually(
        page, f"Math.max(...{STUBS}) < 12"
    )  # the conductors still end at their terminals, once they are drawn anew
    page.keyboard.press("-")
    page.keyboard.press("0")
    expect(zoom).to_have_text("100 %")
    page.keyboard.press("-")
    page.keyboard.press("-")
    expect(zoom).to_have_text("50 %")
    shot(page, f"bench-overview-{device}")
    eventually(page, f"Math.max(...{STUBS}) < 12")
    press(page, "Fit")
    page.emulate_media(forced_colors="active")
    eventually(page, f"({EDGES}).size === {len({code for _, _, code in LIGHT})}")  # colours stay in forced colours
    expect(page.locator(".wire-letters")).to_have_text([code for _, _, code in LIGHT])
    shot(page, f"bench-forced-{device}")
    page.emulate_media(forced_colors="none")
    page.evaluate(WHEEL)
    expect(zoom).not_to_have_text("100 %")
    if device == "phone":
        press(page, "Fit")
        page.evaluate(PINCH)
        expect(zoom).to_have_text("200 %")
    sideways = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert sideways, "the board scrolls, the page does not"


EDGES = "new Set([...document.querySelectorAll('.wire-core')].map((one) => getComputedStyle(one).stroke))"
STUBS = """[...document.querySelectorAll('.wire-drawn .wire-core')].map((path) => {
  const at = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
  return Math.min(...[...document.querySelectorAll('.terminal')].map((one) => {
    const box = one.getBoundingClientRect();
    const zoom = box.width / 44;
    return Math.hypot(at.x - box.left - box.width / 2, at.y - box.top - box.height / 2) / zoom;
  }));
})"""
WHEEL = """(() => {
  const board = document.querySelector('.board');
  const { left, top } = board.getBoundingClientRect();
  const how = { bubbles: true, cancelable: true, ctrlKey: true, deltaY: -120, clientX: left + 50, clientY: top + 50 };
  board.dispatchEvent(new WheelEvent('wheel', how));
})()"""
PINCH = """(() => {
  const board = document.querySelector('.board');
  const touch = (clientX, identifier) => new Touch({ identifier, target: board, clientX, clientY: 300 });
  const how = (far) => ({ bubbles: true, cancelable: true, touches: [100, 100 + far].map(touch) });
  const say = (type, far) => board.dispatchEvent(new TouchEvent(type, how(far)));
  say('touchstart', 60);
  say('touchmove', 120);
})()"""


def test_what_a_device_that_lost_its_turn_draws_is_not_shown_as_kept(page_of: SignedIn, centre: Centre) -> None:
    begin_bench(centre)
    first = page_of(centre.candidate)
    open_bench(first, centre)
    draw(first, LIGHT[:1])
    expect(first.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    second = page_of(centre.candidate, "tablet")
    second.goto(bench_address(centre))
    press(second, "Go on here instead")
    expect(words(second)).to_have_text("Your drawing is as you left it.", timeout=15_000)
    expect(second.locator(".wire-drawn")).to_have_count(1)
    draw(second, LIGHT[1:2])
    expect(second.locator("#saved")).to_have_text(SAFE, timeout=15_000)
    terminal(first, "SRC.N").click()
    terminal(first, "H1.N").click()
    expect(first.locator("#trouble")).to_be_visible(timeout=15_000)
    terminal(first, "SRC.PE").click()
    terminal(first, "H1.PE").click()
    expect(words(first)).to_have_text(
        "That could not be kept. The board shows what this device has kept.", timeout=15_000
    )
    assert drawn_in_the_journal(centre) == DRAWN[:2]


@pytest.mark.parametrize("size", ["standard", "larger"])
def test_at_320_pixels_every_terminal_is_a_target_of_its_own_and_nothing_lies_over_another(
    page_of: SignedIn, centre: Centre, shot: Shot, size: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, "phone")
    page.set_viewport_size({"width": 320, "height": 640})
    open_bench(page, centre)
    page.evaluate(f"document.documentElement.dataset.size = '{size}'")
    for task in centre.lives[0].pinned.wiring.values():
        board(page, task.title)
        draw(page, [(a, b, "BN") for a, b in task.reference])
        axe_finds_nothing(page)
        shot(page, f"bench-320-{size}-{task.id}")
        frame = page.locator(".board").bounding_box()
        boxes = [one.bounding_box() for one in page.locator(".terminal, .part-switch, .part-head").all()]
        assert frame is not None and len(boxes) >= len(task.terminals)
        for number, box in enumerate(boxes):
            assert box is not None
            assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
            assert not any(overlap(box, other) for other in boxes[:number])
        for one in page.locator(".terminal").all():
            box = one.bounding_box()
            assert box is not None and min(box["width"], box["height"]) >= 44


def overlap(one: object, other: object) -> bool:
    """Whether two boxes share more than their edges."""
    (a, b) = (one, other)
    assert isinstance(a, dict) and isinstance(b, dict)
    return all(
        a[at] + a[size] > b[at] + 1 and b[at] + b[size] > a[at] + 1 for at, size in (("x", "width"), ("y", "height"))
    )


@pytest.mark.parametrize("centre", ["MC-CEE"], indirect=True)
@pytest.mark.parametrize("device", AT_A_DESK)
def test_a_case_sheet_is_calculated_ranked_and_scored(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre, "Block of 24 flats: three measures")
    axe_finds_nothing(page)
    for title in ("Where the measures are", "What the measures cost, and the budget"):
        expect(page.get_by_role("img", name=title)).to_be_visible()
    values = {
        "fuel saved by ceiling insulation": "45537.88",
        "electricity saved by lighting": "17155.58",
        "fuel saved by pipe insulation": "25411.76",
        "yearly saving of the package": "10674,36",
        "simple payback of the package": "4.5",
        "CO2 avoided": "19.479",
    }
    for label, value in values.items():
        page.get_by_label(label).fill(value)
    attic = page.get_by_label("fuel saved by ceiling insulation")
    attic.fill("about 45")
    expect(page.get_by_text("This is not read as a number.")).to_be_visible()
    attic.fill("45537,88")
    expect(page.get_by_text("Read as 45537.88 kWh/a")).to_be_visible()
    page.get_by_role("button", name="Move up: New lights in the stairwells").click()
    page.get_by_role("button", name="Move up: Insulation of the pipes").click()
    axe_finds_nothing(page)
    shot(page, f"case-{device}")
    page.reload()
    expect(page.get_by_label("simple payback of the package")).to_have_value("4.5", timeout=15_000)
    expect(page.locator(".ordering-text").first).to_have_text("New lights in the stairwells")
    board(page, "Twelve bills: base load, slope and corrected saving")
    for title in ("Bills by month", "Bills against degree days"):
        expect(page.get_by_role("img", name=title)).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"case-bills-{device}")
    hand_in(page, "2 tasks are not begun.")
    given = {
        answer: said.stands.payload["value"]
        for (name, answer), said in folded(centre).case_answers.items()
        if said.stands
    }
    assert given == {
        "attic_kwh": "45537,88", "light_kwh": "17155.58", "pipe_kwh": "25411.76", "save_money": "10674,36", "payback": "4.5",
        "co2": "19.479", "ranking": "light,pipe,attic",
    }  # fmt: skip
    assert scored(centre, "SIM-RET-1").share == 1


@pytest.mark.parametrize("centre", ["MC-PVS"], indirect=True)
@pytest.mark.parametrize("device", AT_A_DESK)
def test_an_inverter_is_set_and_what_was_set_can_be_written_into_the_device(
    page_of: SignedIn, centre: Centre, shot: Shot, device: str
) -> None:
    begin_bench(centre)
    page = page_of(centre.candidate, device)
    open_bench(page, centre, "Backup reserve and active power limit")
    axe_finds_nothing(page)

    def set_point(model: str, point: str, value: str) -> None:
        page.get_by_label("Model", exact=True).fill(model)
        page.get_by_label("Point", exact=True).fill(point)
        page.get_by_label("New value").fill(value)
        press(page, "Set it")

    status = page.locator("fieldset [role=status]")
    set_point("702", "", "5")
    expect(status).to_contain_text("Nothing is set. Write the model's number")
    set_point("802", "SoCRsvMin", "20")
    expect(status).to_have_text("SoCRsvMin is set to 20 %.")
    set_point("802", "SoCRsvMin", "30,0")
    expect(status).to_have_text("SoCRsvMin is set to 30.0 %.")
    set_point("704", "WMaxLimPctEna", "1")
    set_point("704", "WMaxLimPct", "60")
    set_point("702", "WMax", "1")
    press(page, "Take out WMax = 1")
    axe_finds_nothing(page)
    shot(page, f"registers-{device}")
    page.reload()
    expect(page.locator(".register")).to_have_text(
        [re.compile("802.SoCRsvMin = 30.0"), re.compile("WMaxLimPctEna = 1"), re.compile("WMaxLimPct = 60")],
        timeout=15_000,
    )
    hand_in(page, "2 tasks are not begun.")
    stands = folded(centre).settings["SIM-SUN-1"].stands
    assert stands is not None
    writes = stands.payload["writes"]
    assert writes == [[802, "SoCRsvMin", [], "30.0"], [704, "WMaxLimPctEna", [], "1"], [704, "WMaxLimPct", [], "60"]]
    assert scored(centre, "SIM-SUN-1").waits_for == "SIM-SUN-1: the settings were made and not read back yet."
    (document,) = (one.document for one in content().simulations if one.identifier == "SIM-SUN-1")
    record = run(Job(for_adapters(document), None, tuple(tuple(one) for one in writes), None, "BAY5"))  # type: ignore[arg-type]
    assert {one.name for one in record.measurements if one.verdict is Verdict.FAIL} == set()
    assert record.outcome is Outcome.PASS
