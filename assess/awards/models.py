"""Decisions, what people put their names to about them, and credentials."""

import uuid

from django.db import models
from django.db.models import F, Q


class Decision(models.Model):
    """What the rule makes of a score under the cut scores in force. It counts once two people have put their names
    to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, related_name="decisions")
    score = models.ForeignKey("assess.Score", on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=[(o, o) for o in ("passed", "not passed", "undecidable")])
    document = models.JSONField(help_text="the rule lines, the cut scores, the gate's checks")
    digest = models.BinaryField(max_length=32)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="decisions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.attempt_id})"


class Signature(models.Model):
    """A person's name under a decision: a review of a near-cut result, or an approval."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=8, choices=[("review", "review"), ("approval", "approval")])
    part = models.CharField(max_length=40, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "person", "purpose", "part"], name="one_signature_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.person_id}"


class Waiver(models.Model):
    """A named exception to one check of a scheme version's gate: two people, a reason, an expiry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="waivers")
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, null=True, related_name="waivers")
    check_name = models.CharField(max_length=60)
    reason = models.TextField()
    first = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    granted_on = models.DateField()
    expires_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("first")), name="a_waiver_takes_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_waiver_has_a_reason"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("granted_on")), name="a_waiver_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} until {self.expires_on}"


class Credential(models.Model):
    """An issued credential: the signed document as it left, and where its status bit stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="credential")
    holder = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="credentials")
    document = models.JSONField()
    digest = models.BinaryField(max_length=32)
    status_index = models.PositiveIntegerField(unique=True)
    sample = models.BooleanField()
    demonstration = models.BooleanField()
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class StatusChange(models.Model):
    """Revoking, suspending or reinstating a credential: one person proposes, another confirms."""

    class Kind(models.TextChoices):
        REVOKE = "revoke"
        SUSPEND = "suspend"
        REINSTATE = "reinstate"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="status_changes")
    kind = models.CharField(max_length=9, choices=Kind)
    reason = models.TextField()
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="a_status_change_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.credential_id}"
