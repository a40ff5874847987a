"""The candidate's first page: what is open to them, what they have begun, and the one next step of each."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assess.attempts.desks.own import attempts_of, registered_versions
from assess.attempts.models import Attempt
from assess.people.queries import Actor, certificates_of, holdings_of
from assess.proctoring.queries import agreed
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.web.access import attempted, hidden, page


@dataclass(frozen=True)
class Step:
    """The one thing to do next with an attempt."""

    words: str
    address: str
    state: str
    state_words: str


def next_step(actor: Actor, attempt: Attempt) -> Step:
    here = reverse("candidate-attempt", args=[attempt.pk])
    if attempt.state == Attempt.State.SEALED:
        return Step("See what was recorded, and the result", here, "ok", "Sealed")
    if not agreed(actor.id, attempt.sitting_id):
        return Step(
            "Read what will happen", reverse("candidate-before", args=[attempt.pk]), "warn", "Waits for your agreement"
        )
    return Step("Go to this attempt", here, "info", "Open")


@require_safe
@page("candidate")
def schemes_and_attempts(request: HttpRequest, actor: Actor) -> HttpResponse:
    attempts = attempts_of(actor.id)
    taken = registered_versions(actor.id)
    context = {
        "attempts": [{"attempt": one, "title": _title(one), "step": next_step(actor, one)} for one in attempts],
        "waiting": [version for version in taken if version.pk not in {_version(one).pk for one in attempts}],
        "open": [_offer(actor, version) for version in schemes.open_versions() if version not in taken],
        "certificates": certificates_of(actor.id),
        "holdings": holdings_of(actor.id),
        "kinds": schemes.evidence_kinds(),
    }
    return render(request, "assess/candidate/home.html", context)


def _version(attempt: Attempt) -> SchemeVersion:
    return attempt.registration.scheme_version


def _title(attempt: Attempt) -> str:
    return schemes.definition_of(_version(attempt)).title


def _offer(actor: Actor, version: SchemeVersion) -> dict[str, Any]:
    definition = schemes.definition_of(version)
    titles = schemes.evidence_kinds()
    found = [
        one | {"sentence": _spelled_out(one["sentence"], titles)}
        for one in schemes.entry_requirements_met(version.pk, actor.id)
    ]
    return {
        "version": version,
        "title": definition.title,
        "definition": definition,
        "requirements": found,
        "may": all(one["met"] for one in found if one["mandatory"]),
    }


def _spelled_out(sentence: str, titles: Mapping[str, str]) -> str:
    """The records name evidence by its code; a candidate reads its title."""
    codes = "|".join(re.escape(code) for code in sorted(titles, key=len, reverse=True))
    return re.sub(rf"\b(?:{codes})\b", lambda found: f"“{titles[found[0]]}”", sentence) if codes else sentence


@require_POST
@page("candidate")
def register(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    if not any(version.pk == version_id for version in schemes.open_versions()):
        hidden()
    said = "You are registered. The centre gives you a date, and it stands here then."
    attempted(request, "attempts.register", said=said, candidate_id=actor.id, scheme_version_id=version_id)
    return redirect("candidate")


@require_POST
@page("candidate")
def show_certificate(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Record a certificate that the candidate says they hold. It counts once somebody else has verified it."""
    issued, expires = _day(request.POST.get("issued_on")), _day(request.POST.get("expires_on"))
    kind = request.POST.get("kind", "")
    if issued is None or kind not in schemes.evidence_kinds():
        return render(request, "assess/errors/400.html", status=400)
    attempted(
        request,
        "people.record_certificate",
        said="Recorded. It counts as soon as the centre has verified it.",
        holder_id=actor.id,
        kind=kind,
        issuer=request.POST.get("issuer", "")[:200],
        number=request.POST.get("number", "")[:120],
        issued_on=issued,
        expires_on=expires,
    )
    return redirect("candidate")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
