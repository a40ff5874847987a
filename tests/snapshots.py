"""A world that several tests begin from is built once for each test process, and put back in milliseconds afterwards.

On SQLite the database is copied after the first building and copied back whenever the same world is asked for again; on any other
database it is built anew. What the builder returned is copied too, so that no test meets another's changes.
"""

import copy
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from assess.attempts.writer import writer

World = TypeVar("World")
_kept: dict[str, tuple[sqlite3.Connection, object]] = {}


def as_built(name: str, build: Callable[[], World]) -> World:
    """The world of this name, committed, in a database that holds nothing else."""
    if connection.vendor != "sqlite":
        return _committed(build)
    if name not in _kept:
        made = _committed(build)
        held = sqlite3.connect(":memory:", check_same_thread=False)
        _here().backup(held)
        _kept[name] = held, copy.deepcopy(made)
        return made
    held, made = _kept[name]  # type: ignore[assignment]
    held.backup(_here())
    return copy.deepcopy(made)


def _committed(build: Callable[[], World]) -> World:
    made = build()
    writer.stop()  # its connection would see the database change under it
    return made


def _here() -> sqlite3.Connection:
    connection.ensure_connection()
    found: sqlite3.Connection = connection.connection
    return found
