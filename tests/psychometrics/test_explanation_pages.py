"""The worked examples on the explanation pages run as they stand."""

import doctest
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "explanation").glob("psychometrics-*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_worked_examples_of_the_page_hold(page: Path) -> None:
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


def test_there_is_a_page_for_each_family() -> None:
    families = {page.stem.removeprefix("psychometrics-") for page in PAGES}
    assert families == {
        "adaptive", "agreement", "classical", "content-validity", "decisions", "dif", "equating", "estimates", "facets",
        "fit", "forensics", "gtheory", "irt", "rasch", "rating-designs", "standard-setting", "standard-setting-candidates",
    }  # fmt: skip
