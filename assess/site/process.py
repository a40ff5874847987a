"""Everything in one process: web and sockets in the main thread, Celery's worker and beat in threads beside it."""

import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import structlog
import uvicorn
from celery import signals
from celery.beat import EmbeddedService
from celery.worker import WorkController, state

from assess.attempts.journal.writer import writer
from assess.site.celery import app

WORKER_THREADS = 2
GRACE = 3  # seconds an open request or socket may take to end after a stop was asked for
STOP_TIMEOUT = 5.0  # seconds for the worker to end the tasks it runs
_log = structlog.get_logger(__name__)


class AddressUnavailable(Exception):
    """Nobody can listen where they asked to; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` and `port`.

    Raises
    ------
    AddressUnavailable
        When the port is taken, needs more rights, or the host is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, so that asyncio turns Nagle's algorithm off; else each answer's body waits 40 ms behind its head.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise AddressUnavailable(_why(host, port, error)) from error
    return bound


def _why(host: str, port: int, error: OSError | OverflowError) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Port {port} is already in use on {host}: stop what uses it, or choose another with --port."
    if code in (errno.EACCES, errno.EPERM):
        return f"Port {port} needs more rights than this user has: choose one above 1023 with --port."
    return f"{host} port {port} can't be used here ({error}): choose an address of this machine with --host and --port."


class _Server(uvicorn.Server):
    """Uvicorn that calls back once it listens, and ends by returning instead of raising the signal again."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.force_exit = self.should_exit  # asked twice: don't wait for open connections
            self.should_exit = True

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _worker_and_beat() -> Iterator[None]:
    """Run Celery's worker and beat in threads, and end them with the block."""
    state.should_stop = state.should_terminate = None
    worker: Any = WorkController(
        app=app,
        pool_cls="threads",
        concurrency=WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="INFO",
    )
    signals.worker_init.send(sender=worker)  # Celery's own program sends it; Django's connections depend on it
    thread = threading.Thread(target=worker.start, name="celery-worker", daemon=True)
    # Told here too: the embedded beat does not read the setting, and would leave a schedule file behind.
    beat: Any = EmbeddedService(app, thread=True, max_interval=1, scheduler_cls=app.conf.beat_scheduler)
    beat.daemon = True
    thread.start()
    beat.start()
    try:
        yield
    finally:
        beat.stop()
        state.should_stop = 0  # the consumer's loop ends itself with this status, after the tasks that run
        thread.join(STOP_TIMEOUT)
        if thread.is_alive():
            _log.warning("a task was still running and will be sent again", after_seconds=STOP_TIMEOUT)


def run(*, bound: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve on `bound` until SIGTERM or SIGINT; `on_ready` is called once requests are answered."""
    config = uvicorn.Config(
        "assess.site.asgi:application",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    with bound, _worker_and_beat():
        try:
            _Server(config, on_ready).run(sockets=[bound])
        finally:
            writer.stop()
