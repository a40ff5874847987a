"""Which documents the ledger's leaves commit to, and how each is built again from its row.

An area registers a builder for each kind it records; `assess.ledger.queries.compare` builds every document again and
holds it against its leaf. A builder gives None where the row is gone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Builder = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Kind:
    """`row` says in words where the record lies, for the sentence that names it."""

    name: str
    row: str
    build: Builder


KINDS: dict[str, Kind] = {}


def register(name: str, *, row: str, build: Builder) -> None:
    if name in KINDS:
        raise ValueError(f"The ledger kind {name!r} is registered twice.")
    KINDS[name] = Kind(name, row, build)
