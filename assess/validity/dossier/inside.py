"""What can be asked of one record: its leaf, its document, and the files whose bytes it names. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from assess.attempts.journal.chain import StreamIdentity, entry_digest
from assess.attempts.journal.words import is_erased
from assess.ledger.canonical import CanonicalError, canonical, salted
from assess.validity.dossier.followed import AT, Files, State, Told, jsonl, told
from assess.validity.dossier.trail import Key

OWN_DIGEST = {"study": "document_sha256", "seal": "digest", "score": "digest", "decision": "digest", "award": "digest"}
"""Kinds whose row names the SHA-256 of its own document in canonical form, and the member that does."""
SCORE = "score "


def in_the_ledger(files: Files, key: Key) -> Iterator[Told]:
    """Whether the trail cites the record's latest leaf, and the leaf's document is the one committed to."""
    line, latest = files.lines.get(key), files.latest.get(key)
    if line is None:
        yield State.WRONG, "the trail has a line for it"
    if latest is None:
        yield State.WRONG, "the ledger has a leaf of it"
        return
    leaf = files.leaves[latest]
    if line is not None:
        cites = (line["leaf"], line["commitment"])
        stale = "" if cites[0] == latest else f", but the trail cites leaf {cites[0]}"
        yield told(cites == (latest, leaf["commitment"]), f"leaf {latest} is its latest{stale}")
    shown = files.opened.get(latest)
    if shown is None:
        why = f"nothing takes the document of a {key[0]} out of a ledger, so a salt or the documents were"
        yield State.WRONG, f"the export shows its document ({why})"
        return
    try:
        right = salted(shown["document"], bytes.fromhex(shown["salt"])).hex() == leaf["commitment"]
    except (CanonicalError, KeyError, TypeError, ValueError):
        right = False
    yield told(right, "its document is the one committed to")


def inside(files: Files, key: Key) -> Iterator[Told]:
    """What a record's own document lets one check."""
    document = files.document(key)
    if document is None:
        return
    yield from _says(files, key, document)
    member = OWN_DIGEST.get(key[0])
    if member is not None and document[member]:
        same = hashlib.sha256(canonical(document["document"])).hexdigest() == document[member]
        yield told(same, f"its {member} is that of what it holds")
    if key[0] == "dataset":
        yield from _dataset(files, key, document)
    elif key[0] == "seal":
        yield from _entries(files, key[1], document["document"])
    elif key[0] == "meeting ratings":
        yield from _ratings(files, document)
    elif key[0] == "duty_document":
        yield from _bytes_of_duty(files, key, document)
    elif key[0] == "duty":
        held = files.document(("duty_document", str(document["document_id"])))
        if held is not None and key in files.lines:
            same = files.lines[key]["says"].get("sha256") == held["sha256"]
            yield told(same, "the trail names the digest of its document")


def _says(files: Files, key: Key, document: Mapping[str, Any]) -> Iterator[Told]:
    """What the trail says of the record, where the document has a member of that name."""
    line = files.lines.get(key)
    says = {} if line is None else line["says"]
    other = [name for name, value in says.items() if name in document and str(document[name]) != value]
    for name in other:
        yield State.WRONG, f"the trail says {name} as the document does"


def _dataset(files: Files, key: Key, document: Mapping[str, Any]) -> Iterator[Told]:
    name, body = data_of(files, key)
    if body is None:
        yield State.OPEN, f"the frozen data: {name} is not in {files.folder}"
        return
    same = hashlib.sha256(body).hexdigest() == document["sha256"]
    yield told(same, f"{name} is these bytes")
    line = files.lines.get(key)
    if not same or line is None:
        return
    says = {name: value for name, value in line["says"].items() if name.startswith(SCORE)}
    rests = {SCORE + one["id"] for one in line["rests_on"] if one["kind"] == "score"}
    names = {one["name"] for one in json.loads(body)["attempts"]}
    yield told(
        says.keys() == rests and len(set(says.values())) == len(says), "the trail gives each score a name of its own"
    )
    without = sorted(names - set(says.values()))
    if without:
        few = ", ".join(without[:5]) + (" …" if len(without) > 5 else "")
        yield (
            State.OPEN,
            f"{len(without)} of {len(names)} attempts in the data have no score in the trail (erased, or left out): {few}",
        )


def data_of(files: Files, key: Key) -> tuple[str, bytes | None]:
    """The file that should hold a dataset's bytes: one of its own, or `dataset.json` where the study rests on it."""
    own = f"dataset-{key[1]}.json"
    body = files.bytes_of(own)
    if body is not None:
        return own, body
    of_study = any(
        kind == "study" and {"kind": "dataset", "id": key[1]} in line["rests_on"]
        for (kind, _), line in files.lines.items()
    )
    return ("dataset.json", files.bytes_of("dataset.json")) if of_study else (own, None)


def frozen(files: Files, dataset: Key, score: Key) -> Iterator[Told]:
    """Whether a score stands in the frozen data as the score's own document has it, under its local name."""
    name = files.lines[dataset]["says"].get(SCORE + score[1])
    document = files.document(score)
    where, body = data_of(files, dataset)
    if name is None:
        yield State.WRONG, f"the trail says under which name the data hold it ({files.place(dataset)})"
        return
    if body is None or document is None:
        yield State.OPEN, f"its place in the data: {where if body is None else 'its document'} is not there"
        return
    names, items, by_name = _attempts(body)
    attempt = by_name.get(name)
    if attempt is None:
        yield State.WRONG, f"the data hold an attempt {name}"
        return
    parts = {one["part"]: one["percent"] for one in document["document"]["parts"]}
    same = all(_number(parts.get(part)) == _number(value) for part, value in zip(names, attempt["parts"], strict=True))
    points = {one["item"]: one["points"] for one in document["document"].get("items", ())}
    answered = zip(attempt.get("items", ()), attempt.get("points", ()), strict=True)
    same &= all(_number(points.get(items[place])) == _number(value) for place, value in answered)
    yield told(same, f"the data hold its parts and its items' points under the name {name}")


@lru_cache(maxsize=4)
def _attempts(body: bytes) -> tuple[list[str], list[str], dict[str, dict[str, Any]]]:
    """The parts and items that frozen data hold, and what each attempt got in them, by its local name."""
    held = json.loads(body)
    parts, items = ([one[0] for one in held.get(name, ())] for name in ("parts", "items"))
    return parts, items, {one["name"]: one for one in held["attempts"]}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _ratings(files: Files, document: Mapping[str, Any]) -> Iterator[Told]:
    """Whether the ratings that were written out are those that the ledger committed to when a round was closed."""
    name = f"ratings-{document['meeting']}.jsonl"
    if not (files.folder / name).is_file():
        yield State.OPEN, f"the ratings themselves: {name} is not in {files.folder}"
        return
    rows = [one for one in jsonl(files.folder / name) if one["after"] < document["before"]]
    rows.sort(key=lambda one: (one["judge"], one["sequence"]))
    listed = [[one[member] for member in RATING] for one in rows]
    same = hashlib.sha256(canonical(listed)).hexdigest() == document["sha256"]
    yield told(
        same and len(rows) == document["rows"],
        f"the {document['rows']} rows of {name} before event {document['before']} have the digest committed to",
    )


RATING = ("id", "judge", "sequence", "turn", "element", "value", "after", "saved_by")
"""A line of `ratings-MEETING.jsonl`; the digest is over a list of these values for each rating, by judge and sequence."""


def _bytes_of_duty(files: Files, key: Key, document: Mapping[str, Any]) -> Iterator[Told]:
    yield told(document["sha256"] == document["body_sha256"], "the database held the bytes it names")
    found = sorted(files.folder.glob(f"document-{key[1]}*"))
    for path in found:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == document["sha256"]
        yield told(same, f"{path.name} is these bytes")
    if not found:
        yield State.HOLDS, "its bytes were not asked for (--documents)"


def _entries(files: Files, seal: str, document: Mapping[str, Any]) -> Iterator[Told]:
    """Whether the entries that were written out chain up to the heads that the seal names."""
    heads = document["heads"]
    path = files.folder / f"entries-{seal}.jsonl"
    if not path.is_file():
        yield (
            State.HOLDS,
            f"it names the last entries of {len(heads)} streams (entries not asked for: --entries {seal})",
        )
        return
    by_stream: dict[str, list[dict[str, Any]]] = {}
    for entry in jsonl(path):
        by_stream.setdefault(entry["stream"], []).append(entry)
    for stray in by_stream.keys() - {head["stream"] for head in heads}:
        yield State.WRONG, f"{path.name} line {by_stream[stray][0][AT]} is of a stream that the seal names"
    for head in heads:
        identity = StreamIdentity(
            head["stream"], f"attempt:{document['attempt']}", head["role"], head["device"], head["epoch"]
        )
        digest, mine = identity.genesis(), by_stream.get(head["stream"], [])
        off = ""
        for entry in mine:
            digest = _entry_digest(digest, entry)
            if not off and digest.hex() != entry["digest"]:
                off = f" (line {entry[AT]} is the first that does not)"
        right = (len(mine), digest.hex()) == (head["sequence"], head["digest"])
        erased = sum(is_erased(entry["payload"]) for entry in mine)
        without = (
            f" ({erased} without their words, which were erased; these are taken by their digests)" if erased else ""
        )
        told_of = f"the {head['sequence']} entries of {head['role']} chain up to the sealed head"
        yield told(right and not off, f"{told_of}{without}" + (f" in {path.name}{off}" if off or not right else ""))


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
