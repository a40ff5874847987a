"""Registrations, attempts, their journal, seals and scores."""

import uuid

from django.db import models
from django.db.models import F, Q


class Registration(models.Model):
    """A candidate's entry for a scheme version, with the entry requirements as they were checked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="registrations")
    scheme_version = models.ForeignKey("assess.SchemeVersion", on_delete=models.PROTECT, related_name="registrations")
    requirements = models.JSONField(help_text="each entry requirement, whether met, by which record")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "scheme_version"], name="one_registration_per_scheme_version")
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} for {self.scheme_version_id}"


class Attempt(models.Model):
    """One try at a scheme: the form drawn, the tasks and simulations pinned by content hash."""

    class State(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        SEALED = "sealed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="attempts")
    sitting = models.ForeignKey("assess.Sitting", on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    pins = models.JSONField(help_text="form, tasks and simulations: identifiers with content hashes")
    seed = models.BinaryField(
        max_length=32, help_text="hides option identifiers and orders them; never leaves the server"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "number"], name="attempts_are_numbered")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.registration_id}"


class Stream(models.Model):
    """A journal stream: one writer (role on a device, in an epoch) about one subject, opened by a server grant."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_kind = models.CharField(max_length=8, choices=[("attempt", "attempt"), ("sitting", "sitting")])
    subject = models.UUIDField()
    role = models.CharField(max_length=24)
    device = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    granted_to = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    head_sequence = models.PositiveIntegerField(default=0)
    head_digest = models.BinaryField(max_length=32)
    head_receipt = models.BinaryField(max_length=32)
    opened_us = models.BigIntegerField(help_text="server time, microseconds since 1970")
    last_contact_us = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "role", "epoch"], name="one_stream_per_role_and_epoch"),
            models.UniqueConstraint(
                fields=["subject", "role"], condition=Q(state="open"), name="one_open_stream_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.device}, epoch {self.epoch}"


class Entry(models.Model):
    """What happened, as it was written. Never changed, never deleted but by lawful erasure."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="entries")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    payload = models.TextField(help_text="canonical JSON")
    device_ms = models.BigIntegerField()
    monotonic_ms = models.BigIntegerField()
    server_us = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    receipt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="one_entry_per_sequence")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sequence}"


class Quarantine(models.Model):
    """What a stream's holder sent and the journal could not take: kept as it came, with the code, until a person
    decides."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ADMITTED = "admitted"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="quarantined")
    code = models.CharField(max_length=40)
    sentence = models.TextField()
    body = models.BinaryField()
    body_sha256 = models.BinaryField(max_length=32)
    received_us = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    objected_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "body_sha256"], name="the_same_refusal_is_kept_once"),
            models.CheckConstraint(
                condition=~Q(state="admitted")
                | (Q(proposed_by__isnull=False) & Q(decided_by__isnull=False) & ~Q(proposed_by=F("decided_by"))),
                name="admission_is_signed_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected")
                | (Q(objected_by__isnull=False) & Q(decided_by__isnull=False) & ~Q(objected_by=F("decided_by"))),
                name="rejection_is_signed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.stream_id}"


class Media(models.Model):
    """A picture of an attempt, as it was made here from what a device sent. The row stays when the picture is erased."""

    class Kind(models.TextChoices):
        PHOTO = "photo"
        CAMERA = "camera"
        SCREEN = "screen"
        PORTRAIT = "portrait"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="media")
    role = models.CharField(max_length=24, help_text="the role under which it was taken")
    taken_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    sent_sha256 = models.CharField(max_length=64, help_text="of the bytes as the device sent them and wrote them down")
    sha256 = models.CharField(max_length=64, help_text="of the bytes that are kept")
    mime = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    taken_device_ms = models.BigIntegerField(help_text="by the device's clock")
    received_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "role", "sent_sha256"], name="a_role_keeps_a_picture_once"),
            models.CheckConstraint(
                condition=Q(erased_at=None, erased_because="") | (Q(erased_at__isnull=False) & ~Q(erased_because="")),
                name="an_erased_picture_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.attempt_id}"

    @property
    def file_name(self) -> str:
        return f"{self.sha256}.{'png' if self.mime == 'image/png' else 'jpg'}"


class Evidence(models.Model):
    """Raw evidence of a run, beside the attempt: a wire trace, a transcript, registers. The row stays when the bytes are erased."""

    class Proof(models.TextChoices):
        PLAIN = "plain", "proves itself by its digest alone"
        PROVED = "proved", "a wire trace whose chain holds"
        UNPROVED = "unproved", "a wire trace that does not prove itself"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="evidence")
    role = models.CharField(max_length=24, help_text="the role of the run that it is about")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    proof = models.CharField(max_length=8, choices=Proof)
    sentence = models.CharField(max_length=300, blank=True, help_text="why it does not prove itself")
    signed_by = models.CharField(max_length=64, blank=True, help_text="the key that sealed it, in hexadecimal")
    kept_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "role", "name", "sha256"], name="the_same_evidence_is_kept_once"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None, erased_because="") | (Q(erased_at__isnull=False) & ~Q(erased_because="")),
                name="erased_evidence_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.attempt_id}"

    @property
    def file_name(self) -> str:
        return f"{self.sha256}.raw"


class Resit(models.Model):
    """A work that the candidate may do again at no cost, because the equipment failed. Its record is the journal's."""

    class State(models.TextChoices):
        OFFERED = "offered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        OPENED = "opened"
        DONE = "done"
        WITHDRAWN = "withdrawn"

    UNDER_WAY = (State.OFFERED, State.ACCEPTED, State.OPENED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="resits")
    part = models.CharField(max_length=40)
    work = models.CharField(max_length=80, help_text="the task or simulation")
    limit_s = models.PositiveIntegerField(help_text="the working time of the re-sit")
    reason = models.TextField(help_text="what failed, as the candidate reads it")
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "work"],
                condition=Q(state__in=["offered", "accepted", "opened"]),
                name="a_work_is_sat_again_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"re-sit of {self.work} for {self.attempt_id}"


class EngineRun(models.Model):
    """A run that the server makes for what a candidate made in the browser, one for each word of theirs: how far it is, and what
    they may see of it. Its evidence is the journal's."""

    class State(models.TextChoices):
        ASKED = "asked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="engine_runs")
    simulation = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField(
        help_text="of the candidate's last word about the simulation; 0: they said nothing yet"
    )
    sequence = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=20, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_of = models.PositiveIntegerField(default=0)
    role = models.CharField(max_length=24, blank=True, help_text="under which its record stands in the journal")
    sentence = models.TextField(blank=True, help_text="why it has no record, or did not come to an end")
    seen = models.JSONField(null=True, help_text="what the device answered and reports; neither target nor verdict")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "simulation", "epoch", "sequence"], name="what_was_made_is_run_once"
            )
        ]

    def __str__(self) -> str:
        return f"run of {self.simulation} for {self.attempt_id}"


class Seal(models.Model):
    """The set of an attempt's closed heads, and whatever was admitted since the seal before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="seals")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.BinaryField(max_length=32)
    sealed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    countersigned_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    sealed_at = models.DateTimeField()
    receipt = models.JSONField(help_text="what the candidate keeps: the seal's heads, signed by the ledger's key")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="seals_are_numbered")]

    def __str__(self) -> str:
        return f"seal {self.number} of {self.attempt_id}"


class Score(models.Model):
    """What scoring made of a seal: a pure function of the journal and the pinned versions, kept with its digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="scores")
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="scores")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.BinaryField(max_length=32)
    scored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="scores_are_numbered")]

    def __str__(self) -> str:
        return f"score {self.number} of {self.attempt_id}"
