"""Gathering from the latest study and the monitors what the gate's window level looks at. Nothing here judges."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q

from assess.attempts.models import Attempt
from assess.awards import window_facts as facts
from assess.awards.checks import Evidence, Statistic, Threshold
from assess.awards.window_checks import AGREEMENT, CONSISTENCY, RELIABILITY
from assess.proctoring import queries as proctoring
from assess.psychometrics.proportions import proportion
from assess.schemes.models import SchemeVersion
from assess.validity.monitoring.models import ChartPoint, MonitoringLook
from assess.validity.monitoring.queries import alarms_of, severity_of
from assess.validity.studies import queries as studies
from assess.validity.studies.models import Study


def window_facts(version: SchemeVersion) -> facts.WindowFacts:
    """Everything the window level looks at, pooled over the sittings of one scheme version."""
    study, look = _study(version.pk), _look(version.pk)
    records = () if study is None else study.evidence
    found = studies.evidence(version.pk)
    return facts.WindowFacts(
        study=study,
        reliability=_statistic(found["reliability"], RELIABILITY, records),
        decision_consistency=_statistic(found["decision_consistency"], CONSISTENCY, records),
        rater_agreement=_statistic(found["rater_agreement"], AGREEMENT, records),
        items=None if study is None else _items(uuid.UUID(study.evidence[0].id)),
        groups=None if study is None else _groups(uuid.UUID(study.evidence[0].id)),
        severity=_severity(version.pk, 0 if study is None else study.scored, look),
        alarms=_alarms(version.pk, look),
        watched=_watched(look),
        incidents=proctoring.open_in_window(version.pk),
    )


def _study(version_id: uuid.UUID) -> facts.Study | None:
    latest = Study.objects.filter(scheme_version_id=version_id).order_by("-number")
    row = latest.values("pk", "number", "candidates", "simulated").first()
    if row is None:
        return None
    scored = Attempt.objects.filter(registration__scheme_version_id=version_id, scores__isnull=False)
    places = set(scored.values_list("pk", "sitting_id"))
    return facts.Study(
        number=row["number"],
        candidates=row["candidates"],
        scored=len(places),
        sittings=len({sitting for _, sitting in places}),
        simulated=row["simulated"],
        evidence=(Evidence(kind="study", id=str(row["pk"])),),
    )


def _statistic(found: Mapping[str, Any] | None, threshold: Threshold, records: tuple[Evidence, ...]) -> Statistic:
    """An estimate of the latest study as the gate takes it; without a study there is none."""
    if found is None:
        method = "no study yet"
        return Statistic(value=None, low=None, high=None, n=0, method=method, threshold=threshold, evidence=records)
    low, high = found["interval"] or (None, None)
    return Statistic(
        value=None if found["value"] is None else Decimal(found["value"]),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        n=found["n"],
        method=found["method"],
        threshold=threshold,
        reason="" if found["sufficient"] else found["reason"],
        evidence=records,
    )


@lru_cache(maxsize=64)
def _items(study_id: uuid.UUID) -> facts.ItemEvidence | None:
    """How each scored item goes with the rest. A study never changes, so this is right for ever."""
    section = _responses(study_id)
    if section is None:
        return None
    rests = [(item["name"], item["item_rest"]) for item in section["item_analysis"]]
    sure = [(name, rest) for name, rest in rests if rest["sufficient"] and rest["interval"] is not None]
    return facts.ItemEvidence(
        n=section["persons"],
        items=len(rests),
        against=tuple(name for name, rest in sure if Decimal(rest["interval"][1]) < 0),
        unsure=tuple(sorted({name for name, _ in rests} - {name for name, _ in sure})),
        reason=_mostly([(rest["n"], rest["reason"]) for _, rest in rests if rest["reason"]]),
    )


def _mostly(reasons: Sequence[tuple[int, str]]) -> str:
    """The reason that most have; where it begins with how many persons there were, from the fewest to the most.

    >>> _mostly([(9, "9 persons; at least 30 are needed"), (14, "14 persons; at least 30 are needed"), (40, "it does not vary")])
    '9 to 14 persons; at least 30 are needed'
    """
    alike: dict[str, list[int]] = {}
    for n, reason in reasons:
        alike.setdefault(reason.removeprefix(f"{n} "), []).append(n)
    if not alike:
        return ""
    said, counts = max(alike.items(), key=lambda one: len(one[1]))
    if f"{counts[0]} {said}" not in {reason for _, reason in reasons}:
        return said
    return f"{min(counts)} {said}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)} {said}"


@lru_cache(maxsize=64)
def _groups(study_id: uuid.UUID) -> facts.GroupEvidence | None:
    """Which items work differently between groups of equal score, in every comparison the study made."""
    section = _responses(study_id)
    if section is None or not section["groups"]:
        return None
    comparisons = [section["groups"], *section.get("more_groups", ())]
    items = [(item, item["mean_difference"] or item["delta"]) for one in comparisons for item in one["items"]]
    judged = [item for item, figure in items if figure["sufficient"]]
    return facts.GroupEvidence(
        comparisons=tuple(dict.fromkeys(one["column"] for one in comparisons)),
        n=section["persons"],
        judged=len(judged),
        large=tuple(item["name"] for item in judged if item["ets_class"] == "C"),
        reason="" if judged or section["dif"] is None else section["dif"]["reason"],
    )


def _responses(study_id: uuid.UUID) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = Study.objects.values_list("document__responses", flat=True).get(pk=study_id)
    return found


def _severity(version_id: uuid.UUID, scored: int, look: uuid.UUID | None) -> facts.Severity | None:
    found = severity_of(version_id)
    if not found or not scored:
        return None
    moved = len({move.attempt for one in found for move in one.would_change})
    share = proportion(moved, scored, method="share of outcomes that hang on the assessors", minimum=0)
    low, high = share.interval or (0.0, 1.0)
    return facts.Severity(
        assessors=len(found),
        would_change=moved,
        of=scored,
        low=float(low),
        high=float(high),
        evidence=() if look is None else (Evidence(kind="monitoring", id=str(look)),),
    )


def _look(version_id: uuid.UUID) -> uuid.UUID | None:
    """The latest look at the charts that had a base period to hold them against."""
    looks = MonitoringLook.objects.filter(scheme_version_id=version_id, base__isnull=False).order_by("-number")
    return looks.values_list("pk", flat=True).first()


def _watched(look: uuid.UUID | None) -> facts.Watched | None:
    """How much the charts of the base period that the latest look went by hold; None while no chart was ever looked at."""
    if look is None:
        return None
    base = MonitoringLook.objects.values_list("base_id", flat=True).get(pk=look)
    held = ChartPoint.objects.filter(look__base_id=base).aggregate(
        charts=Count("chart", distinct=True),
        measured=Count("chart", distinct=True, filter=Q(z__isnull=False)),
    )
    return facts.Watched(**held, evidence=(Evidence(kind="monitoring", id=str(look)),))


def _alarms(version_id: uuid.UUID, look: uuid.UUID | None) -> tuple[facts.Alarm, ...] | None:
    """Alarms that are not closed; None while no chart was ever looked at."""
    found = alarms_of(version_id)
    if not found and look is None:
        return None
    return tuple(
        facts.Alarm(
            what=one.what,
            sentence=one.sentence,
            acknowledged=one.looked_at,
            evidence=(Evidence(kind="alarm", id=str(one.id)),),
        )
        for one in found
        if one.open
    )
