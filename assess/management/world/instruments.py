"""The centre's instruments: what tasks measure with, each with its certificates, and booked to the stations of a sitting."""

import datetime
from collections.abc import Iterable

from django.utils import timezone

from assess import door
from assess.management.world.bays import serial_of
from assess.management.world.cast import Cast
from assess.management.world.lives import Life
from assess.sittings.models import Sitting
from rubrics.definition import TaskDefinition

MAKER = "Kestrel (made up)"
LABORATORY = "Made-up calibration laboratory"
OLD, NEW, HOLDS = 400, 35, 365
"""How many days ago the earlier and the present certificate of most instruments were issued, and for how many days each holds."""
SOON, OVER = 350, 377
"""How many days ago those were issued that are due soon, and that are past it."""


def equip(cast: Cast, lives: Iterable[Life], sitting: Sitting) -> int:
    """Register what the tasks of these attempts measure with, and book each to the station of its task. Returns how many."""
    tasks = {task.identifier: task for life in lives for task in life.tasks}
    technician = cast.acts_as(cast.technicians[0])
    stations = {station.task: station for station in sitting.stations.all()}
    named = _named(tasks.values())
    today = timezone.now().date()
    for place, (name, task) in enumerate(sorted(named.items())):
        serial = f"SN-{serial_of(name)}"
        door.act(
            technician, "sittings.instruments.register_instrument", organisation_id=cast.organisation.pk, serial=serial,
            kind=name, maker=MAKER, firmware="2.1",
        )  # fmt: skip
        issued = (OVER + HOLDS, OVER) if place == 0 else (SOON,) if place == 1 else (OLD, NEW)
        for days in issued:
            on = today - datetime.timedelta(days=days)
            door.act(
                technician, "sittings.instruments.record_calibration", serial=serial, number=f"C-{serial[3:7]}-{on:%y%m}",
                laboratory=LABORATORY, calibrated_on=on, due_on=on + datetime.timedelta(days=HOLDS),
            )  # fmt: skip
        door.act(
            technician, "sittings.instruments.book_instrument", serial=serial, station_id=stations[task].pk,
            provisional_because="The spare one is at the laboratory." if place == 0 else "",
        )  # fmt: skip
    return len(named)


def _named(tasks: Iterable[TaskDefinition]) -> dict[str, str]:
    """Calibrated instruments that the tasks name, each with the first task that does."""
    found: dict[str, str] = {}
    for task in tasks:
        for row in task.criteria:
            if row.measurement is not None and row.measurement.calibrated:
                found.setdefault(row.measurement.instrument[:60], task.identifier)
    return found
