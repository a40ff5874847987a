"""Reading the ledger: comparing every leaf with the row it is about, and exporting it all for a verifier elsewhere."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max

from assess.ledger import checkpoint as notes
from assess.ledger import leaves
from assess.ledger.canonical import CanonicalError, salted
from assess.ledger.export_check import Opened, write_export
from assess.ledger.keys import PublicKey, signing_key
from assess.ledger.merkle import CompactRange
from assess.ledger.models import Checkpoint, Leaf, Outbox
from assess.ledger.registry import KINDS

GROUP = 1000


@dataclass(frozen=True)
class Difference:
    """One row or leaf that is not what it should be, named in a sentence."""

    kind: str
    record: str
    sentence: str


def compare() -> tuple[int, list[Difference]]:
    """Hold the tree against itself, its checkpoints, and the rows its leaves are about.

    Returns
    -------
    tuple
        How many leaves were compared, and every difference found.
    """
    differences: list[Difference] = []
    tree = CompactRange()
    roots = {checkpoint.size: checkpoint for checkpoint in Checkpoint.objects.order_by("size")}
    key = signing_key(settings.KEYS_DIR, "ledger").public
    count = 0
    for row, document in _with_documents():
        if row.index != count:
            return count, [*differences, Difference("leaf", str(count), f"Leaf {count} is missing from the tree.")]
        count += 1
        stated = leaves.Leaf(index=row.index, kind=row.kind, record=row.record, commitment=bytes(row.commitment))
        if stated.hash != bytes(row.leaf_hash):
            differences.append(
                Difference("leaf", str(row.index), f"Leaf {row.index} ({row.kind} {row.record}) was changed.")
            )
        differences += _against_row(row, document)
        tree.append(stated.hash)
        if count in roots:
            differences += _against_checkpoint(roots.pop(count), tree.root(), key)
    differences += [
        Difference("checkpoint", str(size), f"The checkpoint at {size} leaves covers more than the tree has ({count}).")
        for size in roots
    ]
    return count, differences


class _NotAsked:
    """A leaf whose document is not looked at: superseded by a later leaf, erased, or of a kind nobody registered."""


NOT_ASKED = _NotAsked()
Document = Mapping[str, Any] | None | _NotAsked


def _with_documents() -> Iterator[tuple[Leaf, Document]]:
    """Every leaf in order, with its document built again from its row; rows are read a thousand at a time."""
    latest = _latest()
    for group in _batched(Leaf.objects.order_by("index").iterator(chunk_size=GROUP), GROUP):
        asked: dict[str, list[str]] = {}
        for row in group:
            if row.salt is not None and row.kind in KINDS and latest[row.kind, row.record] == row.index:
                asked.setdefault(row.kind, []).append(row.record)
        built = {kind: KINDS[kind].build(records) for kind, records in asked.items()}
        wanted = {kind: set(records) for kind, records in asked.items()}
        for row in group:
            looked_at = latest[row.kind, row.record] == row.index and row.record in wanted.get(row.kind, ())
            yield row, built[row.kind].get(row.record) if looked_at else NOT_ASKED


def _batched(rows: Iterator[Leaf], size: int) -> Iterator[list[Leaf]]:
    while group := list(itertools.islice(rows, size)):
        yield group


def _latest() -> dict[tuple[str, str], int]:
    """Index of the latest leaf of each record: a row that lawfully changed is recorded again."""
    rows = Leaf.objects.values_list("kind", "record").annotate(last=Max("index"))
    return {(kind, record): last for kind, record, last in rows}


def _against_row(row: Leaf, document: Document) -> list[Difference]:
    if isinstance(document, _NotAsked) or row.salt is None:
        return []
    where = f"{KINDS[row.kind].row} {row.record}"
    if document is None:
        return [Difference(row.kind, row.record, f"{where} is in the ledger (leaf {row.index}) but its row is gone.")]
    try:
        same = salted(document, bytes(row.salt)) == bytes(row.commitment)
    except CanonicalError:
        same = False
    if same:
        return []
    return [Difference(row.kind, row.record, f"{where} is not what leaf {row.index} commits to: the row was changed.")]


def _against_checkpoint(checkpoint: Checkpoint, root: bytes, key: PublicKey) -> list[Difference]:
    try:
        signed = notes.verify(checkpoint.text, origin=settings.LEDGER_ORIGIN, key=key)
    except notes.CheckpointError as error:
        return [Difference("checkpoint", str(checkpoint.size), f"The checkpoint at {checkpoint.size}: {error}")]
    if signed.root != root or signed.size != checkpoint.size:
        sentence = f"The checkpoint at {checkpoint.size} leaves signs another root than the tree has now."
        return [Difference("checkpoint", str(checkpoint.size), sentence)]
    return []


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
    for row, document in _with_documents():
        leaf = leaves.Leaf(index=row.index, kind=row.kind, record=row.record, commitment=bytes(row.commitment))
        shown = documents and not isinstance(document, _NotAsked) and document is not None and row.salt is not None
        yield leaf, Opened(bytes(row.salt), document) if shown and row.salt is not None else None
