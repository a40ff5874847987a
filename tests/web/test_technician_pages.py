"""The technician's bays, and what assessor, candidate and board see of them: permission, void equipment, readings."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from assess import door
from assess.attempts.desks.at_the_bay import seen_by_assessor
from assess.management.world.devices import Device
from assess.people.models import Account
from assess.people.queries import actor
from assess.sittings.actions import report_health
from assess.sittings.instruments import actions as instruments
from assess.sittings.queries import stations_of
from simulator_adapters import documents
from simulator_adapters.contract import Instrument, measure
from tests.attempts.centre import NOW_US, send
from tests.web.board import agree
from tests.web.sample_centre import Centre

TASK, LIVE, READ = "PT-ECW-1", "PT-ECW-1.05", "PT-ECW-1.08"


def device(centre: Centre, person: Account, role: str) -> Device:
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": role, "device": f"tablet of {role}"}
    return Device.of(door.act(actor(person), "attempts.open_stream", **asked))


def opened(centre: Centre, *more: tuple[str, dict[str, Any]]) -> Device:
    tablet = device(centre, centre.lives[0].posts["technician:1"], "technician:1")
    for check in ("fault_set", "supply", "instruments", "materials"):
        tablet.write("bay_check", task=TASK, check=check, done=True)
    tablet.write("bay_opened", task=TASK)
    for kind, payload in more:
        tablet.write(kind, task=TASK, **payload)
    send(tablet)
    return tablet


def bench(centre: Centre, value: str, *, due: str = "2099-01-01", criterion: str = READ, **more: Any) -> None:
    machine = device(centre, centre.people.station, "adapter:1")
    measured = measure(
        name="continuity",
        value=Decimal(value),
        unit="Ohm",
        places=2,
        sequence=0,
        t_host_monotonic=1,
        instrument=Instrument(
            id="ohmmeter",
            serial="LRO-1",
            firmware="2",
            calibration_due=date.fromisoformat(due),
            calibration_certificate="C-1",
        ),
    )
    machine.write("measurement", simulation=TASK, criterion=criterion, measurement=documents.encode(measured), **more)
    send(machine)


def live(centre: Centre) -> dict[str, Any]:
    client = centre.browser(centre.lives[0].posts["assessor:1"])
    found: dict[str, Any] = client.get(f"/assessor/sheet/{centre.attempt.pk}/assessor:1/live").json()
    return found


def bays(centre: Centre) -> dict[str, Any]:
    client = centre.browser(centre.candidate)
    found: dict[str, Any] = client.get(f"/candidate/attempts/{centre.attempt.pk}/bay/live").json()
    return found["bays"]


def test_the_day_holds_ones_own_bays_in_the_order_of_candidates(centre: Centre) -> None:
    technician = centre.lives[0].posts["technician:1"]
    found = centre.browser(technician).get("/technician/day.json").json()
    mine = [
        (str(life.attempt.pk), role)
        for life in centre.lives
        for role, person in sorted(life.posts.items())
        if person == technician and role.startswith("technician:")
    ]
    assert [(post["attempt"], post["role"]) for post in found["posts"]] == mine
    assert list(found["checks"]) == ["fault_set", "supply", "instruments", "materials"]
    assert found["tasks"][TASK]["hold_point"] is True
    assert "criteria" not in found["tasks"][TASK]


@pytest.mark.slow
def test_permission_shows_on_the_sheet_and_to_the_candidate_and_goes_again(centre: Centre) -> None:
    agree(centre)
    assert live(centre)["bay"]["state"] == "not_opened"
    tablet = opened(centre)
    assert (live(centre)["bay"]["state"], bays(centre)[TASK]["words"]) == (
        "locked",
        "Supply locked off – wait for permission to energise.",
    )
    tablet.write("hold_released", task=TASK, dead_tests="seen")
    send(tablet)
    assert (live(centre)["bay"]["state"], bays(centre)[TASK]["words"]) == ("energised", "You may energise.")
    tablet.write("hold_set", task=TASK, reason="smoke")
    send(tablet)
    assert bays(centre)[TASK]["state"] == "locked"


@pytest.mark.slow
def test_void_equipment_is_told_to_the_candidate_and_stands_on_the_board(centre: Centre) -> None:
    agree(centre)
    opened(centre, ("equipment_void", {"reason": "wrong fault set"}))
    assert "It costs you nothing" in bays(centre)[TASK]["words"]
    proctor = centre.browser(centre.lives[0].posts["proctor:1"])
    board = proctor.get(reverse("proctor-rows", args=[centre.sitting.pk])).content.decode()
    assert f"{centre.candidate}: equipment void" in board
    assert "wrong fault set" in board


@pytest.mark.slow
def test_the_board_says_how_stations_are_and_which_instruments_answer(centre: Centre) -> None:
    station = stations_of(centre.sitting.pk)[0]
    keeper = centre.people.technicians[0]
    for serial in ("A-1", "B-2"):
        instruments.register_instrument(organisation_id=centre.people.organisation.pk, serial=serial, kind="meter")
        instruments.book_instrument(
            actor_id=keeper.pk, serial=serial, station_id=station.pk, provisional_because="for this test"
        )
    report_health(
        actor_id=centre.people.station.pk,
        station_id=station.pk,
        state="attention",
        sentence="B-2 is silent.",
        serials=["A-1"],
    )
    proctor = centre.browser(centre.lives[0].posts["proctor:1"])
    board = proctor.get(reverse("proctor-rows", args=[centre.sitting.pk])).content.decode()
    assert "B-2 is silent." in board
    assert "meter A-1 <strong>answers</strong>" in board
    assert "meter B-2 <strong>does not answer</strong>" in board


def test_a_reading_fills_its_row_with_value_serial_and_calibration(centre: Centre) -> None:
    bench(centre, "0.14")
    (found,) = live(centre)["readings"]
    assert (found["criterion"], found["values"], found["unit"], found["serial"]) == (READ, ["0.14"], "Ω", "LRO-1")
    assert (found["in_calibration"], found["calibration"]) == (True, "calibrated until 2099-01-01")
    assert found["reading"] == {"role": "adapter:1", "epoch": 1, "sequence": 1}
    assert found["mark"]["readings"] == [{"value": "0.14", "bound": "="}]
    assert found["mark"]["instrument"]["serial"] == "LRO-1"
    assert found["mark"]["measured_on"] == "2027-01-15"  # the day of NOW_US
    assert NOW_US == 1_800_000_000_000_000


def test_a_reading_past_its_calibration_says_so(centre: Centre) -> None:
    bench(centre, "0.14", due="2026-01-01")
    (found,) = live(centre)["readings"]
    assert (found["in_calibration"], found["calibration"]) == (False, "calibration ended 2026-01-01: provisional")


def test_a_reading_in_another_quantity_is_shown_and_can_not_be_taken(centre: Centre) -> None:
    bench(centre, "0.14", criterion="PT-ECW-1.07")
    (found,) = live(centre)["readings"]
    assert (found["values"], found["mark"]) == (["0.14"], None)


def test_nobody_without_the_post_sees_the_bay(centre: Centre) -> None:
    other = centre.lives[0].posts["assessor:3"]
    assert (
        seen_by_assessor(other.pk, centre.attempt.pk, "assessor:1") is None
        or other == centre.lives[0].posts["assessor:1"]
    )
    assert (
        centre.browser(centre.candidate).get(f"/assessor/sheet/{centre.attempt.pk}/assessor:1/live").status_code == 404
    )
    client = centre.browser(centre.lives[0].posts["assessor:1"])
    assert client.get(f"/assessor/sheet/{centre.attempt.pk}/technician:1/live").status_code == 404


def test_a_reading_can_be_taken_while_its_run_still_goes_on(centre: Centre) -> None:
    mark = {"readings": [{"value": "0.14"}], "unit": "Ω", "measured_on": "2027-01-15", "entered_by": "adapter"}
    bench(centre, "0.14", mark=mark)
    (found,) = live(centre)["readings"]
    assert (found["why"], found["mark"]["readings"][0]["value"]) == ("its run has not ended yet.", "0.14")
