"""Carries out a plan step by step: time, cancelling, repeats and what follows a failed step.

Sessions bring only what one step does; the rules that keep candidate and equipment apart are here, once. Whatever an
`AdapterError` says about the equipment ends the run with an equipment outcome. Any other exception is a defect of ours
and is not turned into a result.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from threading import Event

from simulator_adapters.contract import (
    AdapterError,
    Cancelled,
    Deadline,
    DeadlineExceeded,
    IdentityMismatch,
    Instrument,
    Limits,
    Measurement,
    OnFail,
    OnTimeout,
    Outcome,
    Plan,
    Status,
    Step,
    StepRecord,
    Verdict,
    measure,
)

_NO_LIMITS = Limits()


class Readings:
    """Numbers measurements in the order taken and stamps them with the host's monotonic clock."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._taken: list[Measurement] = []

    def take(
        self,
        *,
        name: str,
        value: Decimal | None,
        unit: str,
        places: int,
        limits: Limits = _NO_LIMITS,
        status: Status = Status.OK,
        raw_ref: str = "",
        sentence: str = "",
    ) -> Measurement:
        """Round, judge and keep one value."""
        measurement = measure(
            name=name,
            value=value,
            unit=unit,
            places=places,
            limits=limits,
            status=status,
            raw_ref=raw_ref,
            sentence=sentence,
            sequence=len(self._taken),
            t_host_monotonic=time.monotonic_ns(),
            instrument=self._instrument,
        )
        self._taken.append(measurement)
        return measurement

    @property
    def taken(self) -> tuple[Measurement, ...]:
        """All measurements so far."""
        return tuple(self._taken)


@dataclass(frozen=True)
class StepResult:
    """What a session says about one attempt at one step."""

    outcome: Outcome
    sentence: str = ""


@dataclass(frozen=True)
class PlanResult:
    """What became of a plan."""

    outcome: Outcome
    sentence: str
    steps: tuple[StepRecord, ...]


def outcome_of(verdicts: list[Verdict]) -> Outcome:
    """Fold verdicts: any FAIL fails, else any MARGINAL waits for a person, else PASS; an UNSET one can't be judged."""
    if Verdict.FAIL in verdicts:
        return Outcome.FAIL
    if Verdict.UNSET in verdicts:
        return Outcome.ERROR
    return Outcome.MARGINAL if Verdict.MARGINAL in verdicts else Outcome.PASS


def run_plan(
    plan: Plan,
    perform: Callable[[Step, Deadline], StepResult],
    *,
    deadline: Deadline,
    cancel: Event,
) -> PlanResult:
    """Run the steps in order until one of them ends the run.

    Parameters
    ----------
    perform
        Does one attempt at a step, within the deadline it is given; raises `AdapterError` for the equipment.
    deadline
        Moment on `time.monotonic()` by which the whole plan must be over.
    """
    records: list[StepRecord] = []
    for step in plan.steps:
        record, ends = _run_step(step, perform, deadline, cancel)
        records.append(record)
        if ends:
            break
    worst = _worst(records)
    return PlanResult(outcome=worst.outcome, sentence=worst.sentence, steps=tuple(records))


_SEVERITY = (
    Outcome.VOID,
    Outcome.ABORTED,
    Outcome.ERROR,
    Outcome.TIMEOUT,
    Outcome.FAIL,
    Outcome.MARGINAL,
    Outcome.PASS,
)


def _worst(records: list[StepRecord]) -> StepRecord:
    return min(records, key=lambda record: _SEVERITY.index(record.outcome))


def _run_step(
    step: Step, perform: Callable[[Step, Deadline], StepResult], deadline: Deadline, cancel: Event
) -> tuple[StepRecord, bool]:
    started = time.monotonic()
    own = deadline if step.timeout_ms is None else min(deadline, started + step.timeout_ms / 1000)
    limit = step.repeat.duration_ms
    until = own if limit is None else min(own, started + limit / 1000)
    attempt = 0
    while True:
        attempt += 1
        try:
            if cancel.is_set():
                raise Cancelled("The run was stopped.")
            if time.monotonic() >= own:
                raise DeadlineExceeded(f"Time ran out before the step {step.name!r}.")
            result = perform(step, own)
        except DeadlineExceeded as late:
            return _timed_out(step, attempt, late, total=time.monotonic() >= deadline)
        except AdapterError as error:
            return StepRecord(name=step.name, outcome=_of(error), attempts=attempt, sentence=error.sentence), True
        pause = step.repeat.interval_ms / 1000
        last = attempt >= step.repeat.max_attempts or time.monotonic() + pause >= until
        if result.outcome is Outcome.PASS or not result.outcome.is_candidate or last:
            record = StepRecord(name=step.name, outcome=result.outcome, attempts=attempt, sentence=result.sentence)
            failed = result.outcome is Outcome.FAIL and step.on_fail is OnFail.STOP
            return record, failed or not result.outcome.is_candidate
        cancel.wait(pause)


def _timed_out(step: Step, attempts: int, late: DeadlineExceeded, *, total: bool) -> tuple[StepRecord, bool]:
    outcome = Outcome.VOID if step.on_timeout is OnTimeout.VOID and not total else Outcome.TIMEOUT
    record = StepRecord(name=step.name, outcome=outcome, attempts=attempts, sentence=late.sentence)
    return record, total or step.on_timeout is not OnTimeout.CONTINUE


def _of(error: AdapterError) -> Outcome:
    if isinstance(error, Cancelled):
        return Outcome.ABORTED
    return Outcome.VOID if isinstance(error, IdentityMismatch) else Outcome.ERROR
