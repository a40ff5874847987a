"""What a station agent is booked for: the adapters' posts at its stations, each with plan, booked serial and calibration.

A booking names no person. The plan is a technician's for that station and work; for a settings task whose plan says no more, it is
what the task's own document asks to be read back.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from assess.attempts.journal.seals import receipt_code
from assess.attempts.models import Attempt, Seal, Stream
from assess.schemes import queries as schemes
from assess.sittings.agents import queries as agents
from assess.sittings.agents.models import BenchPlan
from assess.sittings.models import Assignment, Instrument
from rubrics import queries as rubrics
from simulator_adapters import documents
from simulator_adapters.contract import Plan
from simulator_adapters.photovoltaic.checking import settings_plan
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.station.bookings import Booking, Row

BEFORE, AFTER = timedelta(hours=36), timedelta(hours=12)
"""How long before a sitting its bookings are given out, and how long after it: a station may be offline for the day itself."""
SETTINGS = "sunspec_settings"
Calibrations = Mapping[str, tuple[date | None, str]]


def bookings_for(agent_id: uuid.UUID) -> list[Booking]:
    """The bookings of an agent from now on, in the order of sittings and stations. Attempts that are sealed are over."""
    now = timezone.now()
    near = agents.sittings_of_agent(agent_id).filter(starts_at__lt=now + BEFORE, ends_at__gt=now - AFTER)
    posts = list(agents.posts_of(agent_id, list(near.values_list("pk", flat=True))))
    attempts = _attempts(posts)
    plans = agents.plans_at({post.station_id for post in posts if post.station_id is not None})
    calibrations = _calibrations(plan.serial for plan in plans.values())
    closed = _closed(attempts.values())
    return [
        _booking(post, attempt, plans.get((post.station_id or 0, post.work)), calibrations, closed)
        for post in posts
        if (attempt := attempts.get((post.sitting_id, post.candidate_id))) is not None
    ]


def sealed_streams(agent_id: uuid.UUID, attempts: Collection[uuid.UUID]) -> dict[str, dict[str, Any]]:
    """Of the streams that an agent wrote about some attempts, those that a seal holds: up to which entry, under which receipt."""
    own = set(Stream.objects.filter(granted_to=agent_id, subject__in=attempts).values_list("pk", flat=True))
    found: dict[str, dict[str, Any]] = {}
    for seal in Seal.objects.filter(attempt__in=attempts).order_by("attempt_id", "number"):
        receipt = receipt_code(seal.document)
        found |= {
            head["stream"]: {"sequence": head["sequence"], "receipt": receipt}
            for head in seal.document["heads"]
            if uuid.UUID(head["stream"]) in own
        }
    return found


def _attempts(posts: Iterable[Assignment]) -> dict[tuple[uuid.UUID, uuid.UUID], Attempt]:
    wanted = {(post.sitting_id, post.candidate_id) for post in posts}
    rows = Attempt.objects.filter(sitting__in={one for one, _ in wanted}).exclude(state=Attempt.State.SEALED)
    found = {(row.sitting_id, row.registration.candidate_id): row for row in rows.select_related("registration")}
    return {key: attempt for key, attempt in found.items() if key in wanted}


def _calibrations(serials: Iterable[str]) -> dict[str, tuple[date | None, str]]:
    rows = Instrument.objects.filter(serial__in=set(serials))
    return {row.serial: (row.calibration_due, row.certificate) for row in rows}


def _closed(attempts: Iterable[Attempt]) -> set[tuple[uuid.UUID, str]]:
    """(attempt, role) of which the last stream is closed."""
    rows = Stream.objects.filter(subject__in=[one.pk for one in attempts]).order_by("epoch")
    last = {(row.subject, row.role): row.state for row in rows}
    return {key for key, state in last.items() if state == Stream.State.CLOSED}


def _booking(
    post: Assignment,
    attempt: Attempt,
    plan: BenchPlan | None,
    calibrations: Calibrations,
    closed: set[tuple[uuid.UUID, str]],
) -> Booking:
    run, waits_for = (None, _nobody_said(post)) if plan is None else _plan(post, attempt, plan)
    due, certificate = calibrations.get(plan.serial, (None, "")) if plan is not None else (None, "")
    return Booking(
        booking=str(post.pk),
        attempt=str(attempt.pk),
        role=post.role,
        work=post.work,
        station="" if post.station is None else post.station.name,
        sitting=post.sitting.title,
        starts_ms=_ms(post.sitting.starts_at),
        ends_ms=_ms(post.sitting.ends_at),
        adapter="" if plan is None else plan.adapter,
        serial="" if plan is None else plan.serial,
        plan=run,
        rows=() if plan is None else _rows(post, attempt, plan),
        calibration_due=due,
        certificate=certificate,
        waits_for=waits_for,
        closed=(attempt.pk, post.role) in closed,
    )


def _nobody_said(post: Assignment) -> str:
    where = "without a station" if post.station is None else f"at {post.station.name}"
    return f"Nobody has said what is measured for {post.work} {where}. A technician gives the station its plan."


def _plan(post: Assignment, attempt: Attempt, plan: BenchPlan) -> tuple[Plan | None, str]:
    written = plan.document["plan"]
    if written is not None:
        return documents.decode(Plan, written), ""
    pin = next((one for one in attempt.pins["simulations"] if one["simulation"] == post.work), None)
    if pin is None:
        return None, f"{post.work} is no simulation of this attempt: its plan has to say the steps."
    (simulation,) = schemes.simulations([pin["hash"]])
    if simulation.kind != SETTINGS:
        return None, f"{post.work} is no settings task: its plan has to say the steps."
    spec = SettingsSpec.from_document(simulation.document)
    profile = plan.profile or None
    if (len(spec.profiles) > 1) == (profile is None) or (profile is not None and profile not in spec.profiles):
        return None, f"{post.work}: the plan has to name one of the profiles {', '.join(spec.profiles)}."
    return settings_plan(spec, profile=profile), ""


def _rows(post: Assignment, attempt: Attempt, plan: BenchPlan) -> tuple[Row, ...]:
    """Which criterion each step answers for, and its unit, from the task as the attempt pins it."""
    pin = next((one for one in attempt.pins["tasks"] if one["task"] == post.work), None)
    if pin is None or not plan.document["rows"]:
        return ()
    task = rubrics.definitions([pin["hash"]])[pin["hash"]]
    units = {row.identifier: row.measurement.reading_unit for row in task.criteria if row.measurement is not None}
    return tuple(
        Row(step=step, criterion=criterion, unit=units[criterion])
        for step, criterion in sorted(plan.document["rows"].items())
        if criterion in units
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
