"""A scheme and its evidence: parts, cut scores, the latest study."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies
from assess.validity.studies.steps import STEPS
from assess.web.access import hidden, page
from assess.web.director.home import ROLES


def version_of(version_id: uuid.UUID) -> SchemeVersion:
    """A published scheme version, or the page that does not exist."""
    found = next((one for one in schemes.open_versions() if one.pk == version_id), None)
    if found is None:
        hidden()
    return found


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
        "runs": studies.runs_of(version.pk)[:5],
        "sections": len(STEPS),
        "may_ask": "director" in actor.roles,
        "may_stop": "director" in actor.roles,
    }
    return render(request, "assess/director/scheme.html", context)
