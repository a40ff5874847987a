"""A scheme and its evidence: parts, cut scores, the latest study."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies
from assess.validity.studies.models import StudyRun
from assess.validity.studies.steps import STEPS
from assess.web.access import hidden, page
from assess.web.director.home import ROLES


def version_of(version_id: uuid.UUID) -> SchemeVersion:
    """A published scheme version, or the page that does not exist."""
    found = next((one for one in schemes.open_versions() if one.pk == version_id), None)
    if found is None:
        hidden()
    return found


def runs_context(version_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """What the list of runs shows, and whether this person may ask for one or stop it."""
    found = list(studies.runs_of(version_id)[:5])
    return {
        "runs": found,
        "sections": len(STEPS),
        "under_way": any(run.state in StudyRun.UNDER_WAY for run in found),
        "may_ask": "director" in actor.roles,
        "may_stop": "director" in actor.roles,
    }


@require_safe
@page(*ROLES)
def scheme(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    definition = schemes.definition_of(version)
    cuts = {cut.part: cut for cut in cut_scores.cut_scores_in_force(version.pk)}
    context = {
        "version": version,
        "definition": definition,
        "title": definition.title,
        "parts": [{"part": part, "cut": cuts.get(part.identifier)} for part in definition.parts],
        "study": studies.latest_study(version.pk),
    } | runs_context(version.pk, actor)
    return render(request, "assess/director/scheme.html", context)
