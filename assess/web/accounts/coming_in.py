"""Coming in by a one-time link, and going out.

Opening the link only shows whose it is: programs that look at links in messages must not use it up. The button does.
"""

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assess import door
from assess.people.actions import PeopleError, service_account
from assess.people.queries import actor, waiting_link

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def come_in(request: HttpRequest, token: str) -> HttpResponse:
    link = waiting_link(token)
    if link is None:
        return render(request, "assess/accounts/link_over.html", status=410)
    if request.method != "POST":
        return render(request, "assess/accounts/come_in.html", {"link": link})
    try:
        link = door.act(actor(service_account(name="sign-in")), "people.use_sign_in_link", token=token)
    except PeopleError:
        return render(request, "assess/accounts/link_over.html", status=410)
    login(request, link.account, backend=BACKEND)
    return redirect("account" if not link.account.has_usable_password() and not link.account.simulated else "home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("home")
