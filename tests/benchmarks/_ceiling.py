"""The raw ceiling of a disk: the journal's rows written by a bare driver, one flush for each group, nothing checked."""

import hashlib
import itertools
import sqlite3
import time
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg

_PAYLOAD = '{"item":"ECW-042","part":"K","response":{"choice":["t3"],"n":42}}'
_INSERT = (
    "INSERT INTO assess_entry (stream_id, sequence, kind, payload, device_ms, monotonic_ms, server_us, digest, receipt)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE = (
    "UPDATE assess_stream SET head_sequence = ?, head_digest = ?, head_receipt = ?, state = ?, last_contact_us = ?"
    " WHERE id = ?"
)
Group = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def _groups(streams: list[Any], batch: int) -> Iterator[Group]:
    """Rows and moved heads of groups in which every stream brings one batch."""
    digest = hashlib.sha256(b"ceiling").digest()
    for start in itertools.count(1, batch):
        rows = [
            (stream, start + n, "answer", _PAYLOAD, 1, 1, time.time_ns() // 1000, digest, digest)
            for stream in streams
            for n in range(batch)
        ]
        yield rows, [(start + batch - 1, digest, digest, "open", 1, stream) for stream in streams]


def sqlite_ceiling(file: str, *, devices: int, batch: int, seconds: float) -> float:
    """Entries a second on a copy of the journal's own file."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    streams = [row[0] for row in connection.execute("SELECT id FROM assess_stream LIMIT ?", (devices,))]
    written, began = 0, time.perf_counter()
    for rows, moved in _groups(streams, batch):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, rows)
        connection.executemany(_MOVE, moved)
        connection.execute("COMMIT")
        written += len(rows)
        if time.perf_counter() - began > seconds:
            break
    rate = written / (time.perf_counter() - began)
    connection.close()
    return rate


def postgresql_ceiling(url: str, *, devices: int, batch: int, seconds: float) -> float:
    """Entries a second on a copy of the journal's own database, with synchronous_commit=on."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SELECT id FROM assess_stream LIMIT %s", (devices,))
        streams: list[uuid.UUID] = [row[0] for row in cursor.fetchall()]
        connection.commit()
        written, began = 0, time.perf_counter()
        for rows, moved in _groups(streams, batch):
            cursor.executemany(_INSERT.replace("?", "%s"), rows)
            cursor.executemany(_MOVE.replace("?", "%s"), moved)
            connection.commit()
            written += len(rows)
            if time.perf_counter() - began > seconds:
                break
        return written / (time.perf_counter() - began)
