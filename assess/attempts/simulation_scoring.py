"""Scoring the simulator part: the wiring as it was drawn, the settings as they were read back, the case sheet as it
was filled in.

A wiring is judged again from the candidate's own terminal pairs, so the score rests on the journal and not on a
verdict that somebody stored; the adapter's run stands beside it and must say the same. Settings rest on what the
adapter read back. Outcomes that speak about the equipment never cost the candidate anything: they wait.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from assess.attempts.fold import AttemptRecord, Said
from assess.attempts.pinned import Pinned
from simulator_adapters.contract import Outcome, RunRecord, Verdict, from_document
from simulator_adapters.energy import score_answers
from simulator_adapters.wiring import WiringInputError, evaluate

PLACES = Decimal("0.0001")
RANKING = "ranking"
"""The answer of a case sheet under which the candidate's order of the measures stands, separated by commas."""


@dataclass(frozen=True)
class ScoredSimulation:
    """A simulation's share of what was asked (0 to 1), or in a sentence what it waits for."""

    simulation: str
    share: Decimal | None
    hazards: tuple[str, ...] = ()
    waits_for: str = ""
    sentences: tuple[str, ...] = ()


def score_simulation(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    """Score one simulation of an attempt. Nothing handed in is a zero with its sentence."""
    if name in pinned.wiring:
        return _wiring(name, pinned, record)
    if name in pinned.cases:
        return _case_sheet(name, pinned, record)
    return _settings(name, record)


def _wiring(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    drawn = record.wirings.get(name)
    if drawn is None or drawn.stands is None:
        return ScoredSimulation(name, Decimal(0), sentences=(f"{name}: nothing was wired.",))
    try:
        result = evaluate(pinned.wiring[name], drawn.stands.payload["wires"])
    except WiringInputError as error:
        return ScoredSimulation(
            name, None, waits_for=f"{name}: the wiring can't be read ({error}); a person looks at it."
        )
    run = _last_run(name, record)
    if run is not None and not _agrees(run, result.score):
        return ScoredSimulation(
            name, None, waits_for=f"{name}: the run at the bench and the score differ; a person looks."
        )
    failed = tuple(finding.sentence for finding in result.findings if not finding.passed)
    return ScoredSimulation(name, result.score, tuple(str(hazard) for hazard in result.hazards), sentences=failed)


def _agrees(run: Said, score: Decimal) -> bool:
    """Whether the run at the bench came to the same share; its other measurements are evidence, not needed here."""
    recorded = [m["value"] for m in run.payload["record"]["measurements"] if m["name"] == "score"]
    return not recorded or Decimal(recorded[-1]) == score


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
        return ScoredSimulation(
            name, None, waits_for=f"{name}: it asks no question {strange[0]!r}; a person looks at it."
        )
    result = score_answers(sheet, {answer: text for answer, text in given.items() if text.strip()}, ranking=ranking)
    unreadable = [found for found in result.answers if found.value is None and given.get(found.id, "").strip()]
    if unreadable:
        told = " ".join(f"{found.id}: {found.sentence}" for found in unreadable)
        return ScoredSimulation(name, None, waits_for=f"{name}: {told} Two people read it.")
    missed = tuple(f"{found.id}: {found.sentence}" for found in result.answers if not found.met)
    return ScoredSimulation(name, result.score, sentences=missed)


def _settings(name: str, record: AttemptRecord) -> ScoredSimulation:
    last = _last_run(name, record)
    if last is None:
        if record.settings.get(name):
            return ScoredSimulation(name, None, waits_for=f"{name}: the settings were made and not read back yet.")
        return ScoredSimulation(name, Decimal(0), sentences=(f"{name}: nothing was set.",))
    run: RunRecord = from_document(last.payload["record"])
    if not run.outcome.is_candidate:
        return ScoredSimulation(name, None, waits_for=f"{name}: the equipment reported {run.outcome}; it is run again.")
    if run.outcome is Outcome.MARGINAL:
        return ScoredSimulation(name, None, waits_for=f"{name}: a reading lies on its limit; a person decides.")
    judged = [measurement for measurement in run.measurements if measurement.verdict is not Verdict.UNSET]
    met = sum(measurement.verdict is Verdict.PASS for measurement in judged)
    share = (Decimal(met) / Decimal(len(judged))).quantize(PLACES, ROUND_HALF_EVEN) if judged else Decimal(0)
    failed = tuple(m.sentence or f"{m.name}: {m.value} {m.unit}" for m in judged if m.verdict is not Verdict.PASS)
    return ScoredSimulation(name, share, sentences=failed)


def _last_run(name: str, record: AttemptRecord) -> Said | None:
    """The last run by role, epoch and sequence: each run is a role of its own, numbered in order."""
    runs: list[Said] = [word for words in record.runs.values() for word in words if word.payload["simulation"] == name]
    if not runs:
        return None
    return max(runs, key=lambda word: (int(word.role.partition(":")[2]), word.epoch, word.sequence))
