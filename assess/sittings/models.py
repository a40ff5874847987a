"""Sittings, stations, assignments and instruments: the plan of the day as it stands now (its history is a journal)."""

import uuid

from django.db import models
from django.db.models import F, Q


class Sitting(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("assess.Organisation", on_delete=models.PROTECT)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="sittings")
    title = models.CharField(max_length=200)
    site = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="a_sitting_ends_later")
        ]

    def __str__(self) -> str:
        return self.title


class Station(models.Model):
    """A bay, flat or desk of a sitting, where one practical task is set."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(max_length=40)
    task = models.CharField(max_length=40)
    room = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()
    out_of_use_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sitting", "name"], name="station_names_differ")]

    def __str__(self) -> str:
        return self.name


class Instrument(models.Model):
    """A measuring instrument by its serial, and until when its calibration holds, by the certificate that was issued last."""

    serial = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=120)
    maker = models.CharField(max_length=120, blank=True)
    firmware = models.CharField(max_length=80, blank=True)
    ranges = models.JSONField(default=list, blank=True, help_text="what it measures: quantity, low, high, unit")
    organisation = models.ForeignKey("assess.Organisation", on_delete=models.PROTECT)
    calibration_due = models.DateField(
        null=True, help_text="of the certificate that stands; the last day on which it holds"
    )
    certificate = models.CharField(max_length=120, blank=True, help_text="the number of the certificate that stands")
    out_since = models.DateTimeField(null=True, blank=True)
    out_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(out_since=None, out_because="") | (Q(out_since__isnull=False) & ~Q(out_because="")),
                name="an_instrument_out_of_use_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"


class Calibration(models.Model):
    """A certificate of calibration. Certificates are added, never rewritten; one entered wrongly is withdrawn with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="calibrations")
    number = models.CharField(max_length=120)
    laboratory = models.CharField(max_length=200)
    calibrated_on = models.DateField()
    due_on = models.DateField(help_text="the last day on which it holds")
    entered_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    document_name = models.CharField(max_length=120, blank=True)
    document_type = models.CharField(max_length=80, blank=True, help_text="found from its bytes, not from its name")
    document_sha256 = models.CharField(max_length=64, blank=True)
    document = models.BinaryField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "assess.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gt=F("calibrated_on")), name="a_calibration_is_due_later"),
            models.UniqueConstraint(
                fields=["instrument", "laboratory", "number"],
                condition=Q(withdrawn_at=None),
                name="a_certificate_is_entered_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="a_withdrawn_certificate_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.instrument_id}"


class Booking(models.Model):
    """An instrument at a station for a span of its sitting. `returned_at`: it was given back before the span was over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="bookings")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    provisional_because = models.CharField(
        max_length=300, blank=True, help_text="why it is used although its calibration does not cover the span"
    )
    booked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    returned_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_booking_ends_later")]

    def __str__(self) -> str:
        return f"{self.instrument_id} at {self.station_id}"


class HeldQuarter(models.Model):
    """A quarter of an hour that a booking holds: what keeps two bookings of one instrument apart, on every database."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    quarter = models.PositiveIntegerField(help_text="quarters of an hour since 1970, UTC")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="quarters")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "quarter"], name="an_instrument_is_booked_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} in quarter {self.quarter}"


class StationHealth(models.Model):
    """How a station last said it is: one row for each, replaced by its next word."""

    class State(models.TextChoices):
        READY = "ready"
        BUSY = "busy"
        ATTENTION = "attention"
        DOWN = "down"

    station = models.OneToOneField(Station, on_delete=models.PROTECT, related_name="health", primary_key=True)
    state = models.CharField(max_length=9, choices=State)
    sentence = models.CharField(max_length=300)
    serials = models.JSONField(default=list, blank=True, help_text="serials of the instruments that answer there")
    said_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="by the server's clock")

    def __str__(self) -> str:
        return f"{self.station_id}: {self.state}"


class Assignment(models.Model):
    """Which role of an attempt a person (or an adapter) holds, and at which station. Each has a number of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="assignments")
    candidate = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    person = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="assignments")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="assignments")
    work = models.CharField(max_length=80, help_text="the task, simulation or part that this role is about")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sitting", "candidate", "role"], name="one_holder_of_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.candidate_id}"
