"""What the ledger commits to for published content, and how each document is built again from its row.

Everything a credential rests on is in it, the reviewer and the sample mark too: a row changed behind our back no longer
fits its leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from assess.ledger.registry import keys_of, register, register_table
from assess.ledger.rows import row_document
from assess.schemes.models import (
    BlueprintVersion,
    DutyDocument,
    DutyRecord,
    ExternalCredential,
    SchemeVersion,
    SimulationVersion,
    Stack,
    Version,
)
from item_bank.lifecycle import State
from item_bank.models import ItemVersion, StateChange
from rubrics.models import TaskVersion

TABLES: dict[str, type[Version]] = {
    "scheme_version": SchemeVersion,
    "blueprint_version": BlueprintVersion,
    "simulation_version": SimulationVersion,
    "stack_version": Stack,
    "external_credential_version": ExternalCredential,
}

KIND_OF_TABLE = {table: kind for kind, table in TABLES.items()}


def version_document(version: Version) -> dict[str, Any]:
    """The whole row of one of our own versions."""
    return row_document(version)


def task_document(version: TaskVersion) -> dict[str, Any]:
    """The document of a task version with the reviews that published it."""
    return row_document(version) | {
        "identifier": version.task.identifier,
        "reviews": [
            [str(review.reviewer), review.verdict, review.comment, _moment(review.at)]
            for review in version.reviews.all()
        ],
    }


def item_document(version: ItemVersion) -> dict[str, Any]:
    """The document of an item version: its QTI, the facts the bank keeps beside it, its reviews and every change of its state."""
    return row_document(version) | {
        "identifier": version.item.identifier,
        "reviews": [row_document(review, without=_WITHIN) for review in version.reviews.order_by("pk")],
        "states": [row_document(change, without=_WITHIN) for change in version.state_changes.order_by("pk")],
    }


_WITHIN = frozenset({"id", "version_id"})


def document_of_duty(document: DutyDocument) -> dict[str, Any]:
    """The row of a duty's document, with the digest of its bytes worked out from the bytes themselves."""
    return row_document(document, without=frozenset({"body"})) | {
        "body_sha256": hashlib.sha256(bytes(document.body)).hexdigest()
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")


def _builder(table: type[Version]) -> Callable[[str], Mapping[str, Any] | None]:
    def build(record: str) -> Mapping[str, Any] | None:
        # The tables share the abstract `Version`, which has no manager of its own.
        version = table._default_manager.filter(pk=record).first()
        return None if version is None else version_document(version)

    return build


def _build_task(record: str) -> Mapping[str, Any] | None:
    version = TaskVersion.objects.select_related("task").filter(pk=record).first()
    return None if version is None else task_document(version)


def _build_item(record: str) -> Mapping[str, Any] | None:
    version = ItemVersion.objects.select_related("item").filter(pk=record).first()
    return None if version is None else item_document(version)


def _build_duty_document(record: str) -> Mapping[str, Any] | None:
    document = DutyDocument.objects.filter(pk=record).first()
    return None if document is None else document_of_duty(document)


def _once_operational() -> QuerySet[StateChange, int]:
    return StateChange.objects.filter(to_state=State.OPERATIONAL.value).values_list("version_id", flat=True)


for _kind, _table in TABLES.items():
    register(_kind, row=f"the table {_table._meta.db_table}", build=_builder(_table), keys=keys_of(_table))
register(
    "task_version", row="the table rubrics_taskversion", build=_build_task, keys=keys_of(TaskVersion, ~Q(state="draft"))
)
register(
    "item_version",
    row="the table item_bank_itemversion, with its reviews and changes of state,",
    build=_build_item,
    keys=keys_of(ItemVersion, Q(pk__in=_once_operational()) | Q(state=State.OPERATIONAL.value)),
)
register("duty_document", row="the table assess_dutydocument", build=_build_duty_document, keys=keys_of(DutyDocument))
register_table("duty", DutyRecord)
