"""The simulator part while its candidate works at it: what may be shown, and a live wiring as the journal tells it.

The browser sends drawings and operations into the journal and nothing to these queries; what is energised is what was
recorded. Nothing here is a verdict, and nothing of it is kept: the same journal shows the same circuit again.
"""

from collections.abc import Iterable
from typing import Any

from assess.attempts.fold import fold
from assess.attempts.models import Attempt
from assess.attempts.queries import live_records
from assess.attempts.records import Said
from assess.schemes import queries as schemes
from simulator_adapters.wiring import Observation, WiringTask, observe


def bench_of(attempt: Attempt, simulations: Iterable[str]) -> list[dict[str, Any]]:
    """These simulations of an attempt as its candidate may see them, in the order in which they are pinned."""
    wanted = set(simulations)
    pins = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] in wanted]
    return [schemes.presented(simulation) for simulation in schemes.simulations(pins)]


def wiring_task(attempt: Attempt, simulation: str) -> WiringTask | None:
    """The wiring task of this name that the attempt pins; None where there is none."""
    pins = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] == simulation]
    return next((found.wiring for found in schemes.simulations(pins)), None)


def energised(attempt: Attempt, task: WiringTask) -> Observation:
    """The wiring that was recorded last, live, after every operation since it was drawn or last switched on from dead.

    Raises
    ------
    WiringInputError
        Where the wiring or an operation can't be read.
    """
    record = fold(live_records(attempt.pk, ("candidate",)))
    drawn = record.wirings.get(task.id)
    wiring = None if drawn is None else drawn.stands
    since = (0, -1) if wiring is None else _place(wiring)
    moves = [word for word in record.operations if word.payload["simulation"] == task.id and _place(word) > since]
    # Switched on from dead: whatever held itself has let go.
    begins = max((place for place, word in enumerate(moves) if word.payload.get("off") is True), default=0)
    sets = [word.payload["set"] for word in moves[begins:]]
    return observe(task, [] if wiring is None else wiring.payload["wires"], sets)


def _place(word: Said) -> tuple[int, int]:
    return word.epoch, word.sequence
