"""Random mutants of seven circuits: ngspice, an independent program, finds the same voltages and the same verdicts.

Sampled here; `tests/benchmarks/wiring.py` compares more than ten thousand, with figures in docs/evidence/wiring.md.
"""

import numpy as np
import pytest

from simulator_adapters.wiring import WiringTask
from simulator_adapters.wiring.circuit import Circuit
from simulator_adapters.wiring.oracle import OracleError, available, run, solve
from simulator_adapters.wiring.wires import read_wiring
from tests.benchmarks._second_opinion import compare
from tests.effort import FULL
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS
from tests.simulator_adapters.wiring_circuits import CIRCUITS

pytestmark = pytest.mark.skipif(
    not available(), reason="CONFORMANCE NOT RUN: ngspice is not installed (apt-get install ngspice)."
)

TASKS = {**WIRING_TASKS, **CIRCUITS}
MUTANTS = 100 if FULL else 30
VOLTS = 2e-3


@pytest.mark.parametrize("name", TASKS)
def test_mutants_have_the_same_voltages_and_verdicts(name: str) -> None:
    found = compare(TASKS[name], MUTANTS, seed=20261122)
    assert found.differ == 0
    assert found.volts < VOLTS


def test_sizes_and_lengths_mean_the_same_resistance_to_both() -> None:
    task = WIRING_TASKS["SIM-WIRE-2"]
    circuit = Circuit(task)
    drawing = read_wiring(task, [[a, b, {"mm2": 1.5, "metres": 7}] for a, b in task.reference])
    closed = circuit.closed_by_hand(task.settings)[None]
    ours = circuit.voltages(circuit.wire_conductances([drawing], circuit.nets([drawing]))[:, None], closed)
    driven = circuit.driven(circuit.joined(circuit.nets([drawing])[:, None], closed))
    assert np.abs(ours - solve(circuit, [drawing], closed))[driven].max() < VOLTS


def test_a_battery_is_the_same_to_both() -> None:
    task = WiringTask.from_document(
        {
            "id": "torch",
            "title": "Lamp on a battery",
            "components": [
                {"id": "G1", "kind": "battery 48 V"},
                {"id": "S1", "kind": "switch"},
                {"id": "H1", "kind": "lamp 20 W 48 V", "terminals": ["1", "2"], "load_between": ["1", "2"]},
            ],
            "reference_nets": [["G1.+", "S1.1"], ["S1.2", "H1.1"], ["G1.-", "H1.2"]],
            "truth_table": [
                {"set": {"S1": "on"}, "expect": {"H1": True}},
                {"set": {"S1": "off"}, "expect": {"H1": False}},
            ],
        }
    )
    found = compare(task, MUTANTS, seed=1)
    assert (found.differ, found.volts < VOLTS) == (0, True)


@pytest.mark.parametrize(
    ("deck", "sentence"),
    [
        ("* endless\n.control\nwhile 1\nlet a = 1\nend\n.endc\n.end\n", "stopped by its limits|no voltage"),
        ("* two sources\nV1 1 0 230\nV2 1 0 229\n.control\nop\nprint all\n.endc\n.end\n", "no voltage for 1 of 1"),
        ("* nothing\n.end\n", "no voltage for 1 of 1"),
        (
            "* too much\n.control\nwhile 1\necho 0123456789012345678901234567890123456789\nend\n.endc\n.end\n",
            "no voltage|stopped",
        ),
    ],
    ids=["an endless deck", "no solution", "no output", "output without end"],
)
def test_a_deck_that_gives_no_solution_or_no_end_is_an_error_and_not_a_number(deck: str, sentence: str) -> None:
    with pytest.raises(OracleError, match=sentence):
        run(deck, 1, [1], cpu_seconds=1)
