"""The board of a sitting: who is where, how much time is left, what needs somebody; and what a proctor does about it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assess.attempts.desks.duties import badge_code
from assess.attempts.desks.shown import portraits_among
from assess.attempts.desks.standing import PartStanding, Standing, standings
from assess.attempts.folding.windows import is_resit
from assess.attempts.journal import clock
from assess.attempts.models import Attempt
from assess.attempts.queries import quarantined_among
from assess.attempts.resits.queries import at_resit
from assess.people.queries import Actor, accommodations_among
from assess.proctoring import queries as proctoring
from assess.sittings.models import Sitting
from assess.web.access import attempted, hidden, page
from assess.web.proctor.stations import stations_on_the_board

QUIET_S = 120
"""A device that was not heard for so long is shown as quiet. That is about the network, never about the person."""
WORDS = {
    "waiting": ("idle", "Has not begun"),
    "working": ("info", "Works"),
    "paused": ("warn", "Paused"),
    "over": ("warn", "Time is over"),
    "finished": ("ok", "Handed in"),
}
PARTS = {"online_exam": "exam", "practical": "bay", "simulator": "simulator"}
"""Kinds of part as a proctor speaks of them."""


@dataclass(frozen=True)
class Row:
    """One candidate on the board. `urgency` sorts: what needs a person first stands on top."""

    attempt: Attempt
    name: str
    code: str
    identified: bool
    agreed: bool
    accommodations: Sequence[str]
    extra_time_percent: int
    parts: Sequence[dict[str, Any]]
    quiet_s: int | None
    needs: Sequence[tuple[str, str]] = field(default_factory=tuple)
    sealed: bool = False
    working: bool = False
    urgency: int = 0
    portrait: uuid.UUID | None = None


def watched(actor: Actor, sitting_id: uuid.UUID) -> Sitting:
    """A sitting this actor watches over, or the page that does not exist."""
    sitting = proctoring.sitting_of(actor, sitting_id)
    if sitting is None:
        hidden()
    return sitting


@require_safe
@page("proctor", "director")
def sittings(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = [
        {"sitting": one, "notice": proctoring.notice_for(one.pk), "count": one.attempts.count()}
        for one in proctoring.sittings_of(actor)[:50]
    ]
    return render(request, "assess/proctor/sittings.html", {"sittings": found})


@require_safe
@page("proctor", "director")
def board(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    return render(request, "assess/proctor/board.html", _context(sitting))


@require_safe
@page("proctor", "director")
def rows(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    """The changing part of the board."""
    return render(request, "assess/proctor/rows.html", _context(watched(actor, sitting_id)))


def _context(sitting: Sitting) -> dict[str, Any]:
    attempts = list(proctoring.attempts_in(sitting.pk))
    found = rows_of(sitting, attempts)
    parts = attempts[0].pins["parts"] if attempts else []
    return {
        "sitting": sitting,
        "rows": found,
        "parts": [part | {"name": PARTS[part["kind"]]} for part in parts if part["limit_s"] is not None]
        + _parts_again(found),
        "notice": proctoring.notice_for(sitting.pk),
        "share": proctoring.reviewed_share(sitting.pk),
        "needing": sum(1 for row in found if row.needs),
        "open": sum(1 for row in found if not row.sealed),
        "stations": stations_on_the_board(sitting, attempts),
        "now_ms": clock.now_us() // 1000,
    }


def _parts_again(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Works that candidates do again: each is begun for itself."""
    return [
        {"part": part["part"], "name": part["name"]}
        for part in {
            part["part"]: part for row in rows if not row.sealed for part in row.parts if is_resit(part["part"])
        }.values()
    ]


def _name(part: PartStanding) -> str:
    """What a part is called at the board; a work that is done again says so."""
    return f"{PARTS[part.kind]} again" if is_resit(part.part) else PARTS[part.kind]


def rows_of(sitting: Sitting, attempts: Sequence[Attempt]) -> list[Row]:
    """The board's rows, worst first, then by name."""
    now_us = clock.now_us()
    ids = [attempt.pk for attempt in attempts]
    candidates = [attempt.registration.candidate_id for attempt in attempts]
    stands = standings(attempts)
    incidents, waiting = proctoring.open_incidents(ids), quarantined_among(ids)
    agreed, adjusted = proctoring.agreed_among(sitting.pk), accommodations_among(candidates)
    portraits = portraits_among(ids)
    made = [
        _row(
            attempt,
            stands[attempt.pk],
            now_us,
            agreed=attempt.registration.candidate_id in agreed,
            accommodations=adjusted.get(attempt.registration.candidate_id, ()),
            incidents=incidents.get(attempt.pk, 0),
            waiting=waiting.get(attempt.pk, 0),
            portrait=portraits.get(attempt.pk),
        )
        for attempt in attempts
    ]
    return sorted(made, key=lambda row: (-row.urgency, row.name))


def _row(
    attempt: Attempt,
    stand: Standing,
    now_us: int,
    *,
    agreed: bool,
    accommodations: Sequence[str],
    incidents: int,
    waiting: int,
    portrait: uuid.UUID | None,
) -> Row:
    sealed = attempt.state == Attempt.State.SEALED
    parts = []
    for part in (*stand.parts, *stand.resits):
        state = part.state(now_us)
        sign, words = WORDS[state] if part.timed else ("idle", "At the bay")
        left = None if part.window is None or state not in ("working", "paused") else part.window.left_us(now_us)
        parts.append(
            {"part": part.part, "name": _name(part), "kind": part.kind, "state": state, "sign": sign, "words": words,
             "timed": part.timed, "left_s": None if left is None else left // 1_000_000, "runs": state == "working"}
        )  # fmt: skip
    contact = stand.last_contact_us.get("candidate")
    quiet = None if contact is None else (now_us - contact) // 1_000_000
    working = any(part["state"] == "working" for part in parts)
    needs = []
    if incidents:
        needs.append(("warn", f"{incidents} open {'incident' if incidents == 1 else 'incidents'}"))
    if not sealed:
        if any(kind == "safety_call" for kind, _ in stand.done):
            needs.append(("bad", "Called for a safety check"))
        if stand.stopped:
            needs.append(("bad", "An assessor stopped the task for safety"))
        if stand.doubted:
            needs.append(("bad", "Somebody wrote: not this person"))
        if working and not agreed:
            needs.append(("warn", "Time runs, and they have not agreed yet"))
    if waiting:
        needs.append(("warn", f"{waiting} in quarantine"))
    if working and quiet is not None and quiet > QUIET_S:
        needs.append(("info", f"No contact for {quiet // 60} min: look at the network"))
    return Row(
        attempt=attempt,
        name=str(attempt.registration.candidate),
        code=badge_code(attempt.pk),
        identified=stand.identified,
        agreed=agreed,
        accommodations=accommodations,
        extra_time_percent=attempt.pins["extra_time_percent"],
        parts=parts,
        quiet_s=quiet,
        needs=needs,
        sealed=sealed,
        working=working,
        portrait=portrait,
        urgency=sum({"bad": 100, "warn": 10, "info": 1}[sign] for sign, _ in needs) - (1000 if sealed else 0),
    )


@require_POST
@page("proctor", "director")
def say(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    """Begin, pause, resume, extend or tell: for the candidates that were chosen, or for all whose attempt is open."""
    sitting = watched(actor, sitting_id)
    act = request.POST.get("act", "")
    chosen = _chosen(request, sitting)
    asked: dict[str, Any] = {
        "sitting_id": sitting.pk,
        "attempt_ids": chosen,
        "request_id": request.POST.get("request", "")[:64] or uuid.uuid4().hex,
    }
    if act in ("begin", "pause", "resume", "extend"):
        asked["part"] = part = request.POST.get("part", "")
        if is_resit(part):
            chosen = asked["attempt_ids"] = at_resit(chosen, part)
    if act in ("pause", "extend"):
        asked["reason"] = request.POST.get("reason", "")
    if act == "extend":
        asked["seconds"] = 60 * _whole(request.POST.get("minutes", ""))
    if act == "message":
        asked["text"] = request.POST.get("text", "")
    if act not in ("begin", "pause", "resume", "extend", "message"):
        raise BadRequest("There is no such act.")
    done = {"begin": "Begun", "pause": "Paused", "resume": "Goes on", "extend": "Time given", "message": "Told"}[act]
    attempted(request, f"proctoring.{act}", said=f"{done} for {len(chosen)} candidates.", **asked)
    return redirect("proctor-board", sitting_id=sitting.pk)


def _chosen(request: HttpRequest, sitting: Sitting) -> list[uuid.UUID]:
    open_now = [one.pk for one in proctoring.attempts_in(sitting.pk) if one.state != Attempt.State.SEALED]
    wanted = set(request.POST.getlist("attempt"))
    return [key for key in open_now if not wanted or str(key) in wanted]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@require_POST
@page("proctor", "director")
def identify(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    attempted(
        request,
        "proctoring.identify",
        said="Written down.",
        sitting_id=sitting.pk,
        attempt_id=attempt_id,
        confirmed=request.POST.get("confirmed") == "yes",
        how=request.POST.get("how", ""),
        request_id=request.POST.get("request", "")[:64] or uuid.uuid4().hex,
    )
    return redirect("proctor-board", sitting_id=sitting.pk)
