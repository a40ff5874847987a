"""Reading the ledger: comparing it with the rows, what waits, and exporting it all for a verifier elsewhere."""

from collections.abc import Iterator

from django.conf import settings

from assess.ledger import leaves
from assess.ledger.comparing import Difference, compare
from assess.ledger.export_check import Opened, write_export
from assess.ledger.keys import signing_key
from assess.ledger.models import Checkpoint, Leaf, Outbox
from assess.ledger.reading import (
    GROUP,
    Unreadable,
    latest_leaves,
    stated_of,
    waiting_commitments,
    with_documents,
)

__all__ = ["Difference", "Mark", "compare", "export_lines", "mark", "waiting"]


def waiting() -> int:
    """How many records wait for the sequencer."""
    return Outbox.objects.filter(topic="ledger", done_at=None).count()


Mark = tuple[object, ...]


def mark() -> Mark:
    """What changes with every act: the last leaf and the last row of the outbox, with their times.

    Between two equal marks nothing was done through the door. What another process committed out of order shows when its row is
    sequenced, within a second or two.
    """
    leaf = Leaf.objects.order_by("-index").values_list("index", "at").first()
    row = Outbox.objects.order_by("-pk").values_list("pk", "created_at").first()
    return (leaf, row)


def export_lines(*, documents: bool = True) -> Iterator[str]:
    """The export that `python -m assess.ledger.export_check` verifies alone."""
    key = signing_key(settings.KEYS_DIR, "ledger").public
    texts = list(Checkpoint.objects.order_by("size").values_list("text", flat=True))
    return write_export(origin=settings.LEDGER_ORIGIN, key=key, leaves=_opened(documents), checkpoints=texts)


def _opened(documents: bool) -> Iterator[tuple[leaves.Leaf, Opened | None]]:
    if not documents:
        for row in Leaf.objects.defer("at").order_by("index").iterator(chunk_size=GROUP):
            yield stated_of(row), None
        return
    for row, _, document in with_documents(latest_leaves(), waiting_commitments()[0]):
        shown = row.salt is not None and document is not None and not isinstance(document, Unreadable)
        yield stated_of(row), Opened(bytes(row.salt), document) if shown and row.salt is not None else None
