"""The plan of a station for a task or simulation: said row by row, or as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.sittings.agents import queries
from assess.sittings.agents.models import BenchPlan
from assess.sittings.agents.plan_form import Problem, Said, Unsaid, compose, said_in
from assess.sittings.agents.plan_rows import Row, suggested_adapter
from assess.sittings.agents.plan_table import shown_steps
from assess.sittings.agents.works import SETTINGS, Work, serials_for, station_in, suggested_serial, works_of
from assess.sittings.models import Station
from assess.web.access import attempted, hidden, page
from simulator_adapters.asking import Way, reading_adapters, ways_of
from simulator_adapters.contract import OnFail, OnTimeout
from simulator_adapters.registry import adapter_ids

ON_FAIL = {OnFail.CONTINUE.value: "go on with the next row", OnFail.STOP.value: "end the run"}
ON_TIMEOUT = {
    OnTimeout.VOID.value: "make the run void: it costs nobody anything",
    OnTimeout.STOP.value: "end the run",
    OnTimeout.CONTINUE.value: "go on with the next row",
}
MORE = ("on_fail", "on_timeout", "tries", "pause", "longest")
"""Fields of a row that stay folded while they say the usual."""


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.WORK_THERE)
def plan(request: HttpRequest, actor: Actor, station_id: int) -> HttpResponse:
    """Choose what a station measures and with what, then say for each row how it is read."""
    station = station_in(queries.centres_of(actor.id), station_id)
    if station is None:
        hidden()
    asked = request.POST if request.method == "POST" else request.GET
    works = works_of(station.sitting.scheme_version)
    work = _chosen(works, asked.get("work", station.task))
    present = queries.plans_at({station.pk}).get((station.pk, work.identifier))
    adapter = asked.get("adapter", "")
    if adapter not in adapter_ids():
        adapter = suggested_adapter(work.rows, settings=work.kind == SETTINGS) if present is None else present.adapter
    ways = ways_of(adapter)
    said, other = said_in(None if present is None or present.adapter != adapter else present.document, work.rows, ways)
    serials = serials_for(station)
    typed = _typed_before(present, suggested_serial(serials))
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        said, typed = _said(request.POST, work.rows), {name: request.POST.get(name, "") for name in typed}
        given = _given(request, work, ways, said, present)
        if isinstance(given, tuple):
            problems = given
        elif _planned(request, station, work, adapter, given):
            return redirect("stations")
    context = {
        "station": station,
        "works": works,
        "work": work,
        "present": None if present is None else shown_plan(present, work),
        "adapter": adapter,
        "adapters": reading_adapters() | ({} if adapter in reading_adapters() else {adapter: "no instrument"}),
        "serials": serials,
        "typed": typed,
        "rows": [_row(row, said.get(row.criterion, Said()), ways, problems) for row in work.rows],
        "ways": ways,
        "other": other,
        "problems": problems,
        "json_typed": request.POST.get("act") == "json",
        "on_fail": ON_FAIL,
        "on_timeout": ON_TIMEOUT,
    }
    return render(request, "assess/stations/plan.html", context)


def shown_plan(plan: BenchPlan, work: Work) -> dict[str, Any]:
    """A plan in force, for its table."""
    steps = shown_steps(plan.document, work.rows, ways_of(plan.adapter))
    return {"plan": plan, "work": work, "steps": steps}


def _chosen(works: tuple[Work, ...], name: str) -> Work:
    if not works:
        hidden()
    return next((one for one in works if one.identifier == name), works[0])


def _typed_before(present: BenchPlan | None, serial: str) -> dict[str, str]:
    document = {"plan": None, "rows": {}} if present is None else present.document
    return {
        "serial": serial if present is None else present.serial,
        "profile": "" if present is None else present.profile,
        "document": json.dumps(document, ensure_ascii=False, indent=1),
    }


def _said(posted: QueryDict, rows: tuple[Row, ...]) -> dict[str, Said]:
    """What was typed about each row, as it was typed."""

    def typed(row: Row, name: str) -> str:
        return posted.get(f"{name}-{row.criterion}", "")

    return {
        row.criterion: Said(
            used=f"used-{row.criterion}" in posted,
            way=typed(row, "way"),
            what=typed(row, "what"),
            answers_in=typed(row, "answers_in"),
            on_fail=typed(row, "on_fail"),
            on_timeout=typed(row, "on_timeout"),
            tries=typed(row, "tries"),
            pause=typed(row, "pause"),
            longest=typed(row, "longest"),
            name=typed(row, "name"),
        )
        for row in rows
    }


def _given(
    request: HttpRequest, work: Work, ways: tuple[Way, ...], said: Mapping[str, Said], present: BenchPlan | None
) -> dict[str, Any] | tuple[Problem, ...]:
    """The document that was given, or what is wrong with it."""
    if request.POST.get("act") == "json":
        return _read_json(request.POST.get("document", ""))
    if work.kind == SETTINGS:
        return {"plan": None, "rows": {}}
    before = None if present is None else present.document
    try:
        return compose(work=work.identifier, rows=work.rows, said=said, ways=ways, before=before)
    except Unsaid as unsaid:
        return unsaid.problems


def _read_json(text: str) -> dict[str, Any] | tuple[Problem, ...]:
    try:
        document = json.loads(text.strip() or '{"plan": null, "rows": {}}')
        if not isinstance(document, dict):
            raise ValueError("it is no object")
    except (ValueError, RecursionError) as error:
        remedy = "Write {“plan”: {…}, “rows”: {“step”: “criterion”}}."
        return (Problem("document", f"The plan is no JSON ({str(error)[:200]}). {remedy}"),)
    return document


def _planned(request: HttpRequest, station: Station, work: Work, adapter: str, document: dict[str, Any]) -> bool:
    made = attempted(
        request,
        "sittings.agents.plan_bench",
        said=f"{station} has its plan for {work.identifier}.",
        station_id=station.pk,
        work=work.identifier,
        adapter=adapter,
        serial=request.POST.get("serial", ""),
        profile=request.POST.get("profile", ""),
        document=document,
    )
    return bool(made)


def _row(row: Row, said: Said, ways: tuple[Way, ...], problems: tuple[Problem, ...]) -> dict[str, Any]:
    wrong = {
        one.place.removesuffix(f"-{row.criterion}"): one.sentence
        for one in problems
        if one.place.endswith(f"-{row.criterion}")
    }
    usual = all(getattr(said, name) == getattr(Said(), name) for name in MORE)
    offers = [one for way in ways for one in way.offers]
    fitting = [one for one in offers if one.quantity == row.measures]
    return {
        "row": row,
        "said": said,
        "wrong": wrong,
        "open": not usual,
        "offers": fitting or offers,
        "converts": any(one.converts for one in ways),
    }
