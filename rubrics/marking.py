"""Task score: the sheets of assessors blind to each other, combined without ever overruling a person.

Whatever two people see differently on something that cannot be averaged goes back to people: a judgement two or more
levels apart to a third assessor, a must-pass step to a named adjudicator, a safety stop to a named person who
confirms or lifts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal

from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.sheets import (
    CriterionScore,
    MustPass,
    OutcomePoints,
    SafetyStop,
    SheetScore,
    points_by_outcome,
    rounded_points,
    score_criterion,
    score_sheet,
)

__all__ = [
    "Adjudication",
    "CriterionScore",
    "Held",
    "OutcomePoints",
    "SafetyStop",
    "SheetScore",
    "StopRuling",
    "TaskScore",
    "combine",
    "score_criterion",
    "score_sheet",
]

Status = Literal["settled", "third_assessor_needed", "adjudication_needed", "waiting"]
LEVEL_GAP = 2


@dataclass(frozen=True)
class Adjudication:
    """A named person's ruling on one must-pass criterion that the sheets leave open."""

    met: bool
    by: str
    reason: str


@dataclass(frozen=True)
class Held:
    """Why a row is not scored although something was read for it: by people, who rule on it, or until it is read again."""

    sentence: str
    by_people: bool


@dataclass(frozen=True)
class StopRuling:
    """A named person's ruling on a safety stop: confirmed (the task is failed) or lifted (the marks count)."""

    confirmed: bool
    by: str
    reason: str


@dataclass(frozen=True)
class TaskScore:
    """The score of a task from all its sheets.

    `status` is `settled`, `third_assessor_needed`, `adjudication_needed` or `waiting`; `points` and `exact` are None
    until it is settled. `open_criteria` are the criteria that keep it open; of these, `to_adjudicate` wait for an adjudicator
    alone: must-pass steps that enough assessors marked, and rows whose reading is in doubt. `failed` is True when a must-pass step
    is failed or a safety stop confirmed, None while that is not settled. `provisional` names criteria measured with
    an instrument whose calibration is in doubt.
    """

    task: str
    status: Status
    exact: Fraction | None
    maximum: Decimal
    criteria: Mapping[str, Fraction]
    outcomes: Mapping[str, OutcomePoints]
    failed: bool | None
    must_pass_failed: tuple[str, ...]
    open_criteria: tuple[str, ...]
    not_seen: tuple[str, ...]
    provisional: tuple[str, ...]
    global_ratings: tuple[int, ...]
    reasons: tuple[str, ...]
    to_adjudicate: tuple[str, ...] = ()

    @property
    def points(self) -> Decimal | None:
        """Points of the task, rounded once to 0.01 half to even."""
        return None if self.exact is None else rounded_points(self.exact)


@dataclass(frozen=True)
class _Combined:
    """One criterion over all sheets; `need` is what keeps it open."""

    exact: Fraction
    must_pass: MustPass | None = None
    need: Status | None = None
    reason: str = ""


def combine(
    task: TaskDefinition,
    sheets: Sequence[SheetScore],
    *,
    adjudications: Mapping[str, Adjudication] | None = None,
    stop_ruling: StopRuling | None = None,
    held: Mapping[str, Held] | None = None,
) -> TaskScore:
    """Combine the sheets of assessors blind to each other; their order does not matter.

    Parameters
    ----------
    task
        The task version all sheets were marked under.
    sheets
        One per assessor. A third assessor may mark only the criteria that were in dispute.
    adjudications
        Rulings by criterion id, for must-pass steps that the sheets leave open and for rows that are held for people.
    stop_ruling
        The ruling on a safety stop, once a named person has given it.
    held
        Rows whose reading does not count, whatever the sheets say of them.

    Returns
    -------
    TaskScore

    Notes
    -----
    Per criterion: the mean of two marks, the median of three. A mark of `not_seen` earns nothing and is named. A
    must-pass step is met or failed only when all who marked it agree and at least the required number saw it;
    otherwise it is for the adjudicator, whose ruling also settles its points. A safety stop leaves the task open;
    confirmed, it fails the task whatever the points.
    """
    rulings = {} if adjudications is None else dict(adjudications)
    held = {} if held is None else held
    _check_rulings(task, sheets, rulings, held)
    rows = {
        row.identifier: _combine_row(task, row, sheets, rulings.get(row.identifier), held.get(row.identifier))
        for row in task.criteria
    }
    stops = sorted({sheet.safety_stop.reason for sheet in sheets if sheet.safety_stop is not None})
    confirmed = bool(stops) and stop_ruling is not None and stop_ruling.confirmed
    status, reasons = _status(task, rows, stops, stop_ruling)
    failed_rows = tuple(name for name, row in rows.items() if row.must_pass == "failed")
    earned = {name: row.exact for name, row in rows.items()}
    settled = status == "settled"
    return TaskScore(
        task=task.identifier,
        status=status,
        exact=sum(earned.values(), Fraction(0)) if settled else None,
        maximum=task.max_points,
        criteria=earned,
        outcomes=points_by_outcome(task, earned),
        failed=(confirmed or bool(failed_rows)) if settled else None,
        must_pass_failed=failed_rows,
        open_criteria=tuple(name for name, row in rows.items() if row.need is not None),
        not_seen=_in_task_order(task, (sheet.not_seen for sheet in sheets)),
        provisional=_in_task_order(task, (sheet.provisional for sheet in sheets)),
        global_ratings=tuple(sorted(sheet.global_rating for sheet in sheets if sheet.global_rating is not None)),
        reasons=tuple(reasons),
        to_adjudicate=tuple(name for name, row in rows.items() if row.need == "adjudication_needed"),
    )


def _check_rulings(
    task: TaskDefinition,
    sheets: Sequence[SheetScore],
    rulings: Mapping[str, Adjudication],
    held: Mapping[str, Held],
) -> None:
    if foreign := sorted({sheet.task for sheet in sheets} - {task.identifier}):
        raise RubricError("other_task", f"A sheet of {', '.join(foreign)} cannot be combined into {task.identifier}.")
    open_to_rulings = {row.identifier for row in task.criteria if row.must_pass}
    open_to_rulings |= {name for name, why in held.items() if why.by_people}
    if foreign := sorted(set(rulings) - open_to_rulings):
        raise RubricError(
            "adjudication", f"{', '.join(foreign)} is no must-pass criterion of {task.identifier}; nothing to rule on."
        )


def _combine_row(
    task: TaskDefinition,
    row: Criterion,
    sheets: Sequence[SheetScore],
    ruling: Adjudication | None,
    held: Held | None,
) -> _Combined:
    scores = [sheet.criteria[row.identifier] for sheet in sheets]
    if held is not None and not held.by_people:
        return _Combined(Fraction(0), "undecided" if row.must_pass else None, "waiting", held.sentence)
    if ruling is not None:
        verdict: MustPass = "met" if ruling.met else "failed"
        said = f"{row.identifier}: adjudicated {verdict} by {ruling.by} ({ruling.reason})."
        earned = Fraction(row.points) if ruling.met else Fraction(0)
        return _Combined(earned, verdict if row.must_pass else None, reason=said)
    if held is not None:
        need: Status = "adjudication_needed" if len(sheets) >= task.assessors_required else "waiting"
        return _Combined(Fraction(0), "undecided" if row.must_pass else None, need, held.sentence)
    given = [score for score in scores if score.state != "unscored"]
    if len(given) < task.assessors_required:
        why = next((reason for score in scores for reason in score.reasons if score.state == "unscored"), "")
        said = f"{row.identifier}: {len(given)} of {task.assessors_required} assessors have marked it. {why}".strip()
        return _Combined(Fraction(0), "undecided" if row.must_pass else None, "waiting", said)
    exact = _middle([score.exact for score in given])
    if row.must_pass:
        return _combine_must_pass(row, given, exact)
    levels = [score.level for score in given if score.level is not None]
    if len(levels) == 2 and abs(levels[0] - levels[1]) >= LEVEL_GAP:
        low, high = sorted(levels)
        said = f"{row.identifier}: levels {low} and {high} are {high - low} apart; a third assessor marks it."
        return _Combined(exact, None, "third_assessor_needed", said)
    return _Combined(exact)


def _combine_must_pass(row: Criterion, given: Sequence[CriterionScore], exact: Fraction) -> _Combined:
    verdicts = {score.must_pass for score in given}
    if verdicts == {"met"}:
        return _Combined(exact, "met")
    if verdicts == {"failed"}:
        return _Combined(exact, "failed", reason=f"{row.identifier}: all assessors saw this must-pass step missed.")
    why = (
        "was not seen"
        if verdicts == {"undecided"}
        else "is judged differently"
        if "undecided" not in verdicts
        else "was not seen by all"
    )
    said = f"{row.identifier}: this must-pass step {why}; a named person adjudicates."
    return _Combined(exact, "undecided", "adjudication_needed", said)


def _middle(values: Sequence[Fraction]) -> Fraction:
    # statistics.median averages the two middle values of an even count, which for two marks is their mean.
    return Fraction(median(values))


def _status(
    task: TaskDefinition, rows: Mapping[str, _Combined], stops: Sequence[str], ruling: StopRuling | None
) -> tuple[Status, list[str]]:
    reasons = [row.reason for row in rows.values() if row.reason]
    if stops and ruling is None:
        asked = (
            f"{task.identifier}: stopped for safety ({'; '.join(stops)}); a named person confirms or lifts the stop."
        )
        return "adjudication_needed", [asked, *reasons]
    if stops and ruling is not None:
        word = "confirmed" if ruling.confirmed else "lifted"
        reasons.insert(
            0, f"{task.identifier}: safety stop ({'; '.join(stops)}) {word} by {ruling.by} ({ruling.reason})."
        )
        if ruling.confirmed:
            return "settled", reasons
    needs = {row.need for row in rows.values()}
    order: tuple[Status, ...] = ("waiting", "third_assessor_needed", "adjudication_needed")
    return next((need for need in order if need in needs), "settled"), reasons


def _in_task_order(task: TaskDefinition, named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    found = {name for names in named for name in names}
    return tuple(row.identifier for row in task.criteria if row.identifier in found)
