"""Planning a sitting: the scheme, when and where; its stations come from the scheme's plan."""

import uuid
from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor, organisations_of
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from assess.web.access import attempted, hidden, page
from assess.web.director.schemes import version_of

LONGEST_LIST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@page("director")
def plan(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The sittings that are to come, and planning another."""
    if request.method == "POST":
        made = _plan(request, actor)
        return redirect("director-sitting", sitting_id=made.pk) if made else redirect("director-plan")
    coming = proctoring.sittings_of(actor).filter(ends_at__gte=timezone.now()).order_by("starts_at")
    shown = list(coming[:LONGEST_LIST])
    counts = proctoring.attempts_by_sitting([one.pk for one in shown])
    context = {
        "sittings": [{"sitting": one, "count": counts.get(one.pk, (0, 0))[1]} for one in shown],
        "versions": [(one, schemes.definition_of(one).title) for one in schemes.open_versions()],
        "organisations": organisations_of(actor.id),
        "wanted": request.GET.get("scheme", ""),
    }
    return render(request, "assess/director/plan.html", context)


def _plan(request: HttpRequest, actor: Actor) -> Sitting | None:
    """A sitting with the stations that its scheme's plan asks for."""
    version = version_of(identifier(request.POST.get("scheme", "")))
    title = request.POST.get("title", "").strip()[:200] or schemes.definition_of(version).title
    centre = next((one for one in organisations_of(actor.id) if str(one.pk) == request.POST.get("organisation")), None)
    if centre is None:
        hidden()
    made: Sitting | None = attempted(
        request,
        "sittings.plan_sitting",
        organisation_id=centre.pk,
        scheme_version_id=version.pk,
        title=title,
        site=request.POST.get("site", "").strip()[:200],
        starts_at=_moment(request.POST.get("starts_at", "")),
        ends_at=_moment(request.POST.get("ends_at", "")),
    )
    if made:
        add_stations(request, made, version, held=set())
        messages.success(request, f"{made} is planned. Enter candidates, then fill the posts.")
    return made or None


def add_stations(request: HttpRequest, sitting: Sitting, version: SchemeVersion, *, held: set[str]) -> None:
    for station in version.document.get("stations", ()):
        if station["identifier"] not in held:
            attempted(
                request,
                "sittings.add_station",
                sitting_id=sitting.pk,
                name=station["identifier"],
                task=station["task"],
                room=station["room"],
                minutes=station["minutes"],
            )


def identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        hidden()


def _moment(text: str) -> datetime:
    """A field of day and time, which the page asks for in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("A day and a time are written as 2026-11-26T08:30.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
