"""Shared reads of studies."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.queries import cuts_of
from assess.validity.datasets.queries import FrozenScores
from assess.validity.studies.analysis import analyse
from assess.validity.studies.models import Study, StudyRun

SEED = 20_261_123
SIMULATED = (
    "The candidates, their assessors and the panel are made up by a stated model with a fixed seed. "
    "Nothing here says anything about real people."
)


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
        cuts=cuts_of(scheme_version_id),
        sources=[{"name": "scores", "sha256": frozen.sha256}],
        seed=SEED,
        report=report,
    )


def latest_study(scheme_version_id: uuid.UUID) -> Study | None:
    return Study.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()


def study_heads(scheme_version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Study]:
    """The latest study of each of these scheme versions, without its document, which is large."""
    rows = Study.objects.filter(scheme_version__in=scheme_version_ids).defer("document").order_by("number")
    return {row.scheme_version_id: row for row in rows}


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
