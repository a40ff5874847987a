"""What is handed to ngspice: numbers and nothing else, whatever a task's names say. Needs no ngspice."""

import re

import numpy as np
import pytest

from simulator_adapters.wiring import WiringTask, oracle
from simulator_adapters.wiring.circuit import Circuit
from simulator_adapters.wiring.wires import read_wiring
from tests.simulator_adapters.wiring_circuits import RCD_SOCKET

LINE = re.compile(
    r"(Rx|Rc)[0-9]+_[0-9]+ [0-9]+ [0-9]+ [0-9.e+-]+|Vx[0-9]+_[0-9]+ [0-9]+ [0-9]+ dc [0-9.]+( ac [0-9.]+ -?[0-9.]+)?"
)


def test_names_that_are_commands_never_reach_the_deck() -> None:
    names = {"SRC": ".include/etc/hostname", "RCD": "shell(touch)", "Q1": "RK", "X1": ";write"}

    def renamed(value: object) -> object:
        if isinstance(value, dict):
            return {names.get(str(key), key): renamed(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [renamed(entry) for entry in value]
        if not isinstance(value, str):
            return value
        part, dot, terminal = value.partition(".")
        return names[part].replace(".", "") + dot + terminal if part in names else value

    names = {old: new.replace(".", "") for old, new in names.items()}
    task = WiringTask.from_document(renamed(RCD_SOCKET))  # type: ignore[arg-type]  # a mapping came in, so one comes out
    circuit = Circuit(task)
    drawing = read_wiring(task, task.reference)
    deck = oracle.netlist(circuit, [(drawing, np.zeros(len(circuit.contacts), dtype=bool))], 100)
    first, *lines = deck.splitlines()
    assert lines[-6:] == [".control", "set numdgt=14", "op", "print all", ".endc", ".end"]
    assert first == "* generated"
    assert all(LINE.fullmatch(line) for line in lines[:-6])


def test_without_ngspice_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(oracle.OracleError, match="install the packages ngspice"):
        oracle.run("* empty\n.end\n", 1, [1])
