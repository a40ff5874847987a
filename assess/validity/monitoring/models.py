"""Base periods, looks, the points of control charts, and alarms."""

import uuid

from django.db import models
from django.db.models import F, Q


class BasePeriod(models.Model):
    """The attempts that say what is usual, and what they say: centre and spread of every chart, computed once and kept.

    A later base period takes the place of an earlier one; charts begin anew with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="base_periods")
    number = models.PositiveSmallIntegerField()
    blocks = models.JSONField(help_text="keys of the blocks of attempts in it")
    document = models.JSONField(help_text="chart → centre, spread, cases, and the limits in use")
    attempts = models.PositiveIntegerField()
    scores_sha256 = models.CharField(max_length=64)
    simulated = models.BooleanField()
    because = models.TextField(help_text="why these attempts are taken as usual")
    stored_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "number"], name="base_periods_are_numbered"),
            models.CheckConstraint(condition=~Q(because=""), name="a_base_period_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"base period {self.number} of {self.scheme_version_id}"


class MonitoringLook(models.Model):
    """One computation of points and severity over the scores as they were then."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="looks")
    number = models.PositiveIntegerField()
    base = models.ForeignKey(BasePeriod, on_delete=models.PROTECT, null=True, related_name="looks")
    attempts = models.PositiveIntegerField()
    scores_sha256 = models.CharField(max_length=64)
    document = models.JSONField(help_text="severity of assessors, who would change, connectedness of the marks")
    simulated = models.BooleanField()
    looked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme_version", "number"], name="looks_are_numbered")]

    def __str__(self) -> str:
        return f"look {self.number} at {self.scheme_version_id}"


class ChartPoint(models.Model):
    """One point of one chart: a block of attempts, against the base period. A block that was scored anew gets another."""

    look = models.ForeignKey(MonitoringLook, on_delete=models.PROTECT, related_name="points")
    chart = models.CharField(max_length=160)
    block = models.CharField(max_length=60)
    since = models.DateTimeField()
    n = models.PositiveIntegerField()
    value = models.FloatField(null=True)
    z = models.FloatField(null=True, help_text="in standard errors from the centre; null = not enough evidence")
    reason = models.CharField(max_length=200, blank=True, help_text="why there is not enough evidence")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look", "chart", "block"], name="one_point_a_chart_and_block"),
            models.CheckConstraint(condition=Q(z__isnull=False) | ~Q(reason=""), name="a_point_without_z_says_why"),
        ]
        indexes = [models.Index(fields=["chart", "since"], name="points_of_a_chart")]

    def __str__(self) -> str:
        return f"{self.chart} {self.block}"


class Alarm(models.Model):
    """A point beyond its limits: raised by the computation, once; looked at by one named person, closed by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="alarms")
    base = models.ForeignKey(BasePeriod, on_delete=models.PROTECT, related_name="alarms")
    look = models.ForeignKey(MonitoringLook, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=10)
    chart = models.CharField(max_length=160)
    what = models.CharField(max_length=200)
    block = models.CharField(max_length=60)
    rule = models.CharField(max_length=8)
    statistic = models.FloatField(help_text="where the rule's statistic stood, in standard errors")
    limit = models.FloatField()
    since = models.DateTimeField()
    sentence = models.TextField()
    simulated = models.BooleanField()
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    done = models.TextField(blank=True, help_text="what was done about it")
    closed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closing_words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "chart", "block"], name="a_point_raises_one_alarm"),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None)
                | (Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False) & ~Q(done="")),
                name="an_alarm_looked_at_says_what_was_done",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None)
                | (
                    Q(closed_by__isnull=False, closed_at__isnull=False, acknowledged_by__isnull=False)
                    & ~Q(closed_by=F("acknowledged_by"))
                ),
                name="an_alarm_is_closed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.what
