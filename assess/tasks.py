"""Thin Celery wrappers: ids in, one act out. An outbox row names a topic; the topic names the task that follows."""

from collections.abc import Callable
from typing import Any

from celery import shared_task

# topic of an outbox row → task; the sweep sends each waiting row to its task again
TOPICS: dict[str, Callable[..., Any]] = {}


@shared_task(name="assess.tasks.sweep_outbox")  # type: ignore[untyped-decorator]  # celery is untyped
def sweep_outbox() -> None:
    """Do what a lost broker forgot: bring waiting outbox rows into the ledger and send their tasks again."""
