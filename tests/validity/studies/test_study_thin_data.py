"""Data that hardly are any: one person, one item, all alike, one rater, raters apart. A report with words, never an error."""

from typing import Any

import numpy as np
import pytest

from assess.ledger.canonical import canonical
from assess.validity.report.typeset import report_pdf
from assess.validity.studies.analysis import Groups, Ratings, Responses, analyse
from assess.validity.studies.study_report import report_html


def responses(matrix: Any) -> Responses:
    table = np.asarray(matrix, dtype=np.float64)
    items = tuple(f"i{k}" for k in range(table.shape[1]))
    return Responses(
        matrix=table, items=items, maxima=np.full(table.shape[1], max(1.0, float(np.nanmax(table, initial=1))))
    )


def marks(rows: list[tuple[str, str, str, float]]) -> Ratings:
    return Ratings(
        persons=tuple(row[0] for row in rows),
        raters=tuple(row[1] for row in rows),
        criteria=tuple(row[2] for row in rows),
        tasks=("task",) * len(rows),
        values=np.array([row[3] for row in rows]),
    )


THIN: dict[str, Any] = {
    "one person": [[1, 0, 1]],
    "one item": [[1], [0], [1]] * 15,
    "all right": np.ones((40, 4)),
    "all wrong": np.zeros((40, 4)),
    "one item all right": np.column_stack([np.ones(40), np.tile([0, 1], 20), np.tile([0, 0, 1, 1], 10)]),
    "two items": [[1, 0], [0, 1], [1, 1]] * 12,
    "nothing answered": np.full((5, 3), np.nan),
    "no two share an item": np.where(np.eye(6) > 0, 1.0, np.nan),
    "halves and gaps": [[0, 0.5, 4], [1, 1, 0], [1, 0, 2]] * 12,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", THIN)
def test_thin_responses_give_a_report_with_words(name: str) -> None:
    given = responses(THIN[name])
    people = len(given.matrix)
    document = analyse(
        title=name,
        responses=given,
        cuts={"": (50, 3)},
        groups=Groups(labels=tuple("ab"[k % 2] for k in range(people)), column="group"),
    )
    assert canonical(document)
    page = report_html(document)
    assert "not enough evidence" in page.lower()
    assert report_pdf(page).startswith(b"%PDF-")


THIN_MARKS: dict[str, list[tuple[str, str, str, float]]] = {
    "no marks": [],
    "one mark": [("Ada", "R1", "k", 1.0)],
    "one rater": [(f"P{k}", "R1", "k", float(k % 3)) for k in range(40)],
    "one person": [("Ada", f"R{k}", "k", float(k % 3)) for k in range(8)],
    "all alike": [(f"P{k}", rater, "k", 2.0) for k in range(40) for rater in ("R1", "R2")],
    "raters apart": [
        (f"{rater}{k}", rater, c, float((k + len(c)) % 3)) for k in range(20) for rater in ("R1", "R2") for c in "ab"
    ],
    "halves": [(f"P{k}", rater, "k", 0.5 * (k % 4)) for k in range(20) for rater in ("R1", "R2")],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", THIN_MARKS)
def test_thin_marks_give_a_report_with_words(name: str) -> None:
    document = analyse(title=name, ratings=marks(THIN_MARKS[name]), rating_cut=50.0)
    assert canonical(document)
    page = report_html(document)
    assert "not enough evidence" in page.lower() or "not known" in page
    assert report_pdf(page).startswith(b"%PDF-")


def test_raters_who_share_nobody_are_named_with_what_would_join_them() -> None:
    page = report_html(analyse(title="", ratings=marks(THIN_MARKS["raters apart"])))
    assert "Not everybody can be compared." in page
    assert "Join the groups with 1 further marking:" in page


def test_a_group_that_nobody_is_in_is_words_too() -> None:
    alone = Groups(labels=("a",) * 40, column="group")
    page = report_html(analyse(title="", responses=responses(np.tile([[0, 1], [1, 0]], (20, 1))), groups=alone))
    assert "Not enough evidence: one of the groups is empty." in page


def test_documents_of_earlier_versions_without_new_sections_still_have_a_report() -> None:
    document = analyse(title="Old", responses=responses([[1, 0], [0, 1]] * 20), ratings=marks(THIN_MARKS["all alike"]))
    for section, keys in (
        ("responses", ("omega", "fit", "dimensions", "decision", "groups")),
        ("ratings", ("categories", "facets", "variance")),
    ):
        for key in keys:
            del document[section][key]
    del document["judgements"]
    assert "For the psychometrician" in report_html(document)
