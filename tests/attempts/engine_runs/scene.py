"""A candidate's device at the simulator, and the worker that does what waits."""

import time
from typing import Any

from assess import door, tasks
from assess.attempts.journal.append import Acknowledgement, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import EngineRun
from assess.management.world.devices import Device
from assess.people.queries import actor
from tests.web.bench_scene import simulator_part
from tests.web.sample_centre import Centre


class Seat:
    """The candidate's device: it writes and sends at once."""

    def __init__(self, centre: Centre) -> None:
        self.centre, self.part = centre, simulator_part(centre)
        asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate", "device": "seat"}
        self.device = Device.of(door.act(actor(centre.candidate), "attempts.open_stream", **asked))

    def say(self, kind: str, **payload: Any) -> None:
        self.device.write(kind, part=self.part, **payload)
        for body in self.device.batches():
            outcome = append([read_batch(body, role="candidate")], server_us=time.time_ns() // 1000)[0]
            assert isinstance(outcome, Acknowledgement)
            self.device.chain.acknowledge(outcome.sequence)

    def set(self, simulation: str, writes: Any, **more: Any) -> None:
        self.say("setting", simulation=simulation, writes=writes, **more)

    def answered_again(self, writes: Any, answers: Any) -> EngineRun:
        """The same settings of the first device with other values worked out."""
        self.set("SIM-SUN-1", writes, answers=answers)
        return self.run("SIM-SUN-1")

    def ask(self, simulation: str) -> EngineRun:
        asked = {"attempt_id": self.centre.attempt.pk, "simulation": simulation}
        run: EngineRun = door.act(actor(self.centre.candidate), "attempts.engine_runs.ask_for_run", **asked)
        return run

    def run(self, simulation: str) -> EngineRun:
        run = self.ask(simulation)
        worked()
        run.refresh_from_db()
        return run


def worked() -> None:
    """What waits in the outbox is done, and what that asks for as well."""
    while tasks.work_outbox():
        pass
