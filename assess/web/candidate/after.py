"""An attempt on one page: what to do next, what was recorded, the receipt, the result in words, and the credential."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assess.attempts.desks.duties import badge_code
from assess.attempts.desks.own import receipt_for, recorded_about
from assess.attempts.desks.shown import portraits_among, statements_of
from assess.attempts.desks.standing import Standing, standing_of
from assess.attempts.journal import clock
from assess.attempts.models import Attempt
from assess.attempts.resits.queries import resits_of
from assess.awards.queries import credential_of, held_credential, result_for
from assess.awards.reviews.queries import notices_for
from assess.people.queries import Actor
from assess.proctoring.levels import EXPLAINED
from assess.proctoring.queries import agreed, incident_of, incidents_of, notice_for
from assess.schemes import queries as schemes
from assess.web.access import attempted, hidden, page
from assess.web.candidate.before import parts_of
from assess.web.candidate.exam import own
from assess.web.charts.codes import qr
from assess.web.gallery import gallery
from assess.web.result import told

STATES = {
    "waiting": ("idle", "Has not begun"),
    "working": ("info", "Runs now"),
    "paused": ("warn", "Paused"),
    "over": ("warn", "Time is over"),
    "finished": ("ok", "Handed in"),
}


@require_safe
@page("candidate")
def attempt(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    held = own(actor, attempt_id)
    if held.state != Attempt.State.SEALED and not agreed(actor.id, held.sitting_id):
        return redirect("candidate-before", attempt_id=held.pk)
    standing = standing_of(held)
    _, receipt = receipt_for(actor.id, held.pk)
    credential, result = credential_of(held), result_for(held)
    context = {
        "attempt": held,
        "title": schemes.definition_of(held.registration.scheme_version).title,
        "parts": _parts(held, standing),
        "sealed": held.state == Attempt.State.SEALED,
        "receipt": receipt,
        "recorded": recorded_about(held),
        "pictures": gallery(held.pk),
        "portrait": portraits_among([held.pk]).get(held.pk),
        "statements": statements_of(held.pk),
        "resits": resits_of(held),
        "again": _again(standing),
        "notices": [] if credential is None else notices_for(credential),
        "noted": noted(standing),
        "notice": notice_for(held.sitting_id),
        "incidents": incidents_of(held.pk),
        "result": result,
        "told": None if result is None else told(held, result.lines, reviewed=result.reviewed),
        "credential": credential,
        "badge": badge_code(held.pk),
        "badge_qr": qr(badge_code(held.pk)),
        "share": None if credential is None else _share(credential.pk),
        "settings": {"attempt": str(held.pk), "person": str(actor.id)},
    }
    return render(request, "assess/candidate/attempt.html", context)


def _again(standing: Standing) -> list[dict[str, Any]]:
    """Works that are done again now, each with how its time stands."""
    now_us = clock.now_us()
    states = [(part, part.state(now_us)) for part in standing.resits]
    return [
        {
            "kind": part.kind,
            "work": (*part.simulations, *part.tasks)[0],
            "sign": STATES[state][0],
            "words": STATES[state][1],
        }
        for part, state in states
    ]


def _share(credential_id: uuid.UUID) -> dict[str, str]:
    """The link by which a holder shows their credential, and its code."""
    address = f"{settings.PUBLIC_URL}{reverse('verify-shared', args=[credential_id])}"
    return {"address": address, "qr": qr(address)}


def _parts(attempt: Attempt, standing: Standing) -> list[dict[str, Any]]:
    now_us = clock.now_us()
    found = []
    for part, words in zip(standing.parts, parts_of(attempt), strict=True):
        sign, state_words = STATES[part.state(now_us)]
        if not part.timed:
            sign, state_words = "info", "With your assessors"
        if attempt.state == Attempt.State.SEALED and part.state(now_us) != "finished":
            sign, state_words = "ok", "Closed with the seal"
        found.append(words | {"sign": sign, "state_words": state_words, "state": part.state(now_us)})
    return found


def noted(standing: Standing) -> list[dict[str, Any]]:
    """What the candidate's page noted about itself, in words."""
    codes = [(word.moment_us, word.payload["code"]) for kind, word in standing.done if kind == "event"]
    return [
        {"at": datetime.fromtimestamp(at_us / 1_000_000, UTC), "words": EXPLAINED.get(code, code)}
        for at_us, code in codes
    ]


@require_safe
@page("candidate")
def receipt(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """The signed receipt as a file."""
    held = own(actor, attempt_id)
    _, found = receipt_for(actor.id, held.pk)
    if found is None:
        hidden()
    response = JsonResponse(found, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="receipt-{found["code"]}.json"'
    return response


@require_safe
@page("candidate")
def credential_file(request: HttpRequest, actor: Actor, credential_id: uuid.UUID) -> HttpResponse:
    """The candidate's own credential as a file."""
    found = held_credential(actor.id, credential_id)
    if found is None:
        hidden()
    response = JsonResponse(found.document, content_type="application/vc+json", json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="credential-{credential_id}.json"'
    return response


@require_POST
@page("candidate")
def resit(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, resit_id: uuid.UUID) -> HttpResponse:
    """The candidate's answer to the offer to do a work again."""
    held = own(actor, attempt_id)
    if not any(one.resit.pk == resit_id for one in resits_of(held)):
        hidden()
    accept = request.POST.get("answer") == "yes"
    said = (
        "Written down. The centre tells you when; it costs you nothing."
        if accept
        else "Written down. You can still say yes until somebody opens it."
    )
    attempted(request, "attempts.resits.answer_resit", said=said, resit_id=resit_id, accept=accept)
    return redirect("candidate-attempt", attempt_id=held.pk)


@require_POST
@page("candidate")
def reply(request: HttpRequest, actor: Actor, incident_id: uuid.UUID) -> HttpResponse:
    """The candidate's own words about an incident."""
    incident = incident_of(actor.id, incident_id)
    if incident is None:
        hidden()
    attempted(
        request,
        "proctoring.reply_to_incident",
        said="Your words stand beside it now. The people who review it read them first.",
        incident_id=incident_id,
        text=request.POST.get("text", ""),
    )
    return redirect("candidate-attempt", attempt_id=incident.attempt_id)
