"""Cut-score meetings: what happened in each and every rating that was saved; the cut each came to, and which board adopted it."""

import uuid

from django.db import models
from django.db.models import F, Q

from assess.validity.cut_scores.forms import Method
from assess.validity.cut_scores.lifecycle import Kind


class Meeting(models.Model):
    """A meeting about the cut of one part. `plan` says what is judged and is fixed when the meeting is drafted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="meetings")
    part = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=24, choices=[(one.value, one.value) for one in Method])
    panel = models.CharField(max_length=200, help_text="who the panel is, in words")
    plan = models.JSONField()
    simulated = models.BooleanField()
    held_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "part", "number"], name="meetings_are_numbered"),
            models.CheckConstraint(
                condition=Q(method__in=[one.value for one in Method]), name="meeting_method_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"meeting {self.number} about {self.part}"


class MeetingEvent(models.Model):
    """One line of a meeting's record. Lines are added and never changed; `judge` is whom it is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Kind])
    judge = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="meeting_events_are_numbered"),
            models.UniqueConstraint(
                fields=["meeting", "judge"], condition=Q(kind=Kind.INVITED.value), name="a_judge_is_invited_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="meeting_events_count_from_one"),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in Kind]), name="meeting_event_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class JudgeRating(models.Model):
    """A rating as a judge saved it. Rows are added and never changed: of one element in one round the last counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="ratings")
    judge = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField(help_text="number among the judge's own rows")
    turn = models.PositiveSmallIntegerField(help_text="the round; 0 is the practice")
    element = models.CharField(max_length=80)
    value = models.CharField(max_length=20)
    after = models.PositiveIntegerField(help_text="number of the meeting's last event when the row arrived")
    said_at = models.DateTimeField(help_text="by the judge's device")
    saved_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "judge", "sequence"], name="a_judges_ratings_are_numbered"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="ratings_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.value}"


class CutScore(models.Model):
    """A cut score of one part: the meeting it came from, its error, and which board adopted it, from when to when.

    Values are per cent of the part's maximum. `recommended` is what the meeting came to; `value` is what counts: the same, or
    where a board chose so, a number of standard errors (`steps`) to one side of it, with the board's reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="cut_scores")
    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="cut")
    part = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=120)
    recommended = models.DecimalField(max_digits=5, decimal_places=2)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    standard_error = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    panel = models.CharField(max_length=200)
    document = models.JSONField(help_text="the ratings and every step to the value")
    simulated = models.BooleanField()
    held_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    adopted_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    board = models.CharField(max_length=200, blank=True)
    choice = models.CharField(max_length=40, blank=True, help_text="which of the offered values the board chose")
    reason = models.TextField(blank=True, help_text="the board's, where its value is not the recommended one")
    adopted_at = models.DateTimeField(null=True)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)
    declined_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(
                condition=Q(value=F("recommended")) | ~Q(reason=""), name="cut_score_differs_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None) | Q(in_force_from__isnull=False), name="cut_score_in_force_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                name="cut_score_in_force_to_a_later_day",
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None) | Q(declined_at=None), name="cut_score_adopted_or_declined"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.value} %"
