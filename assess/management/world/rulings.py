"""What two assessors saw differently: a third assessor, and two named adjudicators for must-pass steps and safety stops."""

from collections.abc import Sequence

from assess.attempts import queries as attempts
from assess.attempts.scoring.tasks import ScoredTask
from assess.management.world.bays import assess, calibrations_of_the_day
from assess.management.world.cast import Cast
from assess.management.world.devices import Device, send_all
from assess.management.world.lives import Life, open_streams
from rubrics.definition import TaskDefinition

ADJUDICATORS = ("adjudicator:1", "adjudicator:2")


def settle_open_rows(cast: Cast, lives: Sequence[Life]) -> int:
    """What two assessors saw differently goes to a third, and a must-pass step to two named adjudicators."""
    asked = _standing(lives)
    entries = _third_assessors(cast, asked) + _adjudicate(cast, asked)
    # A third assessor's sheet can bring a task to the adjudicators, so those are looked at once more.
    again = [life for life, tasks in asked if any(task.score.status != "settled" for task in tasks)]
    return entries + _adjudicate(cast, _standing(again))


def _standing(lives: Sequence[Life]) -> list[tuple[Life, list[ScoredTask]]]:
    return [(life, attempts.tasks_now(life.attempt, life.tasks)) for life in lives]


def _third_assessors(cast: Cast, asked: Sequence[tuple[Life, list[ScoredTask]]]) -> int:
    calibrations = calibrations_of_the_day()
    touched = []
    for life, tasks in asked:
        for index, task in enumerate(tasks):
            if task.score.status != "third_assessor_needed":
                continue
            number = 2 * len(life.tasks) + 1 + index
            role = f"assessor:{number}"
            open_streams(cast, [(life, role, life.posts[role], f"tablet {number}")])
            assess(cast, life, life.tasks[index], number, calibrations, only=frozenset(task.score.open_criteria))
            touched.append(life.devices[role])
    return send_all(touched)


def _adjudicate(cast: Cast, asked: Sequence[tuple[Life, list[ScoredTask]]]) -> int:
    touched: dict[int, Device] = {}
    for life, tasks in asked:
        for index, task in enumerate(tasks):
            must_pass = {row.identifier for row in life.tasks[index].criteria if row.must_pass}
            unsettled = [name for name in task.score.open_criteria if name in must_pass]
            stopped = any(sheet.safety_stop is not None for sheet in task.sheets.values())
            if task.score.status == "adjudication_needed" and (unsettled or stopped):
                _rule(cast, life, life.tasks[index], unsettled, stopped=stopped)
                touched |= {id(life.devices[role]): life.devices[role] for role in ADJUDICATORS}
    return send_all(touched.values())


def _rule(cast: Cast, life: Life, task: TaskDefinition, unsettled: Sequence[str], *, stopped: bool) -> None:
    """Both adjudicators go through the recording again and say what really was."""
    if ADJUDICATORS[0] not in life.devices:
        open_streams(cast, [(life, role, life.posts[role], "review room") for role in ADJUDICATORS])
    if stopped:
        reason = "both people who looked at the recording agree with the assessor"
        for role in ADJUDICATORS:
            life.devices[role].write("confirm_stop", task=task.identifier, confirmed=True, reason=reason)
    for name in unsettled:
        for role in ADJUDICATORS:
            life.devices[role].write(
                "settle",
                task=task.identifier,
                criterion=name,
                met=life.work[task.identifier].done[name],
                reason="both sheets and the recording of the bay were gone through again",
            )
