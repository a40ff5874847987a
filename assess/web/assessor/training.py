"""An assessor's own trainings: exemplars marked blind, what they came to beside the panel, and the own severity after the day."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assess.people.queries import Actor
from assess.validity.monitoring import queries as monitoring
from assess.validity.monitoring.evidence import Severity
from assess.validity.raters import queries as raters
from assess.validity.raters.agreement import Row, said
from assess.validity.raters.models import Exemplar, TrainingSession
from assess.validity.raters.queries import Invitation
from assess.validity.report.pictures import Interval, intervals
from assess.web.access import attempted, hidden, page
from assess.web.charts.drawn import drawn
from assess.web.rating_sheet import marks_from, sheet_rows

FEWEST_OTHERS = 4
"""With fewer others the range of their severity would say who is where."""


@require_safe
@page("assessor")
def trainings(request: HttpRequest, actor: Actor) -> HttpResponse:
    return render(request, "assess/assessor/trainings.html", {"invitations": [_card(one) for one in _mine(actor)]})


def _mine(actor: Actor) -> list[Invitation]:
    return raters.invitations_of(actor.id)


def _card(one: Invitation) -> dict[str, Any]:
    known = {str(row.pk): row for row in Exemplar.objects.filter(pk__in=one.session.exemplars)}
    left = {str(key) for key in one.to_mark}
    return {
        "session": one.session,
        "training": one.training,
        "exemplars": [(known[key], key in left) for key in one.session.exemplars],
        "left": len(left),
    }


def _invitation(actor: Actor, session_id: uuid.UUID) -> Invitation:
    found = next((one for one in _mine(actor) if one.session.pk == session_id), None)
    if found is None:
        hidden()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@page("assessor")
def exemplar(request: HttpRequest, actor: Actor, session_id: uuid.UUID, exemplar_id: uuid.UUID) -> HttpResponse:
    """Mark one exemplar blind. The reference stays hidden until every exemplar of the session is handed in."""
    invitation = _invitation(actor, session_id)
    if exemplar_id not in invitation.to_mark:
        return redirect("assessor-training-result", session_id=session_id)
    found = raters.exemplar_by_id(exemplar_id)
    if found is None:
        hidden()
    task = raters.task_of(found)
    marks = marks_from(request.POST, task)
    if request.method == "POST":
        done = attempted(
            request,
            "validity.raters.mark_exemplar",
            said="Handed in.",
            session_id=session_id,
            exemplar_id=exemplar_id,
            marks=marks,
        )
        if done:
            return redirect("assessor-training-result", session_id=session_id)
    context = {
        "session": invitation.session,
        "exemplar": found,
        "task": task,
        "rows": sheet_rows(task, marks=marks, seen=found.seen),
        "left": len(invitation.to_mark),
    }
    return render(request, "assess/assessor/exemplar.html", context)


@require_safe
@page("assessor")
def result(request: HttpRequest, actor: Actor, session_id: uuid.UUID) -> HttpResponse:
    """What a session came to, once everything is handed in; until then, what is still to be marked."""
    invitation = _invitation(actor, session_id)
    if invitation.to_mark:
        return redirect("assessor-exemplar", session_id=session_id, exemplar_id=invitation.to_mark[0])
    if invitation.training is None:
        return redirect("assessor-trainings")
    agreement = raters.agreement_of(invitation.training)
    context = {
        "session": invitation.session,
        "training": invitation.training,
        "coefficients": [(name, one.in_words()) for name, one in agreement.coefficients.items()],
        "tables": _tables(invitation.session, agreement.rows),
        "gaps": len(agreement.to_discuss),
    }
    return render(request, "assess/assessor/training_result.html", context)


def _tables(session: TrainingSession, rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    known = {str(row.pk): row for row in Exemplar.objects.filter(pk__in=session.exemplars)}
    tables = []
    for key in session.exemplars:
        one = known[key]
        texts = {row.identifier: row.text for row in raters.task_of(one).criteria}
        mine = [row for row in rows if row.exemplar == key]
        tables.append(
            {
                "exemplar": one,
                "rows": [
                    {
                        "row": row,
                        "text": texts.get(row.criterion, ""),
                        "own": said(row.kind, row.own),
                        "panel": said(row.kind, row.panel),
                        "because": one.because.get(row.criterion, ""),
                    }
                    for row in mine
                ],
            }
        )
    return tables


@require_safe
@page("assessor")
def own_severity(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The own severity beside the range of the others, who are not named; not while candidates are before this assessor."""
    busy = monitoring.assesses_now(actor.id)
    shown = [] if busy else [_own(*one, place) for place, one in enumerate(monitoring.own_severity(actor.id))]
    return render(request, "assess/assessor/severity.html", {"busy": busy, "shown": shown})


def _own(title: str, mine: Severity, others: list[float], place: int) -> dict[str, Any]:
    range_of_others = (min(others), max(others)) if len(others) >= FEWEST_OTHERS else None
    interval = mine.severity.interval or (None, None)
    row = Interval(
        label="you", value=mine.severity.value, low=interval[0], high=interval[1], sufficient=mine.severity.sufficient
    )
    picture = intervals(
        f"own-{place}",
        [row],
        title=f"Your severity in {title}",
        axis="logits: lenient to the left, severe to the right",
        reference=(0.0, "average assessor"),
        quiet=range_of_others,
    )
    return {
        "title": title,
        "picture": drawn(picture),
        "one": mine,
        "words": mine.sentence.partition(": ")[2].partition(";")[0].rstrip("."),
        "range": range_of_others,
        "others": len(others),
    }
