"""Item analysis and reliability beside psych 2.2.9 (R) on the same data.

Tolerance 1e-9: both compute closed formulas in double precision.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import ctt, reliability

EXACT = 1e-9


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> npt.NDArray[np.float64]:
    return np.genfromtxt(folder / name, delimiter=",", skip_header=1)


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_item_analysis_equals_psych(folder: Path, name: str) -> None:
    expected = reference(folder, f"ctt_{name}")
    analysis = ctt.item_analysis(table(folder, f"{name}.csv"), maximum=None if name != "science" else [1] * 4)
    for field, key, block in (
        ("difficulty", "mean", "item"),
        ("item_total", "raw.r", "item"),
        ("item_rest", "r.drop", "item"),
        ("alpha_if_deleted", "raw_alpha", "drop"),
    ):
        ours = [getattr(item, field).value for item in analysis]
        assert ours == pytest.approx(expected[block][key], abs=EXACT), field


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_alpha_and_feldt_interval_equal_psych(folder: Path, name: str) -> None:
    expected = reference(folder, f"ctt_{name}")
    found = reliability.alpha(table(folder, f"{name}.csv"))
    assert found.value == pytest.approx(expected["total"]["raw_alpha"], abs=EXACT)
    limits = [expected["feldt"][side]["raw_alpha"] for side in ("lower.ci", "upper.ci")]
    assert found.interval == pytest.approx(limits, abs=EXACT)


def test_standard_error_of_measurement_equals_psych(folder: Path) -> None:
    found = reliability.standard_error_of_measurement(table(folder, "lsat6.csv"))
    assert found.value == pytest.approx(reference(folder, "ctt_lsat6")["sem"], abs=EXACT)


def test_missing_answers_pairwise_and_listwise_equal_psych(folder: Path) -> None:
    expected = reference(folder, "ctt_ability_missing")
    data = table(folder, "ability.csv")
    pairwise, listwise = reliability.alpha(data), reliability.alpha(data, missing="listwise")
    assert pairwise.value == pytest.approx(expected["pairwise"]["total"]["raw_alpha"], abs=EXACT)
    assert listwise.value == pytest.approx(expected["complete"]["total"]["raw_alpha"], abs=EXACT)
    assert listwise.n == expected["complete"]["n"]
    analysis = ctt.item_analysis(data)
    item = expected["pairwise"]["item"]
    assert [a.difficulty.n for a in analysis] == item["n"]
    assert [a.item_rest.value for a in analysis] == pytest.approx(item["r.drop"], abs=EXACT)
    # psych's uncorrected correlation with gaps is with the mean of the answered items, ours with the pairwise total
    assert [a.item_total.value for a in analysis] == pytest.approx(item["raw.r"], abs=0.006)


def test_alpha_equals_the_generalizability_coefficient_of_persons_by_items(folder: Path) -> None:
    expected = reference(folder, "gtheory_pxi_lsat7")
    assert reliability.alpha(table(folder, "lsat7.csv")).value == pytest.approx(expected["Erho2"], abs=EXACT)


def test_kr20_of_the_mathematics_exam_is_743(folder: Path) -> None:
    """The known value of this exam, three decimals (reference/domain.md)."""
    found = reliability.kr20(table(folder, "mathexam14w_solved.csv"))
    assert (round(found.value or 0.0, 3), found.n, found.sufficient) == (0.743, 729, True)


def test_alpha_of_the_judges_equals_psych(folder: Path) -> None:
    expected = reference(folder, "angoff")
    assert reliability.alpha(table(folder, "angoff_simulated.csv")).value == pytest.approx(expected["alpha"], abs=EXACT)


def test_guttman_lambda_3_is_alpha(folder: Path) -> None:
    """psych's splitHalf reports alpha of the standardised items, so we standardise first."""
    data = table(folder, "lsat7.csv")
    standardised = (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)
    expected = reference(folder, "splithalf_guttman_lsat7")["alpha"]
    assert reliability.alpha(standardised).value == pytest.approx(expected, abs=EXACT)
