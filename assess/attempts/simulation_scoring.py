"""Scoring the simulator part: the wiring as it was drawn, the settings as they were read back, the case sheet as it
was filled in.

A wiring is judged again from the candidate's own terminal pairs, so the score rests on the journal and not on a
verdict that somebody stored; the adapter's run stands beside it and must say the same. Settings rest on what the
adapter read back. Outcomes that speak about the equipment never cost the candidate anything: they wait.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from assess.attempts.fold import AttemptRecord
from assess.attempts.pinned import Pinned
from assess.attempts.rulings import settled_share
from simulator_adapters import documents
from simulator_adapters.contract import Outcome, RunRecord, Verdict, from_document
from simulator_adapters.energy import score_answers
from simulator_adapters.wiring import WiringInputError, WiringTask, evaluate
from simulator_adapters.wiring.adapter import wiring_plan

PLACES = Decimal("0.0001")
RANKING = "ranking"
"""The answer of a case sheet under which the candidate's order of the measures stands, separated by commas."""


@dataclass(frozen=True)
class ScoredSimulation:
    """A simulation's share of what was asked (0 to 1), or in a sentence what it waits for. `by_people`: it waits for two people,
    who agree on a share; otherwise another run is awaited."""

    simulation: str
    share: Decimal | None
    hazards: tuple[str, ...] = ()
    waits_for: str = ""
    sentences: tuple[str, ...] = ()
    by_people: bool = False


def score_simulation(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    """Score one simulation of an attempt. Nothing handed in is a zero with its sentence; what scoring can't tell waits until
    two people agree on a share."""
    if name in pinned.wiring:
        found = _wiring(name, pinned, record)
    elif name in pinned.cases:
        found = _case_sheet(name, pinned, record)
    else:
        found = _settings(name, record)
    share = settled_share(name, record) if found.waits_for else None
    if share is None:
        return found
    settled = f"{found.waits_for} Two people settled it at {share}."
    return ScoredSimulation(name, share, found.hazards, sentences=(*found.sentences, settled))


def _wiring(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    drawn = record.wirings.get(name)
    if drawn is None or drawn.stands is None:
        return ScoredSimulation(name, Decimal(0), sentences=(f"{name}: nothing was wired.",))
    try:
        (result,) = evaluate(pinned.wiring[name], [drawn.stands.payload["wires"]])
    except WiringInputError as error:
        return _for_people(name, f"{name}: the wiring can't be read ({error}); two people look at it.")
    if not _agrees(name, pinned.wiring[name], drawn.stands.payload["wires"], result.score, record):
        return _for_people(name, f"{name}: the run at the bench and the score differ; two people look.")
    failed = tuple(finding.sentence for finding in result.findings if not finding.passed)
    return ScoredSimulation(name, result.score, tuple(str(hazard) for hazard in result.hazards), sentences=failed)


def _for_people(name: str, why: str) -> ScoredSimulation:
    return ScoredSimulation(name, None, waits_for=why, by_people=True)


def _agrees(name: str, task: WiringTask, wires: object, score: Decimal, record: AttemptRecord) -> bool:
    """Whether the last run of this very wiring came to the same share. A run of another wiring says nothing about it, and one
    that ended with an outcome about the equipment says nothing at all."""
    same = documents.digest(documents.encode(wiring_plan(task, wires)))
    runs = [
        run for run in runs_of(name, record) if run is None or (run.plan_sha256 == same and run.outcome.is_candidate)
    ]
    if not runs:
        return True
    last = runs[-1]
    if last is None:
        return False
    return last.score is None or last.max_score is None or last.score == score * last.max_score


def _case_sheet(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    sheet = pinned.cases[name]
    given = {
        answer: found.stands.payload["value"]
        for (simulation, answer), found in record.case_answers.items()
        if simulation == name and found.stands is not None
    }
    ranking = [measure.strip() for measure in given.pop(RANKING, "").split(",")]
    strange = sorted(set(given) - {question.id for question in sheet.questions})
    if strange:
        return _for_people(name, f"{name}: it asks no question {strange[0]!r}; two people look at it.")
    result = score_answers(sheet, {answer: text for answer, text in given.items() if text.strip()}, ranking=ranking)
    unreadable = [found for found in result.answers if found.value is None and given.get(found.id, "").strip()]
    if unreadable:
        told = " ".join(f"{found.id}: {found.sentence}" for found in unreadable)
        return _for_people(name, f"{name}: {told} Two people read it.")
    missed = tuple(f"{found.id}: {found.sentence}" for found in result.answers if not found.met)
    return ScoredSimulation(name, result.score, sentences=missed)


def _settings(name: str, record: AttemptRecord) -> ScoredSimulation:
    runs = runs_of(name, record)
    if not runs:
        if name in record.settings:
            return ScoredSimulation(name, None, waits_for=f"{name}: the settings were made and not read back yet.")
        return ScoredSimulation(name, Decimal(0), sentences=(f"{name}: nothing was set.",))
    run = runs[-1]
    if run is None:
        return _for_people(name, f"{name}: the last run's record can't be read; two people look.")
    if not run.outcome.is_candidate:
        return ScoredSimulation(name, None, waits_for=f"{name}: the equipment reported {run.outcome}; it is run again.")
    if run.outcome is Outcome.MARGINAL or any(m.verdict is Verdict.MARGINAL for m in run.measurements):
        return _for_people(name, f"{name}: a reading lies on its limit; two people decide.")
    judged = [measurement for measurement in run.measurements if measurement.verdict is not Verdict.UNSET]
    if not judged:
        return ScoredSimulation(name, None, waits_for=f"{name}: the last run judged nothing; it is run again.")
    met = sum(measurement.verdict is Verdict.PASS for measurement in judged)
    share = (Decimal(met) / Decimal(len(judged))).quantize(PLACES, ROUND_HALF_EVEN)
    failed = tuple(m.sentence or f"{m.name}: {m.value} {m.unit}" for m in judged if m.verdict is not Verdict.PASS)
    return ScoredSimulation(name, share, sentences=failed)


def runs_of(name: str, record: AttemptRecord) -> list[RunRecord | None]:
    """The runs in the order of their roles' numbers, epochs and sequences; None where a record can't be read."""
    return [
        _read(word.payload["record"])
        for words in record.runs.values()
        for word in words
        if word.payload["simulation"] == name
    ]


def _read(document: object) -> RunRecord | None:
    try:
        return from_document(document)
    except (ValueError, ArithmeticError):
        return None
