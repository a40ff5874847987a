"""A station in processes of its own: killed in the middle of a run, without a server for as long as that lasts, told to stop.

SIGKILL takes the process, not the machine: that a line reaches the disk itself is what the spool's fsync is for.
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import ROOT, Installation, Server, free_port, sqlite_installation
from tests.simulator_adapters.scpi_bench import Bench, bench


@dataclass
class Site:
    """An installation with a booked bay, the bay's instrument, and the folder of its station."""

    installation: Installation
    port: int
    meter: Bench
    folder: Path
    code: str

    def serve(self) -> Server:
        return self.installation.start("wsgi", threads=4, port=self.port)

    def command(self, *arguments: str) -> list[str]:
        where = f"scpi=SN0042@{self.meter.host}:{self.meter.port}"
        fixed = ["--server", f"http://127.0.0.1:{self.port}", "--folder", str(self.folder), "--adapter", where]
        return [sys.executable, "manage.py", "station", *fixed, *arguments]

    def station(self, *arguments: str) -> tuple[int, str]:
        ran = subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    @property
    def environment(self) -> dict[str, str]:
        # It needs no database: one that can't be reached proves it.
        return self.installation.environment | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )  # fmt: skip

    def entries(self) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, str]]:
        *rows, (_, evidence) = json.loads(self.installation.run("-m", "tests.faults.station_scene", "entries"))
        return [(kind, payload) for kind, payload in rows], evidence


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data folder of an installation with a booked bay, made once and copied for each test; and the bay's code."""
    folder = tmp_path_factory.mktemp("built") / "data"
    made = json.loads(sqlite_installation(folder).run("-m", "tests.faults.station_scene", "build"))
    return folder, made["code"]


@pytest.fixture
def site(built: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(
        "tests.faults.installation.START_LIMIT_S", 120
    )  # a busy machine starts slowly; that is not the fault
    folder = Path(shutil.copytree(built[0], tmp_path / "data"))
    installation = Installation(folder, f"sqlite:///{folder / 'assayer.sqlite3'}")
    with bench() as meter:
        yield Site(installation, free_port(), meter, tmp_path / "station", built[1])


class Hanging:
    """The instrument is asked and does not answer: the moment at which a run is in its middle."""

    def __init__(self, meter: Bench) -> None:
        self.asked = threading.Event()
        self.meter = meter
        meter.trouble = self

    def __call__(self, wire: socket.socket, question: str, answer: bytes) -> bool:
        if question != "MEAS:VOLT:AC?":
            return False
        self.asked.set()
        return True

    def over(self) -> None:
        self.meter.trouble = lambda wire, question, answer: False


@pytest.mark.slow
def test_f28_a_station_killed_mid_run_tells_what_happened_and_loses_nothing(site: Site) -> None:
    server = site.serve()
    try:
        assert site.station("--enrol", site.code, "--once")[0] == 0
        hanging = Hanging(site.meter)
        run = site.started("--run", "adapter:1")
        assert hanging.asked.wait(60)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    finally:
        server.stop()
    hanging.over()
    # The server is away. The station says so, records what the kill ended, and measures all the same.
    status, told = site.station("--once")
    assert (status, "Everything is kept" in told) == (1, True)
    assert "The station was stopped in the middle of the run. SN0042 was brought into a safe state afterwards." in told
    status, told = site.station("--run", "adapter:1")
    assert (status, "2 readings are recorded" in told) == (0, True)
    server = site.serve()
    try:
        for _ in range(2):
            assert site.station("--once")[0] == 0
        rows, evidence = site.entries()
    finally:
        server.stop()
    assert [kind for kind, _ in rows] == ["ready", "run", "measurement", "measurement", "run", "close"]
    assert [payload["outcome"] for kind, payload in rows if kind == "run"] == ["ABORTED", "PASS"]
    assert sorted(evidence.values()) == ["proved", "unproved"]  # the killed run's trace has its lines and no seal
    read = site.installation.read()
    assert (read["differences"], read["quarantined"]) == ([], [])


@pytest.mark.slow
def test_a_station_told_to_stop_leaves_the_device_safe_and_a_record(site: Site) -> None:
    server = site.serve()
    try:
        assert site.station("--enrol", site.code, "--once")[0] == 0
        hanging = Hanging(site.meter)
        run = site.started("--run", "adapter:1")
        assert hanging.asked.wait(60)
        began = time.monotonic()
        run.send_signal(signal.SIGTERM)
        told, _ = run.communicate(timeout=60)
        assert (run.returncode, time.monotonic() - began < 40) == (1, True), told
        rows, _ = site.entries()
    finally:
        server.stop()
    # The reading before the stop is kept beside the record that says what became of the run.
    assert [kind for kind, _ in rows] == ["ready", "measurement", "run"]
    run_entry = rows[-1][1]
    assert run_entry["outcome"] == "ABORTED"
    assert run_entry["record"]["sentence"] == "The run was stopped at the station."


@pytest.mark.slow
def test_two_agents_never_write_one_folder_and_a_folder_is_enrolled_once(site: Site) -> None:
    status, told = site.station("--once")
    assert (status, "Bring a one-time code" in told) == (2, True)
    server = site.serve()
    first = site.started("--enrol", site.code, "--port", str(free_port()), "--keeper", f"127.0.0.1:{free_port()}")
    try:
        assert first.stdout is not None
        lines = []
        while "Technician's page" not in (line := first.stdout.readline()):
            lines.append(line)
        status, told = site.station("--once")
        assert (status, "Another agent works in" in told) == (2, True)
        first.send_signal(signal.SIGINT)
        out, _ = first.communicate(timeout=60)
    finally:
        first.kill()
        server.stop()
    assert (first.returncode, "Stopped. What is not sent yet is kept." in out) == (0, True)
    assert any("Enrolled as Bay 1." in line for line in lines)
    assert (site.folder / "station.pem").stat().st_mode & 0o777 == 0o600
