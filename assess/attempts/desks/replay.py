"""A candidate's work at a wiring task for those who may look back at it: every step, what was seen at each, and the verdict with
the place on the board of all that is not met. Read from the journal as it stands now, and kept nowhere.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assess.attempts.desks import exhibits
from assess.attempts.desks.bench import seen_in_words
from assess.attempts.desks.replaying import Step, injected_last, played, steps_of
from assess.attempts.desks.standing import PartStanding, standing_of
from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.journal import clock
from assess.attempts.models import Attempt
from assess.people.queries import has_conflict
from assess.schemes import queries as schemes
from assess.sittings.queries import posts_held
from simulator_adapters import documents
from simulator_adapters.wiring import Verdict, WiringInputError, WiringTask, evaluate

OVER = frozenset({"finished", "over"})


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A wiring task of an attempt, ready to be looked at step by step."""

    attempt: Attempt
    part: str
    simulation: schemes.Simulation
    task: WiringTask
    record: AttemptRecord
    steps: tuple[Step, ...]


def attempt_to_replay(actor_id: uuid.UUID, roles: frozenset[str], attempt_id: uuid.UUID) -> Attempt | None:
    """An attempt whose wirings this person may look back at; None for any other.

    Whoever may open its evidence may; an adjudicator of the attempt as soon as the simulator part is over, because wirings that
    scoring can't read are ruled on before the seal. Nobody looks on while the candidate works.
    """
    if (found := exhibits.attempt_for(actor_id, roles, attempt_id)) is not None:
        return None if _runs(found) else found
    attempt = Attempt.objects.filter(pk=attempt_id).select_related("registration__candidate", "sitting").first()
    if attempt is None or "assessor" not in roles:
        return None
    candidate = attempt.registration.candidate_id
    posts = posts_held(actor_id, attempt.sitting_id, candidate)
    rules = any(post.startswith("adjudicator:") for post in posts) and not has_conflict(actor_id, candidate)
    return attempt if rules and not _runs(attempt) else None


def _parts(attempt: Attempt) -> tuple[PartStanding, ...]:
    standing = standing_of(attempt)
    return (*standing.parts, *standing.resits)


def _runs(attempt: Attempt) -> bool:
    """Whether the simulator part may still be worked at."""
    if attempt.state == Attempt.State.SEALED:
        return False
    now_us = clock.now_us()
    return any(part.state(now_us) not in OVER for part in _parts(attempt) if part.simulations)


def wiring_tasks(attempt: Attempt) -> list[tuple[str, str]]:
    """Identifier and title of each wiring task that an attempt pins, in their order."""
    found = schemes.simulations([pin["hash"] for pin in attempt.pins["simulations"]])
    return [(one.identifier, str(one.document["title"])) for one in found if one.wiring is not None]


def replay_of(attempt: Attempt, simulation: str) -> Replay | None:
    """The steps of one wiring task; None where the attempt pins no such task."""
    pins = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] == simulation]
    found = next(iter(schemes.simulations(pins)), None)
    if found is None or found.wiring is None:
        return None
    part = next(part["part"] for part in attempt.pins["parts"] if simulation in part["simulations"])
    _, record = exhibits.record_of(attempt)
    return Replay(
        attempt=attempt,
        part=part,
        simulation=found,
        task=found.wiring,
        record=record,
        steps=steps_of(record, simulation),
    )


def replay_document(replay: Replay) -> dict[str, Any]:
    """A replay as JSON: the board, the steps with the time since the part began, and the verdict on the drawing that counts.

    Drawings name their conductors by their places in `wires`, where each stands once.
    """
    window = replay.record.windows.get(replay.part)
    first = replay.steps[0].moment_us if replay.steps else 0
    begun = first if window is None else window.begun_us
    wires: dict[str, int] = {}
    kept: list[Any] = []
    steps = []
    for step in replay.steps:
        row: dict[str, Any] = {
            "kind": step.kind,
            "ms": max(0, step.moment_us - begun) // 1000,
            "late": step.late,
            "judged": step.judged,
        }
        if step.kind == "wiring":
            row["wires"] = [_place(wire, wires, kept) for wire in _with_colours(step)]
        else:
            row |= {"set": step.payload["set"], "off": step.payload.get("off") is True}
            row["inject"] = str(step.payload.get("inject") or "")
        steps.append(row)
    return {
        "task": schemes.presented(replay.simulation),
        "wires": kept,
        "steps": steps,
        "verdict": verdict_document(replay.task, replay.steps),
    }


def _place(wire: Any, places: dict[str, int], kept: list[Any]) -> int:
    name = repr(wire)
    if name not in places:
        places[name] = len(kept)
        kept.append(wire)
    return places[name]


def _with_colours(step: Step) -> list[Any]:
    """The conductors of a drawing; those from before colours stood with each get theirs from the list beside."""
    wires, colours = step.payload["wires"], step.payload.get("colours")
    if not isinstance(colours, list) or len(colours) != len(wires):
        return list(wires)
    return [
        [*wire, {"colour": colour}] if isinstance(wire, list) and len(wire) == 2 and isinstance(colour, str) else wire
        for wire, colour in zip(wires, colours, strict=True)
    ]


def verdict_document(task: WiringTask, steps: Sequence[Step]) -> dict[str, Any] | None:
    """The verdict on the drawing that scoring takes, with where each finding lies; None where nothing was drawn in time."""
    judged = next((step for step in steps if step.judged), None)
    if judged is None:
        return None
    try:
        (verdict,) = evaluate(task, [judged.payload["wires"]])
    except WiringInputError as error:
        return {"unreadable": str(error)}
    return {
        "works": verdict.works,
        "safe": verdict.safe,
        "score": str(verdict.score),
        "findings": _findings(verdict),
    }


def _findings(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "name": finding.name,
            "sort": finding.sort.value,
            "passed": finding.passed,
            "sentence": finding.sentence,
            "hazard": "" if finding.hazard is None or finding.passed else finding.hazard.value,
            "state": dict(finding.state),
            "voltages": documents.encode(finding.voltages),
            "currents": documents.encode(finding.currents),
            "place": documents.encode(verdict.places.get(finding.name)),
        }
        for finding in verdict.findings
    ]


def seen_at(replay: Replay, number: int) -> dict[str, Any] | None:
    """What a person at the bench saw at an operation, numbered from 0; None where the step is none.

    Raises
    ------
    WiringInputError
        Where the drawing or an operation can't be read.
    """
    if not 0 <= number < len(replay.steps) or replay.steps[number].kind != "operate":
        return None
    steps = replay.steps[: number + 1]
    return seen_in_words(replay.task, played(replay.task, steps), injected_last(steps))
