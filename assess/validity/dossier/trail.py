"""The trail from a claim to the entries of the journal: each record with its leaf, who cites it, and what it rests on. Pure.

    claim → study → dataset → score → seal → the journal's entries
          → cut score → meeting, dataset
          → training → exemplars, blind marks

`evidence.jsonl` holds one line for each record; `follow` walks it against an export of the ledger.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT, VERSION = "assayer-dossier-evidence", 1
Key = tuple[str, str]
"""Kind and identifier of a record, as the ledger names it."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record: where its leaf stands, which evidence cites it, and what it rests on.

    `leaf` and `commitment` are those of the record's latest leaf; None and empty while the ledger has none. `says` names
    what the record says of what it rests on, by which a follower can check the step (`dataset_sha256` of a study, say).
    """

    kind: str
    id: str
    leaf: int | None
    commitment: str
    cited_by: tuple[str, ...]
    rests_on: tuple[Key, ...]
    says: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        return self.kind, self.id


def to_json(line: Line) -> dict[str, Any]:
    return {
        "type": "record",
        "kind": line.kind,
        "id": line.id,
        "leaf": line.leaf,
        "commitment": line.commitment,
        "cited_by": list(line.cited_by),
        "rests_on": [{"kind": kind, "id": record} for kind, record in line.rests_on],
        "says": dict(line.says),
    }


def jsonl(lines: Sequence[Line], *, scheme: str, on: str) -> Iterator[str]:
    """The lines of `evidence.jsonl`, each ending in a newline."""
    head = {"type": "header", "format": FORMAT, "version": VERSION, "scheme": scheme, "on": on, "records": len(lines)}
    for entry in (head, *(to_json(line) for line in lines)):
        yield json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"


def without_leaf(lines: Iterable[Line]) -> list[Line]:
    """Records that the ledger does not hold (yet)."""
    return [line for line in lines if line.leaf is None]
