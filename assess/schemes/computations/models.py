"""Tables of computations of a case's key: the run that somebody asked for, and the record of what it came to."""

import uuid

from django.db import models
from django.db.models import Q

from assess.schemes.models import SimulationVersion


class CaseComputation(models.Model):
    """What one computation of a published case came to. It is added, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    simulation = models.ForeignKey(SimulationVersion, on_delete=models.PROTECT, related_name="computations")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64, help_text="of the case's version")
    engine = models.CharField(max_length=60, blank=True, help_text="name and version; empty where no engine ran")
    document = models.JSONField(help_text="of `simulator_adapters.energy.key_check`")
    document_sha256 = models.CharField(max_length=64)
    run_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField()

    class Meta:
        ordering = ["simulation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["simulation", "number"], name="case_computations_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"computation {self.number} of {self.simulation_id}"


class CaseRun(models.Model):
    """A computation that somebody asked for: how far it is, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    UNDER_WAY = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    simulation = models.ForeignKey(SimulationVersion, on_delete=models.PROTECT, related_name="runs")
    asked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    step = models.CharField(max_length=120, blank=True)
    done = models.PositiveSmallIntegerField(default=0, help_text="steps that are over")
    of = models.PositiveSmallIntegerField(default=1)
    sentence = models.TextField(blank=True, help_text="why it failed")
    stopped_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    computation = models.ForeignKey(CaseComputation, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["simulation", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["simulation"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_computation_of_a_case_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_by__isnull=False) | (~Q(state="stopped") & Q(stopped_by=None)),
                name="a_computation_is_stopped_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} computation of {self.simulation_id}"
