"""The simulator part: what a made-up candidate does at it, and what the machine measures through its adapter."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assess.attempts.models import Attempt
from assess.attempts.pinned import Pinned
from assess.management.world import model
from assess.schemes import queries as schemes
from simulator_adapters.contract import to_document
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Run:
    """One adapter run: the device it ran on, its measurements that answer for a criterion, and its whole record."""

    device: str
    payload: Mapping[str, Any]
    measurements: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Done:
    """What the candidate wrote, and what the machines recorded."""

    candidate: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def simulate(who: model.Person, pinned: Pinned, attempt: Attempt) -> Done:
    """Work through every simulation of the attempt."""
    done = Done()
    part = next(part.identifier for part in pinned.parts if part.simulations)
    for place, pin in enumerate(attempt.pins["simulations"]):
        simulation = _simulation(pin["hash"])
        random = model.random_for(11, who.number, place)
        if simulation.wiring is not None:
            _wire(done, part, simulation, who, random)
        elif simulation.case_sheet is not None:
            _fill_in(done, part, simulation, who, random)
    return done


@lru_cache(maxsize=64)
def _simulation(content_hash: str) -> schemes.Simulation:
    return schemes.simulations([content_hash])[0]


def _wire(done: Done, part: str, simulation: schemes.Simulation, who: model.Person, random: model.Random) -> None:
    task = simulation.wiring
    assert task is not None
    right = random.random() < model.chance(who.simulator + 1.6) or not task.variants
    wires = task.reference if right else task.variants[int(random.integers(len(task.variants)))].wires
    drawn = [list(wire) for wire in wires]
    done.candidate.append(("wiring", {"part": part, "simulation": simulation.identifier, "wires": drawn}))
    session = WiringAdapter().connect({"task": simulation.document}, deadline=_deadline())
    record = session.run(wiring_plan(task, drawn), deadline=_deadline(), cancel=threading.Event())
    session.close()
    done.runs.append(_run("wiring engine", simulation.identifier, record))


def _run(device: str, simulation: str, record: Any) -> Run:
    payload = {"simulation": simulation, "outcome": str(record.outcome), "record": to_document(record)}
    return Run(device=device, payload=payload)


def _fill_in(done: Done, part: str, simulation: schemes.Simulation, who: model.Person, random: model.Random) -> None:
    """A case sheet: right values to three places or, now and then, a slip of a factor."""
    for answer in simulation.document["answers"]:
        value = float(answer["expected"])
        if random.random() >= model.chance(who.simulator + 1.2):
            value *= float(random.choice([0.85, 1.2, 2.0]))
        text = f"{value:.4f}"
        said = text.replace(".", ",") if who.writes_comma else text
        done.candidate.append(
            ("case_answer", {"part": part, "simulation": simulation.identifier, "answer": answer["id"], "value": said})
        )
    if "ranking_key" in simulation.document:
        order = list(simulation.document["ranking_key"])
        if random.random() >= model.chance(who.simulator + 1.0):
            order.reverse()
        said = ",".join(order)
        done.candidate.append(
            ("case_answer", {"part": part, "simulation": simulation.identifier, "answer": "ranking", "value": said})
        )


def _deadline() -> float:
    return time.monotonic() + PATIENCE_S
