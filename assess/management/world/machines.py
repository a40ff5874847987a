"""The simulator part: what a made-up candidate does at it, and what the machine measures through its adapter."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from multiprocessing import get_context
from typing import Any

from django.utils import timezone

from assess.attempts.engine_jobs import profile_for
from assess.attempts.folding.pinned import Pinned
from assess.attempts.models import Attempt
from assess.management.world import model
from assess.management.world.benches import Job
from assess.management.world.benches import run as benches_run
from assess.schemes import queries as schemes
from rubrics.definition import Criterion
from simulator_adapters import documents
from simulator_adapters.contract import Measurement, RunRecord, to_document
from simulator_adapters.photovoltaic.checking import Write
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan

PATIENCE_S = 30.0
BENCHES = 4
"""So many inverter benches work side by side."""
PROFILE = "eu_training"
"""The grid profile that is set at the bays, where a task has several."""
REGISTER = "SunSpec "
"""How a criterion names a register as its instrument."""
ADOPTED = {705: "AdptCrvReq", 711: "AdptCtlReq"}
"""Models whose first set is read-only, with the point that asks for another set to be adopted."""


@dataclass(frozen=True)
class Run:
    """One adapter run: the device it ran on, its measurements that answer for a criterion, and its whole record."""

    device: str
    payload: Mapping[str, Any]
    measurements: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Done:
    """What the candidate wrote, what the machines recorded, and the bench runs that are still to be made."""

    candidate: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    jobs: list[tuple[Job, Callable[[RunRecord], Run]]] = field(default_factory=list)


def simulate_all(attempts: Sequence[tuple[model.Person, Pinned, Attempt]]) -> list[Done]:
    """Work through every simulation of every attempt; bench runs go on side by side, in processes of their own."""
    everything = [_simulate(who, pinned, attempt) for who, pinned, attempt in attempts]
    waiting = [(done, job, finish) for done in everything for job, finish in done.jobs]
    if waiting:
        with ProcessPoolExecutor(max_workers=BENCHES, mp_context=get_context("spawn")) as benches:
            records = benches.map(benches_run, [job for _, job, _ in waiting], chunksize=8)
            for (done, _, finish), record in zip(waiting, records, strict=True):
                done.runs.append(finish(record))
    return everything


def _simulate(who: model.Person, pinned: Pinned, attempt: Attempt) -> Done:
    done = Done()
    part = next(part.identifier for part in pinned.parts if part.simulations)
    for place, pin in enumerate(attempt.pins["simulations"]):
        simulation = _simulation(pin["hash"])
        random = model.random_for(11, who.number, place)
        if simulation.wiring is not None:
            _wire(done, part, simulation, who, random)
        elif simulation.case_sheet is not None:
            _fill_in(done, part, simulation, who, random)
        else:
            _set_up(done, part, simulation, profile_for(attempt, simulation), who, random)
    _measure_in_the_bay(done, who, pinned, attempt)
    return done


def simulations_of(identifiers: Sequence[str]) -> list[schemes.Simulation]:
    """The published simulations of a part, as values."""
    published = schemes.published_simulations(identifiers)
    return [_simulation(published[name].content_hash) for name in identifiers]


@lru_cache(maxsize=64)
def _simulation(content_hash: str) -> schemes.Simulation:
    return schemes.simulations([content_hash])[0]


def _wire(done: Done, part: str, simulation: schemes.Simulation, who: model.Person, random: model.Random) -> None:
    task = simulation.wiring
    assert task is not None
    right = random.random() < model.chance(1.7 * who.simulator - 0.2) or not task.variants
    wires = task.reference if right else task.variants[int(random.integers(len(task.variants)))].wires
    drawn = [list(wire) for wire in wires]
    done.candidate.append(("wiring", {"part": part, "simulation": simulation.identifier, "wires": drawn}))
    session = WiringAdapter().connect({"task": simulation.document}, deadline=_deadline())
    record = session.run(wiring_plan(task, drawn), deadline=_deadline(), cancel=threading.Event())
    session.close()
    done.runs.append(_run("wiring engine", simulation.identifier, record))


def _run(device: str, simulation: str, record: RunRecord) -> Run:
    payload = {"simulation": simulation, "outcome": str(record.outcome), "record": to_document(record)}
    return Run(device=device, payload=payload)


def _fill_in(done: Done, part: str, simulation: schemes.Simulation, who: model.Person, random: model.Random) -> None:
    """A case sheet: right values to three places or, now and then, a slip of a factor."""
    for answer in simulation.document["answers"]:
        value = float(answer["expected"])
        if random.random() >= model.chance(1.4 * who.simulator + 0.1):
            value *= float(random.choice([0.85, 1.2, 2.0]))
        text = f"{value:.4f}"
        said = text.replace(".", ",") if who.writes_comma else text
        done.candidate.append(
            ("case_answer", {"part": part, "simulation": simulation.identifier, "answer": answer["id"], "value": said})
        )
    if "ranking_key" in simulation.document:
        order = list(simulation.document["ranking_key"])
        if random.random() >= model.chance(1.4 * who.simulator + 0.1):
            order.reverse()
        said = ",".join(order)
        done.candidate.append(
            ("case_answer", {"part": part, "simulation": simulation.identifier, "answer": "ranking", "value": said})
        )


def _set_up(
    done: Done, part: str, simulation: schemes.Simulation, profile: str, who: model.Person, random: model.Random
) -> None:
    """Settings of an inverter, written over Modbus TCP and read back by the adapter; the order sheet names the profile."""
    job = _job(simulation, profile, model.chance(1.4 * who.simulator + 1.0), f"BAY5-{who.number:04d}", random)
    said = [[number, point, list(index), f"{value}"] for number, point, index, value in job.writes]
    made: dict[str, Any] = {"part": part, "simulation": simulation.identifier, "writes": said}
    if job.answers:
        made["answers"] = dict(job.answers)
    done.candidate.append(("setting", made))
    name = simulation.identifier
    done.jobs.append((job, lambda record: _run("inverter bench", name, record)))


def _job(simulation: schemes.Simulation, ordered: str, right: float, serial: str, random: model.Random) -> Job:
    spec = SettingsSpec.from_document(simulation.document)
    profile = ordered if ordered in spec.profiles and ordered else None
    writes = _writes(spec, profile, right, random)
    answers = {one.id: f"{one.key if random.random() < 0.85 else one.key * 2}" for one in spec.derived} or None
    return Job(document=simulation.document, profile=profile, writes=tuple(writes), answers=answers, serial=serial)


def _writes(spec: SettingsSpec, profile: str | None, right: float, random: model.Random) -> list[Write]:
    """Each target right with this probability. A curve is written to set 2 and adopted; set 1 shows what is active."""
    fixed = {(number, point) for number, (point, _) in spec.must_not_change}
    writes: list[Write] = []
    for target in spec.targets(profile):
        if (target.model, target.point) in fixed:
            continue
        index = [2, *target.index[1:]] if target.model in ADOPTED and target.index else list(target.index)
        value = target.value if random.random() < right or target.unit in ("enum", "points") else target.value + 10
        writes.append((target.model, target.point, index, value))
    models = {target.model for target in spec.targets(profile)}
    return writes + [(number, request, [], "2") for number, request in ADOPTED.items() if number in models]


def _measure_in_the_bay(done: Done, who: model.Person, pinned: Pinned, attempt: Attempt) -> None:
    """Bay criteria that name a register are read by the adapter at the bay's own inverter, set by the candidate
    there."""
    wanted = {
        criterion.measurement.instrument.removeprefix(REGISTER): (task.identifier, criterion)
        for task in pinned.tasks.values()
        for criterion in task.criteria
        if criterion.measurement is not None and criterion.measurement.instrument.startswith(REGISTER)
    }
    for place, pin in enumerate(attempt.pins["simulations"]):
        simulation = _simulation(pin["hash"])
        if not wanted or simulation.kind != "sunspec_settings":
            continue
        spec = SettingsSpec.from_document(simulation.document)
        names = {target.name for target in spec.targets(PROFILE if PROFILE in spec.profiles else None)} & set(wanted)
        if not names:
            continue
        random = model.random_for(12, who.number, place)
        job = _job(simulation, PROFILE, model.chance(1.4 * who.bench + 1.0), f"BAY6-{who.number:04d}", random)
        done.jobs.append((job, partial(_bay_run, wanted, frozenset(names))))


def _bay_run(wanted: Mapping[str, tuple[str, Criterion]], names: frozenset[str], record: RunRecord) -> Run:
    readings = [_as_mark(m, *wanted[m.name]) for m in record.measurements if m.name in names and m.value is not None]
    run = _run("bay inverter", wanted[min(names)][0], record)
    return Run(device=run.device, payload=run.payload, measurements=tuple(readings))


def _as_mark(measurement: Measurement, task: str, criterion: Criterion) -> dict[str, Any]:
    """A reading with all its evidence, and the same reading as the mark that the task's scoring takes."""
    spec = criterion.measurement
    assert spec is not None
    mark = {
        "readings": [{"value": f"{measurement.value}"}],
        "unit": spec.reading_unit,
        "measured_on": timezone.now().date().isoformat(),
        "entered_by": "adapter",
    }
    document = documents.encode(measurement)
    return {"simulation": task, "task": task, "criterion": criterion.identifier, "measurement": document, "mark": mark}


def _deadline() -> float:
    return time.monotonic() + PATIENCE_S
