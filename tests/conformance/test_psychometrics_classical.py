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
from assess.psychometrics.reliability.one_factor import fit_one_factor

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


def test_split_halves_and_guttmans_bounds_equal_psych(folder: Path) -> None:
    """psych's splitHalf works on correlations. Of the 10 splits of 5 items it tries the first 5 only; best and worst are
    among them, and its mean is theirs."""
    data = table(folder, "lsat7.csv")
    expected = reference(folder, "splithalf_guttman_lsat7")
    halves = reliability.split_half(data, standardised=True)
    assert halves.best.value == pytest.approx(expected["max"], abs=EXACT)
    assert halves.worst.value == pytest.approx(expected["min"], abs=EXACT)
    assert halves.coefficients[:5].mean() == pytest.approx(expected["mean"], abs=EXACT)
    bounds = reliability.guttman(data, standardised=True)
    assert bounds.lambda3.value == pytest.approx(expected["alpha"], abs=EXACT)
    assert bounds.lambda4.value == pytest.approx(expected["max"], abs=EXACT)
    assert bounds.lambda6.value == pytest.approx(expected["lambda6"], abs=EXACT)


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_lambda_6_and_standardised_alpha_equal_psych(folder: Path, name: str) -> None:
    expected = reference(folder, f"ctt_{name}")["total"]
    bounds = reliability.guttman(table(folder, f"{name}.csv"), standardised=True, resamples=5)
    assert bounds.lambda3.value == pytest.approx(expected["std.alpha"], abs=EXACT)
    assert bounds.lambda6.value == pytest.approx(expected["G6(smc)"], abs=EXACT)


def test_omega_equals_lavaan(folder: Path) -> None:
    """lavaan stops where its optimiser is content, about 1e-8 from the maximum; the chi-square agrees to 1e-9."""
    data = table(folder, "science.csv")
    expected = reference(folder, "omega_1f_science")
    found = reliability.omega(data)
    assert found.value == pytest.approx(expected["omega"], abs=1e-7)
    assert (found.n, found.sufficient) == (392, True)
    n = len(data)
    fitted = fit_one_factor(np.cov(data, rowvar=False))
    assert fitted.loadings * np.sqrt((n - 1) / n) == pytest.approx(list(expected["loadings"].values()), abs=1e-7)
    assert fitted.uniquenesses * (n - 1) / n == pytest.approx(list(expected["uniq"].values()), abs=1e-7)
    assert n * fitted.discrepancy == pytest.approx(expected["chisq"]["chisq"], abs=EXACT)


def test_hierarchical_omega_of_ability_is_as_psych_prints_it(folder: Path) -> None:
    """psych's help page for omega(ability, 4): omega hierarchical .65, total .86 (two decimals, from memory)."""
    found = reliability.hierarchical_omega(table(folder, "ability.csv"), factors=4, resamples=10)
    assert found.hierarchical.value == pytest.approx(0.65, abs=0.015)
    assert found.total.value == pytest.approx(0.86, abs=0.005)
