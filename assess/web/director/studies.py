"""Studies: asked for, computed in the background with their progress, and read: pictures first, numbers beside, words always."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from assess.ledger.canonical import canonical
from assess.people.queries import Actor
from assess.validity.datasets.queries import assessors_in, body_of
from assess.validity.report.page import STYLE
from assess.validity.studies import queries as studies
from assess.validity.studies.files import csv_files
from assess.validity.studies.one_page import one_page
from assess.validity.studies.study_report import report_html, study_sections, summary
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.schemes import runs_context, version_of


@require_POST
@page("director")
def ask(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    said = "The study is under way. This page shows how far it is; you may leave it."
    attempted(request, "validity.studies.ask_for_study", said=said, scheme_version_id=version.pk)
    return redirect("director-scheme", version_id=version.pk)


@require_safe
@page(*ROLES)
def runs(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """How far studies are; the part of the page that changes."""
    version = version_of(version_id)
    context = {"version": version} | runs_context(version.pk, actor)
    return render(request, "assess/director/runs.html", context)


@require_POST
@page("director")
def stop(request: HttpRequest, actor: Actor, run_id: uuid.UUID) -> HttpResponse:
    run = studies.run_by_id(run_id)
    if run is None:
        hidden()
    attempted(request, "validity.studies.stop_study", said="Stopped. It ends before its next step.", run_id=run.pk)
    return redirect("director-scheme", version_id=run.scheme_version_id)


@require_safe
@page(*ROLES)
def study(request: HttpRequest, actor: Actor, study_id: uuid.UUID) -> HttpResponse:
    found = studies.study_by_id(study_id)
    if found is None:
        hidden()
    context = {
        "study": found,
        "version": found.scheme_version,
        # Built by `assess.validity.report.markup`, which escapes every value.
        "assessors": assessors_in(found.dataset) if "director" in actor.roles else [],
        "one_page": mark_safe(str(one_page(found.document))),
        "findings": mark_safe(str(summary(found.document))),
        "sections": mark_safe(str(study_sections(found.document))),
    }
    return render(request, "assess/director/study.html", context)


FILES = {
    "report.html": "text/html; charset=utf-8",
    "study.json": "application/json",
    "dataset.json": "application/json",
    "estimates.csv": "text/csv; charset=utf-8",
}


@require_safe
@page(*ROLES)
def file(request: HttpRequest, actor: Actor, study_id: uuid.UUID, name: str) -> HttpResponse:
    """A file of a study to keep: nothing in it is under anybody's name."""
    found = studies.study_by_id(study_id)
    if found is None or name not in FILES:
        hidden()
    content: bytes | str
    if name == "report.html":
        content = report_html(found.document)
    elif name == "estimates.csv":
        content = csv_files(found.document)[name]
    else:
        content = body_of(found.dataset) if name == "dataset.json" else canonical(found.document)
    response = HttpResponse(content, content_type=FILES[name])
    prefix = f"{found.scheme_version.scheme.code}-study-{found.number}"
    response["Content-Disposition"] = f'attachment; filename="{prefix}-{name}"'
    return response


@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """The study's own style, kept inside `.study` so that it dresses nothing else."""
    response = HttpResponse(f".study {{{STYLE}}}", content_type="text/css")
    response["Cache-Control"] = "public, max-age=86400"
    return response
