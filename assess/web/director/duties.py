"""Frame and duties: what the scheme leads to, which frame it is held against, and what two people sign before it opens."""

import uuid
from datetime import date
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.attachments import ENDINGS, MOST_BYTES
from assess.schemes.duties import Duty, DutyState
from assess.schemes.framing import Fit, FrameReport
from assess.schemes.kinds import KINDS, MICRO_CREDENTIAL, OPEN_BADGE
from assess.schemes.models import DutyRecord
from assess.web.access import attempted, hidden, page
from assess.web.charts.sizes import size_line
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

STATES = {
    DutyState.SIGNED: ("ok", "Signed by two"),
    DutyState.PROPOSED: ("warn", "Waits for a second name"),
    DutyState.EXPIRED: ("bad", "Ran out"),
    DutyState.MISSING: ("idle", "No record"),
}
FITS = {
    Fit.FITS: ("ok", "Fits"),
    Fit.MISFIT: ("bad", "Does not fit"),
    Fit.UNSAID: ("warn", "Is to be said"),
    Fit.RECORD: ("warn", "Waits for a record"),
}
MAIN = ("size", "level", "assessed", "quality")
"""What makes a micro-credential: shown first."""
WISHED = ("info", "Not stated")
"""How an element stands that the frame only wishes for."""


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def frame_and_duties(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    if request.method == "POST":
        _propose(request, version.pk)
        return redirect("director-duties", version_id=version.pk)
    definition = schemes.definition_of(version)
    report, beside = schemes.frame_report(version.pk), schemes.frames_beside(version.pk)
    longest = _longest(beside)
    duties = [_row(duty, actor) for duty in schemes.duties_of(version.pk)]
    context = {
        "version": version,
        "title": definition.title,
        "kind": definition.kind,
        "declared": definition.declared,
        "load": definition.workload,
        "kinds": KINDS.values(),
        "badge": OPEN_BADGE,
        "micro": MICRO_CREDENTIAL,
        "report": report,
        "open": [(element, _fit(element)) for element in report.elements if element.blocks],
        "main": [
            (element, _fit(element)) for element in report.elements if element.identifier in MAIN and not element.blocks
        ],
        "others": [
            (element, _fit(element))
            for element in report.elements
            if element.identifier not in MAIN and not element.blocks
        ],
        "line": size_line(report.name, report.size, longest=longest, fits=_size_fits(report)) if report.frame else "",
        "beside": [_elsewhere(one, longest) for one in beside if one.frame != report.frame],
        "longest": longest,
        "duties": duties,
        "met": sum(row["duty"].met for row in duties),
        "earlier": [
            row
            for row in schemes.duty_records_of(version.pk)
            if row.pk not in {one["duty"].record_id for one in duties}
        ],
        "may_propose": "director" in actor.roles,
        "may_withdraw": bool({"director", "board"} & actor.roles),
        "taken": ",".join(sorted(ENDINGS.values())),
        "most_mb": MOST_BYTES // 1_000_000,
        "today": timezone.now().date(),
    }
    return render(request, "assess/director/duties.html", context)


def _row(duty: Duty, actor: Actor) -> dict[str, Any]:
    waiting = duty.waiting_id or (duty.record_id if duty.state is DutyState.PROPOSED else None)
    record = None if waiting is None else schemes.duty_record(waiting)
    return {
        "duty": duty,
        "state": ("bad", "Withdrawn") if duty.withdrawn else STATES[duty.state],
        "waiting": record,
        "may_sign": record is not None and record.proposed_by_id != actor.id,
        "is_later": duty.waiting_id is not None,
    }


def _fit(element: Any) -> tuple[str, str]:
    return FITS[element.fit] if element.required or element.fit is Fit.FITS else WISHED


def _size_fits(report: FrameReport) -> bool:
    return all(one.fit is Fit.FITS for one in report.elements if one.identifier == "size")


def _longest(reports: tuple[FrameReport, ...]) -> Fraction:
    """Hours at the right end of every line: a little beyond the largest bound there is."""
    known = [value for one in reports for value in (one.size.hours, one.size.least, one.size.most) if value is not None]
    return max(known, default=Fraction(100)) * Fraction(11, 10)


def _elsewhere(report: FrameReport, longest: Fraction) -> dict[str, Any]:
    """A frame the scheme does not name: what its content would be worth there, records of duties aside."""
    misfits = [one for one in report.elements if one.required and one.fit in (Fit.MISFIT, Fit.UNSAID)]
    fits = {one.fit for one in misfits}
    return {
        "report": report,
        "line": size_line(report.name, report.size, longest=longest, fits=_size_fits(report)),
        "misfits": misfits,
        "state": ("bad", "Would not fit")
        if Fit.MISFIT in fits
        else ("warn", "Level to be said")
        if fits
        else ("ok", "Would fit"),
    }


def _propose(request: HttpRequest, version_id: uuid.UUID) -> None:
    sent = request.FILES.get("document")
    if sent is None:
        messages.error(request, "Choose the document that shows it. Nothing was recorded.")
        return
    if (sent.size or 0) > MOST_BYTES:
        messages.error(request, f"The document is larger than {MOST_BYTES // 1_000_000} MB. Hand in a smaller one.")
        return
    attempted(
        request,
        "schemes.record_duty",
        said="Recorded. It counts once another person has signed it.",
        scheme_version_id=version_id,
        duty=request.POST.get("duty", ""),
        statement=request.POST.get("statement", "")[:4000],
        valid_until=_day(request.POST.get("valid_until", "")),
        document_name=sent.name or "",
        document=sent.read(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


@require_POST
@page(*ROLES)
def sign(request: HttpRequest, actor: Actor, record_id: uuid.UUID) -> HttpResponse:
    record = _record(record_id)
    attempted(
        request,
        "schemes.sign_duty",
        said="Your name stands beside the first one.",
        record_id=record.pk,
        comment=request.POST.get("comment", "")[:500],
    )
    return redirect("director-duties", version_id=record.scheme_version_id)


@require_POST
@page("director", "board")
def withdraw(request: HttpRequest, actor: Actor, record_id: uuid.UUID) -> HttpResponse:
    record = _record(record_id)
    attempted(
        request,
        "schemes.withdraw_duty",
        said="Withdrawn. The duty is not met until two people stand by a new record.",
        record_id=record.pk,
        reason=request.POST.get("reason", "")[:500],
    )
    return redirect("director-duties", version_id=record.scheme_version_id)


@require_safe
@page(*ROLES)
def document(request: HttpRequest, actor: Actor, record_id: uuid.UUID) -> HttpResponse:
    """The document as it was handed in, to be kept, never shown by the browser as a page of ours."""
    found = schemes.duty_document(_record(record_id).pk)
    if found is None:
        hidden()
    response = HttpResponse(bytes(found.body), content_type=found.media_type)
    response["Content-Disposition"] = f'attachment; filename="duty{ENDINGS[found.media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _record(record_id: uuid.UUID) -> DutyRecord:
    found = schemes.duty_record(record_id)
    if found is None:
        hidden()
    return found
