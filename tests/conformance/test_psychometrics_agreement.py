"""Agreement, rating designs and decision consistency beside R packages on the same data.

Unless a test says otherwise both sides are closed formulas in double precision: tolerance 1e-9.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import agreement, classification, facets, reliability

EXACT = 1e-9


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> npt.NDArray[np.float64]:
    return np.genfromtxt(folder / name, delimiter=",", skip_header=1)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def test_six_intraclass_correlations_and_their_limits_equal_psych(folder: Path) -> None:
    expected = reference(folder, "icc_shrout_fleiss")
    found = [agreement.shrout_fleiss(table(folder, "shrout_fleiss.csv"), form) for form in agreement.FORMS]
    assert [estimate.value for estimate in found] == pytest.approx(expected["ICC"], abs=EXACT)
    words: list[tuple[Any, Any, Any]] = [
        ("oneway", "agreement", "single"),
        ("twoway", "agreement", "single"),
        ("twoway", "consistency", "single"),
        ("oneway", "agreement", "average"),
        ("twoway", "agreement", "average"),
        ("twoway", "consistency", "average"),
    ]
    assert [agreement.icc(table(folder, "shrout_fleiss.csv"), *word) for word in words] == found
    limits = list(zip(expected["lower bound"], expected["upper bound"], strict=True))
    for estimate, limit in zip(found, limits, strict=True):
        assert estimate.interval == pytest.approx(limit, abs=EXACT)


def test_kappa_with_interval_equals_psych(folder: Path) -> None:
    expected = reference(folder, "kappa_ci_anxiety")
    first, second, _ = table(folder, "anxiety.csv").T
    found = agreement.kappa(first, second)
    assert found.value == pytest.approx(expected["kappa"], abs=EXACT)
    assert (found.standard_error or 0) ** 2 == pytest.approx(expected["var"], abs=EXACT)
    low, _, high = expected["confid"]["values"][0]
    assert found.interval == pytest.approx((low, high), abs=EXACT)


def test_weighted_kappa_equals_psych_but_not_its_variance(folder: Path) -> None:
    """psych 2.2.9 gives a variance of .46, that is an interval from -1 to 1: not Fleiss, Cohen & Everitt's formula.

    Ours is checked against the jackknife instead, which makes no use of that formula; both are large-sample, n = 20.
    """
    expected = reference(folder, "kappa_ci_anxiety")
    first, second, _ = table(folder, "anxiety.csv").T
    found = agreement.kappa(first, second, weights="quadratic")
    assert found.value == pytest.approx(expected["weighted"], abs=EXACT)
    left_out = np.array(
        [
            agreement.kappa(
                np.delete(first, i), np.delete(second, i), weights="quadratic", categories=range(1, 7)
            ).value
            for i in range(len(first))
        ],
        dtype=np.float64,
    )
    n = len(first)
    jackknife = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    assert found.standard_error == pytest.approx(jackknife, rel=0.15)


def test_nominal_kappas_equal_irr(folder: Path) -> None:
    expected = reference(folder, "kappa_diagnoses")
    data = np.array([[float(cell[0]) for cell in row.values()] for row in rows(folder, "diagnoses.csv")])
    assert agreement.kappa(data[:, 0], data[:, 1]).value == pytest.approx(expected["cohen"]["value"], abs=EXACT)
    share = agreement.share_of_agreement(data[:, 0], data[:, 1])
    assert 100 * (share.value or 0) == pytest.approx(expected["agree"], abs=EXACT)
    assert agreement.pooled_kappa(data).value == pytest.approx(expected["fleiss"]["value"], abs=EXACT)
    assert agreement.fleiss_kappa(data).value == pytest.approx(expected["fleiss"]["value"], abs=EXACT)
    assert agreement.fleiss_kappa(data, exact=True).value == pytest.approx(expected["exact"], abs=EXACT)
    assert agreement.light_kappa(data).value == pytest.approx(expected["light"], abs=EXACT)
    detail = [row[0] for row in expected["fleiss"]["detail"]["values"]]
    by_category = [one.kappa.value for one in agreement.fleiss_kappa_by_category(data)]
    assert by_category == pytest.approx(detail, abs=5e-4)  # three decimals are stored


def test_concordance_finn_and_robinson_equal_irr(folder: Path) -> None:
    expected = reference(folder, "kendall_w_video")
    data = table(folder, "video.csv")
    found = agreement.kendall_w(data)
    assert found.w.value == pytest.approx(expected["W"], abs=EXACT)
    assert found.chi_square == pytest.approx(expected["W_chi"], abs=EXACT)
    assert agreement.finn(data, 6, "twoway").value == pytest.approx(expected["finn"], abs=EXACT)
    assert agreement.robinson_a(data).value == pytest.approx(expected["robinson"], abs=EXACT)


@pytest.mark.parametrize("case", ["krippendorff_nmm", "krippendorff_py"])
@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_alpha_equals_irr_and_the_python_package(folder: Path, case: str, metric: Any) -> None:
    data = table(folder, "krippendorff_nmm.csv").T
    found = agreement.krippendorff_alpha(data, metric=metric)
    assert found.value == pytest.approx(reference(folder, case)[metric], abs=EXACT)


def test_ratings2_is_connected_and_its_raters_are_described(folder: Path) -> None:
    """Facts of the file: 178 persons, 16 raters, 154 with two marks; REML variance components put one mark's
    reliability over raters near .6 for a single criterion (reference/domain.md §3)."""
    data = rows(folder, "sirt_ratings2.csv")
    criteria = ["k1", "k2", "k3", "k4", "k5"]
    design = facets.connectivity([(row["idstud"], row["rater"], k) for row in data for k in criteria])
    assert design.connected
    assert len(design.subsets[0].persons) == 178
    assert len(design.subsets[0].raters) == 16
    persons, raters = sorted({row["idstud"] for row in data}), sorted({row["rater"] for row in data})
    matrix = np.full((len(persons), len(raters)), np.nan)
    for row in data:
        matrix[persons.index(row["idstud"]), raters.index(row["rater"])] = float(row["k1"])
    assert (np.isfinite(matrix).sum(axis=1) == 2).sum() == 154
    summary = facets.rater_severity(matrix, raters=raters)
    assert sum(rater.marks for rater in summary) == len(data) == 615
    found = agreement.icc_sparse(matrix)
    assert (found.n, found.sufficient) == (173, True)
    assert agreement.pooled_kappa(matrix, weights="quadratic").value == pytest.approx(found.value, abs=0.02)


def test_hanson_brennan_equals_betafunctions(folder: Path) -> None:
    """betafunctions integrates numerically to about 1e-7, its kappa being the least exact."""
    expected = reference(folder, "hanson_brennan")
    data = table(folder, "sat12_scored.csv")
    scores = data.sum(axis=1)
    found = classification.hanson_brennan(scores, reliability.alpha(data), 16, 32)
    true, false = expected["confusionmatrix"]["values"][:2]
    assert found.accuracy.value == pytest.approx(true[2], abs=1e-7)
    # its "positive" is a fail: a false negative passes
    assert found.false_fail.value == pytest.approx(false[0], abs=1e-7)
    assert found.false_pass.value == pytest.approx(false[1], abs=1e-7)
    consistency = expected["classification.consistency"]
    assert found.consistency.value == pytest.approx(consistency["p"], abs=1e-7)
    assert found.kappa.value == pytest.approx(consistency["Kappa"], abs=1e-6)


def test_livingston_lewis_is_close_to_hanson_brennan(folder: Path) -> None:
    """Two models of one exam: within .01 for accuracy and consistency."""
    data = table(folder, "sat12_scored.csv")
    alpha = reliability.alpha(data)
    ours = classification.livingston_lewis(data.sum(axis=1), alpha, 16, 0, 32)
    other = classification.hanson_brennan(data.sum(axis=1), alpha, 16, 32)
    assert ours.accuracy.value == pytest.approx(other.accuracy.value, abs=0.01)
    assert ours.consistency.value == pytest.approx(other.consistency.value, abs=0.01)
