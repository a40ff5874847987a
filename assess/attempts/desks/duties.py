"""An assessor's day: whom they assess, on which sheets, where. All of it at once, so that a tablet can work without a network.

Only what this person's posts need is here: other people's candidates, other assessors' marks and anything computed stay away.
"""

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from assess.attempts.desks.record_forms import record_forms
from assess.attempts.desks.shown import portraits_among
from assess.attempts.models import Attempt
from assess.people.queries import accommodations_among
from assess.sittings.models import Assignment, Instrument
from rubrics import queries as rubrics
from rubrics.definition import Criterion, TaskDefinition

AROUND = timedelta(hours=36)
"""A tablet holds the sittings that are not longer away than this, before or after."""


def badge_code(attempt_id: uuid.UUID) -> str:
    """The short code on a candidate's badge, by which a tablet finds the sheet; it opens nothing by itself.

    Eight letters and digits that are not mistaken for each other, in two groups.
    """
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    tag = hmac.digest(settings.SECRET_KEY.encode(), b"assayer badge\n" + attempt_id.bytes, hashlib.sha256)
    text = "".join(letters[byte % len(letters)] for byte in tag[:8])
    return f"{text[:4]}-{text[4:]}"


def day_of(person_id: uuid.UUID) -> dict[str, Any]:
    """The posts, candidates, sheets and instruments of an assessor, as JSON."""
    now = timezone.now()
    posts = list(
        Assignment.objects.filter(
            person_id=person_id,
            role__startswith="assessor:",
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
    adjusted = accommodations_among({post.candidate_id for post in posts})
    portraits = portraits_among([attempt.pk for attempt in attempts.values()])
    held = [(post, attempts[key]) for post in posts if (key := (post.sitting_id, post.candidate_id)) in attempts]
    hashes = {
        pin["task"]: pin["hash"] for post, attempt in held for pin in attempt.pins["tasks"] if pin["task"] == post.work
    }
    tasks = rubrics.definitions(hashes.values())
    organisations = {post.sitting.organisation_id for post, _ in held}
    return {
        "server_ms": int(now.timestamp() * 1000),
        "posts": [
            _post(post, attempt, adjusted, portraits, tasks[hashes[post.work]])
            for post, attempt in held
            if post.work in hashes
        ],
        "tasks": {name: _sheet(tasks[digest]) for name, digest in hashes.items()},
        "records": record_forms(tasks[digest] for digest in hashes.values()),
        "instruments": [
            {
                "id": one.kind,
                "serial": one.serial,
                "calibration_due": one.calibration_due.isoformat() if one.calibration_due else None,
            }
            for one in Instrument.objects.filter(organisation__in=organisations).order_by("kind", "serial")
        ],
    }  # fmt: skip


def _post(
    post: Assignment,
    attempt: Attempt,
    adjusted: dict[uuid.UUID, list[str]],
    portraits: dict[uuid.UUID, uuid.UUID],
    task: TaskDefinition,
) -> dict[str, Any]:
    extra = int(attempt.pins["extra_time_percent"])
    same = Assignment.objects.filter(
        sitting_id=post.sitting_id, candidate_id=post.candidate_id, work=post.work, role__startswith="assessor:"
    )
    before = sum(_number(role) < _number(post.role) for role in same.values_list("role", flat=True))
    return {
        "attempt": str(attempt.pk),
        "role": post.role,
        "task": post.work,
        "sealed": attempt.state == Attempt.State.SEALED,
        "reserve": before >= task.assessors_required,
        "station": str(post.station) if post.station is not None else "",
        "room": post.station.room if post.station is not None else "",
        "sitting": post.sitting.title,
        "starts_at": post.sitting.starts_at.isoformat(),
        "limit_s": -(-task.time_limit_min * 60 * (100 + extra) // 100),
        "candidate": {
            "name": str(post.candidate),
            "code": badge_code(attempt.pk),
            "portrait": str(portraits.get(attempt.pk, "")),
            "accommodations": adjusted.get(post.candidate_id, []),
            "extra_time_percent": extra,
        },
    }


def _number(role: str) -> int:
    return int(role.partition(":")[2])


def _sheet(task: TaskDefinition) -> dict[str, Any]:
    return {
        "title": task.title,
        "scenario": task.scenario,
        "instructions": task.candidate_instructions,
        "setup": task.assessor_setup,
        "equipment": list(task.equipment),
        "safety_stop_rules": list(task.safety_stop_rules),
        "critical_rule": task.critical_rule,
        "hold_point": task.hold_point,
        "criteria": [_row(criterion) for criterion in task.criteria],
        "rating": {"anchors": list(task.global_rating.anchors), "instruction": task.global_rating.instruction},
    }


def _row(criterion: Criterion) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": criterion.identifier,
        "kind": criterion.kind,
        "text": criterion.text,
        "observe": criterion.observe,
        "must_pass": criterion.must_pass,
        "anchors": list(criterion.anchors),
        "live": criterion.live,
    }
    spec = criterion.measurement
    if spec is not None:
        row["measurement"] = {
            "quantity": spec.quantity,
            "unit": spec.reading_unit,
            "instrument": spec.instrument,
            "limit": f"{spec.limit} {spec.unit}",
            "places": spec.places,
            "true_value": spec.deviation is not None,
            "calibrated": spec.calibrated,
            "by_machine": spec.source != "assessor_entry",
            "record": spec.record,
        }
    return row
