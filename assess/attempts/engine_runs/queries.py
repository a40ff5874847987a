"""Reading runs that the server makes: how the last one of a simulation stands, for the page that waits for it."""

import uuid
from collections.abc import Iterable
from typing import Any

from assess.attempts.models import EngineRun


def sitting_of(run_id: uuid.UUID) -> uuid.UUID | None:
    """The sitting to whose attempt a run belongs."""
    return EngineRun.objects.filter(pk=run_id).values_list("attempt__sitting_id", flat=True).first()


def last_run(attempt_id: uuid.UUID, simulation: str) -> EngineRun | None:
    """The latest run of a simulation of an attempt."""
    runs = EngineRun.objects.filter(attempt=attempt_id, simulation=simulation)
    return runs.order_by("-epoch", "-sequence").first()


def runs_among(attempt_id: uuid.UUID) -> Iterable[EngineRun]:
    """All runs of an attempt, by simulation and in the order of what they read."""
    return EngineRun.objects.filter(attempt=attempt_id).order_by("simulation", "epoch", "sequence")


def told(run: EngineRun | None) -> dict[str, Any]:
    """A run as the candidate's page is told of it, as JSON: how far it is, and what the device answered and reports."""
    if run is None:
        return {"state": "none"}
    return {
        "state": run.state,
        "step": run.step,
        "done": run.steps_done,
        "of": run.steps_of,
        "tries": run.tries,
        "epoch": run.epoch,
        "sequence": run.sequence,
        "ended_ms": None if run.ended_at is None else int(run.ended_at.timestamp() * 1000),
        "seen": run.seen,
    }
