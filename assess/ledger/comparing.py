"""Holding the ledger against itself, its checkpoints and the rows, both ways. Nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max

from assess.ledger import checkpoint as notes
from assess.ledger.canonical import CanonicalError, salted
from assess.ledger.keys import PublicKey, signing_key
from assess.ledger.merkle import CompactRange
from assess.ledger.models import Checkpoint, Leaf, Outbox
from assess.ledger.reading import (
    ERRORS,
    GROUP,
    Commitment,
    Document,
    Record,
    Unreadable,
    batched,
    commitment_of,
    documents_of,
    latest_leaves,
    stated_of,
    told,
    waiting_commitments,
    with_documents,
)
from assess.ledger.registry import CHECKS, ERASABLE, KINDS


@dataclass(frozen=True)
class Difference:
    """One row or leaf that is not what it should be, named in a sentence."""

    kind: str
    record: str
    sentence: str


def compare() -> tuple[int, list[Difference]]:
    """Hold the tree against itself and its checkpoints, its leaves against their rows, and the rows against the leaves.

    Nothing is written. What waits for the sequencer counts as if it were a leaf already. Rows are listed before leaves, so an act
    that is done meanwhile is no difference.

    Returns
    -------
    tuple
        How many leaves were compared, and every difference found.
    """
    keys, differences = _keys()
    mark = Outbox.objects.aggregate(last=Max("pk"))["last"] or 0
    waiting, broken = waiting_commitments()
    differences += [
        Difference("outbox", key, f"What waits in row {key} of the outbox can't be read.") for key in broken
    ]
    latest = latest_leaves()
    count, about_the_tree, about_rows = _walk(latest, waiting)
    about_rows += _against_waiting(waiting)
    about_rows += _slipped_in(keys, latest, waiting)
    about_rows += _without_salt(latest, waiting)
    about_rows += _checked()
    changed = _recorded_since(mark, max(latest.values(), default=-1))
    return count, [
        *about_the_tree,
        *differences,
        *(one for one in about_rows if (one.kind, one.record) not in changed),
    ]


def _keys() -> tuple[dict[str, set[str]], list[Difference]]:
    """The records that have to have a leaf, by kind."""
    keys, differences = {}, []
    for kind in KINDS.values():
        try:
            keys[kind.name] = {str(key) for key in kind.listed()}
        except ERRORS as error:
            said = f"The keys of {kind.row} can't be read ({told(error)}): a row may have been slipped in."
            differences.append(Difference(kind.name, "*", said))
    return keys, differences


def _walk(
    latest: dict[Record, int], waiting: dict[Record, Commitment]
) -> tuple[int, list[Difference], list[Difference]]:
    """The leaves in order: their number, what is wrong with the tree, and what is wrong with rows.

    Where a leaf is missing or can't be read no root after it can be made again; rows are compared to the end.
    """
    count, whole, tree = 0, True, CompactRange()
    about_the_tree: list[Difference] = []
    about_rows: list[Difference] = []
    roots = {checkpoint.size: checkpoint for checkpoint in Checkpoint.objects.defer("at").order_by("size")}
    key = signing_key(settings.KEYS_DIR, "ledger").public
    for place, (row, asked, document) in enumerate(with_documents(latest, waiting)):
        if whole and row.index != place:
            whole = False
            about_the_tree.append(_leaf(place, f"Leaf {place} is missing from the tree."))
        count += 1
        if row.kind not in KINDS:
            said = f"Leaf {row.index} is about a {row.kind}, which no area of this installation records."
            about_the_tree.append(_leaf(row.index, said))
        try:
            stated = stated_of(row).hash
            same = stated == bytes(row.leaf_hash)
            about_rows += _against_row(commitment_of(row), document) if asked else []
        except ERRORS as error:
            whole = False
            about_the_tree.append(_leaf(row.index, f"Leaf {row.index} can't be read: {told(error)}."))
            continue
        if not same:
            about_the_tree.append(_leaf(row.index, f"Leaf {row.index} ({row.kind} {row.record}) was changed."))
        if whole:
            tree.append(stated)
        if whole and count in roots:
            about_the_tree += _against_checkpoint(roots.pop(count), tree.root(), key)
    for size in roots:
        said = f"The checkpoint at {size} leaves covers more than the tree has ({count})."
        if size <= count:
            said = f"The checkpoint at {size} leaves can't be held against a tree with a broken leaf before it."
        about_the_tree.append(Difference("checkpoint", str(size), said))
    return count, about_the_tree, about_rows


def _leaf(index: int, sentence: str) -> Difference:
    return Difference("leaf", str(index), sentence)


def _against_row(made: Commitment, document: Document | None) -> list[Difference]:
    where = f"{KINDS[made.kind].row} {made.record}"
    if document is None:
        said = f"{where} is in the ledger ({made.where}) but its row is gone."
    elif isinstance(document, Unreadable):
        said = f"{where} can't be read ({document.error}); {made.where} commits to a row that could."
    elif made.salt is not None and _is(document, made.salt, made.commitment):
        return []
    else:
        said = f"{where} is not what {made.where} commits to: the row was changed."
    return [Difference(made.kind, made.record, said)]


def _is(document: object, salt: bytes, commitment: bytes) -> bool:
    try:
        return salted(document, salt) == commitment
    except (CanonicalError, *ERRORS):
        return False


def _against_waiting(waiting: dict[Record, Commitment]) -> list[Difference]:
    """The rows whose newest commitment is no leaf yet."""
    found = []
    for group in batched((one for one in waiting.values() if one.kind in KINDS and one.salt is not None), GROUP):
        by_kind: dict[str, list[Commitment]] = {}
        for one in group:
            by_kind.setdefault(one.kind, []).append(one)
        for kind, made in by_kind.items():
            built = documents_of(KINDS[kind], [one.record for one in made])
            for one in made:
                found += _against_row(one, built.get(one.record))
    return found


def _slipped_in(
    keys: dict[str, set[str]], latest: dict[Record, int], waiting: dict[Record, Commitment]
) -> list[Difference]:
    """Rows that nobody ever committed to."""
    return [
        Difference(kind, record, f"{KINDS[kind].row} {record} has no leaf in the ledger: the row was slipped in.")
        for kind, records in keys.items()
        for record in sorted(records)
        if (kind, record) not in latest and (kind, record) not in waiting
    ]


def _without_salt(latest: dict[Record, int], waiting: dict[Record, Commitment]) -> list[Difference]:
    """Commitments whose salt is gone though no done erasure of that record, later in the ledger, took it."""
    bare = [
        Commitment(leaf.kind, leaf.record, None, b"", leaf.index)
        for leaf in Leaf.objects.defer("at").filter(salt=None).order_by("index")
    ]
    bare += [one for one in waiting.values() if one.salt is None]
    found = []
    for kind in sorted({one.kind for one in bare}):
        made = [one for one in bare if one.kind == kind]
        erasable = ERASABLE.get(kind)
        try:
            covered = erasable.covered(sorted({one.record for one in made})) if erasable else {}
        except ERRORS:
            covered = {}
        for one in made:
            record = one.kind, one.record
            newest = one.index is None or (latest.get(record) == one.index and record not in waiting)
            erasure = "erasure", covered.get(one.record, "")
            after = erasure in waiting or (one.index is not None and latest.get(erasure, -1) > one.index)
            if not after or (newest and erasable is not None and erasable.recorded_again):
                said = f"The salt of {one.where} ({kind} {one.record}) is gone and no erasure explains it."
                found.append(Difference(kind, one.record, said))
    return found


def _checked() -> Iterable[Difference]:
    """What the areas compare themselves: rows without a leaf of their own with the record that holds their copy."""
    for name, check in CHECKS.items():
        try:
            yield from [Difference(name, record, sentence) for record, sentence in check()]
        except ERRORS as error:
            yield Difference(name, "*", f"The comparison of {name} can't be made: {told(error)}.")


def _recorded_since(outbox: int, index: int) -> set[Record]:
    """Records that somebody lawfully recorded while rows were read; they are compared the next time."""
    fresh = Outbox.objects.filter(topic="ledger", pk__gt=outbox).values_list("payload__kind", "payload__record")
    return set(fresh) | set(Leaf.objects.filter(index__gt=index).values_list("kind", "record"))


def _against_checkpoint(checkpoint: Checkpoint, root: bytes, key: PublicKey) -> list[Difference]:
    try:
        signed = notes.verify(checkpoint.text, origin=settings.LEDGER_ORIGIN, key=key)
    except (notes.CheckpointError, *ERRORS) as error:
        return [Difference("checkpoint", str(checkpoint.size), f"The checkpoint at {checkpoint.size}: {error}")]
    if signed.root != root or signed.size != checkpoint.size:
        sentence = f"The checkpoint at {checkpoint.size} leaves signs another root than the tree has now."
        return [Difference("checkpoint", str(checkpoint.size), sentence)]
    return []
