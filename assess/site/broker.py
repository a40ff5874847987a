"""The folder broker of one machine, made safe for a reader and a writer that meet at the same file.

Kombu's own filesystem transport opens a file before it fills it. A worker that looks in between reads an empty message
and stops, and a process killed in between leaves bindings that nobody can read. Here messages and bindings get their
name only once they are whole.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps

Binding = filesystem.exchange_queue_t


def _write_whole(path: Path, content: str) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content.encode())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ChannelError(f"The broker folder {path.parent} took no file: {error.strerror}.") from error


class Channel(filesystem.Channel):
    """Kombu's folder channel; only what it writes is replaced."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        # Wall clock first, zero-padded: names sort by age, across a restart of the machine too.
        name = f"{time.time_ns() // 1_000_000:016d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._rebind(exchange, lambda table: table if binding in table else [binding, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        virtual.Channel._delete(self, queue, exchange, routing_key, pattern, *args, **kwargs)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._rebind(exchange, lambda table: [row for row in table if row != binding])

    def _rebind(self, exchange: str, change: Callable[[list[Any]], list[Any]]) -> None:
        with (self.control_folder / "bindings.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            changed = change(table)
            if changed != table:
                _write_whole(self._exchange_file(exchange), dumps(changed))


LONGEST_WAIT_S = 0.25
"""A worker looks up from waiting so often, and sees that it was asked to stop. Celery would look up every two seconds."""


class Transport(filesystem.Transport):
    """What `CELERY_BROKER_TRANSPORT` names when the broker is a folder."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        wait = None if timeout is None else min(timeout, LONGEST_WAIT_S)
        super().drain_events(connection, timeout=wait)

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        # Kombu shares what is bound between all threads, and marks a queue as bound before the folder says so: a
        # second thread would then send into the void. Each connection makes sure for itself instead.
        self.state = virtual.BrokerState()
