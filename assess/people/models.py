"""Organisations, accounts, roles, qualifications, certificates, conflicts of interest, accommodations."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=username)


class Account(AbstractBaseUser):
    """A person or a named service account. Everything else refers to people by this id."""

    class Kind(models.TextChoices):
        PERSON = "person"
        SERVICE = "service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    email = models.EmailField(unique=True)
    given_name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    simulated = models.BooleanField(default=False, help_text="a made-up person of a demonstration")
    erased_at = models.DateTimeField(null=True, blank=True, help_text="since when nothing tells who this was")
    objects = AccountManager()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class SignInLink(models.Model):
    """A link by which a person comes in once: an invitation, or a way into a demonstration. Only its digest is kept."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation"
        DEMONSTRATION = "demonstration"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sign_in_links")
    purpose = models.CharField(max_length=13, choices=Purpose)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} for {self.account_id}"


class RoleAssignment(models.Model):
    """What an account may do in an organisation; a withdrawn role keeps its row."""

    class Role(models.TextChoices):
        CANDIDATE = "candidate"
        ASSESSOR = "assessor"
        PROCTOR = "proctor"
        TECHNICIAN = "technician"
        AUTHOR = "author"
        REVIEWER = "reviewer"
        JUDGE = "judge"
        BOARD = "board"
        DIRECTOR = "director"
        APPROVER = "approver"
        STATION = "station"
        SERVICE = "service"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="role_assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=12, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "organisation", "role"], condition=Q(until=None), name="one_current_role_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} as {self.role}"


class Certificate(models.Model):
    """An external certificate or documented alternative that a person showed, and who verified it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=80, help_text="the identifier that an entry requirement names")
    issuer = models.CharField(max_length=200)
    number = models.CharField(max_length=120, blank=True)
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True, help_text="length of work it attests")
    verified_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    how_verified = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="certificate_verified_by_someone_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("holder")), name="nobody_verifies_own_certificate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.holder_id}"


class Holding(models.Model):
    """A credential of this installation that a person holds, as it stands now: what later schemes and stacks build on."""

    class State(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        REVOKED = "revoked"

    credential = models.UUIDField(primary_key=True)
    holder = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holdings")
    scheme = models.CharField(max_length=64)
    awarded_on = models.DateField()
    expires_on = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.ACTIVE)

    def __str__(self) -> str:
        return f"{self.scheme} of {self.holder_id}"


class Conflict(models.Model):
    """A declared relation (trainer, employer, family) that keeps a person from assessing or approving another."""

    declared_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="conflicts")
    candidate = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=40)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "candidate", "relation"], name="one_conflict_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} is {self.relation} of {self.candidate_id}"


class Accommodation(models.Model):
    """An agreed adjustment; extra time is a factor on every time limit, in per cent."""

    candidate = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="accommodations")
    description = models.CharField(max_length=300)
    extra_time_percent = models.PositiveSmallIntegerField(default=0)
    agreed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(extra_time_percent__lte=200), name="extra_time_at_most_triple"),
        ]

    def __str__(self) -> str:
        return self.description


class Erasure(models.Model):
    """Somebody is to be erased: one named person proposes it with the reason, another one does it. It can't be undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="erasures")
    ground = models.CharField(max_length=300, help_text="the request or the rule it rests on; no name")
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    done_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, help_text="what was erased, by kind")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_by=None, done_at=None)
                | (Q(done_by__isnull=False, done_at__isnull=False) & ~Q(done_by=F("proposed_by"))),
                name="an_erasure_takes_two",
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="an_erasure_has_a_ground"),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("account")) & ~Q(done_by=F("account")), name="nobody_erases_themselves"
            ),
            models.UniqueConstraint(fields=["account"], name="a_person_is_erased_once"),
        ]

    def __str__(self) -> str:
        return f"erasure of {self.account_id}"
