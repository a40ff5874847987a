"""Candidates of a scheme version as a meeting sees them: scores of a part, sites and adjustments, what they earned on each item."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from assess.attempts.models import Score
from assess.people.queries import accommodations_among
from assess.validity.cut_scores.between import Seen
from assess.validity.cut_scores.rules import Impressions
from assess.validity.datasets.queries import frozen_scores

ENOUGH = 30
"""So many candidates must have had an item before what they did is shown to judges."""


@dataclass(frozen=True)
class Scored:
    """One attempt with its latest score document, where it was taken, and whether adjustments were agreed."""

    attempt_id: uuid.UUID
    candidate_id: uuid.UUID
    document: Mapping[str, Any]
    site: str
    adjusted: bool


def scored_attempts(scheme_version_id: uuid.UUID) -> tuple[Scored, ...]:
    """The latest score of every attempt of a scheme version, in the order in which the attempts began."""
    rows = (
        Score.objects.filter(attempt__registration__scheme_version=scheme_version_id)
        .select_related("attempt__registration", "attempt__sitting")
        .order_by("attempt__created_at", "attempt_id", "number")
    )
    latest = {row.attempt_id: row for row in rows}
    agreed = accommodations_among({row.attempt.registration.candidate_id for row in latest.values()})
    return tuple(
        Scored(
            attempt_id=row.attempt_id,
            candidate_id=row.attempt.registration.candidate_id,
            document=row.document,
            site=row.attempt.sitting.site,
            adjusted=row.attempt.registration.candidate_id in agreed,
        )
        for row in latest.values()
    )


def part_percent(document: Mapping[str, Any], part: str) -> float:
    """A candidate's score of a part in per cent; NaN where it has none."""
    found = next((one["percent"] for one in document["parts"] if one["part"] == part), None)
    return float("nan") if found is None else float(Decimal(found))


def seen_in(scored: Sequence[Scored], part: str) -> Seen:
    """Scores of a part with the groups that are known here: the site, and whether an adjustment was agreed."""
    adjusted = tuple("with an agreed adjustment" if one.adjusted else "without" for one in scored)
    return Seen(
        scores=np.array([part_percent(one.document, part) for one in scored], dtype=float),
        groups={"site": tuple(one.site or None for one in scored), "adjustment": adjusted},
    )


def earned_shares(scored: Sequence[Scored]) -> dict[str, float]:
    """Item → mean share of its points that candidates earned, for items that enough candidates had."""
    shares: dict[str, list[float]] = {}
    for one in scored:
        for item in one.document["items"]:
            if item["scored"] and item["points"] is not None:
                shares.setdefault(item["item"], []).append(float(Decimal(item["points"]) / Decimal(item["maximum"])))
    return {item: float(np.mean(held)) for item, held in shares.items() if len(held) >= ENOUGH}


def impressions_of(scheme_version_id: uuid.UUID, tasks: Sequence[str]) -> tuple[Impressions, str, bool]:
    """Scores and overall impressions of some tasks, the digest of the frozen data, and whether people in it are made up."""
    wanted = set(tasks)
    frozen = frozen_scores(scheme_version_id)
    maxima = {task: top for task, top in frozen.maxima.items() if task in wanted}
    rated = frozen.arrays.global_ratings
    seen = Impressions(
        tasks=rated.tasks, percent=rated.percent, ratings=rated.ratings, borderline=rated.borderline, maxima=maxima
    )
    return seen, frozen.sha256, frozen.simulated
