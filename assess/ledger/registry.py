"""Which tables' rows the ledger's leaves commit to, and how each document is built again.

An area registers what it records; `assess.ledger.queries.compare` builds every document again and holds it against the latest
leaf of its record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from assess.ledger.rows import row_document

Documents = dict[str, Mapping[str, Any]]
Builder = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """`row` says in words where the record lies, for the sentence that names it.

    `build` gives the documents of records, by record; where a row is gone, its record is missing from them.
    """

    name: str
    row: str
    build: Callable[[Sequence[str]], Documents]


KINDS: dict[str, Kind] = {}


def register(name: str, *, row: str, build: Builder) -> None:
    """Register a kind whose documents are built one by one."""

    def build_each(records: Sequence[str]) -> Documents:
        made = ((record, build(record)) for record in records)
        return {record: document for record, document in made if document is not None}

    _add(Kind(name, row, build_each))


def _add(kind: Kind) -> None:
    if kind.name in KINDS:
        raise ValueError(f"The ledger kind {kind.name!r} is registered twice.")
    KINDS[kind.name] = kind


def register_table(name: str, table: type[models.Model]) -> None:
    """Register a kind whose document is the whole row, found by its primary key."""

    def build(records: Sequence[str]) -> Documents:
        rows = table._default_manager.filter(pk__in=records)
        return {str(row.pk): row_document(row) for row in rows}

    _add(Kind(name, f"the table {table._meta.db_table}", build))
