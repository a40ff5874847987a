"""The dossier of a scheme version: a page of the application to read, and files to keep and to hand over."""

import base64
import hashlib
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from assess.awards.dossier import dossier_of
from assess.people.queries import Actor
from assess.validity.dossier.files import FILES
from assess.validity.dossier.page import dossier_body, simulated
from assess.validity.report.page import STYLE
from assess.web.access import hidden, page
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
TYPES = {"html": "text/html", "pdf": "application/pdf", "json": "application/json", "jsonl": "application/x-ndjson"}


@require_safe
@page(*ROLES)
def dossier(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    found = dossier_of(version)
    context = {
        "version": version,
        "title": found.facts.scheme.title,
        "simulated": simulated(found),
        # Built by `assess.validity.report.markup`, which escapes every value.
        "body": mark_safe(str(dossier_body(found))),
    }
    return render(request, "assess/director/dossier.html", context)


@require_safe
@page(*ROLES)
def file(request: HttpRequest, actor: Actor, version_id: uuid.UUID, name: str) -> HttpResponse:
    """One of the dossier's files. The page among them has its style inside, which the policy lets in by its digest."""
    if name not in FILES:
        hidden()
    version = version_of(version_id)
    kind = name.rpartition(".")[2]
    response = HttpResponse(FILES[name](dossier_of(version)), content_type=TYPES[kind])
    shown = f"{version.scheme.code}-{version.version}-{name}"
    response["Content-Disposition"] = f'attachment; filename="{shown}"'
    if kind == "html":
        response["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; frame-ancestors 'none'; base-uri"
            " 'none'"
        )
    return response
