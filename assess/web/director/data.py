"""What a study of a scheme would be made of: how many attempts are in, who is left out and why; leaving out and taking in again."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.validity.datasets import queries as datasets
from assess.validity.datasets.models import Exclusion
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

MOST_FOUND = 20
MAY_CHANGE = frozenset({"director", "approver"})


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def data(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    may_change = bool(MAY_CHANGE & actor.roles)
    if request.method == "POST":
        if not may_change:
            hidden()
        _change(request, version.pk)
        return redirect("director-data", version_id=version.pk)
    name = request.GET.get("name", "").strip()
    attempts = datasets.sealed_attempts(version.pk, name)
    context = {
        "version": version,
        "latest": datasets.latest_dataset(version.pk),
        "sealed": datasets.sealed_attempts(version.pk, "").count(),
        "left_out": datasets.left_out_of(version.pk),
        "exclusions": datasets.exclusions_of(version.pk)[:100],
        "may_change": may_change,
        "reasons": Exclusion.Reason.choices,
        "name": name,
        "found": attempts.order_by("-created_at")[:MOST_FOUND] if name and may_change else [],
    }
    return render(request, "assess/director/data.html", context)


def _change(request: HttpRequest, version_id: uuid.UUID) -> None:
    """Leave an attempt of this scheme version out, or take one in again."""
    if "lift" in request.POST:
        held = next((one for one in datasets.exclusions_of(version_id) if str(one.pk) == request.POST["lift"]), None)
        if held is None:
            hidden()
        said = "Taken in again, from the next study on."
        attempted(request, "validity.datasets.lift_exclusion", said=said, exclusion_id=held.pk)
        return
    wanted = request.POST.get("attempt", "")
    attempt = next((one for one in datasets.sealed_attempts(version_id, "") if str(one.pk) == wanted), None)
    if attempt is None:
        hidden()
    attempted(
        request,
        "validity.datasets.exclude_attempt",
        said="Left out from the next study on, under your name. What is frozen already stays as it is.",
        attempt_id=attempt.pk,
        reason=request.POST.get("reason", ""),
        words=request.POST.get("words", "")[:2000],
    )
