"""Station agents in a real browser: a technician makes a code by keyboard, a real agent brings it, stands at a bay, measures, is
seen; a tablet's file is left at the station's own page; the technician at the bench presses one button."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assess import door
from assess.people.queries import actor
from assess.sittings.agents.models import AgentPost
from simulator_adapters.station import keeper
from simulator_adapters.station.agent import Agent
from simulator_adapters.station.bookings import Device
from simulator_adapters.station.keys import station_key
from simulator_adapters.station.panel import Panel
from simulator_adapters.station.uplink import Uplink
from tests.journeys.conftest import SignedIn, axe_finds_nothing, press_by_keyboard
from tests.simulator_adapters.scpi_bench import bench
from tests.web.sample_centre import Centre
from tests.web.station_agent import ROW, WORK

pytestmark = pytest.mark.journey


def test_a_station_is_added_placed_planned_and_measures(
    page_of: SignedIn, centre: Centre, address: str, tmp_path: Path, shot: Callable[[Page, str], None]
) -> None:
    page = page_of(centre.people.technicians[0])
    page.goto("/stations/")
    expect(page.get_by_role("heading", name="No stations yet")).to_be_visible()
    axe_finds_nothing(page)
    page.get_by_label("What people call it").fill("Bay 6")
    press_by_keyboard(page, "Make its code")
    expect(page.get_by_role("heading", name="A code for Bay 6")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "station-code-desk")
    found = re.search(r"[A-Z2-9]{5}(?:-[A-Z2-9]{5}){3}", page.inner_text("main"))
    assert found is not None
    with bench() as meter:
        meter.answers["MEAS:RES?"] = "1.4E-01"
        device = Device(adapter="scpi", serial="SN0042", config={"host": meter.host, "port": meter.port})
        other = Device(adapter="scpi", serial="SN0077", config={"host": meter.host, "port": 9})
        key = station_key(tmp_path)
        agent = Agent(tmp_path, key, Uplink(address, key), (device, other))
        agent.enrol(found[0])
        page.get_by_role("link", name="Back to the stations").click()
        place = page.get_by_label("Let it stand at")
        expect(place).to_have_value("")
        press_by_keyboard(page, "Place it (Bay 6)")
        expect(page.get_by_text("No plan yet")).to_have_count(0)
        place.select_option(index=1)
        press_by_keyboard(page, "Place it (Bay 6)")
        expect(page.get_by_text("No plan yet")).to_be_visible()
        _planned_without_json(page, page_of, centre, shot)
        station = agent_station(centre)
        door.act(
            actor(centre.people.director), "sittings.assign", sitting_id=centre.sitting.pk, candidate_id=centre.candidate.pk,
            role="adapter:1", person_id=None, work=WORK, station_id=station,
        )  # fmt: skip
        _its_health_comes_by_itself(page, agent)
        axe_finds_nothing(page)
        shot(page, "stations-desk")
        phone = page_of(centre.people.technicians[0], "phone", color_scheme="dark")
        phone.goto("/stations/")
        axe_finds_nothing(phone)
        shot(phone, "stations-phone")
        _at_the_bench(page_of, agent, shot)
    agent.round()
    assert agent.spool.unsent == 0


def _planned_without_json(page: Page, page_of: SignedIn, centre: Centre, shot: Callable[[Page, str], None]) -> None:
    """By keyboard: the row is ticked, its question is wrong once, and nothing that was typed is lost."""
    press_by_keyboard(page, f"Give {agent_station_name()} a plan")
    expect(page.get_by_label("Task or simulation")).to_have_value(WORK)
    axe_finds_nothing(page)
    shot(page, "station-plan-blank-desk")
    question = page.get_by_label("What it is asked").nth(0)
    expect(question).not_to_be_visible()  # a row that is not measured asks nothing
    page.get_by_label(f"The instrument measures it ({ROW})").press("Space")
    expect(question).to_have_value("MEAS:RES?")
    page.get_by_label("Booked serial").fill("SN0042")
    question.fill("resistance")
    page.locator(f"[id='row-{ROW}'] summary").press("Enter")
    page.locator(f"[name='tries-{ROW}']").fill("3")
    press_by_keyboard(page, f"Give {agent_station_name()} the plan")
    expect(page.get_by_role("alert")).to_contain_text(f"{ROW}: 'resistance' is no question of SCPI.")
    expect(page.locator(f"[name='tries-{ROW}']")).to_have_value("3")
    expect(page.get_by_label("Booked serial")).to_have_value("SN0042")
    axe_finds_nothing(page)
    shot(page, "station-plan-wrong-desk")
    question.fill("MEAS:RES?")
    press_by_keyboard(page, f"Give {agent_station_name()} the plan")
    expect(page.get_by_text(f"has its plan for {WORK}.")).to_be_visible()
    table = page.get_by_role("region", name=f"Plan for {WORK}")
    expect(table).to_contain_text("at most 0.200 Ω")
    expect(table).to_contain_text("up to 3 tries")
    phone = page_of(centre.people.technicians[0], "phone")
    phone.goto(f"/stations/{AgentPost.objects.get().station_id}/plan/")
    axe_finds_nothing(phone)
    shot(phone, "station-plan-phone")


def _its_health_comes_by_itself(page: Page, agent: Agent) -> None:
    """Somebody is about to type elsewhere on the page: neither the form nor the focus nor what is open is lost."""
    page.locator("summary", has_text="Revoke its key").click()
    reason = page.get_by_label("Why is the key of Bay 6 revoked?")
    reason.press_sequentially("The computer was")
    agent.round()
    expect(page.locator(".state", has_text="Needs a look")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("SN0042 answers.")).to_be_visible()
    expect(page.locator("#health-told")).to_have_text("Bay 6: Needs a look.")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("The computer was")
    page.keyboard.type(" stolen")
    expect(reason).to_have_value("The computer was stolen")
    page.locator("summary", has_text="Revoke its key").click()


def agent_station_name() -> str:
    return str(AgentPost.objects.get().station)


def agent_station(centre: Centre) -> int:
    post = AgentPost.objects.get()
    assert post.station.sitting_id == centre.sitting.pk
    found: int = post.station_id
    return found


def _at_the_bench(page_of: SignedIn, agent: Agent, shot: Callable[[Page, str], None]) -> None:
    panel = Panel(agent, agent.name)
    panel.start()
    serving = keeper.serve(agent.keeper, "127.0.0.1", 0)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        bay = page_of(None, "tablet")
        bay.goto(panel.url)
        axe_finds_nothing(bay)
        press_by_keyboard(bay, "Measure")
        expect(bay.get_by_text("1 reading is recorded.")).to_be_visible(timeout=60_000)  # the page looks by itself
        axe_finds_nothing(bay)
        shot(bay, "station-panel")
        tablet = page_of(None, "phone")
        tablet.goto(f"http://127.0.0.1:{serving.server_address[1]}/")
        axe_finds_nothing(tablet)
        file = json.dumps({"assayer": "unsent entries", "version": 1, "batches": []}).encode()
        tablet.get_by_label("The saved file").set_input_files(
            {"name": "assayer-unsent.json", "mimeType": "application/json", "buffer": file}
        )
        press_by_keyboard(tablet, "Leave it here")
        expect(tablet.get_by_text("The station keeps the file.")).to_be_visible()
        axe_finds_nothing(tablet)
        shot(tablet, "station-keeper")
    finally:
        serving.shutdown()
        serving.server_close()
        panel.stop()
