"""The report: one self-contained, well-formed, accessible page that says what it knows and what it does not."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from assess.validity.studies.analysis import GlobalRatings, PartScores, Ratings, Responses, analyse
from assess.validity.studies.study_report import report_html

STRANGE = '<b>&"O\'Neil"</b>'


def parsed(page: str) -> ElementTree.Element:
    """The page is written so that it is XML as well: a browser and a strict parser see the same tree."""
    return ElementTree.fromstring(page.removeprefix("<!doctype html>\n"))


def text_of(root: ElementTree.Element) -> str:
    return " ".join(" ".join(root.itertext()).split())


@cache
def small_study(*, persons: int, simulated: str | None = None, names: str = "item") -> str:
    rng = np.random.default_rng(1)
    matrix = (2 * rng.normal(size=(persons, 1)) + rng.logistic(size=(persons, 5)) > 0).astype(float)
    responses = Responses(
        matrix=matrix, items=tuple(f"{names} {number}" for number in range(5)), maxima=np.ones(5), part="online"
    )
    marks = [(f"P{person}", rater) for person in range(persons) for rater in ("R1", STRANGE)]
    ratings = Ratings(
        persons=tuple(person for person, _ in marks),
        raters=tuple(rater for _, rater in marks),
        criteria=("k",) * len(marks),
        tasks=("t",) * len(marks),
        values=rng.integers(0, 4, size=len(marks)).astype(float),
    )
    rated = GlobalRatings(
        tasks=("t",) * persons,
        percent=rng.integers(0, 101, size=persons).astype(float),
        ratings=rng.integers(1, 6, size=persons).astype(float),
        borderline=3,
    )
    parts = PartScores(matrix=responses.percent[:, None], parts=("online",), components={"online": responses})
    document = analyse(
        title="A small study",
        simulated=simulated,
        responses=responses,
        ratings=ratings,
        task_scores=ratings,
        global_ratings=rated,
        parts=parts,
        cuts={"online": (50, 2)},
        sources=[{"name": "a.csv", "sha256": "00ff"}],
    )
    return report_html(document)


@pytest.mark.slow
@pytest.mark.parametrize("persons", [0, 1, 2, 5, 60])
def test_the_page_is_well_formed_with_unique_names_at_any_number_of_persons(persons: int) -> None:
    root = parsed(small_study(persons=persons))
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))
    for element in root.iter():
        for reference in (element.get("aria-labelledby") or "").split():
            assert reference in names


@pytest.mark.slow
def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = small_study(persons=60)
    root = parsed(page)
    assert not [element.tag for element in root.iter() if element.tag in {"script", "link", "img", "iframe", "object"}]
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert "http" not in page
    assert not re.search(r"url\((?!#)", page)


def test_every_picture_has_a_title_a_description_and_its_words_beside_it() -> None:
    root = parsed(small_study(persons=60))
    figures = list(root.iter("figure"))
    assert len(figures) >= 8
    for figure in figures:
        (picture,) = figure.findall("svg")
        assert picture.get("role") == "img"
        assert [child.tag for child in picture][:2] == ["title", "desc"]
        assert (figure.findtext("figcaption") or "").strip()


@pytest.mark.slow
def test_no_number_that_is_none_or_nan_reaches_the_page() -> None:
    for persons in (0, 1, 2, 3, 60):
        page = small_study(persons=persons)
        assert not re.search(r"\b(None|nan|inf)\b", page.split("</style>")[1])


@pytest.mark.slow
def test_names_from_a_file_are_text_and_never_markup() -> None:
    page = small_study(persons=40, names="<script>alert(1)</script>")
    assert "<script" not in page
    assert STRANGE not in page
    assert STRANGE in text_of(parsed(page))


@pytest.mark.slow
def test_simulated_data_are_announced_in_the_window_title_and_before_anything_else() -> None:
    told = "Drawn from a Rasch model with seed 4."
    page = small_study(persons=40, simulated=told)
    assert page.index("SIMULATED DATA.") < page.index(told) < page.index("<section")
    assert parsed(page).findtext("head/title") == "SIMULATED: A small study"
    assert "SIMULATED" not in small_study(persons=40)


@pytest.mark.slow
def test_with_few_persons_the_words_say_not_enough_evidence() -> None:
    words = text_of(parsed(small_study(persons=5)))
    assert "How far the score can be trusted is not known" in words
    assert words.count("not enough evidence") > 15


def test_each_method_is_named_with_its_source() -> None:
    words = text_of(parsed(small_study(persons=60)))
    for author in (
        "Cronbach (1951)",
        "Feldt (1965)",
        "Masters (1982)",
        "Wilson (1927)",
        "Wood, Humphrey-Murto",
        "Engelhard",
    ):
        assert author in words


@pytest.mark.slow
def test_a_page_made_twice_is_the_same(tmp_path: Path) -> None:
    assert small_study.__wrapped__(persons=40) == small_study(persons=40)


def test_every_part_has_its_histogram_also_when_the_answers_were_drawn_above() -> None:
    root = parsed(small_study(persons=60))
    (decision,) = [one for one in root.iter("section") if one.get("id") == "decision"]
    titles = [title.text for title in decision.iter("title")]
    assert "Distribution of scores" in titles


def test_reasons_that_many_items_share_are_told_once() -> None:
    words = text_of(parsed(small_study(persons=5)))
    reason = "5 persons; at least 30 are needed"
    table = words[words.index("Every item, with standard errors") :]
    table = table[: table.index("Note 1: ")]
    assert reason not in table and "note 1" in table
