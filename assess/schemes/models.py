"""Tables of the schemes: immutable versions of everything a credential rests on, each with the review that published it.

`document` is canonical (numbers as decimal strings) and never changes; `content_hash` is its SHA-256. Who imported and
who reviewed a version are two people: the database holds that.
"""

import uuid

from django.db import models
from django.db.models import F, Q


class Scheme(models.Model):
    """A credential scheme under its lasting code."""

    code = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """What every versioned document here has; `sample` says that its authors still call it a draft."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    sample = models.BooleanField()
    imported_by = models.UUIDField()
    imported_at = models.DateTimeField()
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_comment = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="%(class)s_number_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "retired"]), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("imported_by")), name="%(class)s_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review_comment="")),
                name="%(class)s_published_by_review",
            ),
        ]


class SchemeVersion(Version):
    """One version of a scheme; `version` is the one its authors gave it."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=32)

    class Meta(Version.Meta):
        ordering = ["scheme", "number"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["scheme", "number"], name="schemeversion_number_once"),
            models.UniqueConstraint(fields=["scheme", "version"], name="schemeversion_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.version}"


class BlueprintVersion(Version):
    """One version of an online exam's blueprint."""

    identifier = models.CharField(max_length=64)
    credential = models.CharField(max_length=64)

    class Meta(Version.Meta):
        ordering = ["identifier", "number"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["identifier", "number"], name="blueprintversion_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} version {self.number}"


class SimulationVersion(Version):
    """One version of a wiring task, a SunSpec set-up or a case sheet."""

    class Kind(models.TextChoices):
        WIRING = "wiring_netlist"
        SETTINGS = "sunspec_settings"
        CASE = "retrofit_case"

    identifier = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, choices=Kind)
    credential = models.CharField(max_length=64)

    class Meta(Version.Meta):
        ordering = ["identifier", "number"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["identifier", "number"], name="simulationversion_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["wiring_netlist", "sunspec_settings", "retrofit_case"]),
                name="simulationversion_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} version {self.number}"


class Stack(Version):
    """One version of a stack of credentials."""

    identifier = models.CharField(max_length=64)

    class Meta(Version.Meta):
        ordering = ["identifier", "number"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["identifier", "number"], name="stack_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} version {self.number}"


class ExternalCredential(Version):
    """One version of what others issue and we count or accept: a credential with credits, or a kind of evidence."""

    class Kind(models.TextChoices):
        CREDENTIAL = "credential"
        CERTIFICATE = "certificate"
        WORK_RECORD = "work_record"
        RECOGNITION = "recognition"

    identifier = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, choices=Kind)

    class Meta(Version.Meta):
        ordering = ["identifier", "number"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["identifier", "number"], name="externalcredential_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["credential", "certificate", "work_record", "recognition"]),
                name="externalcredential_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} version {self.number}"


class DutyDocument(models.Model):
    """The document of a duty's record, byte for byte as it was handed in. It is never changed and never removed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, help_text="as its file was called")
    media_type = models.CharField(max_length=80, help_text="found from its bytes, not from its name")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    handed_in_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gte=1), name="duty_document_is_not_empty")]

    def __str__(self) -> str:
        return self.name


class DutyRecord(models.Model):
    """One record of a duty: what is stated, with which document, until when; proposed by one person, signed by another.

    Records are added, never rewritten: two things happen to one, each once: it is signed, and it may be withdrawn with a reason.
    What was stated wrongly is stated anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme_version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="duty_records")
    duty = models.CharField(max_length=32, help_text="a code of assess.schemes.duties.DUTIES")
    number = models.PositiveSmallIntegerField()
    statement = models.TextField()
    document = models.OneToOneField(DutyDocument, on_delete=models.PROTECT, related_name="record")
    valid_until = models.DateField(help_text="the last day on which it holds")
    simulated = models.BooleanField()
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    signed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signing_comment = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(
        "assess.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["scheme_version", "duty", "number"]
        constraints = [
            models.UniqueConstraint(fields=["scheme_version", "duty", "number"], name="duty_records_are_numbered"),
            models.CheckConstraint(condition=~Q(statement=""), name="duty_record_states_something"),
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="duty_record_signed_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("proposed_by")), name="duty_record_takes_two_people"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawn_because="")
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="duty_record_withdrawn_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.number} of {self.scheme_version_id}"
