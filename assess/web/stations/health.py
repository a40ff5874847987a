"""How each station agent is, as blocks that a page asks for again and again: only those that changed are sent."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from assess.people.models import Account
from assess.people.queries import Actor
from assess.sittings.agents import queries
from assess.sittings.agents.models import AgentHealth
from assess.sittings.agents.standing import changes, clock_words, standing
from assess.sittings.queries import SILENT
from assess.web.access import page


@require_safe
@page(*queries.WORK_THERE)
def health(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changed of the agents that a page shows, to be put in place of what it knows; nothing where nothing did."""
    known = dict(_known(request.GET.getlist("known")))
    now = timezone.now()
    shown = [shown_health(one, now) for one in queries.agents_of(queries.centres_of(actor.id))]
    shown = [one for one in shown if known.get(one["agent"], ("",))[0] not in ("", one["digest"])]
    if not shown:
        return HttpResponse(status=204)
    told = changes(
        {agent: words for agent, (_, words) in known.items()},
        [(one["agent"], one["name"], one["state"].words) for one in shown],
    )
    return render(request, "assess/stations/health.html", {"blocks": shown, "told": " ".join(told)})


def shown_health(agent: Account, now: datetime) -> dict[str, Any]:
    """The block of an agent, as it is rendered, with the digest by which a page says that it has it."""
    said: AgentHealth | None = getattr(agent, "agent_health", None)
    state = standing(
        state=None if said is None else said.state,
        seen_at=None if said is None else said.seen_at,
        enrolled=any(key.public_key and key.revoked_at is None for key in agent.station_keys.all()),
        now=now,
        silent_after=SILENT,
    )
    clock = clock_words(None if said is None else said.clock_offset_ms)
    html = render_to_string("assess/stations/health_block.html", {"health": said, "clock": clock})
    digest = hashlib.sha256(f"{state}\n{html}".encode()).hexdigest()[:12]
    return {"agent": str(agent.pk), "name": str(agent), "state": state, "html": html, "digest": digest}


def _known(texts: Iterable[str]) -> Iterable[tuple[str, tuple[str, str]]]:
    """What a page says that it shows: agent → digest and words of the state."""
    for text in texts:
        agent, _, rest = text.partition(":")
        digest, _, words = rest.partition(":")
        yield agent, (digest, words)
