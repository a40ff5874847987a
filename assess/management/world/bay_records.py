"""The bay records of the day: technicians open each bay, and give permission to energise where a task has a hold point."""

from collections.abc import Sequence
from typing import Any

from assess.attempts.folding.bay import CHECKS
from assess.management.world.cast import Cast
from assess.management.world.devices import Device, send_all
from assess.management.world.lives import Life, open_streams
from rubrics.definition import TaskDefinition

FAULT_SETS = ("F1", "F2", "F3")
"""Codes of the sets that lie ready for a bay; candidates get them in turn."""


def open_bays(cast: Cast, lives: Sequence[Life]) -> int:
    """Open the bay of every task that asks for it, before its candidate works there."""
    wanted = [
        (life, role, life.posts[role], f"technician's tablet {number}")
        for life in lives
        for number, task in enumerate(life.tasks, start=1)
        if (role := f"technician:{number}") in life.posts and task.bay_record
    ]
    open_streams(cast, wanted)
    for life, role, _, _ in wanted:
        _open(life.tasks[int(role.partition(":")[2]) - 1], life.place, life.devices[role])
    return send_all(life.devices[role] for life, role, _, _ in wanted)


def _open(task: TaskDefinition, place: int, device: Device) -> None:
    code = FAULT_SETS[place % len(FAULT_SETS)]
    said: dict[str, dict[str, Any]] = {
        "fault_set": {"code": code, "proved_by": "continuity read at the fault box"},
        "instruments": {"serials": [f"{task.identifier}-TESTER"], "on": "proving unit PU-1"},
    }
    for check in CHECKS:
        device.write("bay_check", task=task.identifier, check=check, done=True, **said.get(check, {}))
    device.write("bay_opened", task=task.identifier)
    if task.hold_point:
        device.write("hold_released", task=task.identifier, dead_tests="continuity and insulation resistance seen")
