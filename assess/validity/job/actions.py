"""The only writer of the job's tables: surveys of practitioners, content panels, bias reviews."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people import queries as people
from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.errors import ValidityError
from assess.validity.job import frozen, reduction
from assess.validity.job.content_rules import NECESSITY, RELEVANCE, PanelRules, panel_result
from assess.validity.job.definition import JobDefinition, check_links, job_error
from assess.validity.job.elements import elements_of, linkable_names
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
from assess.validity.job.queries import candidates_of, latest_element_ratings, latest_statement_ratings
from assess.validity.job.results import analysis_result
from assess.validity.job.seats import objection, relations
from assess.validity.job.survey import Person, Rating, read_rating, read_survey


def open_analysis(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID, definition: Mapping[str, Any]) -> JobAnalysis:
    """Begin to ask practitioners about the job.

    Raises
    ------
    ValidityError
        `job-definition` with every mistake; `open`: one is under way.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    job = JobDefinition.from_document(definition)
    if job.credential != version.scheme.code:
        said = f"The list {job.identifier} is about {job.credential}, not about {version.scheme.code}. Choose its own."
        raise ValidityError("job-definition", said)
    outcomes = [one.identifier for one in schemes.definition_of(version).outcomes]
    problems = check_links(job, outcomes=outcomes, names=linkable_names(elements_of(version)))
    if problems:
        raise job_error(problems)
    earlier = JobAnalysis.objects.filter(scheme_version=version)
    if earlier.filter(state=JobAnalysis.State.OPEN).exists():
        raise ValidityError("open", "An analysis of this scheme is open. Close it before you open another.")
    analysis = JobAnalysis.objects.create(
        scheme_version=version,
        number=_next(earlier),
        definition=dict(job.document),
        definition_sha256=job.sha256,
        opened_by_id=actor_id,
        opened_at=timezone.now(),
    )
    ledger.record_row(kind="job_analysis", row=analysis)
    return analysis


def import_survey(*, actor_id: uuid.UUID, analysis_id: uuid.UUID, text: str) -> JobAnalysis:
    """Take a survey's file, all of it or nothing.

    Raises
    ------
    ValidityError
        `closed`; `survey`: the file has problems, each named by its row; `answered`: a label answered before.
    """
    analysis, job = _open_analysis(analysis_id)
    survey = read_survey(text, job)
    if not survey.sound:
        raise ValidityError("survey", "\n".join([survey.sentence, *(str(one) for one in survey.problems)]))
    taken = set(analysis.respondents.filter(label__in=survey.people).values_list("label", flat=True))
    if taken:
        said = f"{', '.join(sorted(taken)[:5])} answered before. Give the respondents of each file labels of their own."
        raise ValidityError("answered", said)
    made = {
        label: Respondent(analysis=analysis, label=label, region=one.region, years=one.years, setting=one.setting)
        for label, one in survey.people.items()
    }
    Respondent.objects.bulk_create(made.values())
    now = timezone.now()
    StatementRating.objects.bulk_create(
        _statement_rating(made[label], statement, 1, rating, now)
        for (label, statement), rating in survey.ratings.items()
    )
    return _mark_simulated(analysis, actor_id)


def describe_practitioner(
    *, actor_id: uuid.UUID, analysis_id: uuid.UUID, region: str, years: str, setting: str
) -> Respondent:
    """Begin to answer: who one is, coarsely. The label is drawn, so that the data hold no person.

    Raises
    ------
    ValidityError
        `closed`; `not-described`: a choice is missing.
    """
    analysis, job = _open_analysis(analysis_id)
    person = Person(region, years, setting)
    if not person.known_in(job):
        raise ValidityError("not-described", "Choose a region, your years in the trade and where you work.")
    mine = analysis.respondents.filter(account_id=actor_id).first()
    if mine is not None:
        mine.region, mine.years, mine.setting = region, years, setting
        mine.save(update_fields=["region", "years", "setting"])
        return mine
    _mark_simulated(analysis, actor_id)
    label = _free_label(set(analysis.respondents.values_list("label", flat=True)), "S")
    return Respondent.objects.create(
        analysis=analysis, account_id=actor_id, label=label, region=region, years=years, setting=setting
    )


def rate_statements(
    *, actor_id: uuid.UUID, analysis_id: uuid.UUID, ratings: Sequence[Mapping[str, Any]]
) -> list[StatementRating]:
    """Rate statements of the job. A later rating takes the place of an earlier one, which stays on record.

    Parameters
    ----------
    ratings
        Each with `statement`, `done` ("yes" or "no") and, where done, `importance`, `frequency`, `harm` (1–5) and `learned`.

    Raises
    ------
    ValidityError
        `closed`; `not-described`; `rating` names the statement and what is missing.
    """
    analysis, job = _open_analysis(analysis_id)
    respondent = analysis.respondents.filter(account_id=actor_id).first()
    if respondent is None:
        raise ValidityError("not-described", "Say first in which region and setting you work, and for how long.")
    read = [(str(given.get("statement", "")), *read_rating(given, job)) for given in ratings]
    wrong = [sentence for _, _, sentence in read if sentence]
    if wrong:
        raise ValidityError("rating", " ".join(wrong))
    last = _last_numbers(StatementRating.objects.filter(respondent=respondent), "statement")
    now = timezone.now()
    return StatementRating.objects.bulk_create(
        _statement_rating(respondent, name, last.get(name, 0) + 1, rating, now)
        for name, rating, _ in read
        if rating is not None
    )


def close_analysis(*, actor_id: uuid.UUID, analysis_id: uuid.UUID) -> JobAnalysis:
    """Freeze the ratings and put the rules to them.

    Raises
    ------
    ValidityError
        `closed`; `no-ratings`.
    """
    analysis, job = _open_analysis(analysis_id)
    given, described = latest_statement_ratings(analysis)
    if not given:
        raise ValidityError("no-ratings", "Nobody has answered yet. Import a survey, or ask practitioners to sign in.")
    dataset = frozen.survey_dataset([one.identifier for one in job.statements], described, given)
    analysis.dataset, analysis.dataset_sha256 = dataset, frozen.sha256_of(dataset)
    analysis.result = analysis_result(dataset, job)
    analysis.state, analysis.closed_by_id, analysis.closed_at = JobAnalysis.State.CLOSED, actor_id, timezone.now()
    analysis.save(update_fields=["dataset", "dataset_sha256", "result", "state", "closed_by", "closed_at"])
    ledger.record_row(kind="job_analysis", row=analysis)
    return analysis


def withdraw_analysis(*, actor_id: uuid.UUID, analysis_id: uuid.UUID, reason: str) -> JobAnalysis:
    """End an open analysis without a result; what was answered stays on record.

    Raises
    ------
    ValidityError
        `closed`; `reason`.
    """
    analysis, _ = _open_analysis(analysis_id)
    if not reason.strip():
        raise ValidityError("reason", "Say why the analysis is withdrawn; it stays on record.")
    analysis.state, analysis.remark = JobAnalysis.State.WITHDRAWN, reason.strip()
    analysis.save(update_fields=["state", "remark"])
    ledger.record_row(kind="job_analysis", row=analysis)
    return analysis


def adopt_analysis(
    *,
    actor_id: uuid.UUID,
    analysis_id: uuid.UUID,
    board: str,
    rulings: Mapping[str, Mapping[str, Any]] | None = None,
    remark: str = "",
) -> JobAnalysis:
    """Adopt a closed analysis in the name of a board; not by who opened or closed it.

    Parameters
    ----------
    rulings
        Statement → `keep` and `reason`, for each statement that the rules leave to the board, and for each where it decides
        otherwise than they do.

    Raises
    ------
    ValidityError
        `not-closed`, `adopted`, `own-analysis`, `board`; `ruling` names the statement that needs one or whose reason is
        missing; `too-few`: fewer practitioners than the rules ask for, and no reason why the board adopts it all the same.
    """
    analysis = JobAnalysis.objects.select_for_update().get(pk=analysis_id)
    job = JobDefinition.from_document(analysis.definition)
    if analysis.state != JobAnalysis.State.CLOSED or analysis.result is None:
        word = "adopted" if analysis.adopted_at is not None else "not-closed"
        raise ValidityError(word, f"This analysis is {analysis.state}. A board adopts one that is closed.")
    if actor_id in (analysis.opened_by_id, analysis.closed_by_id):
        raise ValidityError("own-analysis", "Who ran the analysis does not adopt it. Another member of the board does.")
    if not board.strip():
        raise ValidityError("board", "Name the board that adopts the analysis.")
    given = {
        name: reduction.Ruling(bool(one["keep"]), str(one["reason"]).strip()) for name, one in (rulings or {}).items()
    }
    _check_rulings(analysis, given)
    if analysis.result["practitioners"] < job.rules.least_practitioners and not remark.strip():
        said = (
            f"{analysis.result['practitioners']} practitioners answered, {job.rules.least_practitioners} are asked for."
        )
        raise ValidityError("too-few", f"{said} Say why the board adopts it all the same, or ask more of them.")
    analysis.rulings = {name: {"keep": one.keep, "reason": one.reason} for name, one in sorted(given.items())}
    analysis.state, analysis.adopted_by_id, analysis.adopted_at = JobAnalysis.State.ADOPTED, actor_id, timezone.now()
    analysis.board, analysis.remark = board.strip(), remark.strip()
    analysis.save(update_fields=["rulings", "state", "adopted_by", "adopted_at", "board", "remark"])
    ledger.record_row(kind="job_analysis", row=analysis)
    return analysis


def open_panel(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID) -> ContentPanel:
    """Ask experts about every item, criterion and simulation as they stand now.

    Raises
    ------
    ValidityError
        `open`: one is under way; `no-elements`.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    earlier = ContentPanel.objects.filter(scheme_version=version)
    if earlier.filter(state=ContentPanel.State.OPEN).exists():
        raise ValidityError("open", "A content panel of this scheme is open. Close it before you open another.")
    elements = elements_of(version)
    if not elements:
        raise ValidityError("no-elements", "The scheme has no published item, criterion or simulation to look at.")
    panel = ContentPanel.objects.create(
        scheme_version=version,
        number=_next(earlier),
        elements=[
            {
                "id": one.identifier,
                "kind": one.kind,
                "words": one.words,
                "outcomes": list(one.outcomes),
                "group": one.group,
                "sha256": one.sha256,
                "author": one.author,
            }
            for one in elements
        ],
        rules=PanelRules().to_document(),
        opened_by_id=actor_id,
        opened_at=timezone.now(),
    )
    ledger.record_row(kind="content_panel", row=panel)
    return panel


def seat_expert(
    *,
    actor_id: uuid.UUID,
    panel_id: uuid.UUID,
    account_id: uuid.UUID,
    certificate_id: uuid.UUID,
    accepted_because: str = "",
) -> PanelExpert:
    """Give an expert a seat, after their qualification and their relations were looked up.

    Raises
    ------
    ValidityError
        `closed`; `candidate`; `not-an-expert`, `not-qualified`, `seated`: what is missing and what to do; `conflict`: a
        declared relation to candidates, and no reason why it does not stand in the way.
    """
    panel = _open_panel(panel_id)
    account = Account.objects.get(pk=account_id)
    certificate = people.verified_certificates(account_id).filter(pk=certificate_id).first()
    said = objection(account, certificate, actor_id, seated=panel.experts.filter(account=account).exists())
    if said is not None:
        raise ValidityError(*said)
    assert certificate is not None  # `objection` refuses a seat without one
    candidates = candidates_of(panel.scheme_version_id)
    if account_id in candidates:
        raise ValidityError("candidate", f"{account} is a candidate of this scheme, and the panel sees what is right.")
    found = relations(account, panel.elements, candidates)
    if found.with_candidates and not accepted_because.strip():
        raise ValidityError(
            "conflict", f"{account}: {found.with_candidates} Say why they may sit all the same, or ask another expert."
        )
    expert = PanelExpert.objects.create(
        panel=panel,
        account=account,
        label=_free_label(set(panel.experts.values_list("label", flat=True)), "E"),
        qualification=f"{certificate.kind}, {certificate.issuer}, {certificate.issued_on:%Y-%m-%d}",
        certificate=certificate.pk,
        relations=list(found.sentences),
        accepted_because=accepted_because.strip() if found.with_candidates else "",
        seated_by_id=actor_id,
        seated_at=timezone.now(),
    )
    if account.simulated and not panel.simulated:
        panel.simulated = True
        panel.save(update_fields=["simulated"])
        ledger.record_row(kind="content_panel", row=panel)
    ledger.record_row(kind="panel_expert", row=expert)
    return expert


def rate_elements(
    *, actor_id: uuid.UUID, panel_id: uuid.UUID, ratings: Sequence[Mapping[str, Any]]
) -> list[ElementRating]:
    """Say of elements whether they belong: necessity 1–3, relevance 1–4, a comment. Later words leave earlier ones standing.

    Raises
    ------
    ValidityError
        `closed`; `no-seat`; `candidate`; `rating` names the element and what is wrong; `own-element`: an author does not rate it.
    """
    panel = _open_panel(panel_id)
    expert = panel.experts.filter(account_id=actor_id).first()
    if expert is None:
        raise ValidityError("no-seat", "You have no seat on this panel. Ask the director for one.")
    _no_candidate(actor_id, panel.scheme_version_id)
    authors = {one["id"]: one["author"] for one in panel.elements}
    last = _last_numbers(ElementRating.objects.filter(expert=expert), "element")
    made, now = [], timezone.now()
    for given in ratings:
        name = str(given.get("element", ""))
        necessity, relevance = given.get("necessity"), given.get("relevance")
        if name not in authors:
            raise ValidityError("rating", f"{name[:40]!r} is not before this panel.")
        if authors[name] == str(actor_id):
            raise ValidityError("own-element", f"You wrote {name}; others say whether it belongs.")
        if not (_point(necessity, len(NECESSITY)) and _point(relevance, len(RELEVANCE))):
            raise ValidityError("rating", f"{name}: choose how necessary it is, and how relevant.")
        last[name] = last.get(name, 0) + 1
        made.append(
            ElementRating(
                expert=expert,
                element=name,
                number=last[name],
                necessity=int(given["necessity"]),
                relevance=int(given["relevance"]),
                comment=str(given.get("comment", "")).strip(),
                at=now,
            )
        )
    return ElementRating.objects.bulk_create(made)


def close_panel(*, actor_id: uuid.UUID, panel_id: uuid.UUID) -> ContentPanel:
    """Freeze the ratings and say of each element what they come to.

    Raises
    ------
    ValidityError
        `closed`; `no-ratings`.
    """
    panel = _open_panel(panel_id)
    given = latest_element_ratings(panel)
    if not given:
        raise ValidityError("no-ratings", "No expert has rated yet. Seat experts and ask them to sign in.")
    dataset = frozen.panel_dataset(panel.elements, sorted({who for who, _ in given}), given)
    panel.dataset, panel.dataset_sha256 = dataset, frozen.sha256_of(dataset)
    panel.result = panel_result(dataset, PanelRules.from_document(panel.rules))
    panel.state, panel.closed_by_id, panel.closed_at = ContentPanel.State.CLOSED, actor_id, timezone.now()
    panel.save(update_fields=["dataset", "dataset_sha256", "result", "state", "closed_by", "closed_at"])
    ledger.record_row(kind="content_panel", row=panel)
    return panel


def withdraw_panel(*, actor_id: uuid.UUID, panel_id: uuid.UUID, reason: str) -> ContentPanel:
    """End an open panel without verdicts; what was rated stays on record.

    Raises
    ------
    ValidityError
        `closed`; `reason`.
    """
    panel = _open_panel(panel_id)
    if not reason.strip():
        raise ValidityError("reason", "Say why the panel is withdrawn; it stays on record.")
    panel.state, panel.remark = ContentPanel.State.WITHDRAWN, reason.strip()
    panel.save(update_fields=["state", "remark"])
    ledger.record_row(kind="content_panel", row=panel)
    return panel


def record_bias_review(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    elements: Sequence[str],
    concerns: Sequence[Mapping[str, str]] = (),
    remark: str = "",
) -> BiasReview:
    """Record that a person read elements for bias and sensitivity, and what they hold against any of them.

    Parameters
    ----------
    concerns
        Each with `element`, `code` (one of the codes) and `words`.

    Raises
    ------
    ValidityError
        `candidate`; `nothing-read`; `no-such-element`; `own-element`: an author does not review it; `concern`: code or
        words are missing.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    _no_candidate(actor_id, version.pk)
    current = {one.identifier: one for one in elements_of(version)}
    if not elements:
        raise ValidityError("nothing-read", "Choose the items and criteria that you read.")
    for name in elements:
        if name not in current:
            raise ValidityError("no-such-element", f"{name[:40]!r} is not in this scheme.")
        if current[name].author == str(actor_id):
            raise ValidityError("own-element", f"You wrote {name}; another person reads it for bias.")
    for given in concerns:
        if given.get("element") not in set(elements):
            raise ValidityError("concern", "A concern is about an element that you read; choose which.")
        if given.get("code") not in BiasConcern.Code.values or not given.get("words", "").strip():
            raise ValidityError(
                "concern", f"{given['element']}: choose what kind of concern it is and say it in words."
            )
    now = timezone.now()
    review = BiasReview.objects.create(
        scheme_version=version,
        elements={name: current[name].sha256 for name in elements},
        reviewer_id=actor_id,
        remark=remark.strip(),
        at=now,
    )
    ledger.record_row(kind="bias_review", row=review)
    for given in concerns:
        concern = BiasConcern.objects.create(
            review=review,
            element=given["element"],
            code=given["code"],
            words=given["words"].strip(),
            raised_by_id=actor_id,
            raised_at=now,
        )
        ledger.record_row(kind="bias_concern", row=concern)
    return review


def resolve_concern(*, actor_id: uuid.UUID, concern_id: uuid.UUID, resolution: str, reason: str) -> BiasConcern:
    """Resolve a concern, as another person than who raised it.

    Raises
    ------
    ValidityError
        `resolved`; `own-concern`; `own-element`: an author does not keep it against a concern; `resolution`: which, and why;
        `unchanged`: it is said to be changed or withdrawn, and stands as it was read.
    """
    concern = (
        BiasConcern.objects.select_for_update().select_related("review__scheme_version__scheme").get(pk=concern_id)
    )
    if concern.resolved_at is not None:
        raise ValidityError("resolved", "This concern is resolved already.")
    if concern.raised_by_id == actor_id:
        raise ValidityError("own-concern", "Who raised a concern does not resolve it. Another person does.")
    if resolution not in BiasConcern.Resolution.values or not reason.strip():
        raise ValidityError("resolution", "Say what was done about it, and why.")
    found = {one.identifier: one for one in elements_of(concern.review.scheme_version)}.get(concern.element)
    as_read = found is not None and found.sha256 == concern.review.elements[concern.element]
    if resolution != BiasConcern.Resolution.KEPT and as_read:
        said = f"{concern.element} stands as it was read. Publish a changed version, or take it out, and say so then."
        raise ValidityError("unchanged", said)
    if resolution == BiasConcern.Resolution.KEPT and found is not None and found.author == str(actor_id):
        raise ValidityError(
            "own-element", f"You wrote {concern.element}; another person says whether it stays as it is."
        )
    concern.resolution, concern.reason = resolution, reason.strip()
    concern.resolved_by_id, concern.resolved_at = actor_id, timezone.now()
    concern.save(update_fields=["resolution", "reason", "resolved_by", "resolved_at"])
    ledger.record_row(kind="bias_concern", row=concern)
    return concern


def forget_answers(*, account_id: uuid.UUID) -> dict[str, int]:
    """Forget who stood behind a practitioner's label, and what an expert wrote. Frozen data hold neither, and stay as they are."""
    answers = Respondent.objects.filter(account_id=account_id).update(account=None)
    written = ElementRating.objects.filter(expert__account_id=account_id).exclude(comment="").update(comment="")
    return {"answers about a job": answers, "comments of an expert": written}


def _open_analysis(analysis_id: uuid.UUID) -> tuple[JobAnalysis, JobDefinition]:
    analysis = JobAnalysis.objects.select_for_update().get(pk=analysis_id)
    if analysis.state != JobAnalysis.State.OPEN:
        raise ValidityError("closed", f"This analysis is {analysis.state}. Open another to ask again.")
    return analysis, JobDefinition.from_document(analysis.definition)


def _open_panel(panel_id: uuid.UUID) -> ContentPanel:
    panel = ContentPanel.objects.select_for_update().get(pk=panel_id)
    if panel.state != ContentPanel.State.OPEN:
        raise ValidityError("closed", f"This panel is {panel.state}. Open another to ask again.")
    return panel


def _no_candidate(account_id: uuid.UUID, scheme_version_id: uuid.UUID) -> None:
    if account_id in candidates_of(scheme_version_id):
        raise ValidityError("candidate", "You are a candidate of this scheme; others judge its items and criteria.")


def _mark_simulated(analysis: JobAnalysis, account_id: uuid.UUID) -> JobAnalysis:
    """Answers that a made-up person gives or brings are made up."""
    if not analysis.simulated and Account.objects.filter(pk=account_id, simulated=True).exists():
        analysis.simulated = True
        analysis.save(update_fields=["simulated"])
        ledger.record_row(kind="job_analysis", row=analysis)
    return analysis


def _statement_rating(respondent: Respondent, statement: str, number: int, rating: Rating, at: Any) -> StatementRating:
    return StatementRating(
        respondent=respondent,
        statement=statement,
        number=number,
        done=rating.done,
        importance=rating.importance,
        frequency=rating.frequency,
        harm=rating.harm,
        learned=rating.learned,
        at=at,
    )


def _check_rulings(analysis: JobAnalysis, given: Mapping[str, reduction.Ruling]) -> None:
    verdicts = {one["statement"]: one["verdict"] for one in (analysis.result or {})["verdicts"]}
    for name, ruling in given.items():
        if name not in verdicts:
            raise ValidityError("ruling", f"{name[:40]!r} is not a statement of this analysis.")
        if not ruling.reason:
            raise ValidityError("ruling", f"{name}: say why the board {'keeps' if ruling.keep else 'drops'} it.")
    left = [name for name, verdict in verdicts.items() if verdict == reduction.REVIEW and name not in given]
    if left:
        raise ValidityError(
            "ruling", f"The rules leave {', '.join(left)} to the board: say what becomes of it, and why."
        )


def _point(given: object, most: int) -> bool:
    """A whole number from 1 on; `True` is none, though Python counts with it."""
    return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most


def _next(earlier: Any) -> int:
    last: int = earlier.aggregate(last=Max("number"))["last"] or 0
    return last + 1


def _last_numbers(rows: Any, name: str) -> dict[str, int]:
    return dict(rows.values(name).annotate(last=Max("number")).values_list(name, "last"))


def _free_label(taken: set[str], letter: str) -> str:
    """A drawn label: its number says nothing about when somebody came."""
    while (label := f"{letter}-{secrets.randbelow(1_000_000):06d}") in taken:
        pass
    return label
