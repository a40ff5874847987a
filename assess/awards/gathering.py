"""The gate of a candidate, gathered: scheme and window are looked at once for all, the candidate's own facts for each."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from assess.attempts.models import Attempt
from assess.awards.candidate_gathering import candidate_facts
from assess.awards.decision import CutScore
from assess.awards.decision_gathering import adopted_cuts
from assess.awards.gate import GateResult, open_gate, scheme_level, window_level
from assess.awards.models import Decision as DecisionRow
from assess.awards.scheme_gathering import SchemeRecords, records_of, scheme_facts
from assess.awards.waiver_gathering import releases_of, waivers_of
from assess.awards.waivers import Release
from assess.awards.window_gathering import window_facts
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores import queries as cut_scores


@dataclass(frozen=True)
class Shared:
    """What is the same for every candidate of a scheme version today: records, cut scores, levels above the candidate, rules."""

    version: SchemeVersion
    today: date
    records: SchemeRecords
    cuts: tuple[CutScore, ...]
    releases: tuple[Release, ...]
    scheme: GateResult
    window: GateResult


def shared_by(version: SchemeVersion) -> Shared:
    """The scheme and window levels of a scheme version as they stand today."""
    today = timezone.now().date()
    cuts, releases, records = tuple(adopted_cuts(version.pk)), releases_of(version.pk), records_of(version.pk)
    rows = cut_scores.cut_scores_in_force(version.pk)
    return Shared(
        version=version,
        today=today,
        records=records,
        cuts=cuts,
        releases=releases,
        scheme=scheme_level(scheme_facts(version, cuts, rows, records), releases, today),
        window=window_level(window_facts(version), releases, today, sample=version.sample),
    )


def gate_of(row: DecisionRow, shared: Shared | None = None) -> GateResult:
    """The gate for one candidate, as it stands today."""
    return gate_of_attempt(row.attempt, row, shared)


def gates_of(rows: Iterable[DecisionRow]) -> list[GateResult]:
    """The gates of many candidates: scheme and window are looked at once for each scheme version."""
    levels: dict[uuid.UUID, Shared] = {}
    found = []
    for row in rows:
        version = row.attempt.registration.scheme_version
        if version.pk not in levels:
            levels[version.pk] = shared_by(version)
        found.append(gate_of(row, levels[version.pk]))
    return found


def gate_of_attempt(attempt: Attempt, row: DecisionRow | None, shared: Shared | None = None) -> GateResult:
    """The gate for an attempt, decided (`row`) or not yet."""
    shared = shared or shared_by(attempt.registration.scheme_version)
    return open_gate(
        shared.scheme,
        shared.window,
        candidate_facts(attempt, row, list(shared.cuts)),
        waivers=waivers_of(attempt),
        releases=shared.releases,
        today=shared.today,
        sample=shared.version.sample,
    )
