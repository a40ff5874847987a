"""Writing instruments, their certificates of calibration, and where they are booked."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.schemes.attachments import read_attachment
from assess.sittings.actions import SittingError
from assess.sittings.instruments.calibration import latest
from assess.sittings.instruments.quarters import begins, quarters
from assess.sittings.instruments.ranges import RangeError, read_ranges
from assess.sittings.instruments.register_file import SERIAL, Certified, Line, read_register
from assess.sittings.models import Booking, Calibration, HeldQuarter, Instrument, Station

FIELDS = ("kind", "maker", "firmware", "ranges")


def register_instrument(
    *, organisation_id: uuid.UUID, serial: str, kind: str, maker: str = "", firmware: str = "", ranges: str = ""
) -> Instrument:
    """Enter an instrument, or describe one anew. What it is calibrated for stands in its certificates.

    Raises
    ------
    SittingError
        `serial`, `kind`, `ranges`; `elsewhere` where the serial belongs to another organisation.
    """
    if SERIAL.fullmatch(serial) is None or len(serial) > 80:
        raise SittingError(
            "serial", "A serial has 1 to 80 letters, digits, spaces and . _ / + - as they stand on the instrument."
        )
    if not kind.strip():
        raise SittingError("kind", f"{serial}: say what it is, such as: multifunction tester.")
    try:
        read = read_ranges(ranges)
    except RangeError as wrong:
        raise SittingError("ranges", f"{serial}: {wrong}") from None
    return _described(organisation_id, Line(0, serial, kind.strip(), maker.strip(), firmware.strip(), read, None))


def import_instruments(*, actor_id: uuid.UUID, organisation_id: uuid.UUID, text: str) -> list[Instrument]:
    """Enter a whole register, all of it or nothing. Returns the instruments that are new or changed.

    Raises
    ------
    SittingError
        `register` names the first lines that can't be taken; `elsewhere`; `certificate`.
    """
    register = read_register(text)
    if register.problems:
        shown = " ".join(f"Line {number}: {sentence}" for number, sentence in register.problems[:5])
        raise SittingError("register", f"Nothing was entered. {shown}")
    changed = []
    for line in register.lines:
        before = _as_it_is(line.serial)
        instrument = _described(organisation_id, line)
        if line.certificate is not None and not _is_there(instrument, line.certificate):
            _certify(actor_id, instrument, line.certificate)
        if _as_it_is(line.serial) != before:
            changed.append(instrument)
    return changed


def _as_it_is(serial: str) -> tuple[Any, ...] | None:
    found = Instrument.objects.filter(pk=serial).values_list(*FIELDS, "calibration_due", "certificate").first()
    return None if found is None else (*found, Calibration.objects.filter(instrument=serial).count())


def _described(organisation_id: uuid.UUID, line: Line) -> Instrument:
    instrument = Instrument.objects.select_for_update().filter(pk=line.serial).first()
    if instrument is None:
        instrument = Instrument(serial=line.serial, organisation_id=organisation_id)
    elif instrument.organisation_id != organisation_id:
        raise SittingError("elsewhere", f"{line.serial} is registered by another centre. Check the serial.")
    wanted = (line.kind, line.maker, line.firmware, line.ranges)
    if not instrument._state.adding and wanted == tuple(getattr(instrument, name) for name in FIELDS):
        return instrument
    instrument.kind, instrument.maker, instrument.firmware, instrument.ranges = wanted
    instrument.save()
    ledger.record_row(kind="instrument", row=instrument)
    return instrument


def record_calibration(
    *,
    actor_id: uuid.UUID,
    serial: str,
    number: str,
    laboratory: str,
    calibrated_on: date,
    due_on: date,
    document_name: str = "",
    document: bytes = b"",
) -> Calibration:
    """Enter a certificate of calibration, with its document or without.

    Raises
    ------
    SittingError
        `certificate` where it lacks its number or laboratory, ends before it begins, lies in the future, or is there already.
    SchemeError
        `document`, where it is of no kind that is kept.
    """
    instrument = _held(serial)
    certified = Certified(number.strip()[:120], laboratory.strip()[:200], calibrated_on, due_on)
    if not certified.number or not certified.laboratory:
        raise SittingError("certificate", f"{serial}: a certificate has a number and a laboratory. Write both.")
    if _is_there(instrument, certified):
        raise SittingError(
            "certificate", f"{certified.number} of {certified.laboratory} is entered for {serial} already."
        )
    return _certify(actor_id, instrument, certified, document_name=document_name, document=document)


def withdraw_calibration(*, actor_id: uuid.UUID, calibration_id: uuid.UUID, reason: str) -> Calibration:
    """Withdraw a certificate that was entered wrongly; its row stays, and the one before it stands again."""
    if not reason.strip():
        raise SittingError("reason", "Say what is wrong with this certificate.")
    found = Calibration.objects.get(pk=calibration_id)
    instrument = _held(found.instrument_id)
    found.refresh_from_db()
    if found.withdrawn_at is not None:
        raise SittingError("withdrawn", "This certificate is withdrawn already.")
    found.withdrawn_by_id, found.withdrawn_at = actor_id, timezone.now()
    found.withdrawn_because = reason.strip()[:300]
    found.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    ledger.record_row(kind="calibration", row=found)
    _stand(instrument)
    return found


def take_instrument_out(*, serial: str, reason: str) -> Instrument:
    """Take an instrument out of use: it can't be booked until it is returned to use."""
    if not reason.strip():
        raise SittingError("reason", f"Say why {serial} is out of use.")
    instrument = _held(serial)
    instrument.out_since, instrument.out_because = timezone.now(), reason.strip()[:300]
    instrument.save(update_fields=["out_since", "out_because"])
    ledger.record_row(kind="instrument", row=instrument)
    return instrument


def return_instrument_to_use(*, serial: str) -> Instrument:
    instrument = _held(serial)
    instrument.out_since, instrument.out_because = None, ""
    instrument.save(update_fields=["out_since", "out_because"])
    ledger.record_row(kind="instrument", row=instrument)
    return instrument


def book_instrument(
    *,
    actor_id: uuid.UUID,
    serial: str,
    station_id: int,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    provisional_because: str = "",
) -> Booking:
    """Book an instrument to a station, for the whole sitting or for a span of it. A booking never outlasts its sitting.

    Raises
    ------
    SittingError
        `span` outside the sitting; `out-of-use`; `elsewhere` for another centre's; `calibration` where it does not cover the span
        and no reason was given; `booked` names the other booking.
    """
    station = Station.objects.select_related("sitting").get(pk=station_id)
    instrument = _held(serial)
    sitting = station.sitting
    begins_at, over_at = starts_at or sitting.starts_at, ends_at or sitting.ends_at
    if not sitting.starts_at <= begins_at < over_at <= sitting.ends_at:
        raise SittingError(
            "span", f"A booking lies within its sitting, {_span(sitting.starts_at, sitting.ends_at)}. Change its times."
        )
    if instrument.organisation_id != sitting.organisation_id:
        raise SittingError("elsewhere", f"{instrument} belongs to another centre than the sitting.")
    if instrument.out_since is not None:
        raise SittingError("out-of-use", f"{instrument} is out of use: {instrument.out_because}. Choose another one.")
    reason = provisional_because.strip()[:300]
    covered = _covers(instrument, over_at)
    if not covered and not reason:
        raise SittingError("calibration", _not_covered(instrument))
    booking = Booking.objects.create(
        instrument=instrument,
        station=station,
        starts_at=begins_at,
        ends_at=over_at,
        provisional_because="" if covered else reason,
        booked_by_id=actor_id,
        booked_at=timezone.now(),
    )
    _hold(booking, begins_at, over_at)
    ledger.record_row(kind="booking", row=booking)
    ledger.note_changes(topics={f"sitting:{sitting.pk}"})
    return booking


def return_instrument(*, actor_id: uuid.UUID, booking_id: uuid.UUID) -> Booking:
    """Give an instrument back before its booking is over, so that another station can have it."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("station").get(pk=booking_id)
    if booking.returned_at is not None:
        raise SittingError("returned", "This booking was given back already.")
    now = timezone.now()
    booking.returned_by_id, booking.returned_at = actor_id, now
    booking.save(update_fields=["returned_by", "returned_at"])
    HeldQuarter.objects.filter(booking=booking).delete()
    ledger.record_row(kind="booking", row=booking)
    ledger.note_changes(topics={f"sitting:{booking.station.sitting_id}"})
    return booking


def _held(serial: str) -> Instrument:
    """The instrument, locked, so that two certificates or bookings of it come one after the other."""
    return Instrument.objects.select_for_update().get(pk=serial)


def _is_there(instrument: Instrument, certified: Certified) -> bool:
    known = instrument.calibrations.filter(withdrawn_at=None)
    return known.filter(laboratory=certified.laboratory, number=certified.number).exists()


def _certify(
    actor_id: uuid.UUID, instrument: Instrument, certified: Certified, *, document_name: str = "", document: bytes = b""
) -> Calibration:
    now = timezone.now()
    if certified.due_on <= certified.calibrated_on:
        raise SittingError(
            "certificate", f"{instrument.serial}: a calibration is due after its day. Check the two days."
        )
    if certified.calibrated_on > now.astimezone(UTC).date():
        raise SittingError("certificate", f"{instrument.serial}: the day of calibration lies in the future. Check it.")
    kept = read_attachment(document_name, document) if document else None
    made = Calibration.objects.create(
        instrument=instrument,
        number=certified.number,
        laboratory=certified.laboratory,
        calibrated_on=certified.calibrated_on,
        due_on=certified.due_on,
        entered_by_id=actor_id,
        entered_at=now,
        document=None if kept is None else kept.body,
        document_name="" if kept is None else kept.name,
        document_type="" if kept is None else kept.media_type,
        document_sha256="" if kept is None else hashlib.sha256(kept.body).hexdigest(),
    )
    ledger.record_row(kind="calibration", row=made)
    _stand(instrument)
    return made


def _stand(instrument: Instrument) -> None:
    """Let the instrument carry the certificate that was issued last."""
    stands = latest(list(instrument.calibrations.defer("document")))
    instrument.calibration_due = None if stands is None else stands.due_on
    instrument.certificate = "" if stands is None else stands.number
    instrument.save(update_fields=["calibration_due", "certificate"])
    ledger.record_row(kind="instrument", row=instrument)


def _covers(instrument: Instrument, until: datetime) -> bool:
    return instrument.calibration_due is not None and instrument.calibration_due >= until.astimezone(UTC).date()


def _not_covered(instrument: Instrument) -> str:
    due = instrument.calibration_due
    why = "has no certificate of calibration" if due is None else f"is calibrated until {due.isoformat()} only"
    return (
        f"{instrument} {why}. Enter its new certificate, choose another instrument, or say why it is used all the same; "
        "its readings are then provisional."
    )


def _hold(booking: Booking, starts_at: datetime, ends_at: datetime) -> None:
    held = [
        HeldQuarter(instrument_id=booking.instrument_id, quarter=quarter, booking=booking)
        for quarter in quarters(starts_at, ends_at)
    ]
    try:
        with transaction.atomic():
            HeldQuarter.objects.bulk_create(held, batch_size=500)
    except IntegrityError:
        raise SittingError("booked", _taken(booking, held)) from None


def _taken(booking: Booking, held: Sequence[HeldQuarter]) -> str:
    """The sentence that names whose booking stands in the way."""
    theirs = HeldQuarter.objects.filter(
        instrument=booking.instrument_id, quarter__gte=held[0].quarter, quarter__lte=held[-1].quarter
    )
    other = theirs.order_by("quarter").select_related("booking__station__sitting").first()
    if other is None:
        return f"{booking.instrument} was just given back. Book it again."
    place = other.booking.station
    last = theirs.filter(booking=other.booking).order_by("-quarter").values_list("quarter", flat=True)[0]
    until = f", and is free again from {begins(last + 1):%H:%M} UTC" if last < held[-1].quarter else ""
    return (
        f"{booking.instrument} is booked to {place} of {place.sitting}, {_span(other.booking.starts_at, other.booking.ends_at)}"
        f"{until}. Give it back there, or choose another one."
    )


def _span(starts_at: datetime, ends_at: datetime) -> str:
    begins_at, over_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    day = "" if begins_at.date() == over_at.date() else f"{over_at:%-d %b} "
    return f"{begins_at:%-d %b %Y %H:%M} to {day}{over_at:%H:%M} UTC"
