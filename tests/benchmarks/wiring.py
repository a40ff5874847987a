#!/usr/bin/env python3
"""How fast wirings are judged, beside ngspice in the same run; and whether ngspice finds the same.

    python tests/benchmarks/wiring.py [--quick]

Times are CPU seconds of one core. Ours are whole verdicts: wirings read, played, judged, and behaviour, hazards and score
looked at; of ngspice they are the node voltages alone. It is measured with one process for each candidate (its states by
`alter`) and, where libngspice is installed, inside one process. Random mutants of every circuit are then solved by
both; --quick compares a few. Without ngspice only our own speed is measured. Exit status 1 when a goal is missed;
of --quick only by ratios and verdicts, for a few candidates tell no speed.
"""

import argparse
import datetime
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))  # before numpy
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # the threads had to be set before

from simulator_adapters.wiring import WiringTask, evaluate  # noqa: E402  # found once the path is set
from simulator_adapters.wiring.oracle import OracleError, available, elements  # noqa: E402
from simulator_adapters.wiring.verdict import prepared  # noqa: E402
from simulator_adapters.wiring.wires import read_wiring  # noqa: E402
from tests.benchmarks._second_opinion import Comparison, compare  # noqa: E402
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS  # noqa: E402
from tests.simulator_adapters.wiring_circuits import CIRCUITS, TWO_WAY, mutant  # noqa: E402

SEED = 20261122
GOAL_A_SECOND, GOAL_ONE_MS, GOAL_INSIDE, GOAL_PROCESS = 20_000, 1.0, 6.0, 100.0
GOAL_VOLTS = 2e-3
MUTANTS = {True: 20, False: 1_400}
TASKS = {task.id: task for task in (WiringTask.from_document(TWO_WAY), *WIRING_TASKS.values(), *CIRCUITS.values())}
TWO_WAY_TASK = TASKS[TWO_WAY["id"]]
_FOUND = r"v\((\d+)\) = (\S+)"


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How fast one circuit is judged: candidates a second in a batch, and milliseconds for one alone, warm."""

    circuit: str
    terminals: int
    scenes: int
    faults: bool
    a_second: float
    one_ms: float


def speed(task: WiringTask, *, faults: bool, quick: bool) -> Speed:
    draw, engine = random.Random(SEED), prepared(task)
    wirings = [mutant(task, draw) for _ in range(200 if quick else 4_000 if not faults else 1_000)]
    evaluate(task, wirings[:50], faults=faults, seconds=3600)
    rounds = 1 if quick else 3
    together = min(_cpu(lambda: _looked_at(task, wirings, faults=faults)) for _ in range(rounds))
    alone = min(_cpu(lambda: _looked_at(task, wirings[:1], faults=faults)) for _ in range(20 * rounds))
    return Speed(
        circuit=task.id,
        terminals=len(task.terminals),
        scenes=len(engine.script.settings),
        faults=faults,
        a_second=len(wirings) / together,
        one_ms=alone * 1000,
    )


def _looked_at(task: WiringTask, wirings: Sequence[object], *, faults: bool) -> list[Any]:
    verdicts = evaluate(task, wirings, faults=faults, seconds=3600)
    return [(verdict.works, verdict.safe, verdict.hazards, verdict.score) for verdict in verdicts]


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@dataclass(frozen=True, kw_only=True)
class Deck:
    """One candidate for ngspice: its lines, the commands before each state, and the nodes to read."""

    lines: list[str]
    scenes: list[list[str]]
    nodes: list[int]


def deck(task: WiringTask, wires: object) -> Deck:
    """The two-way circuit with its contacts changed from state to state, as a user of ngspice would write it."""
    engine = prepared(task)
    drawing, closed = read_wiring(task, wires), engine.by_hand
    found = list(elements(engine.circuit, drawing, closed[0]))
    lines = [f"{e.name} {e.a + 1} {e.b + 1} {e.value}" for e in found]
    scenes: list[list[str]] = [[]]
    for before, after in itertools.pairwise(closed):
        changed = np.flatnonzero(before != after)
        scenes.append([f"alter Rc{contact} = {0.01 if after[contact] else 1e9!r}" for contact in changed])
    return Deck(lines=["* two-way", *lines, ".end"], scenes=scenes, nodes=list(range(1, engine.circuit.size + 1)))


def inside_one_process(decks: Sequence[Deck]) -> tuple[float, list[list[float]]]:
    """CPU seconds a candidate in libngspice, and the voltages of each state."""
    jobs = [{"deck": d.lines, "scenes": d.scenes, "nodes": d.nodes} for d in decks]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("_ngspice_inprocess.py"))],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise OracleError(f"libngspice can't be used: {done.stderr.strip().splitlines()[-1:]}")
    told = json.loads(done.stdout[done.stdout.index("{") :])
    return told["seconds"] / len(decks), told["volts"]


def one_process_each(decks: Sequence[Deck]) -> float:
    """CPU seconds a candidate with one run of ngspice for each."""
    before = _children()
    with tempfile.TemporaryDirectory() as folder:
        for d in decks:
            commands = [line for scene in d.scenes for line in (*scene, "op", "print all")]
            text = [*d.lines[:-1], ".control", *commands, ".endc", ".end", ""]
            path = Path(folder) / "deck.cir"
            path.write_text("\n".join(text))
            done = subprocess.run(["ngspice", "-b", "-n", str(path)], capture_output=True, text=True, check=False)
            if done.stdout.count("v(1) =") != len(d.scenes):
                raise OracleError(f"ngspice did not solve: {done.stderr[-200:]}")
    return (_children() - before) / len(decks)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def beside_ngspice(*, quick: bool) -> Iterator[tuple[str, float, float]]:
    """For each way to use ngspice: its name, CPU ms a candidate × 4 states, and how many times as fast we are."""
    draw = random.Random(SEED)
    wirings = [mutant(TWO_WAY_TASK, draw) for _ in range(100 if quick else 2_000)]
    evaluate(TWO_WAY_TASK, wirings[:50], faults=False)
    ours = min(_cpu(lambda: _looked_at(TWO_WAY_TASK, wirings, faults=False)) for _ in range(3)) / len(wirings)
    decks = [deck(TWO_WAY_TASK, wires) for wires in wirings]
    try:
        seconds, volts = inside_one_process(decks)
        _same(wirings, volts)
        yield "libngspice, in one process", seconds * 1000, seconds / ours
    except OracleError as error:
        print(f"Left out: {error}\n")
    seconds = one_process_each(decks[: 20 if quick else 200])
    yield "ngspice, one process each", seconds * 1000, seconds / ours


def _same(wirings: Sequence[object], volts: list[list[float]]) -> None:
    engine = prepared(TWO_WAY_TASK)
    played = engine.play([read_wiring(TWO_WAY_TASK, wires) for wires in wirings], faults=False)
    theirs = np.array(volts).reshape(played.scene.voltages.shape)
    apart = np.abs(np.where(played.driven, theirs - played.scene.voltages, 0.0)).max()
    if apart >= GOAL_VOLTS:
        raise OracleError(f"libngspice differs by {apart:.3g} V")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few candidates and few mutants")
    quick = parser.parse_args().quick
    today = datetime.datetime.now(datetime.UTC).date()
    print(
        f"Measured on {today} with Python {sys.version.split()[0]}, NumPy {np.__version__}, load {os.getloadavg()[0]:.1f}.\n"
    )
    missed: list[str] = []

    print("| circuit | terminals | scenes | faults | candidates/s | one alone, ms |\n|---|---:|---:|---|---:|---:|")
    for task in TASKS.values():
        for faults in (False, True):
            found = speed(task, faults=faults, quick=quick)
            told = "injected" if faults else "none"
            print(
                f"| {found.circuit} | {found.terminals} | {found.scenes} | {told} | {found.a_second:,.0f} | {found.one_ms:.2f} |"
            )
            if task is TWO_WAY_TASK and not faults:
                missed += [f"{found.a_second:,.0f} candidates a second"] * (
                    not quick and found.a_second < GOAL_A_SECOND
                )
                missed += [f"{found.one_ms:.2f} ms for one candidate"] * (not quick and found.one_ms > GOAL_ONE_MS)
    if not available():
        print("\nngspice is not installed: nothing is compared with it.")
        return _ended(missed)

    print("\n| two-way lighting, 4 states | CPU ms a candidate | ours is faster by |\n|---|---:|---:|")
    for name, milliseconds, ratio in beside_ngspice(quick=quick):
        print(f"| {name} | {milliseconds:.3f} | {ratio:.1f} × |")
        goal = GOAL_INSIDE if "libngspice" in name else GOAL_PROCESS
        missed += [f"{name}: {ratio:.1f} ×, at least {goal:g} wanted"] * (ratio < goal)

    print("\n| circuit | mutants | contact states | right | verdicts that differ | largest difference, V |")
    print("|---|---:|---:|---:|---:|---:|")
    compared: list[Comparison] = []
    for task in TASKS.values():
        began = time.monotonic()
        found_both = compare(task, MUTANTS[quick], seed=SEED)
        compared.append(found_both)
        print(
            f"| {task.id} | {found_both.mutants:,} | {found_both.scenes:,} | {found_both.right} | {found_both.differ} "
            f"| {found_both.volts:.1e} |",
            flush=True,
        )
        print(f"{task.id}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(f"\n{sum(c.mutants for c in compared):,} mutants in {sum(c.scenes for c in compared):,} contact states.")
    missed += [f"{c.circuit}: {c.differ} verdicts differ" for c in compared if c.differ]
    missed += [f"{c.circuit}: {c.volts:.2g} V apart" for c in compared if c.volts >= GOAL_VOLTS]
    return _ended(missed)


def _ended(missed: Sequence[str]) -> int:
    print(f"\nMissed: {'; '.join(missed)}." if missed else "\nEvery goal is reached.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
