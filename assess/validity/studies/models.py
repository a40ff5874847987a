"""Studies: what is known about the scores, beside the scores."""

import uuid

from django.db import models
from django.db.models import Q


class Study(models.Model):
    """One computation over frozen data. Bytes of the data, cuts and seed give its document again, byte for byte."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="studies")
    number = models.PositiveSmallIntegerField()
    dataset = models.ForeignKey("assess.Dataset", on_delete=models.PROTECT, related_name="studies")
    dataset_sha256 = models.CharField(max_length=64)
    candidates = models.PositiveIntegerField(help_text="attempts that are in the data")
    simulated = models.BooleanField(help_text="whether any score in it is of a made-up candidate")
    settings = models.JSONField(help_text="cuts in force, seed, and the software that computed it")
    document = models.JSONField()
    document_sha256 = models.CharField(max_length=64, help_text="of the document's canonical bytes")
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
        STOPPED = "stopped"

    UNDER_WAY = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="study_runs")
    asked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    step = models.CharField(max_length=60, blank=True)
    done = models.PositiveSmallIntegerField(default=0, help_text="steps that are over")
    sentence = models.TextField(blank=True, help_text="why it failed")
    stopped_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    dataset = models.ForeignKey("assess.Dataset", on_delete=models.PROTECT, null=True, related_name="+")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme_version"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_study_runs_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_by__isnull=False) | (~Q(state="stopped") & Q(stopped_by=None)),
                name="a_study_is_stopped_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} study of {self.scheme_version_id}"
