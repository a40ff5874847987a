"""Tables of the rubrics: a task, its immutable versions, and the reviews that publish them.

People stand here as opaque UUIDs. `document` is the canonical task document and never changes; a changed task is a
new version.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Task(models.Model):
    """A practical task under its lasting identifier."""

    identifier = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["identifier"]

    def __str__(self) -> str:
        return self.identifier


class TaskVersion(models.Model):
    """One immutable state of a task; `sample` says that its authors still call it a draft."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    sample = models.BooleanField()
    imported_by = models.UUIDField()
    imported_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["task", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "number"], name="rubrics_version_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "published", "retired"]), name="rubrics_version_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} version {self.number}"


class TaskReview(models.Model):
    """A named person's verdict on one version."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        CHANGES_WANTED = "changes_wanted"

    version = models.ForeignKey(TaskVersion, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.UUIDField()
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    comment = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=["accepted", "changes_wanted"]), name="rubrics_review_verdict_known"
            ),
            models.CheckConstraint(condition=~models.Q(comment=""), name="rubrics_review_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.verdict}"
