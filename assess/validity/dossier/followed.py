"""What an auditor follows: the files that `manage.py dossier` and `export_ledger` wrote, each line with its place. Pure.

Everything is read from the files alone. What a file does not hold is not assumed: whoever asks for it gets None and says so.
"""

import enum
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assess.validity.dossier.trail import FORMAT, Key

AT = "line"
"""The member by which a line of a file knows its number, from 1."""


class State(enum.StrEnum):
    """What came of one question to the files; `OPEN` is never taken for an answer."""

    HOLDS = "ok"
    OPEN = "not checked"
    WRONG = "NOT"


Told = tuple[State, str]


def told(right: bool, words: str) -> Told:
    return (State.HOLDS if right else State.WRONG), words


@dataclass(frozen=True)
class Files:
    """The files that are followed.

    Attributes
    ----------
    folder, ledger
        Where they were read from.
    head, lines
        The first line of `evidence.jsonl`, and its records.
    exported
        The first line of the export.
    leaves, opened
        The export's leaves and documents by index.
    dossier
        `dossier.json`; None where it is missing.
    """

    folder: Path
    ledger: Path
    head: Mapping[str, Any]
    exported: Mapping[str, Any]
    lines: Mapping[Key, Mapping[str, Any]]
    leaves: Mapping[int, Mapping[str, Any]]
    opened: Mapping[int, Mapping[str, Any]]
    dossier: Mapping[str, Any] | None
    _named: dict[tuple[str, str], dict[str, set[str]]] = field(default_factory=dict)
    _bytes: dict[str, bytes | None] = field(default_factory=dict)

    @cached_property
    def latest(self) -> Mapping[Key, int]:
        """The index of each record's latest leaf."""
        return {(leaf["kind"], leaf["record"]): index for index, leaf in sorted(self.leaves.items())}

    def document(self, key: Key) -> Mapping[str, Any] | None:
        """The document of a record's latest leaf, where the export shows it."""
        shown = self.opened.get(self.latest.get(key, -1))
        found: Mapping[str, Any] | None = None if shown is None else shown["document"]
        return found

    def naming(self, kind: str, member: str, value: str) -> set[str]:
        """The records of a kind whose document names a value under a member, by what the whole export shows."""
        if (kind, member) not in self._named:
            index: dict[str, set[str]] = {}
            for one, record in self.latest:
                document = self.document((one, record)) if one == kind else None
                if document is not None:
                    index.setdefault(str(document.get(member)), set()).add(record)
            self._named[kind, member] = index
        return self._named[kind, member].get(value, set())

    def bytes_of(self, name: str) -> bytes | None:
        """A file of the folder, or None where it is not there."""
        if name not in self._bytes:
            path = self.folder / name
            self._bytes[name] = path.read_bytes() if path.is_file() else None
        return self._bytes[name]

    def place(self, key: Key) -> str:
        """Where the trail and the ledger tell of a record: `evidence.jsonl line 7, ledger.jsonl line 1710`."""
        line, leaf = self.lines.get(key), self.leaves.get(self.latest.get(key, -1))
        found = [] if line is None else [f"evidence.jsonl line {line[AT]}"]
        found += [] if leaf is None else [f"{self.ledger.name} line {leaf[AT]}"]
        return ", ".join(found) or "no line of either file"


def read(folder: Path, ledger: Path) -> Files:
    """Read what `manage.py dossier` wrote, and an export of the ledger.

    Raises
    ------
    OSError
        A file is missing or can't be read.
    ValueError
        A line is not what the form allows; the sentence names file and line.
    """
    head: Mapping[str, Any] = {}
    lines: dict[Key, Mapping[str, Any]] = {}
    for one in jsonl(folder / "evidence.jsonl"):
        if one.get("type") == "header":
            head = one
            continue
        try:
            key = (str(one["kind"]), str(one["id"]))
            rests = [(below["kind"], below["id"]) for below in one["rests_on"]]
            _ = one["leaf"], one["commitment"], one["says"], [str(name) for name in one["cited_by"]]
        except (KeyError, TypeError) as error:
            raise ValueError(
                f"evidence.jsonl line {one[AT]} is not a record of the trail: {error} is missing."
            ) from None
        if key in lines or len(set(rests)) != len(rests):
            raise ValueError(
                f"evidence.jsonl line {one[AT]} tells of {key[0]} {key[1]} a second time, or names one twice."
            )
        lines[key] = one
    if head.get("format") != FORMAT:
        raise ValueError(f"evidence.jsonl does not begin as a trail of the format {FORMAT}.")
    leaves: dict[int, Mapping[str, Any]] = {}
    opened: dict[int, Mapping[str, Any]] = {}
    exported: Mapping[str, Any] = {}
    for one in jsonl(ledger):
        exported = exported or one
        kept = {"leaf": leaves, "document": opened}.get(str(one.get("type")))
        if kept is not None:
            if not isinstance(one.get("index"), int) or one["index"] in kept:
                raise ValueError(f"{ledger.name} line {one[AT]} is not a {one['type']} with an index of its own.")
            kept[one["index"]] = one
    return Files(folder, ledger, head, exported, lines, leaves, opened, _dossier(folder / "dossier.json"))


def _dossier(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        held = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"dossier.json is not JSON: {error}.") from None
    if not isinstance(held, dict) or "claims" not in held:
        raise ValueError("dossier.json holds no claims.")
    return held


def jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, each with its number under `line`."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                one = json.loads(text)
            except ValueError as error:
                raise ValueError(f"{path.name} line {number} is not JSON: {error}.") from None
            if not isinstance(one, dict):
                raise ValueError(f"{path.name} line {number} is not an object.")
            yield one | {AT: number}
