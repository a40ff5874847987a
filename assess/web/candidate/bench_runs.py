"""Machines at the simulator: have one's settings written into a device and read back, and see how far that is.

What is run comes from the journal; the browser never says it here. What is told is what the device answered: no target, no verdict.
"""

import time
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from assess import door
from assess.attempts.desks.standing import standing_of
from assess.attempts.engine_jobs import pinned_simulation, place_of, record_now, runs_on_a_machine, word_on
from assess.attempts.engine_runs import queries as runs
from assess.attempts.models import Attempt, EngineRun
from assess.people.queries import Actor
from assess.proctoring.queries import agreed
from assess.schemes import queries as schemes
from assess.web.access import hidden, page
from assess.web.candidate.bench import CONSENT
from assess.web.candidate.exam import own, refused

STOPPED = {
    "paused": "The proctor paused this part. Your settings are kept; write them when it goes on.",
    "over": "Time is over. What you set in time is written and read back when you hand in.",
    "finished": "You have handed this part in. What you set is written and read back without you.",
    "sealed": "This attempt is sealed. What was read back stands under its seal.",
}
"""Why nothing is written into a device now."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("candidate")
def run(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, simulation: str) -> HttpResponse:
    """How the last run of a settings task stands; a POST asks for one of what was set last."""
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return refused("consent", CONSENT)
    found = pinned_simulation(attempt, simulation)
    part = standing_of(attempt).part_for(simulation)
    if found is None or found.wiring is not None or not runs_on_a_machine(found) or part is None or part.window is None:
        hidden()
    state = "sealed" if attempt.state == Attempt.State.SEALED else part.state(time.time_ns() // 1000)
    if request.method == "POST":
        if state in STOPPED:
            return refused("stopped", STOPPED[state])
        try:
            asked = {"attempt_id": attempt.pk, "simulation": simulation}
            made: EngineRun = door.act(actor, "attempts.engine_runs.ask_for_run", **asked)
        except door.REFUSALS as error:
            return refused(getattr(error, "code", "refused"), str(error))
        return JsonResponse(runs.told(made), status=202)
    last = runs.last_run(attempt.pk, simulation)
    return JsonResponse(runs.told(last) | {"changed": _changed(attempt, found, last)})


def _changed(attempt: Attempt, simulation: schemes.Simulation, run: EngineRun | None) -> bool:
    """Whether something else was set since a run that came to its end."""
    if run is None or run.ended_at is None:
        return False
    return place_of(word_on(simulation, record_now(attempt))) != (run.epoch, run.sequence)


@require_POST
@page("candidate")
def handed_in(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """The page has handed the part in: machines carry out at once what was made. Without it they do so a little later."""
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return refused("consent", CONSENT)
    asked = door.act(actor, "attempts.engine_runs.ask_for_runs", attempt_id=attempt.pk)
    return JsonResponse({"asked": len(asked)}, status=202)
