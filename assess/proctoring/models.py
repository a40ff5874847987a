"""How a sitting is watched over, who agreed to it, what was noticed, and what named people made of it."""

import uuid

from django.db import models
from django.db.models import Q


class Arrangement(models.Model):
    """How closely a sitting is watched, and why that is needed. Without a row: level 0, by people in the room."""

    sitting = models.OneToOneField("assess.Sitting", on_delete=models.PROTECT, related_name="arrangement")
    level = models.PositiveSmallIntegerField()
    necessity = models.TextField()
    retention_days = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__lte=4), name="level_from_0_to_4"),
            models.CheckConstraint(condition=~Q(necessity=""), name="a_level_says_why_it_is_needed"),
        ]

    def __str__(self) -> str:
        return f"level {self.level} for {self.sitting_id}"


class Consent(models.Model):
    """A candidate was told what is recorded at a level, in which words, and agreed."""

    candidate = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="consents")
    sitting = models.ForeignKey("assess.Sitting", on_delete=models.PROTECT, related_name="consents")
    level = models.PositiveSmallIntegerField()
    notice = models.CharField(max_length=16, help_text="the version of the words they were told")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "sitting", "level", "notice"], name="one_consent_to_a_notice")
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} to level {self.level} of {self.sitting_id}"


class Incident(models.Model):
    """Something that was noticed about an attempt. It informs people, and changes neither score nor attempt."""

    class Kind(models.TextChoices):
        TECHNICAL = "technical"
        INTEGRITY = "integrity"
        SAFETY = "safety"

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        UPHELD = "upheld"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=9, choices=Kind)
    words = models.TextField()
    raised_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} incident of {self.attempt_id}"


class Review(models.Model):
    """What a named person made of an incident."""

    class Finding(models.TextChoices):
        NOTHING = "nothing"
        TECHNICAL = "technical"
        UPHELD = "upheld"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=9, choices=Finding)
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "reviewer"], name="one_review_a_person"),
            models.CheckConstraint(condition=~Q(words=""), name="a_review_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.finding} by {self.reviewer_id}"


class Look(models.Model):
    """Somebody looked at a still picture of a candidate's camera or screen. The candidate sees who, and when."""

    media = models.ForeignKey("assess.Media", on_delete=models.PROTECT, related_name="looks")
    person = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} at {self.media_id}"
