"""A candidate's drawing at the wiring bench, played back step by step beside its verdict, for those who may look at it."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.attempts.desks import exhibits
from assess.attempts.desks import replay as replay_desk
from assess.attempts.desks.duties import badge_code
from assess.attempts.desks.replay import Replay
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.web.access import hidden, page
from assess.web.evidence.pages import ROLES
from simulator_adapters.wiring import WiringInputError


def _opened(actor: Actor, attempt_id: uuid.UUID, simulation: str) -> Replay:
    attempt = replay_desk.attempt_to_replay(actor.id, actor.roles, attempt_id)
    found = None if attempt is None or attempt.registration.candidate_id == actor.id else attempt
    replay = None if found is None else replay_desk.replay_of(found, simulation)
    if replay is None:
        hidden()
    return replay


@require_safe
@page(*ROLES)
def replay(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, simulation: str) -> HttpResponse:
    found = _opened(actor, attempt_id, simulation)
    attempt = found.attempt
    context = {
        "attempt": attempt,
        "code": badge_code(attempt.pk),
        "scheme": schemes.definition_of(attempt.registration.scheme_version).title,
        "title": found.simulation.document["title"],
        "simulation": simulation,
        "tasks": replay_desk.wiring_tasks(attempt),
        "opens_evidence": exhibits.attempt_for(actor.id, actor.roles, attempt.pk) is not None,
        "document": replay_desk.replay_document(found),
    }
    return render(request, "assess/evidence/replay.html", context)


@require_safe
@page(*ROLES)
def seen(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, simulation: str, number: int) -> HttpResponse:
    """What the candidate saw at one operation. 409 where the drawing could not be read, with the sentence they were told."""
    found = _opened(actor, attempt_id, simulation)
    try:
        answer = replay_desk.seen_at(found, number)
    except WiringInputError as error:
        return JsonResponse({"code": "unreadable", "sentence": f"It could not be switched on. {error}"}, status=409)
    if answer is None:
        hidden()
    return JsonResponse(answer)
