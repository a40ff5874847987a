"""The evidence of an attempt's machines, for those who judge or audit it: every run with its measurements, and the raw of it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assess.attempts.desks import exhibits
from assess.attempts.engine_runs import queries as engine_runs
from assess.attempts.files.raw import kept_bytes
from assess.attempts.models import Attempt
from assess.attempts.queries import evidence_of
from assess.people.queries import Actor
from assess.proctoring.queries import sitting_of
from assess.schemes import queries as schemes
from assess.web.access import attempted, hidden, page
from assess.web.charts.cases import asked_and_answered
from assess.web.evidence.words import (
    WORTHS,
    case_sheets,
    instant,
    measurement_words,
    pictures_of,
    run_words,
    share_words,
    standing_words,
    unit_words,
    value_words,
)
from simulator_adapters.wiring import Sort

ROLES = ("assessor", "director", "approver", "board")
AGAIN = frozenset({"director", "proctor"})


def opened(actor: Actor, attempt_id: uuid.UUID) -> Attempt:
    """The attempt, or the page that does not exist."""
    attempt = exhibits.attempt_for(actor.id, frozenset(actor.roles), attempt_id)
    if attempt is None:
        hidden()
    return attempt


def _about(attempt: Attempt) -> dict[str, object]:
    return {"attempt": attempt, "title": schemes.definition_of(attempt.registration.scheme_version).title}


@require_safe
@page(*ROLES)
def attempt(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID) -> HttpResponse:
    """Every simulation of an attempt with what stands of it, and the readings of machines at its bays."""
    held = opened(actor, attempt_id)
    found = exhibits.exhibits_of(held)
    devices = exhibits.devices_of(held.pk)
    cases = case_sheets(held)
    rows = [
        {
            "exhibit": one,
            "runs": [run_words(run, devices.get((run.role, run.epoch), "")) for run in one.runs],
            "standing": standing_words(one.scored),
            "share": None if one.scored.share is None else share_words(one.scored.share),
            "failed": [found for found in one.findings if not found.passed and found.sort is not Sort.WORKMANSHIP],
            "remarks": [found for found in one.findings if not found.passed and found.sort is Sort.WORKMANSHIP],
            "met": sum(found.passed and found.sort is not Sort.WORKMANSHIP for found in one.findings),
            "checks": sum(found.sort is not Sort.WORKMANSHIP for found in one.findings),
            "sheet": [(line, unit_words(line.judged.unit), asked_and_answered(line.judged)) for line in one.sheet],
            "case": cases.get(one.simulation),
            "stuck": [run for run in one.engine_runs if run.state == "failed"],
        }
        for one in found.simulations
    ]
    readings = [
        {
            "reading": one,
            "value": "–" if one.measurement is None else value_words(one.measurement.value, one.measurement.unit),
            "worth": WORTHS[one.worth],
            "at": instant(one.moment_us),
        }
        for one in found.readings
    ]
    context = _about(held) | {
        "rows": rows,
        "readings": readings,
        "kept": evidence_of(held.pk),
        "may_run_again": not AGAIN.isdisjoint(actor.roles),
    }
    return render(request, "assess/evidence/attempt.html", context)


@require_safe
@page(*ROLES)
def run(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, run_id: str) -> HttpResponse:
    """One run: what was measured within which limits, by which instrument, when, and the raw of it to take away."""
    held = opened(actor, attempt_id)
    found = exhibits.run_of(held, run_id)
    if found is None or found[0].record is None:
        hidden()
    one, exhibit = found
    record = one.record
    assert record is not None
    device = exhibits.devices_of(held.pk).get((one.role, one.epoch), "")
    context = _about(held) | {
        "exhibit": exhibit,
        "record": record,
        "shown": run_words(one, device),
        "seconds": (record.t_ended - record.t_started) / 1_000_000_000,
        "measurements": [measurement_words(measured, record.t_started) for measured in record.measurements],
        "pictures": pictures_of(record, () if exhibit is None else exhibit.writes),
        "attachments": record.attachments,
    }
    return render(request, "assess/evidence/run.html", context)


@require_safe
@page(*ROLES)
def attachment(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, run_id: str, name: str) -> HttpResponse:
    """A run's raw evidence as a file, byte for byte as it was recorded."""
    held = opened(actor, attempt_id)
    found = exhibits.run_of(held, run_id)
    record = None if found is None else found[0].record
    files = () if record is None else record.attachments
    file = next((one for one in files if one.name == name), None)
    if file is None:
        hidden()
    # What is too large for the journal travels beside it; the record keeps the digest.
    data = file.data or (kept[1] if (kept := kept_bytes(held.pk, file.sha256)) is not None else b"")
    response = HttpResponse(data, content_type="application/octet-stream")
    safe = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in file.name
    )
    response["Content-Disposition"] = f'attachment; filename="{safe or "attachment"}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@page(*AGAIN)
def again(request: HttpRequest, actor: Actor, run_id: uuid.UUID) -> HttpResponse:
    """Have a run made again whose tries the equipment used up."""
    sitting = engine_runs.sitting_of(run_id)
    if sitting is None or sitting_of(actor, sitting) is None:
        hidden()
    made = attempted(
        request,
        "attempts.engine_runs.run_again",
        said="It is run again. Load this page anew in a moment; what comes after a seal asks for the next one.",
        run_id=run_id,
    )
    return redirect("evidence", attempt_id=made.attempt_id) if made else redirect("home")
