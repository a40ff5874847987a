"""The commands of docs/how-to/run-on-postgresql.md, on the servers that the environment names."""

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
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not settings.CELERY_BROKER_URL.startswith("redis"),
        reason="several processes need DATABASE_URL (PostgreSQL), CELERY_BROKER_URL and CHANNEL_LAYER_URL (Redis)",
    ),
]
BIN = Path(sys.executable).parent
PATIENCE = 40  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=settings.ROOT,
            env=os.environ | {"ASSAYER_LOG_LEVEL": "DEBUG", "ASSAYER_WEB_PROCESSES": "3"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)


def fetch(address: str) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                document: dict[str, object] = json.load(answer)
                return document
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def wait_for(sentence: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while sentence not in log.read_text():
        assert time.monotonic() < deadline, f"{sentence!r} never came:\n{log.read_text()}"
        time.sleep(0.05)


def enqueue() -> str:
    send = "from assess.tasks import sweep_outbox; print(sweep_outbox.delay().id)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", send]
    return subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_web_sockets_worker_and_beat_run_apart_and_a_stopped_worker_loses_no_task(tmp_path: Path) -> None:
    web, live = free_port(), free_port()
    site = ["--host", "127.0.0.1", "--port"]
    granian = ["granian", "--interface", "wsgi", "assess.site.wsgi:application", *site, str(web), "--workers", "2"]
    uvicorn = ["uvicorn", "assess.site.asgi:application", *site, str(live), "--ws", "websockets-sansio"]
    worker = ["celery", "-A", "assess.site.celery", "worker", "--concurrency", "2"]
    beat = ["celery", "-A", "assess.site.celery", "beat"]
    with (
        running([*granian, "--blocking-threads", "4"], tmp_path / "web.log"),
        running([*uvicorn, "--lifespan", "off"], tmp_path / "live.log"),
        running(beat, tmp_path / "beat.log"),
    ):
        with running(worker, tmp_path / "worker.log"):
            task = enqueue()
            wait_for(f"Task assess.tasks.sweep_outbox[{task}] succeeded", tmp_path / "worker.log")
        waiting = enqueue()  # nobody works now
        assert fetch(f"http://127.0.0.1:{web}/healthz") == {"alive": True}
        assert fetch(f"http://127.0.0.1:{web}/readyz")["ready"] is True
        assert fetch(f"http://127.0.0.1:{live}/healthz") == {"alive": True}
        with pytest.raises((ConnectionClosed, InvalidStatus)), connect(f"ws://127.0.0.1:{live}/ws/none/") as there:
            there.recv()
        with running(worker, tmp_path / "second.log"):
            wait_for(f"Task assess.tasks.sweep_outbox[{waiting}] succeeded", tmp_path / "second.log")
        wait_for("Sending due task sweep-outbox", tmp_path / "beat.log")
    assert list(settings.ROOT.glob("celerybeat*")) == []
