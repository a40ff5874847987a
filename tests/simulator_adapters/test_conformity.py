"""Every adapter of ours keeps the contract; and an adapter that does not is told what it breaks."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator_adapters.conformity import CHECKS, Case, ContractBroken, record_trace
from simulator_adapters.contract import DeadlineExceeded, LinkLost, Plan, Step
from simulator_adapters.instruments.scpi import ScpiAdapter, ScpiSession
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.checking import inverter_for, settings_plan
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.recording import TraceExists
from simulator_adapters.registry import adapter_ids
from simulator_adapters.wire import open_tcp
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS
from tests.simulator_adapters.scpi_bench import bench

SPEC = SettingsSpec.from_document(SIMULATIONS["sunspec"][0])
TASK = WIRING_TASKS["SIM-WIRE-1"]
WHOLE = settings_plan(SPEC)
READS = {3, 4}
"""Modbus functions that change nothing."""


@contextmanager
def inverter() -> Iterator[Mapping[str, Any]]:
    with inverter_for(SPEC, serial="INV-7") as made:
        yield {"host": "127.0.0.1", "port": made.port, "serial": "INV-7"}


@contextmanager
def meter() -> Iterator[Mapping[str, Any]]:
    with bench() as made:
        yield {"host": made.host, "port": made.port, "serial": "SN0042"}


@contextmanager
def engine() -> Iterator[Mapping[str, Any]]:
    yield {"task": SIMULATIONS["wiring"][0]}


METER_PLAN = Plan(
    name="meter",
    version="1",
    subject="bay 3",
    steps=tuple(
        Step(name=name, action="read", parameters={"ask": ask, "unit": unit, "places": "2", "low": "0", "high": "253"})
        for name, ask, unit in (("mains", "MEAS:VOLT:AC?", "V"), ("loop", "MEAS:RES?", "Ω"))
    ),
)
CASES = {
    "wiring": Case(make=WiringAdapter, device=engine, plan=wiring_plan(TASK, TASK.reference)),
    "sunspec": Case(
        make=SunSpecAdapter,
        device=inverter,
        plan=replace(WHOLE, steps=WHOLE.steps[:3]),  # who answers, and the fewest readings that differ
        changes=lambda sent: sent[7] not in READS,
    ),
    "scpi": Case(
        make=ScpiAdapter, device=meter, plan=METER_PLAN, changes=lambda sent: not sent.rstrip().endswith(b"?")
    ),
}


def test_every_built_in_adapter_has_a_case() -> None:
    assert set(adapter_ids()) == set(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("check", CHECKS)
def test_our_adapters_keep_the_contract(name: str, check: str) -> None:
    CHECKS[check](CASES[name])


class Careless(ScpiSession):
    """What the first driver of a meter looks like: it asks, and believes the next line it gets."""

    def ask(self, question: str, *, deadline: float) -> str:
        for _ in range(3):
            try:
                return self._once(question, deadline)
            except DeadlineExceeded:
                continue
        raise DeadlineExceeded("Nothing came.")


class CarelessAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Careless(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


class Trusting(ScpiSession):
    """Asks once, and neither closes the connection on a failure nor asks who answers."""

    def ask(self, question: str, *, deadline: float) -> str:
        return self._once(question, deadline)


class TrustingAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Trusting(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


class Resigning(Trusting):
    """Ends the run at the first answer that fails, whatever the plan says, and keeps the connection for the next run."""

    def ask(self, question: str, *, deadline: float) -> str:
        try:
            return super().ask(question, deadline=deadline)
        except DeadlineExceeded as late:
            raise LinkLost(late.sentence) from late


class ResigningAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Resigning(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


class Hasty(ScpiSession):
    """Looks up its parameters as they are needed."""

    def _perform(self, step: Step, deadline: float, readings: Any) -> Any:
        for name in ("ask", "unit", "places"):
            step.parameters[name]
        return super()._perform(step, deadline, readings)


class HastyAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Hasty(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


class PatientAdapter(ScpiAdapter):
    """Gives each call the time that one call may take."""

    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return super().connect(config, deadline=time.monotonic() + 3)


class WelcomingAdapter(ScpiAdapter):
    """Connects to whoever answers."""

    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        (found,) = self.discover(config)
        return super().connect({**config, "serial": found.serial}, deadline=deadline)


class ResettingAdapter(ScpiAdapter):
    """Brings a device into a known state before it knows whose it is."""

    def discover(self, scope: Mapping[str, Any]) -> Any:
        wire = self._opener(scope["host"], scope["port"], deadline=time.monotonic() + 1)
        wire.send(b"*RST\n", deadline=time.monotonic() + 1)
        wire.close()
        return super().discover(scope)


class Stubborn(ScpiSession):
    def abort(self, reason: str) -> None:
        if self._stopped:
            raise RuntimeError("It is aborted already.")
        super().abort(reason)


class StubbornAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Stubborn(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


class Inventive(ScpiSession):
    def run(self, plan: Plan, *, deadline: float, cancel: Any) -> Any:
        record = super().run(plan, deadline=deadline, cancel=cancel)
        object.__setattr__(record, "attachments", ())
        return record


class InventiveAdapter(ScpiAdapter):
    def connect(self, config: Mapping[str, Any], *, deadline: float) -> ScpiSession:
        return Inventive(self._opener, (config["host"], config["port"]), config["serial"], deadline=deadline)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "check", "said"),
    [
        (CarelessAdapter, "a_late_answer_is_nobody_elses", "a late answer was taken for another's|a value is wrong"),
        (TrustingAdapter, "a_late_answer_is_nobody_elses", "a late answer was taken for another's"),
        (ResigningAdapter, "a_late_answer_is_nobody_elses", "In the run after answer 1 was late"),
        (HastyAdapter, "a_step_with_bad_parameters", "A step read without its parameters raises KeyError"),
        (PatientAdapter, "a_silent_device_ends_at_the_deadline", "its deadline is of the whole call"),
        (WelcomingAdapter, "another_serial_is_refused", "connects to another serial"),
        (ResettingAdapter, "discovery_writes_nothing", r"\*RST"),
        (StubbornAdapter, "abort_from_another_thread", "harmless again"),
        (InventiveAdapter, "a_run_on_a_device_that_works", "is no attachment of the record"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_an_adapter_that_breaks_the_contract_is_told_what(make: Callable[..., Any], check: str, said: str) -> None:
    case = Case(make=make, device=meter, plan=METER_PLAN, changes=CASES["scpi"].changes)
    with pytest.raises(ContractBroken, match=said):
        CHECKS[check](case)


@pytest.mark.slow
def test_a_plan_in_which_no_reading_could_be_taken_for_another_is_told() -> None:
    one = Case(make=ScpiAdapter, device=meter, plan=replace(METER_PLAN, steps=METER_PLAN.steps[:1]))
    with pytest.raises(ContractBroken, match="no two readings that differ"):
        CHECKS["a_late_answer_is_nobody_elses"](one)
    CHECKS["a_late_answer_is_nobody_elses"](replace(one, single=True))


def test_a_recording_is_not_written_over(tmp_path: Path) -> None:
    trace = tmp_path / "load.jsonl"
    trace.write_text("the last day at the meter")
    with meter() as config, pytest.raises(TraceExists, match=r"load\.jsonl is there already.*Name a file that"):
        record_trace(CASES["scpi"], config, trace)
    assert trace.read_text() == "the last day at the meter"


def test_an_adapter_of_a_device_without_a_wire_to_record_is_told() -> None:
    class Sealed(ScpiAdapter):
        def __init__(self) -> None:
            super().__init__(opener=open_tcp)

    with pytest.raises(ContractBroken, match="takes `opener`"):
        CHECKS["manifest"](Case(make=Sealed, device=meter, plan=METER_PLAN))
