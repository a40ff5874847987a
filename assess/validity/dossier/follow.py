"""Following a claim to the entries of the journal, without the application: an auditor's tool.

    python -m assess.validity.dossier.follow DIR LEDGER.jsonl [CLAIM …] [--list]

DIR is what `manage.py dossier` wrote, LEDGER.jsonl an export of the ledger (`manage.py export_ledger`; check it by itself
with `python -m assess.ledger.export_check`). CLAIM is a claim's key (`cut`) or a piece of its evidence
(`structure/reliability`); without one every claim is followed. At each record three things are asked: does the ledger hold
it, is it as the ledger has it, and does it name what it rests on, or is named by it.

Exit status: 0 everything followed holds, 1 something does not, 2 a file cannot be read.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from assess.attempts.chain import StreamIdentity, entry_digest
from assess.attempts.words import is_erased
from assess.ledger.canonical import CanonicalError, canonical, salted

Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What was found at one record: how deep it lies below the claim, whether it holds, and what was looked at, in words."""

    depth: int
    kind: str
    id: str
    holds: bool
    sentence: str


@dataclass(frozen=True)
class Files:
    """The files that are followed: the trail, the export's documents by leaf, the frozen data, and entries of seals."""

    lines: Mapping[Key, Mapping[str, Any]]
    leaves: Mapping[int, Mapping[str, Any]]
    opened: Mapping[int, Mapping[str, Any]]
    dataset: bytes | None
    entries: Mapping[str, list[dict[str, Any]]]

    def document(self, key: Key) -> Mapping[str, Any] | None:
        """The document of a record's latest leaf, where the export shows it."""
        line = self.lines.get(key)
        leaf = None if line is None else line["leaf"]
        found: Mapping[str, Any] | None = (
            None if leaf is None or leaf not in self.opened else self.opened[leaf]["document"]
        )
        return found


def read(folder: Path, ledger: Path) -> Files:
    """Read what `manage.py dossier` wrote, and an export of the ledger."""
    lines = {(one["kind"], one["id"]): one for one in _jsonl(folder / "evidence.jsonl") if one["type"] == "record"}
    exported = list(_jsonl(ledger))
    dataset = folder / "dataset.json"
    return Files(
        lines=lines,
        leaves={one["index"]: one for one in exported if one["type"] == "leaf"},
        opened={one["index"]: one for one in exported if one["type"] == "document"},
        dataset=dataset.read_bytes() if dataset.exists() else None,
        entries={
            path.stem.removeprefix("entries-"): list(_jsonl(path)) for path in sorted(folder.glob("entries-*.jsonl"))
        },
    )


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def cited(files: Files, claim: str) -> list[Key]:
    """The records that a claim, or one piece of its evidence, cites."""
    return [
        key
        for key, line in files.lines.items()
        if any(one == claim or one.startswith(f"{claim}/") for one in line["cited_by"])
    ]


def follow(files: Files, keys: Iterable[Key]) -> Iterator[Found]:
    """Each record once, then what it rests on, one step deeper."""
    seen: set[Key] = set()
    waiting: list[tuple[int, Key, Key | None]] = [(0, key, None) for key in keys]
    while waiting:
        depth, key, above = waiting.pop(0)
        if key in seen:
            continue
        seen.add(key)
        yield _look(files, depth, key, above)
        line = files.lines.get(key)
        below = [] if line is None else line["rests_on"]
        waiting = [*((depth + 1, (one["kind"], one["id"]), key) for one in below), *waiting]


def _look(files: Files, depth: int, key: Key, above: Key | None) -> Found:
    told = []
    holds = True
    for good, words in (*_in_the_ledger(files, key), *_step(files, key, above), *_inside(files, key)):
        holds &= good
        told.append(words if good else f"NOT: {words}")
    return Found(depth, key[0], key[1], holds, "; ".join(told))


def _in_the_ledger(files: Files, key: Key) -> Iterator[tuple[bool, str]]:
    line = files.lines.get(key)
    if line is None:
        yield False, "the trail has a line for it"
        return
    leaf = files.leaves.get(line["leaf"]) if line["leaf"] is not None else None
    if leaf is None:
        yield False, "the ledger has a leaf of it"
        return
    same = (leaf["kind"], leaf["record"], leaf["commitment"]) == (*key, line["commitment"])
    yield same, f"leaf {line['leaf']} is of this record"
    shown = files.opened.get(line["leaf"])
    if shown is None:
        yield True, "its document is not shown (erased, or superseded)"
        return
    try:
        right = salted(shown["document"], bytes.fromhex(shown["salt"])).hex() == leaf["commitment"]
    except CanonicalError:
        right = False
    yield right, "its document is the one committed to"


def _step(files: Files, key: Key, above: Key | None) -> Iterator[tuple[bool, str]]:
    """Whether the record above names this one, or is named by it."""
    if above is None:
        return
    mine, theirs = files.document(key), files.document(above)
    if above[0] == "dataset" and key[0] == "score":
        yield from _frozen(files, above, key)
    elif key[0] == "dataset" and mine is not None and theirs is not None:
        yield mine["sha256"] in json.dumps(theirs), f"the {above[0]} names the digest of this data"
    elif (theirs is not None and key[1] in json.dumps(theirs)) or (mine is not None and above[1] in json.dumps(mine)):
        yield True, f"{above[0]} and {key[0]} name each other"
    elif (above[0], key[0]) in BY_PEOPLE:
        yield True, f"tied to the {above[0]} by the person, whom neither document names here"
    elif mine is None or theirs is None:
        yield True, "the tie can't be checked, since a document is not shown"
    else:
        yield False, f"{above[0]} or {key[0]} names the other"


BY_PEOPLE = {("training", "exemplar"), ("training", "blind_marks")}


def _frozen(files: Files, dataset: Key, score: Key) -> Iterator[tuple[bool, str]]:
    """Whether a score stands in the frozen data as the score's own document has it, under its local name."""
    name = files.lines[dataset]["says"].get(f"score {score[1]}")
    document = files.document(score)
    if name is None or files.dataset is None or document is None:
        yield True, "its place in the data can't be looked at without dataset.json and the score's document"
        return
    held = json.loads(files.dataset)
    attempt = next((one for one in held["attempts"] if one["name"] == name), None)
    if attempt is None:
        yield False, f"the data hold an attempt {name}"
        return
    parts = {one["part"]: one["percent"] for one in document["document"]["parts"]}
    names = [one[0] for one in held["parts"]]
    same = all(_number(parts.get(part)) == _number(value) for part, value in zip(names, attempt["parts"], strict=True))
    yield same, f"the data hold its parts under the name {name}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _inside(files: Files, key: Key) -> Iterator[tuple[bool, str]]:
    document = files.document(key)
    if document is None:
        return
    if key[0] == "study":
        right = hashlib.sha256(canonical(document["document"])).hexdigest() == document["document_sha256"]
        yield right, "the digest of its figures is right"
    elif key[0] == "dataset" and files.dataset is not None:
        yield hashlib.sha256(files.dataset).hexdigest() == document["sha256"], "dataset.json is these bytes"
    elif key[0] == "seal":
        yield from _entries(files, key[1], document["document"])


def _entries(files: Files, seal: str, document: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Whether the entries that were written out chain up to the heads that the seal names."""
    heads = document["heads"]
    written = files.entries.get(seal)
    if written is None:
        yield True, f"it names the last entries of {len(heads)} streams"
        return
    by_stream: dict[str, list[dict[str, Any]]] = {}
    for entry in written:
        by_stream.setdefault(entry["stream"], []).append(entry)
    for head in heads:
        identity = StreamIdentity(
            head["stream"], f"attempt:{document['attempt']}", head["role"], head["device"], head["epoch"]
        )
        digest, mine = identity.genesis(), by_stream.get(head["stream"], [])
        for entry in mine:
            digest = _entry_digest(digest, entry)
        right = (len(mine), digest.hex()) == (head["sequence"], head["digest"])
        erased = sum(is_erased(entry["payload"]) for entry in mine)
        without = (
            f" ({erased} without their words, which were erased; these are taken by their digests)" if erased else ""
        )
        yield right, f"the {head['sequence']} entries of {head['role']} chain up to the sealed head{without}"


def _entry_digest(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """An entry's digest over its predecessor's. One whose words were lawfully erased can only be taken as it stands."""
    if is_erased(entry["payload"]):
        return bytes.fromhex(entry["digest"])
    return entry_digest(
        previous,
        sequence=entry["sequence"],
        kind=entry["kind"],
        payload=entry["payload"],
        device_ms=entry["device_ms"],
        monotonic_ms=entry["monotonic_ms"],
    )


def main(arguments: list[str] | None = None) -> int:
    """Follow the claims named on the command line and print what was found."""
    parser = argparse.ArgumentParser(prog="follow", description="Follow claims of a dossier to sealed entries.")
    parser.add_argument("folder", type=Path, help="what `manage.py dossier` wrote")
    parser.add_argument("ledger", type=Path, help="an export of the ledger")
    parser.add_argument("claim", nargs="*", help="a claim (cut) or a piece of evidence (structure/reliability)")
    parser.add_argument("--list", action="store_true", help="print every record, not only those that do not hold")
    given = parser.parse_args(arguments)
    try:
        files = read(given.folder, given.ledger)
    except (OSError, ValueError, KeyError) as error:
        print(f"The files can't be read: {error}", file=sys.stderr)
        return 2
    claims = given.claim or sorted({one.split("/")[0] for line in files.lines.values() for one in line["cited_by"]})
    right = True
    for claim in claims:
        right &= _told(files, claim, every=given.list)
    return 0 if right else 1


def _told(files: Files, claim: str, *, every: bool) -> bool:
    keys = cited(files, claim)
    if not keys:
        print(f"{claim}: it cites no record.")
        return True
    found = list(follow(files, keys))
    counts: dict[str, int] = {}
    for one in found:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    wrong = [one for one in found if not one.holds]
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    print(f"{claim}: {len(found)} records followed ({kinds}); {len(wrong)} do not hold.")
    for one in found if every else wrong:
        print(f"{'  ' * (one.depth + 1)}{'ok  ' if one.holds else 'FAIL'} {one.kind} {one.id}: {one.sentence}.")
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
