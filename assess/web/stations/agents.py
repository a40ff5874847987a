"""Station agents: how each is, where it stands, which plans it has, its key; and one-time codes for new ones."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assess.people.models import Account, Organisation
from assess.people.queries import Actor
from assess.sittings.agents import queries
from assess.sittings.agents.actions import CODE_HOURS
from assess.sittings.agents.works import works_named
from assess.web.access import attempted, page
from assess.web.stations.health import shown_health
from assess.web.stations.plans import shown_plan

MOST_STATIONS = 200
SOON = timedelta(days=14)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.WORK_THERE)
def agents(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every agent of a person's centres, and what can be done about each."""
    centres = queries.centres_of(actor.id)
    if request.method == "POST":
        shown = _act(request)
        return redirect("stations") if shown is None else shown
    now = timezone.now()
    found = list(queries.agents_of(centres))
    stations = list(queries.open_stations(centres, now, now + SOON)[:MOST_STATIONS])
    placed = {post.station_id for agent in found for post in agent.agent_posts.all()}
    held = sorted(queries.plans_at(placed).items())
    works = works_named(work for (_, work), _ in held)
    plans: dict[int, list[dict[str, Any]]] = {}
    for (station, work), plan in held:
        plans.setdefault(station, []).append(shown_plan(plan, works[work]))
    context = {
        "agents": [_shown(agent, plans, now) for agent in found],
        "stations": stations,
        "centres": Organisation.objects.filter(pk__in=centres).order_by("name"),
        "hours": CODE_HOURS,
        "directs": "director" in actor.roles,
    }
    return render(request, "assess/stations/agents.html", context)


def _shown(agent: Account, plans: dict[int, list[dict[str, Any]]], now: datetime) -> dict[str, Any]:
    keys = sorted(agent.station_keys.all(), key=lambda key: key.invited_at, reverse=True)
    return {
        "account": agent,
        "health": shown_health(agent, now),
        "posts": [
            {"post": post, "plans": plans.get(post.station_id, [])}
            for post in sorted(agent.agent_posts.all(), key=lambda post: post.station.sitting.starts_at, reverse=True)
            if post.station.sitting.ends_at > now - queries.NEAR
        ],
        "in_force": [key for key in keys if key.public_key and key.revoked_at is None],
        "open_codes": [
            key for key in keys if not key.public_key and key.revoked_at is None and key.code_expires_at > now
        ],
        "revoked": [key for key in keys if key.revoked_at is not None],
    }


def _act(request: HttpRequest) -> HttpResponse | None:
    """Do what a form asks. Gives a page of its own only where a code has to be shown, once."""
    said = request.POST
    agent, station = _identifier(said.get("agent", "")), said.get("station", "")
    match said.get("act", ""):
        case "invite":
            made = attempted(
                request,
                "sittings.agents.invite_agent",
                organisation_id=_identifier(said.get("organisation", "")),
                name=said.get("name", ""),
            )
            return _code(request, made)
        case "renew":
            return _code(request, attempted(request, "sittings.agents.renew_code", agent_id=agent))
        case "revoke":
            told = "Revoked. With its next request the station is nobody's; what it still holds waits for people."
            key, reason = _identifier(said.get("key", "")), said.get("reason", "")
            attempted(request, "sittings.agents.revoke_key", said=told, key_id=key, reason=reason)
        case "place" if station.isdigit():
            told = "It stands there now. It fetches its bookings within a minute."
            attempted(request, "sittings.agents.place_agent", said=told, station_id=int(station), agent_id=agent)
        case "take-away" if station.isdigit():
            attempted(
                request, "sittings.agents.place_agent", said="Taken away.", station_id=int(station), agent_id=None
            )
        case _:
            messages.error(request, "Choose a station.")
    return None


def _code(request: HttpRequest, made: Any) -> HttpResponse | None:
    if not made:
        return None
    key, code = made
    return render(request, "assess/stations/code.html", {"agent": key.agent, "code": code, "hours": CODE_HOURS})


def _identifier(text: str) -> uuid.UUID:
    """An identifier; what is none names nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
