"""The gate, candidate by candidate: what stands between an attempt and an award, and the names under a decision."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assess import door
from assess.attempts.desks.shown import statements_of
from assess.awards.candidate_checks import NEAR_CUT
from assess.awards.checks import Level
from assess.awards.gathering import gate_of, shared_by
from assess.awards.models import Decision
from assess.awards.queries import APPROVALS, attempts_to_decide, decision_by_id, latest_decisions
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.validity.studies.queries import errors_of_measurement
from assess.web.access import attempted, hidden, page
from assess.web.director.checks import shown_level
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of
from assess.web.result import told

SHORT_LIST = 3


@require_safe
@page(*ROLES)
def candidates(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    wanted, shared = request.GET.get("show", "all"), shared_by(version)
    rows = sorted((_row(one) for one in latest_decisions(version.pk)), key=lambda row: row["group"] == "final")
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "levels": [
            shown_level(Level.SCHEME, shared.scheme.checks, version),
            shown_level(Level.WINDOW, shared.window.checks, version),
        ],
        "rows": [row for row in rows if wanted == "all" or row["group"] == wanted],
        "wanted": wanted,
        "groups": [
            (name, words, sum(row["group"] == name for row in rows) if name != "all" else len(rows))
            for name, words in (
                ("all", "All"),
                ("waiting", "Wait for names"),
                ("near", "Near a cut"),
                ("final", "Final"),
                ("undecidable", "Can't be decided yet"),
            )
        ],
        "undecided": len(attempts_to_decide(version.pk)),
        "ready": sum(
            row["group"] == "final" and row["decision"].outcome == "passed" and not row["issued"] for row in rows
        ),
        "may_decide": "director" in actor.roles,
    }
    return render(request, "assess/director/gate.html", context)


def _row(one: Decision) -> dict[str, Any]:
    names = [name for name in one.signatures.all() if name.purpose == "approval"]
    reviews = [name for name in one.signatures.all() if name.purpose == "review"]
    near = [part for part in one.document.get("near_cut", ()) if part not in {name.part for name in reviews}]
    if one.outcome == "undecidable":
        group = "undecidable"
    elif near:
        group = "near"
    else:
        group = "final" if len(names) >= APPROVALS else "waiting"
    reasons = [_reason(words)["words"] for words in one.document.get("reasons", ())]
    return {
        "decision": one, "names": names, "reviews": reviews, "near": near, "group": group, "issued": hasattr(one, "credential"),
        "waits_for": reasons[0] if reasons else "",
    }  # fmt: skip


@require_POST
@page("director")
def decide_all(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """Apply the rule to every sealed and scored attempt that has no decision on its latest score."""
    version = version_of(version_id)
    waiting = attempts_to_decide(version.pk)
    try:
        made = door.act_on_all(actor, "awards.decide", ({"attempt_id": key} for key in waiting))
    except door.REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _said(made))
    return redirect("director-gate", version_id=version.pk)


@require_POST
@page("director")
def issue_all(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """Issue every credential for which the gate is open; what keeps another back stands on the page of its decision."""
    version = version_of(version_id)
    made = attempted(request, "awards.issue_all", scheme_version_id=version.pk)
    if isinstance(made, list):
        messages.success(request, f"{len(made)} issued and signed. What keeps another back stands on its page.")
    return redirect("director-gate", version_id=version.pk)


def _reason(words: str) -> dict[str, Any]:
    """A reason as a line; what a pending score waits for, criterion by criterion, folds away behind it."""
    line, _, rest = words.partition(" is pending: ")
    pieces = rest.rstrip(".").split(". ")
    if len(pieces) <= SHORT_LIST:
        return {"words": words.rstrip(".") + ".", "waits": ()}
    return {"words": f"{line} is pending: {len(pieces)} marks are missing.", "waits": pieces}


def _said(made: Sequence[Decision]) -> str:
    """What the rule could say, and what it could not."""
    undecidable = sum(one.outcome == "undecidable" for one in made)
    words = f"The rule was applied to {len(made)}. {len(made) - undecidable} wait for {APPROVALS} names each."
    return f"{words} {undecidable} can't be decided yet: open them and read why." if undecidable else words


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def decision(request: HttpRequest, actor: Actor, decision_id: uuid.UUID) -> HttpResponse:
    found = decision_by_id(decision_id)
    if found is None:
        hidden()
    if request.method == "POST":
        _act(request, found)
        return redirect("director-decision", decision_id=found.pk)
    row, version = _row(found), found.attempt.registration.scheme_version
    gate = gate_of(found)
    context = {
        "decision": found,
        "attempt": found.attempt,
        "version": version,
        "row": row,
        "told": _told(found, row) if found.document.get("lines") else None,
        "reasons": [_reason(one) for one in found.document.get("reasons", ())],
        "gate": gate,
        "levels": [shown_level(level, gate.of(level), version) for level in Level],
        "statements": statements_of(found.attempt_id),
        "look_first": row["near"] if any(one.name == NEAR_CUT and not one.clear for one in gate.checks) else (),
        "signed": any(name.person_id == actor.id for name in row["names"]),
        "missing": max(APPROVALS - len(row["names"]), 0),
        "may_sign": bool({"approver", "director"} & actor.roles),
        "may_issue": "director" in actor.roles,
    }  # fmt: skip
    return render(request, "assess/director/decision.html", context)


def _told(found: Decision, row: dict[str, Any]) -> dict[str, Any]:
    """The lines of a decision with who looked again, and how exact each part's score is."""
    version = found.attempt.registration.scheme_version_id
    reviewed = {name.part for name in row["reviews"]}
    return told(found.attempt, found.document["lines"], reviewed=reviewed, errors=errors_of_measurement(version))


def _act(request: HttpRequest, found: Decision) -> None:
    act, comment = request.POST.get("act", ""), request.POST.get("comment", "")
    if act == "approve":
        attempted(request, "awards.approve", said="Your name stands under it.", decision_id=found.pk, comment=comment)
    elif act == "review":
        attempted(
            request,
            "awards.review_near_cut",
            said="Your review stands beside it.",
            decision_id=found.pk,
            part=request.POST.get("part", ""),
            comment=comment,
        )
    elif act == "issue":
        attempted(request, "awards.issue", said="Issued and signed.", decision_id=found.pk)
    elif act == "waive":
        attempted(
            request,
            "awards.waive",
            said="Noted. A waiver counts once two people agreed to it.",
            check=request.POST.get("check", ""),
            reason=comment,
            expires_on=_day(request.POST.get("expires_on", "")),
            attempt_id=found.attempt_id,
        )
    else:
        hidden()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min
