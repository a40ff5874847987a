"""SunSpec devices behind the adapter contract: connect by serial, read a plan's registers, keep the raw blocks."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event
from time import monotonic, monotonic_ns
from typing import Any, Protocol

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterError,
    AdapterManifest,
    Attachment,
    Deadline,
    Engine,
    Health,
    HealthState,
    IdentityMismatch,
    Instrument,
    Limits,
    Measurement,
    Outcome,
    Plan,
    RunRecord,
    Status,
    Step,
)
from simulator_adapters.instruments.modbus import ModbusClient
from simulator_adapters.photovoltaic.client import SunSpecClient, WriteResult
from simulator_adapters.photovoltaic.image import BASE
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError
from simulator_adapters.photovoltaic.response import frequency_droop, volt_var
from simulator_adapters.quantities import NumberError, parse_number, round_to
from simulator_adapters.running import Readings, StepResult, outcome_of, run_plan
from simulator_adapters.wire import Opener, open_tcp

VERSION = "1"
SCORE_PLACES = 4
_RESPONSE_PLACES = 3
_LONGEST_WAIT = 3600
_HEALTH_SECONDS = 2.0

_RESPONSES = {"v_pct": (705, volt_var), "f": (711, frequency_droop)}


class GridBench(Protocol):
    """What stands in for the grid at a bench: its voltage can be set and the device's time can pass."""

    def set_grid_voltage(self, percent: float) -> None:
        """Set the voltage in percent of nominal."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass for the device."""
        ...


class SunSpecAdapter:
    """Connects with ``{"host", "port", "serial", "unit"}``; `opener` lets a recorder or a replay take the wire."""

    manifest = AdapterManifest(
        id="sunspec",
        version=VERSION,
        kind="instrument",
        title="SunSpec inverter and battery over Modbus TCP",
        capabilities=("setting", "response", "answer", "enter_service"),
        config_schema={
            "type": "object",
            "required": ["host", "port", "serial"],
            "additionalProperties": False,
            "properties": {
                "host": {"type": "string"},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "serial": {"type": "string", "minLength": 1},
                "unit": {"type": "integer", "minimum": 1, "maximum": 247},
            },
        },
        limits={"models": 64},
    )

    def __init__(self, *, opener: Opener = open_tcp) -> None:
        self._opener = opener

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """Identify the device at ``{"host", "port"}``; reads only."""
        deadline = monotonic() + _HEALTH_SECONDS
        client = self._client(scope, deadline)
        try:
            return (client.identity(deadline=deadline),)
        finally:
            client.close()

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> "SunSpecSession":
        """Connect to the booked serial.

        Raises
        ------
        IdentityMismatch
            When another serial answers.
        LinkLost, DeadlineExceeded
            When nothing usable answers in time.
        """
        client = self._client(config, deadline)
        try:
            instrument = client.identity(deadline=deadline)
            if instrument.serial != config["serial"]:
                raise IdentityMismatch(
                    f"Serial {instrument.serial!r} answers, {config['serial']!r} is booked. Check bay and address."
                )
        except BaseException:
            client.close()
            raise
        return SunSpecSession(client, instrument)

    def _client(self, config: Mapping[str, Any], deadline: Deadline) -> SunSpecClient:
        wire = self._opener(config["host"], config["port"], deadline=deadline)
        try:
            return SunSpecClient(ModbusClient(wire, unit=config.get("unit", 1)), deadline=deadline, base=BASE)
        except BaseException:
            wire.close()
            raise


class SunSpecSession:
    """A connection to one identified device."""

    def __init__(self, client: SunSpecClient, instrument: Instrument) -> None:
        self.client = client
        self.instrument = instrument

    def health(self) -> Health:
        """Read the identity afresh."""
        try:
            seen = self.client.identity(deadline=monotonic() + _HEALTH_SECONDS)
        except AdapterError as error:
            return Health(state=HealthState.LOST, instrument=self.instrument, sentence=error.sentence)
        same = seen == self.instrument
        sentence = "The device answers." if same else f"Serial {seen.serial!r} answers now."
        return Health(state=HealthState.OK if same else HealthState.LOST, instrument=seen, sentence=sentence)

    def write(
        self, model: int, point: str, index: Sequence[int], value: Decimal | str, *, deadline: Deadline
    ) -> WriteResult:
        """Write one setting in its own unit and read it back; texts follow `parse_number`."""
        try:
            number = value if isinstance(value, Decimal) else parse_number(value)
        except NumberError as problem:
            return WriteResult(f"{model}.{point}", False, f"{model}.{point}: {problem}")
        return self.client.write(model, point, tuple(index), number, deadline=deadline)

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event, bench: GridBench | None = None) -> RunRecord:
        """Carry out a plan of readings; the score is the share of steps that pass."""
        started = monotonic_ns()
        run = _Run(self, bench)
        done = run_plan(plan, run.perform, deadline=deadline, cancel=cancel)
        targets = {step.name for step in plan.steps if step.action != "identify"}
        passed = sum(step.outcome is Outcome.PASS for step in done.steps if step.name in targets)
        may_score = done.outcome.may_score
        return RunRecord(
            run_id=uuid.uuid4().hex,
            adapter=SunSpecAdapter.manifest.id,
            adapter_version=VERSION,
            plan=plan.name,
            plan_sha256=documents.digest(documents.encode(plan)),
            subject=plan.subject,
            outcome=done.outcome,
            sentence=done.sentence if not may_score else f"{passed} of {len(targets)} targets are met.",
            steps=done.steps,
            measurements=run.readings.taken,
            instrument=self.instrument,
            engine=Engine(
                name="assayer-sunspec", version=VERSION, model_sha256=documents.digest(documents.encode(plan))
            ),
            t_started=started,
            t_ended=monotonic_ns(),
            score=round_to(Decimal(passed) / len(targets), SCORE_PLACES) if may_score else None,
            max_score=Decimal(1) if may_score else None,
            attachments=run.evidence(),
        )

    def abort(self, reason: str) -> None:
        """Close the wire; a plan of readings leaves the device as it is."""
        self.close()

    def close(self) -> None:
        """Close the wire."""
        self.client.close()


class _Run:
    """One run: a sample of each model, the readings taken from it, and the raw registers as evidence."""

    def __init__(self, session: SunSpecSession, bench: GridBench | None) -> None:
        self.readings = Readings(session.instrument)
        self._session = session
        self._bench = bench
        self._sample: dict[int, ModelBlock] = {}
        self._actions = {
            "identify": self._identify,
            "setting": self._setting,
            "response": self._response,
            "answer": self._answer,
            "enter_service": self._enter_service,
        }

    def perform(self, step: Step, deadline: Deadline) -> StepResult:
        """One attempt at a step; what the device doesn't implement is an error of the equipment."""
        try:
            return self._actions[step.action](step, deadline)
        except ModelError as problem:
            return StepResult(Outcome.ERROR, str(problem))

    def evidence(self) -> tuple[Attachment, ...]:
        """Raw registers of every model read, as JSON."""
        blocks = [{"model": b.model, "address": b.address, "words": list(b.words)} for b in self._sample.values()]
        if not blocks:
            return ()
        data = documents.canonical_bytes(blocks)
        digest = hashlib.sha256(data).hexdigest()
        return (Attachment(name="registers.json", media_type="application/json", sha256=digest, data=data),)

    def _block(self, model: int, deadline: Deadline) -> ModelBlock:
        if model not in self._sample:
            self._sample[model] = self._session.client.block(model, deadline=deadline)
        return self._sample[model]

    def _identify(self, step: Step, deadline: Deadline) -> StepResult:
        seen = self._session.client.identity(deadline=deadline)
        if seen.serial != self._session.instrument.serial:
            raise IdentityMismatch(
                f"Serial {seen.serial!r} answers, {self._session.instrument.serial!r} was connected."
            )
        return StepResult(Outcome.PASS, f"Serial {seen.serial} answers.")

    def _setting(self, step: Step, deadline: Deadline) -> StepResult:
        given = step.parameters
        block = self._block(int(given["model"]), deadline)
        index = tuple(json.loads(given["index"]))
        point = block.point(given["point"], index)
        raw, scale = block.raw(given["point"], index), block.scale(point)
        low, high = parse_number(given["low"]), parse_number(given["high"])
        known = isinstance(raw, int) and scale is not None
        value = Decimal(raw).scaleb(scale) if isinstance(raw, int) and scale is not None else None
        taken = self.readings.take(
            name=step.name,
            value=value,
            unit=given["unit"],
            places=max(_places(low), _places(high), -(scale or 0), 0),
            limits=Limits(low=low, high=high),
            status=Status.OK if known else Status.NOT_IMPL,
            raw_ref=f"registers.json#{block.address + point.offset}",
            sentence=f"{step.name} reads {_plain(value)}." if known else f"{step.name} is not implemented.",
        )
        return _judged(taken)

    def _response(self, step: Step, deadline: Deadline) -> StepResult:
        given = step.parameters
        model, respond = _RESPONSES[given["input"]]
        value = respond(self._block(model, deadline), parse_number(given["at"]))
        return self._computed(step, value, Status.OK, f"At {given['at']} the settings give")

    def _answer(self, step: Step, deadline: Deadline) -> StepResult:
        try:
            value = parse_number(step.parameters["answer"])
        except NumberError as problem:
            return StepResult(Outcome.FAIL, f"{step.name}: {problem}")
        return self._computed(step, value, Status.OPERATOR, "The candidate's answer is")

    def _enter_service(self, step: Step, deadline: Deadline) -> StepResult:
        """Play a dip, then count the seconds until the device feeds in again."""
        if self._bench is None:
            return StepResult(Outcome.ERROR, "There is no bench that can play a voltage dip.")
        self._bench.set_grid_voltage(40)
        self._bench.advance(5)
        self._bench.set_grid_voltage(100)
        seconds = 0
        while seconds < _LONGEST_WAIT and self._session.client.block(701, deadline=deadline).raw("W") == 0:
            self._bench.advance(1)
            seconds += 1
        return self._computed(step, Decimal(seconds), Status.OK, "After the dip the device waits")

    def _computed(self, step: Step, value: Decimal, status: Status, words: str) -> StepResult:
        given = step.parameters
        low = parse_number(given["low"]) if "low" in given else None
        high = parse_number(given["high"]) if "high" in given else None
        places = max(_RESPONSE_PLACES, *(_places(limit) for limit in (low, high) if limit is not None))
        taken = self.readings.take(
            name=step.name,
            value=value,
            unit=given["unit"],
            places=places,
            limits=Limits(low=low, high=high),
            status=status,
            raw_ref="registers.json",
            sentence=f"{words} {_plain(round_to(value, places))}.",
        )
        return _judged(taken)


def _judged(taken: Measurement) -> StepResult:
    return StepResult(outcome_of([taken.verdict]), taken.sentence)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "nothing"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
