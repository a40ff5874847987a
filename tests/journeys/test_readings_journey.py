"""Two machines read one row differently: in a real browser an adjudicator sees both readings and settles the row."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rubrics.definition import Criterion
from simulator_adapters.contract import to_document
from tests.attempts.test_readings import record_of
from tests.journeys.conftest import SignedIn, axe_finds_nothing
from tests.web.desk_scene import device_of, first_task, good_mark, says, sent, sheet, write
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey


def reads(centre: Centre, role: str, row: Criterion, mark: dict[str, Any], run: str) -> None:
    """A run of a machine that answers for a row."""
    task = first_task(centre).identifier
    device = device_of(centre, role, person=centre.people.station)
    said = {"simulation": task, "task": task, "criterion": row.identifier, "measurement": {}, "run": run}
    write(device, "measurement", said | {"mark": mark | {"entered_by": "adapter"}})
    record = to_document(record_of(run=run, about=task))
    write(device, "run", {"simulation": task, "outcome": "PASS", "record": record})
    device.write("close")
    sent(device)


def test_reading_in_doubt_is_settled_with_both_in_view(
    page_of: SignedIn, centre: Centre, shot: Callable[[Page, str], None]
) -> None:
    task = first_task(centre)
    row = next(one for one in task.criteria if one.measurement is not None and not one.must_pass)
    good = good_mark(row)
    bad = good | {"readings": [one | {"value": "99999"} for one in good["readings"]]}
    for role in ("assessor:1", "assessor:2"):
        says(centre, role, *sheet(task), close=True)
    reads(centre, "adapter:1", row, good, "r1")
    reads(centre, "adapter:2", row, bad, "r2")

    page = page_of(centre.lives[0].posts["adjudicator:1"])
    page.goto("/assessor/rulings/")
    expect(page.get_by_role("heading", name=f"A reading in doubt: {row.text}")).to_be_visible(timeout=20_000)
    matter = page.locator(f'[data-matter="{task.identifier} {row.identifier}"]')
    expect(matter.get_by_role("heading", name="What machines read")).to_be_visible()
    expect(matter.locator(".evidence li")).to_have_count(2)
    expect(matter).to_contain_text("Does not count: two runs say different things")
    axe_finds_nothing(page)
    shot(page, "reading-in-doubt")
    page.set_viewport_size({"width": 320, "height": 640})
    axe_finds_nothing(page)
    matter.get_by_label("It was met").check()
    matter.get_by_label("Your reason").fill("The second clamp was open; the picture shows it.")
    matter.get_by_role("button", name="Write my ruling").click()
    expect(matter).to_contain_text("Settled", timeout=15_000)
