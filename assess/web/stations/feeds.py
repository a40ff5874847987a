"""Feeds: who may send signed messages, for whom each is booked, what its readings answer for, and its keys."""

import json
import re
import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assess.attempts.feeds import queries
from assess.attempts.feeds.actions import OVERLAP_HOURS
from assess.attempts.feeds.models import Feed, FeedKey
from assess.attempts.models import Attempt
from assess.people.queries import Actor
from assess.sittings.models import Assignment
from assess.sittings.queries import assignments_of
from assess.web.access import attempted, page

ROLE = re.compile(r"adapter:(\d+)")


@require_http_methods(["GET", "HEAD", "POST"])
@page("director")
def feeds(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every feed of a director's centres, and what can be done about each."""
    centres = queries.centres_directed(actor.id)
    attempts = queries.attempts_to_book([one.pk for one in centres])
    if request.method == "POST":
        shown = _act(request, attempts)
        return redirect("feeds") if shown is None else shown
    found = list(queries.feeds_of([one.pk for one in centres]))
    posts, heard = queries.posts_of([one.account_id for one in found]), queries.last_heard([one.pk for one in found])
    now = timezone.now()
    named = {(one.sitting_id, one.registration.candidate_id): one.pk for one in attempts}
    booked = {
        account: [(post, named.get((post.sitting_id, post.candidate_id))) for post in held]
        for account, held in posts.items()
    }
    context = {
        "feeds": [_shown(one, booked.get(one.account_id, []), heard.get(one.pk), now) for one in found],
        "centres": centres,
        "attempts": attempts,
        "tasks": sorted({pin["task"] for attempt in attempts for pin in attempt.pins["tasks"]}),
        "hours": OVERLAP_HOURS,
    }
    return render(request, "assess/stations/feeds.html", context)


Posts = list[tuple[Assignment, uuid.UUID | None]]
"""Posts with the attempt that they are about, where it is open."""


def _shown(feed: Feed, posts: Posts, heard: tuple[int, datetime] | None, now: datetime) -> dict[str, Any]:
    keys = sorted(feed.keys.all(), key=lambda key: key.made_at, reverse=True)
    good = [key for key in keys if _holds(key, now)]
    return {
        "feed": feed,
        "posts": posts,
        "rows": json.dumps(feed.rows, ensure_ascii=False, indent=1),
        "state": _state(good, heard),
        "heard": heard,
        "good": good,
        "revoked": [key for key in keys if key.revoked_at is not None],
    }


def _holds(key: FeedKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.holds_until is None or key.holds_until > now)


def _state(good: list[FeedKey], heard: tuple[int, datetime] | None) -> tuple[str, str]:
    if not good:
        return "bad", "No key in force"
    return ("idle", "Not heard yet") if heard is None else ("ok", "Heard")


def _act(request: HttpRequest, attempts: list[Attempt]) -> HttpResponse | None:
    """Do what a form asks. Gives a page of its own only where a secret has to be shown, once."""
    said = request.POST
    feed = _identifier(said.get("feed", ""))
    match said.get("act", ""):
        case "make":
            made = attempted(
                request,
                "attempts.feeds.make_feed",
                organisation_id=_identifier(said.get("organisation", "")),
                name=said.get("name", ""),
                serial=said.get("serial", ""),
                rows={},
            )
            return _secret(request, made[0], made[2]) if made else None
        case "renew":
            made = attempted(request, "attempts.feeds.renew_key", feed_id=feed)
            return _secret(request, made[0].feed, made[1]) if made else None
        case "revoke":
            told = "Revoked. It signs nothing from the next message on."
            key, reason = _identifier(said.get("key", "")), said.get("reason", "")
            attempted(request, "attempts.feeds.revoke_key", said=told, key_id=key, reason=reason)
        case "rows":
            _rows(request, feed)
        case "book":
            _book(request, feed, attempts)
        case _:
            messages.error(request, "Choose what is to be done.")
    return None


def _rows(request: HttpRequest, feed: uuid.UUID) -> None:
    try:
        rows = json.loads(request.POST.get("rows", "").strip() or "{}")
        if not isinstance(rows, dict):
            raise ValueError("it is no object")
    except ValueError as error:
        messages.error(request, f"The rows are no JSON ({error}). Write {{“reading”: “criterion”}}.")
        return
    attempted(
        request, "attempts.feeds.set_rows", said="Its readings answer for these rows now.", feed_id=feed, rows=rows
    )


def _book(request: HttpRequest, feed: uuid.UUID, attempts: list[Attempt]) -> None:
    """Post a feed as the next free adapter of a candidate's attempt."""
    known, named = queries.feed_in_use(feed), request.POST.get("attempt", "")
    attempt = next((one for one in attempts if str(one.pk) == named), None)
    if known is None or attempt is None:
        messages.error(request, "Choose a feed with a key in force, and an open attempt of your centre.")
        return
    candidate = attempt.registration.candidate_id
    roles = assignments_of(attempt.sitting_id, candidate).values_list("role", flat=True)
    taken = [int(found[1]) for role in roles if (found := ROLE.fullmatch(role))]
    role = f"adapter:{max(taken, default=0) + 1}"
    attempted(
        request,
        "sittings.assign",
        said=f"Booked as {role}. Its messages name attempt {attempt.pk} and role {role}.",
        sitting_id=attempt.sitting_id,
        candidate_id=candidate,
        role=role,
        person_id=known.account_id,
        work=request.POST.get("work", "").strip(),
    )


def _secret(request: HttpRequest, feed: Feed, secret: str) -> HttpResponse:
    address = request.build_absolute_uri(f"/api/feeds/{feed.pk}")
    shown = render(request, "assess/stations/secret.html", {"feed": feed, "secret": secret, "address": address})
    shown["Cache-Control"] = "no-store"
    return shown


def _identifier(text: str) -> uuid.UUID:
    """An identifier; what is none names nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
