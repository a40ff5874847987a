"""Shared reads of what is known about the job behind a scheme version."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from assess.attempts.models import Registration
from assess.people.models import Account
from assess.psychometrics.results import not_enough
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.job.coverage import Element, coverage
from assess.validity.job.definition import JobDefinition, JobStatement
from assess.validity.job.elements import elements_of, planned_of
from assess.validity.job.evidence import (
    Analysis,
    BiasState,
    ContentValidation,
    Coverage,
    ElementVerdict,
    JobEvidence,
    OpenConcern,
    Weight,
)
from assess.validity.job.models import (
    BiasConcern,
    BiasReview,
    ContentPanel,
    ElementRating,
    JobAnalysis,
    PanelExpert,
    Respondent,
    StatementRating,
)
from assess.validity.job.results import statements_of, weights_of
from assess.validity.job.said import sentences_about
from assess.validity.job.survey import Person, Rating
from assess.validity.report.written import estimate


def job_evidence(scheme_version_id: uuid.UUID) -> JobEvidence:
    """What is known about the job of a scheme version, as it stands now."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    elements = elements_of(version)
    rows = analyses_of(scheme_version_id)
    adopted = next((row for row in rows if row.state == JobAnalysis.State.ADOPTED), None)
    going_on = [row for row in rows if row.state in (JobAnalysis.State.OPEN, JobAnalysis.State.CLOSED)]
    waiting = next((row for row in going_on if adopted is None or row.number > adopted.number), None)
    analysis = None if adopted is None else analysis_as_values(adopted)
    weights: tuple[Weight, ...] = ()
    covered = Coverage((), (), ())
    if adopted is not None and analysis is not None:
        weights, covered = weights_and_coverage(adopted, analysis, version, elements)
    later = None if waiting is None else analysis_as_values(waiting)
    content, bias = _content(scheme_version_id, elements), _bias(scheme_version_id, elements)
    lacking, holding = sentences_about(analysis, later, weights, covered, content, bias)
    return JobEvidence(analysis, later, weights, covered, content, bias, lacking, holding)


def weights_and_coverage(
    row: JobAnalysis, analysis: Analysis, version: SchemeVersion, elements: tuple[Element, ...]
) -> tuple[tuple[Weight, ...], Coverage]:
    """What a closed analysis means for the blueprint, and what tests what, by the statements that count."""
    job = JobDefinition.from_document(row.definition)
    names = {one.identifier for one in analysis.kept}
    kept: list[JobStatement] = [one for one in job.statements if one.identifier in names]
    outcomes = [one.identifier for one in schemes.definition_of(version).outcomes]
    covered = coverage(kept, outcomes, elements)
    return weights_of(job, row.dataset or {}, kept, elements, planned_of(version, elements)), covered


def analyses_of(scheme_version_id: uuid.UUID) -> list[JobAnalysis]:
    """Every analysis of a scheme version, the latest first."""
    found = JobAnalysis.objects.filter(scheme_version_id=scheme_version_id).order_by("-number")
    return list(found.select_related("opened_by", "closed_by", "adopted_by"))


def analysis_by_id(analysis_id: uuid.UUID) -> JobAnalysis | None:
    return JobAnalysis.objects.filter(pk=analysis_id).select_related("scheme_version__scheme", "opened_by").first()


def analysis_as_values(row: JobAnalysis) -> Analysis:
    """An analysis as the dossier takes it; while it is open its statements have no figures, and it has none itself."""
    job = JobDefinition.from_document(row.definition)
    if row.result is None:
        reason = "the survey is still open"
        reliability = estimate(not_enough(n=0, method="reliability of the ratings", source="", reason=reason))
        answered = row.respondents.count()
    else:
        reliability, answered = row.result["reliability"], row.result["practitioners"]
    return Analysis(
        id=str(row.pk),
        number=row.number,
        title=job.title,
        state=row.state,
        statements=() if row.result is None else statements_of(job, row.result, row.rulings),
        practitioners=answered,
        enough=answered >= job.rules.least_practitioners,
        reliability=reliability,
        dataset_sha256=row.dataset_sha256,
        run_by=str(row.closed_by or row.opened_by),
        adopted_by="" if row.adopted_by is None else str(row.adopted_by),
        board=row.board,
        adopted_on=None if row.adopted_at is None else row.adopted_at.date(),
        remark=row.remark,
        simulated=row.simulated,
    )


def latest_statement_ratings(
    analysis: JobAnalysis,
) -> tuple[dict[tuple[str, str], Rating], dict[str, Person]]:
    """The rating that counts by (respondent's label, statement), and who the respondents are."""
    rows = StatementRating.objects.filter(respondent__analysis=analysis).order_by("number")
    found = {
        (label, statement): Rating(done, importance, frequency, harm, learned)
        for label, statement, done, importance, frequency, harm, learned in rows.values_list(
            "respondent__label", "statement", "done", "importance", "frequency", "harm", "learned"
        )
    }
    answered = {label for label, _ in found}
    people = {
        one.label: Person(one.region, one.years, one.setting)
        for one in analysis.respondents.all()
        if one.label in answered
    }
    return found, people


def latest_element_ratings(panel: ContentPanel) -> dict[tuple[str, str], tuple[int, int]]:
    """Necessity and relevance that count by (expert's label, element)."""
    rows = ElementRating.objects.filter(expert__panel=panel).order_by("number")
    return {
        (label, element): (necessity, relevance)
        for label, element, necessity, relevance in rows.values_list(
            "expert__label", "element", "necessity", "relevance"
        )
    }


def comments_on(panel: ContentPanel) -> dict[str, list[str]]:
    """What experts wrote about each element, without their names."""
    rows = ElementRating.objects.filter(expert__panel=panel).exclude(comment="").order_by("element", "at")
    found: dict[str, list[str]] = {}
    for element, comment in rows.values_list("element", "comment"):
        found.setdefault(element, []).append(comment)
    return found


def panels_of(scheme_version_id: uuid.UUID) -> QuerySet[ContentPanel]:
    """Every content panel of a scheme version, the latest first."""
    found = ContentPanel.objects.filter(scheme_version_id=scheme_version_id).order_by("-number")
    return found.select_related("opened_by", "closed_by")


def panel_by_id(panel_id: uuid.UUID) -> ContentPanel | None:
    return ContentPanel.objects.filter(pk=panel_id).select_related("scheme_version__scheme").first()


def experts_of(panel: ContentPanel) -> QuerySet[PanelExpert]:
    """Who sits on a panel, with how many elements each has rated."""
    rated = Count("ratings__element", distinct=True)
    return panel.experts.select_related("account", "seated_by").annotate(rated=rated).order_by("seated_at", "label")


def candidates_of(scheme_version_id: uuid.UUID) -> set[uuid.UUID]:
    """Who registered for a scheme version."""
    rows = Registration.objects.filter(scheme_version_id=scheme_version_id)
    return set(rows.values_list("candidate_id", flat=True))


def is_candidate(account_id: uuid.UUID, scheme_version_id: uuid.UUID) -> bool:
    """Whether somebody registered for a scheme version: they don't see what is right about its elements."""
    return Registration.objects.filter(scheme_version_id=scheme_version_id, candidate_id=account_id).exists()


def respondent_of(analysis: JobAnalysis, account_id: uuid.UUID) -> Respondent | None:
    return analysis.respondents.filter(account_id=account_id).first()


def own_statement_ratings(respondent: Respondent) -> dict[str, StatementRating]:
    """What a practitioner said so far, by statement."""
    return {one.statement: one for one in respondent.ratings.order_by("number")}


def own_element_ratings(expert: PanelExpert) -> dict[str, ElementRating]:
    """What an expert said so far, by element."""
    return {one.element: one for one in expert.ratings.order_by("number")}


def analyses_to_answer() -> QuerySet[JobAnalysis]:
    """Surveys that are open now."""
    found = JobAnalysis.objects.filter(state=JobAnalysis.State.OPEN).select_related("scheme_version__scheme")
    return found.order_by("scheme_version__scheme__code")


def seats_of(account_id: uuid.UUID) -> QuerySet[PanelExpert]:
    """Seats on content panels that are open now."""
    found = PanelExpert.objects.filter(account_id=account_id, panel__state=ContentPanel.State.OPEN)
    return found.select_related("panel__scheme_version__scheme").order_by("seated_at")


def bias_reviews_of(scheme_version_id: uuid.UUID) -> QuerySet[BiasReview]:
    """Reviews for bias and sensitivity, the latest first."""
    found = BiasReview.objects.filter(scheme_version_id=scheme_version_id).order_by("-at")
    return found.select_related("reviewer")


def concerns_of(scheme_version_id: uuid.UUID) -> QuerySet[BiasConcern]:
    """Concerns, the open ones first."""
    found = BiasConcern.objects.filter(review__scheme_version_id=scheme_version_id)
    return found.select_related("raised_by", "resolved_by").order_by("resolution", "raised_at", "element")


def _content(scheme_version_id: uuid.UUID, elements: tuple[Element, ...]) -> ContentValidation | None:
    panel = panels_of(scheme_version_id).filter(state=ContentPanel.State.CLOSED).first()
    if panel is None or panel.result is None or panel.closed_at is None:
        return None
    return content_as_values(panel, elements)


def content_as_values(panel: ContentPanel, elements: tuple[Element, ...]) -> ContentValidation:
    """A closed panel as the dossier takes it, held against the elements as they stand now."""
    result: Mapping[str, Any] = panel.result or {}
    shown = {one["id"]: one for one in panel.elements}
    now = {one.identifier: one.sha256 for one in elements}
    verdicts = tuple(
        ElementVerdict(
            element=one["element"],
            kind=shown[one["element"]]["kind"],
            words=shown[one["element"]]["words"],
            outcome=", ".join(shown[one["element"]]["outcomes"]),
            cvr=one["cvr"],
            critical_cvr=one["critical_cvr"],
            i_cvi=one["i_cvi"],
            kappa=one["kappa"],
            aiken_v=one["aiken_v"],
            aiken_p=one["aiken_p"],
            verdict=one["verdict"],
            sentence=one["sentence"],
            current=now.get(one["element"]) == shown[one["element"]]["sha256"],
        )
        for one in result["elements"]
    )
    assert panel.closed_at is not None  # the table says so of a closed panel
    return ContentValidation(
        id=str(panel.pk),
        number=panel.number,
        experts=len((panel.dataset or {})["experts"]),
        closed_on=panel.closed_at.date(),
        dataset_sha256=panel.dataset_sha256,
        elements=verdicts,
        missing=tuple(name for name in now if name not in shown),
        s_cvi_average=result["s_cvi_average"],
        s_cvi_universal=result["s_cvi_universal"],
        simulated=panel.simulated,
    )


def _bias(scheme_version_id: uuid.UUID, elements: tuple[Element, ...]) -> BiasState:
    reviews = list(bias_reviews_of(scheme_version_id))
    read = {(name, digest) for review in reviews for name, digest in review.elements.items()}
    concerns = list(concerns_of(scheme_version_id))
    reviewers = {review.reviewer_id for review in reviews}
    missing = tuple(one.identifier for one in elements if (one.identifier, one.sha256) not in read)
    return BiasState(
        reviewers=len(reviewers),
        reviewed=len(elements) - len(missing),
        missing=missing,
        open=tuple(
            OpenConcern(str(one.pk), one.element, one.code, one.words, str(one.raised_by))
            for one in concerns
            if one.resolved_at is None
        ),
        resolved=sum(one.resolved_at is not None for one in concerns),
        simulated=Account.objects.filter(pk__in=reviewers, simulated=True).exists(),
    )
