"""The append-only log and the outbox that feeds it."""

import uuid

from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """Work that must happen after a committed act: a row first, a task second.

    Rows with topic `ledger` wait for the sequencer, which turns each into a leaf and removes it in one transaction.
    """

    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["topic", "id"], condition=Q(done_at=None), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Leaf(models.Model):
    """One entry of the Merkle log. The salt goes with the record it hides; index, commitment and hash stay for ever."""

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=40)
    record = models.CharField(max_length=80)
    commitment = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16, null=True)
    leaf_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "record"], name="leaf_of_record")]

    def __str__(self) -> str:
        return f"{self.index} {self.kind} {self.record}"


class Checkpoint(models.Model):
    """A signed statement of size and root."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    text = models.TextField(help_text="the checkpoint as signed")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint at {self.size}"


class Change(models.Model):
    """How often acts have changed what a topic is about. A page that knows a smaller number looks again."""

    topic = models.CharField(max_length=60, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"


class Act(models.Model):
    """One act through the door: who did what, on which records. Arguments stand here as a digest only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.UUIDField()
    action = models.CharField(max_length=60)
    records = models.JSONField(help_text="kind and id of what the act made or changed")
    arguments_sha256 = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["actor", "at"], name="acts_of_an_actor")]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
