"""Exemplars with the marks a panel agreed on, sessions in which assessors mark them blind, and what came of it."""

import uuid

from django.db import models
from django.db.models import F, Q


class Exemplar(models.Model):
    """A performance of one task that everybody can look at, and how a named panel marked it.

    Marks stand in the form of the journal: criterion → {"answer": …} or {"level": …}. Neither they nor the material ever
    change: what is wrong is withdrawn and made anew.
    """

    class Kind(models.TextChoices):
        WRITTEN = "written", "described in words"
        CLIP = "clip", "a recording"
        DUMMY = "dummy", "a live run with a stand-in"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="exemplars")
    task = models.CharField(max_length=64)
    task_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    material = models.TextField(help_text="the performance in words, or where the recording lies")
    seen = models.JSONField(help_text="criterion → what is to be seen there, in words")
    reference = models.JSONField(help_text="criterion → the mark the panel agreed on")
    because = models.JSONField(help_text="criterion → why, shown after somebody has marked it")
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)
    simulated = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="an_exemplar_is_withdrawn_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.title


class PanelSignature(models.Model):
    """A panel member's name under an exemplar's reference."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exemplar = models.ForeignKey(Exemplar, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exemplar", "person"], name="a_panel_member_signs_once")]

    def __str__(self) -> str:
        return f"{self.person_id} under {self.exemplar_id}"


class TrainingSession(models.Model):
    """An occasion on which assessors mark exemplars blind: a training, or the calibration hour before a day."""

    class Purpose(models.TextChoices):
        TRAINING = "training"
        CALIBRATION = "calibration"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey(
        "assess.SchemeVersion", on_delete=models.PROTECT, related_name="training_sessions"
    )
    purpose = models.CharField(max_length=11, choices=Purpose)
    title = models.CharField(max_length=200)
    sitting = models.ForeignKey("assess.Sitting", on_delete=models.PROTECT, null=True, related_name="calibrations")
    exemplars = models.JSONField(help_text="identifiers of the exemplars, in the order in which they are shown")
    invited = models.JSONField(help_text="identifiers of the assessors who are asked to mark them")
    threshold = models.JSONField(help_text="which coefficient must reach what, by which source")
    months = models.PositiveSmallIntegerField(help_text="how long a training holds")
    opened_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, help_text="what was discussed, gap by gap")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="calibration") | Q(sitting__isnull=False), name="a_calibration_is_before_a_sitting"
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None)
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(note="")),
                name="a_closed_session_has_a_note",
            ),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=60), name="a_training_holds_for_months"),
        ]

    def __str__(self) -> str:
        return self.title


class BlindMarks(models.Model):
    """How an assessor marked one exemplar before seeing how the panel did. Handed in once, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="blind_marks")
    exemplar = models.ForeignKey(Exemplar, on_delete=models.PROTECT, related_name="blind_marks")
    assessor = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="blind_marks")
    marks = models.JSONField(help_text="criterion → mark, as in the journal")
    handed_in_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "blind marks"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "exemplar", "assessor"], name="an_exemplar_is_marked_once_a_session"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assessor_id} on {self.exemplar_id}"


class Training(models.Model):
    """What a session came to for one assessor: the software's proposal, and the verdict that a named trainer put in force."""

    class Proposal(models.TextChoices):
        MEETS = "meets the threshold"
        BELOW = "below the threshold"
        NOT_ENOUGH = "not enough evidence"

    class Verdict(models.TextChoices):
        TRAINED = "trained"
        NOT_YET = "not yet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="trainings")
    assessor = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="trainings")
    document = models.JSONField(help_text="every coefficient with its interval, and every gap")
    proposal = models.CharField(max_length=20, choices=Proposal)
    proposed_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    trainer = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    in_force_at = models.DateTimeField(null=True)
    valid_until = models.DateField(null=True)
    reason = models.TextField(blank=True, help_text="why the trainer goes by something else than the proposal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "assessor"], name="one_training_a_session_and_assessor"),
            models.CheckConstraint(
                condition=Q(verdict="", trainer=None, in_force_at=None)
                | (Q(trainer__isnull=False, in_force_at__isnull=False) & ~Q(verdict="")),
                name="a_training_is_put_in_force_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(trainer=None) | ~Q(trainer=F("assessor")), name="nobody_puts_own_training_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="trained") | Q(valid_until__isnull=False), name="a_training_ends_some_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessor_id}: {self.verdict or self.proposal}"


class Retraining(models.Model):
    """A training that no longer counts: asked for by one person, confirmed by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    training = models.OneToOneField(Training, on_delete=models.PROTECT, related_name="retraining")
    asked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    because = models.TextField()
    confirmed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="a_retraining_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="a_retraining_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"again: {self.training_id}"
