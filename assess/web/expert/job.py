"""A practitioner says what the job is: who they are, coarsely, and then one statement after the other."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.validity.job import queries as jobs
from assess.validity.job.definition import (
    FREQUENCY,
    HARM,
    IMPORTANCE,
    LEARNED,
    LEARNED_WORDS,
    YEARS,
    JobDefinition,
    JobStatement,
)
from assess.validity.job.models import JobAnalysis
from assess.web.access import attempted, hidden, page
from assess.web.expert.start import ROLES

ASKED = (
    ("importance", "How important is it to do this well?", IMPORTANCE),
    ("frequency", "How often do you do it?", FREQUENCY),
    ("harm", "What can happen when it is done badly?", HARM),
)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def job(request: HttpRequest, actor: Actor, analysis_id: uuid.UUID) -> HttpResponse:
    found = jobs.analysis_by_id(analysis_id)
    if found is None or found.state != JobAnalysis.State.OPEN:
        hidden()
    definition = JobDefinition.from_document(found.definition)
    respondent = jobs.respondent_of(found, actor.id)
    if request.method == "POST":
        return _act(request, found, definition, actor)
    context: dict[str, Any] = {"analysis": found, "job": definition, "years": YEARS, "respondent": respondent}
    if respondent is None or "about" in request.GET:
        return render(request, "assess/expert/about.html", context)
    said = jobs.own_statement_ratings(respondent)
    place = _place(request, definition, set(said))
    if place is None:
        context |= {"rows": [(number, one, said.get(one.identifier)) for number, one in _numbered(definition)]}
        return render(request, "assess/expert/job_done.html", context)
    statement = definition.statements[place - 1]
    mine = said.get(statement.identifier)
    context |= {
        "statement": statement,
        "place": place,
        "rated": len(said),
        "mine": mine,
        "asked": [
            (name, words, list(enumerate(points, start=1)), getattr(mine, name, None)) for name, words, points in ASKED
        ],
        "learned": list(zip(LEARNED, LEARNED_WORDS, strict=True)) if definition.asks_when_learned else [],
    }
    return render(request, "assess/expert/statement.html", context)


def _act(request: HttpRequest, found: JobAnalysis, definition: JobDefinition, actor: Actor) -> HttpResponse:
    here = reverse("expert-job", args=[found.pk])
    if request.POST.get("act") == "about":
        about = {name: request.POST.get(name, "") for name in ("region", "years", "setting")}
        done = attempted(request, "validity.job.describe_practitioner", analysis_id=found.pk, **about)
        return redirect(here if done else f"{here}?about=1")
    rating = {
        name: request.POST.get(name, "") for name in ("statement", "done", "importance", "frequency", "harm", "learned")
    }
    if rating["done"] == "no":
        rating |= {"importance": "", "frequency": "", "harm": "", "learned": ""}
    done = attempted(request, "validity.job.rate_statements", analysis_id=found.pk, ratings=[rating])
    place = next((number for number, one in _numbered(definition) if one.identifier == rating["statement"]), 1)
    if not done:
        return redirect(f"{here}?statement={place}")
    return redirect(f"{here}?statement={place + 1}" if place < len(definition.statements) else here)


def _numbered(definition: JobDefinition) -> list[tuple[int, JobStatement]]:
    return list(enumerate(definition.statements, start=1))


def _place(request: HttpRequest, definition: JobDefinition, said: set[str]) -> int | None:
    """The statement that is shown: the one asked for, or the first without a rating; None where there is none."""
    wanted = request.GET.get("statement", "")
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(definition.statements):
        return int(wanted)
    return next((number for number, one in _numbered(definition) if one.identifier not in said), None)
