"""The group-commit writer: one thread per process that puts many batches on disk with one flush.

While one transaction waits for the disk, the next batches gather; they then share a transaction and its flush.
Nothing is acknowledged before its commit has returned. When the disk says no, every batch of the group is told so
honestly and the device keeps its entries. A batch that the database can't take at all fails alone, never with its
neighbours.
"""

import os
import queue
import threading
from concurrent.futures import Future

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from assess.attempts.journal import clock
from assess.attempts.journal.append import Outcome, Refused, Unreadable, append
from assess.attempts.journal.batches import Batch, Refusal
from assess.ledger import actions as ledger

GROUP = 256
GROUP_ENTRIES = 4096  # more than this in one transaction, and the last of a long queue waits too long for its answer
_log = structlog.get_logger(__name__)
_Waiting = tuple[Batch | Unreadable, "Future[Outcome]"]


class GroupCommitWriter:
    """Starts its thread with the first batch, and again when the thread is gone; a forked child starts its own."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew without the thread: what a forked child does, whose parent keeps thread, queue and promises."""
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, batch: Batch | Unreadable) -> "Future[Outcome]":
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()  # a device that hangs up cancels nothing: the batch is on its way
        with self._lock:  # so that nothing lands behind the end that `stop` puts into the queue
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, args=(self._queue,), name="journal-writer", daemon=True
                )
                self._thread.start()
            self._queue.put((batch, future))
        return future

    def stop(self) -> None:
        """Write what waits, then end the thread and close its connection."""
        with self._lock:
            thread, waiting = self._thread, self._queue
            self._thread, self._queue = None, queue.SimpleQueue()
        if thread is not None:
            waiting.put(None)
            thread.join()

    def _run(self, waiting: "queue.SimpleQueue[_Waiting | None]") -> None:
        try:
            ended = False
            while not ended:
                group, ended = _gather(waiting)
                _commit(group)
        finally:
            connection.close()


def _gather(waiting: "queue.SimpleQueue[_Waiting | None]") -> tuple[list[_Waiting], bool]:
    """Wait for the first batch and take what else is there; True when the end came."""
    group: list[_Waiting] = []
    entries = 0
    try:
        taken = waiting.get()
        while taken is not None:
            group.append(taken)
            entries += len(taken[0].entries) if isinstance(taken[0], Batch) else 1
            if len(group) == GROUP or entries >= GROUP_ENTRIES:
                return group, False
            taken = waiting.get_nowait()
    except queue.Empty:
        return group, False
    return group, True


def _commit(group: list[_Waiting]) -> None:
    if not group:
        return
    try:
        with transaction.atomic():
            outcomes = append([batch for batch, _ in group], server_us=clock.now_us())
    except Exception as error:  # whatever it is, nobody may wait for an answer that never comes
        connection.close()
        if len(group) > 1 and not isinstance(error, OperationalError | InterfaceError):
            for alone in group:
                _commit([alone])
            return
        _log.error("journal group not saved", batches=len(group), error=str(error))
        refused = Refused(
            Refusal("not-saved", "The server can't save just now. Keep the entries and send them again.", 503)
        )
        outcomes = [refused] * len(group)
    for (_, future), outcome in zip(group, outcomes, strict=True):
        future.set_result(outcome)
    ledger.tell({f"stream:{batch.stream}" for batch, _ in group})


writer = GroupCommitWriter()
os.register_at_fork(after_in_child=writer.forget)
