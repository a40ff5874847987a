"""Gathering from the records what the decision and the gate are told. Nothing here judges."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assess.attempts import queries as attempts
from assess.attempts.fold import AttemptRecord, fold
from assess.attempts.models import Attempt, Score, Seal
from assess.awards import gate_facts as gate
from assess.awards.decision import OVERALL, CutScore, Decision, DecisionRule, MustPass, PartScore, Undecidable, decide
from assess.awards.gate import GateResult, open_gate
from assess.awards.gate import Waiver as GateWaiver
from assess.awards.models import Decision as DecisionRow
from assess.awards.models import Signature, Waiver
from assess.people import queries as people
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.definition import SchemeDefinition
from assess.sittings import queries as sittings
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies

DOUBLE_MARKED = 2
RELIABILITY = gate.Threshold(least=Decimal("0.70"), least_n=30, source="scheme board: pilot threshold, overall score")
CONSISTENCY = gate.Threshold(least=Decimal("0.80"), least_n=30, source="scheme board: pilot threshold, compound rule")
AGREEMENT = gate.Threshold(least=Decimal("0.60"), least_n=30, source="scheme board: pilot threshold, double marks")


def rule_of(scheme: SchemeDefinition) -> DecisionRule:
    """Every part at its cut, and the weighted overall score at its own."""
    return DecisionRule(
        parts=tuple(part.identifier for part in scheme.parts),
        overall_weights={part.identifier: part.weight for part in scheme.parts},
    )


def part_scores(document: Mapping[str, Any], errors: Mapping[str, Decimal]) -> list[PartScore]:
    """Part scores of a stored score, with the standard errors of measurement that the study in force found."""
    return [
        PartScore(
            part=part["part"],
            percent=None if part["percent"] is None else Decimal(part["percent"]),
            standard_error=errors.get(part["part"]),
            pending=" ".join(part["waits_for"]),
        )
        for part in document["parts"]
    ]


def must_pass_of(scheme: SchemeDefinition, document: Mapping[str, Any]) -> tuple[MustPass, ...]:
    part_of = {task: part.identifier for part in scheme.parts for task in part.tasks}
    return tuple(
        MustPass(criterion=criterion, part=part_of[task["task"]], met=met)
        for task in document["tasks"]
        for criterion, met in task["must_pass"].items()
    )


def adopted_cuts(scheme_version_id: Any) -> list[CutScore]:
    """The latest cut score of each part, adopted or not (the decision says which it lacks), and the overall cut."""
    rows = cut_scores.cut_scores_in_force(scheme_version_id)
    cuts = [
        CutScore(
            part=row.part,
            value=row.value,
            standard_error=row.standard_error,
            method=row.method,
            panel=row.panel,
            adopted_by=row.board,
            adopted_on=None if row.adopted_at is None else row.adopted_at.date(),
            version=str(row.number),
        )
        for row in rows
    ]
    overall = cut_scores.overall_cut(scheme_version_id)
    if overall is None:
        return cuts
    days = [cut.adopted_on for cut in cuts]
    return [
        *cuts,
        CutScore(
            part=OVERALL,
            value=overall.value,
            standard_error=overall.standard_error,
            method="weighted sum of the parts' cut scores",
            panel="as for the parts",
            adopted_by=" and ".join(sorted({cut.adopted_by for cut in cuts}))
            if all(cut.adopted_by for cut in cuts)
            else "",
            adopted_on=None if None in days else max(day for day in days if day is not None),
            version="/".join(cut.version for cut in cuts),
        ),
    ]


def decision_of(row: DecisionRow, cuts: list[CutScore] | None = None) -> Decision | Undecidable:
    """The decision behind a row, made again from the score, the cut scores and the study as they are now."""
    version = row.attempt.registration.scheme_version
    scheme = schemes.definition_of(version)
    return decide(
        rule=rule_of(scheme),
        scores=part_scores(row.score.document, studies.errors_of_measurement(version.pk)),
        cuts=adopted_cuts(version.pk) if cuts is None else cuts,
        must_pass=must_pass_of(scheme, row.score.document),
    )


def gate_of(row: DecisionRow) -> GateResult:
    """The gate for one candidate, as it stands today."""
    cuts = adopted_cuts(row.attempt.registration.scheme_version_id)
    facts = facts_for_gate(row, decision_of(row, cuts), cuts)
    return open_gate(facts, waivers_of(row.attempt), timezone.now().date())


def facts_for_gate(row: DecisionRow, found: Decision | Undecidable, cuts: list[CutScore]) -> gate.GateFacts:
    """Everything the gate looks at for one candidate."""
    attempt = row.attempt
    version = attempt.registration.scheme_version
    scheme = schemes.definition_of(version)
    score: Score = row.score
    seal = score.seal
    record = fold(attempts.stream_records(seal))
    evidence = studies.evidence(version.pk)
    conflicts, examined = _conflicts(attempt, row)
    return gate.GateFacts(
        rule=rule_of(scheme),
        identity=_identity(record),
        prerequisites=tuple(
            gate.Prerequisite(name=found["requirement"], met=found["met"], evidence=", ".join(found["by"]))
            for found in attempt.registration.requirements
            if found["mandatory"]
        ),
        must_pass=must_pass_of(scheme, score.document),
        conflicts_examined=examined,
        conflicts=conflicts,
        seals=_seals(attempt, seal),
        double_marks=_double_marks(scheme, score.document),
        near_cut_reviews=_reviews(row),
        decision=found,
        short_texts_waiting=tuple(
            item["item"] for item in score.document["items"] if item["waits_for"] and item["scored"]
        ),
        incidents=proctoring.blocking(attempt.pk),
        reliability=_statistic(evidence["reliability"], RELIABILITY),
        decision_consistency=_statistic(evidence["decision_consistency"], CONSISTENCY),
        rater_agreement=_statistic(evidence["rater_agreement"], AGREEMENT),
        cut_scores=tuple(cuts),
        publication=_publication(version),
    )


def _statistic(found: Mapping[str, Any] | None, threshold: gate.Threshold) -> gate.Statistic:
    """An estimate of the latest study as the gate takes it; without a study there is none."""
    if found is None:
        return gate.Statistic(value=None, low=None, high=None, n=0, method="no study yet", threshold=threshold)
    low, high = found["interval"] or (None, None)
    return gate.Statistic(
        value=None if found["value"] is None else Decimal(found["value"]),
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        n=found["n"],
        method=found["method"],
        threshold=threshold,
        reason="" if found["sufficient"] else found["reason"],
    )


def waivers_of(attempt: Attempt) -> list[GateWaiver]:
    rows = Waiver.objects.filter(scheme_version=attempt.registration.scheme_version_id).filter(
        attempt__in=[attempt.pk]
    ) | Waiver.objects.filter(scheme_version=attempt.registration.scheme_version_id, attempt=None)
    return [
        GateWaiver(
            check=row.check_name,
            reason=row.reason,
            people=tuple(str(person) for person in (row.first_id, row.second_id) if person is not None),
            granted_on=row.granted_on,
            expires_on=row.expires_on,
            names=tuple(str(person) for person in (row.first, row.second) if person is not None),
        )
        for row in rows.select_related("first", "second").order_by("granted_on", "pk")
    ]


def _identity(record: AttemptRecord) -> gate.Identity:
    """The last word of a person on who the candidate is; a doubt anywhere leaves it open.

    The person is the one whose stream it is, whatever the payload's `by` says.
    """
    if not record.identity or not all(word.payload["confirmed"] for word in record.identity):
        return gate.Identity(confirmed_by=None)
    last = max(record.identity, key=lambda word: (word.moment_us, word.role))
    on = datetime.fromtimestamp(last.moment_us / 1_000_000, UTC).date()
    return gate.Identity(confirmed_by=last.who, how=str(last.payload["how"]), on=on)


def _conflicts(attempt: Attempt, row: DecisionRow) -> tuple[tuple[str, ...], bool]:
    candidate = attempt.registration.candidate_id
    involved: set[uuid.UUID] = sittings.holders(attempt.sitting_id, candidate)
    involved |= set(Signature.objects.filter(decision=row).values_list("person_id", flat=True))
    found = people.conflicts_of(candidate).filter(person_id__in=involved)
    return tuple(f"One of the people involved is {conflict.relation} of the candidate." for conflict in found), True


def _seals(attempt: Attempt, seal: Seal) -> gate.Seals:
    expected = attempts.roles_written(attempt.pk)
    sealed = tuple(f"{head['role']}/{head['epoch']}" for head in seal.document["heads"])
    return gate.Seals(expected=expected, sealed=sealed, quarantined=attempts.quarantined(attempt.pk))


def _double_marks(scheme: SchemeDefinition, document: Mapping[str, Any]) -> gate.DoubleMarks:
    tasks = {task["task"]: task for task in document["tasks"]}
    return gate.DoubleMarks(
        expected=tuple(task for part in scheme.parts for task in part.tasks),
        complete=tuple(name for name, task in tasks.items() if len(task["sheets"]) >= DOUBLE_MARKED),
        unreconciled=tuple(name for name, task in tasks.items() if task["status"] != "settled"),
    )


def _reviews(row: DecisionRow) -> dict[str, str]:
    reviews = Signature.objects.filter(decision=row, purpose="review").order_by("at")
    return {review.part: str(review.person_id) for review in reviews}


def _publication(version: Any) -> gate.Publication:
    reviewers, on = schemes.publication(version.pk)
    return gate.Publication(version=version.version, reviewed_by=reviewers, on=on)
