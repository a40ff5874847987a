"""ngspice as the second opinion on node voltages: an independent program, fed from typed data only.

No text of a task or a candidate ever reaches it: nodes and elements are numbered, and values written by `repr` of a
float, since a netlist can run programs and read or write files. It runs in an empty folder of its own, without a
network where the system allows that, and under limits on CPU time, memory, file size, output and wall-clock time.
Its exit status says little (it is 0 for a deck without a solution), so that every voltage asked for must be in its output.

The netlist is written from the parts again and not from our matrices: Thevenin sources, a star of resistors for each
net, one resistor for each contact and load.
"""

import itertools
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator_adapters import confined
from simulator_adapters.confined import Limits, run_confined
from simulator_adapters.wiring.circuit import Bools, Circuit, Volts, ohms
from simulator_adapters.wiring.library import (
    BATTERY_RESISTANCE,
    CONTACT_RESISTANCE,
    LEAK_CONDUCTANCE,
    LINES,
    NOMINAL_VOLTAGE,
    OPEN_CONDUCTANCE,
    SOURCE_RESISTANCE,
    WIRE_RESISTANCE,
    Role,
)
from simulator_adapters.wiring.wires import Drawing

CPU_SECONDS = 10
WALL_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3
MOST_OUTPUT = 1024 * 1024
_NODES_AT_ONCE = 9_000

_ANGLE = {"L2": -120.0, "L3": 120.0}
_NUMBER = r"([+-]?[0-9.]+e[+-][0-9]+)"
_PRINTED = re.compile(rf"^v\(([0-9]+)\) = {_NUMBER}(?:,{_NUMBER})?$", re.MULTILINE)


class OracleError(RuntimeError):
    """ngspice is missing, was stopped by a limit, or gave no solution."""


def available() -> bool:
    """Whether ngspice can be run here."""
    return confined.available("ngspice")


def solve(circuit: Circuit, drawings: Sequence[Drawing], closed: Bools) -> Volts:
    """Node voltages by ngspice.

    Parameters
    ----------
    closed
        Which contacts are closed, shape (drawings, scenes, K).

    Returns
    -------
    ndarray
        Volts, shape (drawings, scenes, n).

    Raises
    ------
    OracleError
        When it can't be run or doesn't solve.
    """
    if len(circuit.modules):
        raise OracleError("PV modules are not written into decks; their curves are compared with precise ones instead.")
    scenes = closed.shape[1]
    copies = [(drawing, closed[row, scene]) for row, drawing in enumerate(drawings) for scene in range(scenes)]
    each = 2 * circuit.size + 8  # its own nodes, at most half as many nets, and a few sources
    at_once = max(1, _NODES_AT_ONCE // each)
    found = [_solved(circuit, copies[start : start + at_once], each) for start in range(0, len(copies), at_once)]
    together: Volts = np.concatenate(found)
    return together.reshape(len(drawings), scenes, circuit.size)


def _solved(circuit: Circuit, copies: Sequence[tuple[Drawing, Bools]], each: int) -> Volts:
    nodes = [1 + copy * each + node for copy in range(len(copies)) for node in range(circuit.size)]
    return run(netlist(circuit, copies, each), circuit.phases, nodes).reshape(len(copies), circuit.size)


def netlist(circuit: Circuit, copies: Sequence[tuple[Drawing, Bools]], each: int) -> str:
    """A deck with several circuits side by side; node i of copy c is number ``1 + c·each + i``."""
    lines = ["* generated"]
    for copy, (drawing, closed) in enumerate(copies):
        for element in elements(circuit, drawing, closed):
            first, second = (0 if node < 0 else 1 + copy * each + node for node in (element.a, element.b))
            lines.append(f"{element.name}_{copy} {first} {second} {element.value}")
    # Phasors on three lines need the analysis at a frequency; otherwise the operating point says all.
    analysis = "ac lin 1 50 50" if circuit.phases == 3 else "op"
    return "\n".join([*lines, ".control", "set numdgt=14", analysis, "print all", ".endc", ".end", ""])


@dataclass(frozen=True)
class Element:
    """One line of a deck: a number as its name, its nodes (-1 is earth), and its value as ngspice reads it."""

    name: str
    a: int
    b: int
    value: str


def elements(circuit: Circuit, drawing: Drawing, closed: Bools) -> Iterator[Element]:
    """Every element of a wiring; nodes from `size` on are the sources' and stars' own. Contact k is called ``Rc{k}``."""
    numbers = itertools.count()
    spare = itertools.count(circuit.size)

    def resistor(a: int, b: int, value: float) -> Element:
        return Element(f"Rx{next(numbers)}", a, b, repr(float(value)))

    for node in range(circuit.size):
        yield resistor(node, -1, 1 / LEAK_CONDUCTANCE)
    for component in circuit.task.components:
        at = {end: circuit.node[f"{component.id}.{end}"] for end in component.terminals}
        if component.library.role is Role.SUPPLY:
            for name, node in at.items():
                if name not in LINES:
                    yield resistor(node, -1, SOURCE_RESISTANCE[name])
                    continue
                own, volts = next(spare), NOMINAL_VOLTAGE
                yield Element(f"Vx{next(numbers)}", own, -1, f"dc {volts!r} ac {volts!r} {_ANGLE.get(name, 0.0)!r}")
                yield resistor(own, node, SOURCE_RESISTANCE[name])
        if component.library.role is Role.BATTERY:
            own = next(spare)
            yield Element(f"Vx{next(numbers)}", own, at["-"], f"dc {float(component.volts)!r}")
            yield resistor(own, at["+"], BATTERY_RESISTANCE)
        for one, other in itertools.combinations(component.load_between or (), 2):
            yield resistor(at[one], at[other], 1 / component.conductance)
    for number, ((a, b), shut) in enumerate(zip(circuit.contacts.tolist(), closed.tolist(), strict=True)):
        yield Element(f"Rc{number}", a, b, repr(CONTACT_RESISTANCE if shut else 1 / OPEN_CONDUCTANCE))
    if any(conductor.mm2 or conductor.metres for conductor in drawing.conductors):
        for (a, b), conductor in zip(drawing.ends, drawing.conductors, strict=True):
            yield resistor(a, b, ohms(conductor))
        return
    for net in _nets(drawing):
        star = next(spare)
        for node in sorted(net):
            yield resistor(star, node, WIRE_RESISTANCE / 2)


def _nets(drawing: Drawing) -> list[set[int]]:
    nets: list[set[int]] = []
    for a, b in drawing.ends:
        touching = [net for net in nets if net & {a, b}]
        nets = [net for net in nets if net not in touching] + [{a, b}.union(*touching)]
    return nets


def run(deck: str, phases: int, nodes: Sequence[int], *, cpu_seconds: int = CPU_SECONDS) -> Volts:
    """Run a deck under limits and read the voltages of some nodes; complex on three lines.

    Raises
    ------
    OracleError
        When ngspice is missing, a limit stops it, or a voltage isn't in its output.
    """
    if not available():
        raise OracleError("ngspice and prlimit are not both installed; install the packages ngspice and util-linux.")
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        printed = _printed(deck, Path(folder), cpu_seconds)
    volts = {
        int(node): complex(float(real), float(imaginary or 0)) for node, real, imaginary in _PRINTED.findall(printed)
    }
    if missing := [node for node in nodes if node not in volts]:
        raise OracleError(f"ngspice gave no voltage for {len(missing)} of {len(nodes)} nodes: {printed[-300:].strip()}")
    found = np.array([volts[node] for node in nodes])
    return found if phases == 3 else found.real


def _printed(deck: str, folder: Path, cpu_seconds: int) -> str:
    (folder / "deck.cir").write_text(deck, encoding="ascii")
    limits = Limits(cpu_s=cpu_seconds, wall_s=WALL_SECONDS, memory=MEMORY_BYTES, file=MOST_OUTPUT)
    ended = run_confined(["ngspice", "-b", "-n", "deck.cir"], folder=folder, limits=limits)
    if ended.status is None or ended.status < 0 or ended.status > 1:
        raise OracleError(f"ngspice was stopped by its limits (status {ended.status}).")
    return ended.output
