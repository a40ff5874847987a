"""A real installation on data of its own: its database made, its server started, asked, stopped and killed."""

import atexit
import contextlib
import getpass
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 30
Mode = Literal["asgi", "wsgi"]


class NotStarted(Exception):
    """The server did not answer in time; the message holds what it wrote."""


@dataclass
class Server:
    """A running server with every process it started (its process group)."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def wait_ready(self) -> None:
        end = time.monotonic() + START_LIMIT_S
        while time.monotonic() < end and self.process.poll() is None:
            # A whole answer, not an open port: a launcher may listen before its worker serves.
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as asked:
                asked.sendall(b"GET /journal/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if asked.recv(12):
                    return
            time.sleep(0.01)
        self.kill()
        raise NotStarted(self.log.read_text()[-3000:])

    def kill(self) -> None:
        """SIGKILL, to all its processes at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def processes(self) -> list[int]:
        """Ids of the server's processes."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(folder.name)) == self.process.pid:
                    found.append(int(folder.name))
        return found

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        ticks = 0
        for process in self.processes():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Installation:
    """Data folder and database of one installation."""

    folder: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ASSAYER_")}
        for name in ("CELERY_BROKER_URL", "CHANNEL_LAYER_URL"):
            inherited.pop(name, None)
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "assess.site.settings",
            "ASSAYER_DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments: str) -> str:
        ran = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr[-3000:]
        return ran.stdout

    def migrate(self) -> None:
        self.run("manage.py", "migrate", "--verbosity", "0")

    def open_streams(self, count: int) -> list[dict[str, Any]]:
        streams: list[dict[str, Any]] = json.loads(self.run("-m", "tests.faults.journal_rows", "open", str(count)))
        return streams

    def read(self) -> dict[str, Any]:
        rows: dict[str, Any] = json.loads(self.run("-m", "tests.faults.journal_rows", "read"))
        return rows

    def start(self, mode: Mode, *, threads: int = 16, port: int | None = None, wrapper: Sequence[str] = ()) -> Server:
        """Start a server and wait until it answers.

        `asgi` is the one process of `manage.py up`; `wsgi` is granian with one worker and `threads` blocking threads.
        `wrapper` is a command that the server's own is passed to.
        """
        port = port or free_port()
        command = {
            "asgi": ["manage.py", "up", "--port", str(port)],
            "wsgi": [
                *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "1", "--blocking-threads", str(threads), "--no-ws", "assess.site.wsgi:application"),
            ],
        }[mode]
        log = self.folder / "server.log"
        with log.open("ab") as written:
            process = subprocess.Popen(
                [*wrapper, sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        server = Server(process, port, log)
        server.wait_ready()
        return server


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@cache
def _migrated_sqlite() -> Path:
    """A database with its tables and nothing else, made once for this process: migrating takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="assayer-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = folder / "assayer.sqlite3"
    Installation(folder, f"sqlite:///{database}").migrate()
    return database


@cache
def _migrated_postgresql(server_url: str) -> str:
    """The name of the same on a PostgreSQL server, of which others are made; it goes with this process."""
    name = f"assayer_{uuid.uuid4().hex[:12]}"
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    url = kept.enter_context(new_database(server_url, name))
    with tempfile.TemporaryDirectory() as folder:
        Installation(Path(folder), url).migrate()
    return name


def sqlite_installation(folder: Path) -> Installation:
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "assayer.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(_migrated_sqlite())) as made,
        contextlib.closing(sqlite3.connect(database)) as own,
    ):
        made.backup(own)
    return Installation(folder, f"sqlite:///{database}")


@contextlib.contextmanager
def postgresql_installation(folder: Path, server_url: str) -> Iterator[Installation]:
    """An installation on a new database of the server at `server_url`; the database is dropped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    name, template = f"assayer_{uuid.uuid4().hex[:12]}", _migrated_postgresql(server_url)
    with new_database(server_url, name, template=template) as url:
        yield Installation(folder, url)


@contextlib.contextmanager
def new_database(server_url: str, name: str, *, template: str = "template1") -> Iterator[str]:
    """A database `name` beside the one of `server_url`, as an address."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def postgresql_server() -> str | None:
    """The PostgreSQL to try things on: DATABASE_URL_FAULTS, else DATABASE_URL, else one on this machine."""
    named = os.environ.get("DATABASE_URL_FAULTS") or os.environ.get("DATABASE_URL", "")
    if urlsplit(named).scheme in ("postgres", "postgresql"):
        return named
    for user in (getpass.getuser(), "postgres"):
        url = f"postgres://{user}@127.0.0.1:5432/postgres"
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
            return url
    return None
