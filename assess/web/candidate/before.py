"""What will happen, what is recorded of the candidate, and their agreement to it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.attempts.desks.own import attempt_of
from assess.attempts.desks.shown import portraits_among
from assess.attempts.models import Attempt
from assess.people.queries import Actor, accommodations_of
from assess.proctoring.levels import NEVER
from assess.proctoring.queries import agreed, notice_for
from assess.schemes import queries as schemes
from assess.web.access import attempted, hidden, page
from assess.web.result import NAMES

WHAT = {
    "online_exam": "Questions on a screen, one at a time. You can go back until you hand in.",
    "practical": "You work with your hands. Assessors watch and write down what they see.",
    "simulator": "You wire, set or calculate on a screen. The simulator shows what your work does.",
}


def parts_of(attempt: Attempt) -> list[dict[str, Any]]:
    """The parts of an attempt in words, with the time this candidate has, extra time included."""
    return [
        {
            "name": NAMES[part["kind"]],
            "words": WHAT[part["kind"]],
            "kind": part["kind"],
            "part": part["part"],
            "seconds": part["limit_s"],
            "count": len(attempt.pins["items"]) if part["kind"] == "online_exam" else len(part["tasks"] + part["simulations"]),
        }
        for part in attempt.pins["parts"]
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@page("candidate")
def before(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    attempt = attempt_of(actor.id, attempt_id)
    if attempt is None:
        hidden()
    notice = notice_for(attempt.sitting_id)
    if request.method == "POST":
        level = request.POST.get("level", "")
        done = (
            level.isascii()
            and level.isdigit()
            and attempted(
                request,
                "proctoring.accept_notice",
                sitting_id=attempt.sitting_id,
                level=int(level[:2]),
                notice=request.POST.get("notice", ""),
            )
        )
        return redirect("candidate-attempt" if done else "candidate-before", attempt_id=attempt.pk)
    context = {
        "attempt": attempt,
        "title": schemes.definition_of(attempt.registration.scheme_version).title,
        "parts": parts_of(attempt),
        "extra": attempt.pins["extra_time_percent"],
        "accommodations": accommodations_of(actor.id),
        "notice": notice,
        "never": NEVER,
        "agreed": agreed(actor.id, attempt.sitting_id),
        "portrait": portraits_among([attempt.pk]).get(attempt.pk),
        "sealed": attempt.state == Attempt.State.SEALED,
        "settings": {"attempt": str(attempt.pk), "person": str(actor.id)},
    }
    return render(request, "assess/candidate/before.html", context)
