"""The pictures of coverage and weights: told in words too, and safe with any text."""

from lxml import etree

from assess.validity.report import pictures
from assess.validity.report.markup import Markup


def texts(drawn: Markup) -> list[str]:
    return [text for text in etree.fromstring(drawn).itertext() if text.strip()]


def job(label: str, value: float | None) -> pictures.Interval:
    low, high = (None, None) if value is None else (value - 0.02, value + 0.02)
    return pictures.Interval(label=label, value=value, low=low, high=high, sufficient=value is not None)


def test_the_matrix_names_what_nothing_tests() -> None:
    rows = [
        pictures.CoverageRow(label="J1", words="wire <it>", counts={0: (2, 3, 1)}),
        pictures.CoverageRow(label="J2", words="test it", counts={0: (0, 0, 0), 1: (0, 0, 0)}),
        pictures.CoverageRow(label="J3", words="price it", counts={}),
    ]
    said = texts(pictures.coverage_matrix("m", rows, ["LO-A-1", "LO-A-2"], unlinked=["LO-A-2"]))
    assert "3 statements by 2 outcomes. Tested by nothing: J2, J3. The table below holds every element." in said
    assert "wire <it>" in said
    assert "linked to no outcome: nothing tests it" in said
    assert [text for text in said if text.isdigit()] == ["2", "3", "1"]


def test_an_empty_matrix_and_an_empty_comparison_are_pictures_too() -> None:
    assert etree.fromstring(pictures.coverage_matrix("m", [], [], unlinked=[])).tag == "svg"
    assert etree.fromstring(pictures.weight_comparison("w", [], title="Weights", tolerance=0.05)).tag == "svg"


def test_the_comparison_names_what_differs() -> None:
    rows = [
        pictures.WeightRow(job=job("Domains", None), scheme=None),
        pictures.WeightRow(job=job("A1", 0.4), scheme=0.2, verdict="differs"),
        pictures.WeightRow(job=job("A2", None), scheme=0.8, verdict="not enough evidence"),
    ]
    said = texts(pictures.weight_comparison("w", rows, title="Weights", tolerance=0.05))
    assert "2 shares. They differ for A1. The table beside holds every figure." in said
    assert {"Domains", "A1", "A2", "Weights"} <= set(said)
