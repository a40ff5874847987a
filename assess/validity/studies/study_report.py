"""The report of a study: one self-contained page made from its document and from nothing else."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import page
from assess.validity.studies.data_sections import data_section, sitting_section
from assess.validity.studies.judgement_sections import judgement_section, judgement_summary
from assess.validity.studies.one_page import one_page
from assess.validity.studies.rater_sections import rater_summary, rating_section
from assess.validity.studies.score_sections import borderline_section, part_section, response_section, score_summary

NUMBERS = (
    "Tables give each estimate as value (standard error) with its 95 % interval below and the number of cases (n) "
    "beside; the method and the publication that "
    "defines it stand under each section. “Not enough evidence” is a result."
)


def report_html(document: Mapping[str, Any]) -> str:
    """The page.

    Parameters
    ----------
    document
        As `analysis.analyse` returns it.

    Examples
    --------
    >>> from assess.validity.studies.analysis import analyse
    >>> report_html(analyse(title="An empty study"))[:15]
    '<!doctype html>'
    """
    sources = [f"{source['name']} (SHA-256 {source['sha256']})" for source in document["sources"]]
    body = join(
        one_page(document),
        element("h2", "For the psychometrician", class_="voice"),
        element("p", f"Data: {'; '.join(sources)}.", class_="meta") if sources else None,
        element("p", NUMBERS, class_="about"),
        study_sections(document),
    )
    footer = element(
        "p",
        f"Made from the study's document, version {document['version']}, seed {document['seed']}. The same data give the same "
        "document. A verdict “not enough evidence” means that the data cannot carry a figure; it is neither good nor bad news.",
    )
    return page(title=document["title"], kind="Study report", simulated=document["simulated"], body=body, footer=footer)


def findings(document: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The findings in a few sentences, and whether each rests on enough evidence."""
    lines = score_summary(document)
    for about, found in (("", document["ratings"]), ("Task scores: ", document["task_scores"])):
        lines += [] if found is None else [(about + told, sure) for told, sure in rater_summary(found)]
    judged = document.get("judgements")
    return lines if judged is None else [*lines, *judgement_summary(judged)]


def summary(document: Mapping[str, Any]) -> Markup:
    """The findings as a list."""
    lines = findings(document)
    if not lines:
        return element("p", "The study holds no data yet.")
    return element(
        "ul", *[element("li", told, class_=None if sure else "weak") for told, sure in lines], class_="short"
    )


def study_sections(document: Mapping[str, Any], *, prefix: str = "") -> Markup:
    """Every section that the document has data for; `prefix` keeps names unique where a page shows several studies."""
    responses, ratings, task_scores = document["responses"], document["ratings"], document["task_scores"]
    sections: list[Child] = [data_section(document.get("data"), document.get("settings"), prefix=prefix)]
    if responses is not None:
        sections.append(response_section(responses, prefix=prefix))
    if ratings is not None:
        sections.append(rating_section(ratings, prefix=prefix))
    if task_scores is not None:
        heading = "Raters and their task scores"
        sections.append(rating_section(task_scores, prefix=f"{prefix}tasks-", heading=heading))
    if document.get("judgements") is not None:
        sections.append(judgement_section(document["judgements"], prefix=prefix))
    if document["borderline"]:
        sections.append(borderline_section(document["borderline"], prefix=prefix))
    if document["parts"] is not None:
        sections.append(part_section(document["parts"], prefix=prefix))
    sections.append(sitting_section(document.get("sittings"), prefix=prefix))
    return join(*sections)
