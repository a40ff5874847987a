"""What the ledger commits to for attempts, seals and scores, and how each document is built again from its row."""

from collections.abc import Mapping
from typing import Any

from assess.attempts.models import Attempt, Score, Seal
from assess.ledger.canonical import digest
from assess.ledger.registry import register


def attempt_document(attempt: Attempt) -> dict[str, Any]:
    """Whom an attempt is about, and the versions it pins."""
    return {
        "attempt": str(attempt.pk),
        "number": attempt.number,
        "pins": attempt.pins,
        "registration": str(attempt.registration_id),
        "seed_sha256": digest({"seed": bytes(attempt.seed).hex()}).hex(),
        "sitting": str(attempt.sitting_id),
    }


def _build_attempt(record: str) -> Mapping[str, Any] | None:
    attempt = Attempt.objects.filter(pk=record).first()
    return None if attempt is None else attempt_document(attempt)


def _build_seal(record: str) -> Mapping[str, Any] | None:
    document: Mapping[str, Any] | None = Seal.objects.filter(pk=record).values_list("document", flat=True).first()
    return document


def _build_score(record: str) -> Mapping[str, Any] | None:
    document: Mapping[str, Any] | None = Score.objects.filter(pk=record).values_list("document", flat=True).first()
    return document


register("attempt", row="the table assess_attempt", build=_build_attempt)
register("seal", row="the table assess_seal", build=_build_seal)
register("score", row="the table assess_score", build=_build_score)
