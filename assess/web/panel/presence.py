"""Which judges' pages were heard from lately, as far as this server process knows. A hint for who holds the meeting, no record."""

import uuid
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

KEPT_S = 75
"""A page asks at least every half minute."""


def heard(meeting_id: uuid.UUID, judge_id: uuid.UUID) -> None:
    """Note that a judge's page asked for something just now."""
    cache.set(_key(meeting_id, str(judge_id)), timezone.now(), KEPT_S)


def last_heard(meeting_id: uuid.UUID, judge_id: str) -> datetime | None:
    """When a judge's page was last heard from; None where this process has not heard of it lately."""
    moment: datetime | None = cache.get(_key(meeting_id, judge_id))
    return moment


def _key(meeting_id: uuid.UUID, judge_id: str) -> str:
    return f"panel-heard:{meeting_id}:{judge_id}"
