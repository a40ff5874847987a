"""The exam: the page, the form as the candidate may see it, and the time as the server sees it.

The form leaves only once it has begun, only for its candidate, and without anything that tells a key. Answers come back through
the journal and never through these addresses.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assess.attempts.desks.own import attempt_of, form_of
from assess.attempts.desks.standing import Standing, standing_of
from assess.attempts.journal import clock
from assess.attempts.models import Attempt
from assess.people.queries import Actor
from assess.proctoring.queries import agreed, notice_for
from assess.schemes import queries as schemes
from assess.web.access import hidden, page

SHOWN = {"pause", "resume", "extend", "message", "begin"}
"""What a proctor says that the candidate's page tells."""


def own(actor: Actor, attempt_id: uuid.UUID) -> Attempt:
    """The candidate's attempt, or the page that does not exist."""
    attempt = attempt_of(actor.id, attempt_id)
    if attempt is None:
        hidden()
    return attempt


@require_safe
@page("candidate")
def exam(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return redirect("candidate-before", attempt_id=attempt.pk)
    part = standing_of(attempt).exam
    if part is None:
        hidden()
    settings: dict[str, Any] = {
        "attempt": str(attempt.pk),
        "person": str(actor.id),
        "part": part.part,
        "items": len(attempt.pins["items"]),
        "level": notice_for(attempt.sitting_id).level.number,
        "home": f"/candidate/attempts/{attempt.pk}/",
    }
    title = schemes.definition_of(attempt.registration.scheme_version).title
    return render(request, "assess/candidate/exam.html", {"attempt": attempt, "title": title, "settings": settings})


@require_safe
@page("candidate")
def form(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """The whole form at once, so that it can be worked on without a network. 409 until it has begun.

    How the attempt stands comes with it: a page that waits asks this alone, and opens with the answer that says so.
    """
    attempt = own(actor, attempt_id)
    if not agreed(actor.id, attempt.sitting_id):
        return refused("consent", "Agree to what is recorded first. The page before the exam says what that is.")
    standing = standing_of(attempt)
    now = told(attempt, standing, clock.now_us())
    part = standing.exam
    if part is None or part.window is None:
        return refused("not-begun", "The exam has not begun. It opens by itself when the proctor begins.", now)
    if attempt.state == Attempt.State.SEALED:
        return refused("sealed", "This attempt is sealed. What you answered stands on its page.", now)
    if part.finished_us is not None:
        return refused("handed-in", "You have handed the exam in. Its questions are not shown again.", now)
    return JsonResponse({"part": part.part, "items": form_of(attempt), "state": now})


def refused(code: str, sentence: str, now: dict[str, Any] | None = None) -> HttpResponse:
    """409 with a sentence for the candidate, and how the attempt stands where the page asks for that too."""
    return JsonResponse({"code": code, "sentence": sentence, "state": now}, status=409)


@require_safe
@page("candidate")
def state(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """How the attempt stands by the server's clock, and what proctors have said."""
    attempt = own(actor, attempt_id)
    return JsonResponse(told(attempt, standing_of(attempt), clock.now_us()))


def told(attempt: Attempt, standing: Standing, now_us: int) -> dict[str, Any]:
    """An attempt's standing as its candidate is told. Times are whole milliseconds of the server's clock."""
    return {
        "server_ms": now_us // 1000,
        "sealed": attempt.state == Attempt.State.SEALED,
        "number": standing.number,
        "parts": [
            {
                "part": part.part,
                "kind": part.kind,
                "state": part.state(now_us),
                "left_ms": None if part.window is None else part.window.left_us(now_us) // 1000,
                "limit_ms": None if part.limit_s is None else part.limit_s * 1000,
            }
            for part in (*standing.parts, *standing.resits)
        ],
        "said": [
            {"kind": kind, "at_ms": word.moment_us // 1000, "part": word.payload.get("part"),
             "text": word.payload.get("text") or word.payload.get("reason") or "", "seconds": word.payload.get("seconds")}
            for kind, word in standing.told
            if kind in SHOWN
        ],
    }  # fmt: skip
