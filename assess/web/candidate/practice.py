"""Practice: the real player with made-up questions, in a journal that never leaves the device."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.people.queries import Actor
from assess.web.access import page


@require_safe
@page("candidate")
def practice(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "assess/candidate/practice.html")
