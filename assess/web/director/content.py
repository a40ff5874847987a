"""Items and criteria before experts: the panel, what it says of each, and what was read for bias and sensitivity."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from assess.people import queries as people
from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.job import queries as jobs
from assess.validity.job.content_rules import ACCEPT, REJECT, REVISE, PanelRules
from assess.validity.job.evidence import ContentValidation, ElementVerdict
from assess.validity.job.models import BiasConcern, ContentPanel
from assess.validity.report import pictures
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.job import interval_of, rounded
from assess.web.director.schemes import version_of

SIGNS = {ACCEPT: ("ok", "Accepted"), REVISE: ("warn", "Revise"), REJECT: ("bad", "Take out")}
UNKNOWN = ("idle", "Too few experts")
DRAWN = 20
"""So many elements the picture shows: those that experts doubt most."""


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def content(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    panels = list(jobs.panels_of(version.pk))
    opened = next((one for one in panels if one.state == ContentPanel.State.OPEN), None)
    if request.method == "POST":
        _act(request, version, opened)
        return redirect("director-content", version_id=version.pk)
    evidence = jobs.job_evidence(version.pk)
    shown = opened or next((one for one in panels if one.state == ContentPanel.State.CLOSED), None)
    wanted = request.GET.get("show", "")
    context = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "content": evidence.content,
        "opened": opened,
        "panel": shown,
        "experts": [] if shown is None else list(jobs.experts_of(shown)),
        "asked": 0 if shown is None else len(shown.elements),
        "rules": None if shown is None else PanelRules.from_document(shown.rules),
        "bias": evidence.bias,
        "concerns": jobs.concerns_of(version.pk),
        "reviews": jobs.bias_reviews_of(version.pk),
        "resolutions": BiasConcern.Resolution.choices,
        "may_run": "director" in actor.roles,
        "may_resolve": bool({"director", "approver"} & actor.roles),
        "actor_id": actor.id,
    }
    if evidence.content is not None:
        context |= _verdicts(evidence.content, panels, wanted)
    return render(request, "assess/director/content.html", context)


def _verdicts(found: ContentValidation, panels: Sequence[ContentPanel], wanted: str) -> dict[str, Any]:
    row = next(one for one in panels if str(one.pk) == found.id)
    comments = jobs.comments_on(row)
    doubted = [one for one in found.elements if one.verdict != ACCEPT or not one.current]
    wanted = wanted or ("doubted" if doubted else "all")
    return {
        "wanted": wanted,
        "rows": [
            {
                "one": one,
                "sign": SIGNS.get(one.verdict, UNKNOWN),
                "figures": [rounded(figure, 2) for figure in (one.cvr, one.i_cvi, one.kappa, one.aiken_v)],
                "limits": [f"{float(limit):.2f}" for limit in one.aiken_v["interval"] or ()],
                "comments": comments.get(one.element, ()),
            }
            for one in (doubted if wanted == "doubted" else found.elements)
        ],
        "doubted": len(doubted),
        "unseen": ", ".join(found.missing),
        "counts": [(SIGNS[verdict][0], len(found.with_verdict(verdict)), SIGNS[verdict][1]) for verdict in SIGNS],
        "picture": _picture(found.elements),
    }


def _picture(elements: Sequence[ElementVerdict]) -> SafeString:
    """Aiken's V of the elements that experts find least relevant."""
    known = [one for one in elements if one.aiken_v["value"] is not None]
    least = sorted(known, key=lambda one: float(one.aiken_v["value"]))[:DRAWN]
    drawn = pictures.intervals(
        "relevance",
        [interval_of(one.element, one.aiken_v) for one in least],
        title=f"Relevance of the {len(least)} elements that experts doubt most",
        axis="Aiken's V, 0 to 1",
        limits=(0.0, 1.0),
    )
    return mark_safe(str(drawn))  # built by `assess.validity.report.markup`, which escapes every value


def _act(request: HttpRequest, version: SchemeVersion, opened: ContentPanel | None) -> None:
    act = request.POST.get("act", "")
    if act == "open":
        said = "Open. Seat experts; each of them signs in and rates."
        attempted(request, "validity.job.open_panel", said=said, scheme_version_id=version.pk)
    elif act == "seat" and opened is not None:
        _seat(request, opened)
    elif act == "close" and opened is not None:
        said = "Closed: the ratings are frozen, and each element has its verdict."
        attempted(request, "validity.job.close_panel", said=said, panel_id=opened.pk)
    elif act == "withdraw" and opened is not None:
        reason = request.POST.get("reason", "")[:2000]
        attempted(request, "validity.job.withdraw_panel", said="Withdrawn.", panel_id=opened.pk, reason=reason)
    else:
        hidden()


def _seat(request: HttpRequest, opened: ContentPanel) -> None:
    address = request.POST.get("address", "").strip()
    account = people.account_by_email(address)
    if account is None:
        messages.error(request, f"Nobody here has the address {address[:80]}. Invite the person first.")
        return
    certificate = people.verified_certificates(account).order_by("-issued_on").first()
    attempted(
        request,
        "validity.job.seat_expert",
        said="Seated.",
        panel_id=opened.pk,
        account_id=account,
        certificate_id=uuid.UUID(int=0) if certificate is None else certificate.pk,
        accepted_because=request.POST.get("accepted_because", "")[:2000],
    )


@require_POST
@page("director", "approver")
def resolve(request: HttpRequest, actor: Actor, concern_id: uuid.UUID) -> HttpResponse:
    found = BiasConcern.objects.filter(pk=concern_id).select_related("review").first()
    if found is None:
        hidden()
    attempted(
        request,
        "validity.job.resolve_concern",
        said="Resolved, with your name and your reason.",
        concern_id=found.pk,
        resolution=request.POST.get("resolution", ""),
        reason=request.POST.get("reason", "")[:2000],
    )
    return redirect("director-content", version_id=found.review.scheme_version_id)
