"""Instruments: certificates are history, bookings never overlap, and a booking never outlasts its sitting."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assess import door
from assess.attempts.queries import pinned
from assess.management.world.instruments import equip
from assess.management.world.lives import Life
from assess.people.queries import actor
from assess.sittings import actions as sittings
from assess.sittings.actions import SittingError
from assess.sittings.instruments import actions, queries
from assess.sittings.instruments.calibration import State
from assess.sittings.models import Booking, Calibration, HeldQuarter, Instrument, Station
from assess.sittings.queries import booked, health_in
from tests.attempts.centre import Centre

TODAY = timezone.now().date()
YEAR = datetime.timedelta(days=365)


def multimeter(centre: Centre, serial: str = "MFT-1", *, lasts: int | None = 300) -> Instrument:
    made = actions.register_instrument(
        organisation_id=centre.people.organisation.pk,
        serial=serial,
        kind="multifunction tester",
        ranges="voltage: 0 to 600 V",
    )
    if lasts is not None:
        certify(centre, serial, due_on=TODAY + datetime.timedelta(days=lasts))
    return made


def certify(centre: Centre, serial: str, number: str = "C-1", **more: Any) -> Calibration:
    asked = {"laboratory": "Lab One", "calibrated_on": TODAY - YEAR, "due_on": TODAY + YEAR} | more
    return actions.record_calibration(actor_id=centre.people.technicians[0].pk, serial=serial, number=number, **asked)


def book(centre: Centre, serial: str = "MFT-1", station: Station | None = None, **more: Any) -> Booking:
    place = station or centre.stations[0]
    return actions.book_instrument(actor_id=centre.people.technicians[0].pk, serial=serial, station_id=place.pk, **more)


def refusal(code: str, call: Any) -> str:
    with pytest.raises(SittingError) as caught, transaction.atomic():
        call()
    assert caught.value.code == code
    return str(caught.value)


def test_the_certificate_that_was_issued_last_stands_whatever_was_entered_last(centre: Centre) -> None:
    multimeter(centre, lasts=None)
    new = certify(centre, "MFT-1", "C-2", calibrated_on=TODAY - datetime.timedelta(days=5), due_on=TODAY + YEAR)
    certify(centre, "MFT-1", "C-1", calibrated_on=TODAY - 2 * YEAR, due_on=TODAY - YEAR)
    found = Instrument.objects.get(pk="MFT-1")
    assert (found.certificate, found.calibration_due) == ("C-2", TODAY + YEAR)
    actions.withdraw_calibration(
        actor_id=centre.people.technicians[0].pk, calibration_id=new.pk, reason="it is of another instrument"
    )
    found.refresh_from_db()
    assert (found.certificate, found.calibration_due) == ("C-1", TODAY - YEAR)
    assert Calibration.objects.filter(instrument="MFT-1").count() == 2


def test_a_certificate_is_entered_once_and_may_be_again_after_it_was_withdrawn(centre: Centre) -> None:
    multimeter(centre)
    assert "is entered for MFT-1 already" in refusal("certificate", lambda: certify(centre, "MFT-1"))
    made = Calibration.objects.get(instrument="MFT-1")
    actions.withdraw_calibration(actor_id=made.entered_by_id, calibration_id=made.pk, reason="a slip")
    assert certify(centre, "MFT-1").pk != made.pk


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"calibrated_on": TODAY + datetime.timedelta(days=2)}, "lies in the future"),
        ({"due_on": TODAY - 2 * YEAR}, "due after its day"),
        ({"laboratory": "  "}, "a number and a laboratory"),
    ],
)
def test_a_certificate_that_makes_no_sense_is_refused(centre: Centre, more: dict[str, Any], words: str) -> None:
    multimeter(centre, lasts=None)
    assert words in refusal("certificate", lambda: certify(centre, "MFT-1", **more))


def test_two_bookings_never_overlap_and_the_sentence_names_the_other(centre: Centre) -> None:
    multimeter(centre)
    first = book(centre)
    sentence = refusal("booked", lambda: book(centre, station=centre.stations[1]))
    assert f"is booked to {centre.stations[0]} of {centre.sitting}" in sentence
    with pytest.raises(IntegrityError), transaction.atomic():
        held = HeldQuarter.objects.filter(booking=first).order_by("quarter")[0]
        HeldQuarter.objects.create(instrument_id="MFT-1", quarter=held.quarter, booking=first)
    actions.return_instrument(actor_id=first.booked_by_id, booking_id=first.pk)
    assert book(centre, station=centre.stations[1]).station_id == centre.stations[1].pk
    assert [one.serial for one in booked(centre.stations[0].pk)] == []


def test_spans_that_follow_each_other_are_taken(centre: Centre) -> None:
    multimeter(centre)
    start = centre.sitting.starts_at
    quarter = datetime.timedelta(seconds=-(start.timestamp() % 900) + 900)
    middle = start + quarter + datetime.timedelta(minutes=30)
    book(centre, ends_at=middle)
    book(centre, station=centre.stations[1], starts_at=middle)
    assert [one.serial for one in booked(centre.stations[1].pk, middle)] == ["MFT-1"]
    assert booked(centre.stations[1].pk, middle - datetime.timedelta(minutes=1)) == []


def test_a_booking_lies_within_its_sitting(centre: Centre) -> None:
    multimeter(centre)
    after = centre.sitting.ends_at + datetime.timedelta(minutes=1)
    assert "lies within its sitting" in refusal("span", lambda: book(centre, ends_at=after))
    assert book(centre).ends_at == centre.sitting.ends_at


@pytest.mark.parametrize("lasts", [None, -1])
def test_an_instrument_past_its_calibration_needs_a_reason_and_reads_provisionally(
    centre: Centre, lasts: int | None
) -> None:
    multimeter(centre, lasts=lasts)
    assert "its readings are then provisional" in refusal("calibration", lambda: book(centre))
    book(centre, provisional_because="the spare one broke this morning")
    (held,) = booked(centre.stations[0].pk)
    assert (held.provisional, held.provisional_because) == (True, "the spare one broke this morning")


def test_an_instrument_that_is_out_of_use_is_not_booked(centre: Centre) -> None:
    multimeter(centre)
    actions.take_instrument_out(serial="MFT-1", reason="the display is dark")
    assert "the display is dark" in refusal("out-of-use", lambda: book(centre))
    actions.return_instrument_to_use(serial="MFT-1")
    assert book(centre).instrument_id == "MFT-1"


def test_a_file_is_entered_whole_and_again_changes_nothing(centre: Centre) -> None:
    head = "serial,kind,certificate,laboratory,calibrated_on,due_on\n"
    text = head + f"IT-1,insulation tester,C-7,Lab One,{TODAY - YEAR},{TODAY + YEAR}\nIT-2,insulation tester,,,,\n"
    centre_id, who = centre.people.organisation.pk, centre.people.technicians[0].pk
    _, entered = queries.dry_run(centre_id, text)
    assert [one.what for one in entered] == ["new", "new"]
    assert not Instrument.objects.filter(pk="IT-1").exists()
    assert [one.pk for one in actions.import_instruments(actor_id=who, organisation_id=centre_id, text=text)] == [
        "IT-1",
        "IT-2",
    ]
    assert [one.what for one in queries.dry_run(centre_id, text)[1]] == ["same", "same"]
    assert actions.import_instruments(actor_id=who, organisation_id=centre_id, text=text) == []
    sentence = refusal(
        "register",
        lambda: actions.import_instruments(actor_id=who, organisation_id=centre_id, text="serial,kind\nIT-3,\n"),
    )
    assert "Line 2: kind is empty" in sentence


def test_the_register_of_another_centre_is_not_ones_own(centre: Centre) -> None:
    multimeter(centre)
    stranger = centre.people.second_director
    other = door.act(actor(centre.people.director), "people.found_organisation", name="Another centre")
    centre.people.director.role_assignments.exclude(role="x").get(role="director")
    keeper = centre.people.technicians[1]
    keeper.role_assignments.update(organisation=other)
    with pytest.raises(door.Forbidden, match="another centre's"):
        door.act(actor(keeper), "sittings.instruments.take_instrument_out", serial="MFT-1", reason="mine now")
    assert queries.instruments_of(keeper.pk).count() == 0
    assert queries.instruments_of(stranger.pk).count() == 1
    assert "registered by another centre" in refusal(
        "elsewhere", lambda: actions.register_instrument(organisation_id=other.pk, serial="MFT-1", kind="meter")
    )


def test_what_is_due_is_told_by_state(centre: Centre) -> None:
    for serial, lasts in (("A", 300), ("B", 10), ("C", -3), ("D", None)):
        multimeter(centre, serial, lasts=lasts)
    due = queries.due_among([centre.people.organisation.pk], TODAY)
    assert {state: [one.pk for one in ones] for state, ones in due.items()} == {
        State.SOON: ["B"],
        State.OVERDUE: ["C"],
        State.NONE: ["D"],
    }


def test_a_station_says_how_it_is_and_its_word_before_is_replaced(centre: Centre) -> None:
    station, who = centre.stations[0], centre.people.station.pk
    said = {"actor_id": who, "station_id": station.pk}
    sittings.report_health(**said, state="ready", sentence="Two instruments answer.", serials=["B", "A", "A"])
    sittings.report_health(**said, state="attention", sentence="MFT-1 does not answer.", serials=["A"])
    found = health_in(centre.sitting.pk)[station.pk]
    assert (found.state, found.sentence, found.serials) == ("attention", "MFT-1 does not answer.", ["A"])
    assert "is no state" in refusal("health", lambda: sittings.report_health(**said, state="fine", sentence="x"))


def test_nobody_opens_a_bay_at_which_they_assess(centre: Centre) -> None:
    both = centre.people.assessors[0]
    door.act(
        actor(centre.people.director), "people.give_role", account_id=both.pk,
        organisation_id=centre.people.organisation.pk, role="technician",
    )  # fmt: skip
    posts = (centre.post("assessor:1", both), centre.post("technician:1", both))
    assert "would open the bay of PT-ECW-1 and assess there" in refusal(
        "opens-and-assesses", lambda: centre.assign(*posts)
    )
    assert centre.assign(centre.post("assessor:1", both), centre.post("technician:1", both, work="PT-ECW-2")) == 2


@pytest.mark.slow
def test_the_demonstrations_instruments_are_booked_one_overdue_with_its_reason(centre: Centre) -> None:
    life = Life(0, None, centre.candidate, centre.attempt, pinned(centre.attempt), {}, {}, {})  # type: ignore[arg-type]
    for task in ("PT-ECW-2", "PT-ECW-3"):
        sittings.add_station(sitting_id=centre.sitting.pk, name=task, task=task, room="lab", minutes=75)
    count = equip(centre.people, [life], centre.sitting)
    held = Booking.objects.filter(station__sitting=centre.sitting)
    assert (held.count(), held.exclude(provisional_because="").count()) == (count, 1)
    assert queries.due_among([centre.people.organisation.pk], TODAY).keys() == {State.OVERDUE, State.SOON}
    assert any(booked(station.pk) for station in centre.sitting.stations.all())
