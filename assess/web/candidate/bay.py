"""At the bay: the task card as the candidate may read it, the time, and the call for a safety check."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assess.attempts.desks.at_the_bay import seen_by_candidate
from assess.attempts.desks.own import task_cards
from assess.people.queries import Actor
from assess.proctoring.queries import agreed
from assess.schemes import queries as schemes
from assess.web.access import page
from assess.web.candidate.exam import own


@require_safe
@page("candidate")
def bay(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return redirect("candidate-before", attempt_id=attempt.pk)
    context = {
        "attempt": attempt,
        "title": schemes.definition_of(attempt.registration.scheme_version).title,
        "cards": task_cards(attempt),
        "settings": {"attempt": str(attempt.pk), "person": str(actor.id)},
    }
    return render(request, "assess/candidate/bay.html", context)


@require_safe
@page("candidate")
def live(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """Whether each bay may be energised now."""
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return redirect("candidate-before", attempt_id=attempt.pk)
    return JsonResponse(seen_by_candidate(attempt))
