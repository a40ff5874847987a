"""Studies and cut scores: what is known about the scores, beside the scores."""

import uuid

from django.db import models
from django.db.models import F, Q


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


class CutScore(models.Model):
    """A cut score of one part: how it came about, by which panel, with which error, and which board adopted it.

    Values are per cent of the part's maximum.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="cut_scores")
    part = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=120)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    standard_error = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    panel = models.CharField(max_length=200)
    document = models.JSONField(help_text="the ratings and every step to the value")
    simulated = models.BooleanField()
    held_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    adopted_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    board = models.CharField(max_length=200, blank=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "part", "number"], name="cut_scores_are_numbered"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=100), name="cut_score_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(adopted_by=None, adopted_at=None) | (Q(adopted_at__isnull=False) & ~Q(board="")),
                name="cut_score_adopted_by_a_named_board",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None) | ~Q(adopted_by=F("held_by")), name="cut_score_not_adopted_by_its_maker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.value} %"
