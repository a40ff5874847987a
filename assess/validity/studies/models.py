"""Studies: what is known about the scores, beside the scores."""

import uuid

from django.db import models
from django.db.models import Q


class Study(models.Model):
    """One computation over a frozen set of scores, with everything needed to run it again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="studies")
    number = models.PositiveSmallIntegerField()
    dataset_sha256 = models.CharField(max_length=64)
    candidates = models.PositiveIntegerField()
    simulated = models.BooleanField(help_text="whether any score in it is of a made-up candidate")
    document = models.JSONField()
    run_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "number"], name="studies_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"study {self.number} of {self.scheme_version_id}"


class StudyRun(models.Model):
    """A study that somebody asked for: how far it is, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    UNDER_WAY = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="study_runs")
    asked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveSmallIntegerField(default=0, help_text="sections computed")
    sentence = models.TextField(blank=True, help_text="why it failed")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme_version"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_study_runs_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} study of {self.scheme_version_id}"
