"""One assessor's sheet becomes a score: points per criterion and outcome, must-pass steps, what is open.

Points are exact fractions until the last step, because a level of 2 earns two thirds; what leaves is a `Decimal`
rounded once to 0.01, half to even.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from rubrics.definition import LEVELS, Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import ChecklistMark, JudgementMark, Mark, MeasurementMark, MissingMeasurement, check_mark
from rubrics.measurement import MeasurementSpec
from rubrics.measuring import MeasurementVerdicts, judge_measurement

State = Literal["scored", "not_seen", "unscored"]
MustPass = Literal["met", "failed", "undecided"]


def rounded_points(exact: Fraction) -> Decimal:
    """Round exact points once, to 0.01 half to even.

    Examples
    --------
    >>> rounded_points(Fraction(8, 3)), rounded_points(Fraction(1, 8))
    (Decimal('2.67'), Decimal('0.12'))
    """
    return Decimal(round(exact * 100)).scaleb(-2)


@dataclass(frozen=True)
class SafetyStop:
    """An assessor stopped the task: which rule of the task (or in own words why), and the role that stopped it."""

    reason: str
    role: str = ""


@dataclass(frozen=True)
class CriterionScore:
    """What one mark earned.

    `state` is `scored`, `not_seen` (this assessor could not tell) or `unscored` (no mark, or one that cannot be
    judged; `reasons` say why). `must_pass` is None where the criterion is none. `provisional` says that a named
    person has still to look at it.
    """

    criterion: str
    outcome: str
    exact: Fraction
    maximum: Decimal
    state: State
    must_pass: MustPass | None
    level: int | None = None
    verdicts: MeasurementVerdicts | None = None
    provisional: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def points(self) -> Decimal:
        """Points earned, rounded to 0.01."""
        return rounded_points(self.exact)


@dataclass(frozen=True)
class OutcomePoints:
    """Points earned for one learning outcome, exact and rounded, of so many."""

    exact: Fraction
    maximum: Decimal

    @property
    def points(self) -> Decimal:
        """Points earned, rounded to 0.01."""
        return rounded_points(self.exact)


@dataclass(frozen=True)
class SheetScore:
    """The score of one sheet; the global rating stands beside the points and never enters them."""

    task: str
    exact: Fraction
    maximum: Decimal
    criteria: Mapping[str, CriterionScore]
    outcomes: Mapping[str, OutcomePoints]
    must_pass_failed: tuple[str, ...]
    must_pass_undecided: tuple[str, ...]
    not_seen: tuple[str, ...]
    unscored: tuple[str, ...]
    provisional: tuple[str, ...]
    safety_stop: SafetyStop | None
    global_rating: int | None
    reasons: tuple[str, ...]

    @property
    def points(self) -> Decimal:
        """Points earned, rounded to 0.01."""
        return rounded_points(self.exact)


def score_sheet(
    task: TaskDefinition,
    marks: Mapping[str, Mark],
    safety_stop: SafetyStop | None = None,
    *,
    global_rating: int | None = None,
) -> SheetScore:
    """Score one assessor's marks; what an adapter measured is merged into `marks` by the caller.

    Parameters
    ----------
    task
        The version of the task that the attempt pinned.
    marks
        By criterion id. A missing mark, or one that does not fit its criterion, leaves the criterion `unscored` with
        the reason; it is never taken as a zero in silence.
    safety_stop
        Set when this assessor stopped the task.
    global_rating
        1–5, or None while it has not been given.

    Raises
    ------
    RubricError
        Code `unknown_criterion` for a mark of another task, `global_rating` outside 1–5.

    Notes
    -----
    Checklist: all or nothing. Measurement: all points when the limit is met and the reading does not disagree; where
    equipment of the centre puts the value outside, the true reading with the right verdict earns them. Judgement:
    points × level / 3.
    """
    known = {criterion.identifier for criterion in task.criteria}
    if foreign := sorted(set(marks) - known):
        raise RubricError(
            "unknown_criterion", f"{task.identifier} has no criterion {', '.join(foreign)}; check the task version."
        )
    if global_rating is not None and global_rating not in range(1, 6):
        raise RubricError("global_rating", f"{task.identifier}: the global rating is {global_rating}; use 1 to 5.")
    scores = {
        criterion.identifier: score_criterion(criterion, marks.get(criterion.identifier)) for criterion in task.criteria
    }
    reasons = [reason for score in scores.values() for reason in score.reasons]
    if safety_stop is not None:
        reasons.append(
            f"{task.identifier}: stopped for safety ({safety_stop.reason}); a named person confirms or lifts the stop."
        )
    return SheetScore(
        task=task.identifier,
        exact=sum((score.exact for score in scores.values()), Fraction(0)),
        maximum=task.max_points,
        criteria=scores,
        outcomes=points_by_outcome(task, {name: score.exact for name, score in scores.items()}),
        must_pass_failed=_named(scores, lambda score: score.must_pass == "failed"),
        must_pass_undecided=_named(scores, lambda score: score.must_pass == "undecided"),
        not_seen=_named(scores, lambda score: score.state == "not_seen"),
        unscored=_named(scores, lambda score: score.state == "unscored"),
        provisional=_named(scores, lambda score: score.provisional),
        safety_stop=safety_stop,
        global_rating=global_rating,
        reasons=tuple(reasons),
    )


def points_by_outcome(task: TaskDefinition, earned: Mapping[str, Fraction]) -> dict[str, OutcomePoints]:
    """Sum earned and possible points per learning outcome, in the order of the task."""
    return {
        outcome: OutcomePoints(
            exact=sum((earned[row.identifier] for row in task.criteria if row.outcome == outcome), Fraction(0)),
            maximum=sum((row.points for row in task.criteria if row.outcome == outcome), Decimal(0)),
        )
        for outcome in task.outcomes
    }


def score_criterion(criterion: Criterion, mark: Mark | None) -> CriterionScore:
    """Score one mark; None means that nothing was put down."""
    if mark is None:
        return _unsettled(criterion, "unscored", "no mark has been given.")
    try:
        check_mark(criterion, mark)
    except RubricError as error:
        return _unsettled(criterion, "unscored", error.sentence)
    if isinstance(mark, ChecklistMark):
        if mark.answer == "not_seen":
            return _unsettled(criterion, "not_seen", "not seen by this assessor.")
        return _settled(criterion, Fraction(int(mark.answer == "yes")))
    if isinstance(mark, JudgementMark):
        if mark.level is None:
            return _unsettled(criterion, "not_seen", "not seen by this assessor.")
        return _settled(criterion, Fraction(mark.level, LEVELS - 1), level=mark.level)
    if isinstance(mark, MissingMeasurement):
        if mark.reason == "not_seen":
            return _unsettled(criterion, "not_seen", "not seen by this assessor.")
        return _settled(
            criterion, Fraction(0), reasons=(f"{criterion.identifier}: the candidate did not take the measurement.",)
        )
    assert criterion.measurement is not None  # check_mark has made sure
    return _score_measurement(criterion, criterion.measurement, mark)


def _score_measurement(criterion: Criterion, spec: MeasurementSpec, mark: MeasurementMark) -> CriterionScore:
    verdicts = judge_measurement(spec, mark)
    reasons = list(_measurement_reasons(spec, mark, verdicts))
    earned = _earned_by_true_reading(verdicts, mark) if mark.centre_equipment_fault else _earned_inside(verdicts)
    if mark.centre_equipment_fault:
        reasons.append("equipment of the centre put the value outside its limit; withdraw it until it is repaired.")
    reasons = [f"{criterion.identifier}: {reason}" for reason in reasons]
    provisional = verdicts.in_calibration in ("no", "undecided")
    if earned is None:
        why = "the verdict cannot be drawn from this reading; a named person decides, or it is measured again."
        return _unsettled(
            criterion, "unscored", why, verdicts=verdicts, provisional=provisional, further=tuple(reasons)
        )
    return _settled(
        criterion, Fraction(int(earned)), verdicts=verdicts, provisional=provisional, reasons=tuple(reasons)
    )


def _earned_inside(verdicts: MeasurementVerdicts) -> bool | None:
    found = {verdicts.limit_met, verdicts.reading_agrees}
    if "no" in found:
        return False
    return None if verdicts.limit_met != "yes" or "undecided" in found else True


def _earned_by_true_reading(verdicts: MeasurementVerdicts, mark: MeasurementMark) -> bool | None:
    """The centre's fault: a reading that agrees with the true one, and the right conclusion from it."""
    if any(reading.true_value is None for reading in mark.readings) or mark.candidate_verdict is None:
        return None
    if verdicts.limit_met == "undecided" or verdicts.reading_agrees in ("undecided", "not_applicable"):
        return None
    right = "satisfactory" if verdicts.limit_met == "yes" else "unsatisfactory"
    return verdicts.reading_agrees == "yes" and mark.candidate_verdict == right


def _measurement_reasons(spec: MeasurementSpec, mark: MeasurementMark, verdicts: MeasurementVerdicts) -> list[str]:
    reasons = []
    shown = ", ".join(str(value) for value in verdicts.rounded)
    if verdicts.limit_met == "no":
        reasons.append(f"{shown} {spec.unit} is outside the limit {spec.limit} {spec.unit}.".replace("  ", " "))
    if verdicts.reading_agrees == "no" and spec.deviation is None:
        reasons.append(
            f"the reading {shown} {spec.unit} does not agree with the true or expected value.".replace("  ", " ")
        )
    if verdicts.in_calibration == "no" and mark.instrument is not None:
        due = mark.instrument.calibration_due
        reasons.append(
            f"instrument {mark.instrument.identifier} was out of calibration since {due}; the score is provisional."
        )
    if verdicts.in_calibration == "undecided":
        reasons.append("no calibration date is recorded for the instrument; the score is provisional.")
    if spec.source == "simulator_adapter" and mark.entered_by == "assessor":
        reasons.append(f"{spec.instrument} is not driven here; the assessor's entry was taken.")
    return reasons


def _settled(
    criterion: Criterion,
    share: Fraction,
    *,
    level: int | None = None,
    verdicts: MeasurementVerdicts | None = None,
    provisional: bool = False,
    reasons: tuple[str, ...] = (),
) -> CriterionScore:
    must_pass: MustPass | None = None
    if criterion.must_pass:
        must_pass = "met" if share == 1 else "failed"
    return CriterionScore(
        criterion=criterion.identifier,
        outcome=criterion.outcome,
        exact=Fraction(criterion.points) * share,
        maximum=criterion.points,
        state="scored",
        must_pass=must_pass,
        level=level,
        verdicts=verdicts,
        provisional=provisional,
        reasons=reasons,
    )


def _unsettled(
    criterion: Criterion,
    state: State,
    why: str,
    *,
    verdicts: MeasurementVerdicts | None = None,
    provisional: bool = False,
    further: tuple[str, ...] = (),
) -> CriterionScore:
    reason = why if why.startswith(criterion.identifier) else f"{criterion.identifier}: {why}"
    return CriterionScore(
        criterion=criterion.identifier,
        outcome=criterion.outcome,
        exact=Fraction(0),
        maximum=criterion.points,
        state=state,
        must_pass="undecided" if criterion.must_pass else None,
        verdicts=verdicts,
        provisional=provisional,
        reasons=(reason, *further),
    )


def _named(scores: Mapping[str, CriterionScore], test: Callable[[CriterionScore], bool]) -> tuple[str, ...]:
    return tuple(name for name, score in scores.items() if test(score))
