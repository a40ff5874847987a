"""DIF beside difR on the verbal aggression data (24 items, 316 persons, 73 in the focal group).

Both sides of the tables' methods are closed formulas in double precision: tolerance 1e-9. Lord's χ² and likelihood ratios
rest on calibrations and say their tolerance. difR's classes look at |Δ| only; ours also ask
whether it is significant (`mantel_haenszel` says how), so classes are not compared.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import dif

EXACT = 1e-9


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


@pytest.fixture(scope="module")
def verbal(folder: Path) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    table = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    return table[:, :24], table[:, 25] == 1


@pytest.fixture(scope="module")
def expected(folder: Path) -> Any:
    return json.loads((folder / "dif_mh_verbal.json").read_text(encoding="utf-8"))["output"]


def test_mantel_haenszel_equals_difr(verbal: Any, expected: Any) -> None:
    found = dif.mantel_haenszel(*verbal)
    assert found.chi_square == pytest.approx(expected["MH"], abs=EXACT)
    assert found.p_value == pytest.approx(expected["p"], abs=EXACT)
    assert [item.odds_ratio.value for item in found.items] == pytest.approx(expected["alphaMH"], abs=EXACT)
    assert [item.delta.value for item in found.items] == pytest.approx(expected["deltaMH"], abs=EXACT)
    variances = [((item.delta.standard_error or 0) / 2.35) ** 2 for item in found.items]
    assert variances == pytest.approx(expected["varLambda"], abs=EXACT)
    assert [number for number, p in enumerate(found.p_value, 1) if p < 0.05] == expected["DIFitems"]
    assert {item.delta.reason for item in found.items}.issubset(
        {f"{n} persons in the smaller group; at least 200 are needed" for n in range(74)}
    )


def test_without_continuity_correction_equals_difr_and_mantel(verbal: Any, expected: Any) -> None:
    responses, focal = verbal
    plain = dif.mantel_haenszel(responses, focal, continuity=False)
    assert plain.chi_square == pytest.approx(expected["MH_nocorrect"], abs=EXACT)
    assert dif.mantel(responses, focal).chi_square == pytest.approx(expected["MH_nocorrect"], abs=EXACT)


def test_purification_takes_the_same_rounds_to_the_same_items_as_difr(verbal: Any, expected: Any) -> None:
    found = dif.mantel_haenszel(*verbal, purify=True)
    assert found.purification is not None
    assert (found.purification.settled, found.purification.rounds) == (True, expected["purified"]["nrPur"])
    assert found.chi_square == pytest.approx(expected["purified"]["MH"], abs=EXACT)
    left_out = [number for number, anchor in enumerate(found.purification.anchor, 1) if not anchor]
    assert left_out == expected["purified"]["DIFitems"]


def stored(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def test_lords_chi_square_equals_difr(folder: Path) -> None:
    """difR's engine "ltm": slope 1, standard deviation 1, 21 Gauss–Hermite points, a quasi-Newton search that ends 1e-3 short
    of the maximum in difficulties. From its own difficulties and standard errors the statistic is exact."""
    case = stored(folder, "dif_lord_verbal")
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = dif.lord(data[:, :24], data[:, 25] == 1, population_sd=1.0)
    assert found.chi_square == pytest.approx(case["chi"], abs=0.015)
    assert found.p_value == pytest.approx(case["p"], abs=0.002)
    assert [j + 1 for j in range(24) if found.p_value[j] < 0.05] == case["DIFitems"]
    b, error = np.array(case["itemParInit"]["values"]).reshape(2, 24, 2).transpose(2, 0, 1)
    apart = b[1] - b[0] - (b[1] - b[0]).mean()
    assert apart**2 / (error**2).sum(axis=0) == pytest.approx(case["chi"], abs=1e-9)
    ours = np.array([item.difference.value for item in found.items], dtype=np.float64)
    assert ours == pytest.approx(apart, abs=3e-3)


def test_likelihood_ratios_equal_mirt(folder: Path) -> None:
    """mirt: multipleGroup with free mean and variance, DIF(scheme = "drop"), parameter changes of 1e-6."""
    expected = stored(folder, "dif_mirt_lrt_verbal")
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = dif.likelihood_ratio(data[:, :8], data[:, 25] == 1)
    assert found.chi_square == pytest.approx(expected["table"]["X2"], abs=1e-5)
    assert [item.df for item in found.items] == expected["table"]["df"]
    assert found.p_value == pytest.approx(expected["table"]["p"], abs=1e-5)
