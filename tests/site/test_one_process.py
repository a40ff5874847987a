"""`manage.py up` as a person starts it: a real process, its own data folder, a real port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

PATIENCE = 40  # seconds; two shared cores may be busy with other tests


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "ASSAYER_DATA_DIR": str(tmp_path_factory.mktemp("up")),
        "ASSAYER_LOG_LEVEL": "DEBUG",
    }


def manage(*arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=environment, cwd=settings.ROOT, capture_output=True, text=True, timeout=PATIENCE)


@contextmanager
def running(port: int, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with (Path(environment["ASSAYER_DATA_DIR"]) / "up.log").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "manage.py", "up", "--port", str(port)],
            env=environment, cwd=settings.ROOT, text=True, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=stderr,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Assayer is up at http://127.0.0.1:{port}/\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def log(environment: dict[str, str]) -> str:
    return (Path(environment["ASSAYER_DATA_DIR"]) / "up.log").read_text()


def wait_for(sentence: str, environment: dict[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while sentence not in log(environment):
        assert time.monotonic() < deadline, f"{sentence!r} never came:\n{log(environment)}"
        time.sleep(0.05)


def enqueue(environment: dict[str, str]) -> str:
    send = "from assess.tasks import sweep_outbox; print(sweep_outbox.delay().id)"
    sent = manage("shell", "--no-imports", "-c", send, environment=environment)
    assert sent.returncode == 0, sent.stderr
    return sent.stdout.strip()


@pytest.mark.slow
def test_one_process_makes_its_tables_serves_works_and_stops_cleanly(environment: dict[str, str]) -> None:
    before_start = enqueue(environment)  # no worker yet, not even tables: it must wait for one
    port = free_port()
    with running(port, environment) as process:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert json.load(answer) == {"alive": True}
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert json.load(answer)["ready"] is True
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/ninja/swagger-ui-init.js") as answer:
            assert len(answer.read()) == int(answer.headers["Content-Length"])
        with pytest.raises((ConnectionClosed, InvalidStatus)), connect(f"ws://127.0.0.1:{port}/ws/none/") as there:
            there.recv()
        for task in (before_start, enqueue(environment)):
            wait_for(f"Task assess.tasks.sweep_outbox[{task}] succeeded", environment)

        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert process.stdout.read().splitlines()[-1] == "Stopped."
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)  # nobody of its session is left
    assert "Traceback" not in log(environment)
    assert list(settings.ROOT.glob("celerybeat*")) == []


@pytest.mark.slow
def test_one_process_stops_on_ctrl_c(environment: dict[str, str]) -> None:
    with running(free_port(), environment) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


@pytest.mark.slow
def test_place_nobody_can_listen_at_is_refused_with_a_sentence(environment: dict[str, str]) -> None:
    ask = """
from django.core.management import CommandError, call_command
import socket
taken = socket.create_server(("127.0.0.1", 0))
for place in ({"port": taken.getsockname()[1]}, {"host": "192.0.2.1"}, {"port": 70000}, {"host": "no.such.example"}):
    try:
        call_command("up", **place)
    except CommandError as refused:
        print(refused.returncode, str(refused).splitlines()[-1])
"""
    in_use, *unknown = manage("shell", "--no-imports", "-c", ask, environment=environment).stdout.splitlines()
    assert in_use.startswith("2 Port ")
    assert in_use.endswith(" is already in use on 127.0.0.1: stop what uses it, or choose another with --port.")
    assert len(unknown) == 3
    for answer in unknown:
        assert answer.startswith("2 ")
        assert answer.endswith("choose an address of this machine with --host and --port.")


@pytest.mark.slow
def test_unsafe_mixture_is_refused_before_anything_starts(environment: dict[str, str]) -> None:
    refused = manage("up", environment=environment | {"ASSAYER_WEB_PROCESSES": "3"})
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].endswith("set CHANNEL_LAYER_URL to a Redis address.")
