"""The end of the day: which streams are closed, what waits in quarantine, and the seal."""

import uuid
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assess.attempts.conditions import MissingStream
from assess.attempts.engine_jobs import under_way
from assess.attempts.models import Attempt, Stream
from assess.attempts.queries import beyond_the_seal, quarantine_in, streams_among
from assess.attempts.resits.queries import resits_in
from assess.people.queries import Actor
from assess.proctoring import queries as proctoring
from assess.proctoring.actions import BOARD
from assess.web.access import attempted, hidden, page
from assess.web.proctor.board import watched


@require_safe
@page("proctor", "director")
def seals(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    attempts = list(proctoring.attempts_in(sitting.pk))
    streams = streams_among([attempt.pk for attempt in attempts])
    more = beyond_the_seal([attempt.pk for attempt in attempts])
    running = under_way([attempt.pk for attempt in attempts])
    found = [
        {
            "attempt": attempt,
            "more": attempt.pk in more,
            "sealed": attempt.state == Attempt.State.SEALED,
            "open": _open_devices(streams.get(attempt.pk, ())),
            "running": sorted(running.get(attempt.pk, ())),
            "closed": sum(one.state != "open" for one in streams.get(attempt.pk, ())),
        }
        for attempt in attempts
    ]
    context = {
        "sitting": sitting,
        "found": found,
        "quarantine": quarantine_in(sitting.pk),
        "resits": resits_in(sitting.pk),
        "actor_id": actor.id,
    }
    return render(request, "assess/proctor/seals.html", context)


def _open_devices(streams: Sequence[Stream]) -> list[Stream]:
    """Streams that are open on somebody's device. What was written at the board is held here and closes with the seal."""
    return [one for one in streams if one.state == Stream.State.OPEN and one.device != BOARD]


@require_POST
@page("proctor", "director")
def seal(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    """Seal an attempt; each stream that is still open is named as missing, with the reason that was given."""
    sitting = watched(actor, sitting_id)
    attempt = proctoring.attempts_in(sitting.pk).filter(pk=attempt_id).first()
    if attempt is None:
        hidden()
    reason = request.POST.get("reason", "").strip()
    still_open = _open_devices(streams_among([attempt.pk]).get(attempt.pk, ()))
    missing = [MissingStream(one.pk, one.head_sequence + 1, f"{one.role}: {reason}") for one in still_open if reason]
    said = "Sealed. The candidate has the receipt."
    attempted(request, "proctoring.seal", said=said, sitting_id=sitting.pk, attempt_id=attempt.pk, missing=missing)
    return redirect("proctor-seals", sitting_id=sitting.pk)


@require_POST
@page("proctor", "director")
def quarantined(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID, quarantine_id: uuid.UUID) -> HttpResponse:
    """Propose, admit or reject what the journal refused; both take two people."""
    sitting = watched(actor, sitting_id)
    if not any(item.pk == quarantine_id for item in quarantine_in(sitting.pk)):
        hidden()
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    if act == "propose":
        attempted(request, "attempts.propose_admission", said="Proposed.", quarantine_id=quarantine_id, reason=reason)
    elif act == "admit":
        attempted(request, "attempts.admit_quarantined", said="Admitted, and sealed anew.", quarantine_id=quarantine_id)
    elif act == "reject":
        attempted(request, "attempts.reject_quarantined", said="Noted.", quarantine_id=quarantine_id, reason=reason)
    else:
        hidden()
    return redirect("proctor-seals", sitting_id=sitting.pk)


@require_POST
@page("proctor", "director")
def resit(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID, resit_id: uuid.UUID) -> HttpResponse:
    """Open an attempt again for a work that its candidate does again."""
    sitting = watched(actor, sitting_id)
    if not any(one.resit.pk == resit_id for one in resits_in(sitting.pk)):
        hidden()
    said = "Open again. Begin the work at the board when the candidate is there."
    attempted(request, "attempts.resits.open_resit", said=said, resit_id=resit_id)
    return redirect("proctor-seals", sitting_id=sitting.pk)
