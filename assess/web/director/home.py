"""What needs me today: decisions that wait for a name, cut scores that wait for a board, studies that run."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.awards.queries import attempts_to_decide, decisions_waiting
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies
from assess.web.access import page

ROLES = ("director", "approver", "board")


@require_safe
@page(*ROLES)
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = [_card(version, actor) for version in schemes.open_versions()]
    return render(request, "assess/director/home.html", {"cards": found})


def _card(version: Any, actor: Actor) -> dict[str, Any]:
    study = studies.latest_study(version.pk)
    cuts = cut_scores.cut_scores_in_force(version.pk)
    parts = [part.identifier for part in schemes.parts(version)]
    adopted = {cut.part for cut in cuts if cut.adopted_at is not None}
    waiting = decisions_waiting(version.pk)
    needs = []
    latest = {cut.part: cut for cut in reversed(cut_scores.cut_scores_of(version.pk))}
    if "board" in actor.roles and (open_cuts := [cut for cut in latest.values() if cut.adopted_at is None]):
        needs.append(("warn", f"Cut scores that wait for the board: {', '.join(cut.part for cut in open_cuts)}"))
    mine = [one for one in waiting if not any(name.person_id == actor.id for name in one.signatures.all())]
    if mine and {"approver", "director"} & actor.roles:
        needs.append(("warn", f"{len(mine)} decisions wait for your name"))
    if "director" in actor.roles and (undecided := attempts_to_decide(version.pk)):
        needs.append(("warn", f"The rule waits to be applied to {len(undecided)} scored attempts"))
    if len(adopted) < len(parts):
        needs.append(("info", f"Adopted cut scores: {len(adopted)} of {len(parts)} parts"))
    return {
        "version": version,
        "title": schemes.definition_of(version).title,
        "study": study,
        "run": studies.runs_of(version.pk).first(),
        "needs": needs,
    }
