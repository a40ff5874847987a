"""The first page of a report, for somebody who decides: what was studied, what holds, what does not, what to do next.

Words come before numbers. Every sentence is made from the study's document alone and claims no more than its verdicts allow.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assess.validity.report.markup import Markup, element
from assess.validity.report.page import row, section
from assess.validity.report.statements import Statement
from assess.validity.studies.cut_sections import decision_picture
from assess.validity.studies.facet_sections import outcomes_picture
from assess.validity.studies.judgement_sections import judges_picture
from assess.validity.studies.rater_claims import judgement_statements, rating_statements
from assess.validity.studies.rater_sections import severity_picture
from assess.validity.studies.score_claims import (
    data_statements,
    part_statements,
    response_statements,
    sitting_statements,
)
from assess.validity.studies.score_sections import scores_picture

Document = Mapping[str, Any]

HEADINGS = (
    ("holds", "What you can rely on"),
    ("open", "What you cannot rely on, or not yet"),
    ("next", "What to do next"),
)


MARKS = {"ratings": "Judged criteria", "task_scores": "Task scores"}
"""Both are marks that assessors gave; where a study holds both, a sentence says which it is about."""


def statements(document: Document) -> Iterator[Statement]:
    """Everything worth saying, section by section."""
    if (responses := document["responses"]) is not None:
        # Where several parts decide, no sentence about one of them may read as if it were about all.
        subject = responses["part"] if document["parts"] is not None else ""
        yield from _about(subject, response_statements(responses))
    marks = {name: list(rating_statements(document[name])) for name in MARKS if document[name] is not None}
    shared = set.intersection(*(set(own) for own in marks.values())) if len(marks) > 1 else set()
    for name, own in marks.items():
        yield from (one for one in own if one in shared)
        yield from _about(MARKS[name] if len(marks) > 1 else "", (one for one in own if one not in shared))
    if document.get("judgements") is not None:
        yield from judgement_statements(document["judgements"])
    if document["parts"] is not None:
        yield from part_statements(document["parts"])
    if document.get("sittings") is not None:
        yield from sitting_statements(document["sittings"])
    if document.get("data") is not None:
        yield from data_statements(document["data"])


def _about(subject: str, found: Iterable[Statement]) -> Iterator[Statement]:
    """Sentences with what they are about in front; what was studied names it already."""
    for one in found:
        named = subject and one.kind != "studied"
        yield Statement(one.kind, f"{subject}: {one.words}") if named else one


def one_page(document: Document) -> Markup:
    """The page: what was studied, a picture or two, then the three lists."""
    found = list(dict.fromkeys(statements(document)))
    studied = [one.words for one in found if one.kind == "studied"]
    if not studied:
        return section(
            "On one page", element("p", "The study holds no data yet."), anchor="one-page", class_="director"
        )
    opening = element("p", f"Studied: {'; '.join(studied)}.")
    simulated = (
        element("p", "The data are simulated: nothing here is about real people.") if document["simulated"] else None
    )
    lists = []
    for kind, heading in HEADINGS:
        words = [one.words for one in found if one.kind == kind]
        items = [element("li", one) for one in words] or [element("li", EMPTY[kind])]
        lists += [element("h3", heading), element("ol" if kind == "next" else "ul", *items)]
        if kind == "open":
            lists.append(element("p", BEYOND))
    return section("On one page", opening, simulated, _pictures(document), *lists, anchor="one-page", class_="director")


def _pictures(document: Document) -> Markup | None:
    """At most two: what the decision does and where the cut lies; else who marks low and high, or where the judges lie."""
    responses, ratings, judgements = document["responses"], document["ratings"], document.get("judgements")
    drawn: list[Markup | None] = []
    if responses is not None:
        drawn += [decision_picture(responses, prefix="one-"), scores_picture(responses, prefix="one-")]
    if ratings is not None:
        drawn += [outcomes_picture(ratings, prefix="one-"), severity_picture(ratings, prefix="one-")]
    if judgements is not None:
        drawn.append(judges_picture(judgements, prefix="one-"))
    shown = [one for one in drawn if one is not None][:2]
    return row(*shown, even=True) if shown else None


BEYOND = (
    "No study of scores or judgements can show whether the tasks are those of the job, whether the cut is the right one, or what "
    "follows for the people who pass and fail."
)
EMPTY = {
    "holds": "Nothing that these data show with certainty.",
    "open": "Nothing that these data can show.",
    "next": "Nothing that these data call for.",
}
