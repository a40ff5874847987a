"""Shared reads of studies and cut scores, and the freezing of scores for a study."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from assess.attempts.models import Attempt, Score
from assess.ledger.canonical import canonical
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment
from assess.validity.analysis import analyse
from assess.validity.decision_study import OVERALL
from assess.validity.frozen import Frozen, ScoredAttempt, freeze
from assess.validity.models import CutScore, Study, StudyRun

SEED = 20_261_123
SIMULATED = (
    "The candidates, their assessors and the panel are made up by a stated model with a fixed seed. "
    "Nothing here says anything about real people."
)


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


def study_of(
    scheme_version_id: uuid.UUID, frozen: FrozenScores, report: Callable[[str], None] = lambda section: None
) -> dict[str, Any]:
    """Analyse frozen scores under the cut scores adopted so far; `report` is told the section that comes next."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    arrays = frozen.arrays
    return analyse(
        title=f"{schemes.definition_of(version).title} {version.version}",
        simulated=SIMULATED if frozen.simulated else None,
        responses=arrays.responses,
        ratings=arrays.ratings,
        task_scores=arrays.task_scores,
        parts=arrays.parts,
        global_ratings=arrays.global_ratings,
        cuts=_cuts(scheme_version_id),
        sources=[{"name": "scores", "sha256": frozen.sha256}],
        seed=SEED,
        report=report,
    )


def cut_scores_in_force(scheme_version_id: uuid.UUID) -> list[CutScore]:
    """For each part the latest adopted cut score, or while there is none, the latest that was set."""
    chosen: dict[str, CutScore] = {}
    for cut in CutScore.objects.filter(scheme_version_id=scheme_version_id).order_by("number"):
        known = chosen.get(cut.part)
        if known is None or cut.adopted_at is not None or known.adopted_at is None:
            chosen[cut.part] = cut
    return [chosen[part] for part in sorted(chosen)]


@dataclass(frozen=True)
class OverallCut:
    """The cut of the weighted overall score: the weighted sum of the parts' cuts, so nobody at every cut is below
    it."""

    value: Decimal
    standard_error: Decimal | None


def overall_cut(scheme_version_id: uuid.UUID) -> OverallCut | None:
    """The overall cut, once every part has one; its error is √Σ (w·SE)², errors of the parts taken as independent."""
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    cuts = {cut.part: cut for cut in cut_scores_in_force(scheme_version_id)}
    parts = schemes.parts(version)
    if any(part.identifier not in cuts for part in parts):
        return None
    weighted = [(part.weight, cuts[part.identifier]) for part in parts]
    value = sum((weight * cut.value for weight, cut in weighted), Decimal(0)).quantize(Decimal("0.01"))
    if any(cut.standard_error is None for _, cut in weighted):
        return OverallCut(value, None)
    variance = sum(((weight * (cut.standard_error or 0)) ** 2 for weight, cut in weighted), Decimal(0))
    return OverallCut(value, variance.sqrt().quantize(Decimal("0.01")))


def _cuts(scheme_version_id: uuid.UUID) -> dict[str, tuple[Decimal, Decimal | None]]:
    cuts = {cut.part: (cut.value, cut.standard_error) for cut in cut_scores_in_force(scheme_version_id)}
    overall = overall_cut(scheme_version_id)
    return cuts if overall is None else {**cuts, OVERALL: (overall.value, overall.standard_error)}


def latest_study(scheme_version_id: uuid.UUID) -> Study | None:
    return Study.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()


def errors_of_measurement(scheme_version_id: uuid.UUID) -> Mapping[str, Decimal]:
    """Standard error of measurement of each part in per cent, from the latest study that has one."""
    study = _latest_study_id(scheme_version_id)
    return {} if study is None else _figures(study).errors


def evidence(scheme_version_id: uuid.UUID) -> Mapping[str, dict[str, Any] | None]:
    """The three estimates that the gate's window looks at: reliability of the overall score, consistency, rater agreement."""
    study = _latest_study_id(scheme_version_id)
    if study is None:
        return {"reliability": None, "decision_consistency": None, "rater_agreement": None}
    return _figures(study).evidence


def _latest_study_id(scheme_version_id: uuid.UUID) -> uuid.UUID | None:
    rows = Study.objects.filter(scheme_version_id=scheme_version_id).order_by("-number")
    return rows.values_list("pk", flat=True).first()


@dataclass(frozen=True)
class _Figures:
    errors: Mapping[str, Decimal]
    evidence: Mapping[str, dict[str, Any] | None]


@lru_cache(maxsize=256)
def _figures(study: uuid.UUID) -> _Figures:
    """What the gate takes from a study. A study never changes, so this is right for ever."""
    document = Study.objects.values_list("document", flat=True).get(pk=study)
    parts = document["parts"]
    return _Figures(
        errors={
            part["part"]: Decimal(part["sem_percent"]["value"])
            for part in parts["parts"]
            if part["sem_percent"]["value"] is not None
        },
        evidence={
            "reliability": parts["overall"]["reliability"],
            "decision_consistency": parts["decision"]["consistency"],
            "rater_agreement": document["task_scores"]["agreement"]["whole"],
        },
    )


def study_by_id(study_id: uuid.UUID) -> Study | None:
    return Study.objects.filter(pk=study_id).select_related("scheme_version__scheme", "run_by").first()


def runs_of(scheme_version_id: uuid.UUID) -> QuerySet[StudyRun]:
    """Studies that were asked for, the latest first."""
    return StudyRun.objects.filter(scheme_version_id=scheme_version_id).order_by("-asked_at")


def cut_scores_of(scheme_version_id: uuid.UUID) -> QuerySet[CutScore]:
    """Every cut score that was ever set for a scheme version, by part, the latest first."""
    found = CutScore.objects.filter(scheme_version_id=scheme_version_id).select_related("held_by", "adopted_by")
    return found.order_by("part", "-number")
