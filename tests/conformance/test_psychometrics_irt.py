"""Calibrations of every model, abilities, information and sum scores beside mirt 1.47, TAM 4.4 (R) and mirt 1.2 (Python)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assess.psychometrics import irt
from assess.psychometrics.responses import FloatArray


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
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=2e-7)
    assert 2 * found.n_parameters - 2 * found.log_likelihood == pytest.approx(expected["AIC"], abs=1e-6)
    parameters = np.array(expected["coef_IRT"]["values"])
    difficulty = parameters[:, 1] if found.difficulty.ndim == 1 else parameters[:, 1:]
    tolerance = 2e-4 if model == "PCM" else 1e-5
    assert found.discrimination == pytest.approx(parameters[:, 0], abs=tolerance)
    assert found.difficulty == pytest.approx(difficulty, abs=tolerance)
    assert found.population_sd**2 == pytest.approx(expected["latent_cov"]["values"][0][0], abs=1e-4)


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
    assert oakes["discrimination"] == pytest.approx(slopes, abs=1e-5)
    # the cross-product estimates the same from 392 to 1,000 persons
    crossed = irt.calibrate(table(folder, data), model, errors="cross-product").standard_errors
    assert crossed["discrimination"] == pytest.approx(slopes, rel=0.2)


def test_rasch_difficulties_have_mirts_standard_errors(folder: Path) -> None:
    expected = reference(folder, "irt_rasch_lsat6")["SE"]
    errors = irt.calibrate(table(folder, "lsat6.csv"), "Rasch").standard_errors
    items = [values["values"][1][1] for name, values in expected.items() if name != "GroupPars"]
    assert errors["difficulty"] == pytest.approx(items, abs=1e-5)
    assert errors["discrimination"] == pytest.approx(np.zeros(5))


def test_two_parameters_equal_python_mirt_with_61_nodes(folder: Path) -> None:
    """Its Gauss–Hermite run ends 5e-7 of log-likelihood below ours, 4e-4 away in parameters."""
    expected = reference(folder, "irt_2pl_lsat7_pymirt")
    found = irt.calibrate(table(folder, "lsat7.csv"))
    assert found.log_likelihood >= expected["loglik"]
    for name in ("discrimination", "difficulty"):
        assert getattr(found, name) == pytest.approx(expected["params"][name], abs=1e-3)
        assert found.standard_errors[name] == pytest.approx(expected["se"][name], abs=2e-4)


def test_generalised_partial_credit_equals_tam(folder: Path) -> None:
    """TAM integrates over 21 points: 3e-6 in deviance. Its item location is Σ steps·slope/3, its steps are the differences."""
    expected = reference(folder, "tam_gpcm")
    found = irt.calibrate(table(folder, "tam_gpcm.csv"), "GPCM")
    assert -2 * found.log_likelihood == pytest.approx(expected["deviance"], abs=1e-4)
    assert found.discrimination == pytest.approx(np.array(expected["B"]["values"])[:, 1], abs=1e-4)
    table_of = expected["item_irt"]
    steps = np.column_stack([table_of[f"tau.Cat{k}"] for k in (1, 2, 3)]) + np.array(table_of["beta"])[:, None]
    assert found.difficulty == pytest.approx(steps, abs=2e-4)


def test_rasch_and_its_weighted_likelihood_equal_tam(folder: Path) -> None:
    """TAM integrates over 21 points: difficulties and variance 1e-4 off the converged ones."""
    expected = reference(folder, "tam_rasch")
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.calibrate(data, "Rasch")
    assert -2 * found.log_likelihood == pytest.approx(expected["deviance"], rel=1e-5)
    assert found.difficulty == pytest.approx(expected["xsi"]["xsi"], abs=2e-4)
    assert found.population_sd**2 == pytest.approx(expected["variance"], abs=2e-4)
    abilities = irt.estimate(data, found, "WLE")
    assert abilities.theta[:50] == pytest.approx(expected["WLE"], abs=2e-4)
    assert abilities.standard_error[:50] == pytest.approx(expected["WLE_se"], abs=2e-4)


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
    assert found.theta == pytest.approx(theta, abs=1e-5)
    assert found.standard_error == pytest.approx(error, abs=1e-4)


def test_sum_scores_equal_mirt(folder: Path) -> None:
    calibration = irt.calibrate(table(folder, "lsat7.csv"))
    found = irt.sum_scores(calibration)
    expected = reference(folder, "lordwingersky_lsat7")
    assert 1000 * found.probability == pytest.approx(expected["expected"], abs=1e-4)
    assert found.theta == pytest.approx(expected["F1"], abs=1e-6)
    assert found.standard_error == pytest.approx(expected["SE_F1"], abs=1e-6)
    everybody = reference(folder, "person_2pl_lsat7")["EAPsum"]
    data = table(folder, "lsat7.csv")
    assert irt.estimate(data, calibration, "EAPsum").theta == pytest.approx(
        np.array(everybody["F1"])[data.sum(axis=1).astype(int)], abs=1e-6
    )


def test_information_equals_mirt(folder: Path) -> None:
    expected = reference(folder, "testinfo_2pl_lsat7")
    calibration = irt.calibrate(table(folder, "lsat7.csv"))
    theta = expected["theta"]
    assert calibration.information(theta) == pytest.approx(np.array(expected["item"]["values"]), abs=1e-6)
    assert calibration.test_information(theta) == pytest.approx(expected["info"], abs=1e-6)
    assert calibration.expected_score(theta) == pytest.approx(np.ravel(expected["expected"]), abs=1e-6)


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
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-6)
    assert -found.difficulty == pytest.approx(list(expected["beta_easiness"].values()), abs=1e-4)
    assert found.standard_errors == pytest.approx(expected["se"], abs=1e-4)


def test_conditional_partial_credit_equals_erm(folder: Path) -> None:
    expected = reference(folder, "irt_pcm_cml_science")
    found = irt.conditional(table(folder, "science.csv"))
    thresholds = np.array(list(expected["thresholds"].values()))
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-6)
    assert found.difficulty.ravel() == pytest.approx(thresholds - thresholds.mean(), abs=1e-4)


def test_conditional_contrasts_equal_psychotools(folder: Path) -> None:
    """Differences from the first item; psychotools stops 1.5e-4 short, 5e-7 below in log-likelihood."""
    expected = reference(folder, "rasch_psychotools_ct")
    found = irt.conditional(table(folder, "raschdat1.csv"))
    assert found.log_likelihood >= expected["loglik"]
    assert found.difficulty[1:] - found.difficulty[0] == pytest.approx(list(expected["coef"].values()), abs=1e-3)
    variance = found.covariance
    contrast = np.sqrt(variance[0, 0] + np.diag(variance) - 2 * variance[0])
    assert contrast[1:] == pytest.approx(list(expected["se"].values()), abs=1e-4)


def test_andersens_test_equals_erm(folder: Path) -> None:
    expected = reference(folder, "irt_rasch_cml_raschdat1")
    found = irt.andersen(table(folder, "raschdat1.csv"))
    assert found.chi_square == pytest.approx(expected["LR"], abs=1e-5)
    assert found.df == expected["df"]
    assert found.p_value == pytest.approx(expected["p"], abs=1e-6)


def test_conditional_likelihood_of_mathexam(folder: Path) -> None:
    """−3635.234 by psychotools (the manifest of the reference data)."""
    assert irt.conditional(table(folder, "mathexam14w_solved.csv")).log_likelihood == pytest.approx(-3635.234, abs=1e-3)


def test_joint_estimates_equal_tam(folder: Path) -> None:
    """With the bias factor (I − 1)/I, extreme scores moved by 0.3; TAM's WLE is at the difficulties before it."""
    expected = reference(folder, "tam_jml")
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.joint(data)
    assert found.converged
    assert found.difficulty == pytest.approx(expected["xsi"], abs=1e-8)
    assert found.standard_errors[:10] == pytest.approx(expected["xsi_se"], abs=1e-9)
    assert found.weighted_likelihood[:30] == pytest.approx(expected["WLE"], abs=1e-8)
    assert -2 * found.log_likelihood == pytest.approx(expected["deviance"], abs=1e-7)
    assert irt.joint(data, correct=False).difficulty == pytest.approx(np.array(expected["xsi"]) * 40 / 39, abs=1e-8)


def test_two_groups_equal_mirt(folder: Path) -> None:
    """mirt stopped at parameter changes of 1e-6; our log-likelihood is not lower."""
    expected = reference(folder, "dif_mirt_lrt_verbal")
    data = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    found = irt.calibrate(data[:, :8], "2PL", groups=data[:, 25].astype(int))
    assert found.converged
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=1e-6)
    assert found.log_likelihood >= expected["logLik"] - 1e-9
    assert found.means[1] == pytest.approx(expected["group_pars"]["means"]["F1"], abs=1e-4)
    assert found.sds[1] ** 2 == pytest.approx(expected["group_pars"]["cov"]["values"][0][0], abs=2e-4)
