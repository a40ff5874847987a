"""A world that several tests begin from is built once for each test process, and put back in milliseconds afterwards.

After the first building its rows are copied, and copied back whenever the same world is asked for again: the whole file
on SQLite, table by table on PostgreSQL. What the builder returned is copied too, so that no test meets another's changes.
"""

import copy
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from assess.attempts.journal.writer import writer

World = TypeVar("World")
Restore = Callable[[], None]
EMPTY = 21
"""Bytes of a table without rows in PostgreSQL's binary format: its head and its end."""
_kept: dict[str, tuple[Restore, object]] = {}


def as_built(name: str, build: Callable[[], World]) -> World:
    """The world of this name, committed, in a database that holds nothing else."""
    if name not in _kept:
        made = build()
        writer.stop()  # its connection would see the database change under it
        _kept[name] = (_sqlite() if connection.vendor == "sqlite" else _postgresql()), copy.deepcopy(made)
        return made
    restore, made = _kept[name]  # type: ignore[assignment]
    restore()
    return copy.deepcopy(made)


def _sqlite() -> Restore:
    held = sqlite3.connect(":memory:", check_same_thread=False)
    _here().backup(held)
    return lambda: held.backup(_here())


def _here() -> sqlite3.Connection:
    connection.ensure_connection()
    found: sqlite3.Connection = connection.connection
    return found


def _postgresql() -> Restore:
    """Tables are copied in any order: Django's foreign keys are checked at the end of the transaction."""
    names = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
    rows: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for name in names:
            with cursor.copy(f"COPY {name} TO STDOUT (FORMAT BINARY)") as copied:
                held = b"".join(copied)
            if len(held) > EMPTY:
                rows[name] = held
    counted_anew = connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True))

    def restore() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            for name, held in rows.items():
                with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copied:
                    copied.write(held)
            for statement in counted_anew:
                cursor.execute(statement)

    return restore
