"""Incidents of a sitting: raising one, the candidate's words, and the reviews of named people."""

import uuid
from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.attempts.desks.standing import Standing, standings
from assess.people.queries import Actor
from assess.proctoring import queries as proctoring
from assess.proctoring.levels import EXPLAINED
from assess.proctoring.models import Incident
from assess.web.access import attempted, hidden, page
from assess.web.gallery import gallery
from assess.web.proctor.board import watched

INNOCENT = (
    "The network, the device or the power failed.",
    "Somebody spoke to the candidate, or the room was loud.",
    "The candidate looked for the clock, the toilet, a drink, or thought with closed eyes.",
    "An accommodation that was agreed for this person.",
)
"""Causes that have nothing to do with cheating. A reviewer reads them before the finding."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("proctor", "director")
def incidents(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    sitting = watched(actor, sitting_id)
    attempts = list(proctoring.attempts_in(sitting.pk))
    if request.method == "POST":
        about = next((one for one in attempts if str(one.pk) == request.POST.get("attempt")), None)
        if about is None:
            hidden()
        attempted(
            request,
            "proctoring.raise_incident",
            said="Written down. The candidate sees it and may reply; named people review it.",
            attempt_id=about.pk,
            kind=request.POST.get("kind", ""),
            words=request.POST.get("words", ""),
        )
        return redirect("proctor-incidents", sitting_id=sitting.pk)
    stands = standings(attempts)
    context = {
        "sitting": sitting,
        "incidents": proctoring.incidents_in(sitting.pk),
        "attempts": attempts,
        "kinds": Incident.Kind.choices,
        "share": proctoring.reviewed_share(sitting.pk),
        "noted": [
            {"name": str(one.registration.candidate), "notes": notes}
            for one, stand in ((one, stands[one.pk]) for one in attempts)
            if (notes := _notes(stand))
        ],
    }
    return render(request, "assess/proctor/incidents.html", context)


def _notes(standing: Standing) -> list[tuple[int, str]]:
    """How often a candidate's page noted what, in words with what it usually means."""
    counted = Counter(word.payload["code"] for kind, word in standing.done if kind == "event")
    return [(count, EXPLAINED.get(code, code)) for code, count in counted.most_common()]


@require_http_methods(["GET", "HEAD", "POST"])
@page("proctor", "director", "approver")
def incident(request: HttpRequest, actor: Actor, incident_id: uuid.UUID) -> HttpResponse:
    found = proctoring.incident_for_review(actor, incident_id)
    if found is None:
        hidden()
    if request.method == "POST":
        attempted(
            request,
            "proctoring.review_incident",
            said="Your review stands beside the incident.",
            incident_id=found.pk,
            finding=request.POST.get("finding", ""),
            words=request.POST.get("words", ""),
        )
        return redirect("proctor-incident", incident_id=found.pk)
    mine = any(review.reviewer_id == actor.id for review in found.reviews.all())
    context = {
        "incident": found,
        "innocent": INNOCENT,
        "mine": mine,
        "open": found.state == Incident.State.OPEN,
        "pictures": gallery(found.attempt_id),
        "level": proctoring.notice_for(found.attempt.sitting_id).level.number,
    }
    return render(request, "assess/proctor/incident.html", context)
