"""One session: how each assessor marked each row beside the panel, what there is to talk over, and the note that closes it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.validity.raters import queries as raters
from assess.validity.raters.agreement import said, value_of
from assess.validity.raters.models import BlindMarks, Exemplar, TrainingSession
from assess.validity.raters.sheets import judged_rows, side_by_side
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.training import verdict_card


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def session(request: HttpRequest, actor: Actor, session_id: uuid.UUID) -> HttpResponse:
    found = raters.session_by_id(session_id)
    if found is None:
        hidden()
    if request.method == "POST":
        said = "Closed. What was discussed is kept with it."
        note = request.POST.get("note", "")
        attempted(request, "validity.raters.close_session", said=said, session_id=found.pk, note=note)
        return redirect("director-session", session_id=found.pk)
    given = list(found.blind_marks.select_related("assessor").order_by("assessor__family_name", "assessor__given_name"))
    trainings = list(raters.trainings_of(found))
    context = {
        "session": found,
        "version": found.scheme_version,
        "tables": [_table(one, given) for one in _exemplars(found)],
        "cards": [verdict_card(one) for one in trainings],
        "invited": len(found.invited),
        "done": len(trainings),
        "may_decide": bool({"director", "approver"} & actor.roles),
    }
    return render(request, "assess/director/training_session.html", context)


def _exemplars(found: TrainingSession) -> list[Exemplar]:
    known = {str(one.pk): one for one in Exemplar.objects.filter(pk__in=found.exemplars)}
    return [known[key] for key in found.exemplars]


def _table(one: Exemplar, given: list[BlindMarks]) -> dict[str, Any]:
    """Rows down, assessors across; the panel's mark beside, and where they lie apart."""
    task = raters.task_of(one)
    mine = [marks for marks in given if marks.exemplar_id == one.pk]
    gaps = {
        marks.pk: {row.criterion: row for row in side_by_side(str(one.pk), task, own=marks.marks, panel=one.reference)}
        for marks in mine
    }
    return {
        "exemplar": one,
        "people": [marks.assessor for marks in mine],
        "rows": [
            {
                "row": row,
                "panel": said(row.kind, value_of(row.kind, one.reference[row.identifier])),
                "cells": [
                    {
                        "mark": said(row.kind, gaps[marks.pk][row.identifier].own),
                        "same": gaps[marks.pk][row.identifier].gap == 0,
                        "discuss": gaps[marks.pk][row.identifier].to_discuss,
                    }
                    for marks in mine
                ],
            }
            for row in judged_rows(task)
        ],
    }
