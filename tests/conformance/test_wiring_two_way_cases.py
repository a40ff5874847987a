"""Nine designed two-way circuits whose verdicts and currents were computed before us and checked against ngspice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator_adapters.wiring import Hazard, WiringTask, evaluate
from simulator_adapters.wiring.circuit import Circuit
from simulator_adapters.wiring.wires import read_wiring
from tests.simulator_adapters.wiring_circuits import TWO_WAY

CASES = [
    *["good", "good_crossed_travellers", "carter(dangerous)", "switched_neutral", "open_PE", "N_to_PE_swap"],
    *["dead_short_one_state", "com_traveller_swap", "L_on_casing"],
]


@pytest.fixture(scope="module")
def cases(data_dir: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((data_dir / "simulators/wiring/two_way_cases.json").read_text())
    assert sorted(read) == sorted(CASES)
    return read


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_published_one(cases: dict[str, Any], name: str) -> None:
    expected = cases[name]["expected"]
    (result,) = evaluate(WiringTask.from_document(TWO_WAY), [cases[name]["wires"]])
    assert (result.works and result.safe) == expected["pass"]
    assert [int(scene.loads["H1"] == "on") for scene in result.scenes] == expected["on"]
    assert result.works == expected["toggle"]
    danger_to_earth = {
        Hazard.MISSING_PROTECTIVE_CONDUCTOR,
        Hazard.SHORT_CIRCUIT_LINE_EARTH,
        Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
    }
    assert (not danger_to_earth & set(result.hazards)) == expected["pe_ok"]


@pytest.mark.parametrize("name", CASES)
def test_currents_of_the_wires_as_drawn_are_the_published_ones(cases: dict[str, Any], name: str) -> None:
    expected = cases[name]["expected"]
    task = WiringTask.from_document(TWO_WAY)
    circuit = Circuit(task)
    drawing = read_wiring(task, [[a, b, {"mm2": 2.5}] for a, b in cases[name]["wires"]])  # 10 mΩ each, as drawn
    closed = circuit.closed_by_hand([row.set for row in task.rows])
    voltages = circuit.voltages(circuit.wire_conductances([drawing], circuit.nets([drawing])), closed)
    largest = float(np.max(circuit.supply_current(voltages, "L")))
    assert largest == pytest.approx(expected["Imax"], rel=1e-6)
    assert float(np.max(circuit.supply_current(voltages, "PE"))) == pytest.approx(expected["Ipe"], rel=1e-6, abs=1e-6)
