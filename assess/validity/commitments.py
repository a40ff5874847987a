"""What the ledger commits to for studies and cut scores, and how each document is built again from its row."""

from collections.abc import Mapping
from typing import Any

from assess.ledger.registry import register
from assess.validity.models import CutScore, Study


def study_document(study: Study) -> dict[str, Any]:
    return {
        "candidates": study.candidates,
        "dataset_sha256": study.dataset_sha256,
        "document": study.document,
        "number": study.number,
        "scheme_version": str(study.scheme_version_id),
        "simulated": study.simulated,
    }


def cut_document(cut: CutScore) -> dict[str, Any]:
    """A cut score as the meeting left it."""
    return {
        "document": cut.document,
        "held_by": str(cut.held_by_id),
        "method": cut.method,
        "number": cut.number,
        "panel": cut.panel,
        "part": cut.part,
        "scheme_version": str(cut.scheme_version_id),
        "standard_error": None if cut.standard_error is None else f"{cut.standard_error:.2f}",
        "value": f"{cut.value:.2f}",
    }


def adoption_document(cut: CutScore) -> dict[str, Any]:
    """Who adopted a cut score, for which board, and which value."""
    return {
        "adopted_at": None if cut.adopted_at is None else cut.adopted_at.isoformat(),
        "adopted_by": str(cut.adopted_by_id),
        "board": cut.board,
        "cut": str(cut.pk),
        "value": f"{cut.value:.2f}",
    }


def _build_study(record: str) -> Mapping[str, Any] | None:
    study = Study.objects.filter(pk=record).first()
    return None if study is None else study_document(study)


def _build_cut(record: str) -> Mapping[str, Any] | None:
    cut = CutScore.objects.filter(pk=record).first()
    return None if cut is None else cut_document(cut)


def _build_adoption(record: str) -> Mapping[str, Any] | None:
    cut = CutScore.objects.filter(pk=record).first()
    return None if cut is None else adoption_document(cut)


register("study", row="the table assess_study", build=_build_study)
register("cut", row="the table assess_cutscore", build=_build_cut)
register("cut_adoption", row="the table assess_cutscore", build=_build_adoption)
