"""A test record on an assessor's tablet: typed by keyboard, refused where it slips, drawn, taken, and kept without a network."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assess.attempts.desks.duties import day_of
from assess.attempts.models import Entry
from tests.journeys.conftest import IN_HAND, SignedIn, axe_finds_nothing, eventually, press_by_keyboard
from tests.simulator_adapters.test_records import DOOR_CSV, FLOWS, door
from tests.snapshots import as_built
from tests.web.energised import energised
from tests.web.sample_centre import Centre, open_centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
ROW = "PT-CEE-1.04"


@pytest.fixture
def centre(transactional_db: None) -> Centre:
    return as_built("today, MC-CEE", partial(open_centre, scheme="MC-CEE"))


def post_of(centre: Centre) -> tuple[Any, dict[str, Any]]:
    """Somebody who assesses the audit of a flat, and the post."""
    for person in centre.people.assessors:
        for post in day_of(person.pk)["posts"]:
            if post["task"] == "PT-CEE-1" and post["attempt"] == str(centre.attempt.pk):
                return person, post
    raise AssertionError("Nobody assesses the audit of a flat.")


def records_written(centre: Centre, role: str) -> list[Any]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=role, kind="mark").order_by("sequence")
    return [mark["record"] for row in rows if "record" in (mark := json.loads(row.payload)["mark"])]


@pytest.mark.parametrize("device", IN_HAND)
def test_a_blower_door_test_is_written_down(
    page_of: SignedIn, centre: Centre, address: str, shot: Shot, device: str
) -> None:
    energised(centre)
    person, post = post_of(centre)
    page = page_of(person, device)
    page.goto(f"/assessor/sheet/#{post['attempt']}/{post['role']}")
    page.get_by_role("button", name="This is the person").click()
    row = page.locator(f'[data-criterion="{ROW}"]')
    row.get_by_text("Blower door test: write it down").focus()
    page.keyboard.press("Enter")
    for label, value in (
        ("Volume of the building (m³)", "210"), ("Temperature inside (°C)", "20"), ("Temperature outside (°C)", "20"),
        ("Pressure without the fan, before (Pa)", "-0,4"), ("Pressure without the fan, after (Pa)", "0,4"),
    ):  # fmt: skip
        row.get_by_label(label).fill(value)
    for number, (pressure, flow) in enumerate(FLOWS, start=1):
        row.get_by_label(f"Point {number}, pressure", exact=True).fill(str(pressure))
        row.get_by_label(f"Point {number}, flow", exact=True).fill(flow)
    row.get_by_label("Point 2, flow", exact=True).fill("1_450")
    row.get_by_role("button", name="Work it out").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text('Point 2, flow: "1_450" is not read as a number.')).to_be_visible()
    row.get_by_label("Point 2, flow", exact=True).fill(FLOWS[1][1])
    row.get_by_role("button", name="Work it out").click()
    expect(row.get_by_role("img", name="Leak against pressure with its line")).to_be_visible()
    expect(row.get_by_text("Nothing stands against it.")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"record-{device}")
    row.get_by_role("button", name="Take this record").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("Taken from the test record below.")).to_be_visible()
    axe_finds_nothing(page)
    expect(page.locator("#saved")).to_contain_text("Safe on the server", timeout=15_000)
    (record,) = records_written(centre, post["role"])
    assert record == door(), "what was written, and nothing worked out"


def test_a_record_is_kept_without_a_network_and_read_from_a_file(
    page_of: SignedIn, centre: Centre, address: str
) -> None:
    energised(centre)
    person, post = post_of(centre)
    page = page_of(person, "tablet")
    page.goto(f"/assessor/sheet/#{post['attempt']}/{post['role']}")
    page.get_by_role("button", name="This is the person").click()
    row = page.locator(f'[data-criterion="{ROW}"]')
    row.get_by_text("Blower door test: write it down").click()
    row.get_by_label("From a file of the instrument").set_input_files(
        {"name": "door.csv", "mimeType": "text/csv", "buffer": DOOR_CSV.encode()}
    )
    expect(row.get_by_label("Point 6, pressure", exact=True)).to_have_value("15")
    page.context.set_offline(True)
    press_by_keyboard(page, "Take this record")
    expect(row.get_by_text("Taken from the test record below.")).to_be_visible(timeout=20_000)
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Safe on the server", timeout=30_000)
    eventually(page, "document.querySelector('#saved').textContent.includes('Safe on the server')")
    (record,) = records_written(centre, post["role"])
    assert record["points"][0]["flow"] == {"value": "1631,5", "unit": "m³/h"}
