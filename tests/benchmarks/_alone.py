"""Does what it is told on standard input, in a process of its own: loads arrays, warms up, measures, writes what it found.

An order is a list of jobs; the answer, on standard output, is one JSON object for each. Time is that of the work alone: not of
the interpreter, the imports, the loading, or the first small run in which packages load what they put off.
"""

import contextlib
import gc
import json
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # for the rooms it is told to load


def memory_mb(field: str) -> float:
    """Resident memory now (VmRSS) or at its highest (VmHWM), of this program alone.

    Not from getrusage: its maximum includes what the parent held when it forked.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def loaded(path: str) -> dict[str, Any]:
    with np.load(path) as arrays:
        return dict(arrays)


def measured(job: dict[str, Any]) -> dict[str, Any]:
    entry = import_module(f"tests.benchmarks.{job['room']}").ENTRIES[job["entry"]]
    if job["warm"]:
        entry(loaded(job["warm"]))[0]()
    work, read = entry(loaded(job["arrays"]))
    before = memory_mb("VmRSS")
    wall: list[float] = []
    cpu: list[float] = []
    found = None
    while not wall or (len(wall) < job["most"] and sum(wall) < job["seconds"]):
        found = None
        gc.collect()
        clock, busy = time.perf_counter(), time.process_time()
        found = work()
        cpu.append(time.process_time() - busy)
        wall.append(time.perf_counter() - clock)
    peak = memory_mb("VmHWM")
    np.savez(job["found"], **{name: np.asarray(value) for name, value in read(found).items()})  # type: ignore[arg-type]
    return {"wall": wall, "cpu": cpu, "before_mb": before, "peak_mb": peak}


def main() -> None:
    order = json.load(sys.stdin)
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # packages print
        warnings.simplefilter("ignore")
        for job in order:
            try:
                answer = measured(job) | {"version": version(job["package"]) if job["package"] else ""}
            except ImportError as missing:
                answer = {"missing": str(missing)}
            except Exception as error:  # a package that fails is a finding, and the others go on
                answer = {"failed": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
