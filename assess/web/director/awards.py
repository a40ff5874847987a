"""Credentials that were issued: what stands under each, and taking one back, which takes two."""

import json
import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assess.awards.queries import credential_by_id, issued, state_of
from assess.people.queries import Actor
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES

CHANGES = {"revoke": "awards.revoke", "suspend": "awards.suspend", "reinstate": "awards.reinstate"}


@require_safe
@page(*ROLES)
def credentials(request: HttpRequest, actor: Actor) -> HttpResponse:
    asked = request.GET.get("page", "1")
    shown = Paginator(issued(request.GET.get("name", "")), 50).get_page(asked)
    return render(request, "assess/director/credentials.html", {"shown": shown, "name": request.GET.get("name", "")})


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def credential(request: HttpRequest, actor: Actor, credential_id: uuid.UUID) -> HttpResponse:
    found = credential_by_id(credential_id)
    if found is None:
        hidden()
    if request.method == "POST":
        act = CHANGES.get(request.POST.get("act", ""))
        if act is None:
            hidden()
        said = "Noted. It takes effect when a second person says the same."
        attempted(request, act, said=said, credential_id=found.pk, reason=request.POST.get("reason", ""))
        return redirect("director-credential", credential_id=found.pk)
    changes = list(found.status_changes.select_related("proposed_by", "confirmed_by").order_by("proposed_at"))
    context = {
        "credential": found,
        "changes": changes,
        "state": state_of(found),
        "waiting": [change for change in changes if change.confirmed_by_id is None],
        "text": json.dumps(found.document, indent=2, ensure_ascii=False),
        "may": "director" in actor.roles,
    }
    return render(request, "assess/director/credential.html", context)
