"""Equipment failed: in a real browser the candidate says yes, the director opens the attempt again, and the work is done again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assess import door
from assess.attempts.engine_jobs import simulations_of
from assess.attempts.journal import clock
from assess.attempts.journal.append import append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Attempt, Resit
from assess.management.world.devices import Device
from assess.people.queries import actor
from simulator_adapters.contract import to_document
from tests.attempts.engine_runs.scene import Seat, worked
from tests.attempts.test_readings import record_of, register
from tests.journeys.conftest import SignedIn, axe_finds_nothing, press_by_keyboard
from tests.web.bench_scene import begin_bench, simulator_part
from tests.web.sample_centre import Centre
from tests.web.ten_simulations import right_writes, with_all_simulations

pytestmark = pytest.mark.journey
WORK = "SIM-SUN-1"


def failed(centre: Centre) -> None:
    """The candidate's settings were read back until the cable was pulled; the attempt is sealed and scored."""
    seat = Seat(centre)
    seat.set(WORK, [[704, "WMaxLimPct", [], "60"]])
    seat.say("close")
    asked = {
        "subject_kind": "attempt",
        "subject_id": centre.attempt.pk,
        "role": "adapter:1",
        "device": "inverter bench",
    }
    bench = Device.of(door.act(actor(centre.people.station), "attempts.open_stream", **asked))
    record = to_document(record_of(register("60"), outcome="TIMEOUT", about=WORK))
    bench.write("run", simulation=WORK, outcome="TIMEOUT", record=record, of={"epoch": 1, "sequence": 1})
    bench.write("close")
    append([read_batch(body, role="adapter:1") for body in bench.batches()], server_us=clock.now_us())
    sealed(centre)


def sealed(centre: Centre) -> None:
    asked = {"sitting_id": centre.sitting.pk, "attempt_id": centre.attempt.pk}
    door.act(actor(centre.lives[0].posts["proctor:1"]), "proctoring.seal", **asked)
    worked()


def test_work_is_done_again_after_a_fault(page_of: SignedIn, centre: Centre, shot: Callable[[Page, str], None]) -> None:
    begin_bench(centre)
    centre = with_all_simulations(centre)
    failed(centre)
    task = next(one for one in simulations_of(centre.attempt) if one.identifier == WORK)
    title = str(task.document["title"])

    page = page_of(centre.candidate)
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    expect(page.get_by_role("heading", name="You may do this again")).to_be_visible()
    expect(page.get_by_text("The equipment reported TIMEOUT. The device did not answer in time.")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, "resit-offered")
    page.set_viewport_size({"width": 320, "height": 640})
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    press_by_keyboard(page, f"Yes, I do it again: {title}")
    expect(page.get_by_text("You said yes", exact=True)).to_be_visible()

    office = page_of(centre.people.director)
    office.goto("/director/")
    office.get_by_role("link", name=re.compile("re-sit after a fault waits to be opened")).click()
    expect(office.get_by_text("Wants to do it again")).to_be_visible()
    axe_finds_nothing(office)
    shot(office, "resit-accepted")
    press_by_keyboard(office, f"Open the attempt again for {title} of {centre.candidate}")
    expect(office.get_by_text("Open now", exact=True)).to_be_visible()
    watch = page_of(centre.lives[0].posts["proctor:1"])
    watch.goto(f"/proctor/sittings/{centre.sitting.pk}/")
    again = f"{simulator_part(centre)}~{WORK}"
    watch.get_by_role("button", name=f"Begin the simulator again ({again})").click()
    expect(watch.get_by_text("Begun for 1 candidates.")).to_be_visible()
    axe_finds_nothing(watch)
    shot(watch, "resit-board")

    page.reload()
    page.get_by_role("link", name="To the simulator").first.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=20_000)
    for model, point, index, value in right_writes(centre.attempt, task):
        page.get_by_label("Model", exact=True).focus()
        page.keyboard.press("Control+a")
        for number, text in enumerate((str(model), point, ".".join(map(str, index)), value)):
            page.keyboard.type(text)
            page.keyboard.press("Enter" if number == 3 else "Tab")
        expect(page.locator("fieldset [role=status]")).to_contain_text(f"{point} is set to {value}")
    axe_finds_nothing(page)
    shot(page, "resit-bench")
    page.get_by_role("button", name="Look over and hand in").click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Everything you did is on the server")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="To my attempt").click()
    page.get_by_role("button", name="I am done").click()
    page.get_by_role("button", name="Yes, I am done").click()
    expect(page.locator("#done-words")).not_to_be_empty(timeout=20_000)
    worked()
    sealed(centre)
    scored: Any = Attempt.objects.get(pk=centre.attempt.pk).scores.order_by("-number").first()
    found = next(one for one in scored.document["simulations"] if one["simulation"] == WORK)
    assert (found["share"], found["waits_for"]) != (None, "")
    assert "equipment" not in found["waits_for"]
    assert Resit.objects.get(attempt=centre.attempt.pk, work=WORK).state == Resit.State.DONE
    page.goto(f"/candidate/attempts/{centre.attempt.pk}/")
    expect(page.get_by_text("Done again", exact=True)).to_be_visible()
