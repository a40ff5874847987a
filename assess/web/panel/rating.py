"""What a judge's page reads and sends while rating: how the meeting stands for this judge alone, and rows of ratings.

Nothing here holds what another judge rated, nor whether they did: what judges may see of each other comes with a closed round, on
the page of the meeting, without names.
"""

import json
import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from assess import door
from assess.people.queries import Actor
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.cut_scores.between import for_judge
from assess.validity.cut_scores.gathering import values_of
from assess.validity.cut_scores.meeting import Record
from assess.validity.cut_scores.models import Meeting
from assess.web.access import body_of, page
from assess.web.panel.meeting import seat
from assess.web.panel.presence import heard

LARGEST = 1_000_000


@require_safe
@page("judge")
def state(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> JsonResponse:
    """How the meeting stands for this judge: the open round, what they saved, and the panel's ratings of rounds that are over."""
    meeting, record = seat(actor, meeting_id)
    heard(meeting_id, actor.id)
    return JsonResponse(state_of(meeting, record, str(actor.id)))


def state_of(meeting: Meeting, record: Record, judge: str) -> dict[str, Any]:
    rows = cut_scores.own_ratings(meeting.pk, uuid.UUID(judge))
    own = record.judges[judge]
    return {
        "person": judge,
        "round": record.open_turn if own.here else None,
        "practice": meeting.plan["practice"],
        "last": max((row.sequence for row in rows), default=0),
        "values": {str(number): dict(values_of(one).get(judge, {})) for number, one in sorted(record.rounds.items())},
        "panel": _panel_before(record, judge),
    }


def _panel_before(record: Record, judge: str) -> dict[str, Any]:
    """Element → what the panel gave in the last round that is over, without names; empty while none is."""
    over = [one for one in record.counted_rounds if not one.is_open and one.closing is not None]
    if not over:
        return {}
    last = over[-1]
    assert last.closing is not None
    shown = for_judge(last.closing["document"], judge, values_of(last).get(judge, {}))
    return {"round": last.number, "elements": {one["id"]: one for one in shown["elements"]}}


@require_POST
@page("judge")
def ratings(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> JsonResponse:
    """Save rows. The answer says which numbers the server has; what it does not name is to be sent again."""
    seat(actor, meeting_id)
    heard(meeting_id, actor.id)
    try:
        if len(body_of(request)) > LARGEST:
            raise ValueError
        rows = json.loads(body_of(request))["rows"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"code": "not-read", "sentence": "These are no ratings. Load the page again."}, status=400)
    try:
        found = door.act(actor, "validity.cut_scores.save_ratings", meeting_id=meeting_id, rows=rows)
    except door.REFUSALS as refused:
        code = getattr(refused, "code", "refused")
        return JsonResponse({"code": code, "sentence": str(refused)}, status=409)
    return JsonResponse({"saved": found.saved, "late": found.late, "taken": found.taken})
