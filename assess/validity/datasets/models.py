"""Frozen data: the bytes a computation was made from, whose they are for as long as that is known, and who was left out by whom."""

import uuid

from django.db import models
from django.db.models import Q


class Dataset(models.Model):
    """The sealed scores of a scheme version as they stood, in one canonical sequence of bytes that never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="datasets")
    number = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=40, help_text="how the bytes are written, with its version")
    packed = models.BinaryField(help_text="the bytes, compressed by zlib")
    size = models.PositiveIntegerField(help_text="of the bytes")
    sha256 = models.CharField(max_length=64, help_text="of the bytes")
    attempts = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    simulated = models.BooleanField(help_text="whether any attempt in it is of a made-up candidate")
    frozen_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "number"], name="datasets_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"dataset {self.number} of {self.scheme_version_id}"


class LocalName(models.Model):
    """Who stands behind a random name of a dataset. Erasing a person deletes these rows, and only these."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=17)
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, null=True, related_name="+")
    assessor = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="a_local_name_is_given_once"),
            models.UniqueConstraint(
                fields=["dataset", "attempt"], condition=Q(attempt__isnull=False), name="one_local_name_of_an_attempt"
            ),
            models.UniqueConstraint(
                fields=["dataset", "assessor"],
                condition=Q(assessor__isnull=False),
                name="one_local_name_of_an_assessor",
            ),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False, assessor=None) | Q(attempt=None, assessor__isnull=False),
                name="a_local_name_is_of_an_attempt_or_of_an_assessor",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Exclusion(models.Model):
    """A named person keeps an attempt out of the studies that are frozen from now on, and says why."""

    class Reason(models.TextChoices):
        TECHNICAL = "technical", "a technical failure, so that the scores do not show what the person can do"
        IRREGULAR = "irregular", "an irregularity that was upheld"
        POPULATION = "population", "not one of the people the scheme is for (staff, a trial run)"
        OTHER = "other", "another reason, given in words"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, related_name="exclusions")
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.TextField(help_text="why; these words stand here only, never in a dataset")
    excluded_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    excluded_at = models.DateTimeField()
    lifted_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(lifted_at=None), name="one_exclusion_of_an_attempt_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="an_exclusion_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None) | Q(lifted_by__isnull=False, lifted_at__isnull=False),
                name="an_exclusion_is_lifted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} exclusion of {self.attempt_id}"
