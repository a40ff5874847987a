"""The largest tasks that are taken, and small changes of a network solved without solving it anew."""

import random
from typing import Any

import numpy as np
import pytest

from simulator_adapters.wiring import TaskError, WiringTask, evaluate
from simulator_adapters.wiring.faults import conductances
from simulator_adapters.wiring.perturbed import Perturbed
from simulator_adapters.wiring.verdict import prepared
from simulator_adapters.wiring.wires import read_wiring
from tests.simulator_adapters.wiring_circuits import CIRCUITS, mutant


def lamps(count: int) -> dict[str, Any]:
    """Many lamps behind one switch."""
    names = [f"H{number}" for number in range(count)]
    parts = [{"id": "SRC", "kind": "supply"}, {"id": "Q1", "kind": "breaker B16"}, {"id": "S1", "kind": "switch"}]
    return {
        "id": "lamps",
        "title": "Many lamps",
        "components": [*parts, *({"id": name, "kind": "lamp 5 W"} for name in names)],
        "reference_nets": [
            *[["SRC.L", "Q1.1"], ["Q1.2", "S1.1"], ["S1.2", *(f"{name}.L" for name in names)]],
            *[[f"SRC.{pole}", *(f"{name}.{pole}" for name in names)] for pole in ("N", "PE")],
        ],
        "must_reach_pe": [f"{name}.PE" for name in names],
        "truth_table": [
            {"set": {"Q1": "on", "S1": state}, "expect": dict.fromkeys(names, state == "on")} for state in ("on", "off")
        ],
    }


@pytest.mark.slow
def test_hundreds_of_parts_are_judged_under_every_fault_within_the_engine_s_time() -> None:
    task = WiringTask.from_document(lamps(250))
    right, without_earth = evaluate(task, [task.reference, [w for w in task.reference if "H249.PE" not in w]])
    assert (right.works, right.safe) == (True, True)
    assert "fault_line_body_H249" in {finding.name for finding in without_earth.findings if not finding.passed}


def test_too_many_terminals_in_too_many_states_are_refused() -> None:
    entry = lamps(400)
    entry["components"] += [{"id": f"S{number}", "kind": "switch"} for number in range(2, 6)]
    for row in entry["truth_table"]:
        row["set"] = {**row["set"], **{f"S{number}": "off" for number in range(2, 6)}}
    with pytest.raises(TaskError, match="too much to solve"):
        WiringTask.from_document(entry)


@pytest.mark.parametrize("name", CIRCUITS)
def test_a_fault_as_a_change_of_the_inverse_gives_what_solving_anew_gives(name: str) -> None:
    task, draw = CIRCUITS[name], random.Random(name)
    engine = prepared(task)
    circuit, faults = engine.circuit, engine.injector.faults
    drawings = [read_wiring(task, mutant(task, draw)) for _ in range(3)]
    nets = circuit.nets(drawings)
    wiring = circuit.wire_conductances(drawings, nets)
    closed = circuit.closed_by_hand(task.settings[-2:])
    candidate, scene, fault = (axis.ravel() for axis in np.indices((3, 2, len(faults))))
    changed = Perturbed(circuit, faults).solve(wiring, candidate, fault, closed[scene])
    added = np.array([conductances(circuit, one) for one in faults])
    anew = circuit.voltages(wiring[candidate] + added[fault], closed[scene])
    driven = circuit.driven(circuit.joined(nets[candidate], closed[scene]))
    assert np.abs(changed - anew)[driven].max() < 1e-3
