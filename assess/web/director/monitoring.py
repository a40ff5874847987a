"""Monitoring between studies: alarms and what was done about them, control charts, severity of assessors and who would change."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.monitoring import gathering, looking
from assess.validity.monitoring import queries as monitoring
from assess.validity.monitoring.evidence import Kind, Move, Severity
from assess.validity.monitoring.models import BasePeriod
from assess.validity.monitoring.queries import Drawn
from assess.validity.monitoring.watching import written
from assess.validity.report.pictures import ControlPoint, Interval, control_chart, intervals
from assess.web.access import attempted, hidden, page
from assess.web.charts.drawn import drawn
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

KINDS = (
    (Kind.STATION, "Stations"),
    (Kind.ASSESSOR, "Assessors"),
    (Kind.RIG, "Rigs"),
    (Kind.INSTRUMENT, "Instruments"),
    (Kind.ITEM, "Items"),
    (Kind.DAY, "Whole days"),
)
MOST_CHARTS = 12
"""So many charts are drawn at first; every one that was beyond its limits is."""
SIGNS = {"ewma": "weighted average", "cusum": "sum"}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def monitoring_page(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    if request.method == "POST":
        _act(request, version)
        return redirect("director-monitoring", version_id=version.pk)
    rows = list(monitoring.alarm_rows(version.pk))
    alarms = monitoring.as_told(rows)
    base, last = looking.base_in_force(version.pk), looking.last_look(version.pk)
    kind = _kind(request.GET.get("kind", ""), [alarm.kind for alarm in alarms if alarm.open])
    charts = monitoring.charts_of(version.pk, kind)
    measured = sorted((one for one in charts if one.measured), key=_calm)
    shown = len(measured) if request.GET.get("all") else max(MOST_CHARTS, sum(_beyond(one) for one in measured))
    severity = monitoring.severity_of(version.pk)
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "alarms": sorted((alarm for alarm in alarms if alarm.open), key=lambda alarm: alarm.looked_at),
        "closed": [alarm for alarm in alarms if not alarm.open],
        "base": base,
        "last": last,
        "kind": kind,
        "kinds": _kinds(base),
        "charts": [_chart(one, place) for place, one in enumerate(measured[:shown])],
        "more": max(len(measured) - shown, 0),
        "silent": [one for one in charts if not one.measured],
        "severity": _severity(severity),
        "moves": _moves(severity, monitoring.would_change(version.pk)) if "director" in actor.roles else None,
        "plan": monitoring.judged_plan_of(version.pk),
        "plans": monitoring.plans_ahead(version.pk),
        "blocks": gathering.scored(version.pk).blocks if "director" in actor.roles else (),
        "may_ask": "director" in actor.roles,
        "may_sign": bool({"director", "approver"} & actor.roles),
        "mine": {row.pk for row in rows if row.acknowledged_by_id == actor.id},
    }
    return render(request, "assess/director/monitoring.html", context)


def _act(request: HttpRequest, version: SchemeVersion) -> None:
    if request.POST.get("act") == "base":
        attempted(
            request,
            "validity.monitoring.store_base_period",
            said="Stored. The other days are held against it now; look again in a moment.",
            scheme_version_id=version.pk,
            blocks=request.POST.getlist("block"),
            because=request.POST.get("because", ""),
        )
    elif request.POST.get("act") == "look":
        said = "A look is under way. Points and alarms stand here as soon as it is done."
        attempted(request, "validity.monitoring.ask_for_look", said=said, scheme_version_id=version.pk)
    else:
        hidden()


@require_POST
@page(*ROLES)
def alarm(request: HttpRequest, actor: Actor, alarm_id: uuid.UUID) -> HttpResponse:
    """Acknowledge an alarm, or close it as a second person."""
    found = monitoring.alarm_by_id(alarm_id)
    if found is None:
        hidden()
    words = request.POST.get("words", "")
    if request.POST.get("act") == "acknowledge":
        said = "Noted under your name. A second person closes the alarm."
        attempted(request, "validity.monitoring.acknowledge_alarm", said=said, alarm_id=found.pk, done=words)
    elif request.POST.get("act") == "close":
        said = "Closed. Its chart begins anew."
        attempted(request, "validity.monitoring.close_alarm", said=said, alarm_id=found.pk, words=words)
    else:
        hidden()
    return redirect("director-monitoring", version_id=found.scheme_version_id)


def _kind(asked: str, alarmed: Sequence[Kind]) -> Kind:
    known = [kind for kind, _ in KINDS]
    if asked in known:
        return Kind(asked)
    return alarmed[0] if alarmed else known[0]


def _kinds(base: BasePeriod | None) -> list[tuple[Kind, str, int]]:
    """Every kind with the number of its charts."""
    limits = {} if base is None else monitoring.usual_by_id(base.pk).limits
    return [
        (kind, words, sum(one.charts for name, one in limits.items() if name.startswith(f"{kind}/")))
        for kind, words in KINDS
    ]


def _beyond(one: Drawn) -> bool:
    return bool(one.shewhart.signals or one.slow.signals or any(row.closed_at is None for row in one.alarms))


def _calm(one: Drawn) -> tuple[bool, bool]:
    """Charts with an open alarm first, then those that were beyond their limits; the others in their order."""
    return not any(row.closed_at is None for row in one.alarms), not _beyond(one)


def _chart(one: Drawn, place: int) -> dict[str, Any]:
    alarmed = {row.block for row in one.alarms}
    out = {*one.shewhart.signals, *one.slow.signals}
    points = [
        ControlPoint(
            label=f"{point.since:%d %b %H:%M}",
            z=point.z,
            slow=None if point.z is None else float(one.slow.statistic[number]) / one.slow.limit,
            out=number in one.shewhart.signals,
            alarm=point.block in alarmed,
        )
        for number, point in enumerate(one.points)
    ]
    return {
        "title": one.title,
        "picture": drawn(control_chart(f"chart-{place}", points, title=one.title, limit=one.shewhart.limit)),
        "rows": [
            {
                "when": point.since,
                "n": point.n,
                "value": "–" if point.value is None else written(point.value),
                "z": "" if point.z is None else f"{point.z:+.2f}".replace("-", "−"),
                "reason": point.reason,
                "out": number in out,
            }
            for number, point in enumerate(one.points)
        ],
        "unit": one.chart.quantity.unit,
        "usual": "" if one.centre is None else written(one.centre),
        "adjusted": one.chart.quantity.how == "adjusted",
        "rule": SIGNS[one.slow.rule],
        "limit": one.shewhart.limit,
        "slow_limit": one.slow.limit,
        "run": round(1 / (1 / one.shewhart.run_length + 1 / one.slow.run_length)),
        "out": bool(out),
        "alarm": any(row.closed_at is None for row in one.alarms),
        "remedy": one.chart.quantity.remedy,
    }


def _severity(found: Sequence[Severity]) -> dict[str, Any] | None:
    if not found:
        return None
    return {"picture": severity_picture("severity", found), "rows": found}


def severity_picture(name: str, found: Sequence[Severity]) -> SafeString:
    """Every assessor's severity with its interval."""
    rows = [
        Interval(
            label=one.name,
            value=one.severity.value,
            low=None if one.severity.interval is None else one.severity.interval[0],
            high=None if one.severity.interval is None else one.severity.interval[1],
            sufficient=one.severity.sufficient,
        )
        for one in found
    ]
    return drawn(
        intervals(
            name,
            rows,
            title="Severity of assessors",
            axis="logits: lenient to the left, severe to the right",
            reference=(0.0, "average assessor"),
        )
    )


def _moves(severity: Sequence[Severity], moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Each attempt that would change sides, with the assessors it had."""
    names: dict[uuid.UUID, list[str]] = {}
    for one in severity:
        for move in one.would_change:
            names.setdefault(move.attempt, []).append(one.name)
    return [{"move": move, "assessors": sorted(set(names.get(move.attempt, ())))} for move in moves]
