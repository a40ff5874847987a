"""The assessor's app: two shells without data, the day as JSON, and what a tablet needs to install it.

Shells are the same for every candidate, so that one of them, kept on the tablet, opens any sheet of the day.
"""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from assess.attempts.desks.at_the_bay import seen_by_assessor
from assess.attempts.desks.duties import day_of
from assess.attempts.files import shelf
from assess.attempts.files.media import LEAVES_WITH
from assess.attempts.models import Media
from assess.people.queries import Actor
from assess.proctoring.queries import picture_for
from assess.web.access import hidden, page
from assess.web.assessor.desks import waiting_for


@require_safe
@page("assessor")
def day(request: HttpRequest, actor: Actor) -> HttpResponse:
    context = {"settings": {"person": str(actor.id)}, "desks": waiting_for(actor.id)}
    return render(request, "assess/assessor/day.html", context)


@require_safe
@page("assessor")
def sheet(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The sheet's shell; which sheet it is stands behind the # of the address."""
    return render(request, "assess/assessor/sheet.html", {"settings": {"person": str(actor.id)}})


@require_safe
@page("assessor")
def day_json(request: HttpRequest, actor: Actor) -> HttpResponse:
    return JsonResponse({"person": str(actor.id), **day_of(actor.id)})


@require_safe
@page("assessor")
def live(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, role: str) -> HttpResponse:
    """What happens at the bay of a sheet now: permission to energise, and readings of its instruments."""
    found = seen_by_assessor(actor.id, attempt_id, role)
    if found is None:
        hidden()
    return JsonResponse(found)


@require_safe
@page("assessor")
def portrait(request: HttpRequest, actor: Actor, media_id: uuid.UUID) -> HttpResponse:
    """A candidate's portrait, inside the app's folder: its service worker keeps it for work without a network."""
    found = picture_for(actor, media_id)
    if found is None or found[0].kind != Media.Kind.PORTRAIT or found[0].erased_at is not None:
        hidden()
    media = found[0]
    try:
        body = shelf.get(media.attempt_id, media.file_name)
    except FileNotFoundError:
        hidden()
    return HttpResponse(body, content_type=media.mime, headers=LEAVES_WITH)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    document = {
        "name": "Assayer: assessor",
        "short_name": "Assayer",
        "start_url": "/assessor/",
        "scope": "/assessor/",
        "display": "standalone",
        "background_color": "#f5f6f3",
        "theme_color": "#0a5a66",
        "icons": [{"src": static("assess/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(document, content_type="application/manifest+json")
