"""One candidate works all ten simulations in a real browser; machines carry them out; the assessor, then the candidate, open the
evidence."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assess.attempts.engine_jobs import profile_for, simulations_of
from assess.attempts.models import EngineRun
from simulator_adapters.photovoltaic.settings import SettingsSpec
from tests.attempts.engine_runs.scene import worked
from tests.journeys.conftest import SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.bench_scene import begin_bench, bench_address, scored
from tests.web.sample_centre import Centre
from tests.web.ten_simulations import right_numbers, right_writes, with_all_simulations
from tests.web.test_evidence_pages import released

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
SAFE = "Safe on the server"


def go_to(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Tasks").get_by_role("button", name=re.compile(re.escape(title))).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def draw(page: Page, wires: Any) -> None:
    size = page.get_by_label("Size of the next conductor")
    if size.locator("option").first.text_content() == "Size?":
        size.select_option("4")
    for a, b in wires:
        page.locator(f'[data-terminal="{a}"]').click()
        page.locator(f'[data-terminal="{b}"]').click()
        expect(page.locator(".bench-words")).to_have_text(f"{a} is joined to {b}.")


def set_by_keyboard(page: Page, writes: Any) -> None:
    """Model, point, place and value, a field each, and Enter; the focus comes back to the point."""
    page.get_by_label("Model", exact=True).focus()
    for model, point, index, value in writes:
        for number, text in enumerate((str(model), point, ".".join(map(str, index)), value)):
            if number == 0:
                page.get_by_label("Model", exact=True).focus()
                page.keyboard.press("Control+a")
            page.keyboard.type(text)
            page.keyboard.press("Enter" if number == 3 else "Tab")
        expect(page.locator("fieldset [role=status]")).to_contain_text(f"{point} is set to {value}")


def write_and_read_back(page: Page, centre: Centre, simulation: str, words: str) -> None:
    """Press the button by the keyboard, let a worker come by, and hear how it ended."""
    before = EngineRun.objects.filter(attempt=centre.attempt.pk, simulation=simulation).count()
    page.locator("fieldset input").first.focus()
    press_by_keyboard(page, "Write and read back")
    expect(page.locator(".run-words")).to_contain_text("Waiting for a device", timeout=15_000)
    assert EngineRun.objects.filter(attempt=centre.attempt.pk, simulation=simulation).count() == before + 1
    worked()
    expect(page.locator(".run-words")).to_contain_text(words, timeout=20_000)


def register(page: Page, model: int, name: str) -> Any:
    return page.locator(
        ".device-model", has=page.locator("summary .code", has_text=re.compile(f"^{model}$"))
    ).get_by_role("row", name=re.compile(f"^{re.escape(name)} "))


def test_all_ten_from_the_browser_to_the_evidence(page_of: SignedIn, centre: Centre, shot: Shot) -> None:
    begin_bench(centre)
    centre = with_all_simulations(centre)
    tasks: Mapping[str, Any] = {one.identifier: one for one in simulations_of(centre.attempt)}
    page = page_of(centre.candidate)
    page.goto(bench_address(centre))
    expect(page.get_by_role("heading", name=str(tasks["SIM-WIRE-1"].document["title"]))).to_be_visible(timeout=20_000)
    for task in tasks.values():
        if task.wiring is not None:
            go_to(page, task.wiring.title)
            draw(page, task.wiring.reference)

    # A reserve and a limit: first with a slip, seen when it is read back, then right.
    go_to(page, str(tasks["SIM-SUN-1"].document["title"]))
    axe_finds_nothing(page)
    shot(page, "settings-begun")
    set_by_keyboard(page, [[802, "SoCRsvMin", [], "3"], [702, "WMaxRtg", [], "1"]])
    page.get_by_label("Power limit in W").fill("3000")
    page.get_by_label("Energy kept").fill("3,0")
    expect(page.get_by_text("Read as 3.0 kWh")).to_be_visible()
    write_and_read_back(page, centre, "SIM-SUN-1", "1 of 2 settings were taken.")
    expect(page.locator(".device .notice")).to_contain_text(
        "The device refuses: illegal address. This point can only be read."
    )
    expect(register(page, 802, "SoCRsvMin")).to_contain_text("3.0 %")
    axe_finds_nothing(page)
    shot(page, "settings-refused")
    page.get_by_role("button", name="Take out WMaxRtg = 1").click()
    expect(page.locator(".run-words")).to_contain_text("You changed something since this was read.")
    register(page, 802, "SoCRsvMin").get_by_role("button", name="Set 802.SoCRsvMin").press("Enter")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    set_by_keyboard(page, right_writes(centre.attempt, tasks["SIM-SUN-1"])[1:])
    write_and_read_back(page, centre, "SIM-SUN-1", "3 of 3 settings were taken.")

    # The procedure: set 2 is written, adopted, COMPLETED is awaited, set 1 is read back.
    go_to(page, str(tasks["SIM-SUN-2"].document["title"]))
    set_by_keyboard(page, right_writes(centre.attempt, tasks["SIM-SUN-2"]))
    write_and_read_back(page, centre, "SIM-SUN-2", "settings were taken.")
    expect(register(page, 705, "AdptCrvRslt")).to_contain_text("(COMPLETED)")
    expect(register(page, 705, "Crv.Pt.V[1, 1]")).to_contain_text("92.00 % of nominal voltage")
    axe_finds_nothing(page)
    shot(page, "settings-adopted")
    page.reload()
    go_to(page, str(tasks["SIM-SUN-2"].document["title"]))
    expect(register(page, 705, "AdptCrvRslt")).to_contain_text("(COMPLETED)", timeout=15_000)

    # The profile of the order sheet; the dip is told in words.
    service = tasks["SIM-SUN-3"]
    go_to(page, str(service.document["title"]))
    profile = profile_for(centre.attempt, service)
    expect(page.get_by_text(f"Your order sheet names the profile {profile}.")).to_be_visible()
    set_by_keyboard(page, right_writes(centre.attempt, service))
    wait = SettingsSpec.from_document(service.document).waits[profile]
    write_and_read_back(page, centre, "SIM-SUN-3", "settings were taken.")
    expect(page.get_by_text(re.compile(rf"fed in again {wait:f} s after the voltage came back"))).to_be_visible()
    shot(page, "settings-dip")

    for name in ("SIM-RET-1", "SIM-RET-2", "SIM-RET-3"):
        sheet = tasks[name].case_sheet
        go_to(page, str(tasks[name].document["title"]))
        values = right_numbers(tasks[name])
        for question in sheet.questions:
            page.locator(f"#{name}-{question.id}").fill(values[question.id])
        if sheet.ranking_key:
            page.get_by_role("button", name="Move up: New lights in the stairwells").click()
            page.get_by_role("button", name="Move up: Insulation of the pipes").click()

    page.get_by_role("button", name="Look over and hand in").click()
    expect(page.locator("#hand-in-words")).to_have_text("You worked at every task.")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="To my attempt").click()
    page.get_by_role("button", name="I am done").click()
    page.get_by_role("button", name="Yes, I am done").click()
    expect(page.locator("#done-words")).not_to_be_empty(timeout=20_000)
    worked()
    assert {name: scored(centre, name).share for name in tasks} == dict.fromkeys(tasks, Decimal(1))

    office = page_of(centre.people.director)
    office.goto(f"/proctor/sittings/{centre.sitting.pk}/seals/")
    office.get_by_role("button", name=f"Seal the attempt of {centre.candidate}").click()
    expect(office.get_by_text("Sealed", exact=True).first).to_be_visible()
    worked()

    desk = page_of(centre.lives[0].posts["assessor:1"])
    desk.goto(f"/evidence/{centre.attempt.pk}/")
    expect(desk.get_by_role("heading", name=f"Evidence of {centre.candidate}")).to_be_visible()
    expect(desk.locator("section.evidence").get_by_text("All that was asked")).to_have_count(10)
    axe_finds_nothing(desk)
    shot(desk, "evidence")
    desk.set_viewport_size({"width": 320, "height": 640})
    axe_finds_nothing(desk)
    shot(desk, "evidence-320")
    for simulation, picture in (
        ("SIM-SUN-2", "Reactive power over voltage"),
        ("SIM-SUN-3", "Output over a dip of the grid"),
    ):
        desk.set_viewport_size({"width": 1280, "height": 800})
        desk.goto(f"/evidence/{centre.attempt.pk}/")
        section = desk.locator("section.evidence", has=desk.locator(f"#{simulation}"))
        section.get_by_role("row", name=re.compile("Counts")).get_by_role("link").press("Enter")
        expect(desk.get_by_role("img", name=re.compile(picture))).to_be_visible()
        with desk.expect_download() as taken:
            desk.get_by_role("link", name="registers.json").press("Enter")
        assert taken.value.suggested_filename == "registers.json"
        axe_finds_nothing(desk)
        shot(desk, f"evidence-{simulation}")
        desk.set_viewport_size({"width": 320, "height": 640})
        axe_finds_nothing(desk)
        shot(desk, f"evidence-{simulation}-320")

    released(centre)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    page.get_by_role("link", name="See your evidence").press("Enter")
    expect(page.get_by_role("heading", name="Your evidence")).to_be_visible()
    expect(page.get_by_text("No danger was found")).to_have_count(4)
    axe_finds_nothing(page)
    shot(page, "own-evidence")
    page.set_viewport_size({"width": 320, "height": 640})
    axe_finds_nothing(page)
    shot(page, "own-evidence-320")
