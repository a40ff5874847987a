"""The report on paper: the page's own words, pictures with their text alternatives, the same bytes."""

import numpy as np
import pytest

from assess.validity.report.page import figure, page, row, table
from assess.validity.report.pictures import Bar, score_distribution
from assess.validity.report.typeset import quoted, report_pdf, typst_source
from assess.validity.studies.analysis import Responses, analyse
from assess.validity.studies.study_report import report_html

PICTURE = score_distribution("scores", [Bar(low=0, high=0, count=3), Bar(low=1, high=1, count=5)], unit="points")


def made(body: str, **options: str | None) -> str:
    given = {"title": "A study", "kind": "Study report", "simulated": None, **options}
    return page(
        title=given["title"] or "", kind="Study report", simulated=given["simulated"], body=body, footer="The end."
    )


def test_the_same_page_gives_the_same_bytes_without_a_date() -> None:
    whole = made(figure(PICTURE, "How many reached each score."))
    first = report_pdf(whole)
    assert first == report_pdf(whole)
    assert b"CreationDate" not in first


def test_a_picture_keeps_its_title_and_description_as_alternative_text() -> None:
    source = typst_source(made(row(figure(PICTURE, "Caption."), figure(PICTURE, "Another."), even=True)))
    assert source.count('alt: "Distribution of scores 8 persons on a scale from 0 to 1 points."') == 4
    assert "var(--" not in source


def test_the_pdf_is_tagged_for_readers_of_the_screen() -> None:
    pdf = report_pdf(made(table("Items", ["Item", "Mean"], [["a", "0.5"], ["b", "0.7"]])))
    assert b"/StructTreeRoot" in pdf and b"/MarkInfo" in pdf
    assert b"pdfuaid" in pdf


@pytest.mark.parametrize("strange", ['#panic("x")', '"quoted" \\ back', "$x$ *b* _i_ @ref <label> // no", "a\nb\x00c"])
def test_words_are_never_read_as_markup(strange: str) -> None:
    assert report_pdf(made("body", title=strange)).startswith(b"%PDF-")
    assert quoted(strange).count('"') >= 2


def test_simulated_data_are_announced_on_paper_too() -> None:
    source = typst_source(made("body", simulated="Drawn from a model."))
    assert "SIMULATED: A study" in source
    assert source.index("SIMULATED DATA.") < source.index("Drawn from a model.") < source.index('"body"')


@pytest.mark.slow
def test_every_heading_and_table_of_the_page_is_on_paper() -> None:
    rng = np.random.default_rng(3)
    matrix = (rng.random((60, 4)) < 0.6).astype(float)
    responses = Responses(matrix=matrix, items=tuple("abcd"), maxima=np.ones(4))
    whole = report_html(analyse(title="All", responses=responses, cuts={"": (50, 2)}))
    source = typst_source(whole)
    for heading in (
        "On one page",
        "For the psychometrician",
        "The decision at the cut",
        "Do the items follow the model?",
    ):
        assert heading in whole and f'"{heading}"' in source
    assert "The numbers of this picture" not in source
