"""How a plan runs: repeats, deadlines, cancelling, and outcomes of the equipment."""

import re
import time
from collections.abc import Callable
from decimal import Decimal
from threading import Event, Timer

import pytest

from simulator_adapters.contract import (
    AdapterError,
    Deadline,
    DeadlineExceeded,
    IdentityMismatch,
    Instrument,
    Limits,
    LinkLost,
    OnFail,
    OnTimeout,
    Outcome,
    Plan,
    Repeat,
    Status,
    Step,
    Verdict,
)
from simulator_adapters.running import PlanResult, Readings, StepResult, judged, outcome_of, parameters_of, run_plan

Perform = Callable[[Step, Deadline], StepResult]


def ran(*steps: Step, perform: Perform, seconds: float = 5, cancel: Event | None = None) -> PlanResult:
    plan = Plan(name="p", version="1", subject="s", steps=steps)
    return run_plan(plan, perform, deadline=time.monotonic() + seconds, cancel=cancel or Event())


def always(outcome: Outcome) -> Perform:
    return lambda step, deadline: StepResult(outcome, f"{step.name} {outcome}")


def raising(error: AdapterError) -> Perform:
    def perform(step: Step, deadline: Deadline) -> StepResult:
        raise error

    return perform


def test_every_step_runs_and_the_worst_outcome_stands() -> None:
    outcomes = {"a": Outcome.PASS, "b": Outcome.FAIL, "c": Outcome.MARGINAL}
    result = ran(
        *[Step(name=name, action="x") for name in outcomes],
        perform=lambda step, _: StepResult(outcomes[step.name], step.name),
    )
    assert (result.outcome, result.sentence) == (Outcome.FAIL, "b")
    assert [step.name for step in result.steps] == ["a", "b", "c"]


def test_a_failed_step_can_stop_the_plan() -> None:
    result = ran(
        Step(name="a", action="x", on_fail=OnFail.STOP), Step(name="b", action="x"), perform=always(Outcome.FAIL)
    )
    assert [step.name for step in result.steps] == ["a"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (LinkLost("The cable is out."), Outcome.ERROR),
        (IdentityMismatch("Serial 2 answers, serial 1 is booked."), Outcome.VOID),
    ],
)
def test_what_the_equipment_does_ends_the_run_with_an_equipment_outcome(error: AdapterError, outcome: Outcome) -> None:
    result = ran(Step(name="a", action="x"), Step(name="b", action="x"), perform=raising(error))
    assert (result.outcome, result.sentence, len(result.steps)) == (outcome, error.sentence, 1)
    assert not result.outcome.is_candidate


def test_a_defect_of_ours_is_not_turned_into_a_result() -> None:
    def perform(step: Step, deadline: Deadline) -> StepResult:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ran(Step(name="a", action="x"), perform=perform)


def test_a_repeat_ends_with_the_first_pass_or_its_bound() -> None:
    seen: list[str] = []

    def perform(step: Step, deadline: Deadline) -> StepResult:
        seen.append(step.name)
        return StepResult(Outcome.PASS if seen.count("a") == 3 else Outcome.FAIL)

    assert ran(Step(name="a", action="x", repeat=Repeat(max_attempts=5)), perform=perform).steps[0].attempts == 3
    bounded = ran(Step(name="b", action="x", repeat=Repeat(max_attempts=4)), perform=always(Outcome.FAIL))
    assert (bounded.outcome, bounded.steps[0].attempts) == (Outcome.FAIL, 4)


def test_a_repeat_is_bounded_in_time_too() -> None:
    repeat = Repeat(max_attempts=10_000, interval_ms=10, duration_ms=60)
    result = ran(Step(name="a", action="x", repeat=repeat), perform=always(Outcome.FAIL))
    assert result.steps[0].attempts <= 7


@pytest.mark.parametrize(
    ("after", "outcome", "steps"),
    [
        (OnTimeout.VOID, Outcome.VOID, 1),
        (OnTimeout.STOP, Outcome.TIMEOUT, 1),
        (OnTimeout.CONTINUE, Outcome.TIMEOUT, 2),
    ],
)
def test_a_step_out_of_time_is_never_the_candidates_fault(after: OnTimeout, outcome: Outcome, steps: int) -> None:
    late = raising(DeadlineExceeded("No answer within 50 ms."))
    result = ran(
        Step(name="a", action="x", timeout_ms=50, on_timeout=after),
        Step(name="b", action="x", on_timeout=after),
        perform=lambda step, d: late(step, d) if step.name == "a" else StepResult(Outcome.PASS),
    )
    assert (result.outcome, len(result.steps)) == (outcome, steps)


def test_the_total_deadline_ends_a_run_whatever_a_step_says() -> None:
    result = ran(Step(name="a", action="x", on_timeout=OnTimeout.CONTINUE), perform=always(Outcome.PASS), seconds=-1)
    assert result.outcome is Outcome.TIMEOUT


def test_cancelling_interrupts_a_repeat_at_once() -> None:
    cancel = Event()
    timer = Timer(0.05, cancel.set)
    timer.start()
    started = time.monotonic()
    repeat = Repeat(max_attempts=10, interval_ms=60_000)
    result = ran(Step(name="a", action="x", repeat=repeat), perform=always(Outcome.FAIL), seconds=3600, cancel=cancel)
    timer.join()
    assert result.outcome is Outcome.ABORTED
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ([Verdict.PASS, Verdict.PASS], Outcome.PASS),
        ([Verdict.PASS, Verdict.MARGINAL], Outcome.MARGINAL),
        ([Verdict.MARGINAL, Verdict.FAIL, Verdict.UNSET], Outcome.FAIL),
        ([Verdict.PASS, Verdict.UNSET], Outcome.ERROR),
    ],
)
def test_verdicts_fold_to_an_outcome(verdicts: list[Verdict], outcome: Outcome) -> None:
    assert outcome_of(verdicts) is outcome


@pytest.mark.parametrize(
    ("value", "status", "limits", "outcome", "why"),
    [
        (Decimal("3.2"), Status.OK, Limits(high=Decimal(4)), Outcome.PASS, ""),
        (Decimal("3.2"), Status.OK, Limits(), Outcome.ERROR, "load has no limits.*Give the step low, high or both"),
        (None, Status.OVERRANGE, Limits(high=Decimal(4)), Outcome.ERROR, r"load has no value \(OVERRANGE\)"),
    ],
)
def test_what_cannot_be_judged_says_why(
    value: Decimal | None, status: Status, limits: Limits, outcome: Outcome, why: str
) -> None:
    readings = Readings(Instrument(id="meter", serial="1"))
    result = judged(readings.take(name="load", value=value, unit="A", places=1, limits=limits, status=status))
    assert result.outcome is outcome
    assert re.search(why, result.sentence)


@pytest.mark.parametrize(
    ("given", "why"),
    [({}, "read: the step has no parameter 'places'. Add it"), ({"places": "two"}, "read: the plan gives a parameter")],
)
def test_a_step_with_bad_parameters_is_the_plans_fault(given: dict[str, str], why: str) -> None:
    def perform(step: Step, deadline: Deadline) -> StepResult:
        with parameters_of(step) as parameters:
            places = int(parameters["places"])
        return StepResult(Outcome.PASS, str(places))

    result = ran(Step(name="read", action="x", parameters=given), perform=perform)
    assert (result.outcome, result.sentence.startswith(why)) == (Outcome.ERROR, True)
