"""The register of instruments: what there is, until when it is calibrated, and one instrument with its certificates."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from assess.people.queries import Actor
from assess.schemes.attachments import ENDINGS, MOST_BYTES
from assess.sittings.instruments import queries
from assess.sittings.instruments.calibration import State, latest, standing_on
from assess.sittings.instruments.ranges import FORM, written
from assess.sittings.models import Calibration, Instrument
from assess.web.access import attempted, hidden, page
from assess.web.charts.calibration import LEGEND, calibration_line

SIGNS = {State.NONE: "warn", State.OVERDUE: "bad", State.SOON: "warn", State.VALID: "ok"}
SHOWN = 200
FILTERS = {"due": (State.NONE, State.OVERDUE, State.SOON), "valid": (State.VALID,)}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.KEEPERS)
def register(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The instruments of a person's centres, what is due first on top; and entering one."""
    centres = queries.centres_of(actor.id)
    if request.method == "POST":
        made = _register(request, [str(one.pk) for one in centres])
        return redirect(_address(made.pk)) if made else redirect("instruments")
    today = timezone.now().date()
    every = list(queries.instruments_of(actor.id))
    rows = [(one, standing_on(today, one.calibration_due)) for one in every]
    wanted = FILTERS.get(request.GET.get("show", ""))
    shown = [row for row in rows if wanted is None or (row[1].state in wanted and row[0].out_since is None)]
    certificates = queries.certificates_of([one.pk for one, _ in shown[:SHOWN]])
    context = {
        "rows": [
            _row(one, certificates.get(one.pk, []), today)
            for one, standing in sorted(
                shown[:SHOWN], key=lambda row: (row[0].out_since is not None, _order(row[1].days))
            )
        ],
        "more": max(len(shown) - SHOWN, 0),
        "due": sum(one.out_since is None and standing.state is not State.VALID for one, standing in rows),
        "all": len(every),
        "show": request.GET.get("show", ""),
        "centres": centres,
        "several": len(centres) > 1,
        "legend": LEGEND,
        "form": FORM,
    }
    return render(request, "assess/instruments/register.html", context)


def _order(days: int | None) -> tuple[bool, int]:
    return days is not None, days or 0


def _address(serial: str) -> str:
    return f"{reverse('instruments-one')}?{urlencode({'serial': serial})}"


def _row(one: Instrument, certificates: list[Calibration], today: date) -> dict[str, Any]:
    standing = standing_on(today, one.calibration_due)
    valid = sorted(
        (row for row in certificates if row.withdrawn_at is None), key=lambda row: (row.calibrated_on, row.entered_at)
    )
    words = f"{one}: {standing.words.lower()}"
    picture = calibration_line(
        words, today=today, spans=[(row.calibrated_on, row.due_on) for row in valid], state=standing.state
    )
    return {
        "one": one,
        "address": _address(one.pk),
        "sign": SIGNS[standing.state],
        "words": standing.words,
        "picture": picture,
        "ranges": written(one.ranges).replace("\n", "; "),
    }


def _register(request: HttpRequest, mine: list[str]) -> Instrument | None:
    centre = request.POST.get("organisation", mine[0] if len(mine) == 1 else "")
    if centre not in mine:
        hidden()
    serial = request.POST.get("serial", "").strip()
    made: Instrument | None = attempted(
        request,
        "sittings.instruments.register_instrument",
        said=f"{serial} is registered. Enter its certificate next.",
        organisation_id=uuid.UUID(centre),
        serial=serial,
        **_description(request),
    )
    return made or None


def _description(request: HttpRequest) -> dict[str, str]:
    lengths = {"kind": 120, "maker": 120, "firmware": 80, "ranges": 2000}
    return {name: request.POST.get(name, "").strip()[:longest] for name, longest in lengths.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.KEEPERS)
def instrument(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One instrument: what it is, its certificates, where it is booked; and what can be done about it."""
    serial = request.GET.get("serial", "")
    found = queries.instruments_of(actor.id).filter(pk=serial).first()
    if found is None:
        hidden()
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            hidden()
        act(request, actor, found)
        return redirect(_address(found.pk))
    today = timezone.now().date()
    certificates = queries.certificates_of([found.pk]).get(found.pk, [])
    context = {
        "row": _row(found, certificates, today),
        "certificates": certificates,
        "stands": latest(certificates),
        "bookings": queries.bookings_of(found.pk, timezone.now() - timedelta(days=90)),
        "now": timezone.now(),
        "today": today,
        "ranges": written(found.ranges),
        "form": FORM,
        "legend": LEGEND,
        "taken": ",".join(sorted(ENDINGS.values())),
        "most_mb": MOST_BYTES // 1_000_000,
    }
    return render(request, "assess/instruments/instrument.html", context)


def _describe(request: HttpRequest, actor: Actor, found: Instrument) -> None:
    attempted(
        request,
        "sittings.instruments.register_instrument",
        said="Described anew.",
        organisation_id=found.organisation_id,
        serial=found.pk,
        **_description(request),
    )


def _certify(request: HttpRequest, actor: Actor, found: Instrument) -> None:
    sent = request.FILES.get("document")
    if sent is not None and (sent.size or 0) > MOST_BYTES:
        messages.error(request, f"The document is larger than {MOST_BYTES // 1_000_000} MB. Hand in a smaller one.")
        return
    calibrated_on, due_on = (_day(request.POST.get(name, "")) for name in ("calibrated_on", "due_on"))
    if calibrated_on is None or due_on is None:
        messages.error(request, "A certificate names the day of calibration and the last day on which it holds.")
        return
    attempted(
        request,
        "sittings.instruments.record_calibration",
        said="The certificate is entered.",
        serial=found.pk,
        number=request.POST.get("number", ""),
        laboratory=request.POST.get("laboratory", ""),
        calibrated_on=calibrated_on,
        due_on=due_on,
        document_name="" if sent is None else sent.name or "",
        document=b"" if sent is None else sent.read(),
    )


def _withdraw(request: HttpRequest, actor: Actor, found: Instrument) -> None:
    try:
        wanted = uuid.UUID(request.POST.get("calibration", ""))
    except ValueError:
        hidden()
    if not found.calibrations.filter(pk=wanted).exists():
        hidden()
    attempted(
        request,
        "sittings.instruments.withdraw_calibration",
        said="Withdrawn. The certificate before it stands.",
        calibration_id=wanted,
        reason=request.POST.get("reason", ""),
    )


def _out(request: HttpRequest, actor: Actor, found: Instrument) -> None:
    attempted(
        request,
        "sittings.instruments.take_instrument_out",
        said=f"{found} is out of use.",
        serial=found.pk,
        reason=request.POST.get("reason", ""),
    )


def _back(request: HttpRequest, actor: Actor, found: Instrument) -> None:
    attempted(
        request, "sittings.instruments.return_instrument_to_use", said=f"{found} is in use again.", serial=found.pk
    )


ACTS = {"describe": _describe, "certify": _certify, "withdraw": _withdraw, "out": _out, "back": _back}
"""What a form of an instrument's page can ask for."""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
@page(*queries.KEEPERS)
def document(request: HttpRequest, actor: Actor, calibration_id: uuid.UUID) -> HttpResponse:
    """A certificate as it was handed in, to be kept, never shown by the browser as a page of ours."""
    found = queries.certificate(actor.id, calibration_id)
    if found is None or found.document is None:
        hidden()
    response = HttpResponse(bytes(found.document), content_type=found.document_type)
    response["Content-Disposition"] = f'attachment; filename="certificate{ENDINGS[found.document_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
