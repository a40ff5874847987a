"""SunSpec devices behind the adapter contract: connect by serial, read a plan's registers, keep the raw blocks."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event
from time import monotonic, monotonic_ns, sleep
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterError,
    AdapterManifest,
    Deadline,
    Engine,
    Health,
    HealthState,
    IdentityMismatch,
    Instrument,
    LinkLost,
    Outcome,
    Plan,
    RunRecord,
)
from simulator_adapters.instruments.modbus import ModbusClient
from simulator_adapters.photovoltaic.bench import GridBench, StorageBench
from simulator_adapters.photovoltaic.client import SunSpecClient, WriteResult
from simulator_adapters.photovoltaic.image import BASE
from simulator_adapters.photovoltaic.run import ACTIONS, Run
from simulator_adapters.quantities import NumberError, parse_number, round_to
from simulator_adapters.running import run_plan
from simulator_adapters.wire import Opener, Wire, open_tcp

__all__ = ["VERSION", "GridBench", "StorageBench", "SunSpecAdapter", "SunSpecSession"]

VERSION = "1"
SCORE_PLACES = 4
_HEALTH_SECONDS = 2.0
_PAUSES = (0.05, 0.2)
"""Seconds before the second and the third attempt to connect. Requests are never sent twice."""


class SunSpecAdapter:
    """Connects with ``{"host", "port", "serial", "unit"}``; `opener` lets a recorder or a replay take the wire."""

    manifest = AdapterManifest(
        id="sunspec",
        version=VERSION,
        kind="instrument",
        title="SunSpec inverter and battery over Modbus TCP",
        capabilities=ACTIONS,
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
        wire = _opened(self._opener, config["host"], config["port"], deadline)
        try:
            return SunSpecClient(ModbusClient(wire, unit=config.get("unit", 1)), deadline=deadline, base=BASE)
        except BaseException:
            wire.close()
            raise


def _opened(opener: Opener, host: str, port: int, deadline: Deadline) -> Wire:
    """Connect, and try twice more where nobody listens yet: a device that starts, or that lets go of its last client."""
    for pause in _PAUSES:
        try:
            return opener(host, port, deadline=deadline)
        except LinkLost:
            if monotonic() + pause >= deadline:
                raise
            sleep(pause)
    return opener(host, port, deadline=deadline)


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
        """Carry out a plan; the score is the share of steps that pass."""
        started = monotonic_ns()
        run = Run(self.client, self.instrument, bench)
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
        """Close the wire. A write is whole and read back before the next begins, so the device holds stated settings."""
        self.close()

    def close(self) -> None:
        """Close the wire."""
        self.client.close()
