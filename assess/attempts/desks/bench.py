"""The simulator part while its candidate works at it: what may be shown, and a live wiring as the journal tells it.

The browser sends drawings and operations into the journal and nothing to these queries; what is energised is what was
recorded. Nothing here is a verdict, and nothing of it is kept: the same journal shows the same circuit again.
"""

from collections.abc import Iterable
from typing import Any

from assess.attempts.desks.replaying import injected_last, played, steps_of
from assess.attempts.engine_jobs import profile_for
from assess.attempts.folding.fold import fold
from assess.attempts.models import Attempt
from assess.attempts.queries import live_records
from assess.schemes import queries as schemes
from simulator_adapters.wiring import Observation, WiringTask, injectable


def bench_of(attempt: Attempt, simulations: Iterable[str]) -> list[dict[str, Any]]:
    """These simulations of an attempt as its candidate may see them, in the order in which they are pinned."""
    wanted = set(simulations)
    pins = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] in wanted]
    return [_presented(attempt, simulation) for simulation in schemes.simulations(pins)]


def _presented(attempt: Attempt, simulation: schemes.Simulation) -> dict[str, Any]:
    """A simulation with what this attempt's order sheet adds to it."""
    shown = schemes.presented(simulation)
    return shown | {"profile": profile_for(attempt, simulation)} if shown["kind"] == "settings" else shown


def wiring_task(attempt: Attempt, simulation: str) -> WiringTask | None:
    """The wiring task of this name that the attempt pins; None where there is none."""
    pins = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] == simulation]
    return next((found.wiring for found in schemes.simulations(pins)), None)


def energised(attempt: Attempt, task: WiringTask) -> tuple[Observation, str]:
    """The wiring that was recorded last, live, after every operation since it was drawn or last switched on from dead; and the
    fault that is injected into it, if any.

    Raises
    ------
    WiringInputError
        Where the wiring or an operation can't be read.
    """
    steps = steps_of(fold(live_records(attempt.pk, ("candidate",))), task.id)
    return played(task, steps), injected_last(steps)


def seen_in_words(task: WiringTask, seen: Observation, fault: str) -> dict[str, Any]:
    """What a person at the bench sees and measures, as JSON: no verdict, and nothing of the key."""
    return {
        "set": dict(seen.set),
        "loads": dict(seen.loads),
        "voltages": {terminal: str(volts) for terminal, volts in seen.voltages.items()},
        "tripped": list(seen.tripped),
        "within": list(seen.within),
        "fault": fault,
        "fault_words": injectable(task).get(fault, ""),
        "struck_amps": None if seen.struck_amps is None else str(seen.struck_amps),
        "fault_amps": None if seen.fault_amps is None else str(seen.fault_amps),
    }
