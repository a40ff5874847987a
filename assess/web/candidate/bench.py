"""At the simulator: the tasks as the candidate may see them, and the live circuit as their journal tells it.

What is drawn, set and calculated comes back through the journal. Energising reads it from there: the browser never says
what the circuit is, and never learns what it should be.
"""

import time
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assess.attempts.desks.bench import bench_of, energised, seen_in_words, wiring_task
from assess.attempts.desks.standing import Standing, standing_of
from assess.attempts.models import Attempt
from assess.people.queries import Actor
from assess.proctoring.queries import agreed, notice_for
from assess.schemes import queries as schemes
from assess.web.access import hidden, page
from assess.web.candidate.exam import own, refused, told
from simulator_adapters.wiring import WiringInputError

CONSENT = "Agree to what is recorded first. The page before the assessment says what that is."


@require_safe
@page("candidate")
def bench(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return redirect("candidate-before", attempt_id=attempt.pk)
    part = standing_of(attempt).bench(time.time_ns() // 1000)
    if part is None:
        hidden()
    settings = {
        "attempt": str(attempt.pk),
        "person": str(actor.id),
        "part": part.part,
        "level": notice_for(attempt.sitting_id).level.number,
        "home": f"/candidate/attempts/{attempt.pk}/",
    }
    title = schemes.definition_of(attempt.registration.scheme_version).title
    context = {"attempt": attempt, "title": title, "settings": settings, "count": len(part.simulations)}
    return render(request, "assess/candidate/bench.html", context)


@require_safe
@page("candidate")
def tasks(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """The tasks at once, so that they can be drawn and calculated without a network. 409 until the part has begun."""
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return refused("consent", CONSENT)
    standing = standing_of(attempt)
    now = told(attempt, standing, time.time_ns() // 1000)
    part = standing.bench(time.time_ns() // 1000)
    if part is None or part.window is None:
        return refused("not-begun", "The part has not begun. It opens by itself when the proctor begins.", now)
    if attempt.state == Attempt.State.SEALED:
        return refused("sealed", "This attempt is sealed. What you did stands on its page.", now)
    return JsonResponse({"part": part.part, "tasks": bench_of(attempt, part.simulations), "state": now})


@require_safe
@page("candidate")
def live(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, simulation: str) -> HttpResponse:
    """The recorded wiring, live, after the operations that were recorded since: what a person at a bench sees and measures."""
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return refused("consent", CONSENT)
    standing = standing_of(attempt)
    part = standing.part_for(simulation)
    task = wiring_task(attempt, simulation)
    if part is None or task is None or part.window is None:
        hidden()
    if stopped := _stopped(attempt, standing, part.part):
        return refused("stopped", stopped)
    try:
        seen, fault = energised(attempt, task)
    except WiringInputError as error:
        return refused("unreadable", f"It can't be switched on as it is. {error} Mend that, then switch on again.")
    return JsonResponse(seen_in_words(task, seen, fault))


def _stopped(attempt: Attempt, standing: Standing, name: str) -> str:
    """Why nothing is energised now, as a sentence; empty when it may be."""
    part = standing.part(name)
    state = "sealed" if attempt.state == Attempt.State.SEALED or part is None else part.state(time.time_ns() // 1000)
    return {
        "paused": "The proctor paused this part. Your drawing is kept; switch on again when it goes on.",
        "over": "Time is over. What you drew in time is kept.",
        "finished": "You have handed this part in. What you drew is kept.",
        "sealed": "This attempt is sealed. What you drew stands under its seal.",
    }.get(state, "")
