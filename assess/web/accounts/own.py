"""One's own account: roles, password, second factor, and the relations that keep one from judging somebody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assess.people.queries import Actor, account_by_email, conflicts_declared_by, roles_held
from assess.web.access import attempted, page

DECLARES = ("assessor", "proctor", "director", "board", "approver")
RELATIONS = ("trainer", "employer", "family", "friend", "other")


@require_safe
@page()
def account(request: HttpRequest, actor: Actor) -> HttpResponse:
    context = {
        "roles": roles_held(actor.id),
        "declares": bool(actor.roles & set(DECLARES)),
        "conflicts": conflicts_declared_by(actor.id),
        "relations": RELATIONS,
    }
    return render(request, "assess/accounts/account.html", context)


@require_POST
@page(*DECLARES)
def declare(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Declare a relation to a candidate. Whether the address is known is not told: a declaration is no directory."""
    relation = request.POST.get("relation", "")
    candidate = account_by_email(request.POST.get("email", "").strip().lower())
    if relation not in RELATIONS:
        messages.error(request, f"Choose one of: {', '.join(RELATIONS)}.")
    elif candidate is None:
        messages.success(request, "Thank you. Nobody of this address takes part here.")
    else:
        said = "Declared. You will not assess, proctor or approve this person."
        attempted(
            request, "people.declare_conflict", said=said, person_id=actor.id, candidate_id=candidate, relation=relation
        )
    return redirect("account")
