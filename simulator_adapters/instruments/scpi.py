"""Instruments that speak SCPI: a question, one line of answer, and never an answer that belongs to another question.

The failure that must not happen: a reply comes late or twice, is taken for the answer of the next question, and from then on
every reading is its predecessor's. So each reading is followed by the question who answers: a stray line shows there, before the
reading counts. Whenever an answer fails to come in time or in step the connection is given up: open anew, drain what still arrives,
ask for the identity, and only if the booked serial answers ask the question once more. Otherwise the run is void, which costs the
candidate nothing.

An instrument answers in the unit it likes (an insulation tester in ohms, say). A step says so with `answers_in`; what is kept,
rounded and judged is in the step's `unit`.

Overload is written as a number (9.9E+37, IEEE 488.2's infinity) or as a word; neither is ever a reading.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event
from time import monotonic, monotonic_ns
from typing import Any

from simulator_adapters.contract import (
    AdapterError,
    AdapterManifest,
    Deadline,
    DeadlineExceeded,
    Health,
    HealthState,
    IdentityMismatch,
    Instrument,
    Limits,
    LinkLost,
    Outcome,
    Plan,
    RunRecord,
    Status,
    Step,
)
from simulator_adapters.quantities import (
    NumberError,
    Unit,
    UnitMismatch,
    canonical_unit,
    convert,
    parse_number,
    parse_places,
)
from simulator_adapters.running import Readings, StepResult, judged, parameters_of, run_plan, run_record
from simulator_adapters.wire import Opener, Wire, open_tcp

VERSION = "1"
MOST_BYTES = 4096
HEALTH_S = 2.0
ANSWER_S = 2.0
QUIET_S = 0.05
"""How long a new connection must be silent before anything is asked on it."""
OVERLOAD = Decimal("9.9E37")
OVERLOAD_WORDS = frozenset({"OVRLD", "OVLD", "OVER", "OL", "OVERFLOW", "+OVLD", "-OVLD"})
QUESTION = re.compile(r"[A-Z*][A-Z0-9:*]{0,60}\?(?: [A-Z0-9.,+\- ]{1,60})?")
"""What a plan may ask: a query, never a command that sets something."""


class BadAnswer(AdapterError):
    """The instrument answered with something that is no reading."""

    code = "bad_answer"


class ScpiSession:
    """A connection to one identified instrument."""

    def __init__(self, opener: Opener, address: tuple[str, int], serial: str, *, deadline: Deadline) -> None:
        self._open, self._address, self._serial = opener, address, serial
        self._wire: Wire | None = None
        self._stopped = False
        self._transcript: list[dict[str, str]] = []
        self.instrument = self._begin(deadline)

    def ask(self, question: str, *, deadline: Deadline) -> str:
        """One question and its answer, without its end of line, confirmed to belong to each other.

        Raises
        ------
        IdentityMismatch
            When after a failure another instrument answers than the booked one.
        LinkLost, DeadlineExceeded
            When it does not answer twice.
        """
        try:
            return self._confirmed(question, deadline)
        except (DeadlineExceeded, LinkLost) as first:
            if self._stopped or monotonic() >= deadline:
                raise
            self._note(question, f"! {first.sentence}")
            seen = self._begin(deadline)
            if seen != self.instrument:
                raise IdentityMismatch(f"After a failure serial {seen.serial!r} answers.") from first
            return self._confirmed(question, deadline)

    def health(self) -> Health:
        """Read the identity afresh."""
        try:
            seen = _identity(self.ask("*IDN?", deadline=monotonic() + HEALTH_S))
        except AdapterError as error:
            return Health(state=HealthState.LOST, instrument=self.instrument, sentence=error.sentence)
        same = seen == self.instrument
        sentence = "The instrument answers." if same else f"Serial {seen.serial!r} answers now."
        return Health(state=HealthState.OK if same else HealthState.LOST, instrument=seen, sentence=sentence)

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event) -> RunRecord:
        """Carry out a plan of readings; the score is the share of them that pass."""
        started = monotonic_ns()
        readings = Readings(self.instrument)
        done = run_plan(plan, lambda step, by: self._perform(step, by, readings), deadline=deadline, cancel=cancel)
        return run_record(
            manifest=ScpiAdapter.manifest,
            plan=plan,
            done=done,
            readings=readings,
            instrument=self.instrument,
            started=started,
            scored=("read",),
            evidence={"transcript.json": self._transcript},
        )

    def abort(self, reason: str) -> None:
        """Close the wire; a plan of readings leaves the instrument as it is."""
        self._stopped = True
        self.close()

    def close(self) -> None:
        """Close the wire."""
        if self._wire is not None:
            self._wire.close()

    def _perform(self, step: Step, deadline: Deadline, readings: Readings) -> StepResult:
        if step.action == "identify":
            seen = _identity(self.ask("*IDN?", deadline=deadline))
            if seen.serial != self.instrument.serial:
                raise IdentityMismatch(f"Serial {seen.serial!r} answers, {self.instrument.serial!r} was connected.")
            return StepResult(Outcome.PASS, f"Serial {seen.serial} answers.")
        if step.action != "read":
            return StepResult(Outcome.ERROR, f"An instrument has no action {step.action!r}; write identify or read.")
        with parameters_of(step) as given:
            question, unit, places = given["ask"], canonical_unit(given["unit"]), parse_places(given["places"])
            answers_in = canonical_unit(given.get("answers_in", given["unit"]))
            if answers_in.quantity != unit.quantity:
                raise UnitMismatch(answers_in, unit)
            limits = Limits(low=_limit(given.get("low")), high=_limit(given.get("high")))
        if not QUESTION.fullmatch(question):
            return StepResult(Outcome.ERROR, f"{step.name}: {question[:40]!r} is no question of SCPI.")
        answer = self.ask(question, deadline=deadline)
        value, status = reading(answer)
        taken = readings.take(
            name=step.name,
            value=None if value is None else convert(value, answers_in, unit),
            unit=unit.code,
            places=places,
            limits=limits,
            status=status,
            raw_ref=f"transcript.json#{len(self._transcript) - 2}",
            sentence=f"{step.name} reads {_said(answer, answers_in, unit)}."
            if value is not None
            else f"{step.name}: the range was exceeded.",
        )
        if value is None:
            return StepResult(Outcome.ERROR, taken.sentence)
        return judged(taken)

    def _begin(self, deadline: Deadline) -> Instrument:
        """A new connection, silent, to the booked serial."""
        self.close()
        self._wire = self._open(*self._address, deadline=deadline)
        try:
            self._drain(self._wire)
            self._identity = self._once("*IDN?", deadline)
            seen = _identity(self._identity)
        except BaseException:
            self.close()
            raise
        if seen.serial != self._serial:
            self.close()
            raise IdentityMismatch(
                f"Serial {seen.serial!r} answers, {self._serial!r} is booked. Check bay and address."
            )
        return seen

    def _drain(self, wire: Wire) -> None:
        while True:
            try:
                late = wire.receive_line(MOST_BYTES, deadline=monotonic() + QUIET_S)
            except DeadlineExceeded:
                return
            self._note("", f"drained {late!r}")

    def _confirmed(self, question: str, deadline: Deadline) -> str:
        answer = self._once(question, deadline)
        if question != "*IDN?" and self._once("*IDN?", deadline) != self._identity:
            raise LinkLost(f"The answers to {question} are out of step.")
        return answer

    def _once(self, question: str, deadline: Deadline) -> str:
        assert self._wire is not None
        by = min(deadline, monotonic() + ANSWER_S)
        self._wire.send(question.encode("ascii") + b"\n", deadline=by)
        answer = self._wire.receive_line(MOST_BYTES, deadline=by).decode("ascii", errors="replace").strip("\r\n")
        self._note(question, answer)
        return answer

    def _note(self, question: str, answer: str) -> None:
        self._transcript.append({"t": str(monotonic_ns()), "asked": question, "answered": answer})


class ScpiAdapter:
    """Connects with ``{"host", "port", "serial"}``; `opener` lets a recorder, a replay or VISA take the wire."""

    manifest = AdapterManifest(
        id="scpi",
        version=VERSION,
        kind="instrument",
        title="Instrument that speaks SCPI over a socket",
        capabilities=("identify", "read"),
        config_schema={
            "type": "object",
            "required": ["host", "port", "serial"],
            "additionalProperties": False,
            "properties": {
                "host": {"type": "string"},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "serial": {"type": "string", "minLength": 1},
            },
        },
        limits={"bytes of an answer": MOST_BYTES},
    )

    def __init__(self, *, opener: Opener = open_tcp) -> None:
        self._opener = opener

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """Ask who answers at ``{"host", "port"}``; asks only for the identity."""
        deadline = monotonic() + HEALTH_S
        wire = self._opener(scope["host"], scope["port"], deadline=deadline)
        try:
            wire.send(b"*IDN?\n", deadline=deadline)
            return (
                _identity(wire.receive_line(MOST_BYTES, deadline=deadline).decode("ascii", errors="replace").strip()),
            )
        finally:
            wire.close()

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> ScpiSession:
        """Connect to the booked serial.

        Raises
        ------
        IdentityMismatch
            When another serial answers.
        LinkLost, DeadlineExceeded, BadAnswer
            When nothing usable answers in time.
        """
        return ScpiSession(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


def reading(answer: str) -> tuple[Decimal | None, Status]:
    """What an answer says.

    Raises
    ------
    BadAnswer
        For what is neither a number nor an overload.

    Examples
    --------
    >>> reading("+2.301E+02"), reading("9.9E+37")[1].value, reading("OVRLD")[1].value
    ((Decimal('230.1'), <Status.OK: 'OK'>), 'OVERRANGE', 'OVERRANGE')
    """
    if answer.strip().upper() in OVERLOAD_WORDS:
        return None, Status.OVERRANGE
    if "," in answer:  # a separator of values here, never a decimal comma
        raise BadAnswer(f"The instrument answered {answer[:40]!r}, which is more than one value.")
    try:
        value = parse_number(answer)
    except NumberError as problem:
        if problem.code == "too_large" and "E-" not in answer.upper():
            return None, Status.OVERRANGE
        raise BadAnswer(f"The instrument answered {answer[:40]!r}, which is no number.") from None
    return (None, Status.OVERRANGE) if abs(value) >= OVERLOAD else (value, Status.OK)


def _identity(answer: str) -> Instrument:
    cells = [cell.strip() for cell in answer.split(",")]
    if len(cells) != 4 or not all(cells[:3]):
        raise BadAnswer(f"The instrument answered {answer[:60]!r} instead of maker, model, serial and firmware.")
    return Instrument(id=f"{cells[0]} {cells[1]}", serial=cells[2], firmware=cells[3])


def _said(answer: str, answers_in: Unit, unit: Unit) -> str:
    """What an instrument answered; with its unit where the reading is kept in another one."""
    return answer if answers_in == unit else f"{answer} {answers_in.label}"


def _limit(text: str | None) -> Decimal | None:
    return None if text is None else parse_number(text)
