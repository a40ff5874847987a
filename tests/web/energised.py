"""Bays whose technician gave permission to energise, for tests that are about what comes after."""

from assess import door
from assess.management.world.devices import Device, send_all
from assess.people.queries import actor
from tests.web.sample_centre import Centre


def energised(centre: Centre, number: int = 0) -> None:
    """Every bay of an attempt is open and may be energised."""
    life = centre.lives[number]
    devices = []
    for place, task in enumerate(life.tasks, start=1):
        role = f"technician:{place}"
        asked = {
            "subject_kind": "attempt",
            "subject_id": life.attempt.pk,
            "role": role,
            "device": f"bay tablet {place}",
        }
        device = Device.of(door.act(actor(life.posts[role]), "attempts.open_stream", **asked))
        for check in ("fault_set", "supply", "instruments", "materials"):
            device.write("bay_check", task=task.identifier, check=check, done=True)
        device.write("bay_opened", task=task.identifier)
        device.write("hold_released", task=task.identifier, dead_tests="seen")
        devices.append(device)
    send_all(devices)
