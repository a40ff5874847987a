"""Which tables' rows the ledger's leaves commit to, and how each document is built again.

An area registers what it records; `assess.ledger.queries.compare` builds every document again and holds it against the latest
leaf of its record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from assess.ledger.rows import row_document

Builder = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """`row` says in words where the record lies, for the sentence that names it. `build` gives None where the row is gone."""

    name: str
    row: str
    build: Builder


KINDS: dict[str, Kind] = {}


def register(name: str, *, row: str, build: Builder) -> None:
    if name in KINDS:
        raise ValueError(f"The ledger kind {name!r} is registered twice.")
    KINDS[name] = Kind(name, row, build)


def register_table(name: str, table: type[models.Model]) -> None:
    """Register a kind whose document is the whole row, found by its primary key."""

    def build(record: str) -> Mapping[str, Any] | None:
        row = table._default_manager.filter(pk=record).first()
        return None if row is None else row_document(row)

    register(name, row=f"the table {table._meta.db_table}", build=build)
