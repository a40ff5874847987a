"""Outcomes, items and their immutable versions; reviews, statistics and exposure stand beside a version and never
change it.

People, attempts and studies are opaque ids: the bank knows none of them.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from item_bank.lifecycle import Act, State

models.CharField.register_lookup(Length)

_STATES = [(state.value, state.value) for state in State]
_ACTS = [(act.value, act.value) for act in Act]


class Level(models.TextChoices):
    RECALL = "recall"
    APPLY = "apply"
    ANALYSE = "analyse"


class Outcome(models.Model):
    """A learning outcome of a credential scheme."""

    id = models.CharField(primary_key=True, max_length=64)
    credential = models.CharField(max_length=64, db_index=True)
    statement = models.TextField()
    verb = models.CharField(max_length=64)
    cognitive_level = models.CharField(max_length=16, choices=Level)
    esco = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cognitive_level__in=Level.values), name="outcome_level_known"),
        ]

    def __str__(self) -> str:
        return self.id


class Item(models.Model):
    identifier = models.CharField(max_length=63, unique=True)

    def __str__(self) -> str:
        return self.identifier


class ItemVersion(models.Model):
    """One immutable text of an item. Only `state` changes, and every change has a `StateChange`."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    qti = models.TextField()
    content_hash = models.CharField(max_length=64, unique=True)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="item_versions")
    domain = models.CharField(max_length=16)
    level = models.CharField(max_length=16, choices=Level)
    interaction = models.CharField(max_length=32)
    maximum = models.DecimalField(max_digits=8, decimal_places=4)
    difficulty_b = models.DecimalField(max_digits=7, decimal_places=4)
    difficulty_source = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=_STATES, default=State.DRAFT.value)
    author = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="item_version_number_from_one"),
            models.CheckConstraint(condition=Q(content_hash__length=64), name="item_version_hash_is_sha256"),
            models.CheckConstraint(condition=Q(maximum__gt=0), name="item_version_maximum_positive"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="item_version_level_known"),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in State]), name="item_version_state_known"
            ),
        ]
        indexes = [models.Index(fields=["outcome", "state"], name="item_version_pool")]

    def __str__(self) -> str:
        return f"{self.item} v{self.number}"


class StateChange(models.Model):
    """Who moved a version from one state to another, when and why."""

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="state_changes")
    act = models.CharField(max_length=16, choices=_ACTS)
    from_state = models.CharField(max_length=16, choices=_STATES)
    to_state = models.CharField(max_length=16, choices=_STATES)
    actor = models.UUIDField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(act=Act.SUSPEND.value) | ~Q(reason=""), name="state_change_suspension_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.from_state} → {self.to_state}"


class Review(models.Model):
    """A reviewer's verdict on one version."""

    class Verdict(models.TextChoices):
        APPROVE = "approve"
        CHANGE = "change"

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.UUIDField()
    verdict = models.CharField(max_length=16, choices=Verdict)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=["approve", "change"]), name="review_verdict_known"),
            models.CheckConstraint(condition=~Q(verdict="change") | ~Q(comment=""), name="review_change_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.verdict}"


class EnemySet(models.Model):
    """Items of which one form may hold at most one, because one gives another away."""

    identifier = models.CharField(max_length=255, unique=True)
    reason = models.TextField()
    items = models.ManyToManyField(Item, related_name="enemy_sets")

    def __str__(self) -> str:
        return self.identifier


class ItemStatistics(models.Model):
    """What one study found about one version. Null means not enough evidence."""

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="statistics")
    study = models.CharField(max_length=64)
    candidates = models.PositiveIntegerField()
    facility = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    discrimination = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    difficulty_b = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    difficulty_standard_error = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "item statistics"
        constraints = [
            models.UniqueConstraint(fields=["version", "study"], name="item_statistics_once_per_study"),
            models.CheckConstraint(
                condition=Q(facility__isnull=True) | Q(facility__gte=0, facility__lte=1), name="item_facility_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.study}"


class Exposure(models.Model):
    """A version stood on the form of an attempt."""

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="exposures")
    attempt = models.UUIDField()
    scored = models.BooleanField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "attempt"], name="exposure_once_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.attempt}"
