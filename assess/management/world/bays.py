"""The bays: two assessors on every task, blind to each other, with readings of the centre's instruments."""

import datetime
import hashlib
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from assess.management.world import machines, model
from assess.management.world.cast import Cast
from assess.management.world.devices import send_all
from assess.management.world.lives import Life, open_streams
from rubrics.definition import Criterion, TaskDefinition

EXPIRED_SHARE = 0.01
"""So many readings are taken with an instrument out of calibration, so that provisional marks are seen for what they
are."""


def work_in_bays(cast: Cast, lives: Sequence[Life]) -> int:
    """The bays: two assessors, blind to each other, on every task."""
    calibrations, wanted = calibrations_of_the_day(), []
    for life in lives:
        for index, task in enumerate(life.tasks):
            life.work[task.identifier] = model.perform(task.criteria, who=life.who, task=index)
            wanted += [
                (life, f"assessor:{n}", life.posts[f"assessor:{n}"], f"tablet {n}")
                for n in (2 * index + 1, 2 * index + 2)
            ]
    open_streams(cast, wanted)
    for life in lives:
        for index, task in enumerate(life.tasks):
            for number in (2 * index + 1, 2 * index + 2):
                assess(cast, life, task, number, calibrations)
    return send_all(d for life in lives for role, d in life.devices.items() if role.startswith("assessor:"))


def assess(
    cast: Cast,
    life: Life,
    task: TaskDefinition,
    number: int,
    calibrations: dict[str, datetime.date],
    only: frozenset[str] | None = None,
) -> None:
    person = life.posts[f"assessor:{number}"]
    assessor = cast.assessors.index(person)
    device, work = life.devices[f"assessor:{number}"], life.work[task.identifier]
    device.write(
        "identity", confirmed=True, how="photo identity document checked again at the station", by=str(person.pk)
    )
    for place, criterion in enumerate(task.criteria):
        by_machine = criterion.measurement is not None and criterion.measurement.instrument.startswith(
            machines.REGISTER
        )
        if not by_machine and (only is None or criterion.identifier in only):
            random = model.random_for(9, life.who.number, assessor, place, number)
            mark = _mark(criterion, work, assessor, random, calibrations)
            device.write("mark", task=task.identifier, criterion=criterion.identifier, mark=mark)
    if only is None and number % 2 == 1 and work.stopped:
        reason = "the assessor stepped in before a conductor not proved dead was touched"
        device.write("safety_stop", task=task.identifier, code="about-to-touch-live", reason=reason)
    device.write("lock", task=task.identifier)
    if only is None:
        rating = model.global_rating(work, assessor=assessor, random=model.random_for(10, life.who.number, number))
        device.write("global_rating", task=task.identifier, rating=rating)


def _mark(
    criterion: Criterion,
    work: model.Performance,
    assessor: int,
    random: model.Random,
    calibrations: dict[str, datetime.date],
) -> dict[str, Any]:
    spec = criterion.measurement
    if spec is None:
        seen = model.mark(criterion, work, assessor=assessor, random=random)
        return {"level": seen} if criterion.kind == "judgement" else {"answer": "yes" if seen else "no"}
    mark: dict[str, Any] = {
        "readings": work.readings[criterion.identifier],
        "unit": spec.reading_unit,
        "measured_on": timezone.now().date().isoformat(),
    }
    if spec.calibrated:
        due = calibrations["expired" if random.random() < EXPIRED_SHARE else "due"]
        name = spec.instrument[:60]
        mark["instrument"] = {"id": name, "serial": f"SN-{serial_of(name)}", "calibration_due": due.isoformat()}
    return mark


def serial_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def calibrations_of_the_day() -> dict[str, datetime.date]:
    """Until when calibrations hold: of most instruments for months, of one or the other no longer."""
    today = timezone.now().date()
    return {"due": today + datetime.timedelta(days=200), "expired": today - datetime.timedelta(days=12)}
