"""A technician's day: which bays they open, for whom, in which order, with what. All of it at once, for work without a network.

Nothing of what a candidate does or of how they are marked is here; the fault set is what the technician themself writes down.
"""

import uuid
from typing import Any

from django.utils import timezone

from assess.attempts.desks.duties import AROUND, badge_code
from assess.attempts.folding.bay import CHECKS
from assess.attempts.models import Attempt
from assess.sittings.models import Assignment, Booking, StationHealth
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition


def bays_of(person_id: uuid.UUID) -> dict[str, Any]:
    """The posts, bays and booked instruments of a technician, as JSON. Posts stand in the order of candidates at each station."""
    now = timezone.now()
    posts = list(
        Assignment.objects.filter(
            person_id=person_id,
            role__startswith="technician:",
            sitting__starts_at__lt=now + AROUND,
            sitting__ends_at__gt=now - AROUND,
        ).select_related("sitting", "candidate", "station")
    )
    attempts = {
        (attempt.sitting_id, attempt.registration.candidate_id): attempt
        for attempt in Attempt.objects.filter(sitting__in={post.sitting_id for post in posts})
        .select_related("registration")
        .order_by("number")
    }
    held = [(post, attempts[key]) for post in posts if (key := (post.sitting_id, post.candidate_id)) in attempts]
    held.sort(key=lambda one: (one[0].sitting.starts_at, one[1].created_at, one[0].role))
    hashes = {
        pin["task"]: pin["hash"] for post, attempt in held for pin in attempt.pins["tasks"] if pin["task"] == post.work
    }
    tasks = rubrics.definitions(hashes.values())
    return {
        "server_ms": int(now.timestamp() * 1000),
        "posts": [_post(post, attempt) for post, attempt in held if post.work in hashes],
        "tasks": {name: _bay(tasks[digest]) for name, digest in hashes.items()},
        "checks": CHECKS,
        "booked": _booked({post.station_id for post, _ in held if post.station_id is not None}),
        "health": _health({post.station_id for post, _ in held if post.station_id is not None}),
    }


def _post(post: Assignment, attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": str(attempt.pk),
        "role": post.role,
        "task": post.work,
        "sealed": attempt.state == Attempt.State.SEALED,
        "station": str(post.station) if post.station is not None else "",
        "station_id": post.station_id,
        "room": post.station.room if post.station is not None else "",
        "sitting": post.sitting.title,
        "sitting_id": str(post.sitting_id),
        "starts_at": post.sitting.starts_at.isoformat(),
        "candidate": {"name": str(post.candidate), "code": badge_code(attempt.pk)},
    }


def _bay(task: TaskDefinition) -> dict[str, Any]:
    return {
        "title": task.title,
        "setup": task.assessor_setup,
        "equipment": list(task.equipment),
        "safety_stop_rules": list(task.safety_stop_rules),
        "minutes": task.time_limit_min,
        "hold_point": task.hold_point,
    }


def _health(stations: set[int]) -> dict[str, dict[str, Any]]:
    """What each station said last about itself."""
    return {
        str(row.station_id): {"state": row.state, "sentence": row.sentence, "at": row.at.isoformat()}
        for row in StationHealth.objects.filter(station__in=stations)
    }


def _booked(stations: set[int]) -> dict[str, list[dict[str, Any]]]:
    """What is booked, by station, in one query."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = Booking.objects.filter(station__in=stations, returned_at=None).select_related("instrument")
    for row in rows.order_by("instrument_id", "starts_at"):
        due = row.instrument.calibration_due
        found.setdefault(str(row.station_id), []).append(
            {
                "serial": row.instrument_id,
                "kind": row.instrument.kind,
                "calibration_due": due.isoformat() if due else None,
                "provisional_because": row.provisional_because,
                "starts_at": row.starts_at.isoformat(),
                "ends_at": row.ends_at.isoformat(),
            }
        )
    return found
