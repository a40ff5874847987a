"""Shared reads of cut scores."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore
from assess.validity.datasets.arrays import OVERALL


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


def cuts_of(scheme_version_id: uuid.UUID) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Every part's cut and error, and the overall cut once there is one."""
    cuts = {cut.part: (cut.value, cut.standard_error) for cut in cut_scores_in_force(scheme_version_id)}
    overall = overall_cut(scheme_version_id)
    return cuts if overall is None else {**cuts, OVERALL: (overall.value, overall.standard_error)}


def cut_scores_of(scheme_version_id: uuid.UUID) -> QuerySet[CutScore]:
    """Every cut score that was ever set for a scheme version, by part, the latest first."""
    found = CutScore.objects.filter(scheme_version_id=scheme_version_id).select_related("held_by", "adopted_by")
    return found.order_by("part", "-number")
