"""Gathering from the records what the gate's scheme level looks at. Nothing here judges."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from assess.awards import scheme_facts as facts
from assess.awards.checks import Evidence
from assess.awards.decision import OVERALL, CutScore
from assess.schemes import queries as schemes
from assess.schemes.duties import Duty
from assess.schemes.framing import Fit
from assess.schemes.kinds import Element
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore as CutRow
from assess.validity.job.evidence import JobEvidence
from assess.validity.job.queries import job_evidence
from assess.validity.raters.evidence import AssessorTraining, RaterTraining, State
from assess.validity.raters.queries import training_of


@dataclass(frozen=True)
class SchemeRecords:
    """What is recorded about a scheme version: its duties, its job, the training of its assessors."""

    duties: tuple[Duty, ...]
    job: JobEvidence
    training: RaterTraining


def records_of(version_id: uuid.UUID) -> SchemeRecords:
    return SchemeRecords(schemes.duties_of(version_id), job_evidence(version_id), training_of(version_id))


def scheme_facts(
    version: SchemeVersion, cuts: Sequence[CutScore], rows: Sequence[CutRow], records: SchemeRecords
) -> facts.SchemeFacts:
    """Everything the scheme level looks at, for one scheme version."""
    job = records.job
    return facts.SchemeFacts(
        sample=version.sample,
        needed=(*(part.identifier for part in schemes.parts(version)), OVERALL),
        cut_scores=tuple(cuts),
        cut_records=tuple(Evidence(kind="cut", id=str(row.pk)) for row in rows),
        publication=_publication(version),
        kind=_kind(version),
        duties=_duties(records.duties),
        frame=_frame(version.pk),
        job=_job(job),
        content=_content(job),
        bias=_bias(job),
        training=_training(records.training),
    )


STATED = {
    "outcomes_matrix": Element.ASSESSED,
    "automation_register": Element.AUTOMATION,
    "recertification": Element.RECERTIFICATION,
    "learning_event": Element.LEARNING_EVENT,
    "term_and_invalidation": Element.INVALIDATION,
}
"""Evidence of a kind that the scheme states itself. Whatever else a kind asks for is a check of its own."""


def _kind(version: SchemeVersion) -> facts.KindEvidence:
    definition = schemes.definition_of(version)
    return facts.KindEvidence(
        kind=definition.kind.name,
        codes=frozenset(one.code for one in definition.kind.evidence),
        asked=tuple(one.title for one in definition.kind.evidence),
        missing=tuple(
            one.title
            for one in definition.kind.evidence
            if one.code in STATED and STATED[one.code] not in definition.stated
        ),
    )


def _duties(duties: Sequence[Duty]) -> tuple[facts.Duty, ...]:
    return tuple(
        facts.Duty(
            name=duty.name,
            state=duty.state.value,
            evidence=() if duty.record_id is None else (Evidence(kind="duty", id=str(duty.record_id)),),
        )
        for duty in duties
    )


def _frame(version_id: uuid.UUID) -> facts.Frame:
    report = schemes.frame_report(version_id)
    blocking = [element for element in report.elements if element.blocks]
    return facts.Frame(
        name=report.name,
        misfits=tuple(element.sentence for element in blocking if element.fit is not Fit.RECORD),
        waits=tuple(element.sentence for element in blocking if element.fit is not Fit.MISFIT),
    )


def _publication(version: SchemeVersion) -> facts.Publication:
    reviewers, on = schemes.publication(version.pk)
    record = Evidence(kind="scheme", id=str(version.pk))
    return facts.Publication(version=version.version, reviewed_by=reviewers, on=on, evidence=(record,))


def _job(found: JobEvidence) -> facts.JobLink | None:
    analysis = found.analysis
    if analysis is None or analysis.adopted_on is None:
        return None
    return facts.JobLink(
        tasks=len(analysis.kept),
        practitioners=analysis.practitioners,
        enough=analysis.enough,
        adopted_on=analysis.adopted_on,
        gaps=tuple(gap.what for gap in found.coverage.gaps),
        evidence=(Evidence(kind="job_analysis", id=analysis.id),),
    )


def _content(found: JobEvidence) -> facts.ContentValidation | None:
    panel = found.content
    if panel is None:
        return None
    unsure = [one for one in panel.elements if one.verdict in ("revise", "not enough evidence") or not one.current]
    return facts.ContentValidation(
        experts=panel.experts,
        judged=len(panel.elements),
        of=len(panel.elements) + len(panel.missing),
        rejected=tuple(one.element for one in panel.with_verdict("reject") if one.current),
        unsure=tuple(one.element for one in unsure),
        evidence=(Evidence(kind="content_panel", id=panel.id),),
    )


def _bias(found: JobEvidence) -> facts.BiasReview | None:
    state = found.bias
    if not state.reviewed:
        return None
    return facts.BiasReview(
        reviewed=state.reviewed,
        of=state.reviewed + len(state.missing),
        unsettled=tuple(concern.element for concern in state.open),
        evidence=tuple(Evidence(kind="bias_concern", id=concern.id) for concern in state.open),
    )


def _training(found: RaterTraining) -> facts.RaterTraining | None:
    if not any(one.record for one in found.assessors):
        return None
    shares = [one.agreement for one in found.assessors if one.agreement is not None and one.agreement.value is not None]
    lowest = min(shares, key=lambda one: one.value or 0.0, default=None)
    return facts.RaterTraining(
        assessors=tuple(facts.Assessor(name=one.name, state=_state(one)) for one in found.assessors),
        lowest="" if lowest is None else lowest.in_words(),
        evidence=tuple(Evidence(kind="training", id=str(one.record)) for one in found.assessors if one.record),
    )


def _state(one: AssessorTraining) -> str:
    if one.in_force:
        return "trained" if one.agreement is None or one.agreement.sufficient else "unsure"
    return "lapsed" if one.state is State.EXPIRED else "untrained"
