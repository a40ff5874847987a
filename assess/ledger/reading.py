"""Reading rows that somebody may have damaged: what can't be read is a finding about one record, never the end of a check."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Max

from assess.ledger import leaves
from assess.ledger.models import Leaf, Outbox
from assess.ledger.registry import KINDS, Kind

GROUP = 1000
Record = tuple[str, str]
Row = TypeVar("Row")
ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ValidationError, DataError)
"""What a column with an impossible value raises on its way into a row or a document."""


@dataclass(frozen=True)
class Unreadable:
    """A row that is there, but not as any row of its table can be."""

    error: str


@dataclass(frozen=True)
class Commitment:
    """The latest that was committed about a record: in a leaf, or waiting for the sequencer (`index` None)."""

    kind: str
    record: str
    salt: bytes | None
    commitment: bytes
    index: int | None

    @property
    def where(self) -> str:
        return "what waits for the sequencer" if self.index is None else f"leaf {self.index}"


Document = Mapping[str, Any] | Unreadable


def documents_of(kind: Kind, records: Sequence[str]) -> dict[str, Document]:
    """The documents of records, built together; where that fails one by one, so that the broken one is named."""
    try:
        return dict(kind.build(records))
    except ERRORS:
        made: dict[str, Document] = {}
        for record in records:
            try:
                made |= kind.build([record])
            except ERRORS as error:
                made[record] = Unreadable(told(error))
        return made


def told(error: Exception) -> str:
    """An error in one line that may be shown."""
    words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return f"{type(error).__name__}: {words}"[:200]


def stated_of(row: Leaf) -> leaves.Leaf:
    return leaves.Leaf(index=row.index, kind=row.kind, record=row.record, commitment=bytes(row.commitment))


def commitment_of(leaf: Leaf) -> Commitment:
    salt = None if leaf.salt is None else bytes(leaf.salt)
    return Commitment(leaf.kind, leaf.record, salt, bytes(leaf.commitment), leaf.index)


def waiting_commitments() -> tuple[dict[Record, Commitment], list[str]]:
    """The newest commitment of each record of which one waits for the sequencer, and the rows that can't be read."""
    found: dict[Record, Commitment] = {}
    broken = []
    for key, payload in (
        Outbox.objects.filter(topic="ledger", done_at=None).order_by("pk").values_list("pk", "payload").iterator()
    ):
        try:
            salt = None if payload["salt"] is None else bytes.fromhex(payload["salt"])
            made = Commitment(payload["kind"], payload["record"], salt, bytes.fromhex(payload["commitment"]), None)
        except ERRORS:
            broken.append(str(key))
            continue
        found[made.kind, made.record] = made
    return found, broken


def with_documents(
    latest: dict[Record, int], waiting: dict[Record, Commitment]
) -> Iterator[tuple[Leaf, bool, Document | None]]:
    """Every leaf in order, whether its row is to be looked at, and its document built again; a thousand rows at a time.

    Not looked at: a leaf that a later one supersedes, one without a salt, and one of a kind that nobody registered.
    """
    for group in batched(Leaf.objects.defer("at").order_by("index").iterator(chunk_size=GROUP), GROUP):
        asked: dict[str, list[str]] = {}
        for row in group:
            record = row.kind, row.record
            if row.salt is not None and row.kind in KINDS and latest.get(record) == row.index and record not in waiting:
                asked.setdefault(row.kind, []).append(row.record)
        built = {kind: documents_of(KINDS[kind], records) for kind, records in asked.items()}
        wanted = {kind: set(records) for kind, records in asked.items()}
        for row in group:
            looked_at = latest.get((row.kind, row.record)) == row.index and row.record in wanted.get(row.kind, ())
            yield row, looked_at, built[row.kind].get(row.record) if looked_at else None


def batched(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while group := list(itertools.islice(rows, size)):
        yield group


def latest_leaves() -> dict[Record, int]:
    """Index of the latest leaf of each record: a row that lawfully changed is recorded again."""
    rows = Leaf.objects.values_list("kind", "record").annotate(last=Max("index"))
    return {(kind, record): last for kind, record, last in rows}
