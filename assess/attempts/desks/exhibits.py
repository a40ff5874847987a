"""What an attempt's simulator part left behind, put together for people: what was made, what machines recorded, what it is worth.

Read from the journal as it stands now and kept nowhere. It holds limits and verdicts: what a candidate may see of it, their own
page picks by name.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.folding.pinned import Pinned
from assess.attempts.machines.readings import Reading, readings_of
from assess.attempts.machines.runs import Run, Worth, runs_of, told_apart
from assess.attempts.models import Attempt, EngineRun, Stream
from assess.attempts.queries import live_records, pinned, work_of
from assess.attempts.scoring.simulations import RANKING, ScoredSimulation, score_simulation
from assess.people.queries import works_at
from assess.schemes import queries as schemes
from assess.sittings.queries import posts_held
from simulator_adapters.energy import AnswerResult, CaseSheet, score_answers
from simulator_adapters.wiring import Finding, WiringInputError, WiringTask, evaluate

FAMILIES = ("candidate", "proctor", "adapter", "adjudicator", "assessor", "technician")
CENTRE = frozenset({"director", "approver", "board"})


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A question of a case sheet with what was given, and how it was judged."""

    text: str
    given: str
    judged: AnswerResult


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One simulation of an attempt.

    Attributes
    ----------
    kind
        ``wiring``, ``settings`` or ``case``.
    wires
        The drawing that stands: terminal, terminal, and what is said about the conductor.
    findings
        What the drawing meets and fails, judged now from its pairs.
    unreadable
        Why the drawing can't be judged; empty otherwise.
    writes
        Settings in the order given: model, point, place, value.
    answers, questions
        Of settings: the values worked out beside them, and what was asked for (``id``, ``text``, ``unit``).
    """

    simulation: str
    title: str
    brief: str
    kind: str
    scored: ScoredSimulation
    runs: tuple[Run, ...]
    engine_runs: tuple[EngineRun, ...] = ()
    wires: tuple[tuple[str, str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    unreadable: str = ""
    writes: tuple[Any, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    sheet: tuple[Answered, ...] = ()
    ranking: tuple[str, ...] = ()
    ranking_key: tuple[str, ...] = ()
    questions: tuple[Mapping[str, str], ...] = ()

    @property
    def counts(self) -> Run | None:
        """The run on which the score rests."""
        return next((run for run in self.runs if run.worth is Worth.COUNTS), None)


@dataclass(frozen=True, kw_only=True)
class Exhibits:
    """All simulations of an attempt, and the readings of machines at its bays."""

    attempt: Attempt
    simulations: tuple[Exhibit, ...]
    readings: tuple[Reading, ...]


def attempt_for(actor_id: uuid.UUID, roles: frozenset[str], attempt_id: uuid.UUID) -> Attempt | None:
    """An attempt whose evidence this person may open; None for any other.

    Those who answer for it at the sitting's organisation may always; an assessor, marker or adjudicator of the attempt once it is
    sealed, so that no machine's word stands beside a sheet that is still being marked.
    """
    found = Attempt.objects.filter(pk=attempt_id).select_related("registration__scheme_version__scheme", "sitting")
    attempt = found.select_related("registration__candidate").defer("registration__scheme_version__document").first()
    if attempt is None:
        return None
    if any(works_at(actor_id, attempt.sitting.organisation_id, role) for role in sorted(roles & CENTRE)):
        return attempt
    held = posts_held(actor_id, attempt.sitting_id, attempt.registration.candidate_id)
    return attempt if attempt.state == Attempt.State.SEALED and "assessor" in roles and held else None


def record_of(attempt: Attempt) -> tuple[Pinned, AttemptRecord]:
    """What the attempt pins, and what its journal says of machines and of what they judged."""
    versions = pinned(attempt)
    return versions, fold(live_records(attempt.pk, families=FAMILIES, work=work_of(attempt)), versions.frame)


def exhibits_of(attempt: Attempt) -> Exhibits:
    """Everything there is to see of an attempt's machines."""
    versions, record = record_of(attempt)
    ran: dict[str, list[EngineRun]] = {}
    for run in EngineRun.objects.filter(attempt=attempt).order_by("epoch", "sequence"):
        ran.setdefault(run.simulation, []).append(run)
    simulations = schemes.simulations([pin["hash"] for pin in attempt.pins["simulations"]])
    found = [_exhibit(one, versions, record, ran.get(one.identifier, ())) for one in simulations]
    about = set(versions.tasks)
    readings = tuple(reading for reading in readings_of(record, versions) if reading.about in about)
    return Exhibits(attempt=attempt, simulations=tuple(found), readings=readings)


def run_of(attempt: Attempt, run_id: str) -> tuple[Run, Exhibit | None] | None:
    """A run of an attempt by its own number, with the simulation it is about; None where there is none."""
    versions, record = record_of(attempt)
    for simulation in schemes.simulations([pin["hash"] for pin in attempt.pins["simulations"]]):
        for run in runs_of(simulation.identifier, versions, record):
            if run.run == run_id:
                return run, _exhibit(simulation, versions, record, ())
    elsewhere = told_apart(word for words in record.runs.values() for word in words)
    return next(((run, None) for run in elsewhere if run.run == run_id), None)


def devices_of(attempt_id: uuid.UUID) -> dict[tuple[str, int], str]:
    """On which device each machine's stream was written, by role and epoch."""
    rows = Stream.objects.filter(subject=attempt_id, role__startswith="adapter:")
    return {(role, epoch): device for role, epoch, device in rows.values_list("role", "epoch", "device")}


def _exhibit(
    simulation: schemes.Simulation, versions: Pinned, record: AttemptRecord, engine_runs: Sequence[EngineRun]
) -> Exhibit:
    name, document = simulation.identifier, simulation.document
    made: dict[str, Any] = {
        "simulation": name,
        "title": str(document["title"]),
        "brief": str(document.get("brief") or document.get("order") or ""),
        "scored": score_simulation(name, versions, record),
        "runs": runs_of(name, versions, record),
        "engine_runs": tuple(engine_runs),
    }
    if simulation.wiring is not None:
        return Exhibit(kind="wiring", **made, **_wiring(simulation.wiring, record))
    if simulation.case_sheet is not None:
        return Exhibit(kind="case", **made, **_case(simulation.case_sheet, record))
    questions = tuple(schemes.presented(simulation)["questions"])
    return Exhibit(kind="settings", questions=questions, **made, **_settings(name, record))


def _wiring(task: WiringTask, record: AttemptRecord) -> dict[str, Any]:
    drawn = record.wirings.get(task.id)
    if drawn is None or drawn.stands is None:
        return {}
    wires = drawn.stands.payload["wires"]
    try:
        (result,) = evaluate(task, [wires])
    except WiringInputError as error:
        return {"unreadable": str(error)}
    return {"wires": tuple(_conductor(one) for one in wires), "findings": result.findings}


def _conductor(wire: Sequence[Any]) -> tuple[str, str, str]:
    about = wire[2] if len(wire) > 2 and isinstance(wire[2], dict) else {}
    words = (f"{about['mm2']} mm²" if "mm2" in about else "", f"{about['metres']} m" if "metres" in about else "")
    said = [one for one in (*words, str(about.get("colour", ""))) if one]
    return str(wire[0]), str(wire[1]), ", ".join(said)


def _settings(name: str, record: AttemptRecord) -> dict[str, Any]:
    made = record.settings.get(name)
    if made is None or made.stands is None:
        return {}
    payload = made.stands.payload
    answers = payload.get("answers")
    return {
        "writes": tuple(payload["writes"]),
        "answers": {str(key): str(value) for key, value in answers.items()} if isinstance(answers, dict) else {},
    }


def _case(sheet: CaseSheet, record: AttemptRecord) -> dict[str, Any]:
    given = {
        answer: str(found.stands.payload["value"])
        for (simulation, answer), found in record.case_answers.items()
        if simulation == sheet.id and found.stands is not None
    }
    ranking = tuple(one.strip() for one in given.get(RANKING, "").split(",") if one.strip())
    known = {question.id for question in sheet.questions}
    numbers = {answer: text for answer, text in given.items() if answer in known and text.strip()}
    result = score_answers(sheet, numbers, ranking=ranking)
    answered = zip(sheet.questions, result.answers, strict=True)
    return {
        "sheet": tuple(
            Answered(text=question.text, given=given.get(question.id, "").strip(), judged=judged)
            for question, judged in answered
        ),
        "ranking": ranking,
        "ranking_key": sheet.ranking_key,
    }
