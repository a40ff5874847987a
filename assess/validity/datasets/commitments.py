"""The ledger commits to frozen data and to who was left out of them; not to the names behind them, which may be erased."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from assess.ledger.registry import keys_of, register, register_erasure, register_table
from assess.ledger.rows import row_document
from assess.people.queries import covered_by_erasures
from assess.validity.datasets.models import Dataset, Exclusion


def dataset_document(row: Dataset) -> Mapping[str, Any]:
    """Every column, and for the bytes their digest: what is compressed may fill a hundred megabytes as text."""
    row.refresh_from_db()
    try:
        held = hashlib.sha256(zlib.decompress(bytes(row.packed))).hexdigest()
    except zlib.error:
        held = "not readable"
    return row_document(row, without=frozenset({"packed"})) | {"held_sha256": held}


def _build(record: str) -> Mapping[str, Any] | None:
    row = Dataset.objects.filter(pk=record).first()
    return None if row is None else dataset_document(row)


register("dataset", row="the table assess_dataset", build=_build, keys=keys_of(Dataset))
register_table("exclusion", Exclusion)
register_erasure(
    "exclusion", covered_by_erasures(Exclusion, "attempt__registration__candidate_id"), recorded_again=True
)
