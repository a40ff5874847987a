"""How neatly a wiring is done: findings without points, and never a hazard."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from simulator_adapters.wiring.circuit import Circuit, Ints
from simulator_adapters.wiring.findings import Finding, Sort
from simulator_adapters.wiring.wires import COLOURS, Drawing

MOST_WIRES_AT_A_TERMINAL = 2


def workmanship(circuit: Circuit, drawing: Drawing, nets: Ints) -> Iterator[Finding]:
    """Wires per terminal, redundant bridges and, where colours are known, colours; `nets` has the shape (n,)."""
    crowded = [
        terminal
        for terminal, count in Counter(end for wire in drawing.wires for end in wire).items()
        if count > MOST_WIRES_AT_A_TERMINAL
    ]
    yield _finding(
        "wires_per_terminal",
        not crowded,
        f"No terminal holds more than {MOST_WIRES_AT_A_TERMINAL} wires.",
        f"More than {MOST_WIRES_AT_A_TERMINAL} wires end at {_listed(crowded)}.",
    )
    bridges = _redundant(circuit, drawing)
    yield _finding(
        "no_redundant_bridge",
        not bridges,
        "No wire joins what is joined already.",
        f"Joined already without it: {_listed(bridges)}.",
    )
    if any(conductor.colour for conductor in drawing.conductors):
        wrong = _miscoloured(circuit, drawing, nets)
        yield _finding(
            "colours",
            not wrong,
            "Every colour says what its conductor carries.",
            f"The colour says something else: {_listed(wrong)}.",
        )


def _redundant(circuit: Circuit, drawing: Drawing) -> list[str]:
    """Wires that close a loop of wires, in the order drawn."""
    parent = list(range(circuit.size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    found = []
    for wire, (a, b) in zip(drawing.wires, drawing.ends, strict=True):
        one, other = root(a), root(b)
        if one == other:
            found.append(" – ".join(wire))
        parent[other] = one
    return found


def _miscoloured(circuit: Circuit, drawing: Drawing, nets: Ints) -> list[str]:
    """Coloured wires whose net lies on another pole than the colour says; switched conductors belong to the line."""
    poles = {
        "protective": set(nets[circuit.supply["PE"]].tolist()),
        "neutral": set(nets[circuit.supply["N"]].tolist()),
    }
    housings = {circuit.node[f"{c.id}.PE"] for c in circuit.task.components if "PE" in c.terminals}
    poles["protective"] |= set(nets[np.array(sorted(housings), dtype=np.int64)].tolist())
    found = []
    for wire, (a, _), conductor in zip(drawing.wires, drawing.ends, drawing.conductors, strict=True):
        said = COLOURS.get(conductor.colour)
        if said is None:
            continue
        carries = next((pole for pole, labels in poles.items() if int(nets[a]) in labels), "line")
        # Behind a device or contact a net is not the neutral's own: blue may run on there, and lines are never blue.
        if said == carries or (carries == "line" and said == "neutral" and not _fed(circuit, nets, a)):
            continue
        found.append(f"{' – '.join(wire)} is {conductor.colour}")
    return found


def _fed(circuit: Circuit, nets: Ints, node: int) -> bool:
    return int(nets[node]) in nets[circuit.lines].tolist()


def _finding(name: str, passed: bool, met: str, broken: str) -> Finding:
    return Finding(
        name=f"workmanship_{name}",
        sort=Sort.WORKMANSHIP,
        passed=passed,
        points=0,
        sentence=met if passed else broken,
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
