"""Bench day in a real browser: a technician opens a bay, a machine reads, an assessor taps, a candidate waits for permission."""

import datetime
import http.client
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from assess import door
from assess.attempts.models import Entry
from assess.management.world.devices import Device
from assess.people.queries import actor
from assess.sittings.instruments import actions as instruments
from simulator_adapters import documents
from simulator_adapters.contract import Instrument, measure
from tests.journeys.conftest import AT_A_DESK, IN_HAND, SignedIn, axe_finds_nothing, kept_for_offline, press_by_keyboard
from tests.web.board import agree
from tests.web.sample_centre import Centre

pytestmark = pytest.mark.journey
Shot = Callable[[Page, str], None]
TASK, LIVE, READ = "PT-ECW-1", "PT-ECW-1.05", "PT-ECW-1.08"
TODAY = timezone.now().date()
DAY = datetime.timedelta(days=1)


def equipped(centre: Centre) -> None:
    """Three instruments, one of them past its calibration, and one booked to the bay of the task."""
    keeper, organisation = centre.people.technicians[0].pk, centre.people.organisation.pk
    for serial, kind, due in (
        ("LRO-7", "low-resistance ohmmeter", 210),
        ("IT-3", "insulation tester", 12),
        ("MFT-2", "multifunction tester", -20),
    ):
        instruments.register_instrument(
            organisation_id=organisation, serial=serial, kind=kind, maker="Kestrel", ranges="resistance: 0 to 200 Ω"
        )
        instruments.record_calibration(
            actor_id=keeper,
            serial=serial,
            number=f"C-{serial}",
            laboratory="Lab One",
            calibrated_on=TODAY - 200 * DAY,
            due_on=TODAY + due * DAY,
        )
    station = next(one for one in centre.sitting.stations.all() if one.task == TASK)
    instruments.book_instrument(actor_id=keeper, serial="LRO-7", station_id=station.pk)


def written(centre: Centre, role: str) -> list[str]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=role)
    return list(rows.order_by("stream__epoch", "sequence").values_list("kind", flat=True))


class Bench:
    """The adapter of the bay, as a station drives it: its own stream, sent over the real intake."""

    def __init__(self, centre: Centre, address: str) -> None:
        asked = {
            "subject_kind": "attempt",
            "subject_id": centre.attempt.pk,
            "role": "adapter:1",
            "device": "bay 1 bench",
        }
        self.device = Device.of(door.act(actor(centre.people.station), "attempts.open_stream", **asked))
        self.address, self.sequence = urlsplit(address), 0

    def read(self, value: str) -> None:
        due = TODAY + 210 * DAY
        meter = Instrument(
            id="low-resistance ohmmeter",
            serial="LRO-7",
            firmware="2",
            calibration_due=due,
            calibration_certificate="C-LRO-7",
        )
        measured = measure(
            name="continuity",
            value=Decimal(value),
            unit="Ohm",
            places=2,
            sequence=self.sequence,
            t_host_monotonic=1,
            instrument=meter,
        )
        self.sequence += 1
        mark = {"readings": [{"value": value}], "unit": "Ω", "measured_on": TODAY.isoformat(), "entered_by": "adapter"}
        said = {"simulation": TASK, "criterion": READ, "measurement": documents.encode(measured), "mark": mark}
        self.device.write("measurement", **said)
        (body,) = self.device.batches()
        link = http.client.HTTPConnection(self.address.hostname or "", self.address.port or 80, timeout=10)
        headers = {"Authorization": f"Bearer {self.device.grant.token}", "Content-Type": "application/json"}
        link.request("POST", "/journal/entries", body, headers)
        answer = link.getresponse()
        assert answer.status == 200, answer.read()
        self.device.chain.acknowledge(self.sequence)
        link.close()


def row(page: Page, criterion: str) -> Any:
    return page.locator(f'[data-criterion="{criterion}"]')


def open_bay(page: Page) -> None:
    page.get_by_label("Code of the set").fill("F2")
    page.get_by_label("Proved by which reading?").fill("Zs at X1 reads 1.42 Ω")
    page.get_by_role("textbox", name="Proving unit").fill("PU-1")
    for number in range(1, 5):
        page.locator(f"#check-{number}").get_by_role("button", name="Done", exact=True).click()
        expect(page.locator(f"#check-{number}")).to_have_class(re.compile("marked"))
    page.get_by_role("button", name="Open the bay", exact=True).click()
    expect(page.locator("#standing")).to_contain_text("Open. Supply locked off")


@pytest.mark.parametrize("device", IN_HAND)
def test_a_bench_day_from_the_checks_to_permission_and_void_equipment(
    page_of: SignedIn, centre: Centre, address: str, shot: Shot, device: str
) -> None:
    equipped(centre)
    agree(centre)
    posts = centre.lives[0].posts
    technician = page_of(posts["technician:1"], device)
    technician.goto("/technician/")
    expect(technician.locator("#ready")).to_contain_text("Ready to work without network", timeout=20_000)
    axe_finds_nothing(technician)
    shot(technician, f"technician-day-{device}")
    candidate = page_of(centre.candidate, device)
    candidate.goto(f"/candidate/attempts/{centre.attempt.pk}/bay/")
    place = candidate.locator(f'[data-bay="{TASK}"]')
    expect(place).to_contain_text("The bay is being prepared")
    assessor = page_of(posts["assessor:1"], device)
    assessor.goto("/assessor/")
    expect(assessor.locator("#ready")).to_contain_text("Ready to work without network", timeout=20_000)
    kept_for_offline(assessor, "/assessor/", "/assessor/sheet/")
    kept_for_offline(assessor, "/assessor/", "/assessor/live_bay.js")
    assessor.goto(f"/assessor/sheet/#{centre.attempt.pk}/assessor:1")
    assessor.get_by_role("button", name="This is the person").click()
    expect(assessor.locator("#hold")).to_contain_text("No technician has opened this bay yet")
    expect(row(assessor, LIVE).get_by_role("button", name="Done", exact=True)).to_be_disabled()

    technician.goto(f"/technician/bay/#{centre.attempt.pk}/technician:1")
    expect(technician.get_by_role("heading", name=str(centre.candidate))).to_be_visible()
    technician.get_by_role("button", name="Open the bay", exact=True).click()
    expect(technician.locator("#open-words")).to_contain_text("Still to do")
    axe_finds_nothing(technician)
    shot(technician, f"technician-checks-{device}")
    open_bay(technician)
    expect(place).to_contain_text("wait for permission to energise", timeout=15_000)
    axe_finds_nothing(candidate)
    shot(candidate, f"bay-locked-{device}")
    expect(assessor.locator("#hold")).to_contain_text("Permission to energise has not been given", timeout=15_000)

    bench = Bench(centre, address)
    bench.read("0.91")
    bench.read("0.14")
    fills = row(assessor, READ)
    expect(fills).to_contain_text("0.14 Ω", timeout=15_000)
    expect(fills.locator(".readings input")).to_have_value("0.14")
    axe_finds_nothing(assessor)
    shot(assessor, f"sheet-reading-{device}")
    fills.get_by_role("button", name="This is the reading").click()
    expect(fills).to_contain_text("is the reading: low-resistance ohmmeter LRO-7")
    expect(fills).to_have_class(re.compile("marked"))

    technician.get_by_role("button", name="Give permission to energise").click()
    technician.get_by_role("button", name="They may energise").click()
    expect(technician.locator("#standing")).to_contain_text("The candidate may energise")
    expect(place).to_contain_text("You may energise", timeout=15_000)
    hidden = "(is) => { Object.defineProperty(document, 'hidden', {value: is, configurable: true});"
    hidden += " document.dispatchEvent(new Event('visibilitychange')); }"
    candidate.evaluate(hidden, True)
    expect(place).to_contain_text("Ask the technician before you energise")
    candidate.evaluate(hidden, False)
    expect(place).to_contain_text("You may energise")
    shot(candidate, f"bay-energised-{device}")
    expect(row(assessor, LIVE).get_by_role("button", name="Done", exact=True)).to_be_enabled(timeout=15_000)
    row(assessor, LIVE).get_by_role("button", name="Done", exact=True).click()
    axe_finds_nothing(technician)
    shot(technician, f"technician-energised-{device}")

    candidate.context.set_offline(True)
    expect(place).to_contain_text("Ask the technician before you energise", timeout=15_000)
    candidate.context.set_offline(False)
    expect(place).to_contain_text("You may energise", timeout=15_000)
    if device == "tablet":
        no_permission_from_a_network_that_hangs(candidate, place)
    assessor.context.set_offline(True)
    assessor.reload()
    expect(assessor.locator("#hold")).to_contain_text("No network: this may have changed", timeout=15_000)
    assessor.context.set_offline(False)
    technician.get_by_role("button", name="The equipment is void").click()
    technician.get_by_text("The rig failed").click()
    axe_finds_nothing(technician)
    technician.get_by_role("button", name="It is void").click()
    expect(place).to_contain_text("It costs you nothing", timeout=15_000)
    expect(assessor.locator("#hold")).to_contain_text("declared the equipment void", timeout=15_000)
    technician.get_by_role("button", name="Close this record").click()
    technician.get_by_role("button", name="Close it").click()
    expect(technician.locator("#closed-words")).to_have_text("Safe on the server.", timeout=15_000)
    kinds = written(centre, "technician:1")
    assert kinds == [*["bay_check"] * 4, "bay_opened", "hold_released", "equipment_void", "close"]


def no_permission_from_a_network_that_hangs(page: Page, place: Locator) -> None:
    """Silence is no connection; and an answer that comes after a later question failed brings no permission back."""
    hanging: list[Route] = []
    page.route("**/bay/live", lambda route: hanging.append(route))
    expect(place).to_contain_text("Ask the technician before you energise", timeout=20_000)
    page.unroute("**/bay/live")
    expect(place).to_contain_text("You may energise", timeout=15_000)

    hanging.clear()
    page.route("**/bay/live", lambda route: route.abort() if hanging else hanging.append(route))
    page.evaluate("dispatchEvent(new Event('online'))")
    while not hanging:
        page.wait_for_timeout(20)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(place).to_contain_text("Ask the technician before you energise")
    hanging[0].fallback()
    page.wait_for_timeout(500)
    expect(place).to_contain_text("Ask the technician before you energise")
    page.unroute("**/bay/live")
    expect(place).to_contain_text("You may energise", timeout=15_000)


def test_a_bay_is_opened_by_keyboard_without_a_network_and_nothing_is_lost(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts["technician:1"], "tablet")
    page.goto("/technician/")
    expect(page.locator("#ready")).to_contain_text("Ready to work without network", timeout=20_000)
    kept_for_offline(page, "/technician/", "/technician/bay/")
    kept_for_offline(page, "/technician/", "/technician/bay_state.js")
    page.context.set_offline(True)
    page.goto(f"/technician/bay/#{centre.attempt.pk}/technician:1")
    expect(page.get_by_role("heading", name=str(centre.candidate))).to_be_visible()
    page.get_by_label("Code of the set").fill("F1")
    page.get_by_label("Proved by which reading?").fill("0.35 MΩ")
    page.get_by_label("Serials of the instruments").fill("MFT-1, IT-2")
    page.get_by_role("textbox", name="Proving unit").fill("PU-1")
    for number in range(1, 5):
        page.locator(f"#check-{number}").get_by_role("button", name="Done", exact=True).press("Enter")
        expect(page.locator(f"#check-{number}")).to_have_class(re.compile("marked"))
    press_by_keyboard(page, "Open the bay")
    expect(page.locator("#standing")).to_contain_text("Open. Supply locked off")
    page.reload()
    expect(page.locator("#standing")).to_contain_text("Open. Supply locked off")
    expect(page.locator("#saved")).to_contain_text("5 kept on this device")
    assert written(centre, "technician:1") == []
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Safe on the server", timeout=30_000)
    assert written(centre, "technician:1") == [*["bay_check"] * 4, "bay_opened"]


def test_a_bay_whose_candidates_have_all_been_there_stands_last(page_of: SignedIn, centre: Centre) -> None:
    def with_the_first_over(route: Route) -> None:
        found = route.fetch().json()
        first = min(found["posts"], key=lambda post: (post["starts_at"], post["station"]))
        over = [post | {"sealed": True} for post in found["posts"] if post["station"] == first["station"]]
        later = {**first, "station": f"{first['station']}, afterwards", "task": first["task"]}
        route.fulfill(json=found | {"posts": [*over, later]})

    page = page_of(centre.lives[0].posts["technician:1"], "tablet", service_workers="block")
    page.route("**/technician/day.json", with_the_first_over)
    page.goto("/technician/")
    bays = page.locator(".bay-station")
    expect(bays).to_have_count(2)
    expect(bays.first.get_by_role("heading")).to_contain_text("afterwards")
    expect(bays.first.get_by_role("link", name="Open the bay")).to_be_visible()
    expect(bays.last).to_contain_text("Every candidate has been here.")
    expect(bays.last.locator("summary")).not_to_contain_text("more")


def test_without_a_network_an_assessor_writes_down_what_they_were_told(page_of: SignedIn, centre: Centre) -> None:
    page = page_of(centre.lives[0].posts["assessor:1"], "tablet")
    page.goto(f"/assessor/sheet/#{centre.attempt.pk}/assessor:1")
    page.get_by_role("button", name="This is the person").click()
    done = row(page, LIVE).get_by_role("button", name="Done", exact=True)
    expect(done).to_be_disabled()
    page.context.set_offline(True)
    page.get_by_role("button", name="I was told at the bay…").click()
    page.get_by_role("button", name="I was told so").click()
    page.get_by_label("Who gave it?").fill("Tom Keller")
    axe_finds_nothing(page)
    page.get_by_role("button", name="I was told so").click()
    expect(page.locator("#hold")).to_contain_text("Tom Keller gave permission")
    done.click()
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Safe on the server", timeout=30_000)
    assert written(centre, "assessor:1")[-2:] == ["told_to_energise", "mark"]


def test_a_reading_that_is_not_the_one_is_refused_with_a_reason(
    page_of: SignedIn, centre: Centre, address: str
) -> None:
    page = page_of(centre.lives[0].posts["assessor:1"], "tablet")
    page.goto(f"/assessor/sheet/#{centre.attempt.pk}/assessor:1")
    page.get_by_role("button", name="This is the person").click()
    Bench(centre, address).read("0.91")
    fills = row(page, READ)
    expect(fills).to_contain_text("0.91 Ω", timeout=15_000)
    fills.get_by_text("Not this one, because…").click()
    fills.get_by_role("button", name="Not this one", exact=True).click()
    expect(fills.get_by_role("alert")).to_contain_text("Say why it is not the one.")
    fills.get_by_label("Why is it not the reading of this row?").fill("The probes slipped")
    fills.get_by_role("button", name="Not this one", exact=True).click()
    expect(fills).to_contain_text("Not this row's: 0.91 Ω (The probes slipped)")
    expect(fills.locator(".readings input")).to_have_value("")
    assert not fills.get_by_role("button", name="This is the reading").count()


@pytest.mark.parametrize("device", AT_A_DESK)
def test_the_register_and_its_bookings(page_of: SignedIn, centre: Centre, shot: Shot, device: str) -> None:
    equipped(centre)
    page = page_of(centre.people.technicians[0], device)
    page.goto("/instruments/")
    axe_finds_nothing(page)
    shot(page, f"instruments-{device}")
    page.get_by_role("link", name="insulation tester").click()
    axe_finds_nothing(page)
    shot(page, f"instrument-{device}")
    page.goto("/instruments/import/")
    file = {"name": "register.csv", "mimeType": "text/csv", "buffer": b"serial,kind\nPA-1,power analyser\nIT-3,\n"}
    page.get_by_label("A register, as CSV in UTF-8").set_input_files(files=file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("Line 3")).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"instruments-import-{device}")
    page.goto(f"/instruments/sittings/{centre.sitting.pk}/")
    page.get_by_label("Instrument", exact=True).select_option("MFT-2")
    press_by_keyboard(page, "Book it")
    expect(page.get_by_text("Enter its new certificate, choose another instrument")).to_be_visible()
    page.get_by_label("Instrument", exact=True).select_option("MFT-2")
    page.get_by_label("Why it is used past its calibration, if it is").fill("the other one is at the laboratory")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_text("Readings are provisional", exact=True)).to_be_visible()
    axe_finds_nothing(page)
    shot(page, f"instruments-booked-{device}")
    board = page_of(centre.lives[0].posts["proctor:1"], device)
    board.goto(f"/proctor/sittings/{centre.sitting.pk}/")
    expect(board.get_by_role("heading", name="Stations")).to_be_visible()
    axe_finds_nothing(board)
    shot(board, f"board-stations-{device}")
