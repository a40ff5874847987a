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

from assess.psychometrics import dif, irt
from assess.psychometrics.forensics.multiplicity import adjusted
from tests.conformance.stored_cases import agrees

EXACT = 1e-9
MH = "dif_mh_verbal"


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
    variances = [((item.delta.standard_error or 0) / 2.35) ** 2 for item in found.items]
    for words, ours, key in (
        ("chi-square with continuity correction", found.chi_square, "MH"),
        ("its p-value", found.p_value, "p"),
        ("common odds ratio", [item.odds_ratio.value for item in found.items], "alphaMH"),
        ("Δ", [item.delta.value for item in found.items], "deltaMH"),
        ("variance of the log odds ratio", variances, "varLambda"),
    ):
        agrees(MH, words, ours, expected[key], within=EXACT)
    agrees(
        MH,
        "items with p < .05",
        [j for j, p in enumerate(found.p_value, 1) if p < 0.05],
        expected["DIFitems"],
        within=0,
    )
    assert {item.delta.reason for item in found.items}.issubset(
        {f"{n} persons in the smaller group; at least 200 are needed" for n in range(74)}
    )


def test_without_continuity_correction_equals_difr_and_mantel(verbal: Any, expected: Any) -> None:
    responses, focal = verbal
    plain = dif.mantel_haenszel(responses, focal, continuity=False)
    agrees(MH, "chi-square, no correction", plain.chi_square, expected["MH_nocorrect"], within=EXACT)
    mantel = dif.mantel(responses, focal)
    agrees(MH, "Mantel's chi-square of two categories", mantel.chi_square, expected["MH_nocorrect"], within=EXACT)


def test_purification_takes_the_same_rounds_to_the_same_items_as_difr(verbal: Any, expected: Any) -> None:
    found = dif.mantel_haenszel(*verbal, purify=True)
    assert found.purification is not None
    assert found.purification.settled
    purified = expected["purified"]
    agrees(MH, "rounds of purification", found.purification.rounds, purified["nrPur"], within=0)
    agrees(MH, "chi-square, purified", found.chi_square, purified["MH"], within=EXACT)
    left_out = [number for number, anchor in enumerate(found.purification.anchor, 1) if not anchor]
    agrees(MH, "items out of the anchor", left_out, purified["DIFitems"], within=0)


def stored(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def test_lords_chi_square_equals_difr(folder: Path) -> None:
    """difR's engine "ltm": slope 1, standard deviation 1, 21 Gauss–Hermite points, a quasi-Newton search that ends 1e-3 short
    of the maximum in difficulties. From its own difficulties and standard errors the statistic is exact."""
    name = "dif_lord_verbal"
    case = stored(folder, name)
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = dif.lord(data[:, :24], data[:, 25] == 1, population_sd=1.0)
    agrees(name, "chi-square (theirs 1e-3 short of the maximum)", found.chi_square, case["chi"], within=0.015)
    agrees(name, "its p-value", found.p_value, case["p"], within=0.002)
    agrees(
        name, "items with p < .05", [j + 1 for j in range(24) if found.p_value[j] < 0.05], case["DIFitems"], within=0
    )
    b, error = np.array(case["itemParInit"]["values"]).reshape(2, 24, 2).transpose(2, 0, 1)
    apart = b[1] - b[0] - (b[1] - b[0]).mean()
    agrees(name, "chi-square from their parameters", apart**2 / (error**2).sum(axis=0), case["chi"], within=1e-9)
    ours = np.array([item.difference.value for item in found.items], dtype=np.float64)
    assert ours == pytest.approx(apart, abs=3e-3)
    for group, focal, at, errors in zip(("reference", "focal"), (0, 1), b, error, strict=True):
        alone = irt.calibrate(data[data[:, 25] == focal, :24], "Rasch", population_sd=1.0)
        agrees(name, f"difficulties, {group} group", alone.difficulty, at, within=3e-3)
        agrees(name, f"their standard errors, {group} group", alone.standard_errors["difficulty"], errors, within=1e-3)


def test_likelihood_ratios_equal_mirt(folder: Path) -> None:
    """mirt: multipleGroup with free mean and variance, DIF(scheme = "drop"), parameter changes of 1e-6."""
    case = "dif_mirt_lrt_verbal"
    expected = stored(folder, case)["table"]
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = dif.likelihood_ratio(data[:, :8], data[:, 25] == 1)
    df, n = np.array([item.df for item in found.items]), len(data)
    agrees(case, "likelihood ratio", found.chi_square, expected["X2"], within=1e-5)
    agrees(case, "its degrees of freedom", df, expected["df"], within=0)
    agrees(case, "its p-value", found.p_value, expected["p"], within=1e-5)
    # the same gain, less a price for each parameter
    for words, price in (
        ("AIC", 2.0),
        ("BIC", np.log(n)),
        ("SABIC", np.log((n + 2) / 24)),
        ("HQ", 2 * np.log(np.log(n))),
    ):
        agrees(case, f"change of {words}", price * df - found.chi_square, expected[words], within=1e-5)
    holm = adjusted(found.p_value, len(df), "holm")
    agrees(case, "p-value, adjusted by Holm", holm, expected["adj_p"], within=1e-5)
