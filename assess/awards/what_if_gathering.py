"""What if, over the scores of a scheme version: each candidate decided as they are, and as they would be. Nothing is written."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assess.attempts import queries as attempts
from assess.attempts.folding.pinned import Pinned
from assess.attempts.models import Attempt, Score
from assess.attempts.scoring import dry_run
from assess.awards.decision import CutScore, Decision, Undecidable, decide
from assess.awards.decision_gathering import adopted_cuts, must_pass_of, part_scores, rule_of
from assess.awards.what_if import Case, WhatIf, as_if_adopted, moved, what_if
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment
from assess.validity.datasets.gathering import age_band
from assess.validity.datasets.queries import groups_of, route_of
from assess.validity.studies import queries as studies


@dataclass(frozen=True)
class MoveCut:
    """The cut of one part (or of the overall score) at another value, in per cent."""

    part: str
    value: Decimal


@dataclass(frozen=True)
class DropTask:
    """A task that counts for nobody."""

    task: str


@dataclass(frozen=True)
class DropStation:
    """A station whose task does not count for those who were assessed there."""

    station: str


@dataclass(frozen=True)
class WidenTolerance:
    """The limit of a measurement wider by so much on each side, in the limit's unit."""

    task: str
    criterion: str
    by: Decimal


Asked = MoveCut | DropTask | DropStation | WidenTolerance


@dataclass(frozen=True)
class Looked:
    """What was found. `taken_as_adopted` names parts whose cut no board has adopted yet; `names` the candidate of each attempt."""

    found: WhatIf
    taken_as_adopted: tuple[str, ...]
    names: Mapping[str, str]


def look(version: SchemeVersion, asked: Asked) -> Looked:
    """Decide every scored attempt of a scheme version twice.

    Raises
    ------
    ValueError
        When a part, task, station or criterion is not there, or a value is no percentage; the sentence names it.
    """
    scheme = schemes.definition_of(version)
    rule, errors = rule_of(scheme), studies.errors_of_measurement(version.pk)
    cuts, waiting = as_if_adopted(adopted_cuts(version.pk), timezone.now().date())
    cuts_after = moved(cuts, asked.part, asked.value, rule.overall_weights) if isinstance(asked, MoveCut) else cuts
    scores = _latest_scores(version.pk)
    change = _change(asked, version.pk)

    def decided(document: Mapping[str, Any], under: list[CutScore]) -> Decision | Undecidable:
        return decide(
            rule=rule, scores=part_scores(document, errors), cuts=under, must_pass=must_pass_of(scheme, document)
        )

    cases = [
        Case(
            attempt=str(score.attempt_id),
            groups=_groups(score.attempt),
            before=decided(score.document, cuts),
            after=decided(change(score), cuts_after),
        )
        for score in scores
    ]
    names = {str(score.attempt_id): str(score.attempt.registration.candidate) for score in scores}
    return Looked(what_if(cases), waiting, names)


def _latest_scores(version_id: uuid.UUID) -> list[Score]:
    rows = Score.objects.filter(attempt__registration__scheme_version_id=version_id).select_related(
        "attempt__registration__candidate", "attempt__sitting", "seal"
    )
    return list({row.attempt_id: row for row in rows.order_by("attempt__created_at", "attempt_id", "number")}.values())


def _groups(attempt: Attempt) -> dict[str, str]:
    band = age_band(attempt.registration.candidate.date_of_birth, attempt.sitting.starts_at.date())
    return groups_of(attempt.sitting.site, attempt.number, band, route_of(attempt.registration.requirements))


Change = Callable[[Score], Mapping[str, Any]]


def _change(asked: Asked, version_id: uuid.UUID) -> Change:
    """From a score to the document that would be stored, had what is asked been so."""
    if isinstance(asked, MoveCut):
        return lambda score: score.document
    if isinstance(asked, DropTask):
        return lambda score: _scored(score, lambda pinned: dry_run.without_task(pinned, asked.task))
    if isinstance(asked, WidenTolerance):
        return lambda score: _scored(
            score, lambda pinned: dry_run.with_tolerance(pinned, asked.task, asked.criterion, asked.by)
        )
    there = _assessed_at(version_id, asked.station)
    if not there:
        raise ValueError(f"Nobody was assessed at a station called {asked.station[:40]}.")

    def without_station(score: Score) -> Mapping[str, Any]:
        task = there.get((score.attempt.sitting_id, score.attempt.registration.candidate_id))
        if task is None:
            stored: Mapping[str, Any] = score.document
            return stored
        return _scored(score, lambda pinned: dry_run.without_task(pinned, task))

    return without_station


def _scored(score: Score, change: Callable[[Pinned], Pinned]) -> Mapping[str, Any]:
    pinned = change(attempts.pinned(score.attempt))
    return dry_run.practice(pinned, attempts.stream_records(score.seal)).into(score.document)


def _assessed_at(version_id: uuid.UUID, station: str) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """(sitting, candidate) → the task that was assessed at the stations of a name."""
    rows = Assignment.objects.filter(
        sitting__scheme_version_id=version_id, station__name=station, role__startswith="assessor:"
    )
    return {(row.sitting_id, row.candidate_id): row.work for row in rows}
