"""An expert says of each element whether it belongs: how necessary, how relevant, and what they would change."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.validity.job import queries as jobs
from assess.validity.job.content_rules import NECESSITY, RELEVANCE
from assess.validity.job.models import ContentPanel
from assess.validity.job.reading import reading
from assess.web.access import attempted, hidden, page
from assess.web.expert.start import ROLES


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def panel(request: HttpRequest, actor: Actor, panel_id: uuid.UUID) -> HttpResponse:
    found = jobs.panel_by_id(panel_id)
    seat = None if found is None else next((one for one in jobs.seats_of(actor.id) if one.panel_id == found.pk), None)
    if found is None or seat is None or jobs.is_candidate(actor.id, found.scheme_version_id):
        hidden()
    mine = [one for one in found.elements if one["author"] != str(actor.id)]
    if request.method == "POST":
        return _act(request, found, [one["id"] for one in mine])
    said = jobs.own_element_ratings(seat)
    place = _place(request, [one["id"] for one in mine], set(said))
    context: dict[str, Any] = {"panel": found, "rated": len(said), "asked": len(mine)}
    if place is None:
        context |= {"rows": [(number, one, said.get(one["id"])) for number, one in enumerate(mine, start=1)]}
        return render(request, "assess/expert/panel_done.html", context)
    shown = mine[place - 1]
    context |= {
        "element": shown,
        "reading": reading(shown),
        "place": place,
        "mine": said.get(shown["id"]),
        "necessity": list(enumerate(NECESSITY, start=1)),
        "relevance": list(enumerate(RELEVANCE, start=1)),
    }
    return render(request, "assess/expert/element.html", context)


def _act(request: HttpRequest, found: ContentPanel, names: list[str]) -> HttpResponse:
    here = reverse("expert-panel", args=[found.pk])
    name = request.POST.get("element", "")
    rating = {
        "element": name,
        "necessity": _point(request.POST.get("necessity", "")),
        "relevance": _point(request.POST.get("relevance", "")),
        "comment": request.POST.get("comment", "")[:2000],
    }
    done = attempted(request, "validity.job.rate_elements", panel_id=found.pk, ratings=[rating])
    place = names.index(name) + 1 if name in names else 1
    if not done:
        return redirect(f"{here}?element={place}")
    return redirect(f"{here}?element={place + 1}" if place < len(names) else here)


def _point(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else None


def _place(request: HttpRequest, names: list[str], said: set[str]) -> int | None:
    """The element that is shown: the one asked for, or the first without a rating; None where there is none."""
    wanted = request.GET.get("element", "")
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted)
    return next((number for number, name in enumerate(names, start=1) if name not in said), None)
