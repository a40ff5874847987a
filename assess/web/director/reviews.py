"""Reviews of awards: evidence that failed later, the credentials it touches, and what two people decide about each."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assess import door
from assess.awards.gate import CHECKS
from assess.awards.gathering import shared_by
from assess.awards.models import AwardReview, ReviewedAward
from assess.awards.queries import reviews_of
from assess.awards.reviews.queries import review_by_id, reviewed_of
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.web.access import attempted, hidden, page
from assess.web.director.checks import shown_check
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of


@require_safe
@page(*ROLES)
def reviews(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "reviews": reviews_of(version.pk),
        "may_look": "director" in actor.roles,
    }
    return render(request, "assess/director/reviews.html", context)


@require_POST
@page("director")
def look(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """Look at the evidence now, without waiting for the sweep."""
    version = version_of(version_id)
    opened = attempted(request, "awards.reviews.open_reviews", scheme_version_id=version.pk)
    if opened:
        messages.success(request, f"{len(opened)} opened. Nothing happens to a credential by itself.")
    elif isinstance(opened, list):
        messages.success(request, "No evidence failed that is not under review already.")
    return redirect("director-reviews", version_id=version.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def review(request: HttpRequest, actor: Actor, review_id: uuid.UUID) -> HttpResponse:
    found = review_by_id(review_id)
    if found is None:
        hidden()
    if request.method == "POST":
        _decide(request, actor, found)
        return redirect("director-review", review_id=found.pk)
    version = found.scheme_version
    shared = shared_by(version)
    now = next(
        (check for check in (*shared.scheme.checks, *shared.window.checks) if check.name == found.check_name), None
    )
    rows = reviewed_of(found)
    context = {
        "review": found,
        "version": version,
        "title": schemes.definition_of(version).title,
        "protects": CHECKS[found.check_name].protects_against if found.check_name in CHECKS else "",
        "now": None if now is None else shown_check(now, version),
        "waiting": [_row(row, actor) for row in rows if row.decided_by_id is None],
        "decided": [row for row in rows if row.decided_by_id is not None],
        "outcomes": ReviewedAward.Outcome.choices,
        "may": "director" in actor.roles,
    }
    return render(request, "assess/director/review.html", context)


def _row(row: ReviewedAward, actor: Actor) -> dict[str, object]:
    return {"row": row, "own": row.proposed_by_id == actor.id}


def _decide(request: HttpRequest, actor: Actor, found: AwardReview) -> None:
    """What is said about the credentials that were chosen: about all of them, or none."""
    chosen = set(request.POST.getlist("award"))
    rows = [row for row in reviewed_of(found) if str(row.pk) in chosen]
    if not rows:
        messages.error(request, "Choose at least one credential.")
        return
    said = {name: request.POST.get(name, "") for name in ("outcome", "reason", "notice")}
    try:
        door.act_on_all(actor, "awards.reviews.decide_reviewed", ({"reviewed_id": row.pk, **said} for row in rows))
    except door.REFUSALS as refused:
        messages.error(request, f"{refused} Nothing was noted.")
    else:
        messages.success(request, "Noted. It happens when a second person says the same.")
