"""The ledger commits to analyses, panels, their experts, bias reviews and concerns: when they are made and whenever they change.

Single ratings have no leaf. Once they are frozen, their rows are compared with the frozen copy, which has one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from assess.ledger.registry import register_check, register_table
from assess.validity.job import frozen
from assess.validity.job.models import BiasConcern, BiasReview, ContentPanel, JobAnalysis, PanelExpert
from assess.validity.job.queries import latest_element_ratings, latest_statement_ratings

register_table("job_analysis", JobAnalysis)
register_table("content_panel", ContentPanel)
register_table("panel_expert", PanelExpert)
register_table("bias_review", BiasReview)
register_table("bias_concern", BiasConcern)


def _answers() -> Iterator[tuple[str, str]]:
    """Answers of practitioners that are not what their closed analysis froze."""
    for analysis in JobAnalysis.objects.filter(dataset__isnull=False).order_by("opened_at"):
        held = analysis.dataset or {}
        if frozen.sha256_of(held) != analysis.dataset_sha256:
            continue  # the copy itself was changed, which its leaf tells
        given, people = latest_statement_ratings(analysis)
        known = {who: one for who, one in given.items() if who[1] in held["statements"]}
        now = frozen.survey_dataset(held["statements"], people, known)
        where = f"the closed job analysis {analysis.pk}"
        for label in _unlike(_by_label(held["respondents"]), _by_label(now["respondents"])):
            yield str(analysis.pk), f"Respondent {label} in assess_respondent is not as {where} froze them."
        for label, what in _unlike(_cells(held, "respondents", "statements"), _cells(now, "respondents", "statements")):
            yield (
                str(analysis.pk),
                f"The answer of {label} to {what} in assess_statementrating is not what {where} froze.",
            )


def _judgements() -> Iterator[tuple[str, str]]:
    """Ratings of experts that are not what their closed panel froze."""
    for panel in ContentPanel.objects.filter(dataset__isnull=False).order_by("pk"):
        held = panel.dataset or {}
        if frozen.sha256_of(held) != panel.dataset_sha256:
            continue
        given = latest_element_ratings(panel)
        now = frozen.panel_dataset(held["elements"], sorted({who for who, _ in given}), given)
        where = f"the closed content panel {panel.pk}"
        for label, what in _unlike(_cells(held, "experts", "elements"), _cells(now, "experts", "elements")):
            yield str(panel.pk), f"The rating of {label} on {what} in assess_elementrating is not what {where} froze."


def _unlike(held: dict[Any, Any], now: dict[Any, Any]) -> Iterable[Any]:
    return sorted(key for key in held.keys() | now.keys() if held.get(key) != now.get(key))


def _by_label(respondents: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["label"]: one for one in respondents}


def _cells(data: dict[str, Any], people: str, things: str) -> dict[tuple[str, str], list[Any]]:
    """The ratings by who gave them and on what, whatever the order of people."""
    who = [one["label"] if isinstance(one, dict) else one for one in data[people]]
    what = [one["id"] if isinstance(one, dict) else one for one in data[things]]
    return {(who[row[0]], what[row[1]]): row[2:] for row in data["ratings"]}


register_check("job_analysis", _answers)
register_check("content_panel", _judgements)
