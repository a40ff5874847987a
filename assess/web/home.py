"""The first page: a stranger reads what this is; a person goes to their work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assess.web.access import who
from assess.web.context import places_for

WHAT = {
    "/candidate/": "Your schemes, your exam, your bays, your results and your credential.",
    "/assessor/": "The candidates you assess today, and their sheets. Works without network.",
    "/technician/": "The bays you open today, the checks before each candidate, permission to energise. Works without network.",
    "/panel/": "Meetings about how much is enough, in which you judge. Works without network.",
    "/proctor/": "Who is where, what happened, and the time that everybody has left.",
    "/instruments/": "What measures here, its certificates of calibration, and where it is booked.",
    "/stations/": "The computers beside the benches: how each is, where it stands, what it measures, its key.",
    "/director/": "Schemes, studies, cut scores, the gate, credentials and the ledger.",
    "/author/cases/": "Retrofit cases: their keys worked out again, with pictures, beside what their authors wrote.",
    "/expert/": "What the job is, whether items and criteria belong to it, and whether they are fair.",
    "/people/": "Invite people, give roles, withdraw them.",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    if actor is None:
        return render(request, "assess/welcome.html")
    places = places_for(actor.roles)
    if len(places) == 1:
        return redirect(places[0].address)
    rooms = [{"words": place.words, "address": place.address, "what": WHAT[place.address]} for place in places]
    return render(request, "assess/home.html", {"rooms": rooms})
