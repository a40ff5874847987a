"""The job behind a scheme: what practitioners said, what counts and why, weights beside the blueprint, what tests what."""

import uuid
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assess.people.queries import Actor
from assess.schemes import queries as schemes
from assess.schemes.errors import SchemeError
from assess.schemes.models import SchemeVersion
from assess.schemes.sources import parse_yaml
from assess.validity.errors import ValidityError
from assess.validity.job import queries as jobs
from assess.validity.job.definition import YEARS, JobDefinition, jobs_of
from assess.validity.job.elements import elements_of
from assess.validity.job.evidence import Analysis, Coverage, Weight
from assess.validity.job.models import JobAnalysis
from assess.validity.job.reduction import DROP, KEEP, REVIEW
from assess.validity.job.survey import LARGEST, Survey, read_survey, template
from assess.validity.report import pictures
from assess.web.access import attempted, hidden, page
from assess.web.director.home import ROLES
from assess.web.director.schemes import version_of

SIGNS = {KEEP: ("ok", "Kept"), DROP: ("idle", "Dropped"), REVIEW: ("warn", "For the board")}
UNKNOWN = ("warn", "Too few asked")
MATCHES = {"agrees": ("ok", "Alike"), "differs": ("bad", "Differs")}
UNTOLD = ("idle", "Can't be told")
GROUPS = {
    "outcome": "Outcomes, over the whole assessment",
    "domain": "Domains of the online exam",
    "task": "Practical tasks",
}
FIGURES = ("importance", "frequency", "harm")


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ROLES)
def job(request: HttpRequest, actor: Actor, version_id: uuid.UUID) -> HttpResponse:
    version = version_of(version_id)
    rows = jobs.analyses_of(version.pk)
    survey: Survey | None = None
    if request.method == "POST":
        survey = _act(request, version, rows)
        if survey is None:
            return redirect("director-job", version_id=version.pk)
        rows = jobs.analyses_of(version.pk)
    return render(request, "assess/director/job.html", _context(version, rows, actor) | {"survey": survey})


def _context(version: SchemeVersion, rows: Sequence[JobAnalysis], actor: Actor) -> dict[str, Any]:
    evidence = jobs.job_evidence(version.pk)
    row = next((one for one in rows if one.result is not None), None)
    opened = next((one for one in rows if one.state == JobAnalysis.State.OPEN), None)
    context: dict[str, Any] = {
        "version": version,
        "title": schemes.definition_of(version).title,
        "evidence": evidence,
        "row": row,
        "opened": opened,
        "earlier": [one for one in rows if one not in (row, opened)],
        "may_run": "director" in actor.roles,
        "may_adopt": "board" in actor.roles,
    }
    if opened is not None:
        ratings, people = jobs.latest_statement_ratings(opened)
        context |= {
            "answered": len(people),
            "given": len(ratings),
            "asked": JobDefinition.from_document(opened.definition),
        }
    if row is not None:
        context |= _shown(version, row, actor)
    return context


def _shown(version: SchemeVersion, row: JobAnalysis, actor: Actor) -> dict[str, Any]:
    """A closed or adopted analysis, with its pictures."""
    analysis = jobs.analysis_as_values(row)
    weights, covered = jobs.weights_and_coverage(row, analysis, version, elements_of(version))
    definition = JobDefinition.from_document(row.definition)
    return {
        "analysis": analysis,
        "rules": definition.rules,
        "people": _people(row),
        "statements": [
            {
                "one": one,
                "sign": SIGNS.get(one.verdict, UNKNOWN),
                "done": percent_of(one.figures["done"]["value"]),
                "figures": [rounded(one.figures[key], 1) for key in FIGURES],
            }
            for one in analysis.statements
        ],
        "for_board": [one for one in analysis.statements if one.verdict == REVIEW],
        "others": [one for one in analysis.statements if one.verdict != REVIEW],
        "weights": [
            {
                "one": one,
                "sign": MATCHES.get(one.verdict, UNTOLD),
                "job": percent_of(one.job["value"]),
                "scheme": percent_of(one.scheme),
            }
            for one in weights
        ],
        "covered": covered,
        "picture_importance": _importance(analysis),
        "picture_weights": _weights(weights, float(definition.rules.tolerance)),
        "picture_coverage": _coverage(covered),
        "own": actor.id in (row.opened_by_id, row.closed_by_id),
    }


def _people(row: JobAnalysis) -> list[tuple[str, list[tuple[str, int]]]]:
    """Who answered, by region, years and setting; years in their order."""
    found = (row.result or {})["people"]
    return [
        (by, sorted(counts.items(), key=lambda one: (YEARS.index(one[0]) if by == "years" else 0, one[0])))
        for by, counts in found.items()
    ]


def rounded(figure: Any, places: int) -> str:
    """The value of an estimate's document with fewer places, half to even.

    >>> rounded({"value": "0.8750"}, 2), rounded({"value": None}, 2)
    ('0.88', '–')
    """
    if figure["value"] is None:
        return "–"
    return str(Decimal(figure["value"]).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


def percent_of(share: str | None) -> str:
    """A share of an estimate's document as whole per cent.

    >>> percent_of("0.1352"), percent_of(None)
    ('14 %', '–')
    """
    return "–" if share is None else f"{100 * float(share):.0f} %"


def _act(request: HttpRequest, version: SchemeVersion, rows: Sequence[JobAnalysis]) -> Survey | None:
    """Do what was asked; a survey that was only looked at comes back to be shown."""
    act = request.POST.get("act", "")
    opened = next((one for one in rows if one.state == JobAnalysis.State.OPEN), None)
    if act == "open":
        _open(request, version)
    elif act in ("check", "import") and opened is not None:
        return _survey(request, opened, take=act == "import")
    elif act == "close" and opened is not None:
        said = "Closed: the ratings are frozen, and the rules were put to them."
        attempted(request, "validity.job.close_analysis", said=said, analysis_id=opened.pk)
    elif act == "withdraw" and opened is not None:
        reason = request.POST.get("reason", "")[:2000]
        attempted(request, "validity.job.withdraw_analysis", said="Withdrawn.", analysis_id=opened.pk, reason=reason)
    else:
        hidden()
    return None


def _open(request: HttpRequest, version: SchemeVersion) -> None:
    text = _sent(request, "definition")
    if text is None:
        return
    try:
        held = jobs_of(parse_yaml(text, "The file"), "The file")
    except (ValidityError, SchemeError) as problem:
        messages.error(request, str(problem))
        return
    wanted = held.get(version.scheme.code)
    if wanted is None:
        messages.error(request, f"The file has no list for {version.scheme.code}; it has {', '.join(held)}.")
        return
    said = "Open. Import a survey, or ask practitioners to sign in and answer."
    attempted(
        request, "validity.job.open_analysis", said=said, scheme_version_id=version.pk, definition=wanted.document
    )


def _survey(request: HttpRequest, opened: JobAnalysis, *, take: bool) -> Survey | None:
    text = _sent(request, "survey")
    if text is None:
        return None
    survey = read_survey(text, JobDefinition.from_document(opened.definition))
    if take and survey.sound:
        said = f"Taken: {len(survey.people)} respondents, {len(survey.ratings)} ratings."
        attempted(request, "validity.job.import_survey", said=said, analysis_id=opened.pk, text=text)
        return None
    return survey


def _sent(request: HttpRequest, name: str) -> str | None:
    """The text of a file that was sent; None after a sentence that says what is wrong with it."""
    sent = request.FILES.get(name)
    if sent is None or (sent.size or 0) > LARGEST:
        messages.error(request, f"Choose a file of at most {LARGEST // 1_000_000} MB.")
        return None
    try:
        text: str = sent.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        messages.error(request, "The file is not UTF-8. Save it again as UTF-8. Nothing was taken.")
        return None
    return text


@require_safe
@page("director")
def survey_template(request: HttpRequest, actor: Actor, analysis_id: uuid.UUID) -> HttpResponse:
    """A survey's file to be filled in."""
    found = jobs.analysis_by_id(analysis_id)
    if found is None:
        hidden()
    response = HttpResponse(template(JobDefinition.from_document(found.definition)), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="survey.csv"'
    return response


@require_POST
@page("board")
def adopt(request: HttpRequest, actor: Actor, analysis_id: uuid.UUID) -> HttpResponse:
    found = jobs.analysis_by_id(analysis_id)
    if found is None:
        hidden()
    names = [one["statement"] for one in (found.result or {}).get("verdicts", ())]
    rulings = {
        name: {"keep": request.POST.get(f"keep-{name}") == "yes", "reason": request.POST.get(f"reason-{name}", "")}
        for name in names
        if request.POST.get(f"keep-{name}") in ("yes", "no")
    }
    attempted(
        request,
        "validity.job.adopt_analysis",
        said="Adopted. Weights, coverage and the gate rest on it from now on.",
        analysis_id=found.pk,
        board=request.POST.get("board", "")[:200],
        rulings=rulings,
        remark=request.POST.get("remark", "")[:4000],
    )
    return redirect("director-job", version_id=found.scheme_version_id)


def _importance(analysis: Analysis) -> SafeString:
    rows = [interval_of(one.identifier, one.figures["importance"]) for one in analysis.statements]
    drawn = pictures.intervals(
        "importance", rows, title="Importance of each statement", axis="mean importance, 1 to 5", limits=(1.0, 5.0)
    )
    return mark_safe(str(drawn))  # built by `assess.validity.report.markup`, which escapes every value


def _weights(weights: Sequence[Weight], tolerance: float) -> SafeString:
    rows = []
    for group, words in GROUPS.items():
        mine = [one for one in weights if one.group == group]
        if mine:
            rows.append(pictures.WeightRow(job=interval_of(words, None), scheme=None))
        rows += [
            pictures.WeightRow(job=interval_of(one.identifier, one.job), scheme=float(one.scheme), verdict=one.verdict)
            for one in mine
        ]
    drawn = pictures.weight_comparison(
        "weights", rows, title="The job's weights beside the scheme's", tolerance=tolerance
    )
    return mark_safe(str(drawn))


def _coverage(covered: Coverage) -> SafeString:
    place = {outcome: number for number, outcome in enumerate(covered.outcomes)}
    rows = [
        pictures.CoverageRow(
            label=row.statement,
            words=row.words,
            counts={
                place[cell.outcome]: (len(cell.items), len(cell.criteria), len(cell.simulations)) for cell in row.cells
            },
        )
        for row in covered.rows
    ]
    unlinked = [gap.what for gap in covered.gaps if gap.kind == "unlinked outcome"]
    return mark_safe(str(pictures.coverage_matrix("coverage", rows, covered.outcomes, unlinked=unlinked)))


def interval_of(label: str, figure: Any) -> pictures.Interval:
    """An estimate's document as a line of a picture."""
    if figure is None or figure["value"] is None:
        return pictures.Interval(label=label, value=None, low=None, high=None, sufficient=False)
    low, high = (float(limit) for limit in figure["interval"])
    return pictures.Interval(
        label=label, value=float(figure["value"]), low=low, high=high, sufficient=figure["sufficient"]
    )
