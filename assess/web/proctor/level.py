"""How closely a sitting is watched, and why."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.proctoring.levels import HIGHEST, LEVELS, NEVER
from assess.proctoring.queries import notice_for
from assess.web.access import attempted, page
from assess.web.proctor.board import watched


@require_http_methods(["GET", "HEAD", "POST"])
@page("proctor", "director")
def level(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    if request.method == "POST":
        chosen, days = request.POST.get("level", ""), request.POST.get("retention_days", "")
        attempted(
            request,
            "proctoring.set_level",
            said="Set. Whoever agreed to less is asked again before their exam opens.",
            sitting_id=sitting.pk,
            level=int(chosen) if chosen in map(str, range(len(LEVELS))) else -1,
            necessity=request.POST.get("necessity", ""),
            retention_days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
        )
        return redirect("proctor-level", sitting_id=sitting.pk)
    context = {
        "sitting": sitting,
        "notice": notice_for(sitting.pk),
        "levels": LEVELS[: HIGHEST + 1],
        "never": NEVER,
        "may": "director" in actor.roles,
    }
    return render(request, "assess/proctor/level.html", context)
