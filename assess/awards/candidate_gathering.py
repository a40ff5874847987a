"""Gathering from an attempt's records what the gate's candidate level looks at. Nothing here judges."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from assess.attempts import queries as attempts
from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.models import Attempt, Score, Seal
from assess.awards import candidate_facts as facts
from assess.awards.checks import Evidence
from assess.awards.decision import CutScore, Undecidable
from assess.awards.decision_gathering import decision_of, must_pass_of
from assess.awards.models import Decision as DecisionRow
from assess.awards.models import Signature, Waiver
from assess.people import queries as people
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.definition import SchemeDefinition
from assess.sittings import queries as sittings

DOUBLE_MARKED = 2
NOT_DECIDED = "The rule has not been applied to this attempt."


def candidate_facts(attempt: Attempt, row: DecisionRow | None, cuts: list[CutScore]) -> facts.CandidateFacts:
    """Everything the candidate level looks at, for an attempt that is decided (`row`) or not yet."""
    scheme = schemes.definition_of(attempt.registration.scheme_version)
    score: Score | None = attempt.scores.order_by("-number").first() if row is None else row.score
    seal = attempt.seals.order_by("-number").first() if score is None else score.seal
    document = {} if score is None else score.document
    record = fold(attempts.live_records(attempt.pk) if seal is None else attempts.stream_records(seal))
    conflicts, examined = _conflicts(attempt, row)
    return facts.CandidateFacts(
        identity=_identity(record),
        prerequisites=tuple(
            facts.Prerequisite(name=found["requirement"], met=found["met"], evidence=", ".join(found["by"]))
            for found in attempt.registration.requirements
            if found["mandatory"]
        ),
        must_pass=None if score is None else must_pass_of(scheme, document),
        conflicts_examined=examined,
        conflicts=conflicts,
        seals=_seals(attempt, seal),
        double_marks=_double_marks(scheme, document),
        near_cut_reviews={} if row is None else _reviews(row),
        decision=Undecidable(reasons=(NOT_DECIDED,)) if row is None else decision_of(row, cuts),
        short_texts_waiting=None
        if score is None
        else tuple(item["item"] for item in document["items"] if item["waits_for"] and item["scored"]),
        incidents=proctoring.blocking(attempt.pk),
        approved_by=() if row is None else _approved(row),
        records=_records(
            registration=attempt.registration_id,
            attempt=attempt.pk,
            seal=None if seal is None else seal.pk,
            score=None if score is None else score.pk,
            decision=None if row is None else row.pk,
        ),
    )


def _identity(record: AttemptRecord) -> facts.Identity:
    """The last word of a person on who the candidate is; a doubt anywhere leaves it open.

    The person is the one whose stream it is, whatever the payload's `by` says.
    """
    if not record.identity or not all(word.payload["confirmed"] for word in record.identity):
        return facts.Identity(confirmed_by=None)
    last = max(record.identity, key=lambda word: (word.moment_us, word.role))
    on = datetime.fromtimestamp(last.moment_us / 1_000_000, UTC).date()
    return facts.Identity(confirmed_by=last.who, how=str(last.payload["how"]), on=on)


def _conflicts(attempt: Attempt, row: DecisionRow | None) -> tuple[tuple[str, ...], bool]:
    candidate = attempt.registration.candidate_id
    involved: set[uuid.UUID] = sittings.holders(attempt.sitting_id, candidate)
    if row is not None:
        involved |= set(Signature.objects.filter(decision=row).values_list("person_id", flat=True))
    for signers in Waiver.objects.filter(attempt=attempt).values_list("first_id", "second_id"):
        involved |= {signer for signer in signers if signer is not None}
    found = people.conflicts_of(candidate).filter(person_id__in=involved)
    return tuple(f"One of the people involved is {conflict.relation} of the candidate." for conflict in found), True


def _seals(attempt: Attempt, seal: Seal | None) -> facts.Seals:
    expected = attempts.roles_written(attempt.pk)
    heads = [] if seal is None else seal.document["heads"]
    sealed = tuple(f"{head['role']}/{head['epoch']}" for head in heads)
    return facts.Seals(expected=expected, sealed=sealed, quarantined=attempts.quarantined(attempt.pk))


def _double_marks(scheme: SchemeDefinition, document: Mapping[str, Any]) -> facts.DoubleMarks:
    tasks = {task["task"]: task for task in document.get("tasks", ())}
    return facts.DoubleMarks(
        expected=tuple(task for part in scheme.parts for task in part.tasks),
        complete=tuple(name for name, task in tasks.items() if len(task["sheets"]) >= DOUBLE_MARKED),
        unreconciled=tuple(name for name, task in tasks.items() if task["status"] != "settled"),
    )


def _reviews(row: DecisionRow) -> dict[str, str]:
    reviews = Signature.objects.filter(decision=row, purpose="review").order_by("at")
    return {review.part: str(review.person_id) for review in reviews}


def _approved(row: DecisionRow) -> tuple[str, ...]:
    names = Signature.objects.filter(decision=row, purpose="approval").order_by("at")
    return tuple(str(person) for person in names.values_list("person_id", flat=True))


def _records(**keys: uuid.UUID | None) -> tuple[Evidence, ...]:
    return tuple(Evidence(kind=kind, id=str(key)) for kind, key in keys.items() if key is not None)
