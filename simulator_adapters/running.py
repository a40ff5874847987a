"""Carries out a plan step by step: time, cancelling, repeats and what follows a failed step.

Sessions bring only what one step does; the rules that keep candidate and equipment apart are here, once. Whatever an
`AdapterError` says about the equipment ends the run with an equipment outcome. Any other exception is a defect of ours
and is not turned into a result.
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from threading import Event
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterError,
    AdapterManifest,
    Attachment,
    Cancelled,
    Deadline,
    DeadlineExceeded,
    Engine,
    IdentityMismatch,
    Instrument,
    Limits,
    Measurement,
    OnFail,
    OnTimeout,
    Outcome,
    Plan,
    RunRecord,
    Status,
    Step,
    StepRecord,
    Verdict,
    measure,
)
from simulator_adapters.quantities import round_to

SCORE_PLACES = 4
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


class BadStep(AdapterError):
    """A step of the plan lacks a parameter, or gives one that can't be used: nobody's failure but the plan's."""

    code = "bad_step"


@contextmanager
def parameters_of(step: Step) -> Iterator[Mapping[str, str]]:
    """The parameters of a step, while they are read: what is missing or can't be read ends the step ERROR, with a sentence.

    Only the reading belongs into this block, before anything is asked of the device: a `KeyError` or `ValueError` from
    anywhere else is a defect and must show as one.

    Raises
    ------
    BadStep
        Names the step and what is wrong with its parameters.

    Examples
    --------
    >>> with parameters_of(Step(name="load", action="read")) as given:
    ...     unit = given["unit"]
    Traceback (most recent call last):
    simulator_adapters.running.BadStep: load: the step has no parameter 'unit'. Add it to the plan.
    """
    try:
        yield step.parameters
    except KeyError as missing:
        raise BadStep(f"{step.name}: the step has no parameter {missing.args[0]!r}. Add it to the plan.") from missing
    except (ValueError, TypeError) as wrong:
        raise BadStep(f"{step.name}: the plan gives a parameter that can't be used. {wrong}") from wrong


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


def judged(taken: Measurement) -> StepResult:
    """What one measurement says about its step. Without a value or without limits nothing can be judged: ERROR, and why."""
    sentence = taken.sentence
    if taken.verdict is Verdict.UNSET:
        why = (
            f"{taken.name} has no limits, so that nothing judges it. Give the step low, high or both."
            if taken.value is not None
            else f"{taken.name} has no value ({taken.status})."
        )
        sentence = f"{sentence} {why}".strip()
    return StepResult(outcome_of([taken.verdict]), sentence)


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


def run_record(
    *,
    manifest: AdapterManifest,
    plan: Plan,
    done: PlanResult,
    readings: Readings,
    instrument: Instrument,
    started: int,
    scored: Collection[str],
    evidence: Mapping[str, Any],
) -> RunRecord:
    """The record of a plan of readings; its score is the share of the scored steps that pass, where the outcome may score.

    Parameters
    ----------
    started
        `time.monotonic_ns()` at the beginning.
    scored
        The actions whose steps say something about the candidate.
    evidence
        The raw evidence to which measurements refer, a document by its name: attached as canonical JSON, and the plan with it.
    """
    asked = {step.name for step in plan.steps if step.action in scored}
    passed = sum(step.outcome is Outcome.PASS for step in done.steps if step.name in asked)
    may_score = done.outcome.may_score and bool(asked)
    written = documents.encode(plan)
    digest = documents.digest(written)
    return RunRecord(
        run_id=uuid.uuid4().hex,
        adapter=manifest.id,
        adapter_version=manifest.version,
        plan=plan.name,
        plan_sha256=digest,
        subject=plan.subject,
        outcome=done.outcome,
        sentence=f"{passed} of {len(asked)} readings are within their limits." if may_score else done.sentence,
        steps=done.steps,
        measurements=readings.taken,
        instrument=instrument,
        engine=Engine(name=f"assayer-{manifest.id}", version=manifest.version, model_sha256=digest),
        t_started=started,
        t_ended=time.monotonic_ns(),
        score=round_to(Decimal(passed) / len(asked), SCORE_PLACES) if may_score else None,
        max_score=Decimal(1) if may_score else None,
        attachments=tuple(attached(name, document) for name, document in {**evidence, "plan.json": written}.items()),
    )


def attached(name: str, document: Any) -> Attachment:
    """A document as raw evidence: canonical JSON with its digest."""
    data = documents.canonical_bytes(document)
    return Attachment(name=name, media_type="application/json", sha256=hashlib.sha256(data).hexdigest(), data=data)


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
