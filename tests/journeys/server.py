"""The whole application behind a real port, in a thread of the test's own process and on the test's database.

HTTP, sockets and the journal's intake are those of `assess.site.asgi`. Celery's worker is not started: what waits in the outbox is
done by `tasks.work_outbox()`, where a journey comes to it.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from assess.attempts.journal.writer import writer

PATIENCE_S = 20


class _Quiet(uvicorn.Server):
    """Uvicorn in a thread: signals belong to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        "assess.site.asgi:application",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    server = _Quiet(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="journey-server", daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("The server of the journeys did not start.")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        bound.close()
        writer.stop()
