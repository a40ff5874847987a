"""Thin Celery wrappers: ids in, one act out. An outbox row names a topic; the topic names the act that follows.

A task that is sent twice finds its row settled and does nothing; a task that is never sent is found by the sweep.
"""

from datetime import timedelta

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction
from django.utils import timezone

from assess import door
from assess.ledger import actions as ledger
from assess.ledger.models import Outbox
from assess.people.actions import service_account
from assess.people.queries import actor

TOPICS: dict[str, str] = {"score_attempt": "attempts.score_attempt"}
"""Topic of an outbox row → the act that follows. The row's ids are the act's arguments."""

PATIENCE = timedelta(seconds=10)
"""How old a waiting row is before the sweep takes it that its task was lost."""
MOST_TRIES = 20

_log = structlog.get_logger(__name__)


@shared_task(name="assess.tasks.follow")  # type: ignore[untyped-decorator]  # celery is untyped
def follow(outbox_id: int) -> None:
    """Do what must follow an act, once."""
    row = Outbox.objects.filter(pk=outbox_id, done_at=None).first()
    if row is None:
        return
    try:
        with transaction.atomic():
            door.act(actor(service_account(name="follow-up")), TOPICS[row.topic], **row.payload)
            ledger.settle(outbox_id=outbox_id)
    except DatabaseError:
        raise
    except Exception as error:
        _log.exception("what must follow was not done", topic=row.topic, outbox=outbox_id)
        with transaction.atomic():
            ledger.settle(outbox_id=outbox_id, error=f"{type(error).__name__}: {error}")


def work_outbox() -> int:
    """Do here and now whatever waits. Returns how many rows were taken up."""
    waiting = Outbox.objects.filter(topic__in=TOPICS, done_at=None, tries__lt=MOST_TRIES).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    for outbox_id in ids:
        follow(outbox_id)
    return len(ids)


@shared_task(name="assess.tasks.sweep_outbox")  # type: ignore[untyped-decorator]  # celery is untyped
def sweep_outbox() -> None:
    """Bring waiting records into the ledger, sign a checkpoint, and send again what a lost broker forgot."""
    ledger.sequence()
    ledger.checkpoint()
    lost = Outbox.objects.filter(
        topic__in=TOPICS, done_at=None, tries__lt=MOST_TRIES, created_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")
    for outbox_id in lost.values_list("pk", flat=True)[:200]:
        follow.delay(outbox_id)
