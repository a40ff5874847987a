"""What the ledger commits to for decisions, awards and their status, and how each document is built again from its
row."""

from collections.abc import Mapping
from typing import Any

from assess.awards.models import Credential, Decision, StatusChange
from assess.awards.plain import plain
from assess.ledger.canonical import digest
from assess.ledger.registry import register


def award_document(credential: Credential) -> dict[str, Any]:
    """The digest of the signed document, and nothing of the person."""
    return {
        "credential": str(credential.pk),
        "decision": str(credential.decision_id),
        "document_sha256": digest(plain(credential.document)).hex(),
        "status_index": credential.status_index,
    }


def status_document(change: StatusChange) -> dict[str, Any]:
    return {
        "confirmed_by": str(change.confirmed_by_id),
        "credential": str(change.credential_id),
        "kind": change.kind,
        "proposed_by": str(change.proposed_by_id),
        "reason": change.reason,
    }


def _build_decision(record: str) -> Mapping[str, Any] | None:
    document: Mapping[str, Any] | None = Decision.objects.filter(pk=record).values_list("document", flat=True).first()
    return document


def _build_award(record: str) -> Mapping[str, Any] | None:
    credential = Credential.objects.filter(pk=record).first()
    return None if credential is None else award_document(credential)


def _build_status(record: str) -> Mapping[str, Any] | None:
    change = StatusChange.objects.filter(pk=record).first()
    return None if change is None else status_document(change)


register("decision", row="the table assess_decision", build=_build_decision)
register("award", row="the table assess_credential", build=_build_award)
register("status", row="the table assess_statuschange", build=_build_status)
