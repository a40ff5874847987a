"""The contract as a list of checks. Each connects anew, lets something go wrong, and says in a sentence what it found."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from simulator_adapters import documents
from simulator_adapters.config_schema import config_problem, schema_problem
from simulator_adapters.conformity.case import Case, ContractBroken, record_trace, replay_trace, run_once
from simulator_adapters.contract import (
    Adapter,
    AdapterError,
    HealthState,
    IdentityMismatch,
    OnTimeout,
    Outcome,
    Plan,
    RunRecord,
    Session,
    Step,
    from_document,
    to_document,
)
from simulator_adapters.quantities import canonical_unit
from simulator_adapters.recording import read_trace
from simulator_adapters.troubled_wire import Trouble, TroubledLine

SHORT_S = 0.25
"""The total deadline of a call to a device that stays silent."""
MOST_TROUBLES = 6
"""At so many places of a run, first and last among them, an answer comes late, or the line is cut."""
_ID = re.compile(r"[a-z][a-z0-9_\-]{0,39}")
_STRANGE_ACTION = "conformity: no adapter has this action"
_STRANGE_VALUES = ("conformity: no parameter has this value", "-1")


def check_manifest(case: Case) -> None:
    """The manifest names the adapter, what it can do and, in a schema that is checked, what connects."""
    manifest = case.manifest
    _insist(_ID.fullmatch(manifest.id) is not None, f"The id {manifest.id!r} is not of a to z, 0 to 9, - and _.")
    _insist(bool(manifest.version and manifest.title), "The manifest has no version or no title.")
    _insist(bool(manifest.capabilities), "The manifest names no capability.")
    _insist(len(set(manifest.capabilities)) == len(manifest.capabilities), "A capability is named twice.")
    problem = schema_problem(manifest.config_schema)
    _insist(problem is None, f"The schema: {problem}")
    with case.device() as config:
        problem = config_problem(manifest.config_schema, config)
    _insist(problem is None, f"The configuration that connects does not fit its own schema: {problem}")
    used = {step.action for step in case.plan.steps}
    _insist(used <= set(manifest.capabilities), f"The plan uses {sorted(used)}, the manifest does not name all of it.")
    _insist(isinstance(case.make(), Adapter), "What the entry point makes has not all of manifest, discover, connect.")
    _insist(
        case.has_wire or manifest.kind == "engine",
        "An adapter of a device takes `opener`, so that its wire is recorded.",
    )


def check_discovery_writes_nothing(case: Case) -> None:
    """`discover` finds the device by its serial and sends nothing that changes it."""
    line = TroubledLine()
    with case.device() as config:
        found = _made(case, line).discover({name: value for name, value in config.items() if name != "serial"})
    _insist(bool(found) and all(one.serial for one in found), "It finds no device, or one without a serial.")
    if "serial" in config:
        _insist(config["serial"] in {one.serial for one in found}, f"It does not find the serial {config['serial']!r}.")
    _insist_unchanged(case, line)
    _insist(not line.open, "It leaves a connection open.")


def check_another_serial_is_refused(case: Case) -> None:
    """`connect` refuses another serial than the booked one, has changed nothing until then, and lets go of the device."""
    line = TroubledLine()
    with case.device() as config:
        if "serial" not in config:
            _insist(case.manifest.kind == "engine", "A device's configuration has a `serial`: the booked one.")
            return
        other = {**config, "serial": f"{config['serial']}-other"}
        try:
            _made(case, line).connect(other, deadline=time.monotonic() + case.seconds).close()
        except IdentityMismatch as refused:
            told = refused.sentence
        else:
            raise ContractBroken("It connects to another serial than the booked one: raise IdentityMismatch.")
    _insist(str(other["serial"]) in told and str(config["serial"]) in told, f"The refusal names not both: {told}")
    _insist_unchanged(case, line)
    _insist(not line.open, "After the refusal a connection stays open.")


def check_a_run_on_a_device_that_works(case: Case) -> None:
    """A run ends about the candidate; its record survives its document; readings have numbers, known units and raw evidence."""
    with _session(case) as (session, _):
        _insist(isinstance(session, Session), "A session has not all of health, run, abort, close.")
        health = session.health()
        _insist(health.state is HealthState.OK, f"A device that works is {health.state}: {health.sentence}")
        record = run_once(case, session)
    _insist(record.outcome.is_candidate, f"On a device that works the run ended {record.outcome}: {record.sentence}")
    _insist(
        (record.adapter, record.adapter_version) == (case.manifest.id, case.manifest.version),
        "Its record is another's.",
    )
    digest = documents.digest(documents.encode(case.plan))
    _insist(record.plan_sha256 == digest, "The record's plan_sha256 is not that of the plan.")
    _insist(
        [one.name for one in record.steps] == [one.name for one in case.plan.steps], "Steps of the plan are missing."
    )
    _insist(record.t_started <= record.t_ended, "The run ends before it starts.")
    again = from_document(json.loads(documents.canonical_bytes(to_document(record))))
    _insist(again == record, "The record is another one when it is read back from its document.")
    names = {one.name for one in record.attachments}
    for one in record.attachments:
        same = hashlib.sha256(one.data).hexdigest() == one.sha256
        _insist(same, f"The digest of the attachment {one.name} is not that of its bytes.")
    for taken in record.measurements:
        _insist(
            taken.unit == canonical_unit(taken.unit).code, f"{taken.name}: {taken.unit!r} is not the code of a unit."
        )
        _insist(record.t_started <= taken.t_host_monotonic <= record.t_ended, f"{taken.name} was not taken in the run.")
        raw = taken.raw_ref.partition("#")[0]
        _insist(raw in names, f"{taken.name}: its raw evidence {raw!r} is no attachment of the record.")


def check_raw_evidence_gives_the_same_again(case: Case) -> None:
    """The recorded wire, replayed strictly, gives the same readings with nothing left over; an engine gives them again."""
    if not case.has_wire:
        with _session(case) as (session, _):
            first, second = run_once(case, session), run_once(case, session)
        _insist(_said(first) == _said(second), "The same input gives other readings the second time.")
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trace.jsonl"
        with case.device() as config:
            first = record_trace(case, config, path)
        second = replay_trace(case, config, read_trace(path))
    _insist(_said(first) == _said(second), "Replayed, the trace gives other readings than the device gave.")


def check_a_silent_device_ends_at_the_deadline(case: Case) -> None:
    """The deadline is of the whole call, however many requests it takes: `connect` raises, `run` ends as the equipment's."""
    if not case.has_wire:
        return
    with case.device() as config:
        line = TroubledLine(trouble=lambda number: Trouble.CUT)
        try:
            _made(case, line).discover({name: value for name, value in config.items() if name != "serial"})
        except AdapterError:
            pass
        except Exception as error:
            told = f"Where nobody answers, `discover` raises {type(error).__name__}: raise an AdapterError."
            raise ContractBroken(told) from error
        line.trouble = lambda number: Trouble.SILENT
        began = time.monotonic()
        try:
            _made(case, line).connect(config, deadline=began + SHORT_S).close()
        except AdapterError:
            pass
        else:
            raise ContractBroken("It connects to a device that never answers.")
        _insist_in_time(case, began, "connect")
        _insist(not line.open, "Where nobody answers, a connection stays open.")
    with _session(case) as (session, line):
        line.trouble = lambda number: Trouble.SILENT
        began = time.monotonic()
        record = session.run(case.plan, deadline=began + SHORT_S, cancel=Event())
        _insist_in_time(case, began, "run")
        _insist_equipment(record, "the device stayed silent")


def check_a_late_answer_is_nobody_elses(case: Case) -> None:
    """A late answer is never taken for another's, neither later in the run nor in the next run of the session.

    The readings are right, or the run is the equipment's. The plan goes on after a step without an answer, whatever it says
    itself: the answer that still comes is the next question's only if one is asked.
    """
    _troubled(case, Trouble.LATE)


def check_a_cut_line_costs_nothing(case: Case) -> None:
    """A line that is cut, at whatever answer: this run and the next are right, or the equipment's; they never raise."""
    _troubled(case, Trouble.CUT)


def check_cancelling_reaches_a_safe_state(case: Case) -> None:
    """A run that is cancelled ends ABORTED without a score; after `abort` the device is safe and a run asks nothing of it."""
    with _session(case) as (session, line):
        stopped = Event()
        stopped.set()
        record = session.run(case.plan, deadline=time.monotonic() + case.seconds, cancel=stopped)
        _insist(record.outcome is Outcome.ABORTED, f"A cancelled run ended {record.outcome}: it ends ABORTED.")
        _insist_equipment(record, "it was cancelled")
        session.abort("The run was cancelled.")
        _insist(case.is_safe(), "After a cancelled run and `abort` the device is not in a safe state.")
        if not case.has_wire:
            return
        sent = len(line.sent)
        record = session.run(case.plan, deadline=time.monotonic() + case.seconds, cancel=Event())
        _insist_equipment(record, "it was aborted before")
        _insist(len(line.sent) == sent, "After `abort` a run still sends.")
    with _session(case) as (session, line):
        record = _run_cancelled_after(1, case, session, line)
        ended = len(record.steps) == len(case.plan.steps) and record.outcome.is_candidate
        _insist(
            ended or record.outcome is Outcome.ABORTED,
            f"A run that was cancelled between steps ended {record.outcome}.",
        )
        session.abort("The run was cancelled.")
        _insist(
            case.is_safe(), "After a run that was cancelled in its middle, `abort` leaves the device in no safe state."
        )


def check_abort_from_another_thread(case: Case) -> None:
    """`abort` ends a run that waits for a device, from another thread, twice, and after `close`; `close` is harmless twice."""
    with _session(case) as (session, line):
        if case.has_wire:
            _abort_a_waiting_run(case, session, line)
        leavings: tuple[Callable[[], None], ...] = (
            lambda: session.abort("Twice."),
            session.close,
            session.close,
            lambda: session.abort("Closed."),
        )
        for leave in leavings:
            try:
                leave()
            except Exception as error:
                told = f"`abort` and `close` are harmless again; {type(error).__name__}: {error}"
                raise ContractBroken(told) from error
        _insist(case.is_safe(), "After `abort` the device is not in a safe state.")
        _insist(not line.open, "After `close` a connection stays open.")


def _abort_a_waiting_run(case: Case, session: Session, line: TroubledLine) -> None:
    line.trouble = lambda number: Trouble.SILENT
    ended: list[RunRecord | BaseException] = []
    thread = threading.Thread(target=_run_into, args=(case, session, ended), daemon=True)
    thread.start()
    _insist(line.waiting.wait(case.seconds), "A run asks nothing of its device.")
    line.trouble = lambda number: Trouble.NONE  # the device answers again, on a connection of its own
    began = time.monotonic()
    session.abort("Somebody pressed stop.")
    thread.join(case.seconds)
    _insist(bool(ended), "A run that waits for its device does not end by `abort`.")
    took = time.monotonic() - began
    _insist(took < SHORT_S + case.grace_s, f"A run that was aborted went on for {took:.1f} s.")
    told = ended[0]
    if isinstance(told, BaseException):
        raise ContractBroken(f"A run that was aborted raises {type(told).__name__}: {told}") from told
    _insist_equipment(told, "it was aborted")


def check_a_plan_it_does_not_know(case: Case) -> None:
    """A step with an action that it does not know ends ERROR: it is nobody's failure but the plan's."""
    plan = replace(case.plan, steps=(Step(name="strange", action=_STRANGE_ACTION),))
    with _session(case) as (session, _):
        try:
            record = session.run(plan, deadline=time.monotonic() + case.seconds, cancel=Event())
        except Exception as error:
            raise ContractBroken(f"An action that it does not know makes it raise {type(error).__name__}.") from error
    _insist(record.outcome is Outcome.ERROR, f"An action that it does not know ends {record.outcome}, not ERROR.")
    _insist_equipment(record, "nobody knows what was asked")


def check_a_step_with_bad_parameters(case: Case) -> None:
    """A step that lacks its parameters, or gives one that can't be used, ends ERROR with a sentence; it does not raise."""
    steps = {step.action: step for step in case.plan.steps if step.parameters}
    for step in steps.values():
        record = _run_with(case, step, {}, "without its parameters")
        _insist(
            record.outcome in (Outcome.ERROR, Outcome.PASS),
            f"A step {step.action} without its parameters ends {record.outcome}, not ERROR.",
        )
        for name, value in product(step.parameters, _STRANGE_VALUES):
            _run_with(case, step, {**step.parameters, name: value}, f"with {name} {value!r}")


def _run_with(case: Case, step: Step, parameters: Mapping[str, str], what: str) -> RunRecord:
    plan = replace(case.plan, steps=(replace(step, parameters=parameters),))
    with _session(case) as (session, _):
        try:
            record = session.run(plan, deadline=time.monotonic() + case.seconds, cancel=Event())
        except Exception as error:
            told = f"A step {step.action} {what} raises {type(error).__name__}: it ends ERROR, with a sentence."
            raise ContractBroken(told) from error
    _insist(
        bool(record.sentence), f"A step {step.action} {what} ends {record.outcome} without a sentence that says why."
    )
    return record


CHECKS: Mapping[str, Callable[[Case], None]] = {
    check.__name__.removeprefix("check_"): check
    for check in (
        check_manifest,
        check_discovery_writes_nothing,
        check_another_serial_is_refused,
        check_a_run_on_a_device_that_works,
        check_raw_evidence_gives_the_same_again,
        check_a_silent_device_ends_at_the_deadline,
        check_a_late_answer_is_nobody_elses,
        check_a_cut_line_costs_nothing,
        check_cancelling_reaches_a_safe_state,
        check_abort_from_another_thread,
        check_a_plan_it_does_not_know,
        check_a_step_with_bad_parameters,
    )
}


def _made(case: Case, line: TroubledLine) -> Adapter:
    return case.make(opener=line.opener) if case.has_wire else case.make()


@contextmanager
def _session(case: Case) -> Iterator[tuple[Session, TroubledLine]]:
    line = TroubledLine()
    with case.device() as config:
        session = _made(case, line).connect(config, deadline=time.monotonic() + case.seconds)
        try:
            yield session, line
        finally:
            session.close()


def _run_into(case: Case, session: Session, ended: list[RunRecord | BaseException]) -> None:
    try:
        ended.append(run_once(case, session))
    except BaseException as error:
        ended.append(error)


def _run_cancelled_after(answers: int, case: Case, session: Session, line: TroubledLine) -> RunRecord:
    """A run in which somebody presses stop while the device gives its answer of that number."""
    cancel, first = Event(), line.answers

    def trouble(number: int) -> Trouble:
        if number == first + answers:
            cancel.set()
        return Trouble.NONE

    line.trouble = trouble
    return session.run(case.plan, deadline=time.monotonic() + case.seconds, cancel=cancel)


def _troubled(case: Case, trouble: Trouble) -> None:
    if not case.has_wire:
        return
    case = replace(case, plan=_going_on(case.plan))
    with _session(case) as (session, line):
        before = line.answers
        right = _said(run_once(case, session))
        count = line.answers - before
    _insist(
        case.single or len({value for _, value, *_ in right}) > 1,
        "The plan takes no two readings that differ: one taken for the other would not show. Give it two such steps.",
    )
    for place in _places(count):
        with _session(case) as (session, line):
            at = line.answers + place
            line.trouble = lambda number, at=at: trouble if number == at else Trouble.NONE  # type: ignore[misc]  # bound here
            _run_on(case, session, right, f"With answer {place} {trouble}")
            _run_on(case, session, right, f"In the run after answer {place} was {trouble}")


def _run_on(case: Case, session: Session, right: list[tuple[Any, ...]], where: str) -> None:
    """One run with or after the trouble: right as a whole, or the equipment's with no value that is another's."""
    try:
        record = run_once(case, session)
    except Exception as error:
        raise ContractBroken(f"{where} the run raises {type(error).__name__}: {error}") from error
    said = _said(record)
    if record.outcome.is_candidate:
        _insist(said == right, f"{where} it gives other readings than without: a late answer was taken for another's.")
        return
    _insist_equipment(record, f"something was wrong ({where[0].lower()}{where[1:]})")
    _insist(all(one in right for one in said), f"{where} a value is wrong: a late answer was taken for another's.")


def _going_on(plan: Plan) -> Plan:
    """The plan, going on after a step without an answer."""
    return replace(plan, steps=tuple(replace(step, on_timeout=OnTimeout.CONTINUE) for step in plan.steps))


def _places(count: int) -> list[int]:
    """At most `MOST_TROUBLES` of the numbers 1 to `count`, evenly, first and last among them."""
    if count <= MOST_TROUBLES:
        return list(range(1, count + 1))
    return [1 + (count - 1) * number // (MOST_TROUBLES - 1) for number in range(MOST_TROUBLES)]


def _said(record: RunRecord) -> list[tuple[Any, ...]]:
    return [(one.name, one.value, one.unit, one.status, one.verdict) for one in record.measurements]


def _insist(holds: bool, sentence: str) -> None:
    if not holds:
        raise ContractBroken(sentence)


def _insist_unchanged(case: Case, line: TroubledLine) -> None:
    changing = [sent for sent in line.sent if case.changes(sent)]
    _insist(not changing, f"It sends {changing[:1]}, which changes the device.")


def _insist_in_time(case: Case, began: float, call: str) -> None:
    took = time.monotonic() - began
    _insist(took < SHORT_S + case.grace_s, f"`{call}` took {took:.1f} s: its deadline is of the whole call.")


def _insist_equipment(record: RunRecord, why: str) -> None:
    if record.outcome.is_candidate or record.score is not None:
        raise ContractBroken(f"Although {why}, the run ended {record.outcome}, which speaks about the candidate.")
    _insist(bool(record.sentence), f"Although {why}, the record has no sentence that says so.")
