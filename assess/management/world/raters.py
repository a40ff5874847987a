"""Assessors are trained before they rate, meet for an hour before the day, and are watched over afterwards; all made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assess import door
from assess.management.world import model
from assess.management.world.cast import Cast
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Sitting
from assess.validity.monitoring import gathering
from assess.validity.monitoring.actions import FEWEST
from assess.validity.monitoring.queries import alarms_of
from assess.validity.raters.models import Exemplar, TrainingSession
from assess.validity.raters.queries import trainings_of
from assess.validity.raters.sheets import judged_rows
from rubrics import queries as rubrics
from rubrics.definition import Criterion, TaskDefinition

EXEMPLARS = 2
"""So many of each task in a training: enough rows for an interval."""
ABILITIES = (1.6, -0.4, 0.7, 2.4, 0.1, 1.1)
"""How good the work on each exemplar is, so that all levels are seen."""


def train_assessors(cast: Cast, version: SchemeVersion) -> None:
    """A panel agrees on exemplars, every assessor marks them blind, a trainer puts the result in force.

    Whoever is below the threshold is trained again on other exemplars.
    """
    wanted: Sequence[Account] = cast.assessors
    for turn in range(2):
        exemplars = _exemplars(cast, version, turn)
        session = door.act(
            cast.acts_as(cast.director),
            "validity.raters.open_session",
            scheme_version_id=version.pk,
            title="Training on made-up recordings" if turn == 0 else "Second training on made-up recordings",
            exemplar_ids=[one.exemplar.pk for one in exemplars],
            assessor_ids=[one.pk for one in wanted],
        )
        _mark(cast, session, exemplars, wanted)
        wanted = _decide(cast, session)
        if not wanted:
            return


def hold_calibration_hour(cast: Cast, version: SchemeVersion, sitting: Sitting) -> TrainingSession:
    """The hour before a day: one new exemplar of each task, marked blind by those on duty, and what was said about the gaps."""
    exemplars = _exemplars(cast, version, 2, each=1)
    people = cast.assessors
    session: TrainingSession = door.act(
        cast.acts_as(cast.director),
        "validity.raters.open_session",
        scheme_version_id=version.pk,
        title="Calibration hour",
        exemplar_ids=[one.exemplar.pk for one in exemplars],
        assessor_ids=[one.pk for one in people],
        sitting_id=sitting.pk,
    )
    _mark(cast, session, exemplars, people)
    note = "Every gap of more than one level was talked over at the recording; the anchors of the sheet decided."
    door.act(cast.acts_as(cast.director), "validity.raters.close_session", session_id=session.pk, note=note)
    return session


def watch_for_drift(cast: Cast, version: SchemeVersion) -> None:
    """Take the first half of what is scored as usual, where it is enough, and hold the rest against it."""
    blocks = gathering.scored(version.pk).blocks
    base: list[str] = []
    count = 0
    while len(base) < len(blocks) and (count < FEWEST or len(base) < len(blocks) // 2):
        count += len(blocks[len(base)].attempts)
        base.append(blocks[len(base)].key)
    director = cast.acts_as(cast.director)
    if count >= FEWEST:
        because = "First half of the made-up window: rigs were checked, and nothing unusual was noted."
        asked = {"scheme_version_id": version.pk, "blocks": base, "because": because}
        door.act(director, "validity.monitoring.store_base_period", **asked)
    door.act(director, "validity.monitoring.look", scheme_version_id=version.pk)


def look_at_alarms(cast: Cast, version: SchemeVersion) -> None:
    """The director looks at every alarm and says what was done; until somebody has, nobody is awarded anything."""
    done = "Talked over with those it is about, at a recording; nothing to be done before the next window (made up)."
    waiting = [alarm for alarm in alarms_of(version.pk) if alarm.open and not alarm.looked_at]
    asked = ({"alarm_id": alarm.id, "done": done} for alarm in waiting)
    door.act_on_all(cast.acts_as(cast.director), "validity.monitoring.acknowledge_alarm", asked)


@dataclass(frozen=True)
class Shown:
    """An exemplar with the performance that it shows."""

    exemplar: Exemplar
    task: TaskDefinition
    work: model.Performance
    number: int


def _exemplars(cast: Cast, version: SchemeVersion, turn: int, each: int = EXEMPLARS) -> list[Shown]:
    names = [task for part in schemes.parts(version) for task in part.tasks]
    published = rubrics.published_versions(names)
    tasks = [rubrics.definition_of(published[name]) for name in names for _ in range(each)]
    works = [_work(task, place, turn) for place, task in enumerate(tasks)]
    proposed = [
        _proposal(version, task, work, f"{turn + 1}{'ABC'[place % each]}")
        for place, (task, work) in enumerate(zip(tasks, works, strict=True))
    ]
    made: list[Exemplar] = door.act_on_all(cast.acts_as(cast.director), "validity.raters.propose_exemplar", proposed)
    for member in (cast.reviewer, cast.approvers[0]):
        signed = ({"exemplar_id": one.pk} for one in made)
        door.act_on_all(cast.acts_as(member), "validity.raters.agree_exemplar", signed)
    return [Shown(*one, 100 * turn + place) for place, one in enumerate(zip(made, tasks, works, strict=True))]


def _work(task: TaskDefinition, place: int, turn: int) -> model.Performance:
    number = 90_000 + 100 * turn + place
    ability = ABILITIES[(place + turn) % len(ABILITIES)]
    who = model.Person(number, items=ability, bench=ability, simulator=ability, writes_comma=False)
    return model.perform(task.criteria, who=who, task=place)


def _proposal(version: SchemeVersion, task: TaskDefinition, work: model.Performance, number: str) -> dict[str, Any]:
    reference = {row.identifier: _reference(row, work) for row in judged_rows(task)}
    return {
        "scheme_version_id": version.pk,
        "task": task.identifier,
        "title": f"{task.identifier}, recording {number} (made up)",
        "kind": "clip",
        "material": f"A made-up recording of {task.title}. Beside each row stands what is to be seen and heard.",
        "reference": reference,
        "seen": {row.identifier: _seen(row, reference[row.identifier]) for row in judged_rows(task)},
        "because": {
            row.identifier: f"Anchor {reference[row.identifier]['level']}: {_seen(row, reference[row.identifier])}"
            for row in judged_rows(task)
            if row.kind == "judgement"
        },
    }


def _reference(row: Criterion, work: model.Performance) -> dict[str, Any]:
    if row.kind == "judgement":
        return {"level": sum(work.logits[row.identifier] > step for step in model.LEVEL_STEPS)}
    return {"answer": "yes" if work.done[row.identifier] else "no"}


def _seen(row: Criterion, mark: dict[str, Any]) -> str:
    if row.kind == "judgement":
        level: int = mark["level"]
        return row.anchors[level]
    return "Carried out in full view." if mark["answer"] == "yes" else "Looked for twice; it does not happen."


def _mark(cast: Cast, session: TrainingSession, shown: Sequence[Shown], people: Sequence[Account]) -> None:
    for person in people:
        seat = cast.assessors.index(person)
        sheets = []
        for one in shown:
            random = model.random_for(21, one.number, seat)
            marks = {row.identifier: _as_mark(row, one.work, seat, random) for row in judged_rows(one.task)}
            sheets.append({"session_id": session.pk, "exemplar_id": one.exemplar.pk, "marks": marks})
        door.act_on_all(cast.acts_as(person), "validity.raters.mark_exemplar", sheets)


def _as_mark(row: Criterion, work: model.Performance, seat: int, random: model.Random) -> dict[str, Any]:
    seen = model.mark(row, work, assessor=seat, random=random)
    return {"level": int(seen or 0)} if row.kind == "judgement" else {"answer": "yes" if seen else "no"}


def _decide(cast: Cast, session: TrainingSession) -> list[Account]:
    """The trainer goes by the proposal. Returns who has to be trained again."""
    again = []
    verdicts = []
    for training in trainings_of(session):
        meets = training.proposal == "meets the threshold"
        if not meets:
            again.append(training.assessor)
        verdicts.append(
            {
                "training_id": training.pk,
                "verdict": "trained" if meets else "not yet",
                "reason": "" if training.proposal != "not enough evidence" else "Too few rows to tell.",
            }
        )
    door.act_on_all(cast.acts_as(cast.approvers[1]), "validity.raters.put_in_force", verdicts)
    note = "Every row marked otherwise than by the panel was talked over at the (made-up) recording."
    door.act(cast.acts_as(cast.director), "validity.raters.close_session", session_id=session.pk, note=note)
    return [next(one for one in cast.assessors if one.pk == person.pk) for person in again]
