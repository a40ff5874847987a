"""What a foreign program can do when it is run confined: a Python that means harm stands for any engine."""

import ast
import socket
import sys
import time
from pathlib import Path

import pytest

from simulator_adapters.confined import Ended, Limits, _without_network, available, run_confined

MIB = 1024**2
pytestmark = pytest.mark.skipif(not available("prlimit"), reason="prlimit (util-linux) is not installed")


def run(folder: Path, code: str, *, wall_s: float = 20, cpu_s: int = 10, file: int = MIB) -> Ended:
    limits = Limits(cpu_s=cpu_s, wall_s=wall_s, memory=2 * 1024 * MIB, file=file)
    return run_confined([sys.executable, "-I", "-c", code], folder=folder, limits=limits)


@pytest.mark.slow
def test_one_that_never_ends_is_ended_with_all_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    began = time.monotonic()
    ended = run(tmp_path, code, wall_s=2)
    assert (ended.status, time.monotonic() - began < 20) == (None, True)
    child = int(ended.output or 0)
    assert child
    until = time.monotonic() + 5
    while alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that was ended and nobody has waited for yet does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_output_and_files_without_end_stop_at_their_limit(tmp_path: Path) -> None:
    code = "while True: print('0123456789' * 1000)"
    ended = run(tmp_path, code, file=MIB)
    assert ended.status != 0
    assert len(ended.output) <= MIB
    ended = run(tmp_path, "open('big', 'wb').write(bytes(2 * 1024 * 1024))", file=MIB)
    assert (ended.status != 0, (tmp_path / "big").stat().st_size <= MIB) == (True, True)


@pytest.mark.slow
def test_one_that_only_computes_stops_when_its_processor_time_is_over(tmp_path: Path) -> None:
    assert run(tmp_path, "while True: pass", cpu_s=1, wall_s=60).status not in (0, None)


def test_it_knows_nothing_of_our_environment_and_finds_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAYER_SECRET_KEY", "a word that stays here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = (
            "import os, socket\n"
            "print(sorted(os.environ))\n"
            "try:\n"
            f"    socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), timeout=2)\n"
            "    print('reached')\n"
            "except OSError:\n"
            "    print('alone')\n"
        )
        ended = run(tmp_path, code)
    names, found = ended.output.splitlines()
    assert set(ast.literal_eval(names)) <= {"HOME", "LC_ALL", "LC_CTYPE", "PATH"}
    assert found == ("alone" if _without_network() else "reached")
