"""A person who wrote none of it reads a group of elements for bias and sensitivity, and says what they found."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.job import queries as jobs
from assess.validity.job.coverage import Element
from assess.validity.job.elements import elements_of
from assess.validity.job.models import BiasConcern
from assess.validity.job.reading import as_shown, reading
from assess.web.access import attempted, hidden, page
from assess.web.expert.start import READERS


@require_http_methods(["GET", "HEAD", "POST"])
@page(*READERS)
def bias(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = next((one for one in schemes.open_versions() if one.pk == version_id), None)
    if version is None or jobs.is_candidate(actor.id, version.pk):
        hidden()
    found = elements_of(version)
    group = request.POST.get("group") or request.GET.get("group", "")
    mine = [one for one in found if one.group == group and one.author != str(actor.id)]
    if request.method == "POST":
        _record(request, version, [one.identifier for one in mine])
        return redirect("expert-bias", version_id=version.pk)
    context: dict[str, Any] = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "group": group,
        "codes": BiasConcern.Code.choices,
        "elements": [(one, reading(as_shown(one))) for one in mine],
        "groups": _groups(actor, version, found),
    }
    return render(request, "assess/expert/bias.html", context)


def _groups(actor: Actor, version: SchemeVersion, elements: Sequence[Element]) -> list[tuple[str, int, int]]:
    """Each group of elements: how many there are, and how many this reader read as they stand now."""
    known = {
        (name, digest)
        for review in jobs.bias_reviews_of(version.pk)
        if review.reviewer_id == actor.id
        for name, digest in review.elements.items()
    }
    found: dict[str, list[bool]] = {}
    for one in elements:
        found.setdefault(one.group, []).append((one.identifier, one.sha256) in known)
    return [(name, len(read), sum(read)) for name, read in found.items()]


def _record(request: HttpRequest, version: SchemeVersion, names: list[str]) -> None:
    concerns = [
        {"element": name, "code": request.POST[f"code-{name}"], "words": request.POST.get(f"words-{name}", "")[:2000]}
        for name in names
        if request.POST.get(f"code-{name}")
    ]
    attempted(
        request,
        "validity.job.record_bias_review",
        said=f"Recorded: you read {len(names)} elements and hold something against {len(concerns)}.",
        scheme_version_id=version.pk,
        elements=names,
        concerns=concerns,
        remark=request.POST.get("remark", "")[:2000],
    )
