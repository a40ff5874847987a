"""Circuits beside the bundled tasks: a socket behind an RCD, motor starters, a timer, a battery; with their mutants."""

import random
from collections.abc import Sequence
from typing import Any

from simulator_adapters.wiring import WiringTask

Wires = list[tuple[str, str]]

BREAKER_3 = {
    "kind": "breaker C16",
    "terminals": ["1", "2", "3", "4", "5", "6"],
    "states": {"off": [], "on": [["1", "2"], ["3", "4"], ["5", "6"]]},
}

_TWO_WAY = {
    "kind": "switch two-way",
    "terminals": ["COM", "L1", "L2"],
    "states": {"a": [["COM", "L1"]], "b": [["COM", "L2"]]},
}
TWO_WAY: dict[str, Any] = {
    "id": "two-way",
    "title": "Two-way lighting without a breaker",
    "components": [
        {"id": "S", "kind": "supply"},
        {"id": "A", **_TWO_WAY},
        {"id": "B", **_TWO_WAY},
        {"id": "H1", "kind": "lamp"},
    ],
    "reference_nets": [
        *[["S.L", "A.COM"], ["A.L1", "B.L1"], ["A.L2", "B.L2"], ["B.COM", "H1.L"], ["S.N", "H1.N"], ["S.PE", "H1.PE"]]
    ],
    "must_reach_pe": ["H1.PE"],
    "truth_table": [
        {"set": {"A": a, "B": b}, "expect": {"H1": a == b}} for a, b in (("a", "a"), ("a", "b"), ("b", "a"), ("b", "b"))
    ],
    "accept_inverted": True,
    "extra_rules": [{"rule": "neutral_direct", "terminals": ["H1.N"]}],
}

RCD_SOCKET: dict[str, Any] = {
    "id": "rcd-socket",
    "title": "Socket behind a residual current device",
    "components": [
        {"id": "SRC", "kind": "supply"},
        {"id": "RCD", "kind": "rcd 30 mA type A"},
        {"id": "Q1", "kind": "breaker B16"},
        {"id": "X1", "kind": "socket"},
    ],
    "reference_nets": [
        *[["SRC.L", "RCD.1"], ["RCD.2", "Q1.1"], ["Q1.2", "X1.L"], ["SRC.N", "RCD.N1"], ["RCD.N2", "X1.N"]],
        ["SRC.PE", "X1.PE"],
    ],
    "must_reach_pe": ["X1.PE"],
    "truth_table": [
        {"set": {"RCD": "on", "Q1": "on"}, "expect": {"X1": True}},
        {"set": {"RCD": "on", "Q1": "off"}, "expect": {"X1": False}},
        {"set": {"RCD": "off", "Q1": "on"}, "expect": {"X1": False}},
    ],
    "same_rcd": {"component": "RCD", "loads": ["X1"]},
    "extra_rules": [{"rule": "neutral_when_on", "terminals": ["X1.N"]}],
}


def _starter(*steps: tuple[dict[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"set": setting, "expect": expected} for setting, expected in steps]


MOTOR_LATCH: dict[str, Any] = {
    "id": "motor-latch",
    "title": "Motor with start, stop and overload relay",
    "components": [
        {"id": "SRC", "kind": "supply"},
        {"id": "Q1", "kind": "breaker C16"},
        {"id": "F2", "kind": "overload 7 A", "terminals": ["1", "2", "95", "96"],
         "states": {"ready": [["1", "2"], ["95", "96"]], "tripped": [["1", "2"]]}},
        {"id": "S0", "kind": "stop push"},
        {"id": "S1", "kind": "start push"},
        {"id": "K1", "kind": "contactor"},
        {"id": "M1", "kind": "motor 1500 W"},
    ],
    "reference_nets": [
        *[["SRC.L", "Q1.1"], ["Q1.2", "K1.1", "F2.95"], ["K1.2", "F2.1"], ["F2.2", "M1.L"], ["F2.96", "S0.21"]],
        *[["S0.22", "S1.13", "K1.13"], ["S1.14", "K1.14", "K1.A1"], ["SRC.N", "K1.A2", "M1.N"], ["SRC.PE", "M1.PE"]],
    ],
    "must_reach_pe": ["M1.PE"],
    "sequence": _starter(
        ({"Q1": "on", "F2": "ready", "S0": "rest", "S1": "rest"}, {"K1": False, "M1": False}),
        ({"S1": "pressed"}, {"K1": True, "M1": True}),
        ({"S1": "rest"}, {"K1": True, "M1": True}),
        ({"F2": "tripped"}, {"K1": False, "M1": False}),
        ({"F2": "ready"}, {"K1": False, "M1": False}),
        ({"S1": "pressed"}, {"M1": True}),
        ({"S1": "rest"}, {"M1": True}),
        ({"S0": "pressed"}, {"M1": False}),
        ({"S0": "rest"}, {"M1": False}),
        ({"Q1": "off"}, {"M1": False}),
    ),
    "extra_rules": [{"rule": "neutral_direct", "terminals": ["M1.N", "K1.A2"]}],
}  # fmt: skip

REVERSING: dict[str, Any] = {
    "id": "reversing-starter",
    "title": "Reversing starter for a motor on three lines",
    "components": [
        {"id": "SRC", "kind": "supply three-phase"},
        {"id": "Q1", **BREAKER_3},
        {"id": "F2", "kind": "overload 2.2 A", "terminals": ["1", "2", "3", "4", "5", "6", "95", "96"],
         "states": {"ready": [["1", "2"], ["3", "4"], ["5", "6"], ["95", "96"]],
                    "tripped": [["1", "2"], ["3", "4"], ["5", "6"]]}},
        {"id": "S0", "kind": "stop push"},
        {"id": "S1", "kind": "start push"},
        {"id": "S2", "kind": "start push"},
        {"id": "K1", "kind": "contactor"},
        {"id": "K2", "kind": "contactor"},
        {"id": "M1", "kind": "motor three-phase 1500 W"},
    ],
    "reference_nets": [
        *[["SRC.L1", "Q1.1"], ["SRC.L2", "Q1.3"], ["SRC.L3", "Q1.5"]],
        *[["Q1.2", "K1.1", "K2.1", "F2.95"], ["Q1.4", "K1.3", "K2.3"], ["Q1.6", "K1.5", "K2.5"]],
        *[["K1.2", "K2.6", "F2.1"], ["K1.4", "K2.4", "F2.3"], ["K1.6", "K2.2", "F2.5"]],
        *[["F2.2", "M1.U"], ["F2.4", "M1.V"], ["F2.6", "M1.W"], ["SRC.PE", "M1.PE"]],
        *[["F2.96", "S0.21"], ["S0.22", "S1.13", "S2.13", "K1.13", "K2.13"]],
        *[["S1.14", "K1.14", "K2.21"], ["K2.22", "K1.A1"], ["S2.14", "K2.14", "K1.21"], ["K1.22", "K2.A1"]],
        ["SRC.N", "K1.A2", "K2.A2"],
    ],
    "must_reach_pe": ["M1.PE"],
    "sequence": _starter(
        ({"Q1": "on", "F2": "ready", "S0": "rest", "S1": "rest", "S2": "rest"}, {"K1": False, "K2": False, "M1": False}),
        ({"S1": "pressed"}, {"K1": True, "K2": False, "M1": "forward"}),
        ({"S1": "rest"}, {"M1": "forward"}),
        ({"S2": "pressed"}, {"K2": False, "M1": "forward"}),
        ({"S2": "rest"}, {"M1": "forward"}),
        ({"S0": "pressed"}, {"M1": False}),
        ({"S0": "rest"}, {"M1": False}),
        ({"S2": "pressed"}, {"K1": False, "K2": True, "M1": "reverse"}),
        ({"S2": "rest"}, {"M1": "reverse"}),
        ({"S1": "pressed"}, {"K1": False, "M1": "reverse"}),
        ({"S1": "rest"}, {"M1": "reverse"}),
        ({"F2": "tripped"}, {"M1": False}),
    ),
}  # fmt: skip

STAIRCASE: dict[str, Any] = {
    "id": "staircase",
    "title": "Lamp that a timer turns on after the switch",
    "components": [
        {"id": "SRC", "kind": "supply"},
        {"id": "Q1", "kind": "breaker B16"},
        {"id": "S1", "kind": "switch one-way"},
        {"id": "K1", "kind": "timer 10 s"},
        {"id": "H1", "kind": "lamp"},
    ],
    "reference_nets": [
        *[["SRC.L", "Q1.1"], ["Q1.2", "S1.1", "K1.15"], ["S1.2", "K1.A1"], ["K1.18", "H1.L"]],
        *[["SRC.N", "K1.A2", "H1.N"], ["SRC.PE", "H1.PE"]],
    ],
    "must_reach_pe": ["H1.PE"],
    "sequence": [
        {"set": {"Q1": "on", "S1": "off"}, "expect": {"H1": False}},
        {"set": {"S1": "on"}, "expect": {"K1": True, "H1": False}},
        {"set": {}, "wait_s": 9, "expect": {"H1": False}},
        {"set": {}, "wait_s": 1, "expect": {"H1": True}},
        {"set": {"S1": "off"}, "expect": {"H1": False}},
        {"set": {"S1": "on"}, "wait_s": 60, "expect": {"H1": True}},
    ],
    "extra_rules": [{"rule": "neutral_direct", "terminals": ["H1.N"]}],
}

CIRCUITS = {entry["id"]: WiringTask.from_document(entry) for entry in (RCD_SOCKET, MOTOR_LATCH, REVERSING, STAIRCASE)}


def mutant(task: WiringTask, draw: random.Random) -> Wires:
    """The reference wiring with one to four wires taken away or added at random."""
    wires = {tuple(sorted(w)) for w in task.reference}
    for _ in range(draw.randint(1, 4)):
        if wires and draw.random() < 0.5:
            wires.remove(draw.choice(sorted(wires)))
        else:
            wires.add(tuple(sorted(draw.sample(task.terminals, 2))))
    return sorted((a, b) for a, b in wires)


def without(wires: Sequence[tuple[str, str]], *terminals: str) -> Wires:
    """A wiring less every wire that touches one of some terminals."""
    return [wire for wire in wires if not set(wire) & set(terminals)]


def pv_string(modules: int = 4) -> dict[str, Any]:
    """Modules in series behind an isolator, on an inverter rated for their open-circuit voltage."""
    chain = [["S1.1", "PV1.+"], *([f"PV{n}.-", f"PV{n + 1}.+"] for n in range(1, modules)), [f"PV{modules}.-", "S1.3"]]
    return {
        "id": "pv-string",
        "title": "PV string",
        "components": [
            *({"id": f"PV{n}", "kind": "pv module"} for n in range(1, modules + 1)),
            {"id": "S1", "kind": "isolator"},
            {"id": "A1", "kind": f"inverter {round(39.18 * modules)} V"},
        ],
        "reference_nets": [*chain, ["S1.2", "A1.+"], ["S1.4", "A1.-"]],
        "truth_table": [
            {"set": {"S1": "on"}, "expect": {"A1": True}},
            {"set": {"S1": "off"}, "expect": {"A1": False}},
        ],
    }
