"""Scoring the simulator part: the wiring as it was drawn, the settings as they were read back, the case sheet as it
was filled in.

A wiring is judged again from the candidate's own terminal pairs, so the score rests on the journal and not on a
verdict that somebody stored; the adapter's runs stand beside it and must say the same. Settings rest on what the
adapter read back in the run that counts. Outcomes that speak about the equipment never cost the candidate anything: they wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.pinned import Pinned
from assess.attempts.machines.runs import Run, Worth, last_of_each, runs_of
from assess.attempts.machines.simulation_readings import simulation_doubt
from assess.attempts.scoring.rulings import settled_share
from simulator_adapters.contract import Outcome, RunRecord, Verdict
from simulator_adapters.energy import score_answers
from simulator_adapters.wiring import WiringInputError, evaluate

PLACES = Decimal("0.0001")
RANKING = "ranking"
"""The answer of a case sheet under which the candidate's order of the measures stands, separated by commas."""


@dataclass(frozen=True)
class ScoredSimulation:
    """A simulation's share of what was asked (0 to 1), or in a sentence what it waits for. `by_people`: it waits for two people,
    who agree on a share; otherwise another run is awaited. `broken`: it is awaited because the equipment
    failed, in words that the candidate reads."""

    simulation: str
    share: Decimal | None
    hazards: tuple[str, ...] = ()
    waits_for: str = ""
    sentences: tuple[str, ...] = ()
    by_people: bool = False
    broken: str = ""

    @property
    def equipment(self) -> bool:
        """Whether it waits because equipment failed."""
        return bool(self.broken)


def score_simulation(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    """Score one simulation of an attempt. Nothing handed in is a zero with its sentence; what scoring can't tell waits until
    two people agree on a share."""
    if name in pinned.wiring:
        found = _wiring(name, pinned, record)
    elif name in pinned.cases:
        found = _case_sheet(name, pinned, record)
    else:
        found = _settings(name, pinned, record)
    share = settled_share(name, record) if found.waits_for and not found.equipment else None
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
    if not _agrees(result.score, runs_of(name, pinned, record)):
        return _for_people(name, f"{name}: the run at the bench and the score differ; two people look.")
    failed = tuple(finding.sentence for finding in result.findings if not finding.passed)
    return ScoredSimulation(name, result.score, tuple(str(hazard) for hazard in result.hazards), sentences=failed)


def _for_people(name: str, why: str) -> ScoredSimulation:
    return ScoredSimulation(name, None, waits_for=why, by_people=True)


def _agrees(score: Decimal, runs: Sequence[Run]) -> bool:
    """Whether the runs of this very wiring came to the same share. A run of another wiring says nothing about it, and one that
    ended with an outcome about the equipment says nothing at all."""
    if any(run.worth in (Worth.CONTRADICTORY, Worth.UNREADABLE) for run in runs):
        return False
    counted = [run.record for run in runs if run.worth is Worth.COUNTS and run.record is not None]
    return all(
        record.score is None or record.max_score is None or record.score == score * record.max_score
        for record in counted
    )


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


def _settings(name: str, pinned: Pinned, record: AttemptRecord) -> ScoredSimulation:
    runs = runs_of(name, pinned, record)
    counts = next((run for run in runs if run.worth is Worth.COUNTS), None)
    if counts is not None:
        return _read_back(name, counts)
    doubted = [run for run in runs if run.worth.for_people]
    if doubted:
        return _for_people(name, f"{name}: {doubted[-1].role}: {doubted[-1].why} Two people look.")
    failed = [run for run in runs if run.worth is Worth.EQUIPMENT]
    if failed:
        why = f"{name}: the equipment reported {failed[-1].outcome}; it is run again."
        return ScoredSimulation(name, None, waits_for=why, broken=failed[-1].why[:1].upper() + failed[-1].why[1:])
    made = record.settings.get(name)
    if made is not None and (made.stands is not None or made.late):
        return ScoredSimulation(name, None, waits_for=f"{name}: the settings were made and not read back yet.")
    return ScoredSimulation(name, Decimal(0), sentences=(f"{name}: nothing was set.",))


def _read_back(name: str, run: Run) -> ScoredSimulation:
    """The share of what a run judged that is as it should be. What was polled stands as it was read last."""
    assert run.record is not None
    found = last_of_each(run.record).values()
    doubts = [doubt for one in found if (doubt := simulation_doubt(one, run.moment_us))[0] is Worth.PROVISIONAL]
    if doubts:
        return _for_people(name, f"{name}: {doubts[0][1]} Two people look.")
    if run.record.outcome is Outcome.MARGINAL or any(one.verdict is Verdict.MARGINAL for one in found):
        return _for_people(name, f"{name}: a reading lies on its limit; two people decide.")
    judged = [one for one in found if one.verdict is not Verdict.UNSET]
    if not judged:
        why = f"{name}: the last run judged nothing; it is run again."
        return ScoredSimulation(name, None, waits_for=why, broken="What was read back could not be judged.")
    met = sum(one.verdict is Verdict.PASS for one in judged)
    unread = _unread_answers(run.record)
    share = (Decimal(met) / Decimal(len(judged) + len(unread))).quantize(PLACES, ROUND_HALF_EVEN)
    failed = tuple(
        one.sentence or f"{one.name}: {one.value} {one.unit}" for one in judged if one.verdict is not Verdict.PASS
    )
    return ScoredSimulation(name, share, sentences=(*failed, *unread))


def _unread_answers(record: RunRecord) -> tuple[str, ...]:
    """The sentences of asked values that gave no number: nothing was measured of them, and they were asked for all the same."""
    measured = {one.name for one in record.measurements}
    return tuple(
        step.sentence
        for step in record.steps
        if step.name.startswith("answer_") and step.outcome is Outcome.FAIL and step.name not in measured
    )
