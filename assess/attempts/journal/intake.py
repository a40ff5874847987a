"""The journal's own door: one grant, one guarded append, no account row.

`take` is what every transport calls; `assess.api.intake` speaks HTTP for it. The role in a grant is looked up once per
stream and process: a stream's role never changes.
"""

import uuid
from concurrent.futures import Future
from functools import lru_cache

from django.db import DatabaseError, connection

from assess.attempts.journal import grants
from assess.attempts.journal.append import Outcome, Unreadable
from assess.attempts.journal.batches import Refusal, read_batch
from assess.attempts.journal.writer import writer
from assess.attempts.models import Stream


class UnknownStream(Exception):
    """The grant is genuine but its stream is gone (a restored database, say)."""


@lru_cache(maxsize=65_536)
def _role(stream: uuid.UUID) -> str:
    try:
        role = Stream.objects.filter(pk=stream).values_list("role", flat=True).first()
    finally:
        # This thread is a server's and needs the database once a stream: an idle connection would only grow stale.
        if not connection.in_atomic_block:
            connection.close()
    if role is None:
        raise UnknownStream
    return role


def take(token: str, body: bytes) -> "Future[Outcome]":
    """Hand a batch to the writer. The future resolves when the disk has it, or says why it was not taken.

    Raises
    ------
    Refusal
        Whatever is wrong with the grant, or with a batch that does not even wait in quarantine.
    """
    stream = grants.stream_of(token)
    try:
        role = _role(stream)
    except UnknownStream:
        raise Refusal("no-such-stream", "This stream does not exist here. Ask for a new grant.", 404) from None
    except DatabaseError:
        raise Refusal(
            "not-saved", "The server can't reach its data just now. Keep the entries and send them again.", 503
        ) from None
    try:
        batch = read_batch(body, role=role)
    except Refusal as refusal:
        if not refusal.kept:
            raise
        return writer.submit(Unreadable(str(stream), body, refusal))
    if batch.stream != str(stream):
        elsewhere = Refusal(
            "wrong-stream",
            "The batch is of another stream than its grant. Send it with the grant it belongs to.",
            403,
            kept=True,
        )
        return writer.submit(Unreadable(str(stream), body, elsewhere))
    return writer.submit(batch)
