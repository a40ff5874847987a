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
from tests.web.station_agent import PLAN, WORK

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
        press_by_keyboard(page, "Place it (Bay 6)")
        expect(page.get_by_text("No plan yet")).to_be_visible()
        page.locator("summary", has_text="a plan").click()
        page.get_by_label("Task or simulation").fill(WORK)
        page.get_by_label("Adapter").select_option("scpi")
        page.get_by_label("Booked serial").fill("SN0042")
        page.get_by_label("Steps and rows").fill(json.dumps({"plan": PLAN, "rows": {}}))
        press_by_keyboard(page, "Give it the plan")
        expect(page.get_by_text("The station has its plan.")).to_be_visible()
        station = agent_station(centre)
        door.act(
            actor(centre.people.director), "sittings.assign", sitting_id=centre.sitting.pk, candidate_id=centre.candidate.pk,
            role="adapter:1", person_id=None, work=WORK, station_id=station,
        )  # fmt: skip
        agent.round()
        page.reload()
        expect(page.get_by_text("Needs a look")).to_be_visible()
        expect(page.get_by_text("SN0042 answers.")).to_be_visible()
        axe_finds_nothing(page)
        shot(page, "stations-desk")
        phone = page_of(centre.people.technicians[0], "phone", color_scheme="dark")
        phone.goto("/stations/")
        axe_finds_nothing(phone)
        shot(phone, "stations-phone")
        _at_the_bench(page_of, agent, shot)
    agent.round()
    assert agent.spool.unsent == 0


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
