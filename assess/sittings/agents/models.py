"""Keys of station agents, the bays they stand at, the plans they run, and what they last said of themselves."""

import uuid

from django.db import models
from django.db.models import Q

from assess.sittings.models import StationHealth


class StationKey(models.Model):
    """The key by which a station agent speaks. It begins as a one-time code, of which only the digest is kept; whoever brings the
    code binds a public key to the agent's account. The private key never leaves the station."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="station_keys")
    code_sha256 = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    public_key = models.CharField(max_length=64, blank=True, help_text="raw Ed25519 key in hex; empty before")
    enrolled_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_key"], condition=~Q(public_key=""), name="a_key_is_of_one_station"),
            models.CheckConstraint(
                condition=Q(public_key="", enrolled_at=None) | (~Q(public_key="") & Q(enrolled_at__isnull=False)),
                name="an_enrolled_station_has_a_key",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None, revoked_because="")
                | (Q(revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoked_because="")),
                name="a_revoked_station_key_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.agent_id}"


class StationRequest(models.Model):
    """The nonce of a signed request, kept while the request could be sent again."""

    key = models.ForeignKey(StationKey, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=32)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="a_station_request_counts_once")]

    def __str__(self) -> str:
        return f"{self.nonce} of {self.key_id}"


class AgentPost(models.Model):
    """Which agent stands at a station of a sitting: it writes as the adapters that are posted there."""

    station = models.OneToOneField("assess.Station", on_delete=models.PROTECT, related_name="agent_post")
    agent = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="agent_posts")
    placed_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agent_id} at {self.station_id}"


class BenchPlan(models.Model):
    """What an agent runs at a station for one work: the adapter, the booked serial, the plan with what each step answers for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey("assess.Station", on_delete=models.PROTECT, related_name="bench_plans")
    work = models.CharField(max_length=80, help_text="the task or simulation that is measured")
    adapter = models.CharField(max_length=80)
    serial = models.CharField(max_length=80, help_text="of the device that is booked; another one makes the run void")
    profile = models.CharField(max_length=40, blank=True, help_text="of a settings task that has several")
    document = models.JSONField(
        help_text="`plan`: its steps, empty where the simulation says them; `rows`: step to criterion"
    )
    made_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "work"], name="one_bench_plan_for_a_work")]

    def __str__(self) -> str:
        return f"{self.adapter} for {self.work}"


class AgentHealth(models.Model):
    """What an agent last said of itself. `changed_at` moves with a change, `seen_at` with every word; how each station is that it
    stands at follows from it (`StationHealth`)."""

    agent = models.OneToOneField(
        "assess.Account", on_delete=models.PROTECT, primary_key=True, related_name="agent_health"
    )
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=StationHealth.State)
    sentence = models.CharField(max_length=300)
    clock_offset_ms = models.BigIntegerField(null=True, help_text="the station's clock minus the server's")
    unsent = models.PositiveIntegerField(default=0, help_text="entries of its own that no acknowledgement covers")
    kept = models.PositiveIntegerField(default=0, help_text="batches and files that it keeps for tablets")
    instruments = models.JSONField(default=list, help_text="serial, state and sentence of each device it looks after")

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.state}"
