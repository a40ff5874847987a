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
from scipy import stats

from assess.psychometrics import agreement, classification, facets, gtheory, reliability
from assess.psychometrics.classification.strong_true_score import lords_k
from tests.conformance.stored_cases import agrees

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
    case = "icc_shrout_fleiss"
    values = [estimate.value for estimate in found]
    agrees(case, "six coefficients", values, expected["ICC"], within=EXACT)
    published = [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    agrees("shrout_fleiss", "six coefficients of Shrout & Fleiss (1979), two decimals", values, published, within=5e-3)
    words: list[tuple[Any, Any, Any]] = [
        ("oneway", "agreement", "single"),
        ("twoway", "agreement", "single"),
        ("twoway", "consistency", "single"),
        ("oneway", "agreement", "average"),
        ("twoway", "agreement", "average"),
        ("twoway", "consistency", "average"),
    ]
    assert [agreement.icc(table(folder, "shrout_fleiss.csv"), *word) for word in words] == found
    limits = np.array([estimate.interval for estimate in found])
    agrees(case, "lower limits", limits[:, 0], expected["lower bound"], within=EXACT)
    agrees(case, "upper limits", limits[:, 1], expected["upper bound"], within=EXACT)


def test_analysis_of_variance_behind_the_intraclass_correlations_equals_psych(folder: Path) -> None:
    """One-way: raters and residual together are error."""
    case = "icc_shrout_fleiss"
    expected = reference(folder, case)
    sources = gtheory.crossed(table(folder, "shrout_fleiss.csv"), ["r"]).sources
    squares = np.array([source.sum_of_squares for source in sources], dtype=np.float64)
    persons, raters, rest = np.array([source.df for source in sources], dtype=np.float64)
    between, _, two_way = squares / [persons, raters, rest]
    one_way = squares[1:].sum() / (raters + rest)
    ratios = [between / one_way, between / two_way, between / two_way] * 2
    df = [raters + rest, rest, rest] * 2
    agrees(case, "F of persons", ratios, expected["F"], within=EXACT)
    agrees(case, "its degrees of freedom", [[persons] * 6, df], [expected["df1"], expected["df2"]], within=0)
    agrees(case, "its p-value", stats.f.sf(ratios, persons, df), expected["p"], within=EXACT)


def test_kappa_with_interval_equals_psych(folder: Path) -> None:
    expected = reference(folder, "kappa_ci_anxiety")
    first, second, _ = table(folder, "anxiety.csv").T
    found = agreement.kappa(first, second)
    case = "kappa_ci_anxiety"
    agrees(case, "kappa", found.value, expected["kappa"], within=EXACT)
    agrees(case, "variance of kappa", (found.standard_error or 0) ** 2, expected["var"], within=EXACT)
    assert found.interval is not None
    low, high = found.interval
    agrees(case, "limits of kappa", [low, found.value, high], expected["confid"]["values"][0], within=EXACT)


def test_weighted_kappa_equals_psych_but_not_its_variance(folder: Path) -> None:
    """psych 2.2.9 gives a variance of .46, that is an interval from -1 to 1: not Fleiss, Cohen & Everitt's formula.

    Ours is checked against the jackknife instead, which makes no use of that formula; both are large-sample, n = 20.
    """
    expected = reference(folder, "kappa_ci_anxiety")
    first, second, _ = table(folder, "anxiety.csv").T
    found = agreement.kappa(first, second, weights="quadratic")
    agrees("kappa_ci_anxiety", "quadratic weighted kappa", found.value, expected["weighted"], within=EXACT)
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
    case, detail = "kappa_diagnoses", [row[0] for row in expected["fleiss"]["detail"]["values"]]
    fleiss = agreement.fleiss_kappa(data).value
    pooled = agreement.pooled_kappa(data).value
    share = agreement.share_of_agreement(data[:, 0], data[:, 1])
    by_category = [one.kappa.value for one in agreement.fleiss_kappa_by_category(data)]
    exact = agreement.fleiss_kappa(data, exact=True).value
    agrees(
        case, "Cohen's kappa", agreement.kappa(data[:, 0], data[:, 1]).value, expected["cohen"]["value"], within=EXACT
    )
    agrees(case, "percent agreement", 100 * (share.value or 0), expected["agree"], within=EXACT)
    agrees(case, "Fleiss' kappa", fleiss, expected["fleiss"]["value"], within=EXACT)
    agrees(case, "pooled kappa of a complete table", pooled, expected["fleiss"]["value"], within=EXACT)
    agrees(case, "Fleiss' kappa, exact (Conger)", exact, expected["exact"], within=EXACT)
    agrees(case, "Light's kappa", agreement.light_kappa(data).value, expected["light"], within=EXACT)
    agrees(case, "kappa of each category (stored to three decimals)", by_category, detail, within=5e-4)


def test_concordance_finn_and_robinson_equal_irr(folder: Path) -> None:
    expected = reference(folder, "kendall_w_video")
    data = table(folder, "video.csv")
    case, found = "kendall_w_video", agreement.kendall_w(data)
    finn = agreement.finn(data, 6, "twoway")
    agrees(case, "Kendall's W, ties corrected", found.w.value, expected["W"], within=EXACT)
    agrees(case, "its chi-square", found.chi_square, expected["W_chi"], within=EXACT)
    agrees(case, "Finn's coefficient, two-way", finn.value, expected["finn"], within=EXACT)
    agrees(case, "Robinson's A", agreement.robinson_a(data).value, expected["robinson"], within=EXACT)


@pytest.mark.parametrize("case", ["krippendorff_nmm", "krippendorff_py"])
@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_alpha_equals_irr_and_the_python_package(folder: Path, case: str, metric: Any) -> None:
    data = table(folder, "krippendorff_nmm.csv").T
    found = agreement.krippendorff_alpha(data, metric=metric)
    agrees(case, f"Krippendorff's alpha, {metric}", found.value, reference(folder, case)[metric], within=EXACT)


def test_krippendorff_alpha_equals_the_published_values(folder: Path) -> None:
    """Krippendorff (2011), Computing Krippendorff's alpha-reliability: the example with missing marks."""
    data = table(folder, "krippendorff_nmm.csv").T
    metrics: list[agreement.Metric] = ["nominal", "ordinal", "interval", "ratio"]
    found = [agreement.krippendorff_alpha(data, metric=metric).value for metric in metrics]
    words = "alpha of four metrics, Krippendorff (2011), three decimals"
    agrees("krippendorff_nmm", words, found, [0.743, 0.815, 0.849, 0.797], within=5e-4)


def test_ratings2_is_connected_and_its_raters_are_described(folder: Path) -> None:
    """Facts of the file: 178 persons, 16 raters, 154 with two marks; REML variance components put one mark's
    reliability over raters near .6 for a single criterion (reference/domain.md 3)."""
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
    case, consistency = "hanson_brennan", expected["classification.consistency"]
    agrees(case, "consistency", found.consistency.value, consistency["p"], within=1e-7)
    agrees(case, "kappa of the decision", found.kappa.value, consistency["Kappa"], within=1e-6)
    # its "positive" is a fail: a false negative passes
    accuracy, passing = found.accuracy.value or 0, found.pass_rate.value or 0
    false_fail, false_pass = found.false_fail.value or 0, found.false_pass.value or 0
    ours = np.array([[1 - passing - false_fail, passing - false_pass], [false_fail, false_pass]])
    matrix = np.vstack([ours, ours.sum(axis=0)])
    matrix = np.column_stack([matrix, matrix.sum(axis=1)])
    agrees(case, "accuracy and its four parts", matrix, expected["confusionmatrix"]["values"], within=1e-7)
    sensitivity, specificity = ours[0, 0] / (ours[0, 0] + ours[1, 1]), ours[0, 1] / (ours[0, 1] + ours[1, 0])
    of_fails, of_passes = ours[0] / ours.sum(axis=0)
    parts = [sensitivity, specificity, of_fails, of_passes, sensitivity + specificity - 1, accuracy]
    agrees(case, "shares of these", parts, list(expected["classification.accuracy"].values()), within=1e-6)
    unlike = (1 - (found.consistency.value or 0)) / 2
    twice = [[1 - passing - unlike, unlike], [unlike, passing - unlike]]
    agrees(case, "both decisions", twice, expected["consistencymatrix"]["values"], within=1e-7)
    by_chance = [passing**2 + (1 - passing) ** 2, (1 - passing) ** 2, passing**2]
    agrees(case, "agreement by chance", by_chance, [consistency[k] for k in ("p_c", "p_c_pos", "p_c_neg")], within=1e-6)
    k = lords_k(scores, 32, reliability.alpha(data).value or 0)
    agrees(case, "Lord's k", k, expected["parameters"]["k"], within=EXACT)


def test_livingston_lewis_is_close_to_hanson_brennan(folder: Path) -> None:
    """Two models of one exam: within .01 for accuracy and consistency."""
    data = table(folder, "sat12_scored.csv")
    alpha = reliability.alpha(data)
    ours = classification.livingston_lewis(data.sum(axis=1), alpha, 16, 0, 32)
    other = classification.hanson_brennan(data.sum(axis=1), alpha, 16, 32)
    assert ours.accuracy.value == pytest.approx(other.accuracy.value, abs=0.01)
    assert ours.consistency.value == pytest.approx(other.consistency.value, abs=0.01)
