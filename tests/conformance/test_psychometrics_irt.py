"""Calibrations of every model, abilities, information and sum scores beside mirt 1.47, TAM 4.4 (R) and mirt 1.2 (Python)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assess.psychometrics import ctt, irt
from assess.psychometrics.responses import FloatArray
from tests.conformance.stored_cases import agrees


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> FloatArray:
    """Categories from 0: the Likert sets are stored from 1."""
    data = np.genfromtxt(folder / name, delimiter=",", skip_header=1)
    return np.asarray(data - np.nanmin(data))


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def numbers(rows: list[list[Any]]) -> FloatArray:
    words = {"Inf": np.inf, "-Inf": -np.inf, "NA": np.inf}
    return np.array([[words.get(value, value) for value in row] for row in rows], dtype=np.float64)


@pytest.mark.parametrize(
    ("case", "data", "model"),
    [
        ("irt_2pl_lsat6", "lsat6.csv", "2PL"),
        ("irt_2pl_lsat7", "lsat7.csv", "2PL"),
        ("irt_grm_science", "science.csv", "GRM"),
        ("irt_rasch_lsat6", "lsat6.csv", "Rasch"),
        ("irt_rasch_lsat7", "lsat7.csv", "Rasch"),
        ("irt_pcm_science", "science.csv", "PCM"),
    ],
)
def test_calibration_equals_mirt(folder: Path, case: str, data: str, model: str) -> None:
    """mirt's EM stops at parameter changes of 1e-8: 1e-5 here for the quick ones, 2e-4 for its slow Rasch and PCM runs."""
    expected = reference(folder, case)
    found = irt.calibrate(table(folder, data), model)
    assert found.converged
    agrees(case, "log-likelihood", found.log_likelihood, expected["logLik"], within=2e-7)
    deviance, persons = -2 * found.log_likelihood, len(table(folder, data))
    agrees(case, "AIC", 2 * found.n_parameters + deviance, expected["AIC"], within=1e-6)
    agrees(case, "BIC", np.log(persons) * found.n_parameters + deviance, expected["BIC"], within=1e-6)
    tolerance = 2e-4 if model == "PCM" else 1e-5
    parameters, names = np.array(expected["coef_IRT"]["values"]), expected["coef_IRT"]["cols"]
    steps = found.difficulty.reshape(len(parameters), -1).shape[1]
    agrees(case, "slopes", found.discrimination, parameters[:, 0], within=tolerance)
    agrees(case, "difficulties", found.difficulty, parameters[:, 1 : steps + 1], within=tolerance)
    if "g" in names:
        agrees(case, "guessing parameters", found.guessing, parameters[:, names.index("g")], within=0)
    lines = np.array(expected["coef_slope_intercept"]["values"])
    first = expected["coef_slope_intercept"]["cols"].index(
        "d" if "d" in expected["coef_slope_intercept"]["cols"] else "d1"
    )
    value, error = intercepts(found)
    agrees(case, "intercepts", value, lines[:, first : first + steps], within=3 * tolerance)
    agrees(case, "variance of ability", found.population_sd**2, expected["latent_cov"]["values"][0][0], within=1e-4)
    stored = expected["SE"]
    theirs = [one["values"][1][first : first + steps] for name, one in stored.items() if name != "GroupPars"]
    agrees(case, "standard errors of intercepts", error, theirs, within=1e-4)
    if model in ("Rasch", "PCM"):
        of_variance = 2 * found.population_sd * found.standard_errors["population_sd"]
        agrees(case, "standard error of the variance", of_variance, stored["GroupPars"]["values"][1][1], within=1e-4)


def intercepts(calibration: irt.Calibration) -> tuple[FloatArray, FloatArray]:
    """mirt's d with standard errors: −a·b, cumulated for partial credit; items × steps."""
    slope, steps = calibration.discrimination, calibration.difficulty.reshape(len(calibration.names), -1)
    sums = np.eye(steps.shape[1]) if calibration.model != "PCM" else np.tril(np.ones((steps.shape[1],) * 2))
    reached = steps @ sums.T
    covariances = calibration.covariances
    assert covariances is not None
    own = covariances[:, : steps.shape[1] + 1, : steps.shape[1] + 1]
    by_slope = -reached[:, :, None]
    by_steps = -slope[:, None, None] * sums
    gradient = np.concatenate([by_slope, by_steps], axis=2)
    variance = np.einsum("jkp,jpq,jkq->jk", gradient, own, gradient)
    return -slope[:, None] * reached, np.sqrt(variance)


@pytest.mark.parametrize(
    ("case", "data", "model"),
    [
        ("irt_2pl_lsat6", "lsat6.csv", "2PL"),
        ("irt_2pl_lsat7", "lsat7.csv", "2PL"),
        ("irt_grm_science", "science.csv", "GRM"),
    ],
)
def test_slopes_have_the_standard_errors_of_oakes(folder: Path, case: str, data: str, model: str) -> None:
    expected = reference(folder, case)["SE"]
    oakes = irt.calibrate(table(folder, data), model, errors="oakes").standard_errors
    slopes = [values["values"][1][0] for name, values in expected.items() if name != "GroupPars"]
    agrees(case, "standard errors of slopes (Oakes)", oakes["discrimination"], slopes, within=1e-5)
    # the cross-product estimates the same from 392 to 1,000 persons
    crossed = irt.calibrate(table(folder, data), model, errors="cross-product").standard_errors
    assert crossed["discrimination"] == pytest.approx(slopes, rel=0.2)


def test_rasch_difficulties_have_mirts_standard_errors(folder: Path) -> None:
    expected = reference(folder, "irt_rasch_lsat6")["SE"]
    errors = irt.calibrate(table(folder, "lsat6.csv"), "Rasch").standard_errors
    items = [values["values"][1][1] for name, values in expected.items() if name != "GroupPars"]
    agrees("irt_rasch_lsat6", "standard errors of difficulties", errors["difficulty"], items, within=1e-5)
    assert errors["discrimination"] == pytest.approx(np.zeros(5))


def test_two_parameters_equal_python_mirt_with_61_nodes(folder: Path) -> None:
    """Its Gauss–Hermite run ends 5e-7 of log-likelihood below ours, 4e-4 away in parameters."""
    case = "irt_2pl_lsat7_pymirt"
    expected = reference(folder, case)
    found = irt.calibrate(table(folder, "lsat7.csv"))
    assert found.log_likelihood >= expected["loglik"]
    agrees(case, "log-likelihood", found.log_likelihood, expected["loglik"], within=1e-6)
    for name in ("discrimination", "difficulty"):
        agrees(case, name, getattr(found, name), expected["params"][name], within=1e-3)
        agrees(case, f"standard errors, {name}", found.standard_errors[name], expected["se"][name], within=2e-4)


def test_generalised_partial_credit_equals_tam(folder: Path) -> None:
    """TAM integrates over 21 points: 3e-6 in deviance. Its item location is Σ steps·slope/3, its steps are the differences."""
    case = "tam_gpcm"
    expected = reference(folder, case)
    found = irt.calibrate(table(folder, "tam_gpcm.csv"), "GPCM")
    slopes, location = found.discrimination, found.difficulty.mean(axis=1)
    table_of = expected["item_irt"]
    agrees(case, "deviance", -2 * found.log_likelihood, expected["deviance"], within=1e-4)
    agrees(case, "weights of the categories", np.outer(slopes, range(4)), expected["B"]["values"], within=3e-4)
    agrees(case, "slopes", slopes, table_of["alpha"], within=1e-4)
    agrees(case, "locations", location, table_of["beta"], within=2e-4)
    steps = np.column_stack([table_of[f"tau.Cat{k}"] for k in (1, 2, 3)])
    agrees(case, "steps from the location", found.difficulty - location[:, None], steps, within=2e-4)
    agrees(case, "slope times step", slopes[:, None] * found.difficulty, expected["xsi"]["xsi"], within=2e-4)
    assert found.difficulty == pytest.approx(steps + np.array(table_of["beta"])[:, None], abs=2e-4)


def test_rasch_and_its_weighted_likelihood_equal_tam(folder: Path) -> None:
    """TAM integrates over 21 points: difficulties and variance 1e-4 off the converged ones."""
    case = "tam_rasch"
    expected = reference(folder, case)
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.calibrate(data, "Rasch")
    agrees(case, "deviance", -2 * found.log_likelihood, expected["deviance"], within=1e-5, relative=True)
    agrees(case, "difficulties", found.difficulty, expected["xsi"]["xsi"], within=2e-4)
    agrees(case, "variance of ability", found.population_sd**2, expected["variance"], within=2e-4)
    abilities = irt.estimate(data, found, "WLE")
    agrees(case, "weighted likelihood, persons 1–50", abilities.theta[:50], expected["WLE"], within=2e-4)
    agrees(case, "its standard errors", abilities.standard_error[:50], expected["WLE_se"], within=2e-4)
    ours = 1 - (abilities.standard_error**2).mean() / abilities.theta.var(ddof=1)
    agrees(case, "reliability of the weighted likelihood", ours, expected["WLE.rel"], within=2e-4)


@pytest.mark.parametrize(
    ("case", "data", "model"), [("person_2pl_lsat7", "lsat7.csv", "2PL"), ("person_grm_science", "science.csv", "GRM")]
)
@pytest.mark.parametrize("method", ["EAP", "MAP", "ML", "WLE"])
def test_abilities_equal_mirt(folder: Path, case: str, data: str, model: str, method: Any) -> None:
    """mirt's standard error of the WLE is from the curvature, TAM's (and ours unless asked) from the information."""
    expected = reference(folder, case)
    patterns = numbers(expected["patterns"]["values"])
    calibration = irt.calibrate(table(folder, data), model)
    found = irt.estimate(patterns - patterns.min(), calibration, method, curvature=method == "WLE")
    theta, error = numbers(expected[method]["values"]).T
    agrees(case, f"{method}, all patterns", found.theta, theta, within=1e-5)
    agrees(case, f"standard errors of {method}", found.standard_error, error, within=1e-4)


@pytest.mark.parametrize(
    ("case", "data", "model"), [("person_2pl_lsat7", "lsat7.csv", "2PL"), ("person_grm_science", "science.csv", "GRM")]
)
def test_items_of_the_abilities_equal_mirt(folder: Path, case: str, data: str, model: str) -> None:
    items = np.array(reference(folder, case)["items"]["values"])
    found = irt.calibrate(table(folder, data), model)
    value, _ = intercepts(found)
    agrees(case, "slopes", found.discrimination, items[:, 0], within=1e-5)
    agrees(case, "intercepts", value, items[:, 1 : value.shape[1] + 1], within=3e-5)
    if model == "2PL":
        agrees(case, "guessing parameters", found.guessing, items[:, 2], within=0)


def test_reliabilities_of_abilities_equal_mirt(folder: Path) -> None:
    """Marginal: I/(I + 1) over the population (Green et al. 1984); empirical: the share of the abilities' variance."""
    case = "person_2pl_lsat7"
    expected = reference(folder, case)
    data = table(folder, "lsat7.csv")
    calibration = irt.calibrate(data)
    theta = np.linspace(-6, 6, 61)
    weights = np.exp(-(theta**2) / 2)
    information = calibration.test_information(theta)
    marginal = (weights * information / (information + 1)).sum() / weights.sum()
    agrees(case, "marginal reliability", marginal, expected["marginal_rxx"], within=1e-6)
    found = irt.estimate(data, calibration)
    signal = found.theta.var(ddof=1)
    empirical = signal / (signal + (found.standard_error**2).mean())
    agrees(case, "empirical reliability of EAP", empirical, expected["empirical_rxx"], within=1e-6)


def test_sum_scores_equal_mirt(folder: Path) -> None:
    calibration = irt.calibrate(table(folder, "lsat7.csv"))
    found = irt.sum_scores(calibration)
    data = table(folder, "lsat7.csv")
    case = "lordwingersky_lsat7"
    expected = reference(folder, case)
    agrees(case, "scores", np.arange(6), expected["Sum.Scores"], within=0)
    agrees(case, "persons expected with each score", 1000 * found.probability, expected["expected"], within=1e-4)
    agrees(case, "expected abilities of the scores", found.theta, expected["F1"], within=1e-6)
    agrees(case, "their standard errors", found.standard_error, expected["SE_F1"], within=1e-6)
    case = "person_2pl_lsat7"
    everybody = reference(folder, case)["EAPsum"]
    estimated = irt.estimate(data, calibration, "EAPsum")
    first = [int(np.flatnonzero(data.sum(axis=1) == score)[0]) for score in range(6)]
    agrees(case, "EAPsum of persons with each score", estimated.theta[first], everybody["F1"], within=1e-6)
    agrees(case, "standard errors of EAPsum", estimated.standard_error[first], everybody["SE_F1"], within=1e-6)
    assert (estimated.theta == estimated.theta[first][data.sum(axis=1).astype(int)]).all()


def test_information_equals_mirt(folder: Path) -> None:
    expected = reference(folder, "testinfo_2pl_lsat7")
    calibration = irt.calibrate(table(folder, "lsat7.csv"))
    theta = expected["theta"]
    case = "testinfo_2pl_lsat7"
    agrees(case, "information of items", calibration.information(theta), expected["item"]["values"], within=1e-6)
    agrees(case, "information of the test", calibration.test_information(theta), expected["info"], within=1e-6)
    agrees(case, "expected score", calibration.expected_score(theta), expected["expected"], within=1e-6)


@pytest.mark.parametrize("data", ["sat12_scored.csv", "ability.csv"])
@pytest.mark.parametrize("model", ["2PL", "3PL"])
def test_real_sets_without_a_reference_converge_to_a_maximum(folder: Path, data: str, model: str) -> None:
    """No stored answer: the gradient vanishes, and a finer grid finds no other place."""
    responses = np.genfromtxt(folder / data, delimiter=",", skip_header=1)
    found = irt.calibrate(responses, model)
    finer = irt.calibrate(responses, model, points=161)
    assert found.converged
    assert found.steepness < 1e-5
    assert found.log_likelihood == pytest.approx(finer.log_likelihood, abs=1e-4)
    assert found.discrimination == pytest.approx(finer.discrimination, abs=1e-3)


@pytest.mark.parametrize(("case", "data"), [("irt_rasch_cml_lsat6", "lsat6"), ("irt_rasch_cml_raschdat1", "raschdat1")])
def test_conditional_estimates_equal_erm(folder: Path, case: str, data: str) -> None:
    """eRm reports easiness; its quasi-Newton search ends 1e-4 short at most."""
    expected = reference(folder, case)
    found = irt.conditional(table(folder, f"{data}.csv"))
    assert found.converged
    agrees(case, "conditional log-likelihood", found.log_likelihood, expected["loglik"], within=1e-6)
    agrees(case, "easiness", -found.difficulty, list(expected["beta_easiness"].values()), within=1e-4)
    agrees(case, "standard errors", found.standard_errors, expected["se"], within=1e-4)


def measured_by_score(found: irt.ConditionalCalibration, scores: list[float]) -> FloatArray:
    """Maximum likelihood abilities of raw scores at the conditional difficulties."""
    items = {name: irt.KnownItem(difficulty=at) for name, at in zip(found.names, found.difficulty, strict=True)}
    right = [[1] * int(score) + [0] * (len(items) - int(score)) for score in scores]
    return irt.estimate(right, irt.known(items, "Rasch"), "ML").theta


def test_abilities_at_conditional_difficulties_equal_erm_and_psychotools(folder: Path) -> None:
    """eRm carries its curve on to no and all right by a spline; these scores have no maximum likelihood."""
    case = "irt_rasch_cml_lsat6"
    stored = reference(folder, case)["raw_to_theta"]
    inside = measured_by_score(irt.conditional(table(folder, "lsat6.csv")), stored["x"][1:-1])
    agrees(case, "abilities of raw scores 1–4", inside, stored["y"][1:-1], within=1e-4)
    data = table(folder, "raschdat1.csv")
    found = irt.conditional(data)
    case = "irt_rasch_cml_raschdat1"
    stored = reference(folder, case)
    seen = stored["score_theta"]["x"]
    agrees(case, "abilities of raw scores", measured_by_score(found, seen), stored["score_theta"]["y"], within=1e-4)
    person = reference(folder, "rasch_psychotools_ct")["person"]
    ours = measured_by_score(found, list(map(float, person)))
    agrees("rasch_psychotools_ct", "abilities of raw scores", ours, list(person.values()), within=5e-4)
    items = {name: irt.KnownItem(difficulty=at) for name, at in zip(found.names, found.difficulty, strict=True)}
    abilities = irt.estimate(data, irt.known(items, "Rasch"), "ML")
    reliability = 1 - (abilities.standard_error**2).mean() / abilities.theta.var(ddof=1)
    agrees(case, "separation reliability", reliability, stored["SepRel"], within=1e-5)


def test_conditional_partial_credit_equals_erm(folder: Path) -> None:
    case = "irt_pcm_cml_science"
    expected = reference(folder, case)
    found = irt.conditional(table(folder, "science.csv"))
    thresholds = np.array(list(expected["thresholds"].values()))
    agrees(case, "conditional log-likelihood", found.log_likelihood, expected["loglik"], within=1e-6)
    assert found.difficulty.ravel() == pytest.approx(thresholds - thresholds.mean(), abs=1e-4)
    # eRm's origin: the sum of the cumulated thresholds is 0
    cumulate = np.kron(np.eye(4), np.tril(np.ones((3, 3))))
    shift = np.ones((12, 1)) @ cumulate.sum(axis=0, keepdims=True) / cumulate.sum()
    own = (np.eye(12) - shift) @ found.difficulty.ravel()
    agrees(case, "thresholds", own, thresholds, within=1e-4)
    easiness = -cumulate @ (np.eye(12) - shift)
    ours = easiness @ found.difficulty.ravel()
    agrees(case, "cumulated easiness", ours, list(expected["betapar"].values()), within=1e-4)
    errors = np.sqrt(np.diag(easiness @ found.covariance @ easiness.T))
    agrees(case, "its standard errors", errors, expected["se"], within=1e-4)


def test_conditional_contrasts_equal_psychotools(folder: Path) -> None:
    """Differences from the first item; psychotools stops 1.5e-4 short, 5e-7 below in log-likelihood."""
    case = "rasch_psychotools_ct"
    expected = reference(folder, case)
    found = irt.conditional(table(folder, "raschdat1.csv"))
    assert found.log_likelihood >= expected["loglik"]
    agrees(case, "conditional log-likelihood", found.log_likelihood, expected["loglik"], within=1e-6)
    ours = found.difficulty[1:] - found.difficulty[0]
    agrees(case, "differences from the first item", ours, list(expected["coef"].values()), within=1e-3)
    variance = found.covariance
    contrast = np.sqrt(variance[0, 0] + np.diag(variance) - 2 * variance[0])
    agrees(case, "their standard errors", contrast[1:], list(expected["se"].values()), within=1e-4)


def test_andersens_test_equals_erm(folder: Path) -> None:
    case = "irt_rasch_cml_raschdat1"
    expected = reference(folder, case)
    found = irt.andersen(table(folder, "raschdat1.csv"))
    agrees(case, "Andersen's likelihood ratio", found.chi_square, expected["LR"], within=1e-5)
    agrees(case, "its degrees of freedom", found.df, expected["df"], within=0)
    agrees(case, "its p-value", found.p_value, expected["p"], within=1e-6)


def test_conditional_likelihood_of_mathexam(folder: Path) -> None:
    """−3635.234 by psychotools (the manifest of the reference data)."""
    found = irt.conditional(table(folder, "mathexam14w_solved.csv"))
    words = "conditional log-likelihood (psychotools, to three decimals)"
    agrees("mathexam14w_solved", words, found.log_likelihood, -3635.234, within=1e-3)


def test_joint_estimates_equal_tam(folder: Path) -> None:
    """With the bias factor (I − 1)/I, extreme scores moved by 0.3; TAM's WLE is at the difficulties before it."""
    expected = reference(folder, "tam_jml")
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.joint(data)
    assert found.converged
    case = "tam_jml"
    items = expected["item"]
    analysis = ctt.item_analysis(data)
    agrees(case, "difficulties, corrected for bias", found.difficulty, expected["xsi"], within=1e-8)
    agrees(case, "standard errors, items 1–10", found.standard_errors[:10], expected["xsi_se"], within=1e-9)
    agrees(case, "weighted likelihood, persons 1–30", found.weighted_likelihood[:30], expected["WLE"], within=1e-8)
    agrees(case, "deviance", -2 * found.log_likelihood, expected["deviance"], within=1e-7)
    agrees(case, "persons per item", [item.difficulty.n for item in analysis], items["N"], within=0)
    agrees(case, "means of items", [item.difficulty.value for item in analysis], items["M"], within=1e-12)
    assert irt.joint(data, correct=False).difficulty == pytest.approx(np.array(expected["xsi"]) * 40 / 39, abs=1e-8)


def test_two_groups_equal_mirt(folder: Path) -> None:
    """mirt stopped at parameter changes of 1e-6; our log-likelihood is not lower."""
    expected = reference(folder, "dif_mirt_lrt_verbal")
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = irt.calibrate(data[:, :8], "2PL", groups=data[:, 25].astype(int))
    assert found.converged
    case = "dif_mirt_lrt_verbal"
    group = expected["group_pars"]
    agrees(case, "log-likelihood of two groups", found.log_likelihood, expected["logLik"], within=1e-6)
    assert found.log_likelihood >= expected["logLik"] - 1e-9
    agrees(case, "mean of the focal group", found.means[1], group["means"]["F1"], within=1e-4)
    agrees(case, "its variance", found.sds[1] ** 2, group["cov"]["values"][0][0], within=2e-4)
