"""What waits for a practitioner or an expert: surveys, seats on panels, elements to read for bias."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.validity.job import queries as jobs
from assess.validity.job.definition import JobDefinition
from assess.web.access import page

ROLES = ("judge", "reviewer", "assessor")
READERS = ("judge", "reviewer")
"""Who reads all items with what is right about them; an assessor of a sitting does not."""


@require_safe
@page(*ROLES)
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    surveys = []
    for row in jobs.analyses_to_answer():
        definition = JobDefinition.from_document(row.definition)
        mine = jobs.respondent_of(row, actor.id)
        rated = 0 if mine is None else len(jobs.own_statement_ratings(mine))
        surveys.append({"row": row, "title": definition.title, "rated": rated, "asked": len(definition.statements)})
    seats = [
        {
            "seat": seat,
            "rated": len(jobs.own_element_ratings(seat)),
            "asked": sum(one["author"] != str(actor.id) for one in seat.panel.elements),
        }
        for seat in jobs.seats_of(actor.id)
    ]
    readable = [one for one in schemes.open_versions() if not jobs.is_candidate(actor.id, one.pk)]
    context = {
        "surveys": surveys,
        "seats": seats,
        "versions": readable if actor.roles & set(READERS) else [],
    }
    return render(request, "assess/expert/start.html", context)
