"""The ledger commits to meetings, to each line of their records, to the ratings of every round when it is closed, and to cuts.

Ratings are committed to together: the record `<meeting>:<event>` covers every row of the meeting that arrived before that event, so
a row that is changed, added or taken away later is found. A row that arrives when its round is closed is a record of its own.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from assess.ledger.registry import register, register_table
from assess.validity.cut_scores.forms import FROM_SCORES
from assess.validity.cut_scores.lifecycle import Kind
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting, MeetingEvent
from assess.validity.cut_scores.queries import ratings_document


def _ratings(record: str) -> Mapping[str, Any] | None:
    meeting, _, event = record.partition(":")
    return ratings_document(uuid.UUID(meeting), before=int(event))


def _closings() -> Iterator[str]:
    """A record for each time a round was closed, and one when the meeting was."""
    asked = MeetingEvent.objects.exclude(kind=Kind.CLOSED.value, meeting__method__in=FROM_SCORES)
    rows = asked.filter(kind__in=[Kind.ROUND_CLOSED.value, Kind.CLOSED.value]).values_list("meeting_id", "number")
    return (f"{meeting}:{number}" for meeting, number in rows.iterator())


_END = MeetingEvent.objects.filter(meeting=OuterRef("meeting"), kind=Kind.CLOSED.value).values("number")[:1]

register_table("cut", CutScore)
register_table("meeting", Meeting)
register_table("meeting event", MeetingEvent)
# A round that is re-opened takes rows again, so only what arrived after a meeting's end is late for certain.
register_table("late rating", JudgeRating, which=Q(after__gte=Subquery(_END)))
register("meeting ratings", row="the ratings that judges saved", build=_ratings, keys=_closings)
