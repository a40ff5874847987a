"""The page that explains the report: its example runs, and its rules are those of the code."""

import doctest

import pytest
from django.conf import settings

from assess.validity.studies import (
    dimension_study,
    facet_sections,
    fit_study,
    rater_claims,
    score_claims,
    variance_study,
)

PAGE = settings.ROOT / "docs" / "explanation" / "study-report.md"


@pytest.mark.slow
def test_the_worked_example_holds() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert (found.attempted > 0, found.failed) == (True, 0)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (score_claims.ENOUGH, "below .80; from .80"),
        (score_claims.GOOD, "from .90"),
        (fit_study.PRODUCTIVE[0], "outside 0.7–1.3"),
        (fit_study.PRODUCTIVE[1], "outside 0.7–1.3"),
        (fit_study.DEPENDENT, "Q3 more than 0.2 above"),
        (dimension_study.ONE_DIMENSION, "explained common variance from 0.7"),
        (rater_claims.GOOD_AGREEMENT, "intraclass correlation from .75"),
        (rater_claims.ERRATIC, "infit above 1.5"),
        (facet_sections.PRODUCTIVE[1], "infit above 1.5"),
        (variance_study.WISHED, "Φ from .80"),
    ],
)
def test_the_page_names_the_rule_as_the_code_has_it(value: float, told: str) -> None:
    assert told in PAGE.read_text()
    assert f"{value:g}".lstrip("0") in told
