"""Shared reads for pages: the portrait a candidate gave, and what they said in their own words."""

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from assess.attempts.models import Entry, Media


def portraits_among(attempts: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The portrait that each candidate gave last, by attempt. Who gave none is left out."""
    given = Media.objects.filter(attempt_id__in=attempts, kind=Media.Kind.PORTRAIT, erased_at=None)
    return dict(given.order_by("received_at").values_list("attempt_id", "pk"))


@dataclass(frozen=True)
class Statement:
    """What a candidate said about a task in their own words, as they wrote it or as an assessor took it down."""

    at: datetime
    role: str
    task: str
    text: str


def statements_of(attempt_id: uuid.UUID) -> list[Statement]:
    """The candidate's statements, in the order in which they came. They never change a score."""
    rows = Entry.objects.filter(stream__subject=attempt_id, kind="plain_statement").order_by("server_us", "pk")
    said = [
        (server_us, role, json.loads(text))
        for server_us, role, text in rows.values_list("server_us", "stream__role", "payload")
    ]
    return [
        Statement(
            datetime.fromtimestamp(server_us / 1_000_000, UTC), role, str(payload.get("task", "")), payload["text"]
        )
        for server_us, role, payload in said
    ]
