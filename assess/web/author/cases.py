"""Retrofit cases before their authors: the key, what formulas, bills and building models make of it, and where they disagree."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assess.people.queries import Actor
from assess.schemes.computations import queries as computations
from assess.schemes.computations.models import CaseComputation, CaseRun
from assess.schemes.models import SimulationVersion
from assess.web.access import attempted, hidden, page
from assess.web.charts.cases import beside_key, bills, savings
from simulator_adapters.energy.energyplus import available
from simulator_adapters.energy.key_check import disagreements
from simulator_adapters.quantities import canonical_unit

ROLES = ("author", "director")


@require_safe
@page(*ROLES)
def cases(request: HttpRequest, actor: Actor) -> HttpResponse:
    found = computations.cases()
    latest = computations.latest_computations(found)
    rows = [{"case": one, "title": one.document["title"], **_state(latest.get(one.pk), one)} for one in found]
    return render(request, "assess/author/cases.html", {"rows": rows, "engine": available()})


def _state(kept: CaseComputation | None, case: SimulationVersion) -> dict[str, Any]:
    gives = "building" in case.document
    if kept is None:
        return {"sign": "idle", "words": "Not computed yet", "building": gives}
    differ = disagreements(kept.document)
    sign, words = ("warn", f"{len(differ)} to look at") if differ else ("ok", "Agrees")
    return {"sign": sign, "words": words, "building": gives, "kept": kept}


def _case(case_id: uuid.UUID) -> SimulationVersion:
    found = computations.case_by_id(case_id)
    if found is None:
        hidden()
    return found


@require_safe
@page(*ROLES)
def case(request: HttpRequest, actor: Actor, case_id: uuid.UUID) -> HttpResponse:
    version = _case(case_id)
    kept = computations.computations_of(version)
    context = {
        "case": version,
        "title": version.document["title"],
        "engine": available(),
        "gives_building": "building" in version.document,
        "kept": kept,
        "latest": kept[0] if kept else None,
    } | _runs(version)
    if kept:
        context |= _shown(kept[0].document)
    return render(request, "assess/author/case.html", context)


def _runs(version: SimulationVersion) -> dict[str, Any]:
    found = computations.runs_of(version)
    return {"case": version, "runs": found, "under_way": any(run.state in CaseRun.UNDER_WAY for run in found)}


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    building, regression = document["building"], document["regression"]
    against = [_labelled(one) for one in building["against_key"]] if building else []
    return {
        "keys": [_labelled(one) for one in document["keys"]],
        "ranking": document["ranking"],
        "disagreements": disagreements(document),
        "not_computed": document["not_computed"],
        "building": building,
        "savings": savings(building) if building else "",
        "against": [{"one": one, "picture": beside_key(one, place)} for place, one in enumerate(against, start=1)],
        "bills": bills(regression) if regression else "",
        "regression": regression,
    }


def _labelled(one: Mapping[str, Any]) -> dict[str, Any]:
    """With the unit as people write it."""
    return {**one, "unit_label": canonical_unit(one["unit"]).label}


@require_safe
@page(*ROLES)
def runs(request: HttpRequest, actor: Actor, case_id: uuid.UUID) -> HttpResponse:
    """How far computations are; the part of the page that changes. Once one has ended the page is read anew."""
    context = _runs(_case(case_id))
    response = render(request, "assess/author/case_runs.html", context)
    if request.headers.get("HX-Request") and not context["under_way"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@page(*ROLES)
def ask(request: HttpRequest, actor: Actor, case_id: uuid.UUID) -> HttpResponse:
    version = _case(case_id)
    said = "The computation is under way. This page shows how far it is; you may leave it."
    attempted(request, "schemes.computations.ask_for_computation", said=said, simulation_id=version.pk)
    return redirect("author-case", case_id=version.pk)


@require_POST
@page(*ROLES)
def stop(request: HttpRequest, actor: Actor, run_id: uuid.UUID) -> HttpResponse:
    run = computations.run_by_id(run_id)
    if run is None:
        hidden()
    said = "Stopped. It ends before its next variant, and nothing of it is kept."
    attempted(request, "schemes.computations.stop_computation", said=said, run_id=run.pk)
    return redirect("author-case", case_id=run.simulation_id)
