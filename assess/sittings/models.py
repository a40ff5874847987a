"""Sittings, stations, assignments and instruments: the plan of the day as it stands now (its history is a journal)."""

import uuid

from django.db import models


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
    """A measuring instrument by its serial, and until when its calibration holds."""

    serial = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=120)
    organisation = models.ForeignKey("assess.Organisation", on_delete=models.PROTECT)
    calibration_due = models.DateField(null=True)
    certificate = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.serial}"


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
