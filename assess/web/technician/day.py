"""The technician's app: two shells without data, the day as JSON, and what a tablet needs to install it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from assess.attempts.desks.bays_of_the_day import bays_of
from assess.people.queries import Actor
from assess.web.access import page


@require_safe
@page("technician")
def day(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "assess/technician/day.html", {"settings": {"person": str(actor.id)}})


@require_safe
@page("technician")
def bay(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The bay record's shell; which bay it is stands behind the # of the address."""
    return render(request, "assess/technician/bay.html", {"settings": {"person": str(actor.id)}})


@require_safe
@page("technician")
def day_json(request: HttpRequest, actor: Actor) -> HttpResponse:
    return JsonResponse({"person": str(actor.id), **bays_of(actor.id)})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    document = {
        "name": "Assayer: technician",
        "short_name": "Bays",
        "start_url": "/technician/",
        "scope": "/technician/",
        "display": "standalone",
        "background_color": "#f5f6f3",
        "theme_color": "#0a5a66",
        "icons": [{"src": static("assess/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(document, content_type="application/manifest+json")
