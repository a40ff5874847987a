"""Which tables' rows the ledger's leaves commit to, how each document is built again, and what may be erased.

An area registers what it records; `assess.ledger.queries.compare` lists the rows of every kind, builds every document again and
holds it against the latest leaf of its record.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from assess.ledger.rows import row_document

Documents = dict[str, Mapping[str, Any]]
Builder = Callable[[str], Mapping[str, Any] | None]
Keys = Callable[[], Iterable[object]]
Covered = Callable[[Sequence[str]], Mapping[str, str]]
Check = Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Kind:
    """`row` says in words where the record lies, for the sentence that names it.

    `build` gives the documents of records, by record; where a row is gone, its record is missing from them. `listed` gives
    the record of every row that has to have a leaf.
    """

    name: str
    row: str
    build: Callable[[Sequence[str]], Documents]
    listed: Keys


@dataclass(frozen=True)
class Erasable:
    """`covered` gives, of some records, those that a done erasure covers, each with the erasure's identifier.

    `recorded_again`: the action that erases an earlier salt commits to what is left of the row, so the latest leaf keeps its salt.
    """

    covered: Covered
    recorded_again: bool


KINDS: dict[str, Kind] = {}
ERASABLE: dict[str, Erasable] = {}
CHECKS: dict[str, Check] = {}


def register(name: str, *, row: str, build: Builder, keys: Keys) -> None:
    """Register a kind whose documents are built one by one."""

    def build_each(records: Sequence[str]) -> Documents:
        made = ((record, build(record)) for record in records)
        return {record: document for record, document in made if document is not None}

    _add(Kind(name, row, build_each, keys))


def _add(kind: Kind) -> None:
    if kind.name in KINDS:
        raise ValueError(f"The ledger kind {kind.name!r} is registered twice.")
    KINDS[kind.name] = kind


def register_table(name: str, table: type[models.Model], *, which: models.Q | None = None) -> None:
    """Register a kind whose document is the whole row, found by its primary key.

    Parameters
    ----------
    which
        The rows that have to have a leaf, where not all do.
    """

    def build(records: Sequence[str]) -> Documents:
        rows = table._default_manager.filter(pk__in=records)
        return {str(row.pk): row_document(row) for row in rows}

    _add(Kind(name, f"the table {table._meta.db_table}", build, keys_of(table, which)))


def keys_of(table: type[models.Model], which: models.Q | None = None) -> Keys:
    """The primary keys of a table, or of some of its rows."""
    return lambda: table._default_manager.filter(which or models.Q()).values_list("pk", flat=True).iterator()


def register_erasure(name: str, covered: Covered, *, recorded_again: bool) -> None:
    """Say for which records of a kind a leaf's salt may be gone. Of a kind that is not registered here, none ever is."""
    if name in ERASABLE:
        raise ValueError(f"What erases the ledger kind {name!r} is registered twice.")
    ERASABLE[name] = Erasable(covered, recorded_again)


def register_check(name: str, check: Check) -> None:
    """Register a comparison of rows that have no leaf of their own with a record that has one.

    `check` gives the record and a sentence for each row that is not as that record says.
    """
    if name in CHECKS:
        raise ValueError(f"The comparison {name!r} is registered twice.")
    CHECKS[name] = check
