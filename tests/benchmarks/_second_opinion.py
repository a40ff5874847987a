"""Random mutants of a circuit, solved by us and by ngspice, and what each solution means for the verdict."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator_adapters.wiring import Verdict, WiringTask
from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.oracle import solve
from simulator_adapters.wiring.playing import Scene
from simulator_adapters.wiring.verdict import Engine, judged, prepared
from simulator_adapters.wiring.wires import read_wiring
from tests.simulator_adapters.wiring_circuits import mutant

AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What came of comparing a circuit's mutants.

    Attributes
    ----------
    scenes
        Contact states compared, over all mutants.
    differ
        Mutants whose verdict (behaviour, hazards without faults, score) or coils differ.
    volts
        Largest difference at a driven node, in volts; every terminal of a load that can work is one.
    right
        Mutants that work and are safe, so that the sample isn't all of one kind.
    """

    circuit: str
    mutants: int
    scenes: int
    differ: int
    volts: float
    right: int


def compare(task: WiringTask, count: int, *, seed: int) -> Comparison:
    """Solve `count` mutants of a task both ways, each in the contact states that we found it to settle in."""
    draw, engine = random.Random(seed), prepared(task)
    volts, differ, right, scenes = 0.0, 0, 0, 0
    for start in range(0, count, AT_ONCE):
        wirings = [mutant(task, draw) for _ in range(min(AT_ONCE, count - start))]
        ours, theirs = _both(engine, wirings)
        apart = np.abs(ours.scene.voltages - theirs.scene.voltages)
        volts = max(volts, float(np.where(ours.driven, apart, 0.0).max()))
        mine, other = judged(engine, ours), judged(engine, theirs)
        moved = _moved(engine, theirs)
        differ += sum(
            (a.works, a.hazards, a.score, _played(a)) != (b.works, b.hazards, b.score, _played(b)) or coil
            for a, b, coil in zip(mine, other, moved, strict=True)
        )
        right += sum(verdict.works and verdict.safe for verdict in mine)
        scenes += ours.shape[0] * ours.shape[1]
    return Comparison(circuit=task.id, mutants=count, scenes=scenes, differ=differ, volts=volts, right=right)


def _played(verdict: Verdict) -> list[dict[str, str]]:
    return [dict(scene.loads) for scene in verdict.scenes]


def _both(engine: Engine, wirings: Sequence[object]) -> tuple[Batch, Batch]:
    drawings = [read_wiring(engine.task, wires) for wires in wirings]
    ours = engine.play(drawings, faults=False)
    scene = ours.scene
    solved = Scene(solve(engine.circuit, drawings, scene.closed), *scene.parts[1:])
    return ours, Batch(engine.circuit, engine.script, drawings, ours.nets, solved)


def _moved(engine: Engine, theirs: Batch) -> list[bool]:
    """Candidates of which a coil that has settled would move at ngspice's voltages."""
    scene = theirs.scene
    moves = (engine.circuit.pulls(scene.voltages, scene.pulled) != scene.pulled) & ~scene.chatters
    found: list[bool] = moves.any(axis=(1, 2)).tolist()
    return found
