"""Shared reads of the bank. `presentable` is the only thing that may leave for a candidate; `for_markers` leaves for markers."""

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import Count

from item_bank import interactions
from item_bank.assembly import ItemDescriptor
from item_bank.errors import ItemBankError
from item_bank.lifecycle import State
from item_bank.marking_notes import notes_for
from item_bank.models import EnemySet, ItemVersion
from item_bank.qti import ItemContent, content_hash, read_item

FORM_STATES = (State.PILOT, State.OPERATIONAL)


_READING = threading.Lock()


def _content(digest: str) -> ItemContent:
    # When an exam begins everybody asks for the same at once: what is not known yet is read by one thread, not by all.
    with _READING:
        return _read(digest)


@lru_cache(maxsize=4096)
def _read(digest: str) -> ItemContent:
    # The hash is the key, so whatever is in the cache is right for ever.
    qti = ItemVersion.objects.values_list("qti", flat=True).get(content_hash=digest)
    if content_hash(qti) != digest:
        raise ItemBankError(
            "content_altered", f"The stored text of the version {digest} has another hash; it was altered."
        )
    return read_item(qti)


def content_of(version: ItemVersion) -> ItemContent:
    """The content of a version, parsed once for each content hash.

    Raises
    ------
    ItemBankError
        `content_altered` when the stored text no longer has the version's hash.
    """
    return _content(version.content_hash)


def contents(hashes: Iterable[str]) -> dict[str, ItemContent]:
    """The contents of these content hashes, by hash; what an attempt pinned is read back this way."""
    return {digest: _content(digest) for digest in hashes}


def versions(ids: Iterable[int]) -> dict[int, ItemVersion]:
    """Item versions by id, without their text."""
    return ItemVersion.objects.select_related("item").defer("qti").in_bulk(list(ids))


def presentable(version_id: int, seed: bytes) -> dict[str, Any]:
    """What a candidate may see of a version: JSON without keys, rationales or authoring ids.

    Raises
    ------
    ItemBankError
        `version_unknown`.
    """
    digest = ItemVersion.objects.filter(pk=version_id).values_list("content_hash", flat=True).first()
    if digest is None:
        raise ItemBankError("version_unknown", f"There is no item version {version_id}; look it up in the bank.")
    return interactions.present(_content(digest), seed)


def presented(hashes: Iterable[str], seed: bytes) -> list[dict[str, Any]]:
    """The same for versions that an attempt pins by content hash, in the order given."""
    return [interactions.present(_content(digest), seed) for digest in hashes]


def for_markers(hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What a marker may see of these versions, by hash: the question, what is looked for, a model answer, the key."""
    return {digest: notes_for(_content(digest)) for digest in hashes}


def pool(credential: str, states: Iterable[State] = FORM_STATES) -> tuple[ItemDescriptor, ...]:
    """The newest version of each item of a credential in these states, described for `assembly.draw_form`."""
    versions = (
        ItemVersion.objects.filter(outcome__credential=credential, state__in=[state.value for state in states])
        .annotate(exposed=Count("exposures"))
        .select_related("item")
        .defer("qti")
        .order_by("item__identifier", "number")
    )
    newest = {version.item.identifier: version for version in versions}
    return tuple(
        ItemDescriptor(
            id=version.pk,
            identifier=identifier,
            domain=version.domain,
            level=version.level,
            outcome=version.outcome_id,
            maximum=version.maximum,
            difficulty=float(version.difficulty_b),
            pilot=version.state != State.OPERATIONAL.value,
            exposures=version.exposed,
        )
        for identifier, version in newest.items()
    )


def enemy_sets(credential: str) -> tuple[frozenset[str], ...]:
    """Sets of item identifiers of which one form may hold at most one."""
    enemies = EnemySet.objects.filter(items__versions__outcome__credential=credential).distinct().order_by("identifier")
    return tuple(frozenset(item.identifier for item in one.items.all()) for one in enemies.prefetch_related("items"))
