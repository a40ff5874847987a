"""One person of a director's centre: roles, certificates to verify, and what is agreed for their assessments."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.models import Account
from assess.people.queries import Actor, accommodations_of, account_at, certificates_of, organisations_of
from assess.schemes.queries import evidence_kinds
from assess.web.access import attempted, hidden, page
from assess.web.accounts.people import GIVEN

MOST_EXTRA = 200


@require_http_methods(["GET", "HEAD", "POST"])
@page("director")
def person(request: HttpRequest, actor: Actor, account_id: uuid.UUID) -> HttpResponse:
    found = account_at(actor.id, account_id)
    if found is None:
        hidden()
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            hidden()
        act(request, actor, found)
        return redirect("people-person", account_id=found.pk)
    context = {
        "person": found,
        "held": found.role_assignments.filter(until=None).select_related("organisation").order_by("role"),
        "organisations": organisations_of(actor.id),
        "roles": [role.value for role in GIVEN],
        "certificates": certificates_of(found.pk),
        "kinds": evidence_kinds(),
        "accommodations": accommodations_of(found.pk).select_related("agreed_by"),
        "own": found.pk == actor.id,
    }
    return render(request, "assess/accounts/person.html", context)


def _change_role(request: HttpRequest, actor: Actor, found: Account) -> None:
    centre = next((one for one in organisations_of(actor.id) if str(one.pk) == request.POST.get("organisation")), None)
    role, gives = request.POST.get("role", ""), request.POST["act"] == "give"
    if centre is None or (gives and role not in [one.value for one in GIVEN]):
        hidden()
    name, said = ("people.give_role", "Given.") if gives else ("people.withdraw_role", "Withdrawn.")
    attempted(request, name, said=said, account_id=found.pk, organisation_id=centre.pk, role=role)


def _verify(request: HttpRequest, actor: Actor, found: Account) -> None:
    shown = next((one for one in certificates_of(found.pk) if str(one.pk) == request.POST.get("certificate")), None)
    if shown is None:
        hidden()
    attempted(
        request,
        "people.verify_certificate",
        said="Verified. It counts for registration from now on.",
        certificate_id=shown.pk,
        how=request.POST.get("how", "")[:300],
    )


def _agree(request: HttpRequest, actor: Actor, found: Account) -> None:
    percent = request.POST.get("extra_time_percent", "")
    attempted(
        request,
        "people.agree_accommodation",
        said="Agreed. It counts for attempts that are opened from now on; time within an attempt is given at the board.",
        candidate_id=found.pk,
        description=request.POST.get("description", ""),
        extra_time_percent=int(percent) if percent in map(str, range(MOST_EXTRA + 1)) else -1,
    )


def _erase(request: HttpRequest, actor: Actor, found: Account) -> None:
    attempted(
        request,
        "people.propose_erasure",
        said="Proposed. Another director or approver does it, on the page of erasures.",
        account_id=found.pk,
        ground=request.POST.get("ground", ""),
    )


ACTS: dict[str, Callable[[HttpRequest, Actor, Account], None]] = {
    "give": _change_role,
    "withdraw": _change_role,
    "verify": _verify,
    "agree": _agree,
    "erase": _erase,
}
