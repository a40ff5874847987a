"""Running a foreign engine: in a folder of its own, without a network where the system allows that, and under limits.

An engine's exit status says little, and its output may be endless; so CPU and wall-clock time, memory, the size of files and what
is read back are all bounded, and the whole group of processes is ended with it.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PATIENCE_S = 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds of CPU and of the clock, bytes of memory, and bytes of any file it writes."""

    cpu_s: int
    wall_s: float
    memory: int
    file: int


@dataclass(frozen=True)
class Ended:
    """How it ended: the exit status (None when the clock ended it, negative for a signal), and what it said, cut at the limit."""

    status: int | None
    output: str


def available(program: str) -> bool:
    """Whether a program of the system can be run here under limits."""
    return shutil.which(program) is not None and shutil.which("prlimit") is not None


def run_confined(command: Sequence[str], *, folder: Path, limits: Limits) -> Ended:
    """Run a command in a folder and read what it printed.

    Parameters
    ----------
    command
        Program and arguments; none of them is a text of a candidate's or a task's.
    folder
        Its working folder and home.

    Raises
    ------
    FileNotFoundError
        When `prlimit` or the program is missing.
    """
    bounds = [f"--cpu={limits.cpu_s}", f"--as={limits.memory}", f"--fsize={limits.file}", "--core=0"]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C"}
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [*_without_network(), "prlimit", *bounds, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=limits.wall_s)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    with (folder / "out").open("rb") as out:
        return Ended(status, out.read(limits.file).decode("ascii", errors="replace"))


@lru_cache(maxsize=1)
def _without_network() -> tuple[str, ...]:
    """A namespace without a network, where the system lets us make one."""
    if shutil.which("unshare") is None:
        return ()
    command = ("unshare", "--user", "--map-root-user", "--net")
    tried = subprocess.run([*command, "true"], capture_output=True, timeout=PATIENCE_S, check=False)
    return command if tried.returncode == 0 else ()
