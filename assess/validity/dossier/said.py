"""What the dossier itself says, held against the files: each figure against its study, each citation against the trail. Pure."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from assess.ledger.export_check import verify_export
from assess.ledger.leaves import Leaf
from assess.ledger.merkle import CompactRange
from assess.validity.dossier.claims import Figure
from assess.validity.dossier.figures import evaluated, retold
from assess.validity.dossier.followed import Files, State, Told, told
from assess.validity.dossier.ties import below
from assess.validity.dossier.trail import Key
from assess.validity.dossier.weighed import UNKNOWN, in_words

CHECKPOINT = "security/ledger"
"""Evidence that rests on the checkpoint, which is looked at with the files as wholes."""
EVERY = {
    "awarding/reviews": "award_review",
    "security/incidents": "incident",
    "consequences/objections": "incident",
}
"""Evidence that would support a claim by there being none of a kind of record."""
WITHOUT_FIGURE = {"items", "groups"}
"""Evidence whose sentence names items and not the figure that stands beside it."""


def whole(files: Files, keys: list[str] | None) -> Iterator[Told]:
    """The files as wholes: the export by itself, the trail's count, and that dossier and trail are of one day."""
    for check in verify_export(files.ledger, trusted_keys=keys):
        if not check.passed:
            yield State.WRONG, f"{files.ledger.name} holds by itself: {check.name}. {check.sentence.removesuffix('.')}"
    if keys is None:
        yield State.HOLDS, "the export vouches for its own key; --key compares it with the published one"
    counted = files.head.get("records")
    yield told(counted == len(files.lines), f"evidence.jsonl holds the {counted} records that its first line counts")
    if files.dossier is None:
        yield State.OPEN, f"what the dossier says: dossier.json is not in {files.folder}"
        return
    scheme = files.dossier["scheme"]
    same = (files.head.get("scheme"), files.head.get("on")) == (
        f"{scheme['code']} {scheme['version']}",
        files.dossier["on"],
    )
    yield told(same, "dossier.json and evidence.jsonl are of one scheme and one day")
    body = files.bytes_of("dossier.json")
    assert body is not None
    digest = hashlib.sha256(body).hexdigest()
    page = files.bytes_of("dossier.html")
    yield State.HOLDS, f"dossier.json has SHA-256 {digest}: compare it with the one at the end of the printed dossier"
    if page is not None:
        yield told(digest.encode() in page, "dossier.html names this digest")
    yield from _checkpoint(files, files.dossier.get("ledger"))
    yield from _cited(files)


def _checkpoint(files: Files, stated: Mapping[str, Any] | None) -> Iterator[Told]:
    """Whether the root that the dossier prints is that of the export's leaves."""
    if stated is None:
        yield State.OPEN, "the ledger's checkpoint: dossier.json names none"
        return
    tree = CompactRange()
    for _, leaf in sorted(files.leaves.items())[: stated["size"]]:
        commitment = bytes.fromhex(leaf["commitment"])
        one = Leaf(index=leaf["index"], kind=leaf["kind"], record=leaf["record"], commitment=commitment)
        tree.append(one.hash)
    right = tree.size == stated["size"] and tree.root().hex() == stated["root"]
    yield told(right, f"the first {stated['size']} leaves of the export have the root that dossier.json names")
    yield told(stated["key"] == files.exported.get("key"), "dossier.json names the key of the export")


def pieces(files: Files) -> dict[str, Mapping[str, Any]]:
    """Every piece of evidence of dossier.json by its name, `claim/evidence`."""
    claims = () if files.dossier is None else files.dossier["claims"]
    return {f"{claim['key']}/{piece['key']}": piece for claim in claims for piece in claim["evidence"]}


def _cited(files: Files) -> Iterator[Told]:
    """Whether dossier and trail name the same records under each piece of evidence."""
    by_trail: dict[str, set[Key]] = {}
    for key, line in files.lines.items():
        for name in line["cited_by"]:
            by_trail.setdefault(name, set()).add(key)
    said = {name: {(one["kind"], one["id"]) for one in piece["records"]} for name, piece in pieces(files).items()}
    for name in sorted(by_trail.keys() | said.keys()):
        apart = sorted(by_trail.get(name, set()) ^ said.get(name, set()))
        if apart:
            kind, record = apart[0]
            yield (
                State.WRONG,
                f"dossier.json and evidence.jsonl name the same records under {name}; {len(apart)} stand in one of them"
                f" only, {kind} {record} first ({files.place((kind, record))})",
            )


def piece(files: Files, name: str) -> Iterator[Told]:
    """Whether one piece of evidence can be followed, and its figure and digests are those of its records."""
    said = pieces(files).get(name)
    if said is None:
        return
    if name in EVERY:
        yield from _every(files, name, said)
    elif not said["records"] and said["bearing"] != "is lacking":
        if name == CHECKPOINT:
            yield State.HOLDS, "it names the checkpoint that was looked at above; rows behind the ledger: verify_ledger"
        else:
            yield State.OPEN, f"it {said['bearing']} and cites no record: this is the application's word"
        return
    for one in said["records"]:
        key = (one["kind"], one["id"])
        document, under = files.document(key), below(files, key)
        if document is None or under is None or not one["digest"]:
            continue
        # a duty is named by the digest of its document, which stands in the record below it
        held = [document, *filter(None, (files.document(other) for other in under))]
        if not any(one["digest"] in map(str, shown.values()) for shown in held):
            yield State.WRONG, f"{key[0]} {key[1]} has the digest that dossier.json names ({files.place(key)})"
    if said["figure"] is not None:
        yield from _figure(files, name, said)


def _every(files: Files, name: str, said: Mapping[str, Any]) -> Iterator[Told]:
    """Whether evidence that rests on there being no more of a kind cites all that the ledger has of this scheme version."""
    assert files.dossier is not None
    version = files.dossier["scheme"]["record"]["id"]
    held = files.naming(EVERY[name], "scheme_version_id", version)
    same = {one["id"] for one in said["records"]} == held
    yield told(same, f"it cites every {EVERY[name]} that the ledger has of this scheme version ({len(held)})")


def _figure(files: Files, name: str, said: Mapping[str, Any]) -> Iterator[Told]:
    """Whether the figure is the one that its study's document comes to, told as it should be, in its sentence too."""
    figure = said["figure"]
    rule, paths = figure.get("rule"), tuple(figure.get("paths") or ())
    studies = [one["id"] for one in said["records"] if one["kind"] == "study"]
    document = files.document(("study", studies[0])) if studies else None
    if rule is None or document is None:
        why = "dossier.json names no place in a study for it" if rule is None else "its study's document is not shown"
        yield State.OPEN, f"the figure {figure['value']}: {why}"
        return
    try:
        right = retold(evaluated(rule, paths, document["document"]), figure["told"])
    except (LookupError, TypeError, ValueError) as error:
        yield State.WRONG, f"the figure {figure['value']} can be made again from the study: {error}"
        return
    stated = Figure(**{member: figure[member] for member in ("value", "interval", "n", "method", "source")})
    where = f"{' and '.join(paths)} of study {studies[0]}, {rule}"
    off = "" if stated == right else f"; there it is {in_words(right)}"
    yield told(stated == right, f"the figure {figure['value']} is {where}{off}")
    if name.partition("/")[2] not in WITHOUT_FIGURE and right.value != UNKNOWN:
        yield told(in_words(right) in said["sentence"], f"its sentence says {in_words(right)}")
