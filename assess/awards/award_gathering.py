"""Gathering what a credential says, all of it from records of the attempt and the scheme version it pins."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings

from assess.attempts import queries as attempts
from assess.attempts.folding.fold import AttemptRecord, fold
from assess.attempts.journal.kinds import family
from assess.attempts.models import Seal
from assess.awards.award_facts import AssessedPart, AwardFacts, Concept, IssuerFacts, LearnerFacts, Outcome
from assess.awards.decision import CutScore, Decision, RuleLine
from assess.awards.decision_gathering import adopted_cuts
from assess.awards.models import Decision as DecisionRow
from assess.awards.queries import PURPOSES, list_url
from assess.awards.status_list import StatusEntry
from assess.ledger.keys import SigningKey
from assess.schemes import queries as schemes
from assess.schemes.definition import Link, Part, SchemeDefinition
from assess.schemes.kinds import OPEN_BADGE


def facts_of_award(
    row: DecisionRow,
    decision: Decision,
    *,
    key: SigningKey,
    credential_id: uuid.UUID,
    status_index: int,
    salt: bytes,
    now: datetime,
) -> AwardFacts:
    """What the credential says, all of it from records of this attempt and the scheme version it pins."""
    attempt = row.attempt
    version = attempt.registration.scheme_version
    scheme = schemes.definition_of(version)
    document = scheme.document
    seal = row.score.seal
    record = fold(attempts.stream_records(seal))
    begun, ended = _span(record, seal)
    cuts = {cut.part: cut for cut in adopted_cuts(version.pk)}
    body = document["metadata"]
    badge = scheme.kind is OPEN_BADGE
    load = None if badge else scheme.workload
    level = None if badge else scheme.eqf_level
    until = now + timedelta(days=round(scheme.validity_months * 365.25 / 12))
    return AwardFacts(
        kind=scheme.kind,
        credential_id=f"urn:uuid:{credential_id}",
        issuer=IssuerFacts(
            did=key.public.did,
            name=settings.ISSUER_NAME or body["awarding_body"],
            url=settings.PUBLIC_URL,
            country=settings.ISSUER_COUNTRY,
            quality_assurance=scheme.quality_assurance,
        ),
        learner=LearnerFacts(identifier=str(attempt.registration.candidate_id), salt=salt),
        achievement_id=f"{settings.PUBLIC_URL}/schemes/{scheme.identifier}/{scheme.version}",
        code=scheme.identifier,
        version=scheme.version,
        title=scheme.title,
        summary=document["summary"],
        criteria=f"{scheme.pass_rule.each_component}; {scheme.pass_rule.critical_steps}.",
        language=scheme.language,
        outcomes=tuple(
            Outcome(
                code=outcome.identifier,
                statement=outcome.statement,
                skills=tuple(Concept(uri=skill.uri, label=skill.label) for skill in outcome.esco),
            )
            for outcome in scheme.outcomes
        ),
        eqf_level=level,
        eqf=None if level is None else Concept(uri=document["eqf_uri"], label=f"EQF level {level}"),
        field_of_study=_concept(scheme.isced_f),
        sdg_targets=scheme.sdg_targets,
        workload_hours=None if load is None else load.hours_total,
        hours_per_ects=None if load is None else load.hours_per_ects,
        ects=None if load is None else load.ects,
        credit_system=None if load is None else Concept(**document["workload"]["credit_system"]),
        participation=_concept(scheme.mode_of_learning),
        parts=tuple(_part(scheme, line, record, cuts[line.part]) for line in decision.lines if line.rule == "part"),
        assessed_from=begun,
        assessed_until=ended,
        awarded_on=now,
        valid_from=now,
        valid_until=until,
        evidence_digest=hashlib.sha256(salt + bytes(seal.digest) + bytes(row.score.digest)).digest(),
        status=tuple(
            StatusEntry(purpose=purpose, list_url=list_url(key.purpose, purpose), index=status_index)
            for purpose in PURPOSES
        ),
        sample=version.sample,
        demonstration=attempt.registration.candidate.simulated,
    )


def _part(scheme: SchemeDefinition, line: RuleLine, record: AttemptRecord, cut: CutScore) -> AssessedPart:
    part = scheme.part(line.part)
    assert line.score is not None
    assert line.cut is not None
    there = _present(record, part)
    identities = [word.payload["how"] for word in record.identity if word.payload["confirmed"]]
    return AssessedPart(
        part=part.identifier,
        title={"online_exam": "Online examination", "practical": "Practical tasks", "simulator": "Simulator tasks"}[
            part.kind
        ],
        assessment_type=_concept(part.assessment_type),
        score=line.score,
        cut=line.cut,
        cut_method=f"{cut.method}; adopted by {cut.adopted_by} on {cut.adopted_on}",
        supervision=_supervision(there),
        identity_check=_identity_sentence(identities),
    )


PRESENT = {"proctor": "proctor", "assessor": "assessor", "adapter": "measuring station"}


def _present(record: AttemptRecord, part: Part) -> dict[str, int]:
    """Who the journal shows at work in a part, by kind: who began it, who marked its tasks, which stations measured."""
    roles = {role for task, role in record.sheets if task in part.tasks}
    roles |= {window.begun_by for window in record.windows.values() if window.part == part.identifier}
    roles |= {
        role
        for role, words in record.runs.items()
        if any(word.payload["simulation"] in part.simulations for word in words)
    }
    counted = Counter(PRESENT[family(role)] for role in roles if family(role) in PRESENT)
    return dict(sorted(counted.items()))


def _supervision(there: Mapping[str, int]) -> str:
    """Supervision as the record shows it; where it shows nobody, it says so."""
    people = [
        f"{count} {what}{'s' if count > 1 else ''}" for what, count in there.items() if what != "measuring station"
    ]
    stations = there.get("measuring station", 0)
    told = f"Supervised, as the record shows, by {' and '.join(people)}." if people else "No supervision is recorded."
    return f"{told} {stations} run{'s' if stations > 1 else ''} of a machine recorded." if stations else told


def _identity_sentence(how: Sequence[str]) -> str:
    return (
        f"Identity was confirmed by a person: {'; '.join(sorted(set(how)))}."
        if how
        else "No identity check is recorded."
    )


def _span(record: AttemptRecord, seal: Seal) -> tuple[datetime, datetime]:
    """From when to when the candidate was at work, by the server's clock."""
    begun = [window.begun_us for window in record.windows.values()]
    first = datetime.fromtimestamp(min(begun) / 1_000_000, UTC) if begun else seal.sealed_at
    return min(first, seal.sealed_at), seal.sealed_at


def _concept(link: Link) -> Concept:
    return Concept(uri=link.uri, label=link.label)
