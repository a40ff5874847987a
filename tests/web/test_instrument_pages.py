"""Pages of instruments: register, certificates, import with a dry run, bookings; and where they show."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assess.sittings.models import Booking, Calibration, Instrument
from assess.sittings.queries import stations_of
from tests.web.sample_centre import Centre

TODAY = timezone.now().date()
DAY = datetime.timedelta(days=1)
PDF = b"%PDF-1.7 a certificate"


def technician(centre: Centre) -> Client:
    return centre.browser(centre.people.technicians[0])


def said(response: Any) -> str:
    return str(response.content.decode())


def registered(client: Client, serial: str = "MFT/1 a", *, due: int = 200) -> str:
    client.post("/instruments/", {"serial": serial, "kind": "multifunction tester", "ranges": "voltage: 0 to 600 V"})
    certificate = {
        "act": "certify", "number": "C-1", "laboratory": "Lab One", "calibrated_on": str(TODAY - 300 * DAY),
        "due_on": str(TODAY + due * DAY), "document": SimpleUploadedFile("scan.pdf", PDF),
    }  # fmt: skip
    client.post(f"/instruments/one/?serial={serial}", certificate)
    return serial


@pytest.mark.slow
def test_an_instrument_is_registered_certified_and_its_document_kept(centre: Centre) -> None:
    client = technician(centre)
    serial = registered(client)
    page = said(client.get("/instruments/one/", {"serial": serial}))
    assert "Due in 200 days" in page
    assert "Entered by" in page
    assert f'aria-label="multifunction tester {serial}: due in 200 days"' in page
    made = Calibration.objects.get(instrument=serial)
    answer = client.get(f"/instruments/certificates/{made.pk}/")
    assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        PDF,
        "application/pdf",
        "nosniff",
    )
    client.post(
        f"/instruments/one/?serial={serial}", {"act": "withdraw", "calibration": str(made.pk), "reason": "a slip"}
    )
    assert "No certificate" in said(client.get("/instruments/"))
    assert "a slip" in said(client.get("/instruments/one/", {"serial": serial}))


def test_what_was_wrong_is_said_in_a_sentence_and_nothing_changes(centre: Centre) -> None:
    client = technician(centre)
    assert "is no range" in said(
        client.post("/instruments/", {"serial": "A", "kind": "b", "ranges": "much"}, follow=True)
    )
    assert not Instrument.objects.exists()
    serial = registered(client)
    page = client.post(f"/instruments/one/?serial={serial}", {"act": "certify", "number": "C-2"}, follow=True)
    assert "A certificate names the day of calibration" in said(page)
    assert client.post(f"/instruments/one/?serial={serial}", {"act": "melt"}).status_code == 404


def test_a_file_is_checked_first_and_then_entered_whole(centre: Centre) -> None:
    client = technician(centre)
    bad = SimpleUploadedFile("register.csv", b"serial,kind\nIT-1,insulation tester\nIT-2,\n")
    page = said(client.post("/instruments/import/", {"act": "check", "file": bad}))
    assert "<strong>Line 3</strong>: kind is empty" in page
    assert "Enter it all" not in page
    good = "serial,kind\nIT-1,insulation tester\nIT-2,caliper\n"
    page = said(
        client.post("/instruments/import/", {"act": "check", "file": SimpleUploadedFile("r.csv", good.encode())})
    )
    assert "2 new" in page
    assert not Instrument.objects.exists()
    assert "2 instruments are new or changed." in said(
        client.post("/instruments/import/", {"act": "enter", "text": good}, follow=True)
    )
    assert "Everything is as the file says already" in said(
        client.post("/instruments/import/", {"act": "check", "text": good})
    )
    assert "The file is not UTF-8" in said(
        client.post(
            "/instruments/import/", {"act": "check", "file": SimpleUploadedFile("r.csv", b"\xff\xfe")}, follow=True
        )
    )


@pytest.mark.slow
def test_an_instrument_is_booked_and_shows_in_plan_board_and_day(centre: Centre) -> None:
    client = technician(centre)
    serial = registered(client)
    station = stations_of(centre.sitting.pk)[0]
    place = f"/instruments/sittings/{centre.sitting.pk}/"
    asked = {"act": "book", "serial": serial, "station": str(station.pk)}
    assert f"is booked to {station}" in said(client.post(place, asked, follow=True))
    assert "Give it back there, or choose another one." in said(client.post(place, asked, follow=True))
    assert serial in said(centre.browser(centre.people.director).get(f"/director/sittings/{centre.sitting.pk}/"))
    board = said(
        centre.browser(centre.lives[0].posts["proctor:1"]).get(reverse("proctor-rows", args=[centre.sitting.pk]))
    )
    assert f"multifunction tester {serial}" in board
    day = centre.browser(centre.lives[0].posts["technician:1"]).get("/technician/day.json").json()
    assert [one["serial"] for rows in day["booked"].values() for one in rows] in ([], [serial])
    booking = Booking.objects.get(instrument=serial)
    client.post(place, {"act": "return", "booking": str(booking.pk)})
    booking.refresh_from_db()
    assert booking.returned_at is not None


@pytest.mark.slow
def test_calibrations_that_are_due_stand_on_the_directors_desk(centre: Centre) -> None:
    registered(technician(centre), "OLD-1", due=-2)
    registered(technician(centre), "SOON-1", due=9)
    desk = said(centre.browser(centre.people.director).get("/director/"))
    assert "instrument has no calibration that holds" in desk
    assert "calibration is due soon" in desk
    assert "OLD-1" in said(technician(centre).get("/instruments/?show=due"))
