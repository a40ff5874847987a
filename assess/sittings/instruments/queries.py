"""Shared reads of instruments, their certificates and their bookings."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from assess.people.models import Organisation, RoleAssignment
from assess.sittings.instruments.calibration import State, standing_on
from assess.sittings.instruments.register_file import Line, Register, read_register
from assess.sittings.models import Booking, Calibration, Instrument, Sitting, Station

KEEPERS = ("director", "proctor", "technician")
"""Who keeps the register of a centre."""


def centres_of(account_id: uuid.UUID) -> list[Organisation]:
    """The organisations whose register somebody keeps, by name."""
    held = RoleAssignment.objects.filter(account_id=account_id, role__in=KEEPERS, until=None)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("name"))


def may_keep(account_id: uuid.UUID, asked: dict[str, Any]) -> bool:
    """Whether an account keeps the register of everything that is asked about. What does not exist is nobody's secret."""
    mine = {one.pk for one in centres_of(account_id)}
    return all(organisation in mine for organisation in _organisations(asked))


def _organisations(asked: dict[str, Any]) -> Iterable[uuid.UUID]:
    if asked.get("organisation_id"):
        yield asked["organisation_id"]
    if asked.get("serial"):
        yield from Instrument.objects.filter(pk=asked["serial"]).values_list("organisation_id", flat=True)
    if asked.get("calibration_id"):
        rows = Calibration.objects.filter(pk=asked["calibration_id"])
        yield from rows.values_list("instrument__organisation_id", flat=True)
    if asked.get("station_id"):
        yield from Station.objects.filter(pk=asked["station_id"]).values_list("sitting__organisation_id", flat=True)
    if asked.get("booking_id"):
        rows_of = Booking.objects.filter(pk=asked["booking_id"])
        yield from rows_of.values_list("instrument__organisation_id", flat=True)


def instruments_of(account_id: uuid.UUID) -> QuerySet[Instrument]:
    """The instruments of somebody's centres, what is due first on top, those without a certificate before all."""
    found = Instrument.objects.filter(organisation__in=[one.pk for one in centres_of(account_id)])
    return found.select_related("organisation").order_by("calibration_due", "kind", "serial")


def certificates_of(serials: Iterable[str]) -> dict[str, list[Calibration]]:
    """Certificates by instrument, the latest first, without the bytes of their documents."""
    found: dict[str, list[Calibration]] = {}
    rows = Calibration.objects.filter(instrument__in=list(serials)).defer("document")
    for row in rows.select_related("entered_by", "withdrawn_by").order_by("-calibrated_on", "-entered_at"):
        found.setdefault(row.instrument_id, []).append(row)
    return found


def certificate(account_id: uuid.UUID, calibration_id: uuid.UUID) -> Calibration | None:
    """A certificate of somebody's centres, with its document; None for any other."""
    mine = [one.pk for one in centres_of(account_id)]
    return Calibration.objects.filter(pk=calibration_id, instrument__organisation__in=mine).first()


def bookings_of(serial: str, since: datetime) -> list[Booking]:
    """Where an instrument is booked from a moment on, in order."""
    rows = Booking.objects.filter(instrument=serial, ends_at__gt=since).select_related("station__sitting", "booked_by")
    return list(rows.order_by("starts_at"))


def bookings_in(sitting_id: uuid.UUID) -> list[Booking]:
    """What is booked in a sitting and was not given back, by station."""
    rows = Booking.objects.filter(station__sitting_id=sitting_id, returned_at=None)
    return list(rows.select_related("instrument", "station", "booked_by").order_by("station__name", "instrument_id"))


def to_choose_from(sitting: Sitting) -> list[Instrument]:
    """The instruments that can be booked for a sitting: of its centre, in use."""
    found = Instrument.objects.filter(organisation_id=sitting.organisation_id, out_since=None)
    return list(found.order_by("kind", "serial"))


def due_among(organisations: Iterable[uuid.UUID], today: date) -> dict[State, list[Instrument]]:
    """The instruments in use whose calibration is over, soon over, or not known."""
    found: dict[State, list[Instrument]] = {}
    rows = Instrument.objects.filter(organisation__in=list(organisations), out_since=None)
    for one in rows.order_by("calibration_due", "serial"):
        state = standing_on(today, one.calibration_due).state
        if state is not State.VALID:
            found.setdefault(state, []).append(one)
    return found


@dataclass(frozen=True)
class Entered:
    """What entering a line of a file would do: `new`, `changed`, `same`, or `elsewhere` (another centre's serial)."""

    line: Line
    what: str


def dry_run(organisation_id: uuid.UUID, text: str) -> tuple[Register, list[Entered]]:
    """What a file would do to a centre's register; nothing is written."""
    register = read_register(text)
    known = {one.pk: one for one in Instrument.objects.filter(pk__in=[line.serial for line in register.lines])}
    certified = {
        (serial, laboratory, number)
        for serial, laboratory, number in Calibration.objects.filter(
            instrument__in=known, withdrawn_at=None
        ).values_list("instrument_id", "laboratory", "number")
    }
    return register, [_entered(line, known.get(line.serial), organisation_id, certified) for line in register.lines]


def _entered(
    line: Line, known: Instrument | None, organisation_id: uuid.UUID, certified: set[tuple[str, str, str]]
) -> Entered:
    if known is None:
        return Entered(line, "new")
    if known.organisation_id != organisation_id:
        return Entered(line, "elsewhere")
    described = (known.kind, known.maker, known.firmware, known.ranges)
    told = line.certificate
    adds = told is not None and (line.serial, told.laboratory, told.number) not in certified
    same = described == (line.kind, line.maker, line.firmware, line.ranges) and not adds
    return Entered(line, "same" if same else "changed")
