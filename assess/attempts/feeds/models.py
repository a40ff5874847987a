"""Feeds, their keys, and the messages that were taken."""

import uuid

from django.db import models
from django.db.models import Q


class Feed(models.Model):
    """A sender of signed messages. It has an account of its own, and writes as the adapter for which that account is posted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField("assess.Account", on_delete=models.PROTECT, related_name="feed")
    organisation = models.ForeignKey("assess.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    serial = models.CharField(max_length=80, help_text="of the device that is booked; another one makes a run void")
    rows = models.JSONField(default=dict, help_text="which criterion each reading answers for: name → criterion")
    made_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="feeds_of_a_centre_differ")]

    def __str__(self) -> str:
        return self.name


class FeedKey(models.Model):
    """A key by which a feed signs. The key itself is kept nowhere: it is derived from this row's salt and the installation's
    secret, so that a copy of the database signs nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="keys")
    salt = models.BinaryField(max_length=32)
    fingerprint = models.CharField(
        max_length=64, help_text="SHA-256 of the key: tells that the secret is still the same"
    )
    made_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    holds_until = models.DateTimeField(null=True, help_text="set when another key takes over")
    revoked_by = models.ForeignKey("assess.Account", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None, revoked_because="")
                | (Q(revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoked_because="")),
                name="a_revoked_feed_key_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"key {self.fingerprint[:8]} of {self.feed_id}"


class FeedMessage(models.Model):
    """A message that was taken, by the sender's own identifier, with the answer it got: sending it again gives the same answer."""

    class State(models.TextChoices):
        TAKEN = "taken"
        AWAITS_FILE = "awaits_file", "awaits its file"
        CONTRADICTS = "contradicts", "contradicts an earlier one"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=128)
    sha256 = models.CharField(max_length=64, help_text="of the body as it was signed")
    sent_at = models.DateTimeField(help_text="by the sender's clock, within five minutes of ours")
    received_at = models.DateTimeField()
    attempt = models.ForeignKey("assess.Attempt", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    state = models.CharField(max_length=12, choices=State)
    announced = models.JSONField(null=True, help_text="the document of a message whose file is to follow")
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "message_id", "sha256"], name="a_message_is_taken_once"),
            models.UniqueConstraint(
                fields=["feed", "message_id"],
                condition=~Q(state="contradicts"),
                name="one_message_of_an_identifier_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} of {self.feed_id}"
