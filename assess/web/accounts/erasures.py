"""Erasures that wait for a second name, and those that are done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor, erasures_for
from assess.web.access import attempted, hidden, page


@require_http_methods(["GET", "HEAD", "POST"])
@page("director", "approver")
def erasures(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = erasures_for(actor.id)
    if request.method == "POST":
        wanted = next((one for one in found if str(one.pk) == request.POST.get("erasure")), None)
        if wanted is None:
            hidden()
        attempted(request, "people.erase_person", said="Erased. It can't be undone.", erasure_id=wanted.pk)
        return redirect("people-erasures")
    return render(request, "assess/accounts/erasures.html", {"erasures": found, "actor": actor})
