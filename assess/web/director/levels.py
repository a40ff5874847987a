"""The gate above the candidate: the scheme's checks, the window's, and the release rules that two people sign."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assess.awards.checks import Level
from assess.awards.gate import CHECKS
from assess.awards.gathering import shared_by
from assess.awards.models import ReleaseRule
from assess.awards.queries import release_rules_of
from assess.awards.releases.actions import LONGEST
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.web.access import attempted, hidden, page
from assess.web.director.checks import shown_level
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

USUAL = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def levels(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    if request.method == "POST" and (_act(request, version) or request.POST["act"] != "propose"):
        return redirect("director-levels", version_id=version.pk)
    # A proposal that was refused stands in its form again: nobody writes a reason twice.
    sent = request.POST
    shared, rules, today = shared_by(version), release_rules_of(version.pk), timezone.now().date()
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "levels": [
            shown_level(Level.SCHEME, shared.scheme.checks, version, rules),
            shown_level(Level.WINDOW, shared.window.checks, version, rules),
        ],
        "opens": shared.scheme.opens,
        "refused": (*shared.scheme.refused, *shared.window.refused),
        "rules": [_rule(rule, today, actor) for rule in rules],
        "releasable": [
            {"name": name, "cases": check.cases}
            for name, check in CHECKS.items()
            if check.released == "always" or (check.released == "sample" and version.sample)
        ],
        "chosen": sent.get("check") or request.GET.get("check", ""),
        "sent": sent,
        "soonest": today + timedelta(days=1),
        "usual": today + USUAL,
        "latest": today + LONGEST,
        "may_propose": "director" in actor.roles,
    }
    return render(request, "assess/director/levels.html", context)


def _rule(rule: ReleaseRule, today: date, actor: Actor) -> dict[str, Any]:
    """A rule with how it stands, and what this person may do about it."""
    if rule.withdrawn_by_id is not None:
        state = ("idle", "Withdrawn")
    elif rule.expires_on < today:
        state = ("idle", "Ran out")
    elif rule.signed_by_id is None:
        state = ("warn", "Waits for a second name")
    else:
        state = ("ok", "In force")
    live = rule.withdrawn_by_id is None and rule.expires_on >= today
    return {
        "rule": rule,
        "state": state,
        "cases": CHECKS[rule.check_name].cases if rule.check_name in CHECKS else "",
        "may_sign": live and rule.signed_by_id is None and rule.proposed_by_id != actor.id,
        "own": live and rule.signed_by_id is None and rule.proposed_by_id == actor.id,
        "may_withdraw": live,
    }


def _act(request: HttpRequest, version: SchemeVersion) -> bool:
    """Whether the door said yes."""
    act = request.POST.get("act", "")
    if act == "propose":
        made = attempted(
            request,
            "awards.releases.propose_release",
            said="Proposed. It counts when a second person has signed it.",
            scheme_version_id=version.pk,
            check=request.POST.get("check", ""),
            reason=request.POST.get("reason", ""),
            expires_on=_day(request.POST.get("expires_on", "")),
            least_n=_count(request.POST.get("least_n", "")),
        )
        return bool(made)
    rule = next((one for one in release_rules_of(version.pk) if str(one.pk) == request.POST.get("rule", "")), None)
    if rule is None:
        hidden()
    if act == "sign":
        said = "Signed. From now on it counts."
        return bool(attempted(request, "awards.releases.sign_release", said=said, rule_id=rule.pk))
    if act != "withdraw":
        hidden()
    said, reason = "Withdrawn. It counts no longer.", request.POST.get("reason", "")
    return bool(attempted(request, "awards.releases.withdraw_release", said=said, rule_id=rule.pk, reason=reason))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _count(text: str) -> int:
    """The number of a condition; nothing is no condition, and what is no number is refused as one."""
    if not text.strip():
        return 0
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 8 else -1
