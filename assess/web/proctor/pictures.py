"""The pictures of one attempt, for who may see its stills, and what the candidate said."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.attempts.desks.shown import statements_of
from assess.people.queries import Actor
from assess.proctoring.queries import attempt_to_look_at, notice_for, sitting_of
from assess.web.access import hidden, page
from assess.web.gallery import gallery


@require_safe
@page("proctor", "director", "approver")
def pictures(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = attempt_to_look_at(actor, attempt_id)
    if attempt is None:
        hidden()
    context = {
        "attempt": attempt,
        "sitting": attempt.sitting,
        "watches": sitting_of(actor, attempt.sitting_id) is not None,
        "notice": notice_for(attempt.sitting_id),
        "pictures": gallery(attempt.pk),
        "statements": statements_of(attempt.pk),
    }
    return render(request, "assess/proctor/pictures.html", context)
