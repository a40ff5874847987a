"""The desks of those who mark texts and of those who rule: a shell each, and what is before the person as JSON.

What they write goes into their journals and never through these addresses.
"""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.attempts.desks.marking import marking_of
from assess.attempts.desks.ruling import WAITS_FOR_ME, rulings_of
from assess.people.queries import Actor
from assess.validity.raters.queries import invitations_of
from assess.web.access import page


def waiting_for(person_id: uuid.UUID) -> dict[str, int]:
    """How much waits for a person at each desk."""
    return {
        "marking": sum(row["points"] is None for row in marking_of(person_id)["answers"]),
        "rulings": sum(row["state"] in WAITS_FOR_ME for row in rulings_of(person_id)["matters"]),
        "training": sum(len(one.to_mark) for one in invitations_of(person_id)),
    }


@require_safe
@page("assessor")
def marking(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "assess/assessor/marking.html", {"settings": {"person": str(actor.id)}})


@require_safe
@page("assessor")
def marking_json(request: HttpRequest, actor: Actor) -> HttpResponse:
    return JsonResponse({"person": str(actor.id), **marking_of(actor.id)})


@require_safe
@page("assessor")
def rulings(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "assess/assessor/rulings.html", {"settings": {"person": str(actor.id)}})


@require_safe
@page("assessor")
def rulings_json(request: HttpRequest, actor: Actor) -> HttpResponse:
    return JsonResponse({"person": str(actor.id), **rulings_of(actor.id)})
