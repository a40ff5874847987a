"""The group-commit writer: one thread per process that puts many batches on disk with one flush.

While one transaction waits for the disk, the next batches gather; they then share a transaction and its flush. Nothing is
acknowledged before its commit has returned. When the disk says no, every batch of the group is told so honestly and the
device keeps its entries.
"""

import os
import queue
import threading
import time
from concurrent.futures import Future

import structlog
from django.db import DatabaseError, connection, transaction

from assess.attempts.append import Outcome, Refused, Unreadable, append
from assess.attempts.batches import Batch, Refusal

GROUP = 256
_log = structlog.get_logger(__name__)
_Waiting = tuple[Batch | Unreadable, "Future[Outcome]"]


class GroupCommitWriter:
    """Starts its thread with the first batch; a forked child starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._process: int | None = None
        self._thread: threading.Thread | None = None

    def submit(self, batch: Batch | Unreadable) -> "Future[Outcome]":
        if self._process != os.getpid():
            self._start()
        future: Future[Outcome] = Future()
        self._queue.put((batch, future))
        return future

    def stop(self) -> None:
        """Write what waits, then end the thread and close its connection."""
        if self._thread is not None and self._process == os.getpid():
            self._queue.put(None)
            self._thread.join()
            self._process = None

    def _start(self) -> None:
        with self._lock:
            if self._process == os.getpid():
                return
            self._queue = queue.SimpleQueue()
            self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
            self._thread.start()
            self._process = os.getpid()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group: list[_Waiting] = []
            waiting = self._queue.get()
            while True:
                if waiting is None:
                    stopping = True
                    break
                group.append(waiting)
                if len(group) == GROUP:
                    break
                try:
                    waiting = self._queue.get_nowait()
                except queue.Empty:
                    break
            if group:
                self._commit(group)
        connection.close()

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with transaction.atomic():
                outcomes = append([batch for batch, _ in group], server_us=time.time_ns() // 1000)
        except DatabaseError as error:
            _log.error("journal group not saved", batches=len(group), error=str(error))
            connection.close()
            refused = Refused(
                Refusal("not-saved", "The server can't save just now. Keep the entries and send them again.", 503)
            )
            outcomes = [refused] * len(group)
        for (_, future), outcome in zip(group, outcomes, strict=True):
            future.set_result(outcome)


writer = GroupCommitWriter()
