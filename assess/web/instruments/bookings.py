"""The instruments of a sitting: which one is booked to which station, from when to when, and which are free."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assess.people.queries import Actor
from assess.sittings.instruments import queries
from assess.sittings.instruments.calibration import standing_on
from assess.sittings.models import Booking, Instrument, Sitting
from assess.sittings.queries import stations_of
from assess.web.access import attempted, hidden, page
from assess.web.instruments.register import SIGNS


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.KEEPERS)
def bookings(request: HttpRequest, actor: Actor, sitting_id: uuid.UUID) -> HttpResponse:
    mine = [one.pk for one in queries.centres_of(actor.id)]
    sitting = Sitting.objects.filter(pk=sitting_id, organisation__in=mine).first()
    if sitting is None:
        hidden()
    if request.method == "POST":
        {"book": _book, "return": _return}.get(request.POST.get("act", ""), _nothing)(request, sitting)
        return redirect("instruments-bookings", sitting_id=sitting.pk)
    booked = queries.bookings_in(sitting.pk)
    by_station: dict[int, list[Booking]] = {}
    for one in booked:
        by_station.setdefault(one.station_id, []).append(one)
    stations = list(stations_of(sitting.pk))
    context = {
        "sitting": sitting,
        "over": sitting.ends_at <= timezone.now(),
        "stations": [
            {"station": one, "booked": [_row(held) for held in by_station.get(one.pk, [])]} for one in stations
        ],
        "choices": [_choice(one, sitting) for one in queries.to_choose_from(sitting)],
        "in_use": [one for one in stations if one.out_of_use_since is None],
        "director": "director" in actor.roles,
    }
    return render(request, "assess/instruments/bookings.html", context)


def _row(booking: Booking) -> dict[str, Any]:
    standing = standing_on(booking.ends_at.astimezone(UTC).date(), booking.instrument.calibration_due)
    return {"booking": booking, "sign": SIGNS[standing.state], "provisional": booking.provisional_because}


def _choice(one: Instrument, sitting: Sitting) -> dict[str, Any]:
    standing = standing_on(sitting.ends_at.astimezone(UTC).date(), one.calibration_due)
    covered = standing.days is not None and standing.days >= 0
    return {"one": one, "words": "" if covered else f" – {standing.words.lower()}, needs a reason"}


def _book(request: HttpRequest, sitting: Sitting) -> None:
    station = next((one for one in stations_of(sitting.pk) if str(one.pk) == request.POST.get("station")), None)
    serial = request.POST.get("serial", "")
    if station is None or not Instrument.objects.filter(pk=serial, organisation=sitting.organisation_id).exists():
        hidden()
    try:
        starts_at, ends_at = (_moment(request.POST.get(name, "")) for name in ("starts_at", "ends_at"))
    except ValueError:
        messages.error(request, "A day and a time are written as 2026-11-26T08:30. Nothing was booked.")
        return
    attempted(
        request,
        "sittings.instruments.book_instrument",
        said=f"{serial} is booked to {station}.",
        serial=serial,
        station_id=station.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        provisional_because=request.POST.get("reason", ""),
    )


def _moment(text: str) -> datetime | None:
    """A moment in UTC; None where the field was left empty, which means the sitting's own."""
    if not text.strip():
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _return(request: HttpRequest, sitting: Sitting) -> None:
    found = next((one for one in queries.bookings_in(sitting.pk) if str(one.pk) == request.POST.get("booking")), None)
    if found is None:
        messages.error(request, "This booking was given back already.")
        return
    attempted(
        request,
        "sittings.instruments.return_instrument",
        said=f"{found.instrument} is free again.",
        booking_id=found.pk,
    )


def _nothing(request: HttpRequest, sitting: Sitting) -> None:
    hidden()
