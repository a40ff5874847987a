"""Freezing the scores of a scheme version for a study."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.attempts.models import Attempt, Score
from assess.ledger.canonical import canonical
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment
from assess.validity.datasets.freezing import Frozen, ScoredAttempt, freeze


@dataclass(frozen=True)
class FrozenScores:
    """The latest score of every attempt of a scheme version, as a study takes it."""

    attempts: tuple[ScoredAttempt, ...]
    arrays: Frozen
    sha256: str
    simulated: bool


def frozen_scores(scheme_version_id: uuid.UUID) -> FrozenScores:
    """Freeze what is scored. People stand under labels local to the study, in the order of their attempts' seals."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    definition = schemes.definition_of(version)
    attempts = (
        Attempt.objects.filter(registration__scheme_version=version)
        .select_related("registration__candidate")
        .order_by("created_at", "pk")
    )
    latest: dict[uuid.UUID, Score] = {}
    for score in Score.objects.filter(attempt__in=attempts).order_by("number"):
        latest[score.attempt_id] = score
    scored = [attempt for attempt in attempts if attempt.pk in latest]
    holders = _holders(scored)
    frozen = tuple(
        ScoredAttempt(
            label=f"C{place:04d}",
            document=_without_identifiers(latest[attempt.pk].document),
            people=holders.get((attempt.sitting_id, attempt.registration.candidate_id), {}),
        )
        for place, attempt in enumerate(scored, start=1)
    )
    content = [{"label": one.label, "document": one.document, "people": dict(one.people)} for one in frozen]
    return FrozenScores(
        attempts=frozen,
        arrays=freeze(
            frozen,
            parts=[(part.identifier, part.kind) for part in definition.parts],
            weights={part.identifier: float(part.weight) for part in definition.parts},
        ),
        sha256=hashlib.sha256(canonical(content)).hexdigest(),
        simulated=any(attempt.registration.candidate.simulated for attempt in scored),
    )


def _holders(attempts: Sequence[Attempt]) -> dict[tuple[uuid.UUID, uuid.UUID], dict[str, str]]:
    """Assessors by role for each candidate, under labels of this study (A01, A02, …)."""
    rows = Assignment.objects.filter(
        sitting__in={attempt.sitting_id for attempt in attempts}, role__startswith="assessor:", person__isnull=False
    ).order_by("made_at", "pk")
    labels: dict[Any, str] = {}
    holders: dict[tuple[uuid.UUID, uuid.UUID], dict[str, str]] = {}
    for row in rows:
        label = labels.setdefault(row.person_id, f"A{len(labels) + 1:02d}")
        holders.setdefault((row.sitting_id, row.candidate_id), {})[row.role] = label
    return holders


def _without_identifiers(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in ("attempt", "seal", "seal_digest")}
