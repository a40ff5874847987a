"""A judge's meetings, and the page of one: what is asked of the judge now, and what the panel came to."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.cut_scores.between import for_judge
from assess.validity.cut_scores.forms import DIFFICULTY, LEVELS, RELEVANCE, WORDS, Method
from assess.validity.cut_scores.gathering import values_of
from assess.validity.cut_scores.lifecycle import Kind, State
from assess.validity.cut_scores.material import shown_to_judges
from assess.validity.cut_scores.meeting import Record
from assess.validity.cut_scores.models import Meeting
from assess.validity.cut_scores.panel import BACKGROUNDS
from assess.web.access import attempted, hidden, page
from assess.web.charts.panel import dots
from assess.web.panel.presence import heard

STATES = {
    State.OPEN: ("info", "Before the training"),
    State.TRAINING: ("busy", "Training"),
    State.PRACTICE: ("busy", "Practice round"),
    State.ROUND: ("busy", "A round is open"),
    State.FEEDBACK: ("info", "Between rounds"),
    State.CLOSED: ("ok", "Over, waits for the board"),
    State.ADOPTED: ("ok", "Adopted"),
    State.NOT_ADOPTED: ("warn", "Not adopted"),
    State.ABANDONED: ("warn", "Given up"),
}


def seat(actor: Actor, meeting_id: uuid.UUID) -> tuple[Meeting, Record]:
    """The meeting and how it stands, for a judge of it; for everybody else the page that does not exist."""
    meeting = cut_scores.meeting_by_id(meeting_id)
    if meeting is None or not cut_scores.is_judge_of(actor.id, meeting_id):
        hidden()
    return meeting, cut_scores.record_of(meeting)


@require_safe
@page("judge")
def meetings(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = [
        {
            "meeting": one,
            "title": schemes.definition_of(one.scheme_version).title,
            "words": WORDS[Method(one.method)],
            "state": STATES[cut_scores.record_of(one, with_ratings=False).state],
        }
        for one in cut_scores.meetings_for_judge(actor.id)
    ]
    return render(request, "assess/panel/meetings.html", {"rows": rows})


@require_safe
@page("judge")
def meeting(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    """The page: a part that the server draws anew whenever the meeting goes on, and the form that works without it."""
    found, record = seat(actor, meeting_id)
    heard(meeting_id, actor.id)
    shown = shown_to_judges(found.plan["elements"])
    settings = {
        "meeting": str(found.pk),
        "person": str(actor.id),
        "topic": f"panel:{found.pk}",
        "n": cut_scores.lines_in({found.pk})[found.pk],
        "elements": [
            {name: one[name] for name in ("id", "kind", "maximum", "outcome", "pages") if name in one}
            | shown[one["id"]]
            for one in found.plan["elements"]
        ],
        "relevance": RELEVANCE,
        "difficulty": DIFFICULTY,
        "levels": LEVELS,
    }
    return render(request, "assess/panel/meeting.html", {**_context(found, record, actor), "settings": settings})


@require_safe
@page("judge")
def phase(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes when the meeting goes on."""
    found, record = seat(actor, meeting_id)
    return render(request, "assess/panel/phase.html", _context(found, record, actor))


def _context(found: Meeting, record: Record, actor: Actor) -> dict[str, Any]:
    judge = record.judges[str(actor.id)]
    described = record.of_kind(Kind.DESCRIBED)
    return {
        "meeting": found,
        "title": schemes.definition_of(found.scheme_version).title,
        "words": WORDS[Method(found.method)],
        "record": record,
        "state": STATES[record.state],
        "judge": judge,
        "backgrounds": BACKGROUNDS,
        "outcomes": [{**one, "text": record.description.get(one["id"], "")} for one in found.plan["outcomes"]],
        "read": described[-1].number if described else 0,
        "rounds": [_over(record, one.number, judge.judge) for one in record.counted_rounds if one.closing],
        "training": [event.payload["words"] for event in record.of_kind(Kind.TRAINED)],
        "may_declare": record.state in (State.OPEN, State.TRAINING, State.PRACTICE),
        "may_dissent": record.state in (State.FEEDBACK, State.CLOSED),
        "dissents": [one.payload["words"] for one in record.of_kind(Kind.DISSENTED) if one.judge == judge.judge],
        "actor_id": actor.id,
    }


def _over(record: Record, number: int, judge: str) -> dict[str, Any]:
    """What a round came to, as a judge may see it, with a picture of the judges' cuts."""
    one = record.rounds[number]
    assert one.closing is not None
    shown = for_judge(one.closing["document"], judge, values_of(one).get(judge, {}))
    value = None if shown["cut"] is None else float(shown["cut"]["value"])
    drawn = dots(f"round-{number}", shown["other_cuts"], own=shown["own_cut"], cut=value)
    return {"number": number, "shown": shown, "picture": mark_safe(str(drawn)), "late": len(one.late)}


@require_POST
@page("judge")
def say(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    """What a judge says besides ratings: experience and conflicts, agreement, that they leave, dissent."""
    seat(actor, meeting_id)
    sent = request.POST
    match sent.get("act"):
        case "declare":
            attempted(
                request,
                "validity.cut_scores.declare_experience",
                said="Kept. The facilitator sees it.",
                meeting_id=meeting_id,
                years=_whole(sent.get("years", "")),
                background=sent.get("background", ""),
                organisation=sent.get("organisation", ""),
                conflict=sent.get("conflict", "") if sent.get("has_conflict") == "yes" else "",
            )
        case "agree":
            attempted(
                request,
                "validity.cut_scores.agree_to_description",
                said="You agreed to the description.",
                meeting_id=meeting_id,
                read=_whole(sent.get("read", "")),
            )
        case "leave":
            attempted(
                request,
                "validity.cut_scores.record_leaving",
                said="It is recorded that you left. What you saved stays.",
                meeting_id=meeting_id,
                judge_id=actor.id,
                reason=sent.get("reason", ""),
            )
        case "dissent":
            attempted(
                request,
                "validity.cut_scores.write_dissent",
                said="Your dissent is part of the minutes, and the board reads it.",
                meeting_id=meeting_id,
                words=sent.get("words", ""),
            )
        case _:
            hidden()
    return redirect("panel-meeting", meeting_id=meeting_id)


def _whole(text: str) -> int:
    """A whole number of a form; −1, which no act takes, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
