"""What if: drop a task or a station, widen a tolerance, move a cut, and see who would change before anybody signs."""

import uuid
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.attempts.scoring.dry_run import measurements
from assess.awards.decision_gathering import adopted_cuts
from assess.awards.what_if import Impact
from assess.awards.what_if_gathering import Asked, DropStation, DropTask, MoveCut, WidenTolerance, look
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Station
from assess.web.access import page
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition

BY = {"": "Everybody", "site": "By site", "route": "By route", "attempt": "By attempt", "age": "By age"}


class Unclear(ValueError):
    """What was asked can't be read; the sentence says what to write."""


@require_safe
@page(*ROLES)
def what_if(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    """Nothing is written: the question stands in the address, so that it can be shared and asked again."""
    version = version_of(version_id)
    cuts = adopted_cuts(version.pk)
    tasks = _tasks(version)
    context: dict[str, Any] = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "cuts": cuts,
        "tasks": tasks,
        "stations": _stations(version),
        "asked": request.GET,
    }
    try:
        wanted = _asked(request)
        if wanted is not None:
            looked = look(version, wanted)
            context |= {
                "looked": looked,
                "question": _words(wanted),
                "impacts": _grouped(looked.found.impacts),
                "names": looked.names,
                "changes": [
                    {"change": change, "name": looked.names[change.attempt]} for change in looked.found.changes
                ],
            }
    except ValueError as unclear:
        context["problem"] = str(unclear)
    return render(request, "assess/director/what_if.html", context)


def _tasks(version: SchemeVersion) -> list[dict[str, Any]]:
    """The practical tasks with what each measures."""
    names = [name for part in schemes.parts(version) for name in part.tasks]
    held = rubrics.published_versions(names)
    found = [rubrics.definition_of(held[name]) for name in names if name in held]
    return [{"task": task, "measures": _measures(task)} for task in found]


def _measures(task: TaskDefinition) -> list[dict[str, str]]:
    return [
        {
            "value": f"{task.identifier}/{criterion}",
            "name": criterion,
            "words": f"{spec.quantity} {spec.limit} {spec.unit}".strip(),
        }
        for criterion, spec in measurements(task).items()
    ]


def _stations(version: SchemeVersion) -> list[str]:
    names = Station.objects.filter(sitting__scheme_version=version).order_by("name").values_list("name", flat=True)
    return list(names.distinct())


def _asked(request: HttpRequest) -> Asked | None:
    kind, given = request.GET.get("kind", ""), request.GET
    if kind == "cut":
        return MoveCut(given.get("part", ""), _number(given.get("value", "")))
    if kind == "task":
        return DropTask(given.get("task", ""))
    if kind == "station":
        return DropStation(given.get("station", ""))
    if kind == "tolerance":
        task, _, criterion = given.get("measure", "").partition("/")
        by = _number(given.get("by", ""))
        if by <= 0:
            raise Unclear("A tolerance is widened by more than nothing.")
        return WidenTolerance(task, criterion, by)
    return None


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text.strip()) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > 1_000_000:
        raise Unclear(f"{text[:20]!r} is no number. Write digits, 62.5 say.")
    return found


def _words(asked: Asked) -> str:
    if isinstance(asked, MoveCut):
        return f"the cut score of {asked.part} were {asked.value} %"
    if isinstance(asked, DropTask):
        return f"{asked.task} counted for nobody"
    if isinstance(asked, DropStation):
        return f"what was assessed at {asked.station} did not count"
    return f"the limit of {asked.criterion} were wider by {asked.by} on each side"


def _grouped(impacts: Iterable[Impact]) -> list[tuple[str, list[Impact]]]:
    found: dict[str, list[Impact]] = {}
    for impact in impacts:
        found.setdefault(BY.get(impact.by, impact.by), []).append(impact)
    return list(found.items())
