"""The director's desk: what needs me today, schemes at a glance, evidence that is ageing, severity, what expires."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assess.awards.checks import named
from assess.awards.queries import Expiring, waivers_expiring
from assess.people.queries import Actor
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from assess.web.access import page
from assess.web.charts.standing import span
from assess.web.director.asked import Asked
from assess.web.director.evidence_ages import ages_of
from assess.web.director.glance import card_of
from assess.web.director.needs import needs_of
from assess.web.director.severity import severity_in

ROLES = ("director", "approver", "board")
WITHIN_DAYS = 90
"""Waivers and release rules that end within so many days are on the desk."""
SHOWN = 6


@require_safe
@page(*ROLES)
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    now = timezone.now()
    asked = Asked(actor, schemes.open_versions(), now)
    needs = needs_of(asked)
    evidence = [_evidence(version, asked) for version in asked.versions]
    context = {
        "needs": needs,
        "cards": [card_of(version, asked) for version in asked.versions],
        "evidence": evidence,
        "usual": dict.fromkeys(row["age"].usual for one in evidence for row in one["ages"] if row["age"].usual),
        "sittings": _today(actor, asked),
        "awards": _awards(asked),
        "expiring": _expiring(asked),
        "severities": [found for version in asked.versions if (found := severity_in(version, asked))],
        "may_plan": "director" in actor.roles,
    }
    return render(request, "assess/director/home.html", context)


def _evidence(version: SchemeVersion, asked: Asked) -> dict[str, Any]:
    """The evidence of a scheme that ages, each with its picture, and what is not there yet."""
    ages = ages_of(version, asked)
    there = [age for age in ages if age.state != "missing"]
    return {
        "title": asked.titles[version.pk],
        "ages": [
            {"age": age, "picture": span(f"{age.name}: {age.words}", share=age.share, state=age.state)} for age in there
        ],
        "missing": [age for age in ages if age.state == "missing"],
    }


def _today(actor: Actor, asked: Asked) -> list[dict[str, Any]]:
    """The sittings that go on now or begin within a day, but those in which every attempt is sealed."""
    if "director" not in actor.roles:
        return []
    near = proctoring.sittings_of(actor).filter(ends_at__gte=asked.now, starts_at__lte=asked.now + timedelta(days=1))
    found: list[Sitting] = list(near.order_by("starts_at")[:20])
    counts = proctoring.attempts_by_sitting([sitting.pk for sitting in found])
    rows = [(sitting, *counts.get(sitting.pk, (0, 0))) for sitting in found]
    return [{"sitting": sitting, "open": left, "all": every} for sitting, left, every in rows if left or not every][
        :SHOWN
    ]


def _expiring(asked: Asked) -> list[dict[str, Any]]:
    """Waivers and release rules that end soon, the nearest first; those of one scheme that end on one day stand together."""
    groups: dict[tuple[date, uuid.UUID, str], list[Expiring]] = {}
    for version in asked.versions:
        for one in waivers_expiring(version.pk, WITHIN_DAYS):
            groups.setdefault((one.expires_on, version.pk, one.kind), []).append(one)
    return [_ending(asked, *key, ones) for key, ones in sorted(groups.items(), key=lambda row: row[0][0])[:SHOWN]]


def _ending(asked: Asked, on: date, version_id: uuid.UUID, kind: str, ones: list[Expiring]) -> dict[str, Any]:
    days = (on - asked.now.date()).days
    what = ("release rule" if kind == "release" else "waiver") + ("s" if len(ones) > 1 else "")
    return {
        "what": f"{len(ones)} {what}",
        "title": asked.titles[version_id],
        "checks": named(sorted({one.check for one in ones})),
        "address": reverse("director-levels" if kind == "release" else "director-gate", args=[version_id]),
        "sign": "bad" if days <= 7 else "warn" if days <= 30 else "info",
        "words": "ends today" if not days else f"{days} day{'s' if days > 1 else ''} left",
    }


STEPS = (
    ("near a cut", lambda one: one.decided and bool(one.near)),
    ("wait for names", lambda one: one.waits_for_names and not one.near),
    ("wait for issue", lambda one: one.waits_for_issue),
)
"""What stands between a scored attempt and its credential, in the order in which people come to it."""


def _awards(asked: Asked) -> list[dict[str, Any]]:
    """How many candidates of each scheme are on their way to an award, by what they wait for."""
    found = []
    for version in asked.versions:
        mine = [one for one in asked.standings if one.scheme_version_id == version.pk and one.credential_id is None]
        steps = [(words, sum(map(test, mine))) for words, test in STEPS]
        if any(count for _, count in steps):
            address = reverse("director-gate", args=[version.pk])
            found.append(
                {"title": asked.titles[version.pk], "address": address, "steps": [step for step in steps if step[1]]}
            )
    return found
