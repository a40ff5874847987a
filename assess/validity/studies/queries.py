"""Shared reads of studies."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from assess.ledger.canonical import canonical
from assess.validity.datasets.queries import body_of
from assess.validity.studies.compared import Comparison, compare
from assess.validity.studies.dataset_study import Settings, study_of_bytes
from assess.validity.studies.models import Study, StudyRun


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
    """The estimates that the gate's window looks at, pooled over sittings.

    `reliability` of the overall score, `decision_consistency`, `rater_agreement`, `dif` (the largest share of items in ETS class C
    in any comparison of groups) and `fit` (the share of items that do not follow the model). None: no such data.
    """
    study = _latest_study_id(scheme_version_id)
    if study is None:
        return dict.fromkeys(("reliability", "decision_consistency", "rater_agreement", "dif", "fit"))
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
            "dif": document["responses"].get("dif"),
            "fit": (document["responses"].get("fit") or {}).get("share"),
        },
    )


def study_by_id(study_id: uuid.UUID) -> Study | None:
    return Study.objects.filter(pk=study_id).select_related("scheme_version__scheme", "run_by", "dataset").first()


def again(study: Study) -> Comparison:
    """Compute a stored study again from its dataset's bytes, its cuts and its seed, and hold both documents against each other."""
    document = study_of_bytes(body_of(study.dataset), Settings.of(study.settings))
    return compare(canonical(study.document), canonical(document))


def run_by_id(run_id: uuid.UUID) -> StudyRun | None:
    return StudyRun.objects.filter(pk=run_id).first()


def runs_of(scheme_version_id: uuid.UUID) -> QuerySet[StudyRun]:
    """Studies that were asked for, the latest first."""
    return StudyRun.objects.filter(scheme_version_id=scheme_version_id).order_by("-asked_at")
