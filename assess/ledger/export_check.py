"""Ledger exports: one writer, and one verifier that needs nothing but the file.

An export is JSON lines (`docs/reference/ledger-export.md`): a header, every leaf in order, after a leaf the document
it commits to where that may still be shown, a signed checkpoint where the tree had its size, and an end with the
counts. The verifier reads it once, keeps O(log n) hashes and of each record whether it is shown, trusts no stated hash, and
names the first lines that differ, with how many there are.

    python -m assess.ledger.export_check FILE [--key did:key:z6Mk…]

Exit status: 0 the export holds, 1 it does not, 2 the file cannot be read.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from . import checkpoint
from .canonical import CanonicalError, canonical, salted
from .checkpoint import CheckpointError
from .keys import KeyFileError, PublicKey
from .leaves import Leaf
from .merkle import CompactRange
from .strict_json import StrictJSONError, read

FORMAT = "assayer-ledger-export"
VERSION = 1
LARGEST_LINE = 8 * 1024 * 1024
NAMED = 20
"""How many failing lines of a check are named; all are counted."""
ERASABLE = "act"
"""The kind of record whose latest leaf may have lost its document: an act on a person who was erased since."""

_MEMBERS = {
    "header": {"type", "format", "version", "origin", "key"},
    "leaf": {"type", "index", "kind", "record", "commitment", "leaf"},
    "document": {"type", "index", "salt", "document"},
    "checkpoint": {"type", "note"},
    "end": {"type", "leaves", "documents", "checkpoints"},
}

_CHECKS = {
    "form": "Every line is what the format allows at its place.",
    "indices": "The leaves are numbered from 0 without a gap.",
    "leaves": "Every leaf hash is the hash of what the leaf says.",
    "documents": "Every document shown is the one its leaf commits to.",
    "shown": "The latest leaf of every record shows its document.",
    "signatures": "Every checkpoint carries a valid signature of the ledger's key.",
    "roots": "Every checkpoint states the root of the leaves before it.",
    "consistency": "Each checkpoint extends the one before, in size and in time.",
    "coverage": "The last checkpoint covers every leaf.",
    "end": "The export is whole: the counts at its end are right.",
    "key": "The ledger's key is one of those you trust.",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question put to the export: its answer in a sentence, the first line (from 1) where it fails, and on how many it does."""

    name: str
    passed: bool
    sentence: str
    line: int | None = None
    failures: int = 0


@dataclass(frozen=True)
class Opened:
    """What a leaf commits to, while it may be shown: the salt (16 bytes or more) and the document."""

    salt: bytes
    document: object


def write_export(
    *, origin: str, key: PublicKey, leaves: Iterable[tuple[Leaf, Opened | None]], checkpoints: Iterable[str]
) -> Iterator[str]:
    """The lines of an export, each ending in a newline.

    Parameters
    ----------
    origin, key
        The log's name and the public key that signed its checkpoints.
    leaves
        In order of their index, from 0; with `Opened` where the document is included.
    checkpoints
        Signed notes in order of size.

    Raises
    ------
    CheckpointError
        When a note is not this log's.
    ValueError
        When leaves or checkpoints are out of order, or a checkpoint is larger than the tree.
    """
    yield _line({"type": "header", "format": FORMAT, "version": VERSION, "origin": origin, "key": key.did})
    notes = [(checkpoint.verify(note, origin=origin, key=key).size, note) for note in checkpoints]
    if notes != sorted(notes, key=lambda pair: pair[0]):
        raise ValueError("The checkpoints are not in order of their size.")
    waiting = iter([*notes, (-1, "")])
    size, note = next(waiting)
    count = documents = 0
    while size == 0:
        yield _line({"type": "checkpoint", "note": note})
        size, note = next(waiting)
    for leaf, opened in leaves:
        if leaf.index != count:
            raise ValueError(f"The leaf with index {leaf.index} stands at place {count}.")
        count += 1
        yield _line(
            {
                "type": "leaf",
                "index": leaf.index,
                "kind": leaf.kind,
                "record": leaf.record,
                "commitment": leaf.commitment.hex(),
                "leaf": leaf.hash.hex(),
            }
        )
        if opened is not None:
            documents += 1
            shown = {"type": "document", "index": leaf.index, "salt": opened.salt.hex(), "document": opened.document}
            yield _line(shown)
        while size == count:
            yield _line({"type": "checkpoint", "note": note})
            size, note = next(waiting)
    if size != -1:
        raise ValueError(f"A checkpoint covers {size} leaves, but the tree has {count}.")
    yield _line({"type": "end", "leaves": count, "documents": documents, "checkpoints": len(notes)})


def verify_export(source: Path | BinaryIO, *, trusted_keys: Collection[str] | None = None) -> list[Check]:
    """Check an export alone.

    Parameters
    ----------
    source
        A path or an open binary stream.
    trusted_keys
        `did:key` identifiers obtained elsewhere. Without them the export vouches for its own key, and the check `key`
        is left out: whoever can replace the whole file can replace the key too.

    Returns
    -------
    list of Check
        In a fixed order; the export holds when all have passed.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return verify_export(stream, trusted_keys=trusted_keys)
    reading = _Reading()
    number = 0
    while raw := source.readline(LARGEST_LINE + 1):
        number += 1
        if not reading.take(number, raw):
            break
    return reading.verdict(number, trusted_keys)


@dataclass
class _Reading:
    """The state of one pass: what has been seen, and the failures of each check."""

    origin: str = ""
    key: PublicKey | None = None
    tree: CompactRange = field(default_factory=CompactRange)
    last: Leaf | None = None
    shown: int | None = None
    documents: int = 0
    checkpoints: int = 0
    covered: int = -1
    time: datetime | None = None
    ended: bool = False
    bare: dict[tuple[str, str], int] = field(default_factory=dict)
    erased_before: int = 0
    failures: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def fail(self, check: str, line: int, sentence: str) -> None:
        self.counts[check] += 1
        named = self.failures.setdefault(check, [])
        if len(named) < NAMED:
            named.append((line, sentence))

    def take(self, number: int, raw: bytes) -> bool:
        """Check one line; False when nothing after it can be judged."""
        try:
            entry = read(raw, largest=LARGEST_LINE)
        except StrictJSONError as error:
            self.fail("form", number, str(error))
            return False
        kind = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(kind, str) or set(entry) != _MEMBERS.get(kind):
            self.fail("form", number, "It is not one of header, leaf, document, checkpoint and end with their members.")
            return False
        if (kind == "header") != (number == 1) or self.ended:
            self.fail("form", number, "The header stands first and nowhere else, the end last.")
            return False
        try:
            getattr(self, f"_{kind}")(number, entry)
        except (TypeError, ValueError, KeyFileError) as error:
            self.fail("form", number, f"The {kind} cannot be read: {error}")
            return False
        return True

    def _header(self, number: int, entry: dict[str, object]) -> None:
        if (entry["format"], entry["version"]) != (FORMAT, VERSION):
            raise ValueError(f"only the format {FORMAT} in version {VERSION} is known.")
        self.origin, self.key = _text(entry, "origin"), PublicKey.from_did(_text(entry, "key"))

    def _leaf(self, number: int, entry: dict[str, object]) -> None:
        leaf = Leaf(
            index=_count(entry, "index"),
            kind=_text(entry, "kind"),
            record=_text(entry, "record"),
            commitment=_hash(entry, "commitment"),
        )
        if leaf.index != self.tree.size:
            self.fail("indices", number, f"It is numbered {leaf.index} where {self.tree.size} is due.")
        if leaf.hash != _hash(entry, "leaf"):
            self.fail(
                "leaves", number, f"The hash of leaf {leaf.index} is not that of its kind, record and commitment."
            )
        self.tree.append(leaf.hash)
        self.last = leaf
        self.bare[leaf.kind, leaf.record] = number

    def _document(self, number: int, entry: dict[str, object]) -> None:
        leaf = self.last
        if leaf is None or _count(entry, "index") != leaf.index or self.shown == leaf.index:
            raise ValueError("a document follows the leaf that commits to it, once.")
        self.shown = leaf.index
        self.documents += 1
        del self.bare[leaf.kind, leaf.record]
        if leaf.kind == "erasure" and isinstance(entry["document"], dict) and entry["document"].get("done_at"):
            self.erased_before = number
        try:
            commitment = salted(entry["document"], _bytes(entry, "salt"))
        except CanonicalError as error:
            self.fail("documents", number, f"The document of leaf {leaf.index} has no canonical form. {error}")
            return
        if commitment != leaf.commitment:
            told = f"The document is not the one leaf {leaf.index} ({leaf.kind} {leaf.record}) commits to."
            self.fail("documents", number, told)

    def _checkpoint(self, number: int, entry: dict[str, object]) -> None:
        if self.key is None:
            raise ValueError("the header with the key is missing.")
        self.checkpoints += 1
        try:
            stated = checkpoint.verify(_text(entry, "note"), origin=self.origin, key=self.key)
        except CheckpointError as error:
            self.fail("signatures", number, str(error))
            return
        if stated.size != self.tree.size:
            self.fail("roots", number, f"It covers {stated.size} leaves but stands after {self.tree.size}.")
        elif stated.root != self.tree.root():
            self.fail("roots", number, f"It states another root than that of the {stated.size} leaves before it.")
        if self.time is not None and stated.time < self.time:
            self.fail("consistency", number, "It is older than the checkpoint before it.")
        if stated.size < self.covered:
            self.fail("consistency", number, "It covers fewer leaves than the checkpoint before it.")
        self.covered, self.time = stated.size, stated.time

    def _end(self, number: int, entry: dict[str, object]) -> None:
        self.ended = True
        found = (self.tree.size, self.documents, self.checkpoints)
        if tuple(_count(entry, name) for name in ("leaves", "documents", "checkpoints")) != found:
            self.fail("end", number, "It counts other leaves, documents or checkpoints than the export holds.")

    def verdict(self, lines: int, trusted_keys: Collection[str] | None) -> list[Check]:
        if not self.ended:
            self.fail("end", lines, "The export breaks off here: its end is missing.")
        if self.covered != self.tree.size:
            told = f"Of {self.tree.size} leaves, {max(self.covered, 0)} are covered by a signed checkpoint."
            self.fail("coverage", lines, told)
        if self.documents:
            self._judge_the_bare()
        names = [name for name in _CHECKS if name != "key" or trusted_keys is not None]
        if trusted_keys is not None and (self.key is None or self.key.did not in trusted_keys):
            self.fail("key", 1, "The export's key is not one of those you trust.")
        return [self._check(name) for name in names]

    def _check(self, name: str) -> Check:
        if name not in self.failures:
            return Check(name=name, passed=True, sentence=self._shown() if name == "shown" else _CHECKS[name])
        named, count = self.failures[name], self.counts[name]
        told = " ".join(f"Line {line}: {sentence}" for line, sentence in named)
        if count > 1:
            told += f" In all {count} failures" + (f", the first {len(named)} named." if count > len(named) else ".")
        return Check(name=name, passed=False, sentence=told, line=named[0][0], failures=count)

    def _judge_the_bare(self) -> None:
        """The latest leaf of a record without its document, which only an erasure later in the ledger explains."""
        for (kind, record), number in self.bare.items():
            if kind != ERASABLE or number > self.erased_before:
                self.fail("shown", number, f"The latest leaf of {kind} {record} shows no document.")

    def _shown(self) -> str:
        if not self.documents:
            return "The export shows no documents: it proves how many records there are, and of none what it says."
        if self.bare:
            return f"{_CHECKS['shown'][:-1]}, but for {len(self.bare)} acts before an erasure of a person."
        return _CHECKS["shown"]


def _line(entry: dict[str, object]) -> str:
    return canonical(entry).decode("utf-8") + "\n"


def _text(entry: dict[str, object], name: str) -> str:
    value = entry[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not text.")
    return value


def _count(entry: dict[str, object], name: str) -> int:
    value = entry[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{name} is not a count.")
    return value


def _bytes(entry: dict[str, object], name: str) -> bytes:
    text = _text(entry, name)
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise ValueError(f"{name} is not lower-case hexadecimal.")
    return value


def _hash(entry: dict[str, object], name: str) -> bytes:
    value = _bytes(entry, name)
    if len(value) != 32:
        raise ValueError(f"{name} is not a hash of 32 bytes.")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Check the file named on the command line and print one line per check."""
    parser = argparse.ArgumentParser(prog="export_check", description="Check a ledger export without the application.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", help="a did:key you trust; may be given more than once")
    given = parser.parse_args(arguments)
    try:
        checks = verify_export(given.file, trusted_keys=given.key)
    except OSError as error:
        print(f"The file cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    for check in checks:
        print(f"{'pass' if check.passed else 'FAIL'}  {check.name}: {check.sentence}")
    if given.key is None:
        print("note  key: the export vouches for its own key; give --key to compare it with the published one.")
    return 0 if all(check.passed for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
