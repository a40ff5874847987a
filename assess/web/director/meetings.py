"""The page of whoever holds a cut-score meeting: who is here, who has rated how much, rounds, notes, minutes, the end."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from assess.people.models import Account
from assess.people.queries import Actor, people_of
from assess.schemes import queries as schemes
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.cut_scores.forms import WORDS, Method, elements_of, unrated
from assess.validity.cut_scores.gathering import values_of
from assess.validity.cut_scores.lifecycle import Kind, State
from assess.validity.cut_scores.meeting import Judge, Record
from assess.validity.cut_scores.minutes import minutes
from assess.validity.cut_scores.models import CutScore, Meeting
from assess.validity.cut_scores.panel import composition
from assess.validity.report.pictures.estimates import intervals
from assess.validity.report.pictures.parts import Interval
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.panel.meeting import STATES
from assess.web.panel.presence import last_heard

STEPS = (
    ("Draft", {State.DRAFTED}),
    ("Declare and agree", {State.OPEN}),
    ("Training", {State.TRAINING}),
    ("Practice", {State.PRACTICE}),
    ("Rounds", {State.ROUND, State.FEEDBACK}),
    ("Board", {State.CLOSED}),
    ("Done", {State.ADOPTED, State.NOT_ADOPTED, State.ABANDONED}),
)
MOST_TALKED_OF = 8


def seen_by(actor: Actor, meeting_id: uuid.UUID) -> Meeting:
    """A meeting, for those who may see all of it; a judge of it may not, whatever other role they hold."""
    found = cut_scores.meeting_by_id(meeting_id)
    if found is None or not cut_scores.may_see_meeting(actor, meeting_id):
        hidden()
    return found


@require_safe
@page(*ROLES)
def meeting(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    found = seen_by(actor, meeting_id)
    return render(request, "assess/director/meeting.html", context_of(found, actor))


@require_safe
@page(*ROLES)
def live(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes when judges rate or the meeting goes on."""
    return render(request, "assess/director/meeting_live.html", context_of(seen_by(actor, meeting_id), actor))


def context_of(found: Meeting, actor: Actor) -> dict[str, Any]:
    record = cut_scores.record_of(found)
    names = cut_scores.names_in(record)
    lacking = cut_scores.lacking_in(found, record) if record.state not in _OVER else {}
    invited = {uuid.UUID(judge) for judge in record.judges}
    declared = [one.declaration for one in record.judges.values() if one.declaration is not None]
    open_turn = record.open_turn
    rows = [_judge(found, record, one, names, lacking.get(one.judge, ())) for one in record.judges.values()]
    return {
        "version": found.scheme_version,
        "title": schemes.definition_of(found.scheme_version).title,
        "meeting": found,
        "words": WORDS[Method(found.method)],
        "record": record,
        "state": STATES.get(record.state, ("idle", "Draft")),
        "steps": [(words, record.state in states) for words, states in STEPS],
        "with_rounds": cut_scores.has_rounds(found),
        "judges": rows,
        "unfinished": [row["name"] for row in rows if row["here"] and row["left"]],
        "composition": composition(declared),
        "invitable": [one for one in _judges_at(actor) if one.pk not in invited and one.pk != found.held_by_id],
        "outcomes": [{**one, "text": record.description.get(one["id"], "")} for one in found.plan["outcomes"]],
        "open_turn": open_turn,
        "next_round": len(record.counted_rounds) + 1,
        "rounds": [_round(record, one.number, names) for one in reversed(record.counted_rounds) if one.closing],
        "dissents": [(names[one.by], one.payload["words"]) for one in record.of_kind(Kind.DISSENTED)],
        "minutes": minutes(record, names),
        "cut": CutScore.objects.filter(meeting=found).first(),
        "over": record.state in _OVER,
        "may_hold": "director" in actor.roles,
        "may_adopt": "board" in actor.roles,
    }


def _judges_at(director: Actor) -> list[Account]:
    """The judges of a director's organisations."""
    people = people_of(director.id)
    return [
        one for one in people if any(held.role == "judge" and held.until is None for held in one.role_assignments.all())
    ]


_OVER = frozenset({State.CLOSED, State.ADOPTED, State.NOT_ADOPTED, State.ABANDONED})


def _judge(
    found: Meeting, record: Record, judge: Judge, names: Mapping[str, str], lacking: tuple[str, ...]
) -> dict[str, Any]:
    """How a judge stands in the open round, or the last one: how many of how many, never which values while it is open."""
    turn = record.turn
    current = None if turn is None else record.rounds[turn]
    wanted = [
        one for one in elements_of(found.plan["elements"]) if turn != 0 or one.identifier in found.plan["practice"]
    ]
    given = {} if current is None else values_of(current).get(judge.judge, {})
    return {
        "id": judge.judge,
        "name": names[judge.judge],
        "judge": judge,
        "here": judge.here,
        "lacking": lacking,
        "given": len(given),
        "left": len(unrated(wanted, given)) if current is not None and judge.here else 0,
        "all": len(given) + len(unrated(wanted, given)),
        "late": sum(row.judge == judge.judge for one in record.counted_rounds for row in one.late),
        "heard": last_heard(found.pk, judge.judge) is not None,
    }


def _round(record: Record, number: int, names: Mapping[str, str]) -> dict[str, Any]:
    one = record.rounds[number]
    assert one.closing is not None
    document = one.closing["document"]
    cut = document["cut"]
    judges = [{**row, "name": names[row["judge"]]} for row in (cut or {}).get("judges", [])]
    spread = [row for row in document["elements"] if row["spread"]]
    talked = sorted(spread, key=lambda row: -row["spread"])[:MOST_TALKED_OF]
    return {
        "number": number,
        "document": document,
        "cut": cut,
        "judges": judges,
        "outliers": [_named(row["words"], names) for row in (cut or {}).get("outliers", [])],
        "picture": mark_safe(str(_picture(number, judges, cut))) if cut else "",
        "talked": [
            {**row, "low": names[row["furthest"][0]], "high": names[row["furthest"][1]]}
            for row in talked
            if row["furthest"]
        ],
        "late": [{"name": names[row.judge], "row": row} for row in one.late],
        "unfinished": [names[judge] for judge in one.closing["unfinished"]],
    }


def _named(words: str, names: Mapping[str, str]) -> str:
    for key, name in names.items():
        words = words.replace(key, name)
    return words


def _picture(number: int, judges: list[dict[str, Any]], cut: Mapping[str, Any]) -> str:
    rows = [
        Interval(label=row["name"], value=row["cut"], low=row["cut"], high=row["cut"], sufficient=True)
        for row in judges
        if row.get("cut") is not None
    ]
    value = float(cut["value"])
    return intervals(
        f"judges-{number}",
        rows,
        title=f"Each judge's own cut in round {number}",
        axis="cut, % of the points",
        reference=(value, f"panel {value:.1f}"),
        dots=True,
    )


@require_POST
@page("director")
def act(request: HttpRequest, actor: Actor, meeting_id: uuid.UUID) -> HttpResponse:
    """Everything that whoever holds the meeting does in it."""
    seen_by(actor, meeting_id)
    asked = _ASKED.get(request.POST.get("act", ""))
    if asked is None:
        hidden()
    name, said, fields = asked
    arguments = {field: _field(request.POST, field) for field in fields}
    attempted(request, f"validity.cut_scores.{name}", said=said, meeting_id=meeting_id, **arguments)
    return redirect("director-meeting", meeting_id=meeting_id)


_ASKED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "describe": ("describe_borderline", "Described. Judges agree to it before they rate.", ("texts",)),
    "invite": ("invite_judges", "Invited.", ("judge_ids",)),
    "open": ("open_meeting", "The meeting is open.", ()),
    "admit": ("admit_judge", "Admitted, with your reason in the minutes.", ("judge_id", "reason")),
    "leave": ("record_leaving", "Recorded. What the judge saved stays.", ("judge_id", "reason")),
    "return": ("record_return", "Recorded.", ("judge_id",)),
    "train": ("start_training", "The training has begun.", ("words",)),
    "practise": ("start_practice", "The practice round is open. It does not count.", ()),
    "round": ("open_round", "The round is open.", ()),
    "close-round": ("close_round", "The round is closed; judges see what it came to.", ("reason",)),
    "reopen": ("reopen_round", "The round is open again. What arrived late counts now.", ("reason",)),
    "note": ("add_note", "Kept in the minutes.", ("words",)),
    "exclude": ("exclude_judge", "Left out of the cut. Both cuts are kept.", ("judge_id", "reason")),
    "include": ("include_judge", "Taken back into the cut.", ("judge_id", "reason")),
    "close": ("close_meeting", "The meeting is over. A board adopts its cut; not the person who held it.", ()),
    "abandon": ("abandon_meeting", "Given up. The record stays.", ("reason",)),
}  # fmt: skip


def _field(sent: QueryDict, field: str) -> Any:
    if field == "texts":
        return {key.removeprefix("text-"): sent.get(key, "") for key in sent if key.startswith("text-")}
    if field == "judge_ids":
        return [found for text in sent.getlist("judge") if (found := _person(text)) is not None]
    if field == "judge_id":
        return _person(sent.get("judge", "")) or hidden()
    return sent.get(field, "")


def _person(text: str) -> uuid.UUID | None:
    try:
        return Account.objects.values_list("pk", flat=True).filter(pk=uuid.UUID(text)).first()
    except ValueError:
        return None
