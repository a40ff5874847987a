"""What the server has to run for an attempt: which of the candidate's words no machine has carried out yet, and the job of a run.

A word is a drawing (`wiring`) or settings with the values worked out beside them (`setting`). What came possibly after the time of
its part is no word until people admit it.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.folding.records import Frame, Said, StreamRecord
from assess.attempts.machines.orders import ordered_profile
from assess.attempts.models import Attempt, EngineRun
from assess.attempts.queries import live_records
from assess.schemes import queries as schemes
from simulator_adapters.photovoltaic.settings import SettingsSpec

Place = tuple[int, int]
"""Epoch and sequence of an entry of the candidate's."""
NOTHING: Place = (0, 0)
"""The candidate has said nothing about it yet: the device is only looked at."""
FAMILIES = ("candidate", "proctor", "adapter", "adjudicator")
AWAITED = timedelta(minutes=2)
"""So long a seal waits for what was just made; after that it goes ahead without the run."""
UNDER_WAY = (EngineRun.State.ASKED, EngineRun.State.RUNNING)


@dataclass(frozen=True)
class Due:
    """A word that no machine has carried out yet."""

    simulation: str
    place: Place
    said_us: int


def simulations_of(attempt: Attempt) -> tuple[schemes.Simulation, ...]:
    """The simulations that an attempt pins, in their order."""
    return schemes.simulations([pin["hash"] for pin in attempt.pins["simulations"]])


def pinned_simulation(attempt: Attempt, name: str) -> schemes.Simulation | None:
    return next((one for one in simulations_of(attempt) if one.identifier == name), None)


def runs_on_a_machine(simulation: schemes.Simulation) -> bool:
    """Whether a machine carries it out; a case sheet is judged from its answers alone."""
    return simulation.case_sheet is None


def word_on(simulation: schemes.Simulation, record: AttemptRecord) -> Said | None:
    """The candidate's last word in time about a simulation that a machine carries out."""
    words = record.settings if simulation.wiring is None else record.wirings
    found = words.get(simulation.identifier)
    return None if found is None else found.stands


def place_of(word: Said | None) -> Place:
    return NOTHING if word is None else (word.epoch, word.sequence)


def record_now(attempt: Attempt, upto: Place | None = None) -> AttemptRecord:
    """What the journal says of the simulator part now, or of the candidate's words up to one of them."""
    streams = live_records(attempt.pk, families=FAMILIES)
    parts = attempt.pins["parts"]
    frame = Frame(
        part_of={name: part["part"] for part in parts for name in part["simulations"]},
        seconds={part["part"]: part["limit_s"] for part in parts if part["limit_s"] is not None},
    )
    return fold(streams if upto is None else [_cut(stream, upto) for stream in streams], frame)


def _cut(stream: StreamRecord, upto: Place) -> StreamRecord:
    if stream.role != "candidate":
        return stream
    return replace(stream, entries=tuple(one for one in stream.entries if (stream.epoch, one.sequence) <= upto))


def due_of(attempt: Attempt) -> list[Due]:
    """The words of an attempt that no machine has carried out. What a station ran by itself counts as carried out."""
    simulations = [one for one in simulations_of(attempt) if runs_on_a_machine(one)]
    if not simulations:
        return []
    record = record_now(attempt)
    ran = _carried_out(record)
    words = [(one.identifier, word_on(one, record)) for one in simulations]
    return [
        Due(name, place_of(word), word.moment_us)
        for name, word in words
        if word is not None and (name, None) not in ran and (name, place_of(word)) not in ran
    ]


def _carried_out(record: AttemptRecord) -> set[tuple[str, Place | None]]:
    """Simulation and place of every run in the journal, whatever became of it; None where a run does not say what it read."""
    found: set[tuple[str, Place | None]] = set()
    for words in record.runs.values():
        for word in words:
            of = word.payload.get("of")
            place = (of.get("epoch"), of.get("sequence")) if isinstance(of, dict) else None
            found.add((word.payload["simulation"], place))  # type: ignore[arg-type]  # compared only
    return found


def under_way(attempts: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """The simulations that a machine runs now for some attempts and for which a seal waits."""
    since = timezone.now() - AWAITED
    runs = EngineRun.objects.filter(attempt__in=attempts, state__in=UNDER_WAY, asked_at__gt=since).exclude(epoch=0)
    found: dict[uuid.UUID, set[str]] = {}
    for attempt, simulation in runs.values_list("attempt", "simulation"):
        found.setdefault(attempt, set()).add(simulation)
    return found


def awaited(attempt: Attempt, due: Sequence[Due]) -> list[str]:
    """The simulations of which a run is still to come, where it is worth waiting for; `due` is what `due_of` found."""
    since = timezone.now() - AWAITED
    names = under_way([attempt.pk]).get(attempt.pk, set())
    known = set(EngineRun.objects.filter(attempt=attempt).values_list("simulation", "epoch", "sequence"))
    since_us = int(since.timestamp() * 1_000_000)
    names |= {one.simulation for one in due if one.said_us > since_us and (one.simulation, *one.place) not in known}
    return sorted(names)


def profile_for(attempt: Attempt, simulation: schemes.Simulation) -> str:
    """The profile on the order sheet of an attempt; empty where the task has but one."""
    profiles: Sequence[str] = list(simulation.document.get("profiles", {}))
    return ordered_profile(bytes(attempt.seed), simulation.identifier, profiles) if profiles else ""


def job_of(run: EngineRun) -> dict[str, Any]:
    """What an engine needs for a run, as JSON: the task's document and what was made, as the journal had it at the run's place."""
    attempt = run.attempt
    simulation = pinned_simulation(attempt, run.simulation)
    assert simulation is not None
    word = word_on(simulation, record_now(attempt, (run.epoch, run.sequence)))
    payload = {} if word is None else word.payload
    if simulation.wiring is not None:
        return {"kind": "wiring", "document": simulation.document, "wires": payload.get("wires", [])}
    spec = SettingsSpec.from_document(simulation.document)
    return {
        "kind": "settings",
        "document": simulation.document,
        "profile": profile_for(attempt, simulation),
        "serial": serial_for(attempt.pk),
        "writes": payload.get("writes", []),
        "answers": _answers(spec, payload.get("answers")),
    }


def _answers(spec: SettingsSpec, given: object) -> dict[str, str] | None:
    """The values that the candidate worked out; None where the task asks for none, an empty text where one was not given."""
    if not spec.derived:
        return None
    found = given if isinstance(given, dict) else {}
    return {one.id: str(found.get(one.id, ""))[:60] for one in spec.derived}


def serial_for(attempt_id: uuid.UUID) -> str:
    """The serial under which the simulated device of an attempt answers, so that no other can be taken for it."""
    return f"SIM-{attempt_id.hex[:8].upper()}"
