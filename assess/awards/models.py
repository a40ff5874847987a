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
    """One check of one candidate's gate, set aside: two people, a reason, a last day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="waivers")
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, related_name="waivers")
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


class ReleaseRule(models.Model):
    """One check of a scheme version, released while its evidence is too little: under a condition, until the evidence is due.

    It counts from the day a second person signed it to its last day, unless it was withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="release_rules")
    check_name = models.CharField(max_length=60)
    least_n = models.PositiveIntegerField(default=0, help_text="the evidence rests on at least so many cases")
    reason = models.TextField()
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    expires_on = models.DateField(help_text="the last day it counts; the pooled evidence is due")
    withdrawn_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None)
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("proposed_by"))),
                name="a_release_takes_two",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_release_has_a_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="a_release_is_withdrawn_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["scheme_version", "check_name"],
                condition=Q(signed_by=None, withdrawn_by=None),
                name="one_release_of_a_check_is_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} of {self.scheme_version_id} until {self.expires_on}"


class Credential(models.Model):
    """An issued credential: the signed document as it left, and where its status bit stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="credential")
    holder = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="credentials")
    document = models.JSONField()
    digest = models.BinaryField(max_length=32)
    gate = models.JSONField(
        help_text="every check as it stood on the day, with the waivers and release rules that counted"
    )
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


class AwardReview(models.Model):
    """Evidence that credentials were issued under has failed since. People look at each of them; nothing happens by itself.

    Opened by a computation, once for a check and the evidence it failed by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="award_reviews")
    check_name = models.CharField(max_length=60)
    level = models.CharField(max_length=9, choices=[(level, level) for level in ("scheme", "window")])
    evidence = models.JSONField(help_text="kind and identifier of each record by which the check failed")
    evidence_sha256 = models.CharField(max_length=64)
    sentence = models.TextField(help_text="what the check found")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme_version", "check_name", "evidence_sha256"], name="one_review_of_a_failing_of_evidence"
            )
        ]

    def __str__(self) -> str:
        return f"{self.check_name} of {self.scheme_version_id}, {self.opened_at:%Y-%m-%d}"


class ReviewedAward(models.Model):
    """A credential that a review touches: what two people decided about it, and what its holder was told."""

    class Outcome(models.TextChoices):
        KEEP = "keep"
        SUSPEND = "suspend"
        REVOKE = "revoke"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(AwardReview, on_delete=models.PROTECT, related_name="awards")
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(max_length=7, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    notice = models.TextField(blank=True, help_text="what the holder is told")
    noticed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "credential"], name="a_review_touches_a_credential_once"),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None)
                | (
                    Q(proposed_by__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="a_reviewed_award_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | (~Q(outcome="") & ~Q(reason="")),
                name="a_reviewed_award_has_an_outcome_and_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | (Q(noticed_at__isnull=False) & ~Q(notice="")),
                name="a_holder_is_told_of_the_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome or 'open'}: {self.credential_id}"
