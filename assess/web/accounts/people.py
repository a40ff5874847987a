"""The people of a director's centres: who they are, whose certificates wait, and inviting somebody."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assess import door
from assess.people.models import RoleAssignment
from assess.people.queries import Actor, certificates_waiting, organisations_of, people_of
from assess.schemes.queries import evidence_kinds
from assess.web.access import page

GIVEN = [role for role in RoleAssignment.Role if role not in ("service", "station")]


@require_safe
@page("director")
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    name = request.GET.get("name", "")
    context = {
        "people": people_of(actor.id, name)[:200],
        "name": name,
        "waiting": certificates_waiting(actor.id),
        "kinds": evidence_kinds(),
        "organisations": organisations_of(actor.id),
        "roles": [role.value for role in GIVEN],
    }
    return render(request, "assess/accounts/people.html", context)


@require_POST
@page("director")
def invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open an account with a role and show its one-time link, once."""
    centre = next((one for one in organisations_of(actor.id) if str(one.pk) == request.POST.get("organisation")), None)
    email = request.POST.get("email", "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        messages.error(request, f"{email!r} is no mail address. Write it as name@example.org.")
        return redirect("people")
    if centre is None or not request.POST.get("given_name", "").strip():
        messages.error(request, "Write the person's name and choose the centre.")
        return redirect("people")
    try:
        with transaction.atomic():
            account = door.act(
                actor,
                "people.open_account",
                email=email,
                given_name=request.POST["given_name"].strip()[:200],
                family_name=request.POST.get("family_name", "").strip()[:200],
            )
            door.act(
                actor,
                "people.give_role",
                account_id=account.pk,
                organisation_id=centre.pk,
                role=request.POST.get("role", ""),
            )
            _, token = door.act(actor, "people.make_sign_in_link", account_id=account.pk)
    except door.REFUSALS as refused:
        messages.error(request, str(refused))
        return redirect("people")
    link = request.build_absolute_uri(reverse("come-in", args=[token]))
    return render(request, "assess/accounts/invited.html", {"account": account, "link": link})
