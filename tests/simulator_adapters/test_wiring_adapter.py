"""The wiring engine through the contract."""

import hashlib
import json
import subprocess
import sys
import time
from decimal import Decimal
from threading import Event
from typing import Any

import pytest

from simulator_adapters.contract import Adapter, Outcome, RunRecord, Session, Verdict, from_document, to_document
from simulator_adapters.wiring import WiringInputError, WiringTask
from simulator_adapters.wiring.adapter import WiringAdapter, WiringSession, wiring_plan
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS


def judged(task: WiringTask, wires: object, **how: Any) -> RunRecord:
    deadline = how.get("deadline", time.monotonic() + 10)
    return WiringSession(task).run(wiring_plan(task, wires), deadline=deadline, cancel=how.get("cancel", Event()))


def test_the_adapter_keeps_the_contract() -> None:
    adapter = WiringAdapter()
    session = adapter.connect({"task": SIMULATIONS["wiring"][0]}, deadline=time.monotonic() + 1)
    assert isinstance(adapter, Adapter)
    assert isinstance(session, Session)
    assert adapter.discover({}) == (session.health().instrument,)


def test_a_right_wiring_passes_with_a_measurement_per_invariant_and_load() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    record = judged(task, task.reference)
    assert (record.outcome, record.score, record.max_score) == (Outcome.PASS, Decimal(1), Decimal(1))
    assert {m.verdict for m in record.measurements} == {Verdict.PASS}
    volts = {m.name: m.value for m in record.measurements if m.unit == "V"}
    # By hand: the socket's 52.9 Ω behind 0.2 + 0.15 Ω of the supply and 4 × 10 mΩ gives 230·52.9/53.29 = 228.32 V.
    assert volts == {
        "row_1.H1.voltage": Decimal("0.0"),
        "row_1.X1.voltage": Decimal("228.3"),
        "row_2.H1.voltage": Decimal("228.2"),
        "row_2.X1.voltage": Decimal("228.2"),
        "row_3.H1.voltage": Decimal("0.0"),
        "row_3.X1.voltage": Decimal("0.0"),
    }


def test_a_dangerous_wiring_fails_with_no_score_points_and_names_the_hazard() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    record = judged(task, task.variants[2].wires)
    assert (record.outcome, record.score, record.hazards) == (
        Outcome.FAIL,
        Decimal(0),
        ("missing_protective_conductor", "earth_fault_not_cleared", "touch_not_protected"),
    )
    assert record.sentence.startswith("The wiring is dangerous. X1.PE has no conductor to PE")


def test_the_record_holds_what_is_needed_to_judge_again() -> None:
    task = WIRING_TASKS["SIM-WIRE-4"]
    record = from_document(json.loads(json.dumps(to_document(judged(task, task.reference)))))
    wires, result = record.attachments
    again = judged(task, json.loads(wires.data))
    assert record.engine.model_sha256 == task.sha256
    assert hashlib.sha256(result.data).hexdigest() == result.sha256
    assert again.attachments == record.attachments
    assert [(m.name, m.value, m.verdict) for m in again.measurements] == [
        (m.name, m.value, m.verdict) for m in record.measurements
    ]


def test_a_cancelled_or_late_run_carries_no_score() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    stopped = Event()
    stopped.set()
    assert judged(task, task.reference, cancel=stopped).outcome is Outcome.ABORTED
    late = judged(task, task.reference, deadline=time.monotonic() - 1)
    assert (late.outcome, late.score) == (Outcome.TIMEOUT, None)


def test_a_wiring_that_cannot_be_judged_never_becomes_a_plan() -> None:
    with pytest.raises(WiringInputError):
        wiring_plan(WIRING_TASKS["SIM-WIRE-1"], [["SRC.L", "nowhere"]])


@pytest.mark.slow
def test_importing_the_engine_loads_neither_django_nor_a_modbus_library() -> None:
    probe = (
        "import sys, simulator_adapters.wiring.adapter;"
        "print([m for m in ('django', 'pymodbus', 'sunspec2', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
