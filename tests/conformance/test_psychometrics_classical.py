"""Item analysis and reliability beside psych 2.2.9 (R) on the same data.

Tolerance 1e-9: both compute closed formulas in double precision.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import ctt, reliability
from assess.psychometrics.covariance import item_covariance
from assess.psychometrics.reliability.one_factor import fit_one_factor
from tests.conformance.stored_cases import agrees

EXACT = 1e-9


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> npt.NDArray[np.float64]:
    return np.genfromtxt(folder / name, delimiter=",", skip_header=1)


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def score_scale(name: str) -> dict[str, Any]:
    """Means of the Likert items are wanted in points, not as a share of the highest."""
    return {"maximum": [1] * 4} if name == "science" else {}


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_item_analysis_equals_psych(folder: Path, name: str) -> None:
    case, data = f"ctt_{name}", table(folder, f"{name}.csv")
    expected = reference(folder, case)
    analysis = ctt.item_analysis(data, **score_scale(name))
    for field, key, block, words in (
        ("difficulty", "mean", "item", "means of items"),
        ("item_total", "raw.r", "item", "item–total correlations"),
        ("item_rest", "r.drop", "item", "item–rest correlations"),
        ("alpha_if_deleted", "raw_alpha", "drop", "alpha without the item"),
    ):
        ours = [getattr(item, field).value for item in analysis]
        agrees(case, words, ours, expected[block][key], within=EXACT)
    agrees(case, "persons per item", [item.difficulty.n for item in analysis], expected["item"]["n"], within=0)
    agrees(case, "standard deviations of items", spreads(data), expected["item"]["sd"], within=EXACT)
    standardised = (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)
    of_standardised = [item.item_total.value for item in ctt.item_analysis(standardised)]
    agrees(
        case, "item–total correlations, items standardised", of_standardised, expected["item"]["std.r"], within=EXACT
    )


def spreads(data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.sqrt(np.diag(item_covariance(data).matrix)))


def correlations_between(data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of every pair of items once, from pairwise covariances."""
    covariance = item_covariance(data).matrix
    sizes = np.sqrt(np.diag(covariance))
    return np.asarray((covariance / np.outer(sizes, sizes))[np.triu_indices(data.shape[1], 1)])


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_reliability_without_each_item_equals_psych(folder: Path, name: str) -> None:
    case, data = f"ctt_{name}", table(folder, f"{name}.csv")
    expected = reference(folder, case)["drop"]
    rest = [np.delete(data, item, axis=1) for item in range(data.shape[1])]
    bounds = [reliability.guttman(left, standardised=True, resamples=5) for left in rest]
    standardised = np.array([one.lambda3.value for one in bounds], dtype=np.float64)
    agrees(case, "standardised alpha without the item", standardised, expected["std.alpha"], within=EXACT)
    agrees(case, "λ6 without the item", [one.lambda6.value for one in bounds], expected["G6(smc)"], within=EXACT)
    between = [correlations_between(left) for left in rest]
    agrees(case, "mean correlation without the item", np.mean(between, axis=1), expected["average_r"], within=EXACT)
    agrees(case, "median correlation without the item", np.median(between, axis=1), expected["med.r"], within=EXACT)
    agrees(case, "signal to noise without the item", standardised / (1 - standardised), expected["S/N"], within=EXACT)
    variances = np.var(between, axis=1, ddof=1)
    agrees(case, "variance of correlations without the item", variances, expected["var.r"], within=EXACT)


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_alpha_and_feldt_interval_equal_psych(folder: Path, name: str) -> None:
    case, data = f"ctt_{name}", table(folder, f"{name}.csv")
    expected = reference(folder, case)
    found = reliability.alpha(data)
    agrees(case, "alpha", found.value, expected["total"]["raw_alpha"], within=EXACT)
    limits = [expected["feldt"][side]["raw_alpha"] for side in ("lower.ci", "upper.ci")]
    agrees(case, "Feldt's limits of alpha", found.interval, limits, within=EXACT)
    single = reliability.spearman_brown(found, ratio=1 / data.shape[1])
    agrees(case, "reliability of one item", single.value, expected["feldt"]["r.bar"]["raw_alpha"], within=EXACT)
    scores, items = ctt.score_distribution(data), data.shape[1]
    agrees(case, "mean of the mean score", (scores.mean.value or 0) / items, expected["total"]["mean"], within=EXACT)
    agrees(case, "its standard deviation", (scores.sd or 0) / items, expected["total"]["sd"], within=EXACT)


def test_standard_error_of_measurement_equals_psych(folder: Path) -> None:
    case = "ctt_lsat6"
    found = reliability.standard_error_of_measurement(table(folder, "lsat6.csv"))
    agrees(case, "standard error of measurement", found.value, reference(folder, case)["sem"], within=EXACT)


def test_missing_answers_pairwise_and_listwise_equal_psych(folder: Path) -> None:
    case = "ctt_ability_missing"
    expected = reference(folder, case)
    data = table(folder, "ability.csv")
    rows = data[np.isfinite(data).all(axis=1)]
    assert reliability.alpha(data, missing="listwise") == replace(
        reliability.alpha(rows), method="coefficient alpha (listwise)"
    )
    agrees(case, "complete persons", reliability.alpha(data, missing="listwise").n, expected["complete"]["n"], within=0)
    for way, answers in (("pairwise", data), ("complete", rows)):
        total, item = expected[way]["total"], expected[way]["item"]
        analysis = ctt.item_analysis(answers)
        bounds = reliability.guttman(answers, standardised=True, resamples=2)
        standardised = bounds.lambda3.value or 0
        between = correlations_between(answers)
        for words, ours, theirs in (
            ("alpha", reliability.alpha(answers).value, total["raw_alpha"]),
            ("standardised alpha", standardised, total["std.alpha"]),
            ("λ6", bounds.lambda6.value, total["G6(smc)"]),
            ("mean correlation", between.mean(), total["average_r"]),
            ("median correlation", np.median(between), total["median_r"]),
            ("signal to noise", standardised / (1 - standardised), total["S/N"]),
            ("persons per item", [one.difficulty.n for one in analysis], item["n"]),
            ("means of items", [one.difficulty.value for one in analysis], item["mean"]),
            ("item–rest correlations", [one.item_rest.value for one in analysis], item["r.drop"]),
        ):
            agrees(case, f"{words}, {way}", ours, theirs, within=EXACT)
        # psych's uncorrected correlation with gaps is with the mean of the answered items, ours with the pairwise total
        among = [one.item_total.value for one in analysis]
        within = EXACT if way == "complete" else 0.006
        agrees(case, f"item–total correlations, {way}", among, item["raw.r"], within=within)
        sizes = np.nanstd(answers, axis=0, ddof=1)
        of_standardised = [
            one.item_total.value for one in ctt.item_analysis((answers - np.nanmean(answers, axis=0)) / sizes)
        ]
        words = f"item–total correlations, items standardised, {way}"
        agrees(case, words, of_standardised, item["std.r"], within=EXACT)
        seen = np.array([spreads(column[np.isfinite(column), None])[0] for column in answers.T])
        agrees(case, f"standard deviations of items, {way}", seen, item["sd"], within=EXACT)
    scores = ctt.score_distribution(rows)
    of_complete = expected["complete"]["total"]
    agrees(case, "mean of the mean score, complete", (scores.mean.value or 0) / 16, of_complete["mean"], within=EXACT)
    agrees(case, "its standard deviation, complete", (scores.sd or 0) / 16, of_complete["sd"], within=EXACT)


def test_alpha_equals_the_generalizability_coefficient_of_persons_by_items(folder: Path) -> None:
    case = "gtheory_pxi_lsat7"
    found = reliability.alpha(table(folder, "lsat7.csv"))
    agrees(case, "alpha as Eρ²", found.value, reference(folder, case)["Erho2"], within=EXACT)


def test_kr20_of_the_mathematics_exam_is_743(folder: Path) -> None:
    """The known value of this exam, three decimals (reference/domain.md)."""
    found = reliability.kr20(table(folder, "mathexam14w_solved.csv"))
    agrees("mathexam14w_solved", "KR-20 (known to three decimals)", found.value, 0.743, within=5e-4)
    assert (found.n, found.sufficient) == (729, True)


def test_alpha_of_the_judges_equals_psych(folder: Path) -> None:
    found = reliability.alpha(table(folder, "angoff_simulated.csv"))
    agrees("angoff", "alpha of the judges", found.value, reference(folder, "angoff")["alpha"], within=EXACT)


def test_split_halves_and_guttmans_bounds_equal_psych(folder: Path) -> None:
    """psych's splitHalf works on correlations. Of the 10 splits of 5 items it tries the first 5 only; best and worst are
    among them, and its mean is theirs."""
    case, data = "splithalf_guttman_lsat7", table(folder, "lsat7.csv")
    expected = reference(folder, case)
    halves = reliability.split_half(data, standardised=True)
    bounds = reliability.guttman(data, standardised=True)
    for words, ours, key in (
        ("best split", halves.best.value, "max"),
        ("worst split", halves.worst.value, "min"),
        ("mean of the first 5 splits", halves.coefficients[:5].mean(), "mean"),
        ("λ3", bounds.lambda3.value, "alpha"),
        ("λ4", bounds.lambda4.value, "max"),
        ("λ6", bounds.lambda6.value, "lambda6"),
    ):
        agrees(case, f"{words}, items standardised", ours, expected[key], within=EXACT)


@pytest.mark.parametrize("name", ["lsat6", "lsat7", "science"])
def test_lambda_6_and_standardised_alpha_equal_psych(folder: Path, name: str) -> None:
    case, data = f"ctt_{name}", table(folder, f"{name}.csv")
    expected = reference(folder, case)["total"]
    bounds = reliability.guttman(data, standardised=True, resamples=5)
    standardised = bounds.lambda3.value or 0
    agrees(case, "standardised alpha", standardised, expected["std.alpha"], within=EXACT)
    agrees(case, "signal to noise", standardised / (1 - standardised), expected["S/N"], within=EXACT)
    agrees(case, "λ6, items standardised", bounds.lambda6.value, expected["G6(smc)"], within=EXACT)
    between = correlations_between(data)
    agrees(case, "mean correlation", between.mean(), expected["average_r"], within=EXACT)
    agrees(case, "median correlation", np.median(between), expected["median_r"], within=EXACT)


def test_omega_equals_lavaan(folder: Path) -> None:
    """lavaan stops where its optimiser is content, about 1e-8 from the maximum; the chi-square agrees to 1e-9."""
    case, data = "omega_1f_science", table(folder, "science.csv")
    expected = reference(folder, case)
    found = reliability.omega(data)
    agrees(case, "omega", found.value, expected["omega"], within=1e-7)
    assert (found.n, found.sufficient) == (392, True)
    n, k = data.shape
    covariance = np.cov(data, rowvar=False)
    fitted = fit_one_factor(covariance)
    loadings = fitted.loadings * np.sqrt((n - 1) / n)
    uniquenesses = fitted.uniquenesses * (n - 1) / n
    agrees(case, "loadings", loadings, list(expected["loadings"].values()), within=1e-7)
    agrees(case, "uniquenesses", uniquenesses, list(expected["uniq"].values()), within=1e-7)
    of_model = expected["chisq"]
    chi_square, df = n * fitted.discrepancy, k * (k + 1) // 2 - 2 * k
    agrees(case, "chi-square of one factor", chi_square, of_model["chisq"], within=EXACT)
    agrees(case, "its degrees of freedom", df, of_model["df"], within=0)
    # from it, by their definitions, what we do not print: against independent items, per person, and residuals
    independent = -n * np.linalg.slogdet(np.corrcoef(data, rowvar=False))[1]
    comparative = 1 - (chi_square - df) / (independent - k * (k - 1) / 2)
    agrees(case, "CFI from it", comparative, of_model["cfi"], within=EXACT)
    agrees(case, "RMSEA from it", np.sqrt((chi_square / n) / df - 1 / n), of_model["rmsea"], within=EXACT)
    sizes = np.sqrt(np.diag(covariance))
    residual = (covariance - np.outer(fitted.loadings, fitted.loadings) - np.diag(fitted.uniquenesses)) / np.outer(
        sizes, sizes
    )
    srmr = np.sqrt((residual[np.tril_indices(k)] ** 2).mean())
    agrees(case, "SRMR from loadings and uniquenesses", srmr, of_model["srmr"], within=1e-7)


def test_hierarchical_omega_of_ability_is_as_psych_prints_it(folder: Path) -> None:
    """psych's help page for omega(ability, 4): omega hierarchical .65, total .86 (two decimals, from memory)."""
    found = reliability.hierarchical_omega(table(folder, "ability.csv"), factors=4, resamples=10)
    source = "psych's help page, two decimals"
    agrees("ability", f"omega hierarchical ({source})", found.hierarchical.value, 0.65, within=0.015)
    agrees("ability", f"omega total ({source})", found.total.value, 0.86, within=0.005)
