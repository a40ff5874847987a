"""The ledger commits to meetings, to each line of their records, to the ratings of every round when it is closed, and to cuts.

Ratings are committed to together: the record `<meeting>:<event>` covers every row of the meeting that arrived before that event, so
a row that is changed, added or taken away later is found. A row that arrives when its round is closed is a record of its own.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from assess.ledger.registry import register, register_table
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting, MeetingEvent
from assess.validity.cut_scores.queries import ratings_document


def _ratings(record: str) -> Mapping[str, Any] | None:
    meeting, _, event = record.partition(":")
    return ratings_document(uuid.UUID(meeting), before=int(event))


register_table("cut", CutScore)
register_table("meeting", Meeting)
register_table("meeting event", MeetingEvent)
register_table("late rating", JudgeRating)
register("meeting ratings", row="the ratings that judges saved", build=_ratings)
