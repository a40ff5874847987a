"""Assessors and their trainings: who may rate until when, exemplars and their panel, verdicts of trainers."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assess.people.models import Account
from assess.people.queries import Actor, people_of
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from assess.validity.raters import queries as raters
from assess.validity.raters.actions import MONTHS
from assess.validity.raters.agreement import DEFAULT
from assess.validity.raters.evidence import AssessorTraining, State
from assess.validity.raters.models import Exemplar, Training
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of
from assess.web.rating_sheet import marks_from, sheet_rows
from rubrics import queries as rubrics

SIGNS = {
    State.TRAINED: "ok",
    State.DUE_SOON: "warn",
    State.EXPIRED: "bad",
    State.RETRAIN: "bad",
    State.NOT_YET: "bad",
    State.WAITS: "info",
    State.MARKING: "busy",
    State.NONE: "idle",
}
PANEL_ROLES = ("director", "approver", "board", "reviewer", "judge")
"""Who may see a reference: nobody who could still be measured by it."""


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def training(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    if request.method == "POST":
        _open(request, version)
        return redirect("director-training", version_id=version.pk)
    found = raters.training_of(version.pk)
    waiting = Training.objects.filter(session__scheme_version=version, verdict="").select_related("session", "assessor")
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "found": found,
        "assessors": [_row(one) for one in found.assessors],
        "waiting": [verdict_card(one) for one in waiting.order_by("proposed_at", "pk")],
        "asked": raters.retrainings_waiting(version.pk),
        "sessions": raters.sessions_of(version.pk),
        "exemplars": [_exemplar(one, actor) for one in raters.exemplars_of(version.pk)],
        "usable": raters.usable_exemplars(version.pk),
        "needed": raters.PANEL,
        "tasks": [task for part in schemes.parts(version) for task in part.tasks],
        "everybody": assessors_of(actor.id),
        "sittings": Sitting.objects.filter(scheme_version=version).order_by("-starts_at", "pk")[:8],
        "thresholds": DEFAULT,
        "months": MONTHS,
        "may_open": "director" in actor.roles,
        "may_decide": bool({"director", "approver"} & actor.roles),
    }
    return render(request, "assess/director/training.html", context)


def assessors_of(director_id: uuid.UUID) -> list[Account]:
    """The assessors of a director's organisations, by name."""
    people = people_of(director_id).filter(role_assignments__role="assessor", role_assignments__until=None)
    return list(people)


def _row(one: AssessorTraining) -> dict[str, Any]:
    return {
        "one": one,
        "sign": SIGNS[one.state],
        "agreement": "–" if one.agreement is None or one.agreement.value is None else f"{one.agreement.value:.0%}",
        "interval": ""
        if one.agreement is None or one.agreement.interval is None
        else "{:.0%} to {:.0%}".format(*one.agreement.interval),
        "n": 0 if one.agreement is None else one.agreement.n,
    }


def verdict_card(one: Training) -> dict[str, Any]:
    """A training with its coefficients in words and how many rows there are to talk over."""
    agreement = raters.agreement_of(one)
    return {
        "training": one,
        "coefficients": [(name, found.in_words()) for name, found in agreement.coefficients.items()],
        "thresholds": one.session.threshold,
        "gaps": len(agreement.to_discuss),
        "known": len(one.document["known_before"]),
    }


def _exemplar(one: Exemplar, actor: Actor) -> dict[str, Any]:
    names = [signature.person for signature in one.signatures.all()]
    return {
        "one": one,
        "names": names,
        "signed": any(person.pk == actor.id for person in names),
        "agreed": len(names) >= raters.PANEL,
    }


def _open(request: HttpRequest, version: SchemeVersion) -> None:
    sitting = request.POST.get("sitting", "")
    attempted(
        request,
        "validity.raters.open_session",
        said="Open. The assessors find the exemplars on their own page.",
        scheme_version_id=version.pk,
        title=request.POST.get("title", ""),
        exemplar_ids=_ids(request.POST.getlist("exemplar")),
        assessor_ids=_ids(request.POST.getlist("assessor")),
        sitting_id=next(iter(_ids([sitting])), None),
        months=_number(request.POST.get("months", "")),
    )


def _ids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@require_POST
@page("director", "approver")
def decide(request: HttpRequest, actor: Actor, training_id: uuid.UUID) -> HttpResponse:
    """Put a verdict in force, ask for a new training, or confirm that as a second person."""
    found = raters.training_by_id(training_id)
    if found is None:
        hidden()
    act = request.POST.get("act", "")
    if act == "decide":
        attempted(
            request,
            "validity.raters.put_in_force",
            said="In force under your name.",
            training_id=found.pk,
            verdict=request.POST.get("verdict", ""),
            reason=request.POST.get("reason", ""),
        )
    elif act == "ask":
        said = "Noted. The training no longer counts once a second person confirms."
        because = request.POST.get("because", "")
        attempted(request, "validity.raters.ask_for_retraining", said=said, training_id=found.pk, because=because)
    elif act == "confirm" and (asked := raters.retraining_of(found)) is not None:
        said = "Confirmed. A new training is needed."
        attempted(request, "validity.raters.confirm_retraining", said=said, retraining_id=asked.pk)
    else:
        hidden()
    return redirect("director-training", version_id=found.session.scheme_version_id)


@require_http_methods(["GET", "HEAD", "POST"])
@page("director")
def propose(request: HttpRequest, actor: Actor, version_id: uuid.UUID, task: str) -> HttpResponse:
    """A new exemplar: the performance, and how each row is to be marked."""
    version = version_of(version_id)
    if task not in {name for part in schemes.parts(version) for name in part.tasks}:
        hidden()
    definition = rubrics.definition_of(rubrics.published_version(task))
    marks = marks_from(request.POST, definition)
    if request.method == "POST":
        rows = [row.identifier for row in definition.criteria]
        made = attempted(
            request,
            "validity.raters.propose_exemplar",
            said="Proposed. It can be used once two panel members put their names under it.",
            scheme_version_id=version.pk,
            task=task,
            title=request.POST.get("title", ""),
            kind=request.POST.get("kind", ""),
            material=request.POST.get("material", ""),
            reference=marks,
            seen={row: request.POST.get(f"seen-{row}", "") for row in rows},
            because={row: request.POST.get(f"because-{row}", "") for row in rows},
        )
        if made:
            return redirect("director-exemplar", exemplar_id=made.pk)
    context = {
        "version": version,
        "task": definition,
        "kinds": Exemplar.Kind.choices,
        "rows": [
            row
            | {
                "said_seen": request.POST.get(f"seen-{row['id']}", ""),
                "said_because": request.POST.get(f"because-{row['id']}", ""),
            }
            for row in sheet_rows(definition, marks=marks)
        ],
        "sent": request.POST,
    }
    return render(request, "assess/director/propose_exemplar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*PANEL_ROLES)
def exemplar(request: HttpRequest, actor: Actor, exemplar_id: uuid.UUID) -> HttpResponse:
    """An exemplar with its reference, for its panel."""
    found = raters.exemplar_by_id(exemplar_id)
    if found is None:
        hidden()
    if request.method == "POST":
        if request.POST.get("act") == "sign":
            said = "Your name stands under this reference."
            attempted(request, "validity.raters.agree_exemplar", said=said, exemplar_id=found.pk)
        elif request.POST.get("act") == "withdraw":
            because = request.POST.get("because", "")
            said = "Withdrawn. Trainings that used it keep it."
            attempted(request, "validity.raters.withdraw_exemplar", said=said, exemplar_id=found.pk, because=because)
        else:
            hidden()
        return redirect("director-exemplar", exemplar_id=found.pk)
    task = raters.task_of(found)
    rows = sheet_rows(task, marks=found.reference, seen=found.seen)
    context = {
        "exemplar": found,
        "version": found.scheme_version,
        "task": task,
        "rows": [
            row
            | {
                "mark": next((words for _, words, chosen in row["options"] if chosen), "–"),
                "because": found.because.get(row["id"], ""),
            }
            for row in rows
        ],
        "signatures": found.signatures.all(),
        "signed": any(one.person_id == actor.id for one in found.signatures.all()),
        "needed": raters.PANEL,
        "may_withdraw": "director" in actor.roles,
        "may_go_back": bool(set(ROLES) & actor.roles),
    }
    return render(request, "assess/director/exemplar.html", context)
